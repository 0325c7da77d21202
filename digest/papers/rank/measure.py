"""How early a ranking puts what was picked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

import msgspec


class Measure(msgspec.Struct, frozen=True):
    """How good the order of a day is, or of many days on average; all of it 0 to 1."""

    auc: float  # how often a picked paper stands before one that was not; a tie counts half
    first10: float  # picks among the first ten
    first20: float  # share of the picks that stands among the first twenty
    depth: float  # share of the papers to read until 95 % of the picks are found


def measure(scores: Sequence[float], picked: Sequence[bool]) -> Measure | None:
    """The measure of one day; None where all or none of its papers were picked.

    Args:
        scores: of its papers, in the order of the list, which breaks ties.
    """
    picks = sum(picked)
    if picks in {0, len(picked)}:
        return None
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    hits = [picked[at] for at in order]
    return Measure(_auc(scores, picked), sum(hits[:10]) / 10, sum(hits[:20]) / picks, _depth(hits))


def mean(measures: Sequence[Measure]) -> Measure:
    """The average of days."""
    return Measure(*map(fmean, zip(*map(msgspec.structs.astuple, measures), strict=True)))


def spread(measures: Sequence[Measure]) -> Measure:
    """The standard deviation over days."""
    return Measure(*map(pstdev, zip(*map(msgspec.structs.astuple, measures), strict=True)))


def _auc(scores: Sequence[float], picked: Sequence[bool]) -> float:
    """The Mann-Whitney statistic, by ranks; equal scores share the middle one."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, start = 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        ranks += (start + end + 1) / 2 * sum(picked[at] for at in order[start:end])
        start = end
    picks = sum(picked)
    return (ranks - picks * (picks + 1) / 2) / (picks * (len(picked) - picks))


def _depth(hits: Sequence[bool]) -> float:
    wanted = 95 * sum(hits)
    found = 0
    for place, hit in enumerate(hits, 1):
        found += hit
        if 100 * found >= wanted:
            return place / len(hits)
    return 1.0
