"""What a feed carries: papers, new versions, issues, each with a name and a date for ever. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digest import tex, versions
from digest.desk.curation import Letter
from digest.ids import paper_path
from digest.model import Paper, Version

_SAFE = "!$&'()*+,;=:@/?"  # RFC 4151 allows these in a name, beside what quote() never touches


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, the same in every feed that carries it and in every format."""

    guid: str  # no address, no theme, no format in it, so that none of them makes it reappear
    path: str  # of the page it leads to
    date: date  # the day we first had it; never changes
    updated: datetime  # the newest change, UTC; at or after `date`
    paper: Paper | None = None
    version: int = 0  # of the paper, where that is the news
    letter: Letter | None = None

    @property
    def published(self) -> datetime:
        """When `date` began, UTC; never changes."""
        return self.updated if self.letter else midnight(self.date)

    @property
    def title(self) -> str:
        """Plain text; the id, for want of one."""
        if self.letter:
            return self.letter.issue.title
        if self.paper is None:
            return self.guid
        entry = self.paper.entry
        title = tex.plain(entry.title, entry.markup) or entry.id
        return f"{title} (version {self.version})" if self.version else title

    def __hash__(self) -> int:
        return hash(self.guid)  # of the whole paper it would take longer than to draw it


def guid(tag: str, paper: Paper) -> str:
    """The tag URI (RFC 4151) of the authority and the id that an entry was first known by."""
    return _name(tag, paper.entry.guid or paper.entry.id)


def of_paper(tag: str, paper: Paper) -> Item:
    """A paper with its newest words."""
    entry = paper.entry
    seen = midnight(entry.seen)
    # A source that counts no versions says so by another date.
    revised = entry.version > 1 or (not entry.version and entry.updated != entry.published)
    updated = max(seen, entry.updated) if revised and entry.updated else seen
    return Item(
        guid=guid(tag, paper), path=paper.path, date=entry.seen, updated=updated, paper=paper
    )


def first(item: Item) -> Item:
    """The item as we first had it, for files that are never to change."""
    if item.paper is None or item.version:
        return item
    entry = versions.first(item.paper.entry)
    return replace(
        item,
        path=paper_path(entry.id),  # an id of old leads on to the page
        updated=midnight(item.date),
        paper=replace(item.paper, entry=entry),
    )


def of_updates(tag: str, papers: Iterable[Paper]) -> tuple[Item, ...]:
    """An item for every later version, with the words of that version."""
    return tuple(
        Item(
            guid=f"{guid(tag, paper)}:v{version.number}",
            path=paper_path(paper.entry.guid or paper.entry.id),
            date=day,
            updated=midnight(day),
            paper=replace(paper, entry=versions.at(paper.entry, version.number)),
            version=version.number,
        )
        for paper in papers
        for version in paper.entry.versions
        if version.number > 1 and (day := _day(version))
    )


def of_letter(tag: str, letter: Letter, zone: ZoneInfo) -> Item:
    """An issue of the editor's. Its day begins where the site is, in the east before UTC's does."""
    day = letter.issue.date
    return Item(
        guid=_name(tag, f"issue:{letter.issue.slug}"),
        path=letter.path,
        date=day,
        updated=midnight(day, zone),
        letter=letter,
    )


def midnight(day: date, zone: tzinfo = UTC) -> datetime:
    """Feeds want a time, UTC, where we know a day."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _name(tag: str, name: str) -> str:
    return f"tag:{tag}:{quote(name, safe=_SAFE, errors='replace')}"


def _day(version: Version) -> date | None:
    return version.seen or (version.date.date() if version.date else None)
