"""What the arXiv API answers, as entries. Pure.

API manual: https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

import msgspec

from digest.errors import Refused, SourceError
from digest.model import Entry, Source
from digest.sources import xml
from digest.sources.asking import fault
from digest.sources.papers import paper
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, OPENSEARCH
from digest.text.ids import arxiv_id


class ApiPage(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: a slice of the results."""

    total: int  # results in all
    start: int  # of this slice, from 0
    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()  # why entries were left out


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
