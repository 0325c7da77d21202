"""Each paper's own page, and what such pages are made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from digest.editor.curation import NOTHING, Edition
from digest.model import Page
from digest.pages.authors import linked
from digest.papers.paper import Paper
from digest.papers.related.neighbours import NeighbourFinder, Neighbours

TEMPLATE = "paper.html"


def path_of(paper: Paper) -> str:
    """The file of a paper's own page."""
    return f"{paper.path}index.html"


def of_paper(
    paper: Paper,
    edition: Edition = NOTHING,
    homes: Mapping[str, str] = MappingProxyType({}),
    around: NeighbourFinder | None = None,
) -> Page:
    """A paper's own page.

    Args:
        edition: what the editor related.
        homes: the pages of authors by their names.
        around: finds the earlier papers that the page names.
    """
    related = edition.related(paper)
    return Page.of(
        path_of(paper),
        TEMPLATE,
        paper.announced,
        paper=paper,
        day=f"days/{paper.announced}/",
        updates=paper.facts.later,
        related=related,
        people=linked(paper.entry, homes) if homes else {},
        beside=around.of(paper, related) if around else Neighbours(),
    )


def made_of(
    papers: Sequence[Paper], edition: Edition, homes: Mapping[str, str], around: NeighbourFinder
) -> object:
    """All that the pages of these papers are made of, for a fingerprint: while it is the same,
    `of_paper` makes the same of each.

    Args:
        papers: that stand side by side.
    """
    related = [edition.related(paper) for paper in papers if paper.note]
    return papers, related, sorted(homes.items()), around.made_of(papers)
