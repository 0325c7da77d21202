"""What a paper's page names beside the paper, as the page needs it. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from types import MappingProxyType

from digest.model import Entry, Paper, Site
from digest.related import Near
from digest.related.search import Link

BEFORE = 3  # papers of the theme, where none is like it
_NO_WHY = Link("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An earlier paper, and why it is named."""

    paper: Paper
    words: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    more: int = 0  # authors

    @property
    def path(self) -> str:
        return self.paper.path

    @property
    def entry(self) -> Entry:
        return self.paper.entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Earlier papers for a paper's page, each once; none that came or was announced later."""

    like: tuple[Line, ...] = ()  # the likest first
    same: tuple[Line, ...] = ()  # by the same authors
    before: tuple[Line, ...] = ()  # in the paper's primary theme, newest first

    def __bool__(self) -> bool:
        return bool(self.like or self.same or self.before)


class Around:
    """Finds what papers' pages name beside them."""

    def __init__(
        self,
        site: Site,
        papers: Sequence[Paper],
        near: Mapping[str, Near] = MappingProxyType({}),
    ) -> None:
        """
        Args:
            papers: all that may be shown, oldest first.
            near: what is near each, see `related.near`.
        """
        self._near = near if site.related else {}
        self._known = {paper.id: paper for paper in papers} if self._near else {}
        self._of_theme = defaultdict[str, list[Paper]](list)
        for paper in papers if site.related else ():
            if paper.primary:
                self._of_theme[paper.primary].append(paper)

    def of(self, paper: Paper, named: Collection[Paper] = ()) -> Beside:
        """What the paper's page names.

        Args:
            named: papers that the page names anyway.
        """
        near = self._near.get(paper.id, Near())
        done = {other.id for other in named}
        like = tuple(self._lines(near.like, done))
        same = tuple(self._lines(near.same, done))
        done |= {link.id for link in (*near.like, *near.same)}
        before = self._before(paper, done)
        return Beside(like=like, same=same, before=tuple(islice(before, 1 if like else BEFORE)))

    def _lines(self, links: Iterable[Link], done: Collection[str]) -> Iterator[Line]:
        for link in links:
            if link.id in self._known and link.id not in done:
                yield _line(self._known[link.id], link)

    def _before(self, paper: Paper, done: Collection[str]) -> Iterator[Line]:
        """The newest of earlier papers, late arrivals left out: they weren't there when it came."""
        of_theme = self._of_theme.get(paper.primary, [])
        for at in reversed(range(bisect_left(of_theme, _age(paper), key=_age))):
            if of_theme[at].seen <= paper.seen and of_theme[at].id not in done:
                yield _line(of_theme[at])


def _age(paper: Paper) -> tuple[date, str]:
    return paper.announced, paper.id


def _line(paper: Paper, why: Link = _NO_WHY) -> Line:
    return Line(paper=paper, words=why.words, authors=why.authors, more=why.more)
