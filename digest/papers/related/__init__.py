"""Which earlier papers a paper is like, and which its authors wrote before.

A paper looks back alone: at papers of the months before its own that the site had when it had this
one, see `order`, and at their first words. So what it finds stays, whatever comes later. What was
found is kept, and so is the search: only a new paper is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Protocol

from digest.errors import DigestError
from digest.files import files
from digest.model import Site
from digest.papers.paper import Paper
from digest.papers.related import months
from digest.papers.related.lookup import RelatedLookup, RelatedPapers
from digest.papers.related.order import BatchOrder
from digest.papers.related.search import FEW

_SEARCH = ".digest-search"  # beside the site; hosts don't publish what starts with a dot


class Related(Protocol):
    """What is near each paper."""

    def __call__(self, paper: Paper) -> RelatedPapers: ...

    def mark(self, paper: Paper) -> bytes:
        """Of what is near all papers of its month: the same mark, the same papers."""


class _UnusableSearch(DigestError):
    """The search that is kept can't be read or written."""


class NoRelated:
    """Of a site that wants none."""

    def __call__(self, paper: Paper) -> RelatedPapers:
        return RelatedPapers()

    def mark(self, paper: Paper) -> bytes:
        return b""


no_related = NoRelated()


class DeferredRelated:
    """Of a site where it is not yet found."""

    found: Related = no_related

    def __call__(self, paper: Paper) -> RelatedPapers:
        return self.found(paper)

    def mark(self, paper: Paper) -> bytes:
        return self.found.mark(paper)


class KeptRelated:
    """What was found, read a month at a time."""

    def __init__(self, found: Mapping[str, months.RelatedMonth]) -> None:
        self._months = found
        # Papers are asked for in their order.
        self._known = lru_cache(2)(lambda name: found[name].known())

    def __call__(self, paper: Paper) -> RelatedPapers:
        return self._known(months.name_of(paper))[paper.id].near

    def mark(self, paper: Paper) -> bytes:
        return self._months[months.name_of(paper)].mark


def find_related(
    site: Site, papers: Iterable[Paper], code: str = "", kept: Path | None = None, workers: int = 1
) -> Related:
    """What is near each paper.

    Args:
        papers: all that may be named.
        code: changes whenever our own code does.
        kept: the folder that has what the last time found, and gets what this one does.
        workers: processes to use at the most.

    Raises:
        DigestError: it can't be written.
    """
    if not site.related:
        return no_related
    all_ = tuple(papers)
    try:
        return _found(site, all_, code, kept, workers)
    except _UnusableSearch:  # as when a file of it is gone: once more without it
        assert kept
        files.clear(kept / _SEARCH)
        return _found(site, all_, code, kept, workers)


def _found(
    site: Site, papers: Sequence[Paper], code: str, kept: Path | None, workers: int
) -> KeptRelated:
    found = months.by_name(papers, kept)
    order = BatchOrder((name, batch) for name, month in found.items() for batch in month.batches)
    main = {alias: one.name for one in site.follow for alias in one.aliases}
    ground = months.hash_of((code, sorted(main.items())))
    seen = [months.hash_of((ground, mark)) for mark in order.marks]
    due = [one for month in found.values() for one in month.due(order, seen)]
    words = len(papers) >= FEW
    if due:
        with _folder(kept if words else None) as folder:
            looking = RelatedLookup(
                order,
                lambda place: found[place[1]].members(place[0]),
                main,
                seen,
                words=words,
                folder=folder,
                workers=workers,
            )
            _look(due, found, looking)
    return KeptRelated(found)


def _look(
    due: list[months.DuePaper], found: Mapping[str, months.RelatedMonth], looking: RelatedLookup
) -> None:
    """Find out what is near these papers, in the order in which they came."""
    due.sort(key=lambda one: (one.place, one.month, one.paper.id))
    for place, of_place in groupby(due, key=lambda one: one.place):
        group = list(of_place)
        near = looking.look(place, [one.paper for one in group])
        for one, beside in zip(group, near, strict=True):
            found[one.month].take(one, beside)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path | None]:
    """The folder of the search, while no other process has it: a real one of ours."""
    if not kept:
        yield None
        return
    folder = kept / _SEARCH
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with files.in_turn(kept / f"{_SEARCH}.lock", str(folder)):
            if folder.is_symlink() or not folder.is_dir():
                files.clear(folder)
                folder.mkdir()
            yield folder
    except (OSError, ValueError) as error:  # what the library raises is a ValueError
        raise _UnusableSearch(f"{folder} cannot be written: {error}") from None
