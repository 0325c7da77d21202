"""Papers for other programs: citations by theme and month, and an index of all. Pure.

docs/feeds.md says where they are, docs/*.schema.json what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from digest.model import Page, Site
from digest.papers.paper import Paper
from digest.text.ids import theme_path

LARGE = 2_000  # papers of one file; more are split by year
Parts = list[tuple[str, Sequence[Paper]]]  # what their files' names end with, and their papers
CITATIONS = ("papers.bib", "papers.ris", "papers.json")  # BibTeX, RIS, CSL-JSON


def plan(site: Site, papers: Sequence[Paper], cited: Mapping[str, Parts]) -> Iterator[Page]:
    """Every file, its papers newest first.

    Args:
        papers: all that may be shown, in any order.
        cited: those of each theme, see `by_theme`.
    """
    if not site.exports:
        return
    newest = _newest(papers)
    yield from _index(newest)
    for theme, parts in cited.items():
        for year, found in parts:
            yield from _citations(theme_path(theme), year, found)
    for month, of_month in groupby(newest, key=lambda paper: f"{paper.announced:%Y-%m}"):
        found = list(of_month)
        yield from _citations(f"archive/{month}/", "", found, found[0].announced)


def by_theme(site: Site, papers: Sequence[Paper]) -> dict[str, Parts]:
    """The papers of each theme by its id, in the parts that they are cited in."""
    members: dict[str, list[Paper]] = {theme.id: [] for theme in site.themes}
    for paper in _newest(papers):
        for theme in paper.themes:
            members[theme].append(paper)
    return {theme: by_year(found) for theme, found in members.items()}


def by_year(newest: Sequence[Paper]) -> Parts:
    """All papers under no name; of many, the newest year under none, each year before as "-2025".

    So an address is good for ever, and a day's news rewrites one file.
    """
    if len(newest) <= LARGE:
        return [("", newest)]
    years = [
        (f"-{year}", list(found))
        for year, found in groupby(newest, key=lambda paper: paper.announced.year)
    ]
    return [("", years[0][1]), *years[1:]]


def _newest(papers: Sequence[Paper]) -> list[Paper]:
    found = sorted(papers, key=lambda paper: paper.id)
    found.sort(key=lambda paper: paper.announced, reverse=True)
    return found


def _citations(
    base: str, year: str, papers: Sequence[Paper], day: date | None = None
) -> Iterator[Page]:
    for name in CITATIONS:
        stem, dot, kind = name.partition(".")
        path = f"{base}{stem}{year}{dot}{kind}"
        yield Page.of(path, name, day, papers=tuple(papers))


def _index(newest: Sequence[Paper]) -> Iterator[Page]:
    parts = by_year(newest)
    for year, found in parts:
        older = tuple(f"papers{name}.json" for name, _ in parts[1:]) if not year else ()
        yield Page.of(f"papers{year}.json", "index.json", papers=tuple(found), older=older)
