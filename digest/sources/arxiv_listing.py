"""`kind: arxiv-listing`: the daily announcement of some categories, in RSS or Atom.

Specification: https://info.arxiv.org/help/rss_specifications.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from digest.errors import SourceError
from digest.ids import arxiv_id, id_month
from digest.mailing import EASTERN, due, is_listing_day
from digest.model import ArxivListing, CrossLists, Entry, Fetched, Request, Source, State
from digest.sources import xml
from digest.sources.asking import Asking, Run, body
from digest.sources.papers import once, paper
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, DC

ACCEPT = "application/rss+xml, application/xml;q=0.9"
_PREFIX = re.compile(r"\s*arXiv:(\S+)\s+Announce Type:\s*(\S+)\s*(?:Abstract:\s*)?", re.I)
_TYPES = {"new", "cross", "replace", "replace-cross"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer."""

    day: date | None  # that it is of, in arXiv's own time zone; None where it doesn't say
    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()  # why entries were left out


def fetch(source: ArxivListing, run: Run) -> Asking:
    """Ask for today's listing of all the categories together."""
    names = "+".join(source.categories)
    url = f"{source.endpoint.rstrip('/')}/rss/{names}"
    answer = yield Request(url=url, accept=ACCEPT, pace=source.pace)
    document = answer.body if answer.status == 400 else body(answer)  # an error has words
    listing = parse(document, source, run.today, seen=run.seen)
    state, problem = judge(listing, run)
    return Fetched(
        source=source.name,
        state=state,
        problem=problem,
        entries=once(entry for entry in listing.entries if _wanted(entry, source)),
        asked=(url,),
    )


def judge(listing: Listing, run: Run) -> tuple[State, str]:
    """What a listing means at this time of this week."""
    expected = due(run.now)
    if listing.day and listing.day < expected:
        return State.STALE, f"the listing is of {listing.day}; that of {expected} is due"
    if listing.refused:
        return State.PARTIAL, listing.refused[0]
    if listing.entries:
        return State.OK, ""
    if listing.day and is_listing_day(listing.day):
        return State.PARTIAL, f"the listing of {listing.day} is empty, a day with a mailing"
    return State.QUIET, ""


def parse(body: bytes, source: Source, today: date, *, seen: date | None = None) -> Listing:
    """Read a listing.

    Raises:
        SourceError: it is broken, or is arXiv's own error message; one line says which.
    """
    root = xml.read(body)
    channel = root.find("channel") if root.tag == "rss" else root
    if channel is None or root.tag not in {"rss", f"{ATOM}feed"}:
        raise SourceError("not an arXiv listing: neither RSS nor Atom")
    if _one(channel, "title", f"{ATOM}title").startswith("Feed error"):
        raise SourceError(f"arXiv says: {_one(channel, 'description', f'{ATOM}subtitle')}")
    entries, refused = list[Entry](), list[str]()
    items = [*channel.iterfind("item"), *channel.iterfind(f"{ATOM}entry")]
    for item in items:
        try:
            entries.append(_entry(item, source, today, seen))
        except SourceError as error:
            refused.append(str(error))
    days = [day for item in (channel, *items) if (day := _day(item, "pubDate", f"{ATOM}published"))]
    made = _day(channel, "lastBuildDate", f"{ATOM}updated")
    return Listing(day=max(days, default=made), entries=tuple(entries), refused=tuple(refused))


def _entry(item: Element, source: Source, today: date, seen: date | None) -> Entry:
    summary = _one(item, "description", f"{ATOM}summary", raw=True)
    prefix = _PREFIX.match(summary)
    guid = _one(item, "guid", f"{ATOM}id")
    name = arxiv_id(guid) or (arxiv_id(prefix[1]) if prefix else None)
    if name is None:
        raise SourceError(f"left out: {guid[:80]!r} is no arXiv id")
    kind = fold(item.findtext(f"{ARXIV}announce_type")) or (prefix[2] if prefix else "")
    kind = kind if kind in _TYPES else ""
    listed = _day(item, "pubDate", f"{ATOM}published")
    return paper(
        name,
        source,
        today,
        seen=seen,
        title=_one(item, "title", f"{ATOM}title", raw=True),
        summary=summary[prefix.end() :] if prefix else summary,
        authors=names(_one(item, f"{DC}creator")),
        categories=list(_categories(item)),
        journal_ref=_one(item, f"{ARXIV}journal_reference"),
        published_doi=_one(item, f"{ARXIV}DOI"),
        license=_one(item, f"{DC}rights"),
        listed=listed if listed and _is_first(name.id, kind, listed) else None,
        announce_type=kind,
    )


def _is_first(name: str, kind: str, listed: date) -> bool:
    """True if this listing is the paper's first. An old paper may be cross-listed at any time, but
    the month of an id is that of the mailing, on the evening before the listing.
    """
    mailed = (listed - timedelta(days=1)).replace(day=1)
    return kind == "new" or (kind == "cross" and id_month(f"arxiv:{name}") == mailed)


def names(creators: str) -> tuple[str, ...]:
    """The authors in "Ann Lee, Bo Chen (Acme, Inc.), Cy Orr": affiliations are left out."""
    found, depth = [""], 0
    for piece in re.split(r"(\(|\)|, )", creators):
        if piece in {"(", ")"}:
            depth = max(0, depth + (1 if piece == "(" else -1))
        elif piece == ", " and not depth:
            found.append("")
        elif not depth:
            found[-1] += piece
    return tuple(creators.split(", ")) if depth else tuple(found)  # a bracket never closed


def _wanted(entry: Entry, source: ArxivListing) -> bool:
    crossed = any(kind.endswith("cross") for kind in entry.announce_types)
    return source.cross_lists is not CrossLists.EXCLUDE or not crossed


def _categories(item: Element) -> Iterator[str]:
    for category in item.iterfind("category"):
        yield xml.text(category)
    for category in item.iterfind(f"{ATOM}category"):
        yield category.get("term", "")


def _day(item: Element, *tags: str) -> date | None:
    """The day a date names where arXiv is."""
    found = moment(_one(item, *tags))
    return found.astimezone(EASTERN).date() if found else None


def _one(item: Element, *tags: str, raw: bool = False) -> str:
    for tag in tags:
        if (element := item.find(tag)) is not None:
            return xml.text(element) if raw else fold(xml.text(element))
    return ""
