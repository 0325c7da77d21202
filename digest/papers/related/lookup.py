"""Papers looked up in the order in which they came, by a search that grows with what they see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec

from digest import tex
from digest.cite.names import persons
from digest.model import Entry
from digest.output import processes
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
TASK = 100  # papers that a process looks up, one after the other
WORTH = 500  # papers from which on starting processes pays
_Result = TypeVar("_Result")


class RelatedPapers(msgspec.Struct, frozen=True, array_like=True):
    """What a paper's page names beside it."""

    like: tuple[RelatedPaper, ...] = ()  # the likest first
    same: tuple[RelatedPaper, ...] = ()  # others by the same authors


class _Answer(msgspec.Struct, frozen=True, array_like=True):
    related: RelatedPapers
    paper: ComparedPaper  # the one that was looked up


class RelatedLookup:
    """The papers related to others, which are asked for in the order in which what they see grows:
    who sees least comes first.
    """

    def __init__(
        self,
        order: BatchOrder,
        members: Callable[[Place], Iterable[Paper]],
        main: Mapping[str, str],
        seen: Sequence[bytes],
        *,
        few: int,
        folder: Path | None = None,
        workers: int = 1,
        worth: int = WORTH,
        task: int = TASK,
    ) -> None:
        """
        Args:
            members: the papers of a batch.
            main: the names that authors go by, by their other names.
            seen: a fingerprint of what papers see after so many batches.
            few: papers among which words can't yet tell anything; 0 where no words are compared.
            folder: where the search is kept.
            workers: processes to use at the most.
            worth: papers from which on they are used.
            task: papers that one looks up at a time.
        """
        self._order, self._members, self._main, self._seen = order, members, main, seen
        self._few, self._folder, self._workers = few, folder, workers
        self._worth, self._task = worth, task
        self._read = dict[str, ComparedPaper]()  # papers looked up, until they are searched
        self._search: Search | AuthorSearch | None = Search.kept(folder, few) if few else None
        taken = self._search.fingerprint if self._search else None
        self._place = seen.index(taken) if taken in seen else -1  # batches that the search has

    def look_up(self, place: int, papers: Sequence[Paper]) -> Iterator[RelatedPapers]:
        """The papers related to some that see so many batches, one after the other."""
        search = self._grown(place)

        def answer(paper: Paper) -> _Answer:
            compared, forms = self._compared(paper.entry)
            like = tuple(search.like(compared, forms))
            others = search.by(compared.authors)
            same = _by_same(compared, others, {other.id for other in like})
            return _Answer(RelatedPapers(like, tuple(same)), compared)

        for paper, found in zip(papers, self._spread(answer, papers, _Answer), strict=True):
            self._read[paper.id] = found.paper
            yield found.related

    def _grown(self, place: int) -> Search | AuthorSearch:
        """The search, with all batches that are seen there and no others."""
        start = self._order.starts[place]
        fits = start <= self._place <= place and self._order.starts[self._place] == start
        if self._search is None or not fits:
            self._search = Search(self._folder, few=self._few) if self._few else AuthorSearch()
            self._place = start
        if self._place < place:
            batches = self._order.places[self._place : place]
            papers = [paper for batch in batches for paper in self._members(batch)]
            unread = [paper for paper in papers if paper.id not in self._read]
            read = self._spread(lambda paper: self._compared(paper.entry)[0], unread, ComparedPaper)
            self._read |= {paper.id: compared for paper, compared in zip(unread, read, strict=True)}
            self._search.add((self._read.pop(paper.id) for paper in papers), self._seen[place])
            self._place = place
        return self._search

    def _spread(
        self, make: Callable[[Paper], _Result], papers: Sequence[Paper], kind: type[_Result]
    ) -> Iterator[_Result]:
        """What is made of each paper, in order."""
        encode, decode = msgspec.msgpack.encode, msgspec.msgpack.Decoder(list[kind]).decode  # type: ignore[valid-type]
        size = self._task

        def work(number: int) -> bytes:
            return encode([make(paper) for paper in papers[number * size : (number + 1) * size]])

        workers = self._workers if len(papers) >= self._worth else 1
        with closing(processes.spread(work, -(-len(papers) // size), workers)) as results:
            for data in results:
                yield from decode(data)

    def _compared(self, entry: Entry) -> tuple[ComparedPaper, Forms]:
        first = versions.first(entry)
        stems, forms = "", Forms()
        if self._few:
            texts = (tex.plain(text, first.markup) for text in (first.title, first.summary))
            stems, forms = stems_of(*texts)
        compared = ComparedPaper(
            id=entry.id,
            announced=entry.announced,
            title=first.title,
            markup=first.markup,
            authors=tuple(dict.fromkeys(self._main.get(name, name) for name in persons(first))),
            category=(first.categories or ("",))[0],
            stems=stems,
        )
        return compared, forms


def _by_same(
    paper: ComparedPaper, others: Iterable[ComparedPaper], named: Collection[str]
) -> Iterator[RelatedPaper]:
    """Papers that share most authors first, of those the newest.

    A name alone may be another person's: it counts where both papers are of one field.
    """
    found = list[tuple[ComparedPaper, list[str]]]()
    for other in others:
        if other.id not in named and is_earlier(other, paper):
            theirs = frozenset(other.authors)
            shared = [name for name in paper.authors if name in theirs]
            if len(shared) > 1 or other.category == paper.category:
                found.append((other, shared))
    found.sort(key=lambda pair: (len(pair[1]), pair[0].announced, pair[0].id), reverse=True)
    return (RelatedPaper.of(other, (), shared) for other, shared in found[:SAME])
