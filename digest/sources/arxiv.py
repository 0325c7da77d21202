"""`kind: arxiv`: a query of the arXiv API.

API manual: https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from digest.errors import SourceError
from digest.ids import arxiv_id
from digest.model import Answer, ArxivApi, Entry, Fetched, Request, Source, State
from digest.sources import xml
from digest.sources.asking import Asking, Run
from digest.sources.papers import once, paper
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, OPENSEARCH

SLICE = 2000  # papers an answer, at most
MOST = 30_000  # papers a query, at most
ACCEPT = "application/atom+xml, application/xml;q=0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer: a slice of the results."""

    total: int  # results in all
    start: int  # of this slice, from 0
    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()  # why entries were left out


def fetch(source: ArxivApi, run: Run) -> Asking:
    """Ask for the papers submitted within the window, newest first, slice by slice."""
    start = datetime.combine(run.since, time(), UTC) if run.since else run.now - source.back
    found, refused, total, asked = list[Entry](), list[str](), 0, list[str]()
    while True:
        request = ask(source, start, run.now, len(found))
        asked.append(request.url)
        page = _page((yield request), source, run)
        found += page.entries
        refused += page.refused
        total = page.total
        if len(found) + len(refused) >= min(total, MOST) or not page.entries:
            break
    problem = refused[0] if refused else ""
    if len(found) + len(refused) < total:
        problem = f"{len(found):,} of {total:,} papers came"
    state = State.PARTIAL if problem else State.OK if found else State.QUIET
    return Fetched(
        source=source.name,
        state=state,
        entries=once(found),
        asked=tuple(asked),
        problem=problem,
    )


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


def _page(answer: Answer, source: Source, run: Run) -> Page:
    try:
        page = parse(answer.body, source, run.today, seen=run.seen)
    except SourceError as error:
        if answer.status != 200:
            raise SourceError(f"HTTP {answer.status}: {error}") from None
        raise
    if answer.status != 200:
        raise SourceError(f"HTTP {answer.status} from {answer.url}")
    return page


def parse(body: bytes, source: Source, today: date, *, seen: date | None = None) -> Page:
    """Read an answer of the API, of either shape (arXiv rewrote it in November 2025).

    Raises:
        SourceError: the answer is broken, or is arXiv's "Error" entry; one line says which.
    """
    root = xml.read(body)
    if root.tag != f"{ATOM}feed":
        raise SourceError("not an answer of the arXiv API: no Atom feed")
    if message := _error(root):
        raise SourceError(f"arXiv says: {message}")
    entries, refused = list[Entry](), list[str]()
    for element in root.iterfind(f"{ATOM}entry"):
        try:
            entries.append(_entry(element, source, today, seen))
        except SourceError as error:
            refused.append(str(error))
    return Page(
        total=_number(root, "totalResults"),
        start=_number(root, "startIndex"),
        entries=tuple(entries),
        refused=tuple(refused),
    )


def _entry(element: Element, source: Source, today: date, seen: date | None) -> Entry:
    url = element.findtext(f"{ATOM}id", "")
    name = arxiv_id(url)
    if name is None or "/" not in url:
        raise SourceError(f"left out: {fold(url)[:80]!r} is no arXiv id")
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
