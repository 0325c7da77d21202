"""What a run knows of the hosts that it asks, and whose turn it is to ask them."""

from __future__ import annotations

from collections import deque
from threading import Lock

import msgspec

from digest.sources.exchange import Way


class Turns:
    """A lock that is had in the order in which it was asked for."""

    def __init__(self) -> None:
        self._lock, self._queue = Lock(), deque[Lock]()  # whose turn it is comes first

    def acquire(self, seconds: float) -> bool:
        """Wait for the turn; False where it didn't come in time."""
        ticket = Lock()
        ticket.acquire()
        with self._lock:
            self._queue.append(ticket)
            if len(self._queue) == 1:
                return True
        if ticket.acquire(timeout=seconds):
            return True
        with self._lock:
            if self._queue[0] is ticket:  # it came just now
                return True
            self._queue.remove(ticket)
            return False

    def release(self) -> None:
        """Let the next have it."""
        with self._lock:
            self._queue.popleft()
            if self._queue:
                self._queue[0].release()


class Server(msgspec.Struct, kw_only=True):
    """One host and port."""

    address: str = ""  # its own or its proxy's, where somebody accepted a connection
    way: Way | None = None  # connections to that address
    answered: bool = False
    timeouts: int = 0
    down: str = ""  # why nobody is there
    given_up: str = ""  # why it is asked no more, but once by those who waited by then


class Host(msgspec.Struct, kw_only=True):
    """The servers of a host, or of all that are arXiv's; whoever asks has the turn."""

    turns: Turns = msgspec.field(default_factory=Turns)
    last: float | None = None  # start of the newest request
    paused: float = 0.0  # seconds that it wanted to be left alone
    servers: dict[tuple[str, int], Server] = msgspec.field(default_factory=dict)
