"""BibTeX and BibLaTeX, as reference managers and bibliographies write them. Pure."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import quote

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock
from bibtexparser.model import Entry as Record

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.sources.asking import fault
from digest.sources.papers import publisher_doi
from digest.sources.references import Reference, entry
from digest.sources.text import fold, web_address
from digest.text.ids import arxiv_id, entry_id
from digest.text.reading import conflict

# What begins a record; before it stands whatever a program or a person noted.
RECORD = re.compile(
    rb"^(?:\xef\xbb\xbf)?[ \t]*@[ \t]*[a-z]+[ \t]*[{(]", re.IGNORECASE | re.MULTILINE
)
# JabRef's and others' first lines: "% Encoding: Cp1252".
_ENCODING = re.compile(
    rb"^%?[ \t]*Encoding:[ \t]*((?:latin|iso|cp|windows|gb|big5|sjis|shift|euc|koi8|mac)[\w-]*)",
    re.IGNORECASE | re.MULTILINE,
)
_PIECE = re.compile(r'[{}"#]')
_URL = re.compile(r"\\(?:url|href)\s*\{([^{}]*)\}")
_ESCAPED = re.compile(r"\{?\\([_&%#$~{}])\}?|\$([<>])\$")
_COMMANDS = {r"\textless": "<", r"\textgreater": ">", r"\textunderscore": "_", r"\slash": "/"}
_DEEPEST = 5  # braces around the whole of a text, strings within strings
_ADDRESSES = ("url", "ee", "bdsk-url-1", "link", "howpublished", "note")
# What a record takes from the one its `crossref` names, and by which name that has it.
_INHERITED = {
    "booktitle": ("booktitle", "title"),
    **{key: (key,) for key in ("year", "date", "month", "journal", "journaltitle", "volume")},
}

# What it logs we say ourselves, once and with the file.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


def decoded(data: bytes) -> str:
    """The text of a file, in the encoding that it names, else UTF-8.

    Raises:
        SourceError: it is in another one; names the line.
    """
    named = _ENCODING.search(data[:1000])
    try:
        encoding = codecs.lookup(named[1].decode()).name if named else "utf-8-sig"
    except LookupError:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(f"line {line}: not UTF-8 text; save the file as UTF-8") from None
    if line := conflict(text):
        raise SourceError(f"line {line}: a git conflict")
    return text


def parse(text: str, source: Source, today: date) -> Iterator[Entry | SourceError]:
    """Each record's entry, seen when it was announced, or why there is none."""
    try:
        library = parse_string(text.replace("\r\n", "\n").replace("\r", "\n"), parse_stack=[])
    except Exception as error:  # what it can't cope with at all
        yield SourceError(f"broken BibTeX: {fault(error)}")
        return
    strings = {string.key.lower(): string.value for string in library.strings}
    records, broken = list(library.entries), list[tuple[int, str]]()
    for block in library.failed_blocks:
        kept = block.ignore_error_block
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and kept:
            if isinstance(kept, Record):
                records.append(kept)
        else:
            broken.append(((block.start_line or 0) + 1, fold(str(block.error)) or "broken"))
    by_key = {record.key.lower(): _fields(record, strings) for record in reversed(records)}
    seen = set[str]()
    for record in records:
        name = record.key.lower()
        try:
            fields = _fields(record, strings) if name in seen else by_key[name]
            parent = by_key.get(fields.get("crossref", "").lower(), {})
            yield _entry(record.key, _whole(fields, parent), source, today, again=name in seen)
        except Exception as error:
            yield SourceError(f"{fold(record.key)[:80]!r} left out: {fault(error)}")
        seen.add(name)
    for line, words in broken:
        yield SourceError(f"line {line} left out: {words}")


def _fields(record: Record, strings: Mapping[str, str]) -> dict[str, str]:
    """The fields of a record, by names in small letters; of two of one name the first counts."""
    found = dict[str, str]()
    for field in record.fields:
        found.setdefault(field.key.lower(), _value(str(field.value), strings))
    return found


def _whole(fields: Mapping[str, str], parent: Mapping[str, str]) -> dict[str, str]:
    """The fields, with those that the parent named by `crossref` lends."""
    lent = {
        key: value
        for key, names in _INHERITED.items()
        if (value := next((parent[name] for name in names if parent.get(name)), ""))
    }
    return lent | dict(fields)


def _value(written: str, strings: Mapping[str, str], depth: int = 0) -> str:
    """What a field's value says: its parts are joined by "#", and are quoted, in braces, or names
    of strings.
    """
    parts = list[str]()
    for part in _parts(written):
        if part[:1] + part[-1:] in {"{}", '""'} and len(part) > 1:
            parts.append(part[1:-1])
        elif part.lower() in strings and depth < _DEEPEST:
            parts.append(_value(strings[part.lower()], strings, depth + 1)[:10_000])
        else:
            parts.append(part)
    return "".join(parts)


