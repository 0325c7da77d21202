"""The archive with its themes, a month at a time.

What lists need of each paper is at hand; what it says is read again when it is shown. What the
rules made of a month is kept, so that a month that stays as it is costs next to nothing.
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
from digest.output import inputs
from digest.output import kept as kept_
from digest.output import processes as jobs
from digest.papers.paper import Paper, PaperFacts, facts_of
from digest.themes import Matcher

_NAME = ".digest-month-{}"  # beside the site; hosts don't publish what starts with a dot
_HELD = 4_000  # entries whose words a process holds: about 16 MB
_OPEN = 64  # files that a process holds open


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month, as it is written."""

    mark: str  # of its file, then of the rules and our code
    facts: list[PaperFacts]
    met: list[bytes]  # see themes.Verdict, one for each of `facts`
    starts: bytes  # of their lines, and the end of the last one; none where lines must be joined


_encode = msgspec.msgpack.Encoder().encode
_kept = msgspec.msgpack.Decoder(_Kept)


class _File:
    """A file that stays open for as long as somebody has it."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.version = inputs.version_of(self._handle)

    def read(self, start: int, end: int) -> bytes:
        """What stands between two places."""
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
    kept: bytes  # as it is written; empty once it is
    _version: tuple[int, ...]  # of the file that was read; empty where all words are at hand
    _met: list[bytes]
    _starts: array[int]  # see _Kept
    _shelf: JudgedArchive
    _words: dict[int, Entry] = msgspec.field(default_factory=dict)  # of entries, by their place
    _file: _File | None = None

    def entry(self, at: int) -> Entry:
        """The entry of `facts` at a place."""
        if at not in self._words:
            self._shelf.make_room()
            self._words |= self._read(at)
        return self._words[at]

    def matches(self, at: int) -> tuple[Match, ...]:
        """Its themes and why."""
        return self._shelf.matcher.explained(self.entry(at), self._met[at], self.facts[at].themes)

    def forget(self) -> None:
        """Hold nothing that can be read again."""
        if self._version:
            self._words = {}

    def close(self) -> None:
        """Let go of the file, which is opened again when it is needed."""
        self._file = None

    def _read(self, at: int) -> dict[int, Entry]:
        """An entry by its place; those of the whole month where its lines must be joined."""
        try:
            if not self._file:
                self._shelf.make_room_for_file()
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
    months: list[JudgedMonth] = msgspec.field(default_factory=list)
    _held: int = 0  # entries
    _open: int = 0  # files

    def papers(self) -> Iterator[Paper]:
        """Every paper, without the editor's notes."""
        for month in self.months:
            for at, facts in enumerate(month.facts):
                yield Paper(facts, month, at)

    def __len__(self) -> int:
        return sum(len(month.facts) for month in self.months)

    def keep(self, folder: Path) -> None:
        """Write what is known of each month where `judge` finds it again, and hold it no longer.

        Raises:
            DigestError: it can't be written.
        """
        for month in self.months:
            if month.kept:
                kept_.write(_place(folder, month.path), month.kept)
                month.kept = b""
        for gone in set(folder.glob(_NAME.format("*"))) - {
            _place(folder, m.path) for m in self.months
        }:
            files.clear(gone)

    def make_room(self) -> None:
        """For an entry more."""
        if self._held >= _HELD:
            for month in self.months:
                month.forget()
            self._held = 0
        self._held += 1

    def make_room_for_file(self) -> None:
        """For an open file more."""
        if self._open >= _OPEN:
            for month in self.months:
                month.close()
            self._open = 0
        self._open += 1


def judge(
    folder: Path, matcher: Matcher, code: str = "", kept: Path | None = None, workers: int = 1
) -> JudgedArchive:
    """The archive of a folder, with what the rules make of it.

    Args:
        code: changes whenever our own code does.
        kept: the folder that has what the last time found, see `Shelf.keep`; None: there is none.
        workers: processes to use at the most.

    Raises:
        ArchiveError: a line is damaged; names file and line.
    """
    rules = f"{code} {matcher.fingerprint}"
    paths = archive.month_files(folder)
    versions = {path: inputs.version_of(path) for path in paths}  # before they are read
    if kept:
        inputs.hash_all(path for path in paths if _place(kept, path).exists())
    known = {path: _known(_place(kept, path), path, rules, matcher) for path in paths if kept}
    fresh = [path for path in paths if not known.get(path)]
    worth = sum(path.stat().st_size for path in fresh) > jobs.WORTH * 2_000

    def read(number: int) -> bytes:
        return _read(fresh[number], rules, matcher)

    def name(number: int) -> str:
        return fresh[number].name

    found = dict(
        zip(fresh, jobs.spread(read, len(fresh), workers if worth else 1, name), strict=True)
    )
    shelf = JudgedArchive(matcher)
    for path in paths:
        data = found.get(path, b"")
        month = known.get(path) or _kept.decode(data)
        inputs.hashed(path, versions[path], month.mark.partition(" ")[0])
        facts = _shared(month.facts)
        starts = array("Q", month.starts)
        shelf.months.append(
            JudgedMonth(path, facts, data, versions[path], month.met, starts, shelf)
        )
    return shelf if _are_apart(shelf) else _joined(folder, matcher)


