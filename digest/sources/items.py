"""The items of a feed, whatever its format, and why others can't be read. Pure."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from time import struct_time
from typing import Any
from urllib.parse import urljoin

import msgspec

from digest.errors import SourceError
from digest.sources import pieces, xml
from digest.sources.dates import moment
from digest.sources.html import plain, plain_or_html
from digest.sources.scanning import LIMITS, Item, Limits
from digest.sources.text import fold, unique, web_address

# Escapes of JSON; half of a character, which no text can hold, is a group.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


class DocumentItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item, whatever the feed's format."""

    title: str = ""
    guid: str = ""
    dois: tuple[str, ...] = ()  # fields that hold DOIs: prism:doi
    names: tuple[str, ...] = ()  # other identifiers: dc:identifier
    links: tuple[str, ...] = ()
    summary: str = ""
    text: str = ""  # the whole of it
    authors: tuple[str, ...] = ()  # fields of one or several each
    tags: tuple[str, ...] = ()
    license: str = ""
    published: datetime | None = None
    updated: datetime | None = None


_PUBLISHED = (
    *("pubdate", "published", "issued", "dcterms:issued", "prism:publicationdate"),
    *("dc:date", "dcterms:available", "dcterms:created", "created", "prism:coverdate"),
)
_UPDATED = ("updated", "modified", "dcterms:modified")
_PEOPLE = ("author", "dc:creator", "authors", "creator", "dc:author", "itunes:author")


def xml_items(
    body: bytes, limits: Limits = LIMITS, url: str = "", charset: str = ""
) -> Iterator[DocumentItem | Exception]:
    """The items of an RSS, RDF or Atom document, why others can't be read, and what was amiss.

    Args:
        url: where it is; relative addresses start there, or where the feed says its site is.
        charset: the encoding that the server names.

    Raises:
        SourceError: the document is not a feed, or is cut short.
    """
    xml.refuse_pages(body)
    cut = pieces.cut(body, limits, charset)
    version = _parsed(cut.document(()), "").version
    if not version and not cut.root.lower().startswith(b"<channel"):  # CDF's
        raise SourceError("not a feed: neither RSS nor Atom nor JSON Feed")
    base = _base(cut.links, url, is_atom=version.startswith("atom"))
    return chain(
        (item for group in cut.groups(limits.piece) for item in _group_items(cut, group, base)),
        warnings(limits, cut.more, cut.fields, cut.faults),
    )


def _base(links: Sequence[tuple[str, str]], url: str, *, is_atom: bool) -> str:
    """Where relative addresses of items start: in Atom at the document, in RSS at its site."""
    found = {rel: web_address(joined(url, fold(href))) for rel, href in reversed(links)}
    site, own = found.get("alternate", ""), found.get("self", "")
    return (url or own or site) if is_atom else (site or url or own)


def joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _group_items(
    cut: pieces.Pieces, group: Sequence[Item], base: str
) -> Iterator[DocumentItem | Exception]:
    """The items of one document; where one of them can't be read, each is read by itself."""
    try:
        found = _parsed(cut.document(group), base).entries
        if len(found) != len(group):
            raise SourceError("items within items")
    except Exception as error:
        if len(group) == 1:
            yield error
        else:
            for item in group:
                yield from _group_items(cut, (item,), base)
        return
    for item, piece in zip(found, group, strict=True):
        try:
            yield _xml_item(item, piece.fields, base)
        except Exception as error:
            yield error


def _parsed(document: bytes, base: str) -> Any:
    import feedparser  # takes long to load, and most commands read no feed

    feed = feedparser.parse(  # bare bytes may be opened as a path
        io.BytesIO(document),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml", "content-location": base},
    )
    if feed.bozo:
        raise SourceError(f"broken item: {fold(str(feed.bozo_exception))}")
    return feed


def warnings(
    limits: Limits, more: bool, fields: int = 0, faults: Sequence[str] = ()
) -> Iterator[Warning]:
    """What was cut off or amiss, in words."""
    if faults:
        yield Warning(f"read all the same, though the document has {', '.join(faults)}")
    if more:
        yield Warning(f"it has more than {limits.items:,} items, of which the first are read")
    if fields:
        number = "1 field is" if fields == 1 else f"{fields:,} fields are"
        yield Warning(f"{number} left out, too long, too deep or too many")


def _xml_item(item: Any, fields: Sequence[tuple[str, str]], base: str) -> DocumentItem:
    contents = [_plain(content) for content in item.get("content", ())]
    links = [link for link in item.get("links", ()) if link.get("rel") == "alternate"]
    addresses = (item.get("link", ""), *(link.get("href", "") for link in links))
    guids = [fold(text) for name, text in fields if name in {"guid", "id"}]
    written = [fold(text) for name, text in fields if name in _PEOPLE]
    published = _date(fields, _PUBLISHED) or _sure(item, "published")
    return DocumentItem(
        title=_plain(item.get("title_detail")),
        guid=guids[0] if guids else item.get("id", ""),
        dois=unique(text for name, text in fields if name in {"prism:doi", "doi"}),
        names=unique(text for name, text in fields if name.endswith("identifier")),
        links=unique(joined(base, fold(address)) for address in addresses if address),
        summary=_plain(item.get("summary_detail")),
        text=max(contents, key=len, default=""),
        authors=unique(written or (one.get("name", "") for one in _authors(item))),
        tags=unique(tag.get("term") or "" for tag in item.get("tags", ())),
        license=item.get("license", ""),
        published=published,
        updated=_date(fields, _UPDATED) or _sure(item, "updated"),
    )


def _authors(item: Any) -> Sequence[Any]:
    found = item.get("authors", ())
    return found if isinstance(found, list) else ()


def _date(fields: Sequence[tuple[str, str]], names: Sequence[str]) -> datetime | None:
    """The first date of these fields that is one."""
    given = dict(reversed(fields))
    moments = (moment(given[name]) for name in names if name in given)
    return next(filter(None, moments), None)


def _sure(item: Any, name: str) -> datetime | None:
    """What feedparser takes for a date, if year and day stand in what the feed has."""
    written = str(dict.get(item, name) or "")
    found: struct_time | None = dict.get(item, f"{name}_parsed")  # its own get() warns
    if not found or moment(written):
        return moment(written)
    try:
        day = datetime.fromtimestamp(calendar.timegm(found), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    is_there = f"{day.year}" in written and f"{day.day}" in written.replace(f"{day.year}", "", 1)
    return moment(day.isoformat()) if is_there else None


def _plain(detail: Any) -> str:
    """A field as plain text. Only HTML loses its tags: "a<b" in plain text stays."""
    if not detail:
        return ""
    value = detail.get("value") or ""
    return plain_or_html(value) if detail.get("type") == "text/plain" else plain(value)
