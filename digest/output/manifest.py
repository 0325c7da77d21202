"""What a build wrote, as the next one finds it beside the site.

A line that says how far the build came, one of what it read, one for each file with its mark; then,
after an empty one, a line of the parts that these make, each with its mark and its length. Before
all of them stands a hash, see `kept`: of a manifest that isn't as it was written names alone count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from digest.output import kept

MANIFEST = ".digest-manifest"
UNMARKED = "-" * 32
_COMPLETE, _RUNNING = b"digest manifest 4: complete", b"digest manifest 4: in progress"
_ROW = re.compile(r"(?:[0-9a-f]{32}|-{32}) (.+)")


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished site was built from, and for how long that holds."""

    inputs: str  # see inputs.fingerprint; empty where nobody took it
    begin: datetime  # UTC: from here on ...
    end: datetime  # ... to here the same inputs make the same site
    papers: int


class ManifestPart(NamedTuple):
    """The lines of files that were made together."""

    mark: str  # of all of them: the same mark, the same files
    lines: bytes


class Manifest(NamedTuple):
    """What a folder's manifest says."""

    files: dict[str, str]  # those that are ours, with their marks
    parts: Sequence[ManifestPart]  # of the files in this order
    complete: bool  # whether the last build came to its end, so that the marks hold
    foreign: bool = False  # whether another version of digest wrote it, or it was damaged

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
    parts = known.parts or [
        ManifestPart(UNMARKED, b"".join(line(*file) for file in known.files.items()))
    ]
    return _text(
        _RUNNING, "", [*parts, ManifestPart(UNMARKED, b"".join(line(p, UNMARKED) for p in new))]
    )


def complete(parts: Sequence[ManifestPart], basis: Basis | None) -> bytes:
    """The manifest of a finished build."""
    return _text(_COMPLETE, _basis_line(basis), parts)


def _text(header: bytes, basis: str, parts: Sequence[ManifestPart]) -> bytes:
    table = " ".join(f"{part.mark}:{len(part.lines)}" for part in parts)
    lines = b"".join(part.lines for part in parts)
    return kept.sealed(b"%s\n%s\n%s\n%s\n" % (header, basis.encode(), lines, table.encode()))


def exists(folder: Path) -> bool:
    """Whether a folder has one, or what became of one."""
    return os.path.lexists(folder / MANIFEST)


def read(folder: Path) -> Manifest | None:
    """What a folder's manifest says, if it has one."""
    if not exists(folder):
        return None
    raw = kept.raw(folder / MANIFEST)
    header, _, rest = (kept.checked(raw) or b"").partition(b"\n")
    body, _, table = rest.rpartition(b"\n\n")
    lines = body.partition(b"\n")[2]
    parts = _parts(lines, table) if header in {_COMPLETE, _RUNNING} else None
    files = {row[33:]: row[:32] for row in lines.decode(errors="replace").split("\n") if row}
    if parts is None or not all(map(kept.is_inside, files)):
        return Manifest(dict.fromkeys(_names(raw), UNMARKED), (), False, foreign=True)
    return Manifest(files, parts, header == _COMPLETE)


def _names(raw: bytes) -> set[str]:
    """The files of another version's manifest, or of a damaged one: its whole lines still hold."""
    found = map(_ROW.fullmatch, raw.decode(errors="replace").split("\n"))
    return {match[1] for match in found if match and kept.is_inside(match[1])}


def _parts(lines: bytes, table: bytes) -> list[ManifestPart] | None:
    """The parts that a table names; None where it doesn't fit the lines."""
    lines += b"\n" if lines else b""  # that which the empty line ended
    found, at = list[ManifestPart](), 0
    for each in table.decode(errors="replace").split():
        mark, _, length = each.partition(":")
        if not length.isdecimal():
            return None
        found.append(ManifestPart(mark, lines[at : at + int(length)]))
        at += int(length)
    return found if at == len(lines) else None


def standing(folder: Path, inputs: str, now: datetime) -> tuple[Basis, int] | None:
    """What the folder's site was built from, and how many files it has, if it stands as it should:
    its last build came to its end, had these inputs, and no file was removed since.
    """
    header, _, rest = (kept.checked(kept.raw(folder / MANIFEST)) or b"").partition(b"\n")
    basis, _, lines = rest.partition(b"\n")
    if header != _COMPLETE:
        return None
    known = _read_basis(basis.decode(errors="replace"))
    if not known or known.inputs != inputs or not known.begin <= now < known.end:
        return None
    paths = [row[33:] for row in lines.partition(b"\n\n")[0].decode(errors="replace").split("\n")]
    return (known, len(paths)) if have(folder, paths) else None


def have(folder: Path, paths: Iterable[str]) -> bool:
    """Whether a folder has all of these files."""
    return all(os.access(f"{folder}/{path}", os.F_OK) for path in paths)  # the fastest question


def unfinished(folder: Path) -> bool:
    """Whether a build of `folder` was stopped, or runs at this moment."""
    data = kept.checked(kept.raw(folder / MANIFEST)) or b""
    return data.startswith(_RUNNING + b"\n")


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
