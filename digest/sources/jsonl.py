"""Papers as JSON, one a line, as collections of arXiv metadata are passed around. Pure.

Only `id`, `title`, `abstract`, `authors` and `categories` are required; `first_listed` is the day a
crawler found the paper in a listing, for those without `published`.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.sources.asking import fault
from digest.sources.papers import paper
from digest.sources.text import day, moment
from digest.text.ids import ArxivId, arxiv_id


class _Line(msgspec.Struct):
    id: str
    title: str
    abstract: str
    authors: list[str]
    categories: list[str]
    published: str | None = None
    updated: str | None = None
    version: str | int | None = None
    comment: str | None = None
    doi: str | None = None
    journal_ref: str | None = None
    license: str | None = None
    acm_class: str | None = None
    msc_class: str | None = None
    first_listed: str | None = None


_decoder = msgspec.json.Decoder(_Line)


def parse(lines: Iterable[bytes], source: Source, today: date) -> Iterator[Entry | SourceError]:
    """Each line's paper, seen when it was announced, or why there is none."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _entry(_decoder.decode(line), source, today)
            except Exception as error:
                yield SourceError(f"line {number} left out: {fault(error)}")


def _entry(line: _Line, source: Source, today: date) -> Entry:
    name = arxiv_id(line.id)
    if name is None:
        raise SourceError(f"{line.id[:80]!r} is no arXiv id")
    published, updated = moment(line.published), moment(line.updated)
    return paper(
        ArxivId(name.id, name.version or _version(line)),
        source,
        today,
        title=line.title,
        summary=line.abstract,
        authors=line.authors,
        categories=line.categories,
        classes=(line.acm_class or "", line.msc_class or ""),
        comment=line.comment or "",
        journal_ref=line.journal_ref or "",
        published_doi=line.doi or "",
        license=line.license or "",
        published=published,
        updated=updated,
        listed=None if published else day(line.first_listed),
    )


def _version(line: _Line) -> int:
    """The version a line says it is of; 1 where it knows of no later date; else 0."""
    number = str(line.version or "").removeprefix("v")
    if number.isascii() and number.isdecimal() and len(number) < 5:
        return int(number)
    return 1 if line.published and not line.updated else 0
