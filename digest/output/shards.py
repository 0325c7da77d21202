"""Which pages are made together, sharing what they read, so that all cores have work. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol, TypeVar

from digest.model import Page

PAPERS = 500  # of one shard
_UNDATED = 4  # pages of one shard that belong to no day: the largest are among them


class Dated(Protocol):
    """What stands on a day."""

    @property
    def announced(self) -> date: ...


_Paper = TypeVar("_Paper", bound=Dated)


def shards(
    papers: Sequence[_Paper], lists: Sequence[Page], size: int = PAPERS
) -> Iterator[tuple[Sequence[_Paper], Sequence[Page]]]:
    """The papers whose pages each shard has, and its other pages; what takes longest comes first.

    Args:
        papers: by day, oldest first.
        lists: all other pages.
        size: papers of a shard.
    """
    undated = [page for page in lists if page.day is None]
    for at in range(0, len(undated), _UNDATED):
        yield (), undated[at : at + _UNDATED]
    starts = [papers[at].announced for at in range(0, len(papers), size)]
    dated: list[list[Page]] = [[] for _ in range(max(len(starts), 1))]
    for page in lists:
        if page.day is not None:
            dated[max(bisect_right(starts, page.day) - 1, 0)].append(page)
    for number, pages in enumerate(dated):
        yield papers[number * size : (number + 1) * size], pages
