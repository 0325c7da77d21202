"""In which order papers may be looked back at, and what each one sees. Pure.

Papers stand in batches by the day from which they may be looked at: the first of the month after
their own, or the day they came if that is later. What came filled in for the past, on one day, goes
by its months. So what a paper sees never changes by what comes later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b

import msgspec

BLOCK = (
    25_000  # papers: each sees so many at least, and twice as many at most, where there are some
)
Place = tuple[date, str]  # a day, and of what came on it a month such as "2026-05"


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Papers of one month that may be looked at from the same day on."""

    day: date
    size: int
    mark: bytes  # of their first words


def closing(announced: date, seen: date) -> date:
    """The day from which on a paper may be looked at."""
    year, month = divmod(announced.year * 12 + announced.month, 12)
    return max(seen, date(year, month + 1, 1) if year <= date.max.year else date.max)


def coming(announced: date, seen: date) -> date:
    """The day on which a paper looks back."""
    return max(announced, seen)


class BatchOrder:
    """All batches, and which of them papers see.

    They count in blocks of `BLOCK` papers or a batch more: a paper sees what is before it in its
    own block, and the whole block before that.
    """

    def __init__(self, batches: Iterable[tuple[str, Batch]]) -> None:
        """`batches`, each with its month, in any order."""
        found = sorted(batches, key=lambda each: (each[1].day, each[0]))
        self.places: list[Place] = [(batch.day, month) for month, batch in found]
        # For so many batches before a paper: the first that it sees, and a mark of all of those.
        self.starts, self.marks = [0], [b""]
        count = start = own = 0
        before = here = b""
        for number, (_, batch) in enumerate(found):
            if count >= BLOCK:
                start, own, count, before, here = own, number, 0, here, b""
            count += batch.size
            here = blake2b(here + batch.mark, digest_size=16).digest()
            self.starts.append(start)
            self.marks.append(before + here)

    def before(self, place: Place) -> int:
        """How many batches were there before what came then."""
        return bisect_left(self.places, place)
