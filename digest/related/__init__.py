"""Which earlier papers a paper is like, and which its authors wrote before.

A paper looks back alone: at papers of the months before its own, as far as `WINDOW`, that the site
had when it had this one, and at their first words. So what it finds stays, whatever comes later.
What was found is kept, a file a month: only a new paper is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, groupby
from pathlib import Path

import msgspec

from digest import files, tex, versions
from digest.authors import persons
from digest.model import Entry, Site
from digest.paper import Paper
from digest.related.search import FEW, Link, Search, Words

WINDOW = 24  # months before a paper's own
SAME = 5  # papers by the same authors
_NAME = ".digest-related-{}"  # beside the site; hosts don't publish what starts with a dot


class Near(msgspec.Struct, frozen=True, array_like=True):
    """What a paper's page names beside it."""

    like: tuple[Link, ...] = ()  # the likest first
    same: tuple[Link, ...] = ()  # others by the same authors


Find = Callable[[Paper], Near]


class _Known(msgspec.Struct, frozen=True, array_like=True):
    source: bytes  # the mark of the entry that the paper's own was taken of
    mark: bytes  # of the paper's first words
    near: Near


class _Month(msgspec.Struct, frozen=True, array_like=True):
    mark: bytes  # of the months that it looks back at
    papers: dict[str, _Known]  # by id


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Month).decode
_EMPTY = _Month(b"", {})


def nothing(paper: Paper) -> Near:
    """Of a site that wants none."""
    return Near()


def find(site: Site, papers: Iterable[Paper], code: str = "", kept: Path | None = None) -> Find:
    """What is near each paper.

    Args:
        papers: all that may be named.
        code: changes whenever our own code does.
        kept: the folder that has what the last time found, and gets what this one does.

    Raises:
        DigestError: it can't be written.
    """
    if not site.related:
        return nothing
    months = defaultdict[str, list[Paper]](list)
    for paper in papers:
        months[f"{paper.announced:%Y-%m}"].append(paper)
    main = {alias: one.name for one in site.follow for alias in one.aliases}
    ground, marks = _hash((code, sorted(main.items()))), dict[str, bytes]()
    found = dict[str, bytes | Path]()
    words = dict[str, list[Words]]()  # of the months that were looked back at last
    for name in sorted(months):
        place = kept / _NAME.format(name) if kept else None
        last, month = _read(place), months[name]
        own = {paper.id: _own_mark(paper, last.papers.get(paper.id)) for paper in month}
        marks[name] = _hash(sorted(own.values()))
        window = [before for before in _window(name) if before in months]
        mark = _hash((ground, [(before, marks[before]) for before in window]))
        old = last.papers if last.mark == mark else {}
        fresh = {one for one, each in own.items() if one not in old or old[one].mark != each}
        new = dict[str, Near]()
        if fresh:
            words = {
                before: words.get(before) or [_words(paper.entry, main) for paper in months[before]]
                for before in window
            }
            new = dict(_look(month, fresh, chain.from_iterable(words.values()), main))
        known = {
            paper.id: _Known(
                paper.facts.mark,
                own[paper.id],
                new[paper.id] if paper.id in fresh else old[paper.id].near,
            )
            for paper in month
        }
        now = _Month(mark, known)
        if place and now != last:
            files.replace(place, _encode(now))
        found[name] = place or _encode(now)

    @lru_cache(2)  # papers are asked for in their order
    def month_of(name: str) -> Mapping[str, _Known]:
        where = found.get(name, b"")
        return (_read(where) if isinstance(where, Path) else _decode(where)).papers

    return lambda paper: month_of(f"{paper.announced:%Y-%m}")[paper.id].near


def _window(name: str) -> list[str]:
    """The months before one, oldest first."""
    year, month = map(int, name.split("-"))
    at = year * 12 + month - 1
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(at - WINDOW, at)]


def _look(
    month: Iterable[Paper],
    fresh: Collection[str],
    earlier: Iterable[Words],
    main: Mapping[str, str],
) -> Iterator[tuple[str, Near]]:
    """What is near each fresh paper among the earlier ones that were there when it came.

    The whole month is gone through, so that the search grows by the same steps whatever is fresh.
    """
    there = sorted(earlier, key=_arrival)
    days, count = [paper.seen for paper in there], 0
    search = Search() if len(there) >= FEW else None
    by_author = defaultdict[str, list[Words]](list)
    papers = sorted(month, key=lambda paper: (paper.seen, paper.id))
    for until, group in groupby(papers, key=lambda paper: bisect_right(days, paper.seen)):
        more, count = there[count:until], until
        for other in more:
            for name in other.authors:
                by_author[name].append(other)
        if search:
            search.add(more)
        for words in (_words(paper.entry, main) for paper in group if paper.id in fresh):
            like = tuple(search.like(words)) if search else ()
            same = _by_same(words, by_author, {link.id for link in like})
            yield words.id, Near(like, tuple(same))


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
    return (Link.of(other, (), wrote[other.id]) for other in found[:SAME])


def _words(entry: Entry, main: Mapping[str, str]) -> Words:
    first = versions.first(entry)
    return Words(
        id=entry.id,
        seen=entry.seen,
        announced=entry.announced,
        source=first.title,
        markup=first.markup,
        title=tex.plain(first.title, first.markup),
        summary=tex.plain(first.summary, first.markup),
        authors=tuple(dict.fromkeys(main.get(name, name) for name in persons(first))),
        category=(first.categories or ("",))[0],
    )


def _arrival(paper: Words) -> tuple[date, date, str]:
    return paper.seen, paper.announced, paper.id


def _own_mark(paper: Paper, known: _Known | None) -> bytes:
    """Of the paper's first words; taken again only where the entry isn't what it was."""
    if known and paper.facts.mark and known.source == paper.facts.mark:
        return known.mark
    first = versions.first(paper.entry)
    words = (first.title, first.summary, first.authors, first.categories, first.markup)
    return _hash((paper.id, str(paper.seen), words))


def _hash(said: object) -> bytes:
    return blake2b(_encode(said), digest_size=16).digest()


def _read(place: Path | None) -> _Month:
    try:
        return _decode(place.read_bytes()) if place else _EMPTY
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return _EMPTY
