"""How sources ask: each is a generator of requests that is sent the answers. Pure."""

import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from traceback import walk_tb
from typing import Protocol, TypeVar

import msgspec
from msgspec import structs

from digest.errors import DigestError, Refused, SourceError
from digest.model import (
    Answer,
    Entry,
    Request,
    SourceHistory,
    SourceResult,
    State,
    Validator,
)

# A long harvest gives pieces on its way, and is sent nothing for them.
Asking = Generator[Request | SourceResult, Answer, SourceResult]
Tell = Callable[[SourceResult], None]
_LONGEST_FAULT = 500  # characters of what a server or a library says
_log = logging.getLogger("digest.sources")
TRIES = 3  # of an answer that can't be right
_Read = TypeVar("_Read")


class Client(Protocol):
    """Whoever opens connections."""

    def get(self, request: Request) -> Answer:
        """Ask, politely.

        Raises:
            SourceError: no answer worth the name came; Unreachable where nobody is there.
        """


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What every source is told of the run it is part of."""

    root: Path
    now: datetime  # UTC
    since: date | None = None  # fill the gaps from this day on
    until: date | None = None  # where a backfill goes on: the last day that is left of it
    known: Callable[[str], Entry | None] = lambda name: None  # the archive, by id
    past: Mapping[str, SourceHistory] = msgspec.field(default_factory=dict)  # the ledger, by source
    validators: Mapping[str, Validator] = msgspec.field(default_factory=dict)  # by address

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def end(self) -> datetime:
        """Until when there is something to ask for."""
        if self.until is None:
            return self.now
        return min(self.now, datetime.combine(self.until + timedelta(days=1), time(), UTC))

    @property
    def seen(self) -> date | None:
        """The day on which papers are first seen: None, "when announced", where we fill a gap."""
        return None if self.since else self.today

    def past_of(self, source: str) -> SourceHistory:
        return self.past.get(source, SourceHistory())


def body(answer: Answer) -> bytes:
    """The body of a page that is there.

    Raises:
        Refused: the server says otherwise.
    """
    if answer.status != 200:
        raise Refused(f"HTTP {answer.status} from {answer.url}")
    return answer.body


def let_speak(answer: Answer, parse: Callable[[bytes], object]) -> None:
    """Raise what the document of an error says: with HTTP 400, arXiv sends one.

    Raises:
        Refused: with arXiv's words.
    """
    if answer.status == 400:
        try:
            parse(answer.body)
        except Refused:
            raise
        except SourceError:
            pass  # it has no words


def again(request: Request, read: Callable[[Answer], _Read]) -> Generator[Request, Answer, _Read]:
    """What an answer says; one that can't be right is asked for again, ever more slowly.

    Raises:
        SourceError: the last one's, or the first that asking again won't help.
    """
    problem = SourceError("not asked")
    for attempt in range(TRIES):
        answer = yield structs.replace(request, pace=request.pace * 2**attempt)
        try:
            return read(answer)
        except Refused:
            raise
        except SourceError as error:
            problem = error
    raise problem


def failed(source: str, error: Exception) -> SourceResult:
    """What a source gave that gave nothing."""
    return SourceResult(source=source, state=State.FAILED, problem=fault(error))


def fault(error: Exception) -> str:
    """What went wrong, on one line; where it happened too, if nobody had foreseen it."""
    words = " ".join(str(error)[:_LONGEST_FAULT].split())
    if isinstance(error, (DigestError, msgspec.DecodeError, UnicodeDecodeError)):
        return words
    _log.debug("%s: %s", type(error).__name__, words, exc_info=error)
    frames = list(walk_tb(error.__traceback__))
    frame, line = frames[-1] if frames else (None, 0)
    module = frame.f_globals.get("__name__", "?") if frame else "?"
    return f"{type(error).__name__} at {module}:{line}" + (f": {words}" if words else "")


def left_out(reasons: Sequence[str], what: str = "item", count: int = 0) -> str:
    """How many were left out, and why the first of them was; empty where none was.

    Args:
        reasons: of the first of them.
        count: of all, where not each one's reason is kept.
    """
    count = max(count, len(reasons))
    if not count:
        return ""
    number = f"1 {what} left out" if count == 1 else f"{count:,} {what}s left out, the first"
    return f"{number}: {reasons[0]}"
