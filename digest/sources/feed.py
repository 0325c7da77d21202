"""`kind: feed`: any RSS, RDF, Atom or JSON Feed."""

from __future__ import annotations

import re
from datetime import date

import msgspec

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
)
from digest.sources.asking import (
    Asking,
    Run,
    body,
    fault,
    left_out,
)
from digest.sources.items import DocumentItem, json_items, xml_items
from digest.sources.keys import common, endpoint
from digest.sources.papers import once, publisher_doi
from digest.sources.pieces import LIMITS, Limits
from digest.sources.text import (
    excerpt,
    fold,
    unique,
    web_address,
)
from digest.text.ids import (
    arxiv_id,
    doi,
    entry_id,
    id_month,
)
from digest.text.links import doi_link, paper_links
from digest.text.mailing import announced_on, first_listing

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_URI = re.compile(r"(?!arxiv:|doi:)[a-z][a-z0-9+.-]*:\S+", re.I)
_LARGEST = 16 * 2**20  # bytes
_LONGEST_ID, _MOST_TAGS = 500, 50  # characters, tags; what has more names nothing
_PAPER_PAGE = re.compile(r"https?://[^?#]*/(\d{4}\.\d{4,5}(?:v\d+)?)/?")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")


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
    found = parse(document, source, run.today, seen=run.seen, url=source.url, full=source.full)
    entries = once(found.entries)
    if found.problem and not entries:
        raise SourceError(found.problem)
    state = State.PARTIAL if found.problem else State.OK if entries else State.QUIET
    return SourceResult(source=source.name, state=state, entries=entries, problem=found.problem)


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


def _entry(
    item: DocumentItem, source: Source, today: date, seen: date | None, url: str, full: bool
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
