"""What is known of the papers near each paper, kept a file a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import structs

from digest.errors import DigestError
from digest.files import files
from digest.output import kept
from digest.papers import versions
from digest.papers.paper import Paper
from digest.papers.related.lookup import RelatedPapers
from digest.papers.related.order import (
    Batch,
    BatchOrder,
    closing,
    coming,
)

_NAME = ".digest-related-{}"  # beside the site; hosts don't publish what starts with a dot


class KnownPaper(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one paper."""

    source: bytes  # the mark of the entry that the paper's own was taken of
    own: bytes  # the mark of the paper's first words
    mark: bytes  # of these, and of what the paper saw
    near: RelatedPapers


class KeptMonth(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month. All but the last is small, and holds while `source` does."""

    source: bytes = b""  # a mark of its papers
    batches: tuple[Batch, ...] = ()  # that they make for others
    days: tuple[date, ...] = ()  # on which they came
    mark: bytes = b""  # of what they saw
    papers: bytes = b""  # `KnownPaper` by id; read where something changed


class DuePaper(NamedTuple):
    """A paper to look at."""

    place: int  # how many batches it sees
    month: str
    paper: Paper
    mark: bytes


_encode = msgspec.msgpack.Encoder().encode
_kept = msgspec.msgpack.Decoder(KeptMonth).decode
_known = msgspec.msgpack.Decoder(dict[str, KnownPaper]).decode


class RelatedMonth:
    """A month's papers, and what is known of them so far."""

    def __init__(self, name: str, papers: list[Paper], folder: Path | None) -> None:
        """What the folder has of a month, as far as its papers are what they were."""
        self.name, self.papers = name, papers
        self._place = folder / _NAME.format(name) if folder else None
        self._own = dict[str, bytes]()  # marks of first words, once the papers were gone through
        self._known = dict[str, KnownPaper]()
        self._due = 0  # papers that must still be looked at
        source = _source(papers)
        self._kept = structs.replace(self._read(), papers=b"")
        if source != self._kept.source:
            self._go_through()
            days = {_came(paper) for paper in papers}
            self._kept = KeptMonth(source, self._made(), tuple(sorted(days)))

    @property
    def batches(self) -> tuple[Batch, ...]:
        """Those that its papers make for others."""
        return self._kept.batches

    @property
    def mark(self) -> bytes:
        """Of what is near all of them."""
        return hash_of((self._kept.mark, self._kept.batches))

    def members(self, day: date) -> list[Paper]:
        """The papers of a batch."""
        found = [paper for paper in self.papers if _closes(paper) == day]
        return sorted(found, key=lambda paper: paper.id)

    def due(self, order: BatchOrder, seen: Sequence[bytes]) -> Iterator[DuePaper]:
        """The papers that must be looked at; what is known of the others stays.

        Args:
            seen: a mark of what papers see after so many batches.
        """
        places = {day: order.before((day, self.name)) for day in self._kept.days}
        mark = hash_of(sorted((str(day), seen[place]) for day, place in places.items()))
        if not self._own:
            if self._kept.mark == mark:
                return
            self._go_through()
        self._kept = structs.replace(self._kept, mark=mark)
        last, self._known = self._known, {}
        for paper in self.papers:
            own, place = self._own[paper.id], places[_came(paper)]
            mark = hash_of((seen[place], own))
            known = last.get(paper.id)
            if known and known.mark == mark:
                self._known[paper.id] = KnownPaper(paper.facts.mark, own, mark, known.near)
            else:
                self._due += 1
                yield DuePaper(place, self.name, paper, mark)
        if not self._due:
            self._keep()

    def take(self, due: DuePaper, near: RelatedPapers) -> None:
        """What is near a paper that was due; the month is kept as soon as all of it is known."""
        name = due.paper.id
        self._known[name] = KnownPaper(due.paper.facts.mark, self._own[name], due.mark, near)
        self._due -= 1
        if not self._due:
            self._keep()

    def known(self) -> Mapping[str, KnownPaper]:
        """What is known of each paper, by id."""
        try:
            return _known((self._read() if self._place else self._kept).papers)
        except (msgspec.DecodeError, UnicodeDecodeError):
            assert self._place
            files.clear(self._place)
            raise DigestError(f"{self._place} was damaged; build again") from None

    def _read(self) -> KeptMonth:
        if not self._place:
            return KeptMonth()
        found = kept.read(self._place, _kept)
        if not found:
            with suppress(OSError):
                files.clear(self._place)  # so that it is damaged once
        return found or KeptMonth()

    def _go_through(self) -> None:
        """Look at each paper: what is known of it, and its first words."""
        self.papers.sort(key=lambda paper: paper.id)
        self._known = dict(self.known()) if self._read().papers else {}
        self._own = {paper.id: _own(paper, self._known.get(paper.id)) for paper in self.papers}

    def _made(self) -> tuple[Batch, ...]:
        found = defaultdict[date, list[bytes]](list)
        for paper in self.papers:
            found[_closes(paper)].append(self._own[paper.id])
        return tuple(Batch(day, len(own), hash_of(own)) for day, own in sorted(found.items()))

    def _keep(self) -> None:
        known = {paper.id: self._known[paper.id] for paper in self.papers}
        self._kept = structs.replace(self._kept, papers=_encode(known))
        if self._place:
            kept.write(self._place, _encode(self._kept))
            self._kept = structs.replace(self._kept, papers=b"")
        self._known, self._own = {}, {}


def by_name(papers: Iterable[Paper], folder: Path | None) -> dict[str, RelatedMonth]:
    """All papers in their months, and what the folder has of these."""
    found = defaultdict[str, list[Paper]](list)
    for paper in papers:
        found[name_of(paper)].append(paper)
    return {name: RelatedMonth(name, month, folder) for name, month in found.items()}


def name_of(paper: Paper) -> str:
    """The month of a paper: "2026-05"."""
    return str(paper.announced)[:7]


def hash_of(said: object) -> bytes:
    """A mark, 16 bytes, of what msgpack can say."""
    return blake2b(_encode(said), digest_size=16).digest()


def _came(paper: Paper) -> date:
    return coming(paper.announced, paper.seen)


def _closes(paper: Paper) -> date:
    return closing(paper.announced, paper.seen)


def _source(papers: Iterable[Paper]) -> bytes:
    """A mark of the papers as they are; of one whose mark isn't taken, its first words count."""
    return hash_of(sorted(paper.facts.mark or _own(paper) for paper in papers))


def _own(paper: Paper, known: KnownPaper | None = None) -> bytes:
    """A mark of the paper's first words; taken again only where the entry isn't what it was."""
    if known and paper.facts.mark and known.source == paper.facts.mark:
        return known.own
    first = versions.first(paper.entry)
    words = (first.title, first.summary, first.authors, first.categories, first.markup)
    return hash_of((paper.id, paper.announced, paper.seen, words))
