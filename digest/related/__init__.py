"""Which earlier papers a paper is like, and which its authors wrote before. Pure.

A paper looks back alone: at papers of the months before its own, as far as `WINDOW`, that the site
had when it had this one, and at their first words. So what it finds stays, whatever comes later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from itertools import groupby

import msgspec

from digest import tex, versions
from digest.authors import persons
from digest.model import Entry, Site
from digest.related.search import FEW, Link, Search, Words

FILE = ".digest-related"  # beside the site
WINDOW = 24  # months before a paper's own
SAME = 5  # papers by the same authors


class Near(msgspec.Struct, frozen=True):
    """What a paper's page names beside it."""

    like: tuple[Link, ...] = ()  # the likest first
    same: tuple[Link, ...] = ()  # others by the same authors


class _Known(msgspec.Struct, frozen=True):
    mark: str  # of the paper's own words
    near: Near


class _Month(msgspec.Struct, frozen=True):
    mark: str  # of the months it looks back at
    papers: dict[str, _Known]


def near(
    site: Site, entries: Iterable[Entry], code: str = "", kept: bytes = b""
) -> tuple[dict[str, Near], bytes]:
    """What is near each entry, by its id, and what to keep for the next time.

    Args:
        entries: all that may be named, in any order.
        code: changes whenever our own code does.
        kept: what the last time gave; anything else is passed over.
    """
    if not site.related:
        return {}, b""
    months = defaultdict[int, list[Entry]](list)
    for entry in entries:
        months[entry.announced.year * 12 + entry.announced.month].append(entry)
    marks = {entry.id: _mark(entry) for month in months.values() for entry in month}
    of_month = {at: _hash(sorted(marks[e.id] for e in month)) for at, month in months.items()}
    main = {alias: one.name for one in site.follow for alias in one.aliases}
    known, found = _read(kept), dict[str, _Month]()
    for at in sorted(months):
        window = [before for before in range(at - WINDOW, at) if before in months]
        mark = _hash([code, sorted(main.items()), [of_month[before] for before in window]])
        last = known.get(str(at))
        papers = last.papers if last and last.mark == mark else {}
        fresh = {e.id for e in months[at] if not _stands(papers.get(e.id), marks[e.id])}
        earlier = (entry for before in window for entry in months[before])
        new = dict(_look(months[at], fresh, earlier, main)) if fresh else {}
        found[str(at)] = _Month(
            mark,
            {
                entry.id: _Known(marks[entry.id], new[entry.id])
                if entry.id in new
                else papers[entry.id]
                for entry in months[at]
            },
        )
    return (
        {name: one.near for month in found.values() for name, one in month.papers.items()},
        msgspec.msgpack.encode(found),
    )


def _look(
    month: Iterable[Entry],
    fresh: Collection[str],
    earlier: Iterable[Entry],
    main: Mapping[str, str],
) -> Iterator[tuple[str, Near]]:
    """What is near each fresh entry among the earlier ones that were there when it came.

    The whole month is gone through, so that the search grows by the same steps whatever is fresh.
    """
    there = [_words(entry, main) for entry in sorted(earlier, key=_arrival)]
    days, count = [paper.seen for paper in there], 0
    search = Search() if len(there) >= FEW else None
    by_author = defaultdict[str, list[Words]](list)
    entries = sorted(month, key=_arrival)
    for until, group in groupby(entries, key=lambda entry: bisect_right(days, entry.seen)):
        more, count = there[count:until], until
        for other in more:
            for name in other.authors:
                by_author[name].append(other)
        if search:
            search.add(more)
        for paper in (_words(entry, main) for entry in group if entry.id in fresh):
            like = tuple(search.like(paper)) if search else ()
            same = _by_same(paper, by_author, {link.id for link in like})
            yield paper.id, Near(like, tuple(same))


def _by_same(
    paper: Words, by_author: Mapping[str, Sequence[Words]], named: Collection[str]
) -> Iterator[Link]:
    """Papers that share most authors first, of those the newest.

    A name alone may be another person's: it counts where both papers are of one field.
    """
    others, wrote = dict[str, Words](), defaultdict[str, list[str]](list)
    for name in paper.authors:
        for other in by_author.get(name, ()):
            if other.id not in named:
                others[other.id] = other
                wrote[other.id].append(name)
    found = [
        other
        for other in others.values()
        if len(wrote[other.id]) > 1 or other.category == paper.category
    ]
    found.sort(key=lambda other: (len(wrote[other.id]), other.announced, other.id), reverse=True)
    return (Link.of(other.id, (), wrote[other.id]) for other in found[:SAME])


def _words(entry: Entry, main: Mapping[str, str]) -> Words:
    first = versions.first(entry)
    return Words(
        id=entry.id,
        seen=entry.seen,
        announced=entry.announced,
        title=tex.plain(first.title, first.markup),
        summary=tex.plain(first.summary, first.markup),
        authors=tuple(dict.fromkeys(main.get(name, name) for name in persons(first))),
        category=(first.categories or ("",))[0],
    )


def _arrival(entry: Entry) -> tuple[date, date, str]:
    return entry.seen, entry.announced, entry.id


def _mark(entry: Entry) -> str:
    first = versions.first(entry)
    words = (first.title, first.summary, first.authors, first.categories)
    return _hash((entry.id, str(entry.seen), first.markup, words))


def _hash(said: object) -> str:
    return blake2b(msgspec.msgpack.encode(said), digest_size=16).hexdigest()


def _stands(known: _Known | None, mark: str) -> bool:
    return known is not None and known.mark == mark


def _read(kept: bytes) -> dict[str, _Month]:
    try:
        return msgspec.msgpack.decode(kept, type=dict[str, _Month])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
