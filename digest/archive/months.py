"""Every entry ever seen: one JSON line each, one file a month of announcement, committed to git."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from digest.archive.merging import Merged as Merged
from digest.archive.merging import keys as keys
from digest.archive.merging import merge as merge
from digest.errors import ArchiveError
from digest.files import files
from digest.model import Entry
from digest.text import days
from digest.text.ids import is_arxiv_name

FOLDER = "content/archive"
_decoder = msgspec.json.Decoder(Entry)
_MONTH = re.compile(r"\d{4}-\d{2}\.jsonl")


def load(folder: Path) -> tuple[Entry, ...]:
    """Every archived entry, by id; lines that a git merge doubled are joined.

    Raises:
        ArchiveError: a line is damaged; names file and line.
    """
    return joined(entry for path in month_files(folder) for entry in read_month(path))


def read_month(path: Path) -> list[Entry]:
    """The lines of one month's file, as they stand.

    Raises:
        ArchiveError: one is damaged; names file and line.
    """
    return read(files.read(path), path)


def joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry a paper, by id, as `merge` has it; fast where they are that already."""
    found = list(entries)
    names = [key for entry in found for key in keys(entry)]
    if len(set(names)) < len(names):
        return merge(found).entries
    return tuple(sorted(found, key=lambda entry: entry.id))


def read(data: bytes, path: Path) -> list[Entry]:
    """The lines of a month's file with this data, as they stand.

    Raises:
        ArchiveError: one is damaged; names `path` and line.
    """
    found = read_again(data)
    if len(found) == data.count(b"\n") and not any(map(_fault, found)):
        return found
    return list(_read_each(data, path))  # says which line it is


def read_again(data: bytes) -> list[Entry]:
    """The lines of a month's file that was read before; nothing where one is damaged."""
    try:
        return _decoder.decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def read_line(data: bytes) -> Entry:
    """An entry of a file that was read before.

    Raises:
        msgspec.DecodeError: it isn't the line that it was.
    """
    return _decoder.decode(data)


def _read_each(data: bytes, path: Path) -> Iterator[Entry]:
    lines = data.removesuffix(b"\n").split(b"\n") if data else ()
    for number, line in enumerate(lines, start=1):
        try:
            entry = _decoder.decode(line)
            fault = _fault(entry)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            is_conflict = line.startswith((b"<<<<", b"====", b">>>>"))
            fault = "a git conflict" if is_conflict else str(error)
        if fault:
            remedy = "restore it from git, or remove it to fetch again"
            raise ArchiveError(f"damaged line ({fault}); {remedy}", path, number)
        yield entry


def save(folder: Path, entries: Iterable[Entry]) -> tuple[Path, ...]:
    """Make the archive hold just these entries; gives the files that changed.

    Stopped at any moment, every entry is still in one file at least.
    """
    months = defaultdict[str, list[Entry]](list)
    for entry in entries:
        months[f"{entry.announced:%Y-%m}.jsonl"].append(entry)
    old = {path.name: files.read(path) for path in month_files(folder)}
    new = {name: lines(found) for name, found in months.items()}
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    # An entry whose month changed must stand in its new file before it leaves its old one.
    for name in changed:
        if name in new:
            leaving = _leaving(old.get(name, b""), new[name])
            files.replace(folder / name, new[name] + leaving)
    for name in changed:
        if name not in new:
            (folder / name).unlink()
        elif _leaving(old.get(name, b""), new[name]):
            files.replace(folder / name, new[name])
    return tuple(folder / name for name in changed)


def _fault(entry: Entry) -> str:
    """What no source can have said, so that hands or a merge did it; empty where nothing is amiss.

    Names become paths, links are followed, and days are counted from.
    """
    for name in (entry.id, *entry.aliases):
        if not name or (name.startswith("arxiv:") and not is_arxiv_name(name)):
            return f"{name!r} is no id of a paper"
    if entry.id in entry.aliases:
        return f"{entry.id!r} is its own alias"
    for link in (*(link.url for link in entry.links), entry.license):
        if link and not link.startswith(("https://", "http://")):
            return f"{link!r} is no web address"
    times = (entry.announced, entry.seen, entry.listed, entry.published, entry.updated)
    for day in (*times, *(v.date for v in entry.versions), *(v.seen for v in entry.versions)):
        if not days.is_near(day):
            return f"{day} is no day of a paper"
    return ""


def month_files(folder: Path) -> list[Path]:
    """The months of the archive, oldest first.

    Raises:
        ArchiveError: what is called like one is no file.
    """
    found = sorted(path for path in folder.glob("*.jsonl") if _MONTH.fullmatch(path.name))
    for path in found:
        if not path.is_file():
            raise ArchiveError("no file; restore it from git", path, 1)
    return found


def lines(entries: Iterable[Entry]) -> bytes:
    """A month's file of these entries."""
    return b"".join(
        msgspec.json.encode(entry) + b"\n" for entry in sorted(entries, key=lambda entry: entry.id)
    )


def _leaving(old: bytes, new: bytes) -> bytes:
    """Lines of the old file whose entry the new one has no longer."""
    staying = {_id_of(line) for line in new.split(b"\n") if line}
    return b"".join(
        line + b"\n" for line in old.split(b"\n") if line and _id_of(line) not in staying
    )


def _id_of(line: bytes) -> str:
    return _decoder.decode(line).id
