"""The archive with its themes, a month at a time.

What lists need of each paper is at hand; the rest is read again when it is shown. What the rules
made of a month is kept, so that a month that stays as it is costs next to nothing.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path

import msgspec

from digest import archive
from digest.errors import ArchiveError
from digest.files import files
from digest.model import Entry, Match
from digest.output import inputs, processes
from digest.output.inputs import FileHashes, FileVersion
from digest.output.store import Store
from digest.papers.paper import Paper, PaperFacts, facts_of
from digest.themes import Matcher

HELD = 4_000  # entries that a process holds: about 16 MB
OPEN = 64  # files that a process holds open


class _KeptMonth(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month, as it is written."""

    fingerprint: str  # of its file, then of the rules and our code
    facts: list[PaperFacts]
    met: list[bytes]  # see themes.Verdict, one for each of `facts`
    starts: bytes  # of their lines, and the end of the last one; none where lines must be joined


_encode = msgspec.msgpack.Encoder().encode
_kept_month = msgspec.msgpack.Decoder(_KeptMonth)


class _File:
    """A file that stays open for as long as somebody has it."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.version = inputs.version_of(self._handle)

    def read(self, start: int, end: int) -> bytes:
        """The bytes between two places."""
        if sys.platform == "win32":
            os.lseek(self._handle, start, os.SEEK_SET)
            return os.read(self._handle, end - start)
        return os.pread(self._handle, end - start, start)  # processes that share it don't disturb

    def __del__(self) -> None:
        with suppress(AttributeError):  # it couldn't be opened
            os.close(self._handle)


class JudgedMonth(msgspec.Struct):
    """A file of the archive, and what is known of its entries."""

    path: Path
    facts: list[PaperFacts]
    data: bytes  # to be kept; empty once it is
    _version: FileVersion  # of the file that was read; empty where all entries are at hand
    _met: list[bytes]
    _starts: array[int]  # see _KeptMonth
    _archive: JudgedArchive
    _entries: dict[int, Entry] = msgspec.field(default_factory=dict)  # by their place
    _file: _File | None = None

    def entry(self, at: int) -> Entry:
        """The entry of `facts` at a place."""
        if at not in self._entries:
            self._archive.make_room()
            self._entries |= self._read(at)
        return self._entries[at]

    def matches(self, at: int) -> tuple[Match, ...]:
        """Its themes and why."""
        matcher = self._archive.matcher
        return matcher.explained(self.entry(at), self._met[at], self.facts[at].themes)

    def forget(self) -> None:
        """Hold nothing that can be read again."""
        if self._version:
            self._entries = {}

    def close(self) -> None:
        """Let go of the file, which is opened again when it is needed."""
        self._file = None

    def _read(self, at: int) -> dict[int, Entry]:
        """An entry by its place; those of the whole month where its lines must be joined."""
        try:
            if not self._file:
                self._archive.make_room_for_file()
                self._file = _File(self.path)
            if self._version != self._file.version:
                raise self._changed()
            if self._starts:
                return {at: archive.read_line(self._file.read(*self._starts[at : at + 2]))}
            data = self._file.read(0, self._version[1])
            return dict(enumerate(archive.joined(archive.read_again(data))))
        except (FileNotFoundError, msgspec.DecodeError):
            raise self._changed() from None

    def _changed(self) -> ArchiveError:
        return ArchiveError("changed while the site was built; build again", self.path, 1)


class JudgedArchive(msgspec.Struct):
    """All months, oldest first."""

    matcher: Matcher
    held: int = HELD  # entries at the most
    open: int = OPEN  # files at the most
    months: list[JudgedMonth] = msgspec.field(default_factory=list)
    _held: int = 0
    _open: int = 0

    def papers(self) -> Iterator[Paper]:
        """Every paper, without the editor's notes."""
        for month in self.months:
            for at, facts in enumerate(month.facts):
                yield Paper(facts, month, at)

    def __len__(self) -> int:
        return sum(len(month.facts) for month in self.months)

    def keep(self, store: Store) -> None:
        """Write what is known of each month where `judge` finds it again, and hold it no longer.

        Raises:
            DigestError: it can't be written.
        """
        for month in self.months:
            if month.data:
                store.month(month.path.stem).write(month.data)
                month.data = b""
        store.keep_months(month.path.stem for month in self.months)

    def make_room(self) -> None:
        """For an entry more."""
        if self._held >= self.held:
            for month in self.months:
                month.forget()
            self._held = 0
        self._held += 1

    def make_room_for_file(self) -> None:
        """For an open file more."""
        if self._open >= self.open:
            for month in self.months:
                month.close()
            self._open = 0
        self._open += 1


