"""The items of a JSON Feed, and why others can't be read. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from digest.errors import SourceError
from digest.sources.dates import moment
from digest.sources.html import plain, plain_or_html
from digest.sources.items import DocumentItem, joined, warnings
from digest.sources.scanning import LIMITS, Limits
from digest.sources.text import fold, paragraphs, unique, web_address

# Escapes of JSON; half of a character, which no text can hold, is a group.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


def json_items(
    body: bytes, limits: Limits = LIMITS, url: str = ""
) -> Iterator[DocumentItem | Exception]:
    """The items of a JSON Feed, why others can't be read, and what was amiss.

    Raises:
        SourceError: the document is not a feed, or is cut short.

    Source: https://www.jsonfeed.org/version/1.1/
    """
    body, faults = body.lstrip(b"\xef\xbb\xbf \t\r\n"), list[str]()
    body = _ESCAPE.sub(_character, body)
    try:
        feed = msgspec.json.decode(body, type=_JsonFeed)
    except msgspec.ValidationError as error:
        raise SourceError(f"broken or cut JSON Feed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        feed = _mended_json(body, error)
        faults.append("control characters in its texts, or something after its end")
    if not feed.version.startswith(
        ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")
    ):
        raise SourceError("not a feed: JSON of another kind")
    base = web_address(url or feed.feed_url or "") or web_address(feed.home_page_url or "")
    items = feed.items or []
    return chain(
        (_read_json_item(raw, limits, base) for raw in items[: limits.items]),
        warnings(limits, len(items) > limits.items, faults=faults),
    )


def _character(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def _mended_json(body: bytes, error: Exception) -> _JsonFeed:
    """A feed that is whole, and no strict JSON.

    Raises:
        SourceError: it isn't whole.
    """
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(body.decode("utf-8"))
        return msgspec.json.decode(msgspec.json.encode(found), type=_JsonFeed)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise SourceError(f"broken or cut JSON Feed: {error}") from None


def _read_json_item(raw: msgspec.Raw, limits: Limits, base: str) -> DocumentItem | Exception:
    if len(memoryview(raw)) > limits.field:
        return SourceError(f"an item of more than {limits.field:,} bytes")
    try:
        return _json_item(_json_decoder.decode(msgspec.json.encode(_without_nulls(raw))), base)
    except Exception as error:
        return error


def _without_nulls(raw: msgspec.Raw) -> Any:
    """The item without what is null, in its lists and in what they hold too."""
    item = msgspec.json.decode(raw)
    if not isinstance(item, dict):
        return item
    for key, value in item.items():
        if isinstance(value, list):
            item[key] = [
                {k: v for k, v in one.items() if v is not None} if isinstance(one, dict) else one
                for one in value
                if one is not None
            ]
        elif isinstance(value, dict):
            item[key] = {k: v for k, v in value.items() if v is not None}
    return {key: value for key, value in item.items() if value is not None}


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
    items: list[msgspec.Raw] | None
    home_page_url: str | None = None
    feed_url: str | None = None


_json_decoder = msgspec.json.Decoder(_JsonItem)


def _json_item(item: _JsonItem, base: str) -> DocumentItem:
    authors = [*item.authors, *([item.author] if item.author else [])]
    text = paragraphs(item.content_text) or plain(item.content_html)
    links = (item.url, item.external_url)
    return DocumentItem(
        title=plain_or_html(item.title),
        guid=str(item.id),
        links=unique(joined(base, fold(address)) for address in links if address),
        summary=plain_or_html(item.summary),
        text=text,
        authors=unique(author.name for author in authors),
        tags=tuple(item.tags),
        published=moment(item.date_published),
        updated=moment(item.date_modified),
    )
