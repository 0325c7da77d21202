"""The archive with its themes, as papers see it.

What lists need of each paper is at hand; the rest is read again when it is shown, in bounded space.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from digest import archive
from digest.errors import ArchiveError
from digest.model import Entry, Match
from digest.output import inputs
from digest.output.inputs import FileVersion
from digest.output.store import Store
from digest.papers.paper import Paper, PaperFacts
from digest.themes import Matcher

HELD = 4_000  # entries that a process holds: about 16 MB
OPEN = 64  # files that a process holds open


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
    _starts: array[int]  # of lines, and the end of the last; none where lines must be joined
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
