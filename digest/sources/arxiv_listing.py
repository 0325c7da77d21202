"""`kind: arxiv-listing`: the daily announcement of some categories, in RSS or Atom.

Specification: https://info.arxiv.org/help/rss_specifications.html
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from xml.etree.ElementTree import Element

import msgspec

from digest.errors import Refused, SourceError
from digest.files.located import Section
from digest.model import (
    Answer,
    Entry,
    Gap,
    Markup,
    Request,
    Source,
    SourceHistory,
    SourceResult,
    State,
)
from digest.sources import arxiv, xml
from digest.sources.asking import (
    Asking,
    Run,
    again,
    body,
    fault,
    left_out,
    let_speak,
)
from digest.sources.keys import common, endpoint, pace
from digest.sources.papers import is_category, once, paper
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, DC
from digest.text.ids import arxiv_id, id_month
from digest.text.mailing import (
    EASTERN,
    due,
    id_month_listed,
    is_listing_day,
)

LISTING = "https://rss.arxiv.org"
ACCEPT = "application/rss+xml, application/xml;q=0.9"
BATCH = 100  # ids a request
_BEFORE = timedelta(days=4)  # a paper listed on a day was submitted in the four before, as a rule
_PREFIX = re.compile(r"\s*arXiv:(\S+)\s+Announce Type:\s*(\S+)\s*(?:Abstract:\s*)?", re.I)
_TYPES = {"new", "cross", "replace", "replace-cross"}


class CrossLists(StrEnum):
    """What to do with papers listed first in another category."""

    INCLUDE = "include"
    LABEL = "label"
    EXCLUDE = "exclude"


class ArxivListing(Source, frozen=True, kw_only=True):
    """`kind: arxiv-listing` in site.yaml."""

    categories: tuple[str, ...]
    cross_lists: CrossLists
    endpoint: str
    pace: float  # seconds between the starts of two requests

    @property
    def subscription(self) -> str:
        return f"{self.endpoint}/rss/{'+'.join(self.categories)}"


def read_keys(item: Section) -> ArxivListing:
    """The source that an item of site.yaml describes."""
    categories = item.texts("categories")
    if not categories:
        raise item.error("'categories' must list one or more, such as cs.DC", "categories")
    for category in categories:
        if not is_category(category):
            message = f"{str(category)!r} is no arXiv category; they look like cs.DC"
            raise item.error(message, "categories")
    return ArxivListing(
        **common(item, Markup.TEX),
        categories=tuple(map(str, categories)),
        cross_lists=item.choice("cross_lists", CrossLists, CrossLists.INCLUDE),
        endpoint=endpoint(item, LISTING),
        pace=pace(item),
    )


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    day: date | None  # that it is of, in arXiv's own time zone; None where it doesn't say
    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()  # why entries were left out
    skips: frozenset[str] = frozenset()  # "Saturday": days without a listing


def fetch(source: ArxivListing, run: Run) -> Asking:
    """Ask for today's listing of all the categories together, then for what it lacks: listings that
    we missed, and the dates, comments and so on of the papers it names.
    """
    past = run.past_of(source.name)
    if run.until:
        return (yield from _rest(source, run))
    names = "+".join(source.categories)
    url = f"{source.endpoint.rstrip('/')}/rss/{names}"
    request = Request(url=url, accept=ACCEPT, pace=source.pace, conditional=not run.since)
    listing = yield from again(request, lambda answer: read(answer, source, run))
    if listing is None:
        state, problem = judge(Listing(day=past.listing, entries=()), run, past)
        return SourceResult(source=source.name, state=state, problem=problem, listing=past.listing)
    state, problem = judge(listing, run, past)
    entries, covers = once(listing.entries), listing.day
    gap = Gap(run.since, run.since, run.today) if run.since else None
    try:
        if start := missed(listing.day, run, past):
            covers = start
            healed = yield from _submitted(source, run, start)
            gap = healed.gap
            entries += healed.entries
            problem = problem or healed.problem
            state = State.OK if state is State.QUIET and _has_news(entries, run) else state
        if state is not State.STALE:
            entries += yield from _complete(entries, source, run)
    except SourceError as error:
        problem = problem or f"the listing came, not all that it lacks: {error}"
    if problem and state in {State.OK, State.QUIET}:
        state = State.PARTIAL
    return SourceResult(
        source=source.name,
        state=state,
        problem=problem,
        entries=tuple(entry for entry in entries if _wanted(entry, source)),
        listing=listing.day,
        covers=covers,
        gap=gap,
    )


def _rest(source: ArxivListing, run: Run) -> Asking:
    """Go on with a backfill: of the past, the API knows."""
    found = yield from _submitted(source, run, run.since or run.today)
    wanted = tuple(entry for entry in found.entries if _wanted(entry, source))
    return msgspec.structs.replace(found, entries=wanted, covers=run.since)


def _submitted(source: ArxivListing, run: Run, listed: date) -> Asking:
    """Ask the API for the papers that were listed since a day."""
    start = datetime.combine(listed - _BEFORE, time(), UTC)
    return (yield from arxiv.submitted(_query(source), run, start))


def judge(listing: Listing, run: Run, past: SourceHistory) -> tuple[State, str]:
    """What a listing means at this time of this week, and why it is no good one."""
    expected = due(run.now)
    if listing.day and listing.day < expected:
        return State.STALE, f"the listing is of {listing.day}; that of {expected} is due"
    if repeated := _repeats(listing, run):
        return State.STALE, f"the listing of {listing.day} repeats that of {repeated}"
    if listing.refused:
        return State.PARTIAL, left_out(listing.refused)
    if listing.day == past.listing and not _has_news(listing.entries, run):
        return State.QUIET, ""
    if listing.entries:
        return State.OK, ""
    if listing.day and is_listing_day(listing.day) and f"{listing.day:%A}" not in listing.skips:
        return State.PARTIAL, f"the listing of {listing.day} is empty, though a mailing went out"
    return State.QUIET, ""


def missed(day: date | None, run: Run, past: SourceHistory) -> date | None:
    """The first listing day that we never had whole, where an earlier fetch or the caller knows."""
    if run.since:
        return run.since
    if past.listing is None or day is None:
        return None
    between = (past.listing + timedelta(days=n) for n in range(1, (day - past.listing).days))
    return next((lost for lost in between if is_listing_day(lost)), None)


def _has_news(entries: Iterable[Entry], run: Run) -> bool:
    """True if one of the entries, or its version, is new to the archive."""
    old = ((entry, run.known(entry.id)) for entry in entries)
    return any(known is None or known.version < entry.version for entry, known in old)


def _repeats(listing: Listing, run: Run) -> date | None:
    """The day of the earlier listing that this is: arXiv has served one under a new date."""
    days = set[date | None]()
    for entry in listing.entries:
        if "new" in entry.announce_types and entry.listed:
            old = run.known(entry.id)
            days.add(old.listed if old else None)
    earlier = max((day for day in days if day), default=None)
    return earlier if None not in days and earlier and earlier < (listing.day or earlier) else None


def _complete(
    entries: Sequence[Entry], source: ArxivListing, run: Run
) -> Generator[Request, Answer, tuple[Entry, ...]]:
    """What the API says of papers that the listing names and the archive doesn't have in full."""
    lacking = [entry.id.removeprefix("arxiv:") for entry in entries if _is_lacking(entry, run)]
    found = list[Entry]()
    for start in range(0, len(lacking), BATCH):
        names = lacking[start : start + BATCH]
        query = _query(source)
        answer = yield arxiv.named(names, query.endpoint, source.pace)
        if answer.status == 404:
            break  # a mirror of the listings alone
        found += arxiv.read(answer, source, run).entries
    return once(found)


