"""What changed between two texts, word by word. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

import msgspec

MOST = 2_000  # words of a text: so many rows of so many bits are made
_ALONE = 3  # words changed on either side of one that stayed, from which on it is noise

_Run = tuple[int, int, int]  # words that stayed: where in the old text, where in the new, how many


class DiffKind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class DiffPiece(msgspec.Struct, frozen=True):
    """Some words in a row that share their fate."""

    mark: DiffKind
    text: str


@lru_cache(256)  # the pages and feeds that show a version ask again
def words(old: str, new: str) -> tuple[DiffPiece, ...]:
    """The pieces of both texts in reading order, what was removed before what came in its place.

    White space counts as one space. Texts too long to compare are replaced as a whole.
    """
    return tuple(_pieces(old.split(), new.split()))


def _pieces(old: list[str], new: list[str]) -> Iterator[DiffPiece]:
    before = after = 0
    for start, place, length in (*_readable(old, new), (len(old), len(new), 0)):
        for mark, found in (
            (DiffKind.REMOVED, old[before:start]),
            (DiffKind.ADDED, new[after:place]),
            (DiffKind.SAME, new[place : place + length]),
        ):
            if found:
                yield DiffPiece(mark, " ".join(found))
        before, after = start + length, place + length


def _readable(old: Sequence[str], new: Sequence[str]) -> Iterator[_Run]:
    """What stayed, without the words that only happen to stand in two texts that have nothing
    else in common there.
    """
    runs = [(0, 0, 0), *_runs(_stayed(old, new)), (len(old), len(new), 0)]
    gaps = [
        max(start - before - length, place - after - length)
        for (before, after, length), (start, place, _) in pairwise(runs)
    ]
    for run, left, right in zip(runs[1:-1], gaps, gaps[1:], strict=False):
        if min(left, right) < _ALONE * run[2]:
            yield run


def _runs(places: Sequence[tuple[int, int]]) -> list[_Run]:
    """Words that stand side by side in both texts, together."""
    found = list[_Run]()
    for start, place in places:
        if found and found[-1][:2] == (start - found[-1][2], place - found[-1][2]):
            found[-1] = (*found[-1][:2], found[-1][2] + 1)
        else:
            found.append((start, place, 1))
    return found


def _stayed(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words of a longest common subsequence stand in both texts, ascending.

    A row of bits for each old word: the one for a new word is 0 where the subsequence grows there.
    Source: H. Hyyrö, Bit-parallel LCS-length computation revisited, AWOCA 2004.
    """
    if max(len(old), len(new)) > MOST:
        return []
    places = dict[str, int]()
    for at, word in enumerate(new):
        places[word] = places.get(word, 0) | 1 << at
    full = (1 << len(new)) - 1
    rows = [full]
    for word in old:
        met = rows[-1] & places.get(word, 0)
        rows.append((rows[-1] + met | rows[-1] - met) & full)
    found, start, place = list[tuple[int, int]](), len(old), len(new)
    while start and place:
        if old[start - 1] == new[place - 1]:
            start, place = start - 1, place - 1
            found.append((start, place))
        elif rows[start] >> (place - 1) & 1:
            place -= 1
        else:
            start -= 1
    return found[::-1]
