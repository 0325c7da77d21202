"""Papers looked at in the order in which they came, by a search that grows with what they see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec

from digest import tex
from digest.cite.names import persons
from digest.model import Entry
from digest.output import processes as jobs
from digest.papers import versions
from digest.papers.paper import Paper
from digest.papers.related.order import BatchOrder, Place
from digest.papers.related.search import (
    AuthorSearch,
    ComparedPaper,
    Forms,
    RelatedPaper,
    Search,
    is_earlier,
    stems_of,
)

SAME = 5  # papers by the same authors
_ONCE = 100  # papers that a process looks at, one after the other
_WORTH = 500  # papers from which on starting processes pays
_Made = TypeVar("_Made")


class RelatedPapers(msgspec.Struct, frozen=True, array_like=True):
    """What a paper's page names beside it."""

    like: tuple[RelatedPaper, ...] = ()  # the likest first
    same: tuple[RelatedPaper, ...] = ()  # others by the same authors


class _Looked(msgspec.Struct, frozen=True, array_like=True):
    near: RelatedPapers
    words: ComparedPaper


class RelatedLookup:
    """What is near papers that are asked for by what they see: who sees least comes first."""

    def __init__(
        self,
        order: BatchOrder,
        members: Callable[[Place], Iterable[Paper]],
        main: Mapping[str, str],
        seen: Sequence[bytes],
        *,
        words: bool,
        folder: Path | None,
        workers: int,
    ) -> None:
        """
        Args:
            members: the papers of a batch.
            main: the names that authors go by, by their other names.
            seen: a mark of what papers see after so many batches.
            words: whether there are enough papers for words to tell anything.
            folder: where the search is kept.
            workers: processes to use at the most.
        """
        self._order, self._members, self._main, self._seen = order, members, main, seen
        self._wanted, self._folder, self._workers = words, folder, workers
        self._said = dict[str, ComparedPaper]()  # of papers looked at, until they are searched
        self._search: Search | AuthorSearch | None = Search.found(folder) if words else None
        mark = self._search.mark if self._search else None
        self._place = seen.index(mark) if mark in seen else -1  # how many batches the search has

    def look(self, place: int, papers: Sequence[Paper]) -> Iterator[RelatedPapers]:
        """What is near papers that see so many batches, one after the other."""
        search = self._grown(place)

        def near(paper: Paper) -> _Looked:
            words, forms = self._words(paper.entry)
            like = tuple(search.like(words, forms))
            same = _by_same(words, search.by(words.authors), {link.id for link in like})
            return _Looked(RelatedPapers(like, tuple(same)), words)

        for paper, looked in zip(papers, self._spread(near, papers, _Looked), strict=True):
            self._said[paper.id] = looked.words
            yield looked.near

    def _grown(self, place: int) -> Search | AuthorSearch:
        start = self._order.starts[place]
        if self._search is None or not (
            start <= self._place <= place and self._order.starts[self._place] == start
        ):
            self._search, self._place = (
                Search(self._folder) if self._wanted else AuthorSearch(),
                start,
            )
        if self._place < place:
            batches = self._order.places[self._place : place]
            papers = [paper for batch in batches for paper in self._members(batch)]
            unread = [paper for paper in papers if paper.id not in self._said]
            said = self._spread(lambda paper: self._words(paper.entry)[0], unread, ComparedPaper)
            new = {paper.id: words for paper, words in zip(unread, said, strict=True)}
            each = (new.get(paper.id) or self._said.pop(paper.id) for paper in papers)
            self._search.add(each, self._seen[place])
            self._place = place
        return self._search

    def _spread(
        self, make: Callable[[Paper], _Made], papers: Sequence[Paper], kind: type[_Made]
    ) -> Iterator[_Made]:
        """What is made of each paper, in order."""
        encode, decode = msgspec.msgpack.encode, msgspec.msgpack.Decoder(list[kind]).decode  # type: ignore[valid-type]

        def work(number: int) -> bytes:
            return encode([make(paper) for paper in papers[number * _ONCE : (number + 1) * _ONCE]])

        workers = self._workers if len(papers) >= _WORTH else 1
        with closing(jobs.spread(work, -(-len(papers) // _ONCE), workers)) as done:
            for found in done:
                yield from decode(found)

    def _words(self, entry: Entry) -> tuple[ComparedPaper, Forms]:
        first = versions.first(entry)
        stems, forms = "", Forms()
        if self._wanted:
            stems, forms = stems_of(
                *(tex.plain(t, first.markup) for t in (first.title, first.summary))
            )
        words = ComparedPaper(
            id=entry.id,
            announced=entry.announced,
            title=first.title,
            markup=first.markup,
            authors=tuple(dict.fromkeys(self._main.get(name, name) for name in persons(first))),
            category=(first.categories or ("",))[0],
            stems=stems,
        )
        return words, forms


def _by_same(
    paper: ComparedPaper, others: Iterable[ComparedPaper], named: Collection[str]
) -> Iterator[RelatedPaper]:
    """Papers that share most authors first, of those the newest.

    A name alone may be another person's: it counts where both papers are of one field.
    """
    wrote = [
        (other, [name for name in paper.authors if name in theirs])
        for other, theirs in ((other, frozenset(other.authors)) for other in others)
        if other.id not in named and is_earlier(other, paper)
    ]
    found = [
        (other, names)
        for other, names in wrote
        if len(names) > 1 or other.category == paper.category
    ]
    found.sort(key=lambda each: (len(each[1]), each[0].announced, each[0].id), reverse=True)
    return (RelatedPaper.of(other, (), names) for other, names in found[:SAME])
