"""Each paper's own page, what such pages are made of, and what stands in a paper's place. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from digest.editor.curation import NOTHING, Edition
from digest.model import Page
from digest.pages.contents import Contents
from digest.pages.paging import redirect
from digest.pages.works import linked
from digest.papers.paper import Paper
from digest.papers.related.neighbours import NeighbourFinder, Neighbours
from digest.text.ids import paper_path

TEMPLATE = "paper.html"


def plan(contents: Contents) -> Iterator[Page]:
    """What stands in the place of hidden papers, and leads on from former ids."""
    for paper in contents.edition.papers:
        if paper.hidden:
            yield Page.of(path_of(paper), "hidden.html", paper=paper)
    for paper in contents.edition.papers or contents.papers:
        for alias in paper.facts.aliases:
            yield redirect(paper_path(alias), paper.path, paper.entry.title)


def path_of(paper: Paper) -> str:
    """The file of a paper's own page."""
    return f"{paper.path}index.html"


def of_paper(
    paper: Paper,
    edition: Edition = NOTHING,
    homes: Mapping[str, str] = MappingProxyType({}),
    neighbours: NeighbourFinder | None = None,
) -> Page:
    """A paper's own page.

    Args:
        edition: what the editor related.
        homes: the pages of authors by their names.
        neighbours: finds the earlier papers that the page names.
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
        beside=neighbours.of(paper, related) if neighbours else Neighbours(),
    )


def made_of(
    papers: Sequence[Paper], edition: Edition, homes: Mapping[str, str], neighbours: NeighbourFinder
) -> object:
    """All that the pages of these papers are made of, for one fingerprint of them together: while
    it is the same, `of_paper` plans the same page for each.

    Args:
        papers: that stand side by side.
    """
    related = [edition.related(paper) for paper in papers if paper.note]
    return papers, related, sorted(homes.items()), neighbours.made_of(papers)
