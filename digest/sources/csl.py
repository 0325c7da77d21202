"""CSL-JSON, as reference managers export it. Pure.

Schema: https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.sources.asking import fault
from digest.sources.html import plain
from digest.sources.references import Reference, entry

_decoder = msgspec.json.Decoder(list[Any])
_PARTICLES = ("dropping-particle", "non-dropping-particle")


def parse(body: bytes, source: Source, today: date) -> Iterator[Entry | SourceError]:
    """Each record's entry, seen when it was announced, or why there is none.

    Raises:
        SourceError: it is no list in JSON.
    """
    try:
        records = _decoder.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"broken or cut CSL-JSON: {error}") from None
    for number, record in enumerate(records, 1):
        try:
            if not isinstance(record, dict):
                raise SourceError("it is no object")
            yield entry(_reference(record), source, today)
        except Exception as error:
            yield SourceError(f"record {number} left out: {fault(error)}")


def _reference(record: dict[str, Any]) -> Reference:
    def text(*keys: str) -> str:
        return next((found for key in keys if (found := _text(record.get(key)))), "")

    key = text("id")
    people = record.get("author") or record.get("editor") or ()
    return Reference(
        key=f"csl:{quote(key)}" if key else "",
        title=plain(text("title")),
        authors=[_name(person) for person in people if isinstance(person, dict)],
        abstract=plain(text("abstract")),
        year=_issued(record.get("issued")),
        venue=text("container-title"),
        place=(text("volume"), text("page")),
        doi=text("DOI"),
        url=text("URL"),
        names=(text("number"), text("note")),
        keywords=re.split("[,;]", text("keyword")),
        note=text("note"),
    )


def _text(value: object) -> str:
    """A text or a number, or the first of a list, as Crossref has them; null is as absent."""
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    return str(value).strip() if isinstance(value, str | int) else ""


def _name(person: dict[str, Any]) -> str:
    if literal := _text(person.get("literal")):
        return literal
    family = " ".join(_text(person.get(key)) for key in (*_PARTICLES, "family"))
    return " ".join((_text(person.get("given")), family, _text(person.get("suffix"))))


def _issued(issued: object) -> str:
    """The first date of `issued`, as precisely as it has it: "2019", "2019-09-08"."""
    if not isinstance(issued, dict):
        return ""
    dates = issued.get("date-parts")
    if isinstance(dates, list) and dates and isinstance(dates[0], list):
        parts = [_text(part) for part in dates[0]]
        return "-".join(part for part in parts if part)
    return _text(issued.get("raw")) or _text(issued.get("literal"))