def _is_lacking(entry: Entry, run: Run) -> bool:
    if entry.published:
        return False
    old = run.known(entry.id)
    return old is None or old.published is None or old.version < entry.version


def _query(source: ArxivListing) -> arxiv.ArxivApi:
    """The same papers, asked of the API."""
    is_arxiv = source.endpoint == LISTING
    terms = [term for name in source.categories for term in _terms(name)]
    return arxiv.ArxivApi(
        name=source.name,
        markup=source.markup,
        query=" OR ".join(terms),
        back=timedelta(),
        endpoint=arxiv.API if is_arxiv else f"{source.endpoint.rstrip('/')}/api/query",
        pace=source.pace,
    )


def _terms(category: str) -> tuple[str, ...]:
    """Search terms for a category, or for an archive and its categories."""
    return (f"cat:{category}",) if "." in category else (f"cat:{category}", f"cat:{category}.*")


def read(answer: Answer, source: Source, run: Run) -> Listing | None:
    """The listing that an answer holds; None where it is the one we had.

    Raises:
        Refused: the server says otherwise, with 400 in a document.
        SourceError: the answer is broken.
    """
    if answer.status == 304:
        return None
    let_speak(answer, lambda document: parse(document, source, run.today))
    return parse(body(answer), source, run.today, seen=run.seen)


