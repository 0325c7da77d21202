"""What every source of arXiv papers says, as one entry. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from digest.model import Entry, Source, Version
from digest.sources.text import (
    fold,
    paragraphs,
    unique,
    web_address,
)
from digest.text.categories import is_category
from digest.text.ids import ArxivId, doi, dois
from digest.text.links import doi_link, paper_links
from digest.text.mailing import announced_on

# What stands before an abstract in arXiv's listings.
LISTING_HEAD = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s*(?:Abstract:\s*)?", re.I)


def paper(
    name: ArxivId,
    source: Source,
    today: date,
    *,
    title: str,
    summary: str,
    authors: Iterable[str],
    categories: Sequence[str],
    classes: Iterable[str] = (),
    comment: str = "",
    journal_ref: str = "",
    published_doi: str = "",
    license: str = "",
    published: datetime | None = None,
    updated: datetime | None = None,
    listed: date | None = None,
    announce_type: str = "",
    seen: date | None = None,
) -> Entry:
    """One arXiv paper, the fields as the source wrote them.

    Args:
        categories: primary first; codes of ACM and MSC may stand among them.
        classes: such codes, where the source has them apart.
        published: first version. updated: this version.
        listed: the listing date of the first version, where a listing said so.
        seen: the day we had it; without one, the day it was announced.
    """
    key = f"arxiv:{name.id}"
    dois = publisher_dois(published_doi)
    first = published if name.version == 1 else updated
    announced = announced_on(key, published, listed, seen or today)
    seen = seen or announced
    version = Version(number=name.version, date=first, seen=seen)
    terms = unique(fold(term) for term in categories)
    codes = [*(term for term in terms if not is_category(term)), *map(fold, classes)]
    return Entry(
        id=key,
        title=fold(title),
        summary=paragraphs(summary),
        authors=tuple(found for author in authors if (found := fold(author))),
        links=(*paper_links(name.id, ""), *map(doi_link, dois)),
        categories=tuple(term for term in terms if is_category(term)),
        classes=unique(fold(code) for term in codes for code in re.split(r"[;,]", term)),
        comment=fold(comment),
        journal_ref=fold(journal_ref),
        doi=dois[0] if dois else "",
        license=web_address(license),
        markup=source.markup,
        published=published,
        updated=updated or published,
        version=name.version,
        versions=(version,) if name.version else (),
        listed=listed,
        announced=announced,
        seen=seen,
        announce_types=(announce_type,) if announce_type else (),
        sources=(source.name,),
    )


def publisher_dois(field: str) -> tuple[str, ...]:
    """The DOIs of a field, which may name a paper and a correction to it."""
    parts = re.split(r"(?<![\s,;])[\s,;]+(?=10\.\d|doi:|https?:)", fold(field), flags=re.I)
    return unique(map(publisher_doi, parts))


def publisher_doi(field: str) -> str:
    """The first DOI of a field that should hold nothing else; arXiv's own are ids of arXiv."""
    found = next(iter(dois(field)), "") or doi(field)
    return "" if found.startswith("10.48550/arxiv.") else found


def once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry an id, its newest version, in the order of their first coming."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.id not in found or entry.version > found[entry.id].version:
            found[entry.id] = entry
    return tuple(found.values())
