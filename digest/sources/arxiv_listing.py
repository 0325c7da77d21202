"""`kind: arxiv-listing`: the daily announcement of some categories, in RSS or Atom.

Specification: https://info.arxiv.org/help/rss_specifications.html
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from digest.errors import SourceError
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
from digest.sources import arxiv
from digest.sources.arxiv_listing_answer import Listing, parse
from digest.sources.asking import (
    Asking,
    Run,
    again,
    body,
    left_out,
    let_speak,
)
from digest.sources.keys import common, endpoint, pace
from digest.sources.papers import once
from digest.text.categories import is_category, is_within
from digest.text.mailing import (
    due,
    is_listing_day,
)

LISTING = "https://rss.arxiv.org"
ACCEPT = "application/rss+xml, application/xml;q=0.9"
BATCH = 100  # ids a request
_BEFORE = timedelta(days=4)  # a paper listed on a day was submitted in the four before, as a rule
_LATE = timedelta(days=60)  # until when others are cross-listed, as a rule


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
    entries, covers, lost = once(listing.entries), listing.day, ""
    gap = Gap(run.since, run.since, run.today) if run.since else None
    try:
        if start := missed(listing.day, run, past):
            covers = start
            lost = _unknowable(source, run, start)
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
        problem="; ".join(filter(None, (problem, lost))),
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
    """Ask the API for the papers that were listed since a day.

    Where a listing was missed, what is known of them says nothing of those that were cross-listed,
    so that all of the time are asked for.
    """
    start, run = (
        (listed - _BEFORE, run)
        if run.since
        else (
            _earliest(source, run, listed),
            msgspec.structs.replace(run, past={}),
        )
    )
    return (yield from arxiv.submitted(_query(source), run, datetime.combine(start, time(), UTC)))


def _unknowable(source: ArxivListing, run: Run, listed: date) -> str:
    """What no question finds of listings that we missed; empty where nothing is lost."""
    if run.since or source.cross_lists is CrossLists.EXCLUDE:
        return ""
    early = _earliest(source, run, listed)
    return f"papers submitted before {early} and cross-listed since {listed} may be missing"


def _earliest(source: ArxivListing, run: Run, listed: date) -> date:
    """Since when papers were submitted that a listing we missed may have brought.

    One that was listed first elsewhere may be old. What the archive hasn't of those that came since
    this source is read is such a paper; of earlier ones nobody knows when they got the category.
    """
    first, began = listed - _BEFORE, run.past_of(source.name).began
    if source.cross_lists is CrossLists.EXCLUDE or began is None:
        return first
    return min(first, max(listed - _LATE, began))


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


def _wanted(entry: Entry, source: ArxivListing) -> bool:
    """True for what is listed in its primary category, or where the others are wanted too."""
    if source.cross_lists is not CrossLists.EXCLUDE:
        return True
    return any(is_within(primary, source.categories) for primary in entry.categories[:1])
