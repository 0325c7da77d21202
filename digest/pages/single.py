"""Pages of which there is one each, and which need no module of their own. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from digest.model import Page
from digest.pages.contents import Contents

UPDATES = 200  # on their page; older ones stand on the days and papers they belong to


def updates(contents: Contents) -> Iterator[Page]:
    by_day = groupby(contents.updates[:UPDATES], key=lambda update: update.date)
    days = tuple((day, tuple(of_day)) for day, of_day in by_day)
    yield Page.of("updates/index.html", "updates.html", days=days)


def trends(contents: Contents) -> Iterator[Page]:
    if contents.site.trends:
        yield Page.of("trends/index.html", "trends.html", trends=contents.trends)


def reading(_: Contents) -> Iterator[Page]:
    yield Page.of("reading/index.html", "reading.html")


def about(contents: Contents) -> Iterator[Page]:
    """How the site is made, unless the editor wrote a page of that name."""
    if all(article.slug != "about" for article in contents.edition.articles):
        yield Page.of("about/index.html", "about.html")


def not_found(_: Contents) -> Iterator[Page]:
    yield Page.of("404.html", "404.html")
