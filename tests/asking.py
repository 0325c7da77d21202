"""Puts a source's requests to whatever a test has for an answer: no client, no server."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digest.errors import SourceError
from digest.model import Answer, Request, SourceResult
from digest.sources.asking import Asking, Run

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)  # a Friday
RECORDED = Path(__file__).parent / "recorded"
Reply = bytes | int | Answer | SourceError  # a body, a status, all of it, or no answer


def a_run(now: datetime = NOW, **known: Any) -> Run:
    return Run(root=Path(), now=now, **known)


def told(
    asking: Asking, reply: Callable[[Request], Reply], pieces: list[SourceResult] | None = None
) -> tuple[SourceResult, list[Request]]:
    """What a source makes of the replies, and what it asked; its pieces go to `pieces`.

    Raises:
        SourceError: what the source raised.
    """
    asked = list[Request]()
    try:
        step = next(asking)
        while True:
            if isinstance(step, SourceResult):
                assert pieces is not None
                pieces.append(step)
                step = next(asking)
                continue
            asked.append(step)
            found = reply(step)
            if isinstance(found, SourceError):
                step = asking.throw(found)
            else:
                step = asking.send(_answer(step, found))
    except StopIteration as done:
        fetched: SourceResult = done.value
        return fetched, asked


def in_turn(replies: Iterable[Reply]) -> Callable[[Request], Reply]:
    """Gives the replies one after another, whatever is asked."""
    following = iter(replies)
    return lambda request: next(following)


def _answer(request: Request, reply: bytes | int | Answer) -> Answer:
    if isinstance(reply, Answer):
        return reply
    status, body = (reply, b"") if isinstance(reply, int) else (200, reply)
    return Answer(url=request.url, status=status, body=body)
