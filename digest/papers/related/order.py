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

BLOCK = 25_000  # papers: each sees so many at least, twice as many at most, where there are some
Place = tuple[date, str]  # a day, and of what came on it a month such as "2026-05"


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Papers of one month that may be looked at from the same day on."""

    day: date
    size: int
    fingerprint: bytes  # of their first words


def closing(announced: date, seen: date) -> date:
    """The day from which on a paper may be looked at."""
    year, month = divmod(announced.year * 12 + announced.month, 12)
    return max(seen, date(year, month + 1, 1) if year <= date.max.year else date.max)


def coming(announced: date, seen: date) -> date:
    """The day on which a paper looks back."""
    return max(announced, seen)


class BatchOrder:
    """Batches in their order, and the ones that a paper sees of them.

    For each number of batches before a paper, `starts` has the first one that it sees, and
    `fingerprints` one of all those that it sees.
    """

    def __init__(self, batches: Iterable[tuple[str, Batch]], block: int = BLOCK) -> None:
        """
        Args:
            batches: each with its month, in any order.
            block: papers that each sees at least, where there are some.
        """
        ordered = sorted(batches, key=lambda pair: (pair[1].day, pair[0]))
        self.places: list[Place] = [(batch.day, month) for month, batch in ordered]
        self.starts, self.fingerprints = [0], [b""]
        size = start = block_start = 0  # papers of the newest block; batches before the last two
        last_block = this_block = b""
        for number, (_, batch) in enumerate(ordered):
            if size >= block:
                start, block_start, size = block_start, number, 0
                last_block, this_block = this_block, b""
            size += batch.size
            this_block = blake2b(this_block + batch.fingerprint, digest_size=16).digest()
            self.starts.append(start)
            self.fingerprints.append(last_block + this_block)

    def before(self, place: Place) -> int:
        """How many batches were there before what came then."""
        return bisect_left(self.places, place)
