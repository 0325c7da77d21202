"""`kind: arxiv-oai`: everything of a set that changed since a day, over OAI-PMH.

Protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html; arXiv's part of it:
https://info.arxiv.org/help/oa/index.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator
from datetime import date, timedelta
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import msgspec
from msgspec import structs

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
    TRIES,
    Asking,
    Run,
    body,
    fault,
    left_out,
)
from digest.sources.keys import common, endpoint, pace
from digest.sources.papers import once, paper
from digest.sources.text import fold, moment
from digest.text.ids import ArxivId, arxiv_id

OAI = "{http://www.openarchives.org/OAI/2.0/}"
META = "{http://arxiv.org/OAI/arXiv/}"
OAI_PMH = "https://oaipmh.arxiv.org/oai"
ACCEPT = "text/xml, application/xml;q=0.9"
PIECE = 5000  # papers or more that are kept at once
# Source: https://oaipmh.arxiv.org/oai?verb=ListSets
_SET = re.compile(r"[a-z-]+(:[a-z-]+(:[A-Za-z-]+)?)?")
_DAY = timedelta(days=1)
_WINDOW = 6 * _DAY  # from its first day to its last: what is asked for again after a cut


class ArxivOai(Source, frozen=True, kw_only=True):
    """`kind: arxiv-oai` in site.yaml: for backfills."""

    set: str  # "cs", "cs:cs:DC"; empty: all of arXiv
    start: date
    until: date | None  # None: go on for ever
    endpoint: str
    pace: float  # seconds between the starts of two requests


def read_keys(item: Section) -> ArxivOai:
    """The source that an item of site.yaml describes."""
    start, until = item.day("from"), item.day("until")
    if start is None:
        raise item.error("missing key 'from': the day to start at, such as 2026-01-01")
    if until is not None and until < start:
        raise item.error("'until' must not be before 'from'", "until")
    name = item.text("set", "")
    if name and not _SET.fullmatch(name):
        raise item.error(f"{str(name)!r} is no set of arXiv; they look like cs or cs:cs:DC", "set")
    return ArxivOai(
        **common(item, Markup.TEX),
        set=str(name),
        start=start,
        until=until,
        endpoint=endpoint(item, OAI_PMH),
        pace=pace(item),
    )


class OaiPage(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    entries: tuple[Entry, ...]
    token: str = ""  # asks for the next one; empty at the end
    deleted: int = 0  # records that arXiv took back; the archive keeps what it has
    refused: tuple[str, ...] = ()  # why records were left out


class TokenError(SourceError):
    """arXiv doesn't know the resumption token any more: they live for a day."""


def fetch(source: ArxivOai, run: Run, *, piece: int = PIECE) -> Asking:
    """Ask for what changed, week by week, from where the last harvest ended.

    What comes is each paper as it stands today, seen when it was announced.

    Args:
        piece: papers or more that are kept at once.
    """
    start, token = _resumed(source, run)
    harvest = _Week()
    end = min(source.until or run.today, run.until or run.today, run.today)
    found, problems, kept = list[Entry](), list[str](), False
    refused, reason = 0, ""
    while start <= end:
        last = min(start + _WINDOW, end)
        try:
            page = yield from _page(source, run, start, last, token)
            harvest.check(page)
        except SourceError as error:
            if not (found or kept):
                raise
            problems.append(str(error))
            break
        found += page.entries
        refused, reason = refused + len(page.refused), reason or "".join(page.refused[:1])
        if page.token:
            token = page.token
        else:
            start, token, harvest = last + _DAY, "", _Week()
        if len(found) >= piece:
            yield _fetched(source, run, State.OK, found, start, end, token)
            found, kept = [], True
    if refused:
        problems.append(left_out([reason], "record", refused))
    state = State.PARTIAL if problems else State.OK if found or kept else State.QUIET
    return _fetched(source, run, state, found, start, end, token, "; ".join(problems))


