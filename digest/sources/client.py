"""The polite client: whom it asks, when, how often and how long. `exchange` does the asking."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies

import msgspec

from digest import __version__
from digest.errors import SourceError, TooLate, Unreachable
from digest.model import (
    Answer,
    Request,
    Validator,
)
from digest.sources import network
from digest.sources.exchange import (
    NoAnswer,
    Reply,
    Way,
    words,
)
from digest.sources.hosts import Host, Server
from digest.sources.politeness import (
    ARXIV,
    DEADLINE,
    charset_of,
    group_of,
    pace_of,
    proxy_of,
    redirected,
    seconds_to_wait,
    server_of,
)

PAUSES = (5.0, 10.0, 20.0, 40.0)  # seconds between tries, where a server doesn't say how long
_MOVED = {301, 302, 303, 307, 308}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long we wait, how much we take."""

    reach: float = 5.0  # seconds for a host's look-up and connection together
    read: float = 20.0  # seconds without a byte
    arxiv_read: float = 50.0  # the same, of arXiv, which thinks long about 2,000 papers
    whole: float = 120.0  # seconds for one answer
    least: float = 3.0  # seconds for either, however many answers of the server didn't come
    timeouts: int = 2  # tries of one request that may end so
    patience: float = 300.0  # seconds for one answer with all its tries and pauses
    body: int = 64 * 2**20  # bytes of an answer, after decompression
    redirects: int = 5


