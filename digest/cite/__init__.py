"""Entries in; citations out, as BibTeX, RIS, CSL-JSON, metadata and text. Pure.

docs/citations.md says which field goes where, and why.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any
from urllib.parse import quote

import msgspec

from digest.cite import latex
from digest.cite.names import Name, names, one_line
from digest.model import Entry
from digest.tex import plain
from digest.text import links
from digest.text.ids import id_month, slug

__all__ = ["names"]

# BibTeX's macros
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class _Kind(Enum):
    """What an entry is, in the words of CSL, RIS and Zotero."""

    PREPRINT = ("article", "UNPB", "preprint")
    ARTICLE = ("article-journal", "JOUR", "journalArticle")
    POST = ("post-weblog", "BLOG", "blogPost")

    def __init__(self, csl: str, ris: str, zotero: str) -> None:
        self.csl, self.ris, self.zotero = csl, ris, zotero


def key(entry: Entry) -> str:
    """The name a citation is called by: `arxiv-2605.13319`; small letters, digits, dots, hyphens.

    Made of the id an entry was first known by alone, since authors, dates and titles change.
    """
    first = entry.guid or entry.id
    return ("arxiv-" if first.startswith("arxiv:") else "") + slug(first)


def bibtex(entry: Entry) -> str:
    """One record that BibTeX and BibLaTeX both accept, with balanced braces whatever the text."""
    arxiv, issued = _arxiv(entry), _issued(entry)
    fields = {
        "author": " and ".join(latex.author(name) for name in names(entry)),
        "title": latex.title(entry.title, entry.markup),
        "year": f"{issued[0]:04}" if issued else "",
        "month": _MONTHS[issued[1] - 1] if issued else "",
        "eprint": arxiv,
        "archiveprefix": "arXiv" if arxiv else "",
        "primaryclass": latex.escaped(one_line("".join(entry.categories[:1]))) if arxiv else "",
        "doi": _address(entry.doi),
        "url": _url(entry),
        "howpublished": latex.escaped(_plain(entry, entry.journal_ref)),
        "note": latex.escaped(_plain(entry, entry.comment)),
    }
    lines = (
        f"  {field} = {value},\n" if field == "month" else f"  {field} = {{{value}}},\n"
        for field, value in fields.items()
        if value
    )
    return f"@misc{{{key(entry)},\n{''.join(lines)}}}\n"


def ris(entry: Entry) -> str:
    """One RIS record, its lines ended by CR and LF."""
    arxiv, issued = _arxiv(entry), _issued(entry)
    lines = [
        ("TY", _kind(entry).ris),
        ("ID", key(entry)),
        *(("AU", _inverted(name)) for name in names(entry)),
        ("TI", _plain(entry, entry.title)),
        ("PY", f"{issued[0]:04}" if issued else ""),
        ("DA", "/".join(f"{part:02}" for part in issued)),
        ("PB", "arXiv" if arxiv else ""),
        ("AN", f"arXiv:{arxiv}" if arxiv else ""),
        ("DO", _doi(entry)),
        ("UR", _url(entry)),
        *(("N1", note) for note in _notes(entry)),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def csl(entry: Entry) -> dict[str, Any]:
    """One item of CSL-JSON 1.0.2; text is plain Unicode.

    Source: https://github.com/citation-style-language/schema/blob/v1.0.2/schemas/input/csl-data.json
    """
    arxiv, issued = _arxiv(entry), _issued(entry)
    item = {
        "id": key(entry),
        "type": _kind(entry).csl,
        "title": _plain(entry, entry.title),
        "author": [_csl_name(name) for name in names(entry)],
        "issued": {"date-parts": [list(issued)]} if issued else None,
        "publisher": "arXiv" if arxiv else "",
        "number": f"arXiv:{arxiv}" if arxiv else "",
        "DOI": _doi(entry),
        "URL": _url(entry),
        "note": "; ".join(_notes(entry)),
    }
    return {name: value for name, value in item.items() if value}


def bib_file(entries: Iterable[Entry]) -> bytes:
    """A .bib file, its records in the order given."""
    return "\n".join(map(bibtex, entries)).encode()


def ris_file(entries: Iterable[Entry]) -> bytes:
    """A .ris file, its records in the order given."""
    return "\r\n".join(map(ris, entries)).encode()


def csl_file(entries: Iterable[Entry]) -> bytes:
    """A CSL-JSON file, an item a line in the order given."""
    items = [msgspec.json.encode(csl(entry)) for entry in entries]
    return b"[\n" + b",\n".join(items) + b"\n]\n"


def citation_meta(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Name and content of the `meta` tags that reference managers and Google Scholar read.

    Source: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing: dates in full or the
    year alone. The `z:` names are Zotero's own, for what Highwire's have no word for.
    """
    arxiv, issued, kind = _arxiv(entry), _issued(entry), _kind(entry)
    authors = names(entry)
    tags = [
        ("citation_title", _plain(entry, entry.title)),
        *(("citation_author", _highwire(name, len(authors))) for name in authors),
        ("citation_publication_date", _scholar_date(issued) if issued else ""),
        ("citation_arxiv_id", arxiv),
        ("citation_doi", _doi(entry)),
        ("citation_abstract_html_url", _url(entry)),
        ("citation_pdf_url", _pdf(entry)),
        ("z:itemType", kind.zotero),
        ("z:repository", "arXiv" if arxiv else ""),
        ("z:archiveID", f"arXiv:{arxiv}" if arxiv else ""),
    ]
    return tuple((name, content) for name, content in tags if content)