def parse(body: bytes, source: Source, today: date, *, seen: date | None = None) -> Listing:
    """Read a listing.

    Raises:
        Refused: it is arXiv's own error message.
        SourceError: it is broken; one line says how.
    """
    root = xml.read(body)
    channel = root.find("channel") if root.tag == "rss" else root
    if channel is None or root.tag not in {"rss", f"{ATOM}feed"}:
        raise SourceError("not an arXiv listing: neither RSS nor Atom")
    if _one(channel, "title", f"{ATOM}title").startswith("Feed error"):
        raise Refused(f"arXiv says: {_one(channel, 'description', f'{ATOM}subtitle')}")
    entries, refused = list[Entry](), list[str]()
    items = [*channel.iterfind("item"), *channel.iterfind(f"{ATOM}entry")]
    for item in items:
        try:
            entries.append(_entry(item, source, today, seen))
        except Exception as error:
            refused.append(fault(error))
    days = [day for item in (channel, *items) if (day := _day(item, "pubDate", f"{ATOM}published"))]
    made = _day(channel, "lastBuildDate", f"{ATOM}updated")
    return Listing(
        day=max(days, default=made),
        entries=tuple(entries),
        refused=tuple(refused),
        skips=frozenset(fold(xml.text(day)) for day in channel.iterfind("skipDays/day")),
    )


def _entry(item: Element, source: Source, today: date, seen: date | None) -> Entry:
    summary = _one(item, "description", f"{ATOM}summary", raw=True)
    prefix = _PREFIX.match(summary)
    guid = _one(item, "guid", f"{ATOM}id")
    name = arxiv_id(guid) or (arxiv_id(prefix[1]) if prefix else None)
    if name is None:
        raise SourceError(f"{guid[:80]!r} is no arXiv id")
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
    """True if this listing is the paper's first: an old one may be cross-listed at any time."""
    is_fresh = id_month(f"arxiv:{name}") == id_month_listed(listed)
    return kind == "new" or (kind == "cross" and is_fresh)


def names(creators: str) -> tuple[str, ...]:
    """The authors in "Ann Lee, Bo Chen (Acme, Inc.), Cy Orr": affiliations are left out."""
    found, depth = [list[str]()], 0
    for piece in re.split(r"(\(|\)|, )", creators):
        if piece in {"(", ")"}:
            depth = max(0, depth + (1 if piece == "(" else -1))
        elif piece == ", " and not depth:
            found.append([])
        elif not depth:
            found[-1].append(piece)
    if depth:  # a bracket never closed
        return tuple(creators.split(", "))
    return tuple(map("".join, found))


def _wanted(entry: Entry, source: ArxivListing) -> bool:
    """True for what is listed in its primary category, or where the others are wanted too."""
    primary = entry.categories[0] if entry.categories else ""
    own = any(primary == name or primary.startswith(f"{name}.") for name in source.categories)
    return own or source.cross_lists is not CrossLists.EXCLUDE


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