class Web:
    """Asks one thing at a time of each host; all of arXiv's count as one."""

    def __init__(
        self,
        site_url: str,
        *,
        deadline: float = DEADLINE,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        proxies: Mapping[str, str] | None = None,
        resolve: network.Resolve = network.resolve,
        is_public: Callable[[str], bool] = network.is_public,
    ) -> None:
        """
        Args:
            site_url: told to the servers, so that they can find us.
            deadline: seconds from now for all that is asked; what comes later is not asked.
            clock: monotonic, in seconds.
            jitter: 0 to 1; a pause is up to half longer by it.
            proxies: by scheme, "no" for hosts without one; None: what the environment says.
            resolve: looks up the addresses of a host.
            is_public: whether an address is everybody's, not of this machine or its network.
        """
        self._limits = limits or Limits()
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._deadline, self._end = deadline, clock() + deadline
        self._agent = f"digest/{__version__} (+{site_url})"
        self._proxies = dict(getproxies() if proxies is None else proxies)
        self._resolve, self._is_public = resolve, is_public
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()

    def get(self, request: Request) -> Answer:
        """Ask, again after a pause where the server says "slow down", and follow redirects.

        Raises:
            Unreachable: nobody is there; the server's other requests get the same, at once.
            TooLate: the deadline of all requests has passed.
            SourceError: no answer, or none that we may take; one line says why.
        """
        url, public_only = request.url, False
        for _ in range(self._limits.redirects + 1):
            reply = self._patiently(url, request, public_only)
            location = reply.headers.get("location") if reply.status in _MOVED else None
            if not location:
                mark = Validator(
                    etag=reply.headers.get("etag", ""),
                    modified=reply.headers.get("last-modified", ""),
                )
                known = mark if mark.etag or mark.modified else None
                return Answer(
                    url=url,
                    status=reply.status,
                    body=reply.body,
                    validator=known,
                    charset=charset_of(reply.headers.get("content-type", "")),
                )
            url, public_only = redirected(url, location), reply.public
        raise SourceError(f"more than {self._limits.redirects} redirects from {request.url}")

    def _patiently(self, url: str, request: Request, public_only: bool) -> Reply:
        """The first answer worth the name, however many tries that takes.

        Between two tries all who wait for the host have their turn: what is wrong with one of its
        documents need not be with the next.
        """
        host, server = self._of(url)
        if server.given_up:
            raise Unreachable(f"{urlsplit(url).hostname} was not asked: {server.given_up}")
        spent, timeouts = 0.0, 0
        for pause in (*PAUSES, None):
            with self._turn(host):
                if server.given_up and pause != PAUSES[0]:
                    break  # who waited by then has one try
                started = self._clock()
                reply = self._once(url, request, public_only, timeouts)
                spent += self._clock() - started
                if not reply.problem:
                    return reply
                timeouts += reply.timed_out
                wait = self._wait(reply, pause)
                enough = timeouts >= self._limits.timeouts or reply.endless or server.given_up
                if wait is None or enough or spent + wait > self._limits.patience:
                    break
                if reply.is_busy and host.paused > self._deadline / 2:
                    break  # whoever waits for the host has a turn too
                if reply.is_busy:
                    host.paused += wait
                    self._pause(wait)
            if not reply.is_busy:
                self._pause(wait)
            spent += wait
        if timeouts or not server.answered:
            server.given_up = server.given_up or reply.problem
        asks = f", which asks to wait {wait:.0f} s" if wait and reply.retry_after else ""
        raise SourceError(f"{reply.problem} from {urlsplit(url).hostname}{asks}; given up")

    def _wait(self, reply: Reply, pause: float | None) -> float | None:
        """Seconds until the next try; None where there is none."""
        if pause is None:
            return None
        asked = reply.retry_after
        return pause * (1 + self._jitter() / 2) if asked is None else asked

    def _pause(self, seconds: float) -> None:
        if seconds >= self._left():
            raise self._late()
        self._sleep(seconds)

    @contextmanager
    def _turn(self, host: Host) -> Iterator[None]:
        """Ask the host alone, after all who came before."""
        if not host.turns.acquire(self._left()):
            raise self._late()
        try:
            self._left()
            yield
        finally:
            host.turns.release()

    def _left(self) -> float:
        """Seconds until the deadline, more than none.

        Raises:
            TooLate: there are none.
        """
        left = self._end - self._clock()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> TooLate:
        return TooLate(f"not reached in time: the {self._deadline:,g} s of this run are over")

    def _once(self, url: str, request: Request, public_only: bool, timeouts: int) -> Reply:
        """Ask once.

        Args:
            timeouts: earlier tries of this request that took too long.
        """
        host, server = self._of(url)
        public = self._reach(url, public_only)
        wait = seconds_to_wait(host.last, self._clock(), pace_of(url, request))
        if wait:
            self._pause(wait)
        host.last = self._clock()
        read, whole = self._times(url, timeouts)
        seconds = min(whole, self._left())
        try:
            reply = network.within(seconds, lambda: self._exchange(url, request, read))
        except TimeoutError:
            self._left()
            if seconds < whole:
                raise self._late() from None
            return self._timed_out(url, f"no whole answer in {seconds:.3g} s", endless=True)
        except NoAnswer as error:
            if proxy_of(url, self._proxies) and not server.answered:
                # A proxy that lets nobody through fails in many ways, and will again.
                server.down = self._unreached(url, error)
                raise Unreachable(server.down) from None
            if error.silent:
                problem = f"no whole answer: nothing came for {read:.3g} s"
                return self._timed_out(url, problem)
            return Reply(problem=f"no whole answer ({error})")
        server.answered = True
        return msgspec.structs.replace(reply, public=public)

    def _timed_out(self, url: str, problem: str, *, endless: bool = False) -> Reply:
        self._of(url)[1].timeouts += 1
        return Reply(problem=problem, timed_out=True, endless=endless)

    def _times(self, url: str, timeouts: int) -> tuple[float, float]:
        """Seconds without a byte, and for a whole answer.

        Who took too long gets ever less time: however many of a server's documents don't come, all
        who wait for it have a turn soon. One that has answered gets all of it for the next try of
        the one request that took too long.
        """
        limits, server = self._limits, self._of(url)[1]
        read = limits.arxiv_read if group_of(url) == ARXIV else limits.read
        slow = server.timeouts - timeouts if server.answered else server.timeouts
        share = 1 / (1 + slow) ** 2
        least = min(read, limits.least), min(limits.whole, limits.least)
        return max(read * share, least[0]), max(limits.whole * share, least[1])

    def _exchange(self, url: str, request: Request, read: float) -> Reply:
        """Over connections that lead to the address that was checked, or through the proxy."""
        server, limits = self._of(url)[1], self._limits
        if server.way is None:
            proxy = proxy_of(url, self._proxies)
            server.way = Way(url, server.address, proxy, connect=limits.reach)
        return server.way.exchange(url, request, self._agent, limits.body, read)

    def _reach(self, url: str, public_only: bool) -> bool:
        """See that somebody is there, in a time that no resolver or dead route can stretch.

        Returns:
            Whether it is a public address. Behind a proxy the name alone can say so.

        Raises:
            SourceError: it isn't, and has to be.
        """
        server = self._of(url)[1]
        name, proxy = server_of(url)[0], proxy_of(url, self._proxies)
        if server.down:
            raise Unreachable(f"{name} was not asked: {server.down}")
        if not server.address:
            server.address = self._connected(url, server, public_only and not proxy)
        public = network.is_public_name(name) if proxy else self._is_public(server.address)
        if public_only and not public:
            raise self._private(name, server.address if not proxy else name)
        return public

    def _connected(self, url: str, server: Server, public_only: bool) -> str:
        """The address of a server, or of the proxy that leads to it, where somebody answers."""
        door, seconds = server_of(proxy_of(url, self._proxies) or url), self._limits.reach
        allowed = self._is_public if public_only else lambda address: True
        try:
            return network.within(
                min(seconds, self._left()),
                lambda: network.reached(door, seconds, self._resolve, allowed),
            )
        except network.NotPublic as error:
            raise self._private(door[0], str(error)) from None
        except (OSError, UnicodeError) as error:
            self._left()
            server.down = self._unreached(url, error)
            raise Unreachable(server.down) from None

    def _private(self, name: str, address: str) -> SourceError:
        where = name if name == address else f"{name} ({address})"
        return SourceError(
            f"a redirect to {where}, which is of this machine or its network, was refused"
        )

    def _unreached(self, url: str, error: Exception) -> str:
        proxy = proxy_of(url, self._proxies)
        via = f"the proxy {server_of(proxy)[0]}: " if proxy else ""
        return f"{server_of(url)[0]} could not be reached: {via}{words(error)}"

    def _of(self, url: str) -> tuple[Host, Server]:
        with self._lock:
            host = self._hosts.setdefault(group_of(url), Host())
            return host, host.servers.setdefault(server_of(url), Server())
