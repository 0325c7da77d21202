"""What the papers say about their field: themes, terms, teams and revisions over time. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from digest.model import Entry, Paper, Theme
from digest.trends.rising import Rise, Titles
from digest.trends.shares import Shares, shares

WEEKS = 52  # shown: a year has its tides
YEARS = 10  # of teams shown
TEAMS = ("1", "2", "3", "4–5", "6–10", "11 or more")  # authors of a paper
DAYS = ("0–1", "2–7", "8–30", "31–90", "91–365", "over 365")  # from the first version to the second
_TEAMS, _DAYS = (1, 2, 3, 5, 10), (1, 7, 30, 90, 365)  # the last number of each but the last


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of the papers, told apart by a number of theirs."""

    name: str  # "6–10"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Teams:
    """How many people wrote the papers of a year together."""

    year: int
    parts: tuple[Part, ...]  # by number of authors

    @property
    def papers(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisions:
    """How long papers took to their second version, of those whose dates are known."""

    parts: tuple[Part, ...]  # by days
    half: float  # days within which half of them came

    @property
    def papers(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """All of it."""

    weekly: tuple[Trend, ...]  # in the order of site.yaml
    shares: Shares | None
    rise: Rise | None
    teams: tuple[Teams, ...]  # newest year first
    revisions: Revisions | None


def trends(themes: Sequence[Theme], papers: Sequence[Paper]) -> Trends:
    """What the papers say, each read once; nothing without papers."""
    if not papers:
        return Trends(weekly=(), shares=None, rise=None, teams=(), revisions=None)
    newest = max(paper.entry.announced for paper in papers)
    last, titles = _monday(newest), Titles(newest)
    weeks, months = Counter[tuple[str, date]](), defaultdict[date, Counter[str]](Counter)
    teams = defaultdict[int, Counter[int]](Counter)
    days = list[int]()
    for paper in papers:
        entry = paper.entry
        monday = _monday(entry.announced)
        weeks.update((match.theme, monday) for match in paper.matches)
        months[entry.announced.replace(day=1)][paper.primary] += 1
        if entry.authors:
            teams[entry.announced.year][_part(len(entry.authors), _TEAMS)] += 1
        if (took := days_to_revision(entry)) is not None:
            days.append(took)
        titles.add(entry)
    starts = [last - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    return Trends(
        weekly=tuple(
            Trend(
                theme=theme,
                weeks=tuple(Week(start=start, count=weeks[theme.id, start]) for start in starts),
            )
            for theme in themes
        ),
        shares=shares(themes, months),
        rise=titles.rise(),
        teams=tuple(
            Teams(year=year, parts=_named(TEAMS, teams[year]))
            for year in sorted(teams, reverse=True)[:YEARS]
        ),
        revisions=_revisions(days),
    )


def days_to_revision(entry: Entry) -> int | None:
    """From the first version to the second; None where there is none, or a date is not known."""
    dates = {version.number: version.date for version in entry.versions if version.date}
    first, second = entry.published or dates.get(1), dates.get(2)
    return max((second - first).days, 0) if first and second else None


def _revisions(days: Sequence[int]) -> Revisions | None:
    if not days:
        return None
    counts = Counter(_part(took, _DAYS) for took in days)
    return Revisions(parts=_named(DAYS, counts), half=median(days))


def _named(names: Sequence[str], counts: Counter[int]) -> tuple[Part, ...]:
    return tuple(Part(name=name, count=counts[at]) for at, name in enumerate(names))


def _part(number: int, limits: Sequence[int]) -> int:
    """Which of the parts that the limits make a number is in."""
    return sum(number > limit for limit in limits)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
