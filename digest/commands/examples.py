"""Papers that a curator is sure about: those of the archive, and those kept for want of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from digest import archive
from digest.errors import DigestError
from digest.fetch import ARCHIVE
from digest.files import files
from digest.model import Entry
from digest.themes.trial import by_name, named

KEPT = "content/examples.jsonl"  # the archive's lines; never published


def papers(root: Path) -> dict[str, Entry]:
    """All papers that rules can be tried on, by every id they go by; the archive's word goes first.

    Raises:
        ArchiveError: a line is damaged.
    """
    return {**_kept(root), **by_name(archive.load(root / ARCHIVE))}


def paper(known: Mapping[str, Entry], name: str) -> Entry:
    """The paper of an id as people write it.

    Raises:
        DigestError: nobody has it.
    """
    found = named(known, name)
    if found is None:
        message = f"no paper {name!r} in the archive or among the kept examples"
        raise DigestError(f"{message}; an id looks like 2605.13319")
    return found


def keep(root: Path, names: Iterable[str]) -> int:
    """Copy papers of the archive to the kept examples; gives how many are new there.

    Raises:
        DigestError: the archive doesn't have one of them; then none is kept.
    """
    archived, kept = by_name(archive.load(root / ARCHIVE)), _kept(root)
    added = {entry.id: entry for entry in (paper({**kept, **archived}, name) for name in names)}
    fresh = {name: entry for name, entry in added.items() if kept.get(name) != entry}
    if fresh:
        lines = {entry.id: entry for entry in (*kept.values(), *fresh.values())}
        data = b"".join(msgspec.json.encode(lines[name]) + b"\n" for name in sorted(lines))
        files.replace(root / KEPT, data)
    return len(fresh.keys() - kept.keys())


def _kept(root: Path) -> dict[str, Entry]:
    path = root / KEPT
    return by_name(archive.read_month(path)) if path.is_file() else {}
