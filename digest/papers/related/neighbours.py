"""What a paper's page names beside the paper, as the page needs it. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from digest.model import Entry, Site
from digest.papers.paper import Paper
from digest.papers.related import Related, no_related
from digest.papers.related.search import RelatedPaper
from digest.text.ids import paper_path

BEFORE = 3  # papers of the theme, where none is like it
LOOK = 16  # papers of the theme that are looked at for them


class NeighbourLine(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier paper, and why it is named. It holds no more than is shown."""

    path: str
    entry: Entry  # its title alone
    words: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    more: int = 0  # authors


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """Earlier papers for a paper's page, each once; none that came or was announced later."""

    like: tuple[NeighbourLine, ...] = ()  # the likest first
    same: tuple[NeighbourLine, ...] = ()  # by the same authors
    before: tuple[NeighbourLine, ...] = ()  # in the paper's primary theme, newest first

    def __bool__(self) -> bool:
        return bool(self.like or self.same or self.before)


class NeighbourFinder:
    """What each paper's page names, made when it is asked for."""

    def __init__(
        self,
        site: Site,
        papers: Iterable[Paper],
        related: Related = no_related,
        hidden: Collection[str] = (),
        look: int = LOOK,
    ) -> None:
        """
        Args:
            papers: all that may be shown, by the day of their announcement.
            related: the papers related to each, see `find_related`.
            hidden: the ids of papers that may not be shown.
            look: papers of its theme to look at for a paper.
        """
        self._wanted, self._related, self._hidden = site.related, related, hidden
        self._look = look
        self._of_theme = defaultdict[str, list[Paper]](list)
        for paper in papers:
            if paper.primary:
                self._of_theme[paper.primary].append(paper)

    def of(self, paper: Paper, named: Collection[Paper] = ()) -> Neighbours:
        """What the paper's page names.

        Args:
            named: papers that the page names anyway.
        """
        if not self._wanted:
            return Neighbours()
        related, done = self._related(paper), {other.id for other in named}.union(self._hidden)
        like = tuple(_line(link) for link in related.like if link.id not in done)
        same = tuple(_line(link) for link in related.same if link.id not in done)
        done |= {link.id for link in (*related.like, *related.same)}
        before = _before(paper, self._before(paper), done)
        return Neighbours(like=like, same=same, before=tuple(islice(before, 1 if like else BEFORE)))

    def made_of(self, papers: Sequence[Paper]) -> object:
        """All that `of` may say of these papers beside them, for a fingerprint of their pages.

        Args:
            papers: that stand side by side.
        """
        if not self._wanted:
            return ()
        of_month = {paper.announced.replace(day=1): paper for paper in papers}.values()
        related = [self._related.fingerprint(paper) for paper in of_month]
        first = {paper.primary: paper for paper in reversed(papers)}
        before = [self._before(paper) for _, paper in sorted(first.items())]
        return related, before, sorted(self._hidden)

    def _before(self, paper: Paper) -> Sequence[Paper]:
        """The papers before one in its primary theme, oldest first."""
        theme = self._of_theme.get(paper.primary, ())
        place = (paper.announced, paper.id)
        at = bisect_left(theme, place, key=lambda other: (other.announced, other.id))
        return theme[max(at - self._look, 0) : at]


def _before(
    paper: Paper, others: Sequence[Paper], done: Collection[str]
) -> Iterator[NeighbourLine]:
    """The papers before it, newest first, late arrivals left out: they weren't there yet."""
    for other in reversed(others):
        if other.seen <= paper.seen and other.id not in done:
            entry = other.entry
            yield _line(RelatedPaper(other.id, entry.title, entry.markup, other.announced))


def _line(link: RelatedPaper) -> NeighbourLine:
    title = Entry(
        id=link.id,
        title=link.title,
        markup=link.markup,
        announced=link.announced,
        seen=link.announced,  # not shown
    )
    return NeighbourLine(
        path=paper_path(link.id),
        entry=title,
        words=link.words,
        authors=link.authors,
        more=link.more,
    )
