"""`kind: feed`: any RSS, RDF, Atom or JSON Feed."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from time import struct_time
from typing import Any

import feedparser
import msgspec

from digest.errors import SourceError
from digest.ids import arxiv_id, doi, entry_id, id_month
from digest.mailing import announced_on, first_listing
from digest.model import Entry, Fetched, Link, Request, Source, State, WebFeed
from digest.sources import pieces, xml
from digest.sources.asking import Asking, Run, body, fault, left_out
from digest.sources.papers import doi_link, once, paper_links, publisher_doi
from digest.sources.pieces import LIMITS, Limits
from digest.sources.text import excerpt, fold, moment, paragraphs, plain, unique, web_address

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_URI = re.compile(r"(?!arxiv:|doi:)[a-z][a-z0-9+.-]*:\S+", re.I)
_LARGEST = 16 * 2**20  # bytes
_LONGEST_ID, _MOST_TAGS = 500, 50  # characters, tags; what has more names nothing
_PAPER_PAGE = re.compile(r"https?://[^?#]*/(\d{4}\.\d{4,5}(?:v\d+)?)/?")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")


def fetch(source: WebFeed, run: Run) -> Asking:
    """Ask for the feed."""
    answer = yield Request(url=source.url, accept=ACCEPT, conditional=True)
    if answer.status == 304:
        return Fetched(source=source.name, state=State.QUIET)
    document = body(answer)
    found = parse(document, source, run.today, seen=run.seen, url=source.url, full=source.full)
    entries = once(found.entries)
    if found.problem and not entries:
        raise SourceError(found.problem)
    state = State.PARTIAL if found.problem else State.OK if entries else State.QUIET
    return Fetched(source=source.name, state=state, entries=entries, problem=found.problem)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    entries: tuple[Entry, ...]
    problem: str = ""  # what of it is not read, and why


def parse(
    body: bytes,
    source: Source,
    today: date,
    *,
    seen: date | None = None,
    url: str = "",
    full: bool = False,
    limits: Limits = LIMITS,
) -> Page:
    """Read a feed of any format.

    Items with neither link nor guid are left out: we could not cite them. One that can't be read
    costs no other.

    Args:
        seen: the day we had it; without one, the day each item was published.
        url: where the feed is, to tell its guids from those of other feeds.
        full: keep the whole text of an item, not an excerpt.

    Raises:
        SourceError: the document is not a feed, or is cut short.
    """
    if len(body) > _LARGEST:
        raise SourceError(f"a feed of more than {_LARGEST:,} bytes")
    is_json = re.match(rb"[\xef\xbb\xbf \t\r\n]*\{", body)
    items = json_items(body, limits) if is_json else xml_items(body, limits)
    entries, refused, cut = list[Entry](), list[str](), list[str]()
    for item in items:
        try:
            if isinstance(item, Warning):
                cut.append(str(item))
            elif isinstance(item, Exception):
                refused.append(fault(item))
            elif entry := _entry(item, source, today, seen, url, full):
                entries.append(entry)
        except Exception as error:
            refused.append(fault(error))
    problem = "; ".join(filter(None, (left_out(refused), *cut)))
    return Page(entries=tuple(entries), problem=problem)


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


def xml_items(body: bytes, limits: Limits = LIMITS) -> Iterator[Item | Exception]:
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


def _group_items(cut: pieces.Pieces, group: Sequence[pieces.Item]) -> Iterator[Item | Exception]:
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
    feed = feedparser.parse(  # bare bytes may be opened as a path
        io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False
    )
    if feed.bozo:
        raise SourceError(f"broken item: {fold(str(feed.bozo_exception))}")
    return feed


def json_items(body: bytes, limits: Limits = LIMITS) -> Iterator[Item | Exception]:
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


def _read_json_item(raw: msgspec.Raw, limits: Limits) -> Item | Exception:
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
    if len(key) > _LONGEST_ID:
        raise SourceError(f"{key[:40]!r} … is an id of more than {_LONGEST_ID} characters")
    if not key:
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
        links=_links(links, paper, published_doi),
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


def _links(links: tuple[str, ...], paper: str, published_doi: str) -> tuple[Link, ...]:
    found = paper_links(paper, published_doi) if paper else ()
    if published_doi and not paper:
        found = (doi_link(published_doi),)
    own = [link for link in links[:1] if not arxiv_id(link) and not doi(link)]
    return (*found, *(Link(rel="related" if paper else "abstract", url=link) for link in own))


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
    items: list[msgspec.Raw]


_json_decoder = msgspec.json.Decoder(_JsonItem)


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
