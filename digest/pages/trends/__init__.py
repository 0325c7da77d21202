"""What the papers say about their field: themes, terms, teams and revisions over time. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median

import msgspec

from digest.language import ENGLISH, Language
from digest.model import Theme
from digest.pages.trends import rising
from digest.pages.trends.rising import Rise
from digest.pages.trends.shares import Shares, shares
from digest.papers.paper import Paper

WEEKS = 52  # shown: a year has its tides
YEARS = 10  # of teams shown
TEAMS = (1, 2, 3, 5, 10)  # authors of a paper: the last number of each part but the last
DAYS = (1, 7, 30, 90, 365)  # from the first version to the second


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """The papers announced from one Monday to the next."""

    start: date  # a Monday
    count: int


class Trend(msgspec.Struct, frozen=True, kw_only=True):
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


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the papers, told apart by a number of theirs."""

    name: str  # "6–10", "11 or more"
    short: str  # "6–10", "11"
    count: int


class Teams(msgspec.Struct, frozen=True, kw_only=True):
    """How many people wrote the papers of a year together."""

    year: int
    parts: tuple[Part, ...]  # by number of authors

    @property
    def papers(self) -> int:
        return sum(part.count for part in self.parts)


class Revisions(msgspec.Struct, frozen=True, kw_only=True):
    """How long papers took to their second version, of those whose dates are known."""

    parts: tuple[Part, ...]  # by days
    half: float  # days within which half of them came

    @property
    def papers(self) -> int:
        return sum(part.count for part in self.parts)


class Trends(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    weekly: tuple[Trend, ...]  # in the order of site.yaml
    shares: Shares | None
    titled: tuple[Paper, ...]  # the papers whose titles tell which terms rise
    teams: tuple[Teams, ...]  # newest year first
    revisions: Revisions | None

    @property
    def rise(self) -> Rise | None:
        """The terms that rise, read from the titles when they are shown; None where too few are."""
        return rising.rise(self.titled)


def trends(
    themes: Sequence[Theme], papers: Sequence[Paper], language: Language = ENGLISH
) -> Trends:
    """What the papers say; nothing without papers."""
    if not papers:
        return Trends(weekly=(), shares=None, titled=(), teams=(), revisions=None)
    newest = max(paper.announced for paper in papers)
    last = _monday(newest)
    weeks, months = Counter[tuple[str, date]](), defaultdict[date, Counter[str]](Counter)
    teams = defaultdict[int, Counter[int]](Counter)
    facts = [paper.facts for paper in papers]
    for (day, of_day), count in Counter((paper.announced, paper.themes) for paper in facts).items():
        monday = _monday(day)
        for theme in of_day:
            weeks[theme, monday] += count
        months[day.replace(day=1)][of_day[0] if of_day else ""] += count
    for (year, team), count in Counter(
        (paper.announced.year, paper.team) for paper in facts
    ).items():
        if team:
            teams[year][_part(team, TEAMS)] += count
    days = [paper.took for paper in facts if paper.took is not None]
    first = rising.start(newest)
    starts = [last - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    return Trends(
        weekly=tuple(
            Trend(
                theme=theme,
                weeks=tuple(Week(start=start, count=weeks[theme.id, start]) for start in starts),
            )
            for theme in themes
        ),
        shares=shares(themes, months, language),
        titled=tuple(paper for paper in papers if paper.announced >= first),
        teams=tuple(
            Teams(year=year, parts=_teams(teams[year], language))
            for year in sorted(teams, reverse=True)[:YEARS]
        ),
        revisions=_revisions(days, language),
    )


def _revisions(days: Sequence[int], language: Language) -> Revisions | None:
    if not days:
        return None
    counts = Counter(_part(took, DAYS) for took in days)
    last = DAYS[-1]
    names = [*_ranges(0, DAYS), (language.say("over %(number)s", number=last), f"> {last}")]
    return Revisions(parts=_named(names, counts), half=median(days))


def _teams(counts: Counter[int], language: Language) -> tuple[Part, ...]:
    more = TEAMS[-1] + 1
    name = language.say("%(number)s or more", number=more)
    return _named([*_ranges(1, TEAMS), (name, f"{more}")], counts)


def _ranges(first: int, limits: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Each part but the last by its numbers: "6–10"."""
    for last in limits:
        name = f"{first}–{last}" if first < last else f"{last}"
        yield name, name
        first = last + 1


def _named(names: Sequence[tuple[str, str]], counts: Counter[int]) -> tuple[Part, ...]:
    return tuple(
        Part(name=name, short=short, count=counts[at]) for at, (name, short) in enumerate(names)
    )


def _part(number: int, limits: Sequence[int]) -> int:
    """Which of the parts that the limits make a number is in."""
    return sum(number > limit for limit in limits)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
