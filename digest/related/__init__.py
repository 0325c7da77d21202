"""Which earlier papers a paper is like, and which its authors wrote before.

A paper looks back alone: at papers of the months before its own that the site had when it had this
one, see `order`, and at their first words. So what it finds stays, whatever comes later. What was
found is kept, a file a month, and so is the search: only a new paper is looked at.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from digest import files, versions
from digest.errors import DigestError
from digest.model import Site
from digest.paper import Paper
from digest.related.looking import Looking, Near
from digest.related.order import Batch, Order, closing, coming
from digest.related.search import FEW

_NAME = ".digest-related-{}"  # beside the site; hosts don't publish what starts with a dot
_SEARCH = ".digest-search"


class _Known(msgspec.Struct, frozen=True, array_like=True):
    source: bytes  # the mark of the entry that the paper's own was taken of
    own: bytes  # the mark of the paper's first words
    mark: bytes  # of these, and of what the paper saw
    near: Near


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month. All but the last is small, and holds while `source` does."""

    source: bytes = b""  # a mark of its papers
    batches: tuple[Batch, ...] = ()  # that they make for others
    days: tuple[date, ...] = ()  # on which they came
    mark: bytes = b""  # of what they saw
    papers: bytes = b""  # `_Known` by id; read where something changed


class _Month(msgspec.Struct):
    """A month's papers, and what is known of them so far."""

    papers: list[Paper]
    place: Path | None  # where that is kept
    kept: _Kept  # once a place has it, without its papers
    own: dict[str, bytes] = msgspec.field(default_factory=dict)  # marks of the papers' first words
    known: dict[str, _Known] = msgspec.field(default_factory=dict)
    due: int = 0  # papers to look at


class _Due(NamedTuple):
    """A paper to look at."""

    place: int  # how many batches it sees
    month: str
    paper: Paper
    mark: bytes


_encode = msgspec.msgpack.Encoder().encode
_kept = msgspec.msgpack.Decoder(_Kept).decode
_papers = msgspec.msgpack.Decoder(dict[str, _Known]).decode


class Find(Protocol):
    """What is near each paper."""

    def __call__(self, paper: Paper) -> Near: ...

    def mark(self, paper: Paper) -> bytes:
        """Of what is near all papers of its month: the same mark, the same papers."""


class _UnusableSearch(DigestError):
    """The search that is kept can't be read or written."""


class Nothing:
    """Of a site that wants none."""

    def __call__(self, paper: Paper) -> Near:
        return Near()

    def mark(self, paper: Paper) -> bytes:
        return b""


nothing = Nothing()


class Later:
    """Of a site where it is not yet found."""

    found: Find = nothing

    def __call__(self, paper: Paper) -> Near:
        return self.found(paper)

    def mark(self, paper: Paper) -> bytes:
        return self.found.mark(paper)


class Found:
    """What was found, read a month at a time."""

    def __init__(self, months: Mapping[str, _Month]) -> None:
        self._months = months
        self._papers = lru_cache(2)(self._read)  # papers are asked for in their order

    def __call__(self, paper: Paper) -> Near:
        return self._papers(_name(paper))[paper.id].near

    def mark(self, paper: Paper) -> bytes:
        kept = self._months[_name(paper)].kept
        return _hash((kept.mark, kept.batches))

    def _read(self, name: str) -> Mapping[str, _Known]:
        month = self._months[name]
        return _papers((_read(month.place) if month.place else month.kept).papers)


def find(
    site: Site, papers: Iterable[Paper], code: str = "", kept: Path | None = None, workers: int = 1
) -> Find:
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
        return nothing
    all_ = tuple(papers)
    try:
        return _found(site, all_, code, kept, workers)
    except _UnusableSearch:  # as when a file of it is gone: once more without it
        assert kept
        shutil.rmtree(kept / _SEARCH, ignore_errors=True)
        return _found(site, all_, code, kept, workers)


def _found(
    site: Site, papers: Iterable[Paper], code: str, kept: Path | None, workers: int
) -> Found:
    months = _months(papers, kept)
    order = Order((name, batch) for name, month in months.items() for batch in month.kept.batches)
    main = {alias: one.name for one in site.follow for alias in one.aliases}
    ground = _hash((code, sorted(main.items())))
    seen = [_hash((ground, mark)) for mark in order.marks]
    due = [one for name, month in months.items() for one in _due(name, month, order, seen)]
    words = sum(len(month.papers) for month in months.values()) >= FEW
    if due:
        with _folder(kept if words else None) as folder:
            looking = Looking(
                order,
                lambda place: _members(months[place[1]], place[0]),
                main,
                seen,
                words=words,
                folder=folder,
                workers=workers,
            )
            _look(due, months, looking)
    return Found(months)


