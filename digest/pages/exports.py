"""Papers for other programs: citations by theme and month, and an index of all. Pure.

docs/feeds.md says where they are, docs/*.schema.json what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from digest import cite
from digest.model import Page
from digest.pages.contents import Contents
from digest.papers.paper import Paper
from digest.text.ids import theme_path

LARGE = 2_000  # papers of one file; more are split by year
Parts = list[tuple[str, Sequence[Paper]]]  # what their files' names end with, and their papers


def plan(contents: Contents, limit: int = LARGE) -> Iterator[Page]:
    """Every file but those of issues, its papers newest first; none where `exports: false`.

    Args:
        limit: papers of one file; more are split by year.
    """
    if not contents.site.exports:
        return
    newest = _newest(contents.papers)
    yield from _index(by_year(newest, limit))
    for theme, parts in by_theme(contents, limit).items():
        for year, papers in parts:
            yield from citations(theme_path(theme), papers, year)
    for month, of_month in groupby(newest, key=lambda paper: f"{paper.announced:%Y-%m}"):
        papers = list(of_month)
        yield from citations(f"archive/{month}/", papers, day=papers[0].announced)


def citations(
    base: str, papers: Sequence[Paper], year: str = "", day: date | None = None
) -> Iterator[Page]:
    """A folder's files of citations, one in each format.

    Args:
        base: the folder: "themes/llm-serving/".
        year: what the files' names end with.
        day: of the papers, where they are of one month.
    """
    for format in cite.CITATION_FORMATS:
        path = base + format.file_name(year)
        yield Page.of(path, format.file_name(), day, papers=tuple(papers))


def by_theme(contents: Contents, limit: int = LARGE) -> Mapping[str, Parts]:
    """The papers of each theme by its id, in the parts that they are cited in."""
    themes = contents.site.themes
    return {theme.id: by_year(_newest(contents.members[theme.id]), limit) for theme in themes}


def by_year(newest: Sequence[Paper], limit: int = LARGE) -> Parts:
    """All papers under no name; of many, the newest year under none, each year before as "-2025".

    So an address is good for ever, and a day's news rewrites one file.
    """
    if len(newest) <= limit:
        return [("", newest)]
    years = [
        (f"-{year}", list(papers))
        for year, papers in groupby(newest, key=lambda paper: paper.announced.year)
    ]
    return [("", years[0][1]), *years[1:]]


def _newest(papers: Sequence[Paper]) -> list[Paper]:
    """By the day of announcement, newest first, then by id."""
    return sorted(papers, key=lambda paper: (-paper.announced.toordinal(), paper.id))


def _index(parts: Parts) -> Iterator[Page]:
    for year, papers in parts:
        older = tuple(f"papers{name}.json" for name, _ in parts[1:]) if not year else ()
        yield Page.of(f"papers{year}.json", "index.json", papers=tuple(papers), older=older)