def coins(entry: Entry) -> str:
    """The OpenURL ContextObject for the title of a `<span class="Z3988">`, not escaped for HTML.

    Source: ANSI/NISO Z39.88-2004. Its Dublin Core format alone can say "preprint"; Zotero reads the
    title of an article in its journal format alone.
    """
    doi, kind = _doi(entry), _kind(entry)
    in_journal = kind is _Kind.ARTICLE
    author = "rft.au" if in_journal else "rft.creator"
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{'journal' if in_journal else 'dc'}"),
        ("rft_id", f"info:doi/{doi}" if doi else ""),
        ("rft_id", _url(entry)),
        ("rft.genre", "article") if in_journal else ("rft.type", kind.zotero),
        ("rft.atitle" if in_journal else "rft.title", _plain(entry, entry.title)),
        *((author, _zotero_name(name)) for name in names(entry)),
        ("rft.date", "-".join(f"{part:02}" for part in _issued(entry))),
        ("rft.publisher", "arXiv" if _arxiv(entry) else ""),
    ]
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs if value)


def short(entry: Entry) -> str:
    """How a text names it: "Han et al., 2026"; by its title where it has no author."""
    people = [name.surname for name in names(entry)]
    if len(people) > 2:
        who = f"{people[0]} et al."
    else:
        who = " & ".join(people) or _first_words(_plain(entry, entry.title))
    return f"{who}, {_year(entry)}".removeprefix(", ")


def text(entry: Entry) -> str:
    """One line: authors (ten, or else the first three), year, title, where it stands."""
    people = [name.natural for name in names(entry)]
    if len(people) > 10:
        people = [*people[:3], "et al."]
    arxiv = _arxiv(entry)
    parts = [
        f"{', '.join(people)} ({_year(entry)})".lstrip(),
        _plain(entry, entry.title),
        _plain(entry, entry.journal_ref),
        f"arXiv:{arxiv}" if arxiv else "",
    ]
    line = " ".join(part.rstrip(".") + "." * (part[-1] not in "?!") for part in parts if part)
    return f"{line} {_url(entry)}".rstrip()


def _arxiv(entry: Entry) -> str:
    """The bare arXiv id, "2605.13319" or "cs/0601001"; empty where there is none."""
    return entry.id.removeprefix("arxiv:") if entry.id.startswith("arxiv:") else ""


def _kind(entry: Entry) -> _Kind:
    if _arxiv(entry):
        return _Kind.PREPRINT
    return _Kind.ARTICLE if entry.doi else _Kind.POST


def _issued(entry: Entry) -> tuple[int, ...]:
    """Year, month and day of the first version, or year and month alone, or nothing."""
    day = entry.published or entry.listed
    if day:
        return day.year, day.month, day.day
    month = id_month(entry.id)
    return (month.year, month.month) if month else ()


def _year(entry: Entry) -> str:
    issued = _issued(entry)
    return f"{issued[0]:04}" if issued else "n.d."


def _scholar_date(issued: tuple[int, ...]) -> str:
    return "{:04}/{:02}/{:02}".format(*issued) if len(issued) == 3 else f"{issued[0]:04}"


def _doi(entry: Entry) -> str:
    """The DOI of the published paper, else the one arXiv gives to every paper.

    Source: https://info.arxiv.org/help/doi.html
    """
    arxiv = _arxiv(entry)
    return _address(entry.doi) or (f"10.48550/arXiv.{arxiv}" if arxiv else "")


def _url(entry: Entry) -> str:
    """Where the source describes the entry, whatever its version."""
    arxiv = _arxiv(entry)
    return f"https://arxiv.org/abs/{arxiv}" if arxiv else _address(links.address(entry, "abstract"))


def _pdf(entry: Entry) -> str:
    arxiv = _arxiv(entry)
    return f"https://arxiv.org/pdf/{arxiv}" if arxiv else _address(links.address(entry, "pdf"))


def _address(text: str) -> str:
    """A DOI or an address; what could end a field or break a line is percent-encoded."""
    return quote(text.strip(), safe="%/:=&?~#+!$,;'@()*[]", errors="replace")


def _notes(entry: Entry) -> list[str]:
    notes = (_plain(entry, entry.journal_ref), _plain(entry, entry.comment))
    return [note for note in notes if note]


def _plain(entry: Entry, text: str) -> str:
    return one_line(plain(text, entry.markup)) if text else ""


def _first_words(title: str) -> str:
    words = title.split()
    return " ".join(words[:6])[:60] + "…" * (len(words) > 6 or len(title) > 60)


def _inverted(name: Name) -> str:
    """ "van der Hoek, Andre", "Smith Jr., John"; a name left whole as it is."""
    surname = f"{name.surname} {name.suffix}".rstrip()
    return f"{surname}, {name.given}" if name.given else surname


def _zotero_name(name: Name) -> str:
    # Zotero takes the last word for the family name, but where there is a comma, what is before it.
    whole = not name.given and " " in name.family and "," not in name.family
    return f"{name.family}," if whole else _inverted(name)


def _highwire(name: Name, of: int) -> str:
    # Zotero takes a lone "van Glabbeek, Robert J." for two people, but where a semicolon ends it.
    lone = of == 1 and " " in name.surname and " " in name.given
    return _zotero_name(name) + ";" * lone


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
