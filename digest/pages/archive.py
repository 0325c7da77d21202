"""The pages of days and months, and the calendar that leads to them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.model import Page
from digest.pages.contents import Contents
from digest.pages.days import DayNews, MonthNews, by_month
from digest.pages.heatmap import heat


def plan_days(contents: Contents) -> Iterator[Page]:
    return _with_neighbours("day", contents.ranked_days)


def plan(contents: Contents) -> Iterator[Page]:
    counts = {day.date: day.count for day in contents.days}
    yield Page.of("archive/index.html", "archive.html", heat=heat(counts))
    yield from _with_neighbours("month", by_month(contents.days))


def _with_neighbours(name: str, parts: Sequence[DayNews | MonthNews]) -> Iterator[Page]:
    """A page for each day or month, which its template `NAME.html` knows by `name`."""
    for older, part, newer in zip((None, *parts), parts, (*parts[1:], None), strict=False):
        yield Page.of(
            f"{part.path}index.html",
            f"{name}.html",
            part.date,
            older=older,
            newer=newer,
            **{name: part},
        )