def judge(
    folder: Path,
    matcher: Matcher,
    code: str = "",
    store: Store | None = None,
    *,
    workers: int = 1,
    hashes: FileHashes | None = None,
    held: int = HELD,
    open_: int = OPEN,
) -> JudgedArchive:
    """The archive of a folder, with what the rules make of it.

    Args:
        code: changes whenever our own code does.
        store: has what the last time found, see `JudgedArchive.keep`; None: there is none.
        workers: processes to use at the most.
        hashes: of files that were read before; those of the archive are added.
        held: entries to hold at the most.
        open_: files to hold open at the most.

    Raises:
        ArchiveError: a line is damaged; names file and line.
    """
    hashes = hashes or FileHashes()
    rules = f"{code} {matcher.fingerprint}"
    paths = archive.month_files(folder)
    versions = {path: inputs.version_of(path) for path in paths}  # before they are read
    known = _known_months(paths, rules, matcher, store, hashes) if store else {}
    fresh = [path for path in paths if path not in known]
    is_worth = sum(path.stat().st_size for path in fresh) > processes.WORTH * 2_000

    def read(number: int) -> bytes:
        return _read(fresh[number], rules, matcher, hashes)

    found = processes.spread(
        read, len(fresh), workers if is_worth else 1, lambda number: fresh[number].name
    )
    data_of = dict(zip(fresh, found, strict=True))
    judged = JudgedArchive(matcher, held, open_)
    for path in paths:
        data = data_of.get(path, b"")
        month = known.get(path) or _kept_month.decode(data)
        hashes.add(path, versions[path], month.fingerprint.partition(" ")[0])
        facts, starts = _shared(month.facts), array("Q", month.starts)
        judged.months.append(
            JudgedMonth(path, facts, data, versions[path], month.met, starts, judged)
        )
    if _are_apart(judged):
        return judged
    # A git merge left a paper in two months: the next fetch will mend that.
    return _of_entries(archive.load(folder), matcher)


def _of_entries(entries: Iterable[Entry], matcher: Matcher) -> JudgedArchive:
    """An archive whose entries are all at hand."""
    months = defaultdict[str, list[Entry]](list)
    for entry in entries:
        months[f"{entry.announced:%Y-%m}"].append(entry)
    judged = JudgedArchive(matcher)
    for name, found in sorted(months.items()):
        facts, met = _judged(found, matcher)
        by_place = dict(enumerate(found))
        judged.months.append(
            JudgedMonth(Path(name), facts, b"", (), met, array("Q"), judged, by_place)
        )
    return judged


def _known_months(
    paths: Sequence[Path], rules: str, matcher: Matcher, store: Store, hashes: FileHashes
) -> dict[Path, _KeptMonth]:
    """What is kept of the months for which it still holds."""
    hashes.take_all(path for path in paths if store.month(path.stem).exists())
    months = ((path, _known(path, rules, matcher, store, hashes)) for path in paths)
    return {path: month for path, month in months if month}


def _known(
    path: Path, rules: str, matcher: Matcher, store: Store, hashes: FileHashes
) -> _KeptMonth | None:
    """What is kept of a month, if that still holds."""
    kept = store.month(path.stem)
    fingerprint = f"{hashes.of(path)} {rules}" if kept.exists() else ""

    def decode(data: bytes) -> _KeptMonth:
        month = _kept_month.decode(data)
        starts = array("Q", month.starts)
        themes = {name for facts in month.facts for name in facts.themes}
        is_sound = len(month.facts) == len(month.met) and len(starts) in {0, len(month.met) + 1}
        if month.fingerprint == fingerprint and not (is_sound and themes <= matcher.rules.keys()):
            raise ValueError("its parts don't fit each other")
        return month

    month = kept.read(decode)
    return month if month and month.fingerprint == fingerprint else None


def _read(path: Path, rules: str, matcher: Matcher, hashes: FileHashes) -> bytes:
    """What is to be kept of a month."""
    hash_, data = hashes.of(path), files.read(path)
    lines = archive.read(data, path)
    entries = archive.joined(lines)
    starts = _starts(data) if list(entries) == lines else b""
    facts, met = _judged(entries, matcher)
    return _encode(_KeptMonth(f"{hash_} {rules}", facts, met, starts))


def _starts(data: bytes) -> bytes:
    """Where each line begins, and the last one ends."""
    lengths = (len(line) + 1 for line in data.split(b"\n")[:-1])
    return array("Q", accumulate(lengths, initial=0)).tobytes()


def _judged(entries: Sequence[Entry], matcher: Matcher) -> tuple[list[PaperFacts], list[bytes]]:
    facts, met = list[PaperFacts](), list[bytes]()
    for entry in entries:
        verdict = matcher.verdict(entry)
        values = _encode((entry, verdict.themes, verdict.why))
        facts.append(facts_of(entry, verdict.themes, blake2b(values, digest_size=16).digest()))
        met.append(verdict.met)
    return facts, met


def _shared(facts: list[PaperFacts]) -> list[PaperFacts]:
    """The same, with one tuple for all papers of the same themes."""
    known = dict[tuple[str, ...], tuple[str, ...]]()
    for paper in facts:
        themes = known.setdefault(paper.themes, paper.themes)
        msgspec.structs.force_setattr(paper, "themes", themes)
    return facts


def _are_apart(judged: JudgedArchive) -> bool:
    """Whether no month has a paper that another has too."""
    owners = dict[str, PaperFacts]()
    for month in judged.months:
        for facts in month.facts:
            for key in (facts.id, *facts.aliases, f"doi:{facts.doi}" if facts.doi else facts.id):
                owner = owners.setdefault(key, facts)
                if owner is not facts and not _are_two(owner, facts):
                    return False
    return True


def _are_two(one: PaperFacts, other: PaperFacts) -> bool:
    """Whether two entries that share a DOI are different papers of arXiv's all the same."""
    return one.id != other.id and all(f.id.startswith("arxiv:") for f in (one, other))
