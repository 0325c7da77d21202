"""The pages of a site as a build plans them, for tests that look at the plan alone."""

from collections.abc import Sequence
from typing import Any

from digest import feeds, pages
from digest.editor.curation import NOTHING, Edition
from digest.model import Page, Site
from digest.pages import Contents, days
from digest.pages import papers as paper_pages
from digest.papers.paper import Paper


def contents_of(site: Site, papers: Sequence[Paper], edition: Edition = NOTHING) -> Contents:
    """A site of these papers, in any order."""
    return Contents(site=site, papers=days.in_order(papers), edition=edition)


def planned(site: Site, papers: Sequence[Paper], edition: Edition = NOTHING) -> dict[str, Page]:
    """Every page and feed by its path, but for those about the sources and the sitemap."""
    contents = contents_of(site, papers, edition)
    every = [
        *pages.plan(contents),
        *(paper_pages.of_paper(p, edition, contents.homes) for p in contents.papers),
        *feeds.plan(contents, site.tag),
    ]
    assert len({page.path for page in every}) == len(every)
    return {page.path: page for page in every}


def context_of(page: Page) -> dict[str, Any]:
    """What a page's template knows; a test says of which type each value is by how it uses it."""
    return dict(page.context)
