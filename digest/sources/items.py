"""The items of a feed, whatever its format, and why others can't be read. Pure."""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from time import struct_time
from typing import Any

import msgspec

from digest.errors import SourceError
from digest.sources import pieces, xml
from digest.sources.pieces import LIMITS, Limits
from digest.sources.text import (
    fold,
    moment,
    paragraphs,
    plain,
    unique,
)


class DocumentItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item, whatever the feed's format."""

    title: str = ""
    guid: str = ""
    names: tuple[str, ...] = ()  # other identifiers: dc:identifier, prism:doi
    links: tuple[str, ...] = ()
    summary: str = ""
    text: str = ""  # the whole of it
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    license: str = ""
    published: datetime | None = None
    updated: datetime | None = None


def xml_items(body: bytes, limits: Limits = LIMITS) -> Iterator[DocumentItem | Exception]:
    """The items of an RSS, RDF or Atom document, why others can't be read, and what was cut off.

    Raises:
        SourceError: the document is not a feed, or is cut short.
    """
    xml.refuse_pages(body)
    cut = pieces.cut(body, limits)
    if not _parsed(cut.document(())).version:
        raise SourceError("not a feed: neither RSS nor Atom nor JSON Feed")
    return chain(
        (item for group in cut.groups(limits.piece) for item in _group_items(cut, group)),
        _warnings(limits, cut.more, cut.fields),
    )


def _group_items(
    cut: pieces.Pieces, group: Sequence[pieces.Item]
) -> Iterator[DocumentItem | Exception]:
    """The items of one document; where one of them can't be read, each is read by itself."""
    try:
        found = _parsed(cut.document(group)).entries
        if len(found) != len(group):
            raise SourceError("items within items")
    except Exception as error:
        if len(group) == 1:
            yield error
        else:
            for item in group:
                yield from _group_items(cut, (item,))
        return
    for item in found:
        try:
            yield _xml_item(item)
        except Exception as error:
            yield error


def _parsed(document: bytes) -> Any:
    import feedparser  # takes long, and most commands read no feed

    feed = feedparser.parse(  # bare bytes may be opened as a path
        io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False
    )
    if feed.bozo:
        raise SourceError(f"broken item: {fold(str(feed.bozo_exception))}")
    return feed


def json_items(body: bytes, limits: Limits = LIMITS) -> Iterator[DocumentItem | Exception]:
    """The items of a JSON Feed, why others can't be read, and what was cut off.

    Raises:
        SourceError: the document is not a feed, or is cut short.

    Source: https://www.jsonfeed.org/version/1.1/
    """
    try:
        feed = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=_JsonFeed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"broken or cut JSON Feed: {error}") from None
    if not feed.version.startswith("https://jsonfeed.org/version/"):
        raise SourceError("not a feed: JSON of another kind")
    return chain(
        (_read_json_item(raw, limits) for raw in feed.items[: limits.items]),
        _warnings(limits, len(feed.items) > limits.items),
    )


def _read_json_item(raw: msgspec.Raw, limits: Limits) -> DocumentItem | Exception:
    if len(memoryview(raw)) > limits.field:
        return SourceError(f"an item of more than {limits.field:,} bytes")
    try:
        return _json_item(_json_decoder.decode(raw))
    except Exception as error:
        return error


def _warnings(limits: Limits, more: bool, fields: int = 0) -> Iterator[Warning]:
    """What was cut off, in words."""
    if more:
        yield Warning(f"it has more than {limits.items:,} items, of which the first are read")
    if fields:
        number = "1 field is" if fields == 1 else f"{fields:,} fields are"
        yield Warning(f"{number} left out, too long, too deep or too many")


def _xml_item(item: Any) -> DocumentItem:
    contents = [_plain(content) for content in item.get("content", ())]
    links = [link for link in item.get("links", ()) if link.get("rel") == "alternate"]
    return DocumentItem(
        title=_plain(item.get("title_detail")),
        guid=item.get("id", ""),
        names=unique(str(item.get(key, "")) for key in ("dc_identifier", "prism_doi")),
        links=unique((item.get("link", ""), *(link.get("href", "") for link in links))),
        summary=_plain(item.get("summary_detail")),
        text=max(contents, key=len, default=""),
        authors=unique(author.get("name", "") for author in item.get("authors", ())),
        tags=unique(tag.get("term") or "" for tag in item.get("tags", ())),
        license=item.get("license", ""),
        published=_moment(item.get("published_parsed")),
        updated=_moment(dict.get(item, "updated_parsed")),  # its own get() warns
    )


def _plain(detail: Any) -> str:
    """A field as plain text. Only HTML loses its tags: "a<b" in plain text stays."""
    if not detail:
        return ""
    value = detail.get("value") or ""
    return paragraphs(value) if detail.get("type") == "text/plain" else plain(value)


def _moment(found: struct_time | None) -> datetime | None:
    """The time in UTC that feedparser found; None where it makes no sense."""
    if not found:
        return None
    try:
        return moment(datetime.fromtimestamp(calendar.timegm(found), UTC).isoformat())
    except (ValueError, OverflowError, OSError):
        return None


class _JsonAuthor(msgspec.Struct):
    name: str = ""


class _JsonItem(msgspec.Struct):
    id: str | int | float = ""
    url: str = ""
    external_url: str = ""
    title: str = ""
    content_html: str = ""
    content_text: str = ""
    summary: str = ""
    date_published: str = ""
    date_modified: str = ""
    authors: list[_JsonAuthor] = []
    author: _JsonAuthor | None = None  # version 1.0
    tags: list[str] = []


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[msgspec.Raw]


_json_decoder = msgspec.json.Decoder(_JsonItem)


def _json_item(item: _JsonItem) -> DocumentItem:
    authors = [*item.authors, *([item.author] if item.author else [])]
    text = paragraphs(item.content_text) or plain(item.content_html)
    return DocumentItem(
        title=item.title,
        guid=str(item.id),
        links=unique([item.url, item.external_url]),
        summary=paragraphs(item.summary),
        text=text,
        authors=unique(author.name for author in authors),
        tags=tuple(item.tags),
        published=moment(item.date_published),
        updated=moment(item.date_modified),
    )
