"""A listing of arXiv's, in RSS or Atom, as entries. Pure.

Specification: https://info.arxiv.org/help/rss_specifications.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

import msgspec

from digest.errors import Refused, SourceError
from digest.model import Entry, Source
from digest.sources import xml
from digest.sources.asking import fault
from digest.sources.papers import paper
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, DC
from digest.text.ids import arxiv_id, id_month
from digest.text.mailing import EASTERN, id_month_listed

_PREFIX = re.compile(r"\s*arXiv:(\S+)\s+Announce Type:\s*(\S+)\s*(?:Abstract:\s*)?", re.I)
_TYPES = {"new", "cross", "replace", "replace-cross"}


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    day: date | None  # that it is of, in arXiv's own time zone; None where it doesn't say
    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()  # why entries were left out
    skips: frozenset[str] = frozenset()  # "Saturday": days without a listing


def parse(body: bytes, source: Source, today: date, *, seen: date | None = None) -> Listing:
    """Read a listing.

    Raises:
        Refused: it is arXiv's own error message.
        SourceError: it is broken; one line says how.
    """
    root = xml.read(body)
    channel = root.find("channel") if root.tag == "rss" else root
    if channel is None or root.tag not in {"rss", f"{ATOM}feed"}:
        raise SourceError("not an arXiv listing: neither RSS nor Atom")
    if _text(channel, "title", f"{ATOM}title").startswith("Feed error"):
        raise Refused(f"arXiv says: {_text(channel, 'description', f'{ATOM}subtitle')}")
    entries, refused = list[Entry](), list[str]()
    items = [*channel.iterfind("item"), *channel.iterfind(f"{ATOM}entry")]
    for item in items:
        try:
            entries.append(_entry(item, source, today, seen))
        except Exception as error:
            refused.append(fault(error))
    days = [day for item in (channel, *items) if (day := _day(item, "pubDate", f"{ATOM}published"))]
    made = _day(channel, "lastBuildDate", f"{ATOM}updated")
    return Listing(
        day=max(days, default=made),
        entries=tuple(entries),
        refused=tuple(refused),
        skips=frozenset(fold(xml.text(day)) for day in channel.iterfind("skipDays/day")),
    )


def _entry(item: Element, source: Source, today: date, seen: date | None) -> Entry:
    summary = _text(item, "description", f"{ATOM}summary", raw=True)
    prefix = _PREFIX.match(summary)
    guid = _text(item, "guid", f"{ATOM}id")
    name = arxiv_id(guid) or (arxiv_id(prefix[1]) if prefix else None)
    if name is None:
        raise SourceError(f"{guid[:80]!r} is no arXiv id")
    kind = fold(item.findtext(f"{ARXIV}announce_type")) or (prefix[2] if prefix else "")
    kind = kind if kind in _TYPES else ""
    listed = _day(item, "pubDate", f"{ATOM}published")
    return paper(
        name,
        source,
        today,
        seen=seen,
        title=_text(item, "title", f"{ATOM}title", raw=True),
        summary=summary[prefix.end() :] if prefix else summary,
        authors=names(_text(item, f"{DC}creator")),
        categories=list(_categories(item)),
        journal_ref=_text(item, f"{ARXIV}journal_reference"),
        published_doi=_text(item, f"{ARXIV}DOI"),
        license=_text(item, f"{DC}rights"),
        listed=listed if listed and _is_first(name.id, kind, listed) else None,
        announce_type=kind,
    )


def _is_first(name: str, kind: str, listed: date) -> bool:
    """True if this listing is the paper's first: an old one may be cross-listed at any time."""
    is_fresh = id_month(f"arxiv:{name}") == id_month_listed(listed)
    return kind == "new" or (kind == "cross" and is_fresh)


def names(creators: str) -> tuple[str, ...]:
    """The authors in "Ann Lee, Bo Chen (Acme, Inc.), Cy Orr": affiliations are left out."""
    found, depth = [list[str]()], 0
    for piece in re.split(r"(\(|\)|, )", creators):
        if piece in {"(", ")"}:
            depth = max(0, depth + (1 if piece == "(" else -1))
        elif piece == ", " and not depth:
            found.append([])
        elif not depth:
            found[-1].append(piece)
    if depth:  # a bracket never closed
        return tuple(creators.split(", "))
    return tuple(map("".join, found))


def _categories(item: Element) -> Iterator[str]:
    for category in item.iterfind("category"):
        yield xml.text(category)
    for category in item.iterfind(f"{ATOM}category"):
        yield category.get("term", "")


def _day(item: Element, *tags: str) -> date | None:
    """The day a date names where arXiv is."""
    found = moment(_text(item, *tags))
    return found.astimezone(EASTERN).date() if found else None


def _text(item: Element, *tags: str, raw: bool = False) -> str:
    for tag in tags:
        if (element := item.find(tag)) is not None:
            return xml.text(element) if raw else fold(xml.text(element))
    return ""
