"""`kind: arxiv`: a query of the arXiv API.

API manual: https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
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
    SourceResult,
    State,
)
from digest.sources import xml
from digest.sources.asking import (
    Asking,
    Run,
    again,
    body,
    fault,
    left_out,
    let_speak,
)
from digest.sources.keys import common, duration, endpoint, pace
from digest.sources.papers import once, paper
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, OPENSEARCH
from digest.text.ids import arxiv_id

API = "https://export.arxiv.org/api/query"
SLICE = 2000  # papers an answer, at most
MOST = 30_000  # papers a query, at most
ACCEPT = "application/atom+xml, application/xml;q=0.9"
_SHORTEST = timedelta(minutes=1)  # the API's dates have no seconds


class ArxivApi(Source, frozen=True, kw_only=True):
    """`kind: arxiv` in site.yaml."""

    query: str
    back: timedelta  # how far each run looks back, by submission date
    endpoint: str
    pace: float  # seconds between the starts of two requests


def read_keys(item: Section) -> ArxivApi:
    """The source that an item of site.yaml describes."""
    return ArxivApi(
        **common(item, Markup.TEX),
        query=str(item.text("query")),
        back=duration(item, "back", "30d"),
        endpoint=endpoint(item, API),
        pace=pace(item),
    )


class ApiPage(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: a slice of the results."""

    total: int  # results in all
    start: int  # of this slice, from 0
    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()  # why entries were left out


class Harvest(msgspec.Struct, kw_only=True):
    """What came of a window, and what of it didn't."""

    entries: list[Entry] = msgspec.field(default_factory=list)
    problems: list[str] = msgspec.field(default_factory=list)
    refused: int = 0
    reason: str = ""  # why the first of them was
    total: int = 0  # the most that any answer promised
    shrank: bool = False  # whether a later answer promised less
    oldest: datetime | None = None  # until when all slices came, the newest first
    whole: bool = True  # whether all slices came so far
    cut: bool = False  # whether it ended before its time
    known: bool = False  # whether a whole slice was known already, and the rest not asked for

    @property
    def missing(self) -> int:
        came = len({entry.id for entry in self.entries}) + self.refused
        return 0 if self.known else max(0, self.total - came)


class NoSlice(SourceError):
    """An answer that can't be right; how many papers it promised stands in `total`."""

    def __init__(self, message: str, total: int) -> None:
        super().__init__(message)
        self.total = total


def fetch(source: ArxivApi, run: Run) -> Asking:
    """Ask for the papers submitted within the window that each run looks over again."""
    start = datetime.combine(run.since, time(), UTC) if run.since else run.now - source.back
    return (yield from submitted(source, run, start))


def submitted(source: ArxivApi, run: Run, start: datetime) -> Asking:
    """Ask for the papers submitted since `start`, newest first, window by window."""
    windows, entries, problems = [(start, run.end)], list[Entry](), list[str]()
    missing, total, left = 0, 0, None  # `left`: until when it is all to come
    while windows:
        first, last = windows.pop()
        try:
            harvest = yield from _window(source, run, first, last)
        except SourceError as error:
            if not entries:
                raise
            problems.append(str(error))
            left = last
            break
        entries += harvest.entries
        if _too_many(harvest, first, last):
            middle = first + (last - first) / 2
            windows += [(first, middle), (middle, last)]
            continue
        problems += harvest.problems
        if harvest.refused:
            problems.append(left_out([harvest.reason], "paper", harvest.refused))
        missing += harvest.missing
        total += harvest.total
        if harvest.cut:
            left = harvest.oldest or last
            break
    found = once(entries)
    if missing:
        problems.insert(0, f"{missing:,} of {total:,} papers did not come")
    problem = "; ".join(dict.fromkeys(problems))
    if problem and not found:
        raise SourceError(problem)
    return SourceResult(
        source=source.name,
        state=State.PARTIAL if problems else State.OK if found else State.QUIET,
        entries=found,
        problem=problem,
        covers=start.date(),
        gap=Gap(run.since, run.since, max(run.since, left.date())) if run.since and left else None,
    )


def named(names: Sequence[str], endpoint: str, pace: float) -> Request:
    """The request for papers by their arXiv ids."""
    query = urlencode({"id_list": ",".join(names), "max_results": len(names)}, safe=",/")
    return Request(url=f"{endpoint}?{query}", accept=ACCEPT, pace=pace)


