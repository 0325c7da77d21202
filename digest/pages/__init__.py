"""The papers and the editor's words in; which pages exist, and what each shows, out. Pure.

A page is a module here with a function that plans it, a template, and a line in `PAGES`.
"""

from collections.abc import Callable, Iterator, Set

from digest.model import Page
from digest.pages import (
    archive,
    authors,
    cards,
    exports,
    front,
    issues,
    papers,
    search,
    single,
    themes,
)
from digest.pages.contents import Contents

__all__ = [
    "RESERVED",
    "Contents",
    "days",
    "exports",
    "papers",
    "plan",
    "sitemap",
    "status",
    "trends",
    "visible",
    "works",
]

# Each with the name at the top of the site that is its own, if it has one. In the order in which
# the sitemap lists them.
PAGES: tuple[tuple[str, Callable[[Contents], Iterator[Page]]], ...] = (
    ("", front.plan),
    ("themes", themes.plan),
    ("papers", papers.plan),
    ("days", archive.plan_days),
    ("archive", archive.plan),
    ("updates", single.updates),
    ("trends", single.trends),
    ("reading", single.reading),
    ("search", search.plan),
    ("", single.about),
    ("404", single.not_found),
    ("authors", authors.plan),
    ("issues", issues.plan),
    ("", lambda contents: issues.articles(contents, RESERVED)),
    ("", cards.plan),
    ("", exports.plan),
)
# Names that no page of the editor's may take; beside those above, of what is planned elsewhere.
RESERVED: Set[str] = {name for name, _ in PAGES if name} | {"feeds", "static", "status"}


def plan(contents: Contents) -> Iterator[Page]:
    """Every page but those of single papers (`papers.of_paper`), of feeds, of the sources' health
    (`status`) and the sitemap.

    Raises:
        ConfigError: a page of the editor's has the name of one of ours; says which file.
    """
    for _, plan_pages in PAGES:
        yield from plan_pages(contents)
