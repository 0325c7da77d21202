"""One entry a paper, whoever tells of it: by identity, by authority, by version. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import Any

import msgspec

from digest.model import (
    VERSIONED,
    Entry,
    Link,
    Markup,
    Precision,
    Version,
)
from digest.text import links
from digest.text.mailing import announced_on


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """Entries by id, and ids that one DOI or link claims to be the same and that are not."""

    entries: tuple[Entry, ...]
    conflicts: tuple[tuple[str, ...], ...] = ()


def merge(*batches: Iterable[Entry]) -> Merged:
    """One entry a paper, whatever the order of the batches and however often they repeat.

    Entries are the same paper if they share an id, an alias or a DOI. What arXiv said of a paper
    stands as if nobody else had spoken of it; others add their links and names, and what they said
    alone before is gone. The newest version's text wins; where two sources of equal standing
    disagree on one version the longer text does, then the greater one. No field is lost because one
    of them lacks it. Different arXiv ids are never merged.
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


def _same_paper(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries that share a key, directly or through others, together (union-find)."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = key = parent[parent[key]]
        return key

    found = list(entries)
    for entry in found:
        for key in keys(entry):
            parent[root(key)] = root(entry.id)
    groups = defaultdict[str, list[Entry]](list)
    for entry in found:
        groups[root(entry.id)].append(entry)
    return iter(groups.values())


def spelled(name: str) -> str:
    """A name as it compares: http and https are one."""
    return f"https://{name[7:]}" if name.startswith("http://") else name


def keys(entry: Entry) -> set[str]:
    """What tells that two entries are one paper.

    Which DOI a paper of arXiv's has is for arXiv to say: a feed could pair it with that of another.
    """
    names = {entry.id, *entry.aliases}
    if entry.doi and (links.is_arxivs(entry) or not entry.id.startswith("arxiv:")):
        names.add(f"doi:{entry.doi}")
    return names


def _join(group: Sequence[Entry]) -> Entry:
    if len(group) == 1 or all(entry == group[0] for entry in group[1:]):
        return group[0]
    name = min((entry.id for entry in group), key=id_rank)
    known = {key for entry in group for key in (entry.id, *entry.aliases)}
    first, guid = min((entry.seen, entry.guid or entry.id) for entry in group)
    speaking = [entry for entry in group if links.is_arxivs(entry)]
    joined = _join_equals(name, speaking or group)
    day = joined.given or joined.seen
    names = {word for entry in group for word in entry.names} - known
    return msgspec.structs.replace(
        joined,
        links=_join_links(joined, group) if speaking else joined.links,
        seen=first,
        given=day if day > first else None,
        sources=_union(entry.sources for entry in group),
        aliases=tuple(sorted(known - {name})),
        names=tuple(sorted(names)),
        guid="" if guid == name else guid,
    )


def _join_equals(name: str, group: Sequence[Entry]) -> Entry:
    """What entries of equal standing say together; seen when the first of them was given."""
    versions, newest, carried = _join_versions(group)
    given = min(entry.given or entry.seen for entry in group)
    after = max((entry.listed_after for entry in group if entry.listed_after), default=None)
    before = min((entry.listed_before for entry in group if entry.listed_before), default=None)
    published, precision = _first_published(group)
    listed = min((entry.listed for entry in group if entry.listed), default=None)
    return Entry(
        id=name,
        **newest,
        links=_once(link for entry in group for link in entry.links),
        classes=_richest(entry.classes for entry in group),
        journal_ref=_richest(entry.journal_ref for entry in group),
        doi=_richest(entry.doi for entry in group),
        license=_richest(entry.license for entry in group),
        markup=max((entry.markup for entry in group), key=lambda markup: markup is Markup.TEX),
        published=published,
        precision=precision,
        updated=max((entry.updated for entry in group if entry.updated), default=None),
        version=max(entry.version for entry in group),
        versions=versions,
        listed=listed,
        listed_after=after,
        listed_before=before,
        announced=announced_on(name, published, listed, given, after=after, before=before),
        seen=given,
        announce_types=_union(entry.announce_types for entry in group),
        carried=carried,
    )


def _join_links(joined: Entry, group: Iterable[Entry]) -> tuple[Link, ...]:
    """arXiv's own for a paper of its own, and what others link to beside it."""
    own = {link.url for link in links.paper_links(joined.id.removeprefix("arxiv:"), "")}
    found = {links.doi_link(joined.doi)} if joined.doi else set[Link]()
    for entry in group:
        if links.is_arxivs(entry):
            found.update(entry.links)
            continue
        for link in entry.links:
            if link.rel in {"abstract", "related"} and link.url not in own:
                found.add(msgspec.structs.replace(link, rel="related"))
    return _once(found)


def _once(found: Iterable[Link]) -> tuple[Link, ...]:
    """Each address once, by the names of those who gave it; without one where nobody has a name."""
    unique = set(found)
    named = {(link.rel, link.url) for link in unique if link.source}
    kept = (link for link in unique if link.source or (link.rel, link.url) not in named)
    return tuple(sorted(kept, key=_link_order))


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
    for field in VERSIONED:
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
    own = {field: getattr(entry, field) for field in VERSIONED if field not in entry.carried}
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
        **{field: _richest(getattr(v, field) for v in same) for field in VERSIONED},
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


def _first_published(group: Iterable[Entry]) -> tuple[datetime | None, Precision]:
    """The earliest of the dates that are known most precisely."""
    dates = defaultdict[Precision, list[datetime]](list)
    for entry in group:
        if entry.published:
            dates[entry.precision].append(entry.published)
    precision = next((finest for finest in Precision if dates.get(finest)), Precision.DAY)
    return _earliest(dates[precision]), precision


def id_rank(name: str) -> tuple[int, str]:
    """The order of ids: arXiv's, DOIs, then what feeds call their items."""
    return (0 if name.startswith("arxiv:") else 1 if name.startswith("doi:") else 2), name


def _link_order(link: Link) -> tuple[str, str, str]:
    return link.rel, link.url, link.source
