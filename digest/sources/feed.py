"""`kind: feed`: any RSS, RDF, Atom or JSON Feed."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from time import struct_time
from typing import Any

import feedparser
import msgspec

from digest.errors import SourceError
from digest.ids import arxiv_id, doi, entry_id, id_month
from digest.links import doi_link, paper_links
from digest.mailing import announced_on, first_listing
from digest.model import Entry, Fetched, Link, Request, Source, State, WebFeed
from digest.sources import xml
from digest.sources.asking import Asking, Run, body
from digest.sources.papers import once, publisher_doi
from digest.sources.text import excerpt, fold, moment, paragraphs, plain, unique, web_address

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
# Feeds that declare the wrong charset or content type are still read whole.
_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
_URI = re.compile(r"(?!arxiv:|doi:)[a-z][a-z0-9+.-]*:\S+", re.I)
_LARGEST = 16 * 2**20  # bytes; feedparser takes up to 15 s for one million of hostile ones
_LONGEST_ID, _MOST_TAGS = 500, 50  # characters, tags; what has more names nothing
_PAPER_PAGE = re.compile(r"https?://[^?#]*/(\d{4}\.\d{4,5}(?:v\d+)?)/?")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")


def fetch(source: WebFeed, run: Run) -> Asking:
    """Ask for the feed."""
    answer = yield Request(url=source.url, accept=ACCEPT, conditional=True)
    if answer.status == 304:
        return Fetched(source=source.name, state=State.QUIET)
    found = parse(body(answer), source, run.today, seen=run.seen, url=source.url, full=source.full)
    entries = once(found)
    state = State.OK if entries else State.QUIET
    return Fetched(source=source.name, state=state, entries=entries)


def parse(
    body: bytes,
    source: Source,
    today: date,
    *,
    seen: date | None = None,
    url: str = "",
    full: bool = False,
) -> tuple[Entry, ...]:
    """Read a feed of any format.

    Items with neither link nor guid are left out: we could not cite them.

    Args:
        seen: the day we had it; without one, the day each item was published.
        url: where the feed is, to tell its guids from those of other feeds.
        full: keep the whole text of an item, not an excerpt.

    Raises:
        SourceError: the document is not a feed, or is cut short.
    """
    if len(body) > _LARGEST:
        raise SourceError(f"a feed of more than {_LARGEST:,} bytes")
    is_json = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    items = json_items(body) if is_json else xml_items(body)
    found = (_entry(item, source, today, seen, url, full) for item in items)
    return tuple(entry for entry in found if entry is not None)


class Item(msgspec.Struct, frozen=True, kw_only=True):
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


def xml_items(body: bytes) -> Iterator[Item]:
    """The items of an RSS, RDF or Atom document."""
    xml.refuse_pages(body)
    try:
        feed = feedparser.parse(  # bare bytes may be opened as a path
            io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # fuzzing found several kinds that it doesn't catch
        raise SourceError(f"broken feed: {fold(str(error))}") from None
    if feed.bozo and not isinstance(feed.bozo_exception, _HARMLESS):
        raise SourceError(f"broken or cut feed: {fold(str(feed.bozo_exception))}")
    if not feed.version:
        raise SourceError("not a feed: neither RSS nor Atom nor JSON Feed")
    return map(_xml_item, feed.entries)


def json_items(body: bytes) -> Iterator[Item]:
    """The items of a JSON Feed: https://www.jsonfeed.org/version/1.1/"""
    try:
        feed = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=_JsonFeed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"broken or cut JSON Feed: {error}") from None
    if not feed.version.startswith("https://jsonfeed.org/version/"):
        raise SourceError("not a feed: JSON of another kind")
    return map(_json_item, feed.items)


def _entry(
    item: Item, source: Source, today: date, seen: date | None, url: str, full: bool
) -> Entry | None:
    links = unique(map(web_address, item.links))
    guid = fold(item.guid)
    if guid and not _URI.fullmatch(guid):
        guid = f"{url}#{guid}" if url else ""
    named = (*item.names, item.guid, *links)
    paper = next((found for name in named if (found := _arxiv_id(name))), "")
    published_doi = next((found for name in named if (found := publisher_doi(doi(name)))), "")
    key = entry_id(arxiv=paper, doi=published_doi, guid=guid, link=links[0] if links else "")
    if not key or len(key) > _LONGEST_ID:
        return None
    text = max(item.text, item.summary, key=len) if full else item.summary or item.text
    published, updated = item.published or item.updated, item.updated or item.published
    if updated and updated.date() > today:
        updated = published  # its clock is wrong: readers must not hear of tomorrow
    day = None
    if paper:  # the dates are those of the item, not of the paper it is about
        day = max(published.date() if published else today, _first_day(key))
        published = updated = None
    announced = announced_on(key, published, day, seen or today)
    return Entry(
        id=key,
        title=fold(item.title) or excerpt(text, 12) or key,
        summary=text if full else excerpt(text),
        authors=tuple(name for author in item.authors for name in split_names(author)),
        links=_links(links, paper, published_doi, source.name),
        categories=unique(map(fold, item.tags))[:_MOST_TAGS],
        doi=published_doi,
        license=web_address(item.license),
        markup=source.markup,
        published=published,
        updated=updated,
        announced=announced,
        seen=seen or announced,
        sources=(source.name,),
    )


def split_names(names: str) -> tuple[str, ...]:
    """The authors in a field such as "Ann Lee, Bo Chen and Cy Orr" or "LEE, A., Chen, B."."""
    pieces = [piece for part in re.split(r"[,;]| and ", names) if (piece := fold(part))]
    if len(pieces) > 1 and all(map(_INITIALS.fullmatch, pieces[1::2])) and not len(pieces) % 2:
        pairs = zip(pieces[1::2], pieces[::2], strict=True)
        return tuple(f"{initials} {surname}" for initials, surname in pairs)
    if all(" " in piece for piece in pieces):
        return tuple(pieces)
    return (fold(names),) if fold(names) else ()


def _links(links: tuple[str, ...], paper: str, published_doi: str, source: str) -> tuple[Link, ...]:
    """Where the id of a paper leads, and the feed's own link, by its name."""
    if paper:
        own = [Link(rel="related", url=url, source=source) for url in links[:1]]
        found = paper_links(paper, published_doi)
        return (*found, *(link for link in own if not arxiv_id(link.url)))
    if published_doi:
        own = [Link(rel="abstract", url=url, source=source) for url in links[:1]]
        return (doi_link(published_doi), *(link for link in own if not doi(link.url)))
    return tuple(
        Link(rel="abstract", url=url) for url in links[:1] if not (arxiv_id(url) or doi(url))
    )


def _arxiv_id(name: str) -> str:
    page = _PAPER_PAGE.fullmatch(name)  # other sites call their page of a paper by its id
    found = arxiv_id(page[1] if page else name)
    return found.id if found else ""


def _first_day(key: str) -> date:
    month = id_month(key)
    return first_listing(month) if month else date.min


def _xml_item(item: Any) -> Item:
    contents = [_plain(content) for content in item.get("content", ())]
    links = [link for link in item.get("links", ()) if link.get("rel") == "alternate"]
    return Item(
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
    items: list[_JsonItem]


def _json_item(item: _JsonItem) -> Item:
    authors = [*item.authors, *([item.author] if item.author else [])]
    text = paragraphs(item.content_text) or plain(item.content_html)
    return Item(
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
