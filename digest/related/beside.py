"""What a paper's page names beside the paper, as the page needs it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.model import Entry, Paper, Site
from digest.related import Near
from digest.related.search import Link

BEFORE = 3  # papers of the theme, where none is like it
_NO_WHY = Link("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An earlier paper, and why it is named. It holds no more than is shown."""

    path: str
    entry: Entry  # its title alone
    words: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    more: int = 0  # authors


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Earlier papers for a paper's page, each once; none that came or was announced later."""

    like: tuple[Line, ...] = ()  # the likest first
    same: tuple[Line, ...] = ()  # by the same authors
    before: tuple[Line, ...] = ()  # in the paper's primary theme, newest first

    def __bool__(self) -> bool:
        return bool(self.like or self.same or self.before)


def beside(
    site: Site,
    papers: Iterable[Paper],
    near: Mapping[str, Near],
    named: Callable[[Paper], Collection[Paper]] = lambda paper: (),
) -> dict[str, Beside]:
    """What each paper's page names, by the paper's id; papers without any are left out.

    Args:
        papers: all that may be shown.
        near: what is near each, see `related.near`.
        named: papers that the page names anyway.
    """
    if not site.related:
        return {}
    papers = sorted(papers, key=lambda paper: (paper.entry.announced, paper.entry.id))
    known = {paper.entry.id: paper for paper in papers}
    of_theme, found = defaultdict[str, list[Paper]](list), dict[str, Beside]()
    for paper in papers:
        found_near = near.get(paper.entry.id, Near())
        done = {other.entry.id for other in named(paper)}
        like = _lines(found_near.like, known, done)
        same = _lines(found_near.same, known, done)
        done |= {link.id for link in (*found_near.like, *found_near.same)}
        earlier = of_theme[paper.primary] if paper.primary else []
        before = _before(paper, earlier, done, 1 if like else BEFORE)
        earlier.append(paper)
        if like or same or before:
            found[paper.entry.id] = Beside(like=like, same=same, before=before)
    return found


def _lines(
    links: Iterable[Link], known: Mapping[str, Paper], done: Collection[str]
) -> tuple[Line, ...]:
    return tuple(
        _line(known[link.id], link) for link in links if link.id in known and link.id not in done
    )


def _before(
    paper: Paper, earlier: Sequence[Paper], done: Collection[str], count: int
) -> tuple[Line, ...]:
    """The newest of earlier papers, late arrivals left out: they weren't there when it came."""
    found = list[Line]()
    for other in reversed(earlier):
        if len(found) == count:
            break
        if other.entry.seen <= paper.entry.seen and other.entry.id not in done:
            found.append(_line(other))
    return tuple(found)


def _line(paper: Paper, why: Link = _NO_WHY) -> Line:
    entry = paper.entry
    title = Entry(
        id=entry.id,
        title=entry.title,
        markup=entry.markup,
        announced=entry.announced,
        seen=entry.seen,
    )
    return Line(path=paper.path, entry=title, words=why.words, authors=why.authors, more=why.more)