def judge_entries(entries: Iterable[Entry], matcher: Matcher) -> JudgedArchive:
    """A shelf whose words are all at hand."""
    months = defaultdict[str, list[Entry]](list)
    for entry in entries:
        months[f"{entry.announced:%Y-%m}"].append(entry)
    shelf = JudgedArchive(matcher)
    for name, found in sorted(months.items()):
        facts, met = _judged(found, matcher)
        words = dict(enumerate(found))
        shelf.months.append(JudgedMonth(Path(name), facts, b"", (), met, array("Q"), shelf, words))
    return shelf


def _joined(folder: Path, matcher: Matcher) -> JudgedArchive:
    """A git merge left a paper in two months: the next fetch will mend that."""
    return judge_entries(archive.load(folder), matcher)


def _place(folder: Path, path: Path) -> Path:
    return folder / _NAME.format(path.stem)


def _known(place: Path, path: Path, rules: str, matcher: Matcher) -> _Kept | None:
    """What is kept of a month, if that is still so."""

    def decode(data: bytes) -> _Kept:
        found = _kept.decode(data)
        starts = array("Q", found.starts)
        themes = {name for facts in found.facts for name in facts.themes}
        is_sound = len(found.facts) == len(found.met) and len(starts) in {0, len(found.met) + 1}
        if found.mark == mark and not (is_sound and themes <= matcher.rules.keys()):
            raise ValueError("its parts don't fit each other")
        return found

    mark = f"{inputs.hash_of(path)} {rules}" if os.path.lexists(place) else ""
    found = kept_.read(place, decode)
    return found if found and found.mark == mark else None


def _read(path: Path, rules: str, matcher: Matcher) -> bytes:
    hash_, data = inputs.hash_of(path), files.read(path)
    found = archive.read(data, path)
    entries = archive.joined(found)
    starts = _starts(data) if list(entries) == found else b""
    facts, met = _judged(entries, matcher)
    return _encode(_Kept(f"{hash_} {rules}", facts, met, starts))


def _starts(data: bytes) -> bytes:
    """Where each line begins, and the last one ends."""
    lengths = (len(line) + 1 for line in data.split(b"\n")[:-1])
    return array("Q", accumulate(lengths, initial=0)).tobytes()


def _judged(entries: Sequence[Entry], matcher: Matcher) -> tuple[list[PaperFacts], list[bytes]]:
    facts, met = list[PaperFacts](), list[bytes]()
    for entry in entries:
        verdict = matcher.verdict(entry)
        mark = blake2b(_encode((entry, verdict.themes, verdict.why)), digest_size=16).digest()
        facts.append(facts_of(entry, verdict.themes, mark))
        met.append(verdict.met)
    return facts, met


def _shared(facts: list[PaperFacts]) -> list[PaperFacts]:
    """The same, with one tuple for all papers of the same themes."""
    known = dict[tuple[str, ...], tuple[str, ...]]()
    for each in facts:
        msgspec.structs.force_setattr(each, "themes", known.setdefault(each.themes, each.themes))
    return facts


def _are_apart(shelf: JudgedArchive) -> bool:
    """Whether no month has a paper that another has too."""
    owners = dict[str, PaperFacts]()
    for month in shelf.months:
        for facts in month.facts:
            for key in (facts.id, *facts.aliases, f"doi:{facts.doi}" if facts.doi else facts.id):
                owner = owners.setdefault(key, facts)
                if owner is not facts and not _are_two(owner, facts):
                    return False
    return True


def _are_two(one: PaperFacts, other: PaperFacts) -> bool:
    """Whether two entries that share a DOI are different papers of arXiv's all the same."""
    return one.id != other.id and all(f.id.startswith("arxiv:") for f in (one, other))
