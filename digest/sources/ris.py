"""RIS, as reference managers and publishers write it. Pure.

Source: https://en.wikipedia.org/wiki/RIS_(file_format). Its dialects differ in the tags for titles,
dates and journals; what follows a tag's dash goes on where a line has no tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.sources.asking import fault
from digest.sources.references import Reference, entry, given_first
from digest.sources.text import fold

RECORD = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*TY {1,2}- ?\w", re.MULTILINE)
_LINE = re.compile(r"\s{0,3}([A-Z][A-Z0-9]) {1,2}-(?: (.*)|$)")
_Fields = dict[str, list[str]]


def parse(text: str, source: Source, today: date) -> Iterator[Entry | SourceError]:
    """Each record's entry, seen when it was announced, or why there is none."""
    for line, fields in _records(text):
        try:
            if fields is None:
                raise SourceError("a record without its end, `ER  -`")
            yield entry(_reference(fields), source, today)
        except Exception as error:
            yield SourceError(f"the record of line {line} left out: {fault(error)}")


def _records(text: str) -> Iterator[tuple[int, _Fields | None]]:
    """The line (from 1) and the fields of each record; None for one that was cut."""
    start, fields, last = 0, _Fields(), ""
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line)
        if match and match[1] == "TY":
            if start:
                yield start, None
            start, fields, last = number, {}, ""
        elif match and match[1] == "ER" and start:
            yield start, fields
            start = 0
        elif match and start:
            last = match[1]
            fields.setdefault(last, []).append(match[2] or "")
        elif start and last and line.strip():
            fields[last][-1] += f"\n{line}"
    if start:
        yield start, None


def _reference(fields: _Fields) -> Reference:
    def first(*tags: str) -> str:
        return next((text for tag in tags for text in fields.get(tag, ()) if fold(text)), "")

    pages = "-".join(filter(None, (first("SP"), first("EP"))))
    key = first("ID")
    return Reference(
        key=f"ris:{quote(key)}" if key else "",
        title=first("TI", "T1", "CT", "BT"),
        authors=[given_first(name) for tag in ("AU", "A1") for name in fields.get(tag, ())],
        abstract=first("AB", "N2"),
        year=first("DA", "PY", "Y1") if _is_fuller(first("DA")) else first("PY", "Y1", "DA"),
        venue=first("JO", "JF", "T2", "JA"),
        place=(first("VL"), pages),
        doi=first("DO") or next((m for m in fields.get("M3", ()) if m.startswith("10.")), ""),
        url=first("UR", "LK", "L2"),
        names=(*fields.get("AN", ()), *fields.get("M1", ())),
        keywords=[word for text in fields.get("KW", ()) for word in re.split("[;\n]", text)],
        note=first("N1"),
    )


def _is_fuller(day: str) -> bool:
    """Whether a date says more than a year, as `PY` does."""
    return re.match(r"\s*\d{4}[/-]\d", day) is not None