def _months(papers: Iterable[Paper], kept: Path | None) -> dict[str, _Month]:
    """All papers by month, and what was known of those that are as they were."""
    found = defaultdict[str, list[Paper]](list)
    for paper in papers:
        found[_name(paper)].append(paper)
    months = dict[str, _Month]()
    for name, month in found.items():
        place = kept / _NAME.format(name) if kept else None
        last, source = _read(place), _source(month)
        months[name] = now = _Month(month, place, msgspec.structs.replace(last, papers=b""))
        if source != last.source:
            _open(now)
            now.kept = _Kept(
                source, _batches(now), tuple(sorted({_came(paper) for paper in month}))
            )
    return months


def _open(month: _Month) -> None:
    """Look at each paper of a month: what is known of it, and its first words."""
    month.papers.sort(key=lambda paper: paper.id)
    known = _papers(kept) if (kept := _read(month.place).papers) else {}
    month.known = known
    month.own = {paper.id: _own_mark(paper, known.get(paper.id)) for paper in month.papers}


def _batches(month: _Month) -> tuple[Batch, ...]:
    found = defaultdict[date, list[bytes]](list)
    for paper in month.papers:
        found[_closes(paper)].append(month.own[paper.id])
    return tuple(Batch(day, len(own), _hash(own)) for day, own in sorted(found.items()))


def _members(month: _Month, day: date) -> list[Paper]:
    """The papers of a batch."""
    found = [paper for paper in month.papers if _closes(paper) == day]
    return sorted(found, key=lambda paper: paper.id)


def _due(name: str, month: _Month, order: Order, seen: Sequence[bytes]) -> Iterator[_Due]:
    """Which papers of a month have to be looked at; what is known of the others stays."""
    places = {day: order.before((day, name)) for day in month.kept.days}
    mark = _hash(sorted((str(day), seen[place]) for day, place in places.items()))
    if not month.own:
        if month.kept.mark == mark:
            return
        _open(month)
    month.kept = msgspec.structs.replace(month.kept, mark=mark)
    last, month.known = month.known, {}
    for paper in month.papers:
        own, place = month.own[paper.id], places[_came(paper)]
        mark = _hash((seen[place], own))
        known = last.get(paper.id)
        if known and known.mark == mark:
            month.known[paper.id] = _Known(paper.facts.mark, own, mark, known.near)
        else:
            month.due += 1
            yield _Due(place, name, paper, mark)
    if not month.due:
        _keep(month)


def _look(due: list[_Due], months: Mapping[str, _Month], looking: Looking) -> None:
    """Find out what is near these papers; a month is kept as soon as all of it is known."""
    due.sort(key=lambda one: (one.place, one.month, one.paper.id))
    for place, found in groupby(due, key=lambda one: one.place):
        group = list(found)
        near = looking.look(place, [one.paper for one in group])
        for (_, name, paper, mark), beside in zip(group, near, strict=True):
            month = months[name]
            own = month.own[paper.id]
            month.known[paper.id] = _Known(paper.facts.mark, own, mark, beside)
            month.due -= 1
            if not month.due:
                _keep(month)


def _keep(month: _Month) -> None:
    known = {paper.id: month.known[paper.id] for paper in month.papers}
    month.kept = msgspec.structs.replace(month.kept, papers=_encode(known))
    if month.place:
        files.replace(month.place, _encode(month.kept))
        month.kept = msgspec.structs.replace(month.kept, papers=b"")
    month.known, month.own = {}, {}


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path | None]:
    """The folder of the search, while no other process has it."""
    if not kept:
        yield None
        return
    folder = kept / _SEARCH
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with files.in_turn(folder):
            yield folder
    except (OSError, ValueError) as error:  # what the library raises is a ValueError
        raise _UnusableSearch(f"{folder} cannot be written: {error}") from None


def _name(paper: Paper) -> str:
    return str(paper.announced)[:7]


def _came(paper: Paper) -> date:
    return coming(paper.announced, paper.seen)


def _closes(paper: Paper) -> date:
    return closing(paper.announced, paper.seen)


def _source(papers: Iterable[Paper]) -> bytes:
    """A mark of the papers as they are; of one whose mark isn't taken, its first words count."""
    return _hash(sorted(paper.facts.mark or _own_mark(paper) for paper in papers))


def _own_mark(paper: Paper, known: _Known | None = None) -> bytes:
    """Of the paper's first words; taken again only where the entry isn't what it was."""
    if known and paper.facts.mark and known.source == paper.facts.mark:
        return known.own
    first = versions.first(paper.entry)
    words = (first.title, first.summary, first.authors, first.categories, first.markup)
    return _hash((paper.id, paper.announced, paper.seen, words))


def _hash(said: object) -> bytes:
    return blake2b(_encode(said), digest_size=16).digest()


def _read(place: Path | None) -> _Kept:
    try:
        return _kept(place.read_bytes()) if place else _Kept()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return _Kept()
