"""What each day announced, and which papers were revised on it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

import msgspec
from msgspec import structs

from digest.model import Site, Theme, Version
from digest.papers.paper import Paper
from digest.papers.rank.scores import PaperScore, Scores


class ThemeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Papers of one primary theme; None for those that nothing matches."""

    theme: Theme | None
    papers: tuple[Paper, ...]


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """A later version of a paper."""

    paper: Paper
    version: Version
    date: date  # UTC


class DayNews(msgspec.Struct, frozen=True, kw_only=True):
    """What one day announced, and which papers were revised on it."""

    date: date
    groups: tuple[ThemeGroup, ...]
    updates: tuple[Update, ...]
    first: tuple[Paper, ...] = ()  # the best across themes, where papers are ranked
    scores: Scores = {}  # of its papers, by id, where they are shown

    @property
    def path(self) -> str:
        return f"days/{self.date}/"

    @property
    def count(self) -> int:
        return sum(len(group.papers) for group in self.groups)


class MonthNews(msgspec.Struct, frozen=True, kw_only=True):
    """The days of one month that have news, oldest first."""

    date: date  # its first day
    days: tuple[DayNews, ...]

    @property
    def path(self) -> str:
        return f"archive/{self.date:%Y-%m}/"

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)


def in_order(papers: Iterable[Paper]) -> list[Paper]:
    """By the day of their announcement, oldest first."""
    return sorted(papers, key=lambda paper: (paper.announced, paper.id))


def news(site: Site, papers: Iterable[Paper], updates: Iterable[Update]) -> tuple[DayNews, ...]:
    """Every day that has papers or updates, oldest first."""
    announced = defaultdict[date, list[Paper]](list)
    for paper in papers:
        announced[paper.announced].append(paper)
    revised = defaultdict[date, list[Update]](list)
    for update in updates:
        revised[update.date].append(update)
    return tuple(
        DayNews(date=day, groups=_groups(site, announced[day]), updates=tuple(revised[day]))
        for day in sorted(announced.keys() | revised.keys())
    )


def ranked(day: DayNews, scores: Scores, first: int) -> DayNews:
    """The same day, each theme's papers best first; those without a score come last.

    Args:
        scores: by id and alias.
        first: papers across themes to start with.
    """
    papers = [paper for group in day.groups for paper in group.papers]
    kept = {paper.id: score for paper in papers if (score := score_of(paper, scores))}
    if not kept:
        return day
    groups = tuple(
        structs.replace(group, papers=tuple(best_first(group.papers, kept))) for group in day.groups
    )
    best = [paper for paper in best_first(papers, kept) if paper.id in kept][:first]
    return structs.replace(day, groups=groups, first=tuple(best), scores=kept)


def best_first(papers: Iterable[Paper], scores: Scores) -> list[Paper]:
    """Papers by their scores, equal ones by id; those without a score come last."""

    def place(paper: Paper) -> tuple[bool, int, str]:
        score = scores.get(paper.id)
        return score is None, -score.score if score else 0, paper.id

    return sorted(papers, key=place)


def score_of(paper: Paper, scores: Scores) -> PaperScore | None:
    """The score of a paper by any id that it goes by."""
    names = (paper.id, *paper.facts.aliases)
    return next((scores[name] for name in names if name in scores), None)


def by_month(days: Sequence[DayNews]) -> tuple[MonthNews, ...]:
    """The months that have news, oldest first."""
    return tuple(
        MonthNews(date=first, days=tuple(of_month))
        for first, of_month in groupby(days, key=lambda day: day.date.replace(day=1))
    )


def updates(papers: Iterable[Paper]) -> tuple[Update, ...]:
    """Every later version of every paper, newest first."""
    every = [
        Update(paper=paper, version=version, date=day)
        for paper in papers
        for version in paper.facts.later
        if (day := version.date.date() if version.date else version.seen)
    ]
    return tuple(sorted(every, key=lambda u: (u.date, u.paper.id), reverse=True))


def _groups(site: Site, papers: Iterable[Paper]) -> tuple[ThemeGroup, ...]:
    """By primary theme in the order of site.yaml; what nothing matches comes last."""
    members: dict[str, list[Paper]] = {name: [] for name in (*(t.id for t in site.themes), "")}
    for paper in papers:
        members[paper.primary].append(paper)
    known: dict[str, Theme | None] = {theme.id: theme for theme in site.themes}
    return tuple(
        ThemeGroup(theme=known.get(theme), papers=tuple(of_theme))
        for theme, of_theme in members.items()
        if of_theme
    )
