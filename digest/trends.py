"""How many papers each theme got in each week. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digest.model import Paper, Theme

WEEKS = 52  # shown: a year has its tides


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The papers announced from one Monday to the next."""

    start: date  # a Monday
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A theme's weeks, oldest first, those without papers too."""

    theme: Theme
    weeks: tuple[Week, ...]

    @property
    def count(self) -> int:
        return sum(week.count for week in self.weeks)

    @property
    def most(self) -> int:
        """Papers of the fullest week."""
        return max(week.count for week in self.weeks)


def weekly(themes: Sequence[Theme], papers: Sequence[Paper]) -> tuple[Trend, ...]:
    """Each theme's papers in the 52 weeks up to that of the newest paper; nothing without papers.

    A paper counts in each of its themes.
    """
    if not papers:
        return ()
    last = _monday(max(paper.announced for paper in papers))
    starts = [last - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    counts = Counter(
        (theme, _monday(paper.announced)) for paper in papers for theme in paper.themes
    )
    return tuple(
        Trend(
            theme=theme,
            weeks=tuple(Week(start=start, count=counts[theme.id, start]) for start in starts),
        )
        for theme in themes
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
