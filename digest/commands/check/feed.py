"""One feed of a built site: whether readers' software can take it, and what it links to. Pure.

Sources: https://www.rssboard.org/rss-specification, RFC 4287 (Atom), https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, ParseError, fromstring

import msgspec
from selectolax.lexbor import LexborHTMLParser

from digest.commands.check import markup
from digest.commands.check.findings import FindingKind

Problem = tuple[FindingKind, str]
ReadDate = Callable[[str], datetime]
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_WHOLE = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_ACTIVE = re.compile(r"\s*(?:javascript|vbscript|data):", re.I)


class CheckedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed says of one paper or post."""

    id: str
    title: str
    link: str
    date: str
    html: str


class CheckedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed of any format."""

    title: str
    self: str  # the address that it gives as its own
    links: tuple[str, ...]
    items: tuple[CheckedItem, ...]


class FeedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed links to, and what is wrong with it; `own` is the address it gives as its own."""

    own: str = ""
    links: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_xml(document: bytes) -> FeedFacts | None:
    """Judge an XML document; None for one that is no feed.

    One that is not well-formed has that as its only problem.
    """
    try:
        root = fromstring(document)
    except (ParseError, ValueError, LookupError) as error:
        return FeedFacts(problems=((FindingKind.FILE, f"not well-formed XML: {error}"),))
    if root.tag == "rss":
        return _judge(_rss(root), parsedate_to_datetime)
    if root.tag == f"{_ATOM}feed":
        return _judge(_atom(root), datetime.fromisoformat)
    return None


def read_json(document: bytes) -> FeedFacts | None:
    """Judge a JSON document; None for one that is no JSON Feed."""
    try:
        value = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return FeedFacts(problems=((FindingKind.FILE, f"not JSON: {error}"),))
    if not isinstance(value, dict) or "jsonfeed.org/version" not in str(value.get("version")):
        return None
    return _judge(_json_feed(value), datetime.fromisoformat)


def _rss(root: Element) -> CheckedFeed:
    channel = root.find("channel")
    if channel is None:
        return CheckedFeed(title="", self="", links=(), items=())
    return CheckedFeed(
        title=channel.findtext("title") or "",
        self=_self(channel),
        links=tuple(filter(None, (channel.findtext("link"), channel.findtext("image/url")))),
        items=tuple(
            CheckedItem(
                id=item.findtext("guid") or "",
                title=item.findtext("title") or item.findtext("description") or "",
                link=item.findtext("link") or "",
                date=item.findtext("pubDate") or "",
                html=item.findtext(_CONTENT) or item.findtext("description") or "",
            )
            for item in channel.iter("item")
        ),
    )


def _atom(root: Element) -> CheckedFeed:
    return CheckedFeed(
        title=root.findtext(f"{_ATOM}title") or "",
        self=_self(root),
        links=tuple(link.get("href", "") for link in root.findall(f"{_ATOM}link")),
        items=tuple(
            CheckedItem(
                id=entry.findtext(f"{_ATOM}id") or "",
                title=entry.findtext(f"{_ATOM}title") or "",
                link=next(
                    (
                        link.get("href", "")
                        for link in entry.findall(f"{_ATOM}link")
                        if link.get("rel", "alternate") == "alternate"
                    ),
                    "",
                ),
                date=entry.findtext(f"{_ATOM}updated") or "",
                html=_atom_html(entry),
            )
            for entry in root.findall(f"{_ATOM}entry")
        ),
    )


def _atom_html(entry: Element) -> str:
    for name in ("content", "summary"):
        text = entry.find(_ATOM + name)
        if text is not None and text.get("type") == "html":
            return text.text or ""
    return ""


def _self(element: Element) -> str:
    links = element.findall(f"{_ATOM}link")
    return next((link.get("href", "") for link in links if link.get("rel") == "self"), "")


def _json_feed(value: dict[str, object]) -> CheckedFeed:
    listed = value.get("items")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return CheckedFeed(
        title=_text(value, "title"),
        self=_text(value, "feed_url"),
        links=tuple(filter(None, (_text(value, "home_page_url"), _text(value, "icon")))),
        items=tuple(
            CheckedItem(
                id=_text(item, "id"),
                title=_text(item, "title") or _text(item, "content_text"),
                link=_text(item, "url"),
                date=_text(item, "date_published"),
                html=_text(item, "content_html"),
            )
            for item in items
        ),
    )


def _text(value: dict[str, object], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _judge(feed: CheckedFeed, read_date: ReadDate) -> FeedFacts:
    links = [*feed.links]
    problems = [] if feed.title.strip() else [(FindingKind.FEED, "the feed has no title")]
    if not feed.self:
        problems.append((FindingKind.SELF, "the feed doesn't give its own address"))
    counts = Counter(item.id for item in feed.items)
    problems += [
        (
            FindingKind.GUID,
            f"{count} items have the id {name!r}" if name else f"{count} items have no id",
        )
        for name, count in counts.items()
        if count > 1 or not name
    ]
    for item in feed.items:
        links.append(item.link)
        problems += _of_item(item, read_date)
    if any(item.html for item in feed.items):
        html = "\n".join(item.html for item in feed.items)
        page = LexborHTMLParser(html)
        links += _html_links(page)
        problems += markup.of_items(html, page)
    problems += [
        (FindingKind.SCRIPT_LINK, f"link to {link[:60]}")
        for link in dict.fromkeys(links)
        if _ACTIVE.match(link)
    ]
    problems += [
        (FindingKind.RELATIVE, f"{link or 'an empty address'!r} is no whole address")
        for link in dict.fromkeys(links)
        if not _WHOLE.match(link)
    ]
    whole = tuple(link for link in dict.fromkeys(links) if _WHOLE.match(link))
    return FeedFacts(own=feed.self, links=whole, problems=tuple(dict.fromkeys(problems)))


def _of_item(item: CheckedItem, read_date: ReadDate) -> Iterator[Problem]:
    name = item.id or item.link
    if not item.title.strip():
        yield FindingKind.FEED, f"the item {name} has no title"
    try:
        moment = read_date(item.date) if item.date else None
    except ValueError:
        yield FindingKind.FEED, f"the item {name} has a date that is none: {item.date!r}"
    else:
        if moment and moment.tzinfo is None:
            yield FindingKind.FEED, f"the item {name} has a date without a time zone: {item.date!r}"


def _html_links(page: LexborHTMLParser) -> Iterable[str]:
    for node in page.css("[href], [src]"):
        yield node.attributes.get("href") or node.attributes.get("src") or ""
