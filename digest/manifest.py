"""What a build wrote, as the next one finds it beside the site.

A line that says how far the build came, one of what it read, one for each file with its mark; then,
after an empty one, a line of the parts that these make, each with its mark and its length.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import msgspec

MANIFEST = ".digest-manifest"
UNMARKED = "-" * 32
_COMPLETE, _RUNNING = b"digest manifest 3: complete", b"digest manifest 3: in progress"


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished site was built from, and for how long that holds."""

    inputs: str  # see inputs.fingerprint; empty where nobody took it
    begin: datetime  # UTC: from here on ...
    end: datetime  # ... to here the same inputs make the same site
    papers: int


class Part(NamedTuple):
    """The lines of files that were made together."""

    mark: str  # of all of them: the same mark, the same files
    lines: bytes


class Manifest(NamedTuple):
    """What a folder's manifest says."""

    files: dict[str, str]  # those that are ours, with their marks
    parts: Sequence[Part]  # of the files in this order
    complete: bool  # whether the last build came to its end, so that the marks hold
    foreign: bool = False  # whether another version of digest wrote it

    def distrusted(self) -> Manifest:
        """The names alone."""
        return self._replace(files=dict.fromkeys(self.files, UNMARKED), parts=())


def line(path: str, mark: str) -> bytes:
    """A file's; a mark has 32 letters."""
    return f"{mark} {path}\n".encode()


def running(known: Manifest, new: Iterable[str]) -> bytes:
    """The manifest while a build makes new files beside those that are known.

    Nobody trusts its marks, but those who put shards of the build that wrote it.
    """
    parts = known.parts or [Part(UNMARKED, b"".join(line(*file) for file in known.files.items()))]
    return _text(_RUNNING, "", [*parts, Part(UNMARKED, b"".join(line(p, UNMARKED) for p in new))])


def complete(parts: Sequence[Part], basis: Basis | None) -> bytes:
    """The manifest of a finished build."""
    return _text(_COMPLETE, _basis_line(basis), parts)


def _text(header: bytes, basis: str, parts: Sequence[Part]) -> bytes:
    table = " ".join(f"{part.mark}:{len(part.lines)}" for part in parts)
    lines = b"".join(part.lines for part in parts)
    return b"%s\n%s\n%s\n%s\n" % (header, basis.encode(), lines, table.encode())


def exists(folder: Path) -> bool:
    """Whether a folder has one."""
    return (folder / MANIFEST).is_file()


def read(folder: Path) -> Manifest | None:
    """What a folder's manifest says, if it has one."""
    try:
        data = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    header, _, rest = data.partition(b"\n")
    body, _, table = rest.rpartition(b"\n\n")
    lines = body.partition(b"\n")[2]
    parts = _parts(lines, table) if header in {_COMPLETE, _RUNNING} else None
    if parts is None:  # another version's, or damaged: its names still hold
        rows = takewhile(bool, rest.decode(errors="replace").split("\n")[1:])
        names = (row.partition(" ")[2] for row in rows)
        return Manifest({name: UNMARKED for name in names if name}, (), False, foreign=True)
    files = {row[33:]: row[:32] for row in lines.decode(errors="replace").split("\n") if row}
    return Manifest(files, parts, header == _COMPLETE)


def _parts(lines: bytes, table: bytes) -> list[Part] | None:
    """The parts that a table names; None where it doesn't fit the lines."""
    lines += b"\n" if lines else b""  # that which the empty line ended
    found, at = list[Part](), 0
    for each in table.decode(errors="replace").split():
        mark, _, length = each.partition(":")
        if not length.isdecimal():
            return None
        found.append(Part(mark, lines[at : at + int(length)]))
        at += int(length)
    return found if at == len(lines) else None


def standing(folder: Path, inputs: str, now: datetime) -> tuple[Basis, int] | None:
    """What the folder's site was built from, and how many files it has, if it stands as it should:
    its last build came to its end, had these inputs, and no file was removed since.
    """
    try:
        with (folder / MANIFEST).open("rb") as file:
            if file.readline() != _COMPLETE + b"\n":
                return None
            known = _read_basis(file.readline().decode().rstrip("\n"))
            if not known or known.inputs != inputs or not known.begin <= now < known.end:
                return None
            lines = file.read().partition(b"\n\n")[0].decode()
    except (OSError, ValueError):
        return None
    paths = [row[33:] for row in lines.split("\n")]
    return (known, len(paths)) if have(folder, paths) else None


def have(folder: Path, paths: Iterable[str]) -> bool:
    """Whether a folder has all of these files."""
    return all(os.access(f"{folder}/{path}", os.F_OK) for path in paths)  # the fastest question


def unfinished(folder: Path) -> bool:
    """Whether a build of `folder` was stopped, or runs at this moment."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            return file.readline() == _RUNNING + b"\n"
    except FileNotFoundError:
        return False


def _basis_line(basis: Basis | None) -> str:
    if not basis or not basis.inputs:
        return ""
    return f"{basis.inputs} {basis.begin.isoformat()} {basis.end.isoformat()} {basis.papers}"


def _read_basis(line: str) -> Basis | None:
    try:
        inputs, begin, end, papers = line.split(" ")
        moments = datetime.fromisoformat(begin), datetime.fromisoformat(end)
        return Basis(inputs=inputs, begin=moments[0], end=moments[1], papers=int(papers))
    except ValueError:
        return None