class _Week:
    """What came of one week's list: it must end."""

    def __init__(self, most: int = 1000, idle: int = 20) -> None:
        """
        Args:
            most: parts.
            idle: parts in turn that bring nothing new, and no more than came before them: where a
                token dies, the list is read again from its start.
        """
        self._most, self._patience, self._idle, self._parts = most, idle, 0, 0
        self._tokens, self._papers = Counter[str](), set[str]()

    def check(self, page: OaiPage) -> None:
        """Take in a part.

        Raises:
            SourceError: another one is promised, though this list goes round, or on for ever.
        """
        papers = {entry.id for entry in page.entries}
        self._idle = 0 if papers - self._papers or not page.token else self._idle + 1
        self._parts += 1
        self._tokens[page.token] += 1
        is_idle = self._idle >= max(self._patience, self._parts // 2 + 1)
        if page.token and (is_idle or self._tokens[page.token] > TRIES):
            raise SourceError("the same part of the harvest over and over")
        if page.token and self._parts >= self._most:
            raise SourceError(f"a week's list of more than {self._most:,} parts")
        self._papers |= papers


def _fetched(
    source: ArxivOai,
    run: Run,
    state: State,
    found: list[Entry],
    start: date,
    end: date,
    token: str,
    problem: str = "",
) -> SourceResult:
    # What changes later today is of today too, so today is asked for again.
    mark = f"{source.set}|{source.start}|{min(start, run.today)}|{token}"
    return SourceResult(
        source=source.name,
        state=state,
        entries=once(found),
        problem=problem,
        covers=run.since or source.start,
        resume=run.past_of(source.name).resume if run.since else mark,
        gap=Gap(run.since, start, end) if run.since and start <= end else None,
    )


def _resumed(source: ArxivOai, run: Run) -> tuple[date, str]:
    """The day and the token to go on with."""
    if run.since:
        return run.since, ""
    mark = run.past_of(source.name).resume.split("|", 3)
    if mark[:2] == [source.set, f"{source.start}"] and len(mark) == 4:
        return date.fromisoformat(mark[2]), mark[3]
    return source.start, ""


def _page(
    source: ArxivOai, run: Run, start: date, until: date, token: str
) -> Generator[Request, Answer, OaiPage]:
    """One answer, asked for again where it can't be right."""
    problem = SourceError("no answer")
    for attempt in range(TRIES):
        request = ask(source, start, until, token)
        answer = yield structs.replace(request, pace=request.pace * 2**attempt)
        document = body(answer)
        try:
            page = parse(document, source, run.today)
        except TokenError as error:
            problem, token = error, ""  # the week is asked for from its start
        except Refused:
            raise
        except SourceError as error:
            problem = error
        else:
            if not page.token or page.token != token:
                return page
            problem = SourceError("the same part of the harvest over and over")
    raise problem


def ask(source: ArxivOai, start: date, until: date, token: str) -> Request:
    """The request for a week's changes, or for their next part."""
    query = {"verb": "ListRecords", "resumptionToken": token}
    if not token:
        dates = {"from": f"{start}", "until": f"{until}"}
        query = {"verb": "ListRecords", "metadataPrefix": "arXiv", **dates}
        query |= {"set": source.set} if source.set else {}
    return Request(url=f"{source.endpoint}?{urlencode(query)}", accept=ACCEPT, pace=source.pace)


def parse(body: bytes, source: Source, today: date, *, seen: date | None = None) -> OaiPage:
    """Read a ListRecords answer with metadataPrefix arXiv.

    Raises:
        TokenError: the resumption token is no good any more.
        Refused: arXiv says that something else is wrong with the request.
        SourceError: the answer is broken; one line says how.
    """
    root = xml.read(body)
    if root.tag != f"{OAI}OAI-PMH":
        raise SourceError("not an OAI-PMH answer")
    error = root.find(f"{OAI}error")
    if error is not None:
        return _error(error)
    records = root.find(f"{OAI}ListRecords")
    if records is None:
        raise SourceError("an OAI-PMH answer without records")
    entries, refused, deleted = list[Entry](), list[str](), 0
    for record in records.iterfind(f"{OAI}record"):
        header = record.find(f"{OAI}header")
        if header is not None and header.get("status") == "deleted":
            deleted += 1
            continue
        try:
            entries.append(_entry(record, source, today, seen))
        except Exception as problem:
            refused.append(fault(problem))
    return OaiPage(
        entries=tuple(entries),
        token=fold(records.findtext(f"{OAI}resumptionToken")),
        deleted=deleted,
        refused=tuple(refused),
    )


def _error(error: Element) -> OaiPage:
    code, words = error.get("code", ""), fold(xml.text(error))
    if code == "noRecordsMatch":
        return OaiPage(entries=())
    kind = TokenError if code == "badResumptionToken" else Refused
    raise kind(f"arXiv says: {words or code or 'an error without words'}")


def _entry(record: Element, source: Source, today: date, seen: date | None) -> Entry:
    meta = record.find(f"{OAI}metadata/{META}arXiv")
    if meta is None:
        raise SourceError("a record without arXiv metadata")

    def text(tag: str) -> str:
        return xml.text(meta.find(f"{META}{tag}"))

    name = arxiv_id(text("id"))
    if name is None:
        raise SourceError(f"{fold(text('id'))[:80]!r} is no arXiv id")
    updated = moment(text("updated"))
    return paper(
        # This format counts no versions, but says so where there is more than the first.
        ArxivId(name.id, 0 if updated else 1),
        source,
        today,
        seen=seen,
        title=text("title"),
        summary=text("abstract"),
        authors=[_name(author) for author in meta.iterfind(f"{META}authors/{META}author")],
        categories=text("categories").split(),
        classes=(text("msc-class"), text("acm-class")),
        comment=text("comments"),
        journal_ref=text("journal-ref"),
        published_doi=text("doi"),
        license=text("license"),
        published=moment(text("created")),
        updated=updated,
    )


def _name(author: Element) -> str:
    parts = (author.findtext(f"{META}{tag}", "") for tag in ("forenames", "keyname", "suffix"))
    return " ".join(part for part in parts if part.strip())
