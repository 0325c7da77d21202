"""How sources ask: each is a generator of requests that is sent the answers. Pure."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from digest.errors import SourceError
from digest.model import Answer, Entry, Fetched, Past, Request, State, Validator

# A long harvest gives pieces on its way, and is sent nothing for them.
Asking = Generator[Request | Fetched, Answer, Fetched]
Tell = Callable[[Fetched], None]


class Client(Protocol):
    """Whoever opens connections."""

    def get(self, request: Request) -> Answer:
        """Ask, politely.

        Raises:
            SourceError: no answer worth the name came; Unreachable where nobody is there.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every source is told of the run it is part of."""

    root: Path
    now: datetime  # UTC
    since: date | None = None  # fill the gaps from this day on
    known: Callable[[str], Entry | None] = field(default=lambda name: None)  # the archive, by id
    past: Mapping[str, Past] = field(default_factory=dict)  # the ledger, by source
    validators: Mapping[str, Validator] = field(default_factory=dict)  # by address

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def seen(self) -> date | None:
        """The day on which papers are first seen: None, "when announced", where we fill a gap."""
        return None if self.since else self.today

    def past_of(self, source: str) -> Past:
        return self.past.get(source, Past())


def body(answer: Answer) -> bytes:
    """The body of a page that is there.

    Raises:
        SourceError: the server says otherwise.
    """
    if answer.status != 200:
        raise SourceError(f"HTTP {answer.status} from {answer.url}")
    return answer.body


def failed(source: str, error: SourceError) -> Fetched:
    """What a source gave that gave nothing."""
    problem = " ".join(str(error).split())
    return Fetched(source=source, state=State.FAILED, problem=problem)
