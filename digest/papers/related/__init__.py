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
from types import MappingProxyType

import msgspec

from digest.errors import DigestError
from digest.files import files
from digest.model import Site
from digest.output.store import Store
from digest.papers.paper import Paper
from digest.papers.related import months
from digest.papers.related.lookup import TASK, WORTH, RelatedLookup, RelatedPapers
from digest.papers.related.order import BLOCK, BatchOrder
from digest.papers.related.search import FEW

NOTHING = RelatedPapers()


class RelatedLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many papers are compared, in papers."""

    few: int = FEW  # among fewer, words can't yet tell what is like what
    block: int = BLOCK  # each paper sees so many at least, twice as many at most
    worth: int = WORTH  # from which on starting processes pays
    task: int = TASK  # that a process looks up at a time


class Related:
    """The papers related to each paper, read a month at a time."""

    def __init__(self, found: Mapping[str, months.RelatedMonth] = MappingProxyType({})) -> None:
        """`found` by the months of the papers; papers of other months have none."""
        self._months = found
        # Papers are asked for in their order.
        self._known = lru_cache(2)(lambda name: found[name].known())

    def __call__(self, paper: Paper) -> RelatedPapers:
        name = months.name_of(paper)
        return self._known(name)[paper.id].related if name in self._months else NOTHING

    def fingerprint(self, paper: Paper) -> bytes:
        """Of the papers related to any of the paper's month: the same one, the same papers."""
        month = self._months.get(months.name_of(paper))
        return month.fingerprint if month else b""


no_related = Related()


class _UnusableSearch(DigestError):
    """The search that is kept can't be read or written."""


def find_related(
    site: Site,
    papers: Iterable[Paper],
    code: str = "",
    store: Store | None = None,
    workers: int = 1,
    limits: RelatedLimits = RelatedLimits(),  # noqa: B008 - frozen
) -> Related:
    """The papers related to each paper.

    Args:
        papers: all that may be named.
        code: changes whenever our own code does.
        store: has what the last time found, and gets what this one does.
        workers: processes to use at the most.

    Raises:
        DigestError: it can't be written.
    """
    if not site.related:
        return no_related
    papers = tuple(papers)
    try:
        return _find(site, papers, code, store, workers, limits)
    except _UnusableSearch:  # as when a file of it is gone: once more without it
        assert store
        files.clear(store.search)
        return _find(site, papers, code, store, workers, limits)


def _find(
    site: Site,
    papers: Sequence[Paper],
    code: str,
    store: Store | None,
    workers: int,
    limits: RelatedLimits,
) -> Related:
    by_month = months.by_name(papers, store)
    batches = ((name, batch) for name, month in by_month.items() for batch in month.batches)
    order = BatchOrder(batches, limits.block)
    main = {alias: author.name for author in site.follow for alias in author.aliases}
    ground = months.hash_of((code, sorted(main.items())))
    seen = [months.hash_of((ground, fingerprint)) for fingerprint in order.fingerprints]
    due = [paper for month in by_month.values() for paper in month.due(order, seen)]
    if due:
        has_words = len(papers) >= limits.few
        with _search_folder(store if has_words else None) as folder:
            lookup = RelatedLookup(
                order,
                lambda place: by_month[place[1]].members(place[0]),
                main,
                seen,
                few=limits.few if has_words else 0,
                folder=folder,
                workers=workers,
                worth=limits.worth,
                task=limits.task,
            )
            _look_up(due, by_month, lookup)
    return Related(by_month)


def _look_up(
    due: list[months.DuePaper],
    by_month: Mapping[str, months.RelatedMonth],
    lookup: RelatedLookup,
) -> None:
    """Find the papers related to these, in the order in which they came."""
    due.sort(key=lambda paper: (paper.place, paper.month, paper.paper.id))
    for place, group in groupby(due, key=lambda paper: paper.place):
        at_place = list(group)
        found = lookup.look_up(place, [paper.paper for paper in at_place])
        for paper, related in zip(at_place, found, strict=True):
            by_month[paper.month].take(paper, related)


@contextmanager
def _search_folder(store: Store | None) -> Iterator[Path | None]:
    """The folder of the search, while no other process has it: a real one of ours."""
    if not store:
        yield None
        return
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with files.in_turn(store.search_lock, str(store.search)):
            if store.search.is_symlink() or not store.search.is_dir():
                files.clear(store.search)
                store.search.mkdir()
            yield store.search
    except (OSError, ValueError) as error:  # what the library raises is a ValueError
        raise _UnusableSearch(f"{store.search} cannot be written: {error}") from None
