"""What is known of the papers related to each paper, kept a file a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from msgspec import structs

from digest.errors import DigestError
from digest.output.store import Store
from digest.papers import versions
from digest.papers.paper import Paper
from digest.papers.related.lookup import RelatedPapers
from digest.papers.related.order import Batch, BatchOrder, closing, coming


class KnownPaper(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one paper."""

    source: bytes  # the fingerprint of the entry that `own` was taken of
    own: bytes  # a fingerprint of the paper's first words
    fingerprint: bytes  # of these, and of what the paper saw
    related: RelatedPapers


class KeptMonth(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month. All but the last is small, and holds while `source` does."""

    source: bytes = b""  # a fingerprint of its papers
    batches: tuple[Batch, ...] = ()  # that they make for others
    days: tuple[date, ...] = ()  # on which they came
    fingerprint: bytes = b""  # of what they saw
    papers: bytes = b""  # `KnownPaper` by id; read where something changed


class DuePaper(NamedTuple):
    """A paper to look up."""

    place: int  # how many batches it sees
    month: str
    paper: Paper
    fingerprint: bytes  # see KnownPaper


_encode = msgspec.msgpack.Encoder().encode
_kept_month = msgspec.msgpack.Decoder(KeptMonth).decode
_known_papers = msgspec.msgpack.Decoder(dict[str, KnownPaper]).decode


class RelatedMonth:
    """A month's papers, and what is known of them so far."""

    def __init__(self, name: str, papers: list[Paper], store: Store | None) -> None:
        """What the store has of a month, as far as its papers are what they were."""
        self.name, self.papers = name, papers
        self._file = store.related(name) if store else None
        self._own = dict[str, bytes]()  # fingerprints of first words, once the papers were read
        self._known = dict[str, KnownPaper]()
        self._due = 0  # papers that must still be looked up
        source = _source(papers)
        self._kept = structs.replace(self._read(), papers=b"")
        if source != self._kept.source:
            self._read_papers()
            days = {_came(paper) for paper in papers}
            self._kept = KeptMonth(source, self._batches(), tuple(sorted(days)))

    @property
    def batches(self) -> tuple[Batch, ...]:
        """Those that its papers make for others."""
        return self._kept.batches

    @property
    def fingerprint(self) -> bytes:
        """Of the papers related to all of them."""
        return hash_of((self._kept.fingerprint, self._kept.batches))

    def members(self, day: date) -> list[Paper]:
        """The papers of a batch."""
        members = (paper for paper in self.papers if _closes(paper) == day)
        return sorted(members, key=lambda paper: paper.id)

    def due(self, order: BatchOrder, seen: Sequence[bytes]) -> Iterator[DuePaper]:
        """The papers that must be looked up; what is known of the others stays.

        Args:
            seen: a fingerprint of what papers see after so many batches.
        """
        places = {day: order.before((day, self.name)) for day in self._kept.days}
        fingerprint = hash_of(sorted((str(day), seen[place]) for day, place in places.items()))
        if not self._own:
            if self._kept.fingerprint == fingerprint:
                return
            self._read_papers()
        self._kept = structs.replace(self._kept, fingerprint=fingerprint)
        last, self._known = self._known, {}
        for paper in self.papers:
            own, place = self._own[paper.id], places[_came(paper)]
            fingerprint = hash_of((seen[place], own))
            known = last.get(paper.id)
            if known and known.fingerprint == fingerprint:
                self._known[paper.id] = structs.replace(
                    known, source=paper.facts.fingerprint, own=own
                )
            else:
                self._due += 1
                yield DuePaper(place, self.name, paper, fingerprint)
        if not self._due:
            self._keep()

    def take(self, due: DuePaper, related: RelatedPapers) -> None:
        """Know a paper that was due; the month is kept as soon as all of it is known."""
        name, source = due.paper.id, due.paper.facts.fingerprint
        self._known[name] = KnownPaper(source, self._own[name], due.fingerprint, related)
        self._due -= 1
        if not self._due:
            self._keep()

    def known(self) -> Mapping[str, KnownPaper]:
        """What is known of each paper, by id."""
        try:
            return _known_papers((self._read() if self._file else self._kept).papers)
        except (msgspec.DecodeError, UnicodeDecodeError):
            assert self._file
            self._file.remove()
            raise DigestError(f"{self._file.path} was damaged; build again") from None

    def _read(self) -> KeptMonth:
        if not self._file:
            return KeptMonth()
        kept = self._file.read(_kept_month)
        if not kept:
            with suppress(OSError):
                self._file.remove()  # so that it is damaged once
        return kept or KeptMonth()

    def _read_papers(self) -> None:
        """Read what is known of each paper, and its first words."""
        self.papers.sort(key=lambda paper: paper.id)
        self._known = dict(self.known()) if self._read().papers else {}
        self._own = {paper.id: _own(paper, self._known.get(paper.id)) for paper in self.papers}

    def _batches(self) -> tuple[Batch, ...]:
        days = defaultdict[date, list[bytes]](list)
        for paper in self.papers:
            days[_closes(paper)].append(self._own[paper.id])
        return tuple(Batch(day, len(own), hash_of(own)) for day, own in sorted(days.items()))

    def _keep(self) -> None:
        known = {paper.id: self._known[paper.id] for paper in self.papers}
        self._kept = structs.replace(self._kept, papers=_encode(known))
        if self._file:
            self._file.write(_encode(self._kept))
            self._kept = structs.replace(self._kept, papers=b"")
        self._known, self._own = {}, {}


def by_name(papers: Iterable[Paper], store: Store | None) -> dict[str, RelatedMonth]:
    """All papers in their months, and what the store has of these."""
    months = defaultdict[str, list[Paper]](list)
    for paper in papers:
        months[name_of(paper)].append(paper)
    return {name: RelatedMonth(name, month, store) for name, month in months.items()}


def name_of(paper: Paper) -> str:
    """The month of a paper: "2026-05"."""
    return str(paper.announced)[:7]


def hash_of(values: object) -> bytes:
    """A fingerprint, 16 bytes, of what msgpack can encode."""
    return blake2b(_encode(values), digest_size=16).digest()


def _came(paper: Paper) -> date:
    return coming(paper.announced, paper.seen)


def _closes(paper: Paper) -> date:
    return closing(paper.announced, paper.seen)


def _source(papers: Iterable[Paper]) -> bytes:
    """A fingerprint of the papers as they are; of one that has none, its first words count."""
    return hash_of(sorted(paper.facts.fingerprint or _own(paper) for paper in papers))


def _own(paper: Paper, known: KnownPaper | None = None) -> bytes:
    """A fingerprint of the paper's first words; taken again only where its entry changed."""
    if known and known.source and known.source == paper.facts.fingerprint:
        return known.own
    first = versions.first(paper.entry)
    words = (first.title, first.summary, first.authors, first.categories, first.markup)
    return hash_of((paper.id, paper.announced, paper.seen, words))
