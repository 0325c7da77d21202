"""Records of reference managers, whatever their format, as entries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import blake2b

import msgspec

from digest.errors import SourceError
from digest.model import Entry, Link, Precision, Source
from digest.sources.papers import publisher_doi
from digest.sources.text import fold, paragraphs, unique, web_address
from digest.text import days
from digest.text.ids import arxiv_id, entry_id
from digest.text.links import doi_link, paper_links
from digest.text.mailing import announced_on

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# "2019", "2019-09-08", "2019/09/08/", "2019-09-08T10:00", "2019-09/2019-10": the first day counts.
_DATE = re.compile(r"(?<!\d)(\d{4})(?:[-/](\d{1,2})(?!\d)(?:[-/](\d{1,2})(?!\d))?)?(?!\d)")
# "arXiv preprint arXiv:2609.00007", "arXiv:2609.00007 [cs.DC]", and a volume of CoRR's.
_NAMED = re.compile(r"(?:arxiv:\s*|\babs/)([a-z.-]*/?[\d.]+(?:v\d+)?)", re.IGNORECASE)
_ARXIVS = re.compile(r"corr|(computing research repository|arxiv)\b.*", re.IGNORECASE)


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What one record says, as it says it."""

    key: str = ""  # its name within its format, such as "bibtex:lee2019"
    former: str = ""  # the id that earlier versions of this program gave it
    title: str
    authors: Iterable[str] = ()  # "Ann Lee"
    abstract: str = ""
    year: str = ""  # or a whole date: "2019", "2019-09-08"
    month: str = ""  # "9", "sep", "September 8"
    day: str = ""
    venue: str = ""  # a journal or a collection
    place: tuple[str, ...] = ()  # within it: volume, pages
    doi: str = ""
    url: str = ""
    names: tuple[str, ...] = ()  # what may be an arXiv id, or hold one behind "arXiv:"
    keywords: Iterable[str] = ()
    classes: Iterable[str] = ()  # codes of ACM or MSC
    note: str = ""


def entry(record: Reference, source: Source, today: date) -> Entry:
    """The entry of a record, seen when it was announced.

    Raises:
        SourceError: it has no title.
    """
    title = fold(record.title)
    if not title:
        raise SourceError("it has no title")
    paper = _paper(record)
    doi = publisher_doi(record.doi) or _resolved(record.url)
    url = "" if _resolved(record.url) else web_address(record.url)
    authors = unique(map(fold, record.authors))
    words = f"{title}\n{record.year}\n{authors[:1]}".encode("utf-8", "replace")
    key = entry_id(arxiv=paper, doi=doi, link=url) or record.key
    key = key or f"record:{blake2b(words, digest_size=8).hexdigest()}"
    published, precision = _date(record, today)
    announced = announced_on(key, None if paper else published, None, today)
    return Entry(
        id=key,
        title=title,
        summary=paragraphs(record.abstract),
        authors=authors,
        links=_links(paper, doi, url, source.name),
        categories=unique(map(fold, record.keywords)),
        classes=unique(map(fold, record.classes)),
        comment=fold(record.note),
        journal_ref=", ".join(unique(map(fold, (record.venue, *record.place, record.year[:4]))))
        if fold(record.venue)
        else "",
        doi=doi,
        markup=source.markup,
        # Of a paper of arXiv's, arXiv says when it was submitted.
        published=None if paper else published,
        precision=Precision.DAY if paper else precision,
        updated=None if paper else published,
        announced=announced,
        seen=announced,
        sources=(source.name,),
        aliases=(record.former,) if record.former not in {"", key} else (),
    )


def _paper(record: Reference) -> str:
    """The arXiv id of a record; empty where it has none."""
    for name in (*record.names, record.doi, record.url):
        if paper := arxiv_id(fold(name)):
            return paper.id
    venue = fold(record.venue)
    if not _ARXIVS.fullmatch(venue):
        return ""
    places = (match for text in (venue, *record.place) for match in _NAMED.finditer(text))
    papers = (arxiv_id(match[1]) for match in places)
    return next((paper.id for paper in papers if paper), "")


def _resolved(url: str) -> str:
    """The DOI that an address of doi.org leads to."""
    return publisher_doi(url) if re.match(r"https?://(dx\.)?doi\.org/", url.strip(), re.I) else ""


def _links(paper: str, doi: str, url: str, source: str) -> tuple[Link, ...]:
    if paper:
        return paper_links(paper, doi)
    if not doi:
        return (Link(rel="abstract", url=url),) if url else ()
    own = (Link(rel="abstract", url=url, source=source),) if url else ()
    return (*own, doi_link(doi))


def _date(record: Reference, today: date) -> tuple[datetime | None, Precision]:
    """When it was published, as its first moment, and how precisely that is known.

    What is yet to come, as the month of an issue may be, is known less precisely.
    """
    match = _DATE.search(fold(record.year))
    if not match:
        return None, Precision.DAY
    year = int(match[1])
    month, day = _month_and_day(record)
    month, day = int(match[2] or 0) or month, int(match[3] or 0) or (0 if match[2] else day)
    for precision, parts in (
        (Precision.DAY, (year, month, day)),
        (Precision.MONTH, (year, month, 1)),
        (Precision.YEAR, (year, 1, 1)),
    ):
        try:
            found = datetime(*parts, tzinfo=UTC)
        except ValueError:  # no such day, or none is named
            continue
        if days.is_near(found) and found.date() <= today:
            return found, precision
    return None, Precision.DAY


def _month_and_day(record: Reference) -> tuple[int, int]:
    """The month and the day of "sep", "9", "September 8", "8--10 Sept."; 0 for what isn't there."""
    words = re.findall(r"[a-z]+|\d+", fold(record.month).lower())
    months = [_MONTHS.index(word[:3]) + 1 for word in words if word[:3] in _MONTHS]
    numbers = [int(word) for word in words if word.isdecimal() and len(word) < 3]
    if months:
        return months[0], _small(record.day) or (numbers[0] if numbers else 0)
    return (numbers[0], _small(record.day)) if numbers else (0, 0)


def _small(number: str) -> int:
    match = re.fullmatch(r"\s*(\d{1,2})\s*", number, re.ASCII)
    return int(match[1]) if match else 0


def given_first(name: str) -> str:
    """ "Ann Lee Jr." for "Lee, Ann, Jr.", as RIS has names; others stay as they are."""
    family, *rest = (fold(part) for part in name.split(","))
    return fold(" ".join((*rest[:1], family, *rest[1:])))
