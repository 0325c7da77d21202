"""Which pages the site has, and what each shows. Pure: nothing is rendered or written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import TypeVar

import msgspec

from digest.editor.curation import NOTHING, Edition
from digest.language import ENGLISH, Language
from digest.model import (
    Page,
    Site,
    Theme,
    Version,
)
from digest.pages.heatmap import heat
from digest.pages.paging import paged
from digest.pages.papers import of_paper
from digest.pages.trends import trends
from digest.papers.paper import Paper
from digest.papers.related import Related, no_related
from digest.papers.related.neighbours import NeighbourFinder
from digest.text.ids import paper_path, theme_path

FRONT_PAPERS = 50  # the front page shows whole days until it has as many
FRONT_UPDATES = 10
PER_SITEMAP = 10_000  # a fifth of what may be, so that a new paper changes little
UPDATES = 200  # on the page of updates; older ones stand on the days and papers they belong to

_UNLISTED = {"redirect.html", "hidden.html"}  # their pages ask not to be indexed
_Place = TypeVar("_Place")


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


class ThemeCount(msgspec.Struct, frozen=True, kw_only=True):
    """A theme at a glance."""

    theme: Theme
    count: int
    newest: date | None

    @property
    def path(self) -> str:
        return theme_path(self.theme.id)


def plan(
    site: Site,
    papers: Sequence[Paper],
    edition: Edition = NOTHING,
    homes: Mapping[str, str] = MappingProxyType({}),
    near: Related = no_related,
) -> Iterator[Page]:
    """Every page of the site, but for those the editor wrote and those of authors.

    Args:
        papers: all that may be shown, in any order.
        edition: what the editor picked, related and hid.
        homes: the pages of authors by their names.
        near: what is near each paper, see `related.find`.
    """
    papers = in_order(papers)
    around = NeighbourFinder(site, papers, near)
    yield from lists(site, papers, edition)
    yield from (of_paper(paper, edition, homes, around) for paper in papers)


def in_order(papers: Iterable[Paper]) -> list[Paper]:
    """By the day of their announcement, oldest first."""
    return sorted(papers, key=lambda paper: (paper.announced, paper.id))


def lists(
    site: Site,
    papers: Sequence[Paper],
    edition: Edition = NOTHING,
    language: Language = ENGLISH,
) -> Iterator[Page]:
    """Every page but those of the papers themselves, and those that the editor wrote.

    Args:
        papers: all that may be shown, in order.
        edition: what the editor picked, related and hid.
        language: of names that the pages show.
    """
    members = _members(site, papers)
    days = _days(site, papers)
    counts = tuple(_count(theme, members[theme.id]) for theme in site.themes)

    yield _front(days, counts, edition)
    yield Page.of("themes/index.html", "themes.html", themes=counts, unthemed=len(members[""]))
    found = trends(site.themes, papers, language)
    weekly = {trend.theme.id: trend for trend in found.weekly}
    for theme in site.themes:
        trend = weekly.get(theme.id)
        yield from paged(
            theme_path(theme.id),
            "theme.html",
            members[theme.id],
            theme.limit,
            theme.sort,
            front={"trend": trend},
            full={"trend": None},
            language=language,
            theme=theme,
        )
    for paper in edition.papers:
        if paper.hidden:
            yield Page.of(f"{paper.path}index.html", "hidden.html", paper=paper)
    for paper in edition.papers or papers:
        for alias in paper.facts.aliases:
            yield _moved(paper_path(alias), paper.path, paper.entry.title)
    for theme in site.themes:
        for former in theme.was:
            yield _moved(theme_path(former), theme_path(theme.id), theme.title)
    yield from _day_pages(days)
    yield from _archive_pages(days)
    yield Page.of("updates/index.html", "updates.html", days=_by_day(_updates(papers)[:UPDATES]))
    if site.trends:
        yield Page.of("trends/index.html", "trends.html", trends=found)
    yield Page.of("reading/index.html", "reading.html")
    if site.search:
        yield from _search_pages(papers)
    if all(article.slug != "about" for article in edition.articles):
        yield Page.of("about/index.html", "about.html")
    yield Page.of("404.html", "404.html")


def maps(paths: Sequence[str]) -> Iterator[Page]:
    """The sitemap of all pages that search engines may list, and robots.txt which names it.

    Args:
        paths: the addresses of those pages within the site, see `listed`: what stays comes first.

    Source: a sitemap holds 50,000 addresses at most, https://www.sitemaps.org/protocol.html
    """
    parts = [paths[at : at + PER_SITEMAP] for at in range(0, len(paths), PER_SITEMAP)]
    if len(parts) == 1:
        yield Page.of("sitemap.xml", "sitemap.xml", paths=parts[0])
    else:
        names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        yield Page.of("sitemap.xml", "sitemap-index.xml", names=names)
        for name, part in zip(names, parts, strict=True):
            yield Page.of(name, "sitemap.xml", paths=part)
    yield Page.of("robots.txt", "robots.txt")


def listed(planned: Iterable[Page]) -> list[str]:
    """The addresses of pages that search engines may list."""
    return [
        page.path.removesuffix("index.html")
        for page in planned
        if page.path.endswith("index.html") and page.template not in _UNLISTED
    ]


def _members(site: Site, papers: Iterable[Paper]) -> dict[str, list[Paper]]:
    """The papers of every theme, in the order given; those of none under the empty id."""
    found: dict[str, list[Paper]] = {name: [] for name in (*(t.id for t in site.themes), "")}
    for paper in papers:
        for theme in paper.themes:
            found[theme].append(paper)
        if not paper.themes:
            found[""].append(paper)
    return found


def _count(theme: Theme, papers: Sequence[Paper]) -> ThemeCount:
    newest = papers[-1].announced if papers else None
    return ThemeCount(theme=theme, count=len(papers), newest=newest)


def _front(days: Sequence[DayNews], counts: tuple[ThemeCount, ...], edition: Edition) -> Page:
    shown, total = list[DayNews](), 0
    for day in reversed(days):
        if total >= FRONT_PAPERS:
            break
        if day.count:
            shown.append(day)
            total += day.count
    updates = [update for day in reversed(days) for update in day.updates][:FRONT_UPDATES]
    return Page.of(
        "index.html",
        "index.html",
        days=tuple(shown),
        updates=tuple(updates),
        themes=counts,
        picks=edition.picks,
        letter=edition.letters[-1] if edition.letters else None,
    )


def _moved(old: str, new: str, title: str) -> Page:
    return Page.of(f"{old}index.html", "redirect.html", target=new, title=title)


def _days(site: Site, papers: Sequence[Paper]) -> tuple[DayNews, ...]:
    """Every day with news, oldest first."""
    announced = defaultdict[date, list[Paper]](list)
    for paper in papers:
        announced[paper.announced].append(paper)
    revised = defaultdict[date, list[Update]](list)
    for update in _updates(papers):
        revised[update.date].append(update)
    return tuple(
        DayNews(date=day, groups=_groups(site, announced[day]), updates=tuple(revised[day]))
        for day in sorted(announced.keys() | revised.keys())
    )


def _groups(site: Site, papers: Iterable[Paper]) -> tuple[ThemeGroup, ...]:
    """By primary theme in the order of site.yaml; what nothing matches comes last."""
    found: dict[str, list[Paper]] = {name: [] for name in (*(t.id for t in site.themes), "")}
    for paper in papers:
        found[paper.primary].append(paper)
    known: dict[str, Theme | None] = {theme.id: theme for theme in site.themes}
    return tuple(
        ThemeGroup(theme=known.get(theme), papers=tuple(members))
        for theme, members in found.items()
        if members
    )


def _updates(papers: Iterable[Paper]) -> tuple[Update, ...]:
    """Every later version of every paper, newest first."""
    found = [
        Update(paper=paper, version=version, date=day)
        for paper in papers
        for version in paper.facts.later
        if (day := version.date.date() if version.date else version.seen)
    ]
    return tuple(sorted(found, key=lambda u: (u.date, u.paper.id), reverse=True))


def _by_day(updates: Sequence[Update]) -> tuple[tuple[date, tuple[Update, ...]], ...]:
    return tuple((day, tuple(found)) for day, found in groupby(updates, key=lambda u: u.date))


def _day_pages(days: Sequence[DayNews]) -> Iterator[Page]:
    for before, day, after in _with_neighbours(days):
        yield Page.of(
            f"{day.path}index.html",
            "day.html",
            day.date,
            day=day,
            older=before,
            newer=after,
        )


def _archive_pages(days: Sequence[DayNews]) -> Iterator[Page]:
    months = tuple(
        MonthNews(date=first, days=tuple(found))
        for first, found in groupby(days, key=lambda day: day.date.replace(day=1))
    )
    found = heat({day.date: day.count for day in days})
    yield Page.of("archive/index.html", "archive.html", heat=found)
    for before, month, after in _with_neighbours(months):
        yield Page.of(
            f"{month.path}index.html",
            "month.html",
            month.date,
            month=month,
            older=before,
            newer=after,
        )


def _search_pages(papers: Sequence[Paper]) -> Iterator[Page]:
    """The page that searches, and for each year what it searches, so that news changes one year.

    A year's abstracts are apart: they are nine tenths of it, and few queries need them.
    """
    years = {
        year: tuple(found)
        for year, found in groupby(papers, key=lambda paper: paper.announced.year)
    }
    yield Page.of("search/index.html", "search.html", years=tuple(reversed(years)))
    for year, found in years.items():
        for name in ("search.json", "search-abstracts.json"):
            path = f"search/{year}{name.removeprefix('search')}"
            yield Page.of(path, name, papers=found)


def _with_neighbours(
    places: Sequence[_Place],
) -> Iterator[tuple[_Place | None, _Place, _Place | None]]:
    before = (None, *places)
    after = (*places[1:], None)
    return zip(before, places, after, strict=False)
