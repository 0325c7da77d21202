"""An entry as a record of BibTeX, RIS and CSL-JSON, and files of such records. Pure."""

from collections.abc import Iterable

import msgspec

from digest.cite import fields, latex
from digest.cite.names import Name, inverted, names, one_line
from digest.model import Entry

# BibTeX's macros
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def bibtex(entry: Entry) -> str:
    """One record that BibTeX and BibLaTeX both accept, with balanced braces whatever the text."""
    arxiv, issued = fields.arxiv_id(entry), fields.issued(entry)
    values = {
        "author": " and ".join(latex.author(name) for name in names(entry)),
        "title": latex.title(entry.title, entry.markup),
        "year": f"{issued[0]:04}" if issued else "",
        "month": _MONTHS[issued[1] - 1] if len(issued) > 1 else "",
        "eprint": arxiv,
        "archiveprefix": "arXiv" if arxiv else "",
        "primaryclass": latex.escaped(one_line("".join(entry.categories[:1]))) if arxiv else "",
        "doi": fields.address(entry.doi),
        "url": fields.url(entry),
        "howpublished": latex.escaped(fields.plain_text(entry, entry.journal_ref)),
        "note": latex.escaped(fields.plain_text(entry, entry.comment)),
    }
    lines = (
        f"  {field} = {value},\n" if field == "month" else f"  {field} = {{{value}}},\n"
        for field, value in values.items()
        if value
    )
    return f"@misc{{{fields.key(entry)},\n{''.join(lines)}}}\n"


def ris(entry: Entry) -> str:
    """One RIS record, its lines ended by CR and LF."""
    arxiv, issued = fields.arxiv_id(entry), fields.issued(entry)
    lines = [
        ("TY", fields.kind(entry).ris),
        ("ID", fields.key(entry)),
        *(("AU", inverted(name)) for name in names(entry)),
        ("TI", fields.plain_text(entry, entry.title)),
        ("PY", f"{issued[0]:04}" if issued else ""),
        ("DA", "/".join(f"{part:02}" for part in issued)),
        ("PB", "arXiv" if arxiv else ""),
        ("AN", f"arXiv:{arxiv}" if arxiv else ""),
        ("DO", fields.doi(entry)),
        ("UR", fields.url(entry)),
        *(("N1", note) for note in fields.notes(entry)),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def csl(entry: Entry) -> dict[str, object]:
    """One item of CSL-JSON 1.0.2; text is plain Unicode.

    Source: https://github.com/citation-style-language/schema/blob/v1.0.2/schemas/input/csl-data.json
    """
    arxiv, issued = fields.arxiv_id(entry), fields.issued(entry)
    item = {
        "id": fields.key(entry),
        "type": fields.kind(entry).csl,
        "title": fields.plain_text(entry, entry.title),
        "author": [_csl_name(name) for name in names(entry)],
        "issued": {"date-parts": [list(issued)]} if issued else None,
        "publisher": "arXiv" if arxiv else "",
        "number": f"arXiv:{arxiv}" if arxiv else "",
        "DOI": fields.doi(entry),
        "URL": fields.url(entry),
        "note": "; ".join(fields.notes(entry)),
    }
    return {name: value for name, value in item.items() if value}


def bib_file(entries: Iterable[Entry]) -> str:
    """A .bib file, its records in the order given."""
    return "\n".join(map(bibtex, entries))


def ris_file(entries: Iterable[Entry]) -> str:
    """A .ris file, its records in the order given."""
    return "\r\n".join(map(ris, entries))


def csl_file(entries: Iterable[Entry]) -> str:
    """A CSL-JSON file, an item a line in the order given."""
    items = ",\n".join(msgspec.json.encode(csl(entry)).decode() for entry in entries)
    return f"[\n{items}\n]\n"


def _csl_name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}
