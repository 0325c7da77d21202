"""What an OPML document subscribes to, such as other readers export. Pure.

Source: http://opml.org/spec2.opml
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree.ElementTree import Element

import msgspec

from digest.errors import DigestError, SourceError
from digest.sources import xml
from digest.text import categories

_MOST_NAME = 100  # characters
_ARXIV = re.compile(r"(export\.|rss\.|www\.)?arxiv\.org")
_LISTING = re.compile(r"/(?:rss|atom|rss/atom)/([A-Za-z.+-]+?)(?:\.xml)?/?")


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that an OPML document names, or a query of the arXiv API."""

    name: str  # unique
    group: str = ""  # the outline it is in; empty at the top
    url: str = ""
    query: str = ""  # of the arXiv API, in place of an address


class Subscriptions(msgspec.Struct, frozen=True, kw_only=True):
    """What of an OPML document a site can follow, and what it can't."""

    feeds: tuple[Subscription, ...] = ()
    categories: tuple[str, ...] = ()  # of arXiv, whose listings it names
    left_out: tuple[str, ...] = ()  # a line each: which, and why


class _Outline(msgspec.Struct, frozen=True):
    """An outline that may be a feed."""

    name: str
    group: str
    url: str  # as it is written
    problem: str = ""  # why it is none


def read(opml: bytes) -> Subscriptions:
    """The feeds of an OPML document, each address once, and the arXiv listings among them.

    Raises:
        DigestError: it is no OPML, or names nothing that can be followed.
    """
    try:
        root = xml.read(opml)
    except SourceError as error:
        raise DigestError(f"no OPML: {error}") from None
    body = next((part for part in root if part.tag.lower() == "body"), None)
    if root.tag.lower() != "opml" or body is None:
        raise DigestError("no OPML: it has no <opml> with a <body>")
    feeds, followed, left_out = dict[str, Subscription](), list[str](), list[str]()
    names = dict[str, int]()
    for outline in _outlines(body):
        url, problem = _address(outline.url)
        problem = outline.problem or problem
        if not problem and (found := _categories(url)):
            followed += found
            continue
        if not problem and url in feeds:
            problem = f"its address is that of {feeds[url].name!r}"
        if problem:
            left_out.append(f"{outline.name or outline.url!r}: {problem}")
            continue
        name = unused(outline.name or url[:_MOST_NAME], names, " ")
        query = _query(url)
        feeds[url] = Subscription(
            name=name, group=outline.group, url="" if query else url, query=query
        )
    if not feeds and not followed:
        raise DigestError("; ".join(["the OPML names no feed", *left_out[:1]]))
    return Subscriptions(
        feeds=tuple(feeds.values()),
        categories=tuple(dict.fromkeys(followed)),
        left_out=tuple(left_out),
    )


def _outlines(body: Element) -> Iterator[_Outline]:
    """Every outline that isn't a folder, in its order, however deep it lies."""
    todo = [(outline, "") for outline in reversed(_inner(body))]
    while todo:
        outline, group = todo.pop()
        attributes = {key.lower(): value for key, value in outline.attrib.items()}
        url, inner = attributes.get("xmlurl", "").strip(), _inner(outline)
        words = attributes.get("title") or attributes.get("text") or ""
        name = " ".join(words.split())[:_MOST_NAME].strip()
        if attributes.get("iscomment", "").lower() == "true":
            yield _Outline(name, group, url, "it is commented out")
            continue
        if url or not inner:
            elsewhere = attributes.get("url") or attributes.get("htmlurl") or ""
            problem = (
                ""
                if url
                else f"it names no feed, but {elsewhere}"
                if elsewhere
                else "it names no feed"
            )
            yield _Outline(name, group, url, problem)
        todo.extend((child, group if url else name) for child in reversed(inner))


def _inner(element: Element) -> list[Element]:
    return [child for child in element if child.tag.lower() == "outline"]


def _address(written: str) -> tuple[str, str]:
    """The address to ask, and why there is none: feed:// is what some readers register for."""
    url = re.sub(r"^(feed:(//)?(?=https?:)|feed://|feed:|//)", "", written, flags=re.IGNORECASE)
    if url != written and not re.match(r"https?:", url, re.IGNORECASE):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or re.search(r"\s", url):
        return url, f"{written[:_MOST_NAME]!r} is no web address"
    if parts.username or parts.password:
        return url, "its address has a password in it, which would be published"
    return url, ""


def _categories(url: str) -> tuple[str, ...]:
    """The categories of a listing of arXiv's, where an address is that of one."""
    parts = urlsplit(url)
    match = _LISTING.fullmatch(unquote(parts.path))
    if not match or not _ARXIV.fullmatch(parts.hostname or ""):
        return ()
    found = [categories.spelled(name) for name in match[1].split("+")]
    return tuple(found) if all(found) else ()


def _query(url: str) -> str:
    """The query of the arXiv API that an address asks, where it asks one."""
    parts = urlsplit(url)
    if not _ARXIV.fullmatch(parts.hostname or "") or parts.path.rstrip("/") != "/api/query":
        return ""
    return " ".join(parse_qs(parts.query).get("search_query", [""])[0].split())


def unused(name: str, taken: dict[str, int], joint: str) -> str:
    """The name, or the first of "name 2", "name 3" … that is not taken; it is taken then.

    Args:
        taken: names, each with the last number that was tried for it.
    """
    free = name
    while free in taken:
        taken[name] += 1
        free = f"{name}{joint}{taken[name]}"
    taken[free] = 1
    return free


def in_groups(feeds: Iterable[Subscription]) -> dict[str, list[str]]:
    """The names of the feeds of each outline, by its title."""
    members = dict[str, list[str]]()
    for feed in feeds:
        if feed.group:
            members.setdefault(feed.group, []).append(feed.name)
    return members
