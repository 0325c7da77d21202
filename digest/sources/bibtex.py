"""BibTeX, as reference managers write it. Pure."""

import logging
import re
from datetime import UTC, date, datetime
from urllib.parse import quote

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry as Record

from digest.errors import SourceError
from digest.model import Entry, Link, Source
from digest.sources.asking import fault
from digest.sources.papers import publisher_doi
from digest.sources.text import (
    fold,
    paragraphs,
    unique,
    web_address,
)
from digest.text.ids import arxiv_id, entry_id
from digest.text.links import doi_link, paper_links
from digest.text.mailing import announced_on

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMBERS = {str(number) for number in range(1, 13)}
_PLACE = ("volume", "pages", "year")

_STEPS = [
    middlewares.ResolveStringReferencesMiddleware(),
    middlewares.RemoveEnclosingMiddleware(),
    middlewares.SeparateCoAuthors(),
]

# What it logs we say ourselves, once and with the file.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


def parse(text: str, source: Source, today: date) -> list[Entry | SourceError]:
    """Each record's entry, seen when it was announced, or why there is none."""
    try:
        library = parse_string(text, parse_stack=_STEPS)
    except Exception as error:  # what it can't cope with at all
        return [SourceError(f"broken BibTeX: {fault(error)}")]
    found = list[Entry | SourceError]()
    for record in library.entries:
        try:
            found.append(_entry(record, source, today))
        except Exception as error:
            found.append(SourceError(f"{fold(record.key)[:80]!r} left out: {fault(error)}"))
    for block in library.failed_blocks:
        line = (block.start_line or 0) + 1
        found.append(SourceError(f"line {line} left out: {fold(str(block.error)) or 'broken'}"))
    return found


def _entry(record: Record, source: Source, today: date) -> Entry | SourceError:
    fields = {field.key.lower(): field.value for field in record.fields}

    def said(*keys: str) -> str:
        return next((found for key in keys if (found := fold(str(fields.get(key, ""))))), "")

    if not (title := _bare(said("title"))):
        return SourceError(f"{fold(record.key)[:80]!r} left out: it has no title")
    named = (said("eprint"), said("doi"), said("url"), said("note"))
    paper = next((found.id for name in named if (found := arxiv_id(name))), "")
    bare, url = publisher_doi(said("doi")), web_address(said("url"))
    key = entry_id(arxiv=paper, doi=bare, link=url) or f"bibtex:{quote(record.key)}"
    published = None if paper else _date(said("year"), said("month"))
    announced = announced_on(key, published, None, today)
    venue = said("journal", "booktitle")
    return Entry(
        id=key,
        title=title,
        summary=paragraphs(str(fields.get("abstract", ""))),
        authors=unique(_name(str(author)) for author in fields.get("author", ())),
        links=_links(paper, bare, url, source.name),
        categories=unique(map(fold, re.split("[,;]", said("keywords")))),
        comment=said("note"),
        journal_ref=", ".join(unique((venue, *map(said, _PLACE)))) if venue else "",
        doi=bare,
        markup=source.markup,
        published=published,
        updated=published,
        announced=announced,
        seen=announced,
        sources=(source.name,),
    )


def _links(paper: str, bare: str, url: str, source: str) -> tuple[Link, ...]:
    if paper:
        return paper_links(paper, bare)
    if not bare:
        return (Link(rel="abstract", url=url),) if url else ()
    own = (Link(rel="abstract", url=url, source=source),) if url else ()
    return (*own, doi_link(bare))


def _name(author: str) -> str:
    """ "Ann Lee" for "Lee, Ann", "Ann Lee Jr." for "Lee, Jr., Ann"."""
    family, *rest = map(fold, _parts(author))
    return _bare(" ".join((*rest[-1:], family, *rest[:-1])))


def _parts(author: str) -> list[str]:
    """What stands between the commas that are outside of braces."""
    parts, depth = [list[str]()], 0
    for piece in re.split(r"([{},])", author):
        depth = max(0, depth + (piece == "{") - (piece == "}"))
        if piece == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(piece)
    return ["".join(part) for part in parts]


def _bare(text: str) -> str:
    """Without the braces around the whole of it."""
    inside = text[1:-1]
    return fold(inside) if text == f"{{{inside}}}" and "}" not in inside.partition("{")[0] else text


def _date(year: str, month: str) -> datetime | None:
    """The first day that a record may mean, since BibTeX knows no days."""
    if not re.fullmatch(r"(19|20)\d\d", year):
        return None
    name = month.lower()[:3]
    number = _MONTHS.index(name) + 1 if name in _MONTHS else int(month) if month in _NUMBERS else 1
    return datetime(int(year), number, 1, tzinfo=UTC)
