"""`kind: file`: documents that lie in the site's own folder."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

import msgspec

from digest.errors import SourceError
from digest.files.located import Section
from digest.model import (
    Entry,
    Markup,
    Source,
    SourceResult,
    State,
)
from digest.sources import (
    arxiv_answer,
    arxiv_listing_answer,
    arxiv_oai,
    bibtex,
    csl,
    feed,
    jsonl,
    ris,
    xml,
)
from digest.sources.asking import Asking, Run, fault
from digest.sources.keys import common
from digest.sources.papers import once
from digest.sources.text import fold, moment
from digest.sources.xml import ARXIV, ATOM, OPENSEARCH

PIECE = 5000  # entries that are held at once
_Document = io.BufferedReader | gzip.GzipFile
_BLANK = b"\xef\xbb\xbf \t\r\n"
_RECORD = re.compile(rb"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.M)
_LONGEST = 64 * 2**20  # bytes of a line, or of a document that must be read whole


class LocalFile(Source, frozen=True, kw_only=True):
    """`kind: file` in site.yaml."""

    path: str  # a glob, relative to the root


def read_keys(item: Section) -> LocalFile:
    """The source that an item of site.yaml describes."""
    path = item.text("path")
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise item.error("'path' must lie within the site's folder", "path")
    return LocalFile(**common(item, Markup.TEX), path=str(path))


def fetch(source: LocalFile, run: Run) -> Asking:
    """Ask nobody, and read every file that the pattern names; one that is broken costs no other."""
    paths = [path for path in sorted(run.root.glob(source.path)) if path.is_file()]
    asked = tuple(path.relative_to(run.root).as_posix() for path in paths)
    found, kept, problem, refused = list[Entry](), False, "", 0
    for name, path in zip(asked, paths, strict=True):
        for item in read(path, source, run.today):
            if isinstance(item, SourceError):
                problem, refused = problem or f"{name}: {fold(str(item))}", refused + 1
            else:
                found.append(item)
            if len(found) >= PIECE:
                yield SourceResult(
                    source=source.name, state=State.OK, entries=once(found), asked=asked
                )
                found, kept = [], True
    if not asked:
        problem = f"no file matches {source.path}"
    more = f"; and {refused - 1:,} more" if refused > 1 else ""
    return SourceResult(
        source=source.name,
        state=State.OK if not problem else State.PARTIAL if found or kept else State.FAILED,
        entries=once(found),
        asked=asked,
        problem=problem + more,
    )


def read(path: Path, source: LocalFile, today: date) -> Iterator[Entry | SourceError]:
    """The entries of a file, plain or gzip, and why others were left out.

    Lines of JSON are read one by one, so that a file of any length takes little memory.
    """
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            document = gzip.GzipFile(fileobj=plain) if packed else plain
            if _is_lines(document):
                yield from jsonl.parse(_lines(document), source, today)
            else:
                yield from parse(_whole(document), source, today)
    except (OSError, EOFError, zlib.error) as error:
        yield SourceError(f"cannot be read: {error}")
    except Exception as error:
        yield SourceError(fault(error))


def parse(body: bytes, source: LocalFile, today: date) -> Iterator[Entry | SourceError]:
    """The entries of a document: BibTeX, RIS, CSL-JSON, JSON Feed, Atom, RSS, OAI-PMH.

    Entries are seen on the document's own date; where it has none, or is a harvest or a collection,
    on the day of announcement.

    Raises:
        SourceError: it has none of these formats, or is broken.
    """
    start = body.lstrip(_BLANK)[:1]
    if start == b"[":
        yield from csl.parse(body, source, today)
    elif start in {b"@", b"%"} or (start not in {b"<", b"{"} and bibtex.RECORD.search(body)):
        yield from bibtex.parse(bibtex.decoded(body), source, today)
    elif start not in {b"<", b"{"} and ris.RECORD.search(body):
        yield from ris.parse(bibtex.decoded(body), source, today)
    elif start == b"{" or b"<!doctype" in body[:1000].lower():  # RSS 0.91 has one
        yield from _page(feed.parse(body, source, today))
    else:
        yield from _parse_xml(body, source, today)


def _parse_xml(body: bytes, source: LocalFile, today: date) -> Iterator[Entry | SourceError]:
    try:
        root = xml.read(body)
    except SourceError as error:
        try:
            faulty = feed.parse(body, source, today)  # it may be a feed, whole all the same
        except SourceError:
            raise error from None
        yield from _page(faulty)
        return
    own = _own_day(root)
    seen = min(own, today) if own else None
    if root.tag == f"{arxiv_oai.OAI}OAI-PMH":
        harvest = arxiv_oai.parse(body, source, today)
        yield from _all(harvest.entries, harvest.refused)
    elif root.find(f"{OPENSEARCH}totalResults") is not None:
        page = arxiv_answer.parse(body, source, today, seen=seen)
        yield from _all(page.entries, page.refused)
    elif next(root.iter(f"{ARXIV}announce_type"), None) is not None:
        listing = arxiv_listing_answer.parse(body, source, today, seen=seen)
        yield from _all(listing.entries, listing.refused)
    else:
        yield from _page(feed.parse(body, source, today, seen=seen))


def _page(page: feed.Page) -> Iterator[Entry | SourceError]:
    yield from page.entries
    if page.problem:
        yield SourceError(page.problem)


def _all(entries: Iterable[Entry], refused: Iterable[str]) -> Iterator[Entry | SourceError]:
    yield from entries
    yield from (SourceError(f"left out: {reason}") for reason in refused)


def _own_day(root: Element) -> date | None:
    tags = (f"{ATOM}updated", "channel/pubDate", "channel/lastBuildDate")
    moments = (moment(root.findtext(tag)) for tag in tags)
    return next((found.date() for found in moments if found), None)


def _is_lines(document: _Document) -> bool:
    """Whether a file is JSON, one paper a line, and no JSON Feed."""
    if not document.peek(4096).lstrip(_BLANK).startswith(b"{"):
        return False
    line = next(_lines(document)).lstrip(_BLANK) or next(_lines(document))
    document.seek(0)
    try:
        first = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return b"jsonfeed.org/version/" not in line and line.rstrip() != b"{"
    return not (isinstance(first, dict) and "items" in first)


def _lines(document: _Document) -> Iterator[bytes]:
    while line := document.readline(_LONGEST + 1):
        if len(line) > _LONGEST:
            raise SourceError(f"a line of more than {_LONGEST:,} bytes")
        yield line


def _whole(document: _Document) -> bytes:
    body = document.read(_LONGEST + 1)
    if len(body) > _LONGEST:
        raise SourceError(f"a document of more than {_LONGEST:,} bytes")
    return body
