"""What a build wrote, as the next one finds it beside the site.

A line that says how far the build came, one of what it read, one for each file with its
fingerprint; then, after an empty one, a line of the parts that these make, each with its
fingerprint and its length. Of a manifest that isn't as it was written, see `store`, names alone
count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from digest.output import place
from digest.output.store import KeptFile, read_raw, unsealed

UNKNOWN = "-" * 32  # in the place of a fingerprint
_COMPLETE, _RUNNING = b"digest manifest 4: complete", b"digest manifest 4: in progress"
_ROW = re.compile(r"(?:[0-9a-f]{32}|-{32}) (.+)")


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished site was built from, and for how long that holds."""

    inputs: str  # see inputs.fingerprint
    begin: datetime  # UTC: from here on ...
    end: datetime  # ... to here the same inputs make the same site
    papers: int


class ManifestPart(NamedTuple):
    """The lines of files that were made together."""

    fingerprint: str  # of all of them: the same one, the same files
    lines: bytes


class Manifest(NamedTuple):
    """What a folder's manifest says."""

    files: dict[str, str]  # those that are ours, with their fingerprints
    parts: Sequence[ManifestPart]  # of the files in this order
    complete: bool  # whether the last build came to its end, so that the fingerprints hold
    foreign: bool = False  # whether another version of digest wrote it, or it was damaged

    def distrusted(self) -> Manifest:
        """The names alone."""
        return self._replace(files=dict.fromkeys(self.files, UNKNOWN), parts=())


def line(path: str, fingerprint: str) -> bytes:
    """A file's; a fingerprint has 32 letters."""
    return f"{fingerprint} {path}\n".encode()


def running(known: Manifest, new: Iterable[str]) -> bytes:
    """The manifest while a build makes new files beside those that are known.

    Nobody trusts its fingerprints, but those who put shards of the build that wrote it.
    """
    parts = known.parts or [
        ManifestPart(UNKNOWN, b"".join(line(*file) for file in known.files.items()))
    ]
    added = ManifestPart(UNKNOWN, b"".join(line(path, UNKNOWN) for path in new))
    return _text(_RUNNING, "", [*parts, added])


def complete(parts: Sequence[ManifestPart], basis: Basis | None) -> bytes:
    """The manifest of a finished build."""
    return _text(_COMPLETE, _basis_line(basis), parts)


def _text(header: bytes, basis: str, parts: Sequence[ManifestPart]) -> bytes:
    table = " ".join(f"{part.fingerprint}:{len(part.lines)}" for part in parts)
    lines = b"".join(part.lines for part in parts)
    return b"%s\n%s\n%s\n%s\n" % (header, basis.encode(), lines, table.encode())


def read(file: KeptFile) -> Manifest | None:
    """What a manifest says, if there is one."""
    if not file.exists():
        return None
    raw = read_raw(file.path)
    header, _, rest = (unsealed(raw) or b"").partition(b"\n")
    body, _, table = rest.rpartition(b"\n\n")
    lines = body.partition(b"\n")[2]
    parts = _parts(lines, table) if header in {_COMPLETE, _RUNNING} else None
    files = {row[33:]: row[:32] for row in lines.decode(errors="replace").split("\n") if row}
    if parts is None or not all(map(place.is_inside, files)):
        return Manifest(dict.fromkeys(_names(raw), UNKNOWN), (), False, foreign=True)
    return Manifest(files, parts, header == _COMPLETE)


def _names(raw: bytes) -> set[str]:
    """The files of another version's manifest, or of a damaged one: its whole lines still hold."""
    rows = map(_ROW.fullmatch, raw.decode(errors="replace").split("\n"))
    return {row[1] for row in rows if row and place.is_inside(row[1])}


def _parts(lines: bytes, table: bytes) -> list[ManifestPart] | None:
    """The parts that a table names; None where it doesn't fit the lines."""
    lines += b"\n" if lines else b""  # that which the empty line ended
    parts, at = list[ManifestPart](), 0
    for entry in table.decode(errors="replace").split():
        fingerprint, _, length = entry.partition(":")
        if not length.isdecimal():
            return None
        parts.append(ManifestPart(fingerprint, lines[at : at + int(length)]))
        at += int(length)
    return parts if at == len(lines) else None


def standing(file: KeptFile, inputs: str, now: datetime) -> tuple[Basis, int] | None:
    """What a site was built from, and how many files it has, if it stands as it should: its last
    build came to its end, had these inputs, and no file was removed since.
    """
    header, _, rest = (unsealed(read_raw(file.path)) or b"").partition(b"\n")
    basis, _, lines = rest.partition(b"\n")
    if header != _COMPLETE:
        return None
    known = _read_basis(basis.decode(errors="replace"))
    if not known or known.inputs != inputs or not known.begin <= now < known.end:
        return None
    paths = [row[33:] for row in lines.partition(b"\n\n")[0].decode(errors="replace").split("\n")]
    return (known, len(paths)) if have(file.path.parent, paths) else None


def have(folder: Path, paths: Iterable[str]) -> bool:
    """Whether a folder has all of these files."""
    return all(os.access(f"{folder}/{path}", os.F_OK) for path in paths)  # the fastest question


def is_unfinished(file: KeptFile) -> bool:
    """Whether a build of the folder was stopped, or runs at this moment."""
    return (unsealed(read_raw(file.path)) or b"").startswith(_RUNNING + b"\n")


def _basis_line(basis: Basis | None) -> str:
    if not basis:
        return ""
    return f"{basis.inputs} {basis.begin.isoformat()} {basis.end.isoformat()} {basis.papers}"


def _read_basis(text: str) -> Basis | None:
    try:
        inputs, begin, end, papers = text.split(" ")
        moments = datetime.fromisoformat(begin), datetime.fromisoformat(end)
        return Basis(inputs=inputs, begin=moments[0], end=moments[1], papers=int(papers))
    except ValueError:
        return None
