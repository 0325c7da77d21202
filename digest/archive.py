"""Every entry ever seen: one JSON line each, one file a month of announcement, committed to git."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import msgspec

from digest import files
from digest.errors import ArchiveError
from digest.ids import is_arxiv_name
from digest.mailing import announced_on
from digest.model import Entry, Link, Markup, Version

FOLDER = "content/archive"
_decoder = msgspec.json.Decoder(Entry)
_MONTH = re.compile(r"\d{4}-\d{2}\.jsonl")
# What each version of a paper may say anew; everything else belongs to the paper as a whole.
_VERSIONED = ("title", "summary", "authors", "comment", "categories")


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """Entries by id, and ids that one DOI or link claims to be the same and that are not."""

    entries: tuple[Entry, ...]
    conflicts: tuple[tuple[str, ...], ...] = ()


def merge(*batches: Iterable[Entry]) -> Merged:
    """One entry a paper, whatever the order of the batches and however often they repeat.

    Entries are the same paper if they share an id, an alias or a DOI. The newest version's text
    wins; where two sources disagree on one version the longer text does, then the greater one. No
    field is lost because one source lacks it. Different arXiv ids are never merged.
    """
    entries, conflicts = list[Entry](), list[tuple[str, ...]]()
    for group in _same_paper(entry for batch in batches for entry in batch):
        papers = sorted({entry.id for entry in group if entry.id.startswith("arxiv:")})
        if len(papers) > 1:
            conflicts.append(tuple(papers))
            apart = defaultdict[str, list[Entry]](list)
            for entry in group:
                apart[entry.id].append(entry)
            entries += map(_join, apart.values())
        else:
            entries.append(_join(group))
    return Merged(
        entries=tuple(sorted(entries, key=lambda entry: entry.id)),
        conflicts=tuple(sorted(conflicts)),
    )


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
    names = [key for entry in found for key in _keys(entry)]
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
    for day in (entry.announced, entry.seen):
        if not 1900 < day.year < 2200:
            return f"{day} is no day of a paper"
    return ""


def _same_paper(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries that share a key, directly or through others, together (union-find)."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = key = parent[parent[key]]
        return key

    found = list(entries)
    for entry in found:
        for key in _keys(entry):
            parent[root(key)] = root(entry.id)
    groups = defaultdict[str, list[Entry]](list)
    for entry in found:
        groups[root(entry.id)].append(entry)
    return iter(groups.values())


def _keys(entry: Entry) -> set[str]:
    return {entry.id, *entry.aliases, f"doi:{entry.doi}" if entry.doi else entry.id}


def _join(group: Sequence[Entry]) -> Entry:
    if len(group) == 1 or all(entry == group[0] for entry in group[1:]):
        return group[0]
    name = min((entry.id for entry in group), key=_id_rank)
    versions, newest, carried = _join_versions(group)
    seen = min(entry.seen for entry in group)
    published = _earliest(entry.published for entry in group)
    listed = min((entry.listed for entry in group if entry.listed), default=None)
    known = {key for entry in group for key in (entry.id, *entry.aliases)}
    guid = min((entry.seen, entry.guid or entry.id) for entry in group)[1]
    return Entry(
        id=name,
        **newest,
        links=tuple(sorted({link for entry in group for link in entry.links}, key=_link_order)),
        classes=_richest(entry.classes for entry in group),
        journal_ref=_richest(entry.journal_ref for entry in group),
        doi=_richest(entry.doi for entry in group),
        license=_richest(entry.license for entry in group),
        markup=max((entry.markup for entry in group), key=lambda markup: markup is Markup.TEX),
        published=published,
        updated=max((entry.updated for entry in group if entry.updated), default=None),
        version=max(entry.version for entry in group),
        versions=versions,
        listed=listed,
        announced=announced_on(name, published, listed, seen),
        seen=seen,
        announce_types=_union(entry.announce_types for entry in group),
        sources=_union(entry.sources for entry in group),
        aliases=tuple(sorted(known - {name})),
        guid="" if guid == name else guid,
        carried=carried,
    )


def _join_versions(
    group: Sequence[Entry],
) -> tuple[tuple[Version, ...], dict[str, Any], tuple[str, ...]]:
    """The versions that anyone saw, the text of the newest, and what of that is older."""
    said = defaultdict[int, list[Version]](list)
    for entry in group:
        for version in _own_words(entry):
            said[version.number].append(version)
    joined = [_join_version(number, same) for number, same in sorted(said.items())]
    newest, text, carried = joined[-1], dict[str, Any](), list[str]()
    for field in _VERSIONED:
        givers = [version for version in joined if getattr(version, field)]
        giver = givers[-1] if givers else newest
        text[field] = getattr(giver, field)
        if giver is not newest:
            carried.append(field)
    bare = Version(number=newest.number, date=newest.date, seen=newest.seen)
    kept = [*joined[:-1], bare] if newest.number else []
    return tuple(kept), text, tuple(carried)


def _own_words(entry: Entry) -> Iterator[Version]:
    """What each version of an entry said itself, the newest included."""
    own = {field: getattr(entry, field) for field in _VERSIONED if field not in entry.carried}
    numbers = {version.number for version in entry.versions}
    for version in entry.versions:
        newest = version.number == entry.version
        yield msgspec.structs.replace(version, **own) if newest else version
    if entry.version not in numbers:
        yield Version(number=entry.version, date=entry.updated, seen=entry.seen, **own)


def _join_version(number: int, same: Sequence[Version]) -> Version:
    days = [version.seen for version in same if version.seen]
    return Version(
        number=number,
        date=_earliest(v.date for v in same),
        seen=min(days) if days else None,
        **{field: _richest(getattr(v, field) for v in same) for field in _VERSIONED},
    )


def _richest(values: Iterable[Any]) -> Any:
    """The longest, then the greatest: the same whatever the order, and never an empty one."""
    return max(values, key=lambda value: (len(value), value))


def _union(values: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({item for value in values for item in value}))


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """Some sources give the day alone: midnight is a poorer answer than any time."""
    known = [moment for moment in moments if moment is not None]
    precise = [moment for moment in known if moment.time() != time()]
    return min(precise or known) if known else None


def _id_rank(name: str) -> tuple[int, str]:
    return (0 if name.startswith("arxiv:") else 1 if name.startswith("doi:") else 2), name


def _link_order(link: Link) -> tuple[str, str]:
    return link.rel, link.url


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
