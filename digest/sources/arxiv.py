"""`kind: arxiv`: a query of the arXiv API.

API manual: https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

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
from digest.sources.arxiv_answer import ApiPage, parse
from digest.sources.asking import (
    Asking,
    Run,
    again,
    body,
    left_out,
    let_speak,
)
from digest.sources.keys import common, duration, endpoint, pace
from digest.sources.papers import once

API = "https://export.arxiv.org/api/query"
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


class ApiLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much the API gives. Source: https://info.arxiv.org/help/api/user-manual.html"""

    slice: int = 2000  # papers an answer
    query: int = 30_000  # papers a query


LIMITS = ApiLimits()


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


def fetch(source: ArxivApi, run: Run, limits: ApiLimits = LIMITS) -> Asking:
    """Ask for the papers submitted within the window that each run looks over again."""
    start = datetime.combine(run.since, time(), UTC) if run.since else run.now - source.back
    return (yield from submitted(source, run, start, limits))


def submitted(source: ArxivApi, run: Run, start: datetime, limits: ApiLimits = LIMITS) -> Asking:
    """Ask for the papers submitted since `start`, newest first, window by window."""
    windows, entries, problems = [(start, run.end)], list[Entry](), list[str]()
    missing, total, left = 0, 0, None  # `left`: until when it is all to come
    while windows:
        first, last = windows.pop()
        try:
            harvest = yield from _window(source, run, first, last, limits)
        except SourceError as error:
            if not entries:
                raise
            problems.append(str(error))
            left = last
            break
        entries += harvest.entries
        if _too_many(harvest, first, last, limits):
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


def ask(
    source: ArxivApi, start: datetime, end: datetime, skip: int, limits: ApiLimits = LIMITS
) -> Request:
    """The request for a slice of the papers that were submitted from `start` to `end`."""
    window = f"submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"
    query = {
        "search_query": f"({source.query}) AND {window}",
        "start": skip,
        "max_results": limits.slice,
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
    return Request(url=f"{source.endpoint}?{urlencode(query)}", accept=ACCEPT, pace=source.pace)


def _window(
    source: ArxivApi, run: Run, start: datetime, end: datetime, limits: ApiLimits
) -> Generator[Request, Answer, Harvest]:
    """All papers submitted in a window. Where the results shrank meanwhile, some may have slid
    between two slices, and all are asked for once more.
    """
    harvest = yield from _slices(source, run, start, end, limits)
    if harvest.shrank and harvest.missing and not harvest.cut:
        try:
            again = yield from _slices(source, run, start, end, limits)
        except SourceError as error:
            harvest.problems.append(str(error))
            return harvest
        again.entries += harvest.entries
        return again
    return harvest


def _slices(
    source: ArxivApi, run: Run, start: datetime, end: datetime, limits: ApiLimits
) -> Generator[Request, Answer, Harvest]:
    harvest, skip = Harvest(), 0
    while True:
        request = ask(source, start, end, skip, limits)
        try:
            page = yield from _slice(request, source, run, skip, harvest.total)
        except NoSlice as error:
            harvest.problems.append(str(error))
            harvest.whole = False
            harvest.total = end_at = max(harvest.total, error.total)
            skip += limits.slice
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
        if skip >= min(end_at, limits.query) or _too_many(harvest, start, end, limits):
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


def _too_many(harvest: Harvest, start: datetime, end: datetime, limits: ApiLimits) -> bool:
    return harvest.total > limits.query and end - start > _SHORTEST


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