def ask(source: ArxivApi, start: datetime, end: datetime, skip: int) -> Request:
    """The request for a slice of the papers that were submitted from `start` to `end`."""
    window = f"submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"
    query = {
        "search_query": f"({source.query}) AND {window}",
        "start": skip,
        "max_results": SLICE,
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
    return Request(url=f"{source.endpoint}?{urlencode(query)}", accept=ACCEPT, pace=source.pace)


def _window(
    source: ArxivApi, run: Run, start: datetime, end: datetime
) -> Generator[Request, Answer, Harvest]:
    """All papers submitted in a window. Where the results shrank meanwhile, some may have slid
    between two slices, and all are asked for once more.
    """
    harvest = yield from _slices(source, run, start, end)
    if harvest.shrank and harvest.missing and not harvest.cut:
        try:
            again = yield from _slices(source, run, start, end)
        except SourceError as error:
            harvest.problems.append(str(error))
            return harvest
        again.entries += harvest.entries
        return again
    return harvest


def _slices(
    source: ArxivApi, run: Run, start: datetime, end: datetime
) -> Generator[Request, Answer, Harvest]:
    harvest, skip = Harvest(), 0
    while True:
        request = ask(source, start, end, skip)
        try:
            page = yield from _slice(request, source, run, skip, harvest.total)
        except NoSlice as error:
            harvest.problems.append(str(error))
            harvest.whole = False
            harvest.total = end_at = max(harvest.total, error.total)
            skip += SLICE
        except SourceError as error:
            if not harvest.entries:
                raise
            harvest.problems.append(str(error))
            harvest.cut = True
            return harvest
        else:
            harvest.entries += page.entries
            if harvest.whole:
                dates = filter(None, (entry.published for entry in page.entries))
                harvest.oldest = min(dates, default=harvest.oldest)
            harvest.refused += len(page.refused)
            harvest.reason = harvest.reason or "".join(page.refused[:1])
            harvest.shrank |= page.total < harvest.total
            harvest.total, end_at = max(harvest.total, page.total), page.total
            skip += len(page.entries) + len(page.refused)
            if page.entries and _is_known(page.entries, source, run):
                harvest.known = True
                return harvest
        if skip >= min(end_at, MOST) or _too_many(harvest, start, end):
            return harvest


def _slice(
    request: Request, source: Source, run: Run, skip: int, total: int
) -> Generator[Request, Answer, ApiPage]:
    """One slice, asked for again where the answer can't be right."""

    def checked(answer: Answer) -> ApiPage:
        try:
            page = read(answer, source, run)
        except Refused:
            raise
        except SourceError as error:
            raise NoSlice(str(error), total) from None
        promised = page.total or total  # none amid results is as wrong as an empty slice
        if page.start != skip:
            problem = f"asked for papers from {skip:,} on, and given those from {page.start:,} on"
            raise NoSlice(problem, promised)
        if not (page.entries or page.refused) and skip < promised:
            raise NoSlice(f"an empty answer though there are {promised:,} papers", promised)
        return page

    return (yield from again(request, checked))


def _too_many(harvest: Harvest, start: datetime, end: datetime) -> bool:
    return harvest.total > MOST and end - start > _SHORTEST


def _is_known(entries: Sequence[Entry], source: Source, run: Run) -> bool:
    """True if the archive has all of this already, and had no gap when it was last asked for."""
    if run.since or not run.past_of(source.name).whole:
        return False
    for entry in entries:
        old = run.known(entry.id)
        if old is None or old.version < entry.version or source.name not in old.sources:
            return False
    return True


def read(answer: Answer, source: Source, run: Run) -> ApiPage:
    """The page that an answer holds.

    Raises:
        Refused: the server says otherwise, with 400 in a document.
        SourceError: the answer is broken.
    """
    let_speak(answer, lambda document: parse(document, source, run.today))
    return parse(body(answer), source, run.today, seen=run.seen)


def parse(body: bytes, source: Source, today: date, *, seen: date | None = None) -> ApiPage:
    """Read an answer of the API, of either shape (arXiv rewrote it in November 2025).

    Raises:
        Refused: the answer is arXiv's "Error" entry.
        SourceError: the answer is broken; one line says how.
    """
    root = xml.read(body)
    if root.tag != f"{ATOM}feed":
        raise SourceError("not an answer of the arXiv API: no Atom feed")
    if message := _error(root):
        raise Refused(f"arXiv says: {message}")
    entries, refused = list[Entry](), list[str]()
    for element in root.iterfind(f"{ATOM}entry"):
        try:
            entries.append(_entry(element, source, today, seen))
        except Exception as error:
            refused.append(fault(error))
    return ApiPage(
        total=_number(root, "totalResults"),
        start=_number(root, "startIndex"),
        entries=tuple(entries),
        refused=tuple(refused),
    )


def _entry(element: Element, source: Source, today: date, seen: date | None) -> Entry:
    url = element.findtext(f"{ATOM}id", "")
    name = arxiv_id(url)
    if name is None or "/" not in url:
        raise SourceError(f"{fold(url)[:80]!r} is no arXiv id")
    return paper(
        name,
        source,
        today,
        seen=seen,
        title=xml.text(element.find(f"{ATOM}title")),
        summary=xml.text(element.find(f"{ATOM}summary")),
        authors=[xml.text(author) for author in element.iterfind(f"{ATOM}author/{ATOM}name")],
        categories=list(_categories(element)),
        comment=xml.text(element.find(f"{ARXIV}comment")),
        journal_ref=xml.text(element.find(f"{ARXIV}journal_ref")),
        published_doi=xml.text(element.find(f"{ARXIV}doi")),
        published=moment(element.findtext(f"{ATOM}published")),
        updated=moment(element.findtext(f"{ATOM}updated")),
    )


def _categories(element: Element) -> Iterator[str]:
    primary = element.find(f"{ARXIV}primary_category")
    if primary is not None:
        yield primary.get("term", "")
    for category in element.iterfind(f"{ATOM}category"):
        yield category.get("term", "")


def _error(root: Element) -> str:
    for entry in root.iterfind(f"{ATOM}entry"):
        if "/api/errors" in entry.findtext(f"{ATOM}id", ""):
            return fold(entry.findtext(f"{ATOM}summary")) or "an error without words"
    return ""


def _number(root: Element, name: str) -> int:
    number = fold(root.findtext(f"{OPENSEARCH}{name}"))
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise SourceError(f"not an answer of the arXiv API: no {name}")
    return int(number)