def _parts(written: str) -> list[str]:
    """What stands between the "#" that are outside of braces and quotes."""
    found, depth, is_quoted, start = list[str](), 0, False, 0
    for match in _PIECE.finditer(written):
        sign = match[0]
        if sign == '"':
            is_quoted ^= not depth
        elif sign == "#" and not depth and not is_quoted:
            found.append(written[start : match.start()].strip())
            start = match.end()
        elif sign != "#":
            depth = max(0, depth + (1 if sign == "{" else -1))
    return [*found, written[start:].strip()]


def _entry(
    key: str, fields: Mapping[str, str], source: Source, today: date, *, again: bool
) -> Entry:
    def first(*names: str) -> str:
        return next((found for name in names if (found := fold(fields.get(name, "")))), "")

    title, subtitle = bare(first("title")), bare(first("subtitle"))
    is_arxivs = first("archiveprefix", "eprinttype").lower() in {"", "arxiv"}
    venue = bare(first("journal", "journaltitle", "booktitle"))
    record = Reference(
        # A key that two records share names the first of them alone.
        key="" if again else f"bibtex:{quote(key)}",
        former="" if again else _former_id(key, first),
        title=f"{title}: {subtitle}" if title and subtitle else title,
        authors=names(first("author", "editor")),
        abstract=bare(fields.get("abstract", "")),
        year=first("date", "year"),
        month=first("month").replace("~", " "),
        day=first("day"),
        venue=venue,
        place=tuple(first(name) for name in ("volume", "pages")),
        doi=_plain(first("doi")),
        url=_address(fields),
        names=(first("eprint") if is_arxivs else "", first("number"), first("note")),
        keywords=re.split("[,;]", first("keywords")),
        classes=re.findall(r"\d\d[A-Z-][\dx]{2}", first("mrclass")),
        note=first("note"),
    )
    return entry(record, source, today)


def _former_id(key: str, first: Callable[[str], str]) -> str:
    """The id of a record whose fields are taken as they are written."""
    if any(map(arxiv_id, map(first, ("eprint", "doi", "url", "note")))):
        return ""
    bare_doi, url = publisher_doi(first("doi")), web_address(first("url"))
    return entry_id(doi=bare_doi, link=url) or f"bibtex:{quote(key)}"


def _address(fields: Mapping[str, str]) -> str:
    """The address that a record gives, in one of the fields that are used for it."""
    for name in _ADDRESSES:
        text = fields.get(name, "").strip()
        match = _URL.search(text)
        text = match[1] if match else text if name != "note" else ""
        if re.match(r"https?://", text := _plain(text)):
            return text.split()[0]
    return ""


def _plain(text: str) -> str:
    """A DOI or an address without what TeX needs: "10.1007/978\\_1" is "10.1007/978_1"."""
    match = _URL.search(text)
    text = match[1] if match else text
    for command, sign in _COMMANDS.items():
        text = re.sub(rf"\{{?{re.escape(command)}(?![a-zA-Z])(\{{\}})? ?\}}?", sign, text)
    return bare(_ESCAPED.sub(lambda match: match[1] or match[2], text).strip())


def names(field: str) -> list[str]:
    """The people of a field, as BibTeX parts them: by "and" outside of braces, without "others"."""
    people, depth = [list[str]()], 0
    for piece in re.split(r"([{}]|\s+and(?=\s))", f" {field}", flags=re.IGNORECASE):
        depth = max(0, depth + (piece == "{") - (piece == "}"))
        if not depth and re.fullmatch(r"\s+and", piece, re.IGNORECASE):
            people.append([])
        else:
            people[-1].append(piece)
    found = (_name("".join(person)) for person in people)
    return [name for name in found if name and name.lower() not in {"others", "et al."}]


def _name(person: str) -> str:
    """ "Ann Lee" for "Lee, Ann", "Ann Lee Jr." for "Lee, Jr., Ann".

    DBLP numbers people of one name: "Bo Chen 0001".
    """
    person = re.sub(r" \d{4}$", "", person)
    family, *rest = (bare(fold(part)) for part in _between_commas(person.replace("~", " ")))
    return fold(" ".join((*rest[-1:], family, *rest[:-1])))


def _between_commas(person: str) -> list[str]:
    """What stands between the commas that are outside of braces."""
    parts, depth = [list[str]()], 0
    for piece in re.split(r"([{},])", person):
        depth = max(0, depth + (piece == "{") - (piece == "}"))
        if piece == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(piece)
    return ["".join(part) for part in parts]


def bare(text: str) -> str:
    """Without the braces around the whole of it."""
    for _ in range(_DEEPEST):
        if not (text[:1] == "{" and text[-1:] == "}" and _closes_last(text)):
            break
        text = text[1:-1]
    return text


def _closes_last(text: str) -> bool:
    """Whether the brace that opens a text is closed by its last one."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return place == len(text) - 1
    return False
