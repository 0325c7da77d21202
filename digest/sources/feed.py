"""`kind: feed`: any RSS, RDF, Atom or JSON Feed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from msgspec import structs

from digest.errors import SourceError
from digest.files.located import Section
from digest.model import (
    Entry,
    Link,
    Markup,
    Request,
    Source,
    SourceResult,
    State,
    Version,
)
from digest.sources.asking import (
    Asking,
    Run,
    body,
    fault,
    left_out,
)
from digest.sources.items import DocumentItem, xml_items
from digest.sources.json_items import json_items
from digest.sources.keys import common, endpoint
from digest.sources.names import people
from digest.sources.naming import (
    LONGEST_ID,
    Names,
    names_of,
    other_names,
    shared_names,
    told_apart,
)
from digest.sources.papers import LISTING_HEAD
from digest.sources.scanning import LIMITS, Limits
from digest.sources.text import (
    excerpt,
    fold,
    unique,
    web_address,
)
from digest.text.ids import (
    arxiv_id,
    id_month,
)
from digest.text.links import doi_link, paper_links
from digest.text.mailing import announced_on, first_listing

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_LARGEST = 16 * 2**20  # bytes
_MOST_TAGS = 50
_RESOLVER = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/", re.I)


class WebFeed(Source, frozen=True, kw_only=True):
    """`kind: feed` in site.yaml."""

    url: str
    full: bool  # republish the whole text, not an excerpt

    @property
    def subscription(self) -> str:
        return self.url


def read_keys(item: Section) -> WebFeed:
    """The source that an item of site.yaml describes."""
    return WebFeed(
        **common(item, Markup.PLAIN),
        url=endpoint(item, None, key="url"),
        full=item.boolean("full"),
    )


def fetch(source: WebFeed, run: Run) -> Asking:
    """Ask for the feed."""
    answer = yield Request(url=source.url, accept=ACCEPT, conditional=True)
    if answer.status == 304:
        return SourceResult(source=source.name, state=State.QUIET)
    document = body(answer)
    found = parse(
        document,
        source,
        run.today,
        seen=run.seen,
        url=source.url,
        full=source.full,
        charset=answer.charset,
    )
    entries = _once(found.entries)
    if found.refused and not entries:
        raise SourceError(found.problem)
    state = State.PARTIAL if found.problem else State.OK if entries else State.QUIET
    return SourceResult(source=source.name, state=state, entries=entries, problem=found.problem)


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry an id and version; of several versions the archive makes one entry."""
    found = dict[tuple[str, int], Entry]()
    for entry in entries:
        found.setdefault((entry.id, entry.version), entry)
    return tuple(found.values())


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    entries: tuple[Entry, ...]
    problem: str = ""  # what of it is not read, and why
    refused: int = 0  # items that are left out


def parse(
    body: bytes,
    source: Source,
    today: date,
    *,
    seen: date | None = None,
    url: str = "",
    full: bool = False,
    charset: str = "",
    limits: Limits = LIMITS,
) -> Page:
    """Read a feed of any format.

    Items with neither link nor guid are left out: we could not cite them. One that can't be read
    costs no other.

    Args:
        seen: the day we had it; without one, the day each item was published.
        url: where the feed is, to tell its guids from those of other feeds.
        full: keep the whole text of an item, not an excerpt.
        charset: the encoding that the server names.

    Raises:
        SourceError: the document is not a feed, or is cut short.
    """
    if len(body) > _LARGEST:
        raise SourceError(f"a feed of more than {_LARGEST:,} bytes")
    is_json = re.match(rb"[\xef\xbb\xbf \t\r\n]*\{", body)
    items = json_items(body, limits, url) if is_json else xml_items(body, limits, url, charset)
    found, refused, cut = list[tuple[DocumentItem, Names]](), list[str](), list[str]()
    for item in items:
        try:
            if isinstance(item, Warning):
                cut.append(str(item))
            elif isinstance(item, Exception):
                refused.append(fault(item))
            else:
                found.append((item, names_of(item, source, url)))
        except Exception as error:
            refused.append(fault(error))
    entries = list[Entry]()
    shared = shared_names(found)
    for item, names in told_apart(found, shared):
        try:
            entry = _entry(item, names, source, today, seen, full)
            entries.append(structs.replace(entry, names=other_names(names, shared)))
        except Exception as error:
            refused.append(fault(error))
    problem = "; ".join(filter(None, (left_out(refused), *cut)))
    return Page(entries=tuple(entries), problem=problem, refused=len(refused))


def _entry(
    item: DocumentItem,
    names: Names,
    source: Source,
    today: date,
    seen: date | None,
    full: bool,
) -> Entry:
    key = names.key
    if not key:
        title = excerpt(fold(item.title) or item.summary or item.text, 12)
        raise SourceError(f"{title[:80]!r} has neither link nor guid")
    if len(key) > LONGEST_ID:
        raise SourceError(f"{key[:40]!r} … is an id of more than {LONGEST_ID} characters")
    summary, text = _abstract(item.summary), _abstract(item.text)
    text = max(text, summary, key=len) if full else summary or text
    published, updated = _dates(item, today)
    day = None
    if names.paper:  # the dates are those of the item, not of the paper it is about
        day = max(published.date() if published else today, _first_day(key))
        published = updated = None
    announced = announced_on(key, published, day, seen or today)
    published_doi = next(iter(names.dois), "")
    version = Version(number=names.version, date=updated, seen=seen or announced)
    return Entry(
        id=key,
        title=fold(item.title) or excerpt(text, 12) or key,
        summary=text if full else excerpt(text),
        authors=people(item.authors),
        links=_links(names.links, names.paper, names.dois, source.name),
        categories=unique(map(fold, item.tags))[:_MOST_TAGS],
        doi=published_doi,
        license=web_address(item.license),
        markup=source.markup,
        published=published,
        updated=updated,
        version=version.number if not names.paper else 0,
        versions=(version,) if version.number and not names.paper else (),
        announced=announced,
        seen=seen or announced,
        sources=(source.name,),
    )


def _dates(item: DocumentItem, today: date) -> tuple[datetime | None, datetime | None]:
    """When an item was published and updated. Readers must not hear of tomorrow."""
    days = (item.published, item.updated)
    published, updated = (None if day and day.date() > today else day for day in days)
    return published or updated, updated or published


def _abstract(text: str) -> str:
    """The text without what arXiv's listings put before an abstract."""
    return LISTING_HEAD.sub("", text, count=1)


def _links(
    links: tuple[str, ...], paper: str, dois: tuple[str, ...], source: str
) -> tuple[Link, ...]:
    """Where the id of a paper leads, and the feed's own link, by its name."""
    own = links[:1]
    if paper:
        found = (*paper_links(paper, ""), *map(doi_link, dois))
        elsewhere = (Link(rel="related", url=url, source=source) for url in own)
        return (*found, *(link for link in elsewhere if not arxiv_id(link.url)))
    if dois:
        pages = (Link(rel="abstract", url=url, source=source) for url in own)
        return (*map(doi_link, dois), *(link for link in pages if not _RESOLVER.match(link.url)))
    return tuple(Link(rel="abstract", url=url) for url in own if not arxiv_id(url))


def _first_day(key: str) -> date:
    month = id_month(key)
    return first_listing(month) if month else date.min
