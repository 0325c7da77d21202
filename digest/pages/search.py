"""The page that searches, and the files that it searches. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from digest.model import Page
from digest.pages.contents import Contents


def plan(contents: Contents) -> Iterator[Page]:
    """The page, and for each year what it searches, so that news changes one year.

    A year's abstracts are apart: they are nine tenths of it, and few queries need them.
    """
    if not contents.site.search:
        return
    years = {
        year: tuple(papers)
        for year, papers in groupby(contents.papers, key=lambda paper: paper.announced.year)
    }
    yield Page.of("search/index.html", "search.html", years=tuple(reversed(years)))
    for year, papers in years.items():
        for name in ("search.json", "search-abstracts.json"):
            path = f"search/{year}{name.removeprefix('search')}"
            yield Page.of(path, name, papers=papers)
