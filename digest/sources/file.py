"""`kind: file`: documents that lie in the site's own folder."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from digest.errors import SourceError
from digest.model import Entry, Fetched, LocalFile, State
from digest.sources import arxiv, arxiv_listing, feed, xml
from digest.sources.asking import Asking, Run
from digest.sources.papers import once
from digest.sources.text import moment
from digest.sources.xml import ARXIV, ATOM, OPENSEARCH


def fetch(source: LocalFile, run: Run) -> Asking:
    """Ask nobody, and read every file that the pattern names; one that is broken costs no other."""
    found, asked, problems = list[Entry](), list[str](), list[str]()
    yield from ()
    for path in sorted(run.root.glob(source.path)):
        if path.is_file():
            asked.append(path.relative_to(run.root).as_posix())
            try:
                found += parse(path.read_bytes(), source, run.today)
            except (SourceError, OSError) as error:
                problems.append(f"{asked[-1]}: {' '.join(str(error).split())}")
    if not asked:
        problems.append(f"no file matches {source.path}")
    state = State.OK if not problems else State.PARTIAL if found else State.FAILED
    return Fetched(
        source=source.name,
        state=state,
        entries=once(found),
        asked=tuple(asked),
        problem="; ".join(problems),
    )


def parse(body: bytes, source: LocalFile, today: date) -> tuple[Entry, ...]:
    """Read a document of any format that our sources know.

    Entries are seen on the document's own date; where it has none, on the day of announcement.

    Raises:
        SourceError: it has none of these formats, or is broken.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return feed.parse(body, source, today)
    root = xml.read(body)
    own = _own_day(root)
    seen = min(own, today) if own else None
    if root.find(f"{OPENSEARCH}totalResults") is not None:
        page = arxiv.parse(body, source, today, seen=seen)
        return _whole(page.entries, page.refused)
    if next(root.iter(f"{ARXIV}announce_type"), None) is not None:
        listing = arxiv_listing.parse(body, source, today, seen=seen)
        return _whole(listing.entries, listing.refused)
    return feed.parse(body, source, today, seen=seen)


def _whole(entries: tuple[Entry, ...], refused: tuple[str, ...]) -> tuple[Entry, ...]:
    if refused:
        raise SourceError(refused[0])
    return entries


def _own_day(root: Element) -> date | None:
    tags = (f"{ATOM}updated", "channel/pubDate", "channel/lastBuildDate")
    moments = (moment(root.findtext(tag)) for tag in tags)
    return next((found.date() for found in moments if found), None)
