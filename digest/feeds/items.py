"""What a feed carries: papers, new versions and issues, each with an id and a date that never
change. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from digest import tex
from digest.editor.curation import PublishedIssue
from digest.language import ENGLISH, Language
from digest.model import Version
from digest.papers import versions
from digest.papers.paper import Paper
from digest.text.ids import paper_path

_SAFE = "!$&'()*+,;=:@/?"  # RFC 4151 allows these in a name, beside what quote() never touches


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item, the same in every feed that carries it and in every format."""

    tag: str  # the authority of guids
    date: date  # the day we first had it; never changes
    now: Paper | None = None  # the paper as it is now
    version: int = 0  # of the paper, where that is the news
    first: bool = False  # with the words that we first had of it, for files that never change
    letter: PublishedIssue | None = None  # an issue; templates know it by this name
    zone: str = "UTC"  # where the day of an issue begins
    label: str = ""  # what its title adds to the paper's: "version 2"

    @property
    def guid(self) -> str:
        """Its permanent name, a tag URI (RFC 4151)."""
        return f"tag:{self.tag}:{quote(self.name, safe=_SAFE, errors='replace')}"

    @property
    def name(self) -> str:
        """What the guid ends with. No address, theme or format is in it, so that none of them makes
        the item reappear.
        """
        if self.letter:
            return f"issue:{self.letter.issue.slug}"
        assert self.now
        name = self.now.facts.guid or self.now.facts.id
        return f"{name}:v{self.version}" if self.version else name

    @property
    def path(self) -> str:
        """Of the page it leads to, by the paper's first id where the item must not change."""
        if self.letter:
            return self.letter.path
        assert self.now
        facts = self.now.facts
        return paper_path(facts.guid or facts.id) if self.version or self.first else self.now.path

    @property
    def published(self) -> datetime:
        """When `date` began, UTC. It never changes."""
        return datetime.combine(self.date, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def updated(self) -> datetime:
        """The newest change, UTC; at or after `published`."""
        begin = self.published
        if self.version or self.first or not self.now or not self.now.facts.updated:
            return begin
        return max(begin, self.now.facts.updated)

    @property
    def paper(self) -> Paper | None:
        """The paper with the words that this item is about."""
        if self.now is None or not (self.version or self.first):
            return self.now
        return _as_of(self.now, self.version)

    @property
    def title(self) -> str:
        """Plain text; the id of what has no title."""
        if self.letter:
            return self.letter.issue.title
        if self.paper is None:
            return self.guid
        entry = self.paper.entry
        title = tex.plain(entry.title, entry.markup) or entry.id
        return f"{title} ({self.label})" if self.label else title

    def __hash__(self) -> int:
        return hash((self.now.id if self.now else self.path, self.version))


@lru_cache(64)  # templates ask several times in a row
def _as_of(paper: Paper, version: int) -> Paper:
    """The paper with the words of a version; 0: of the first that we have."""
    entry = versions.at(paper.entry, version) if version else versions.first(paper.entry)
    return paper.saying(entry)


def of_paper(tag: str, paper: Paper) -> FeedItem:
    """A paper with its newest words."""
    return FeedItem(tag=tag, date=paper.seen, now=paper)


def first(item: FeedItem) -> FeedItem:
    """The item as we first had it, for files that are never to change."""
    return item if item.version or item.letter else structs.replace(item, first=True)


def of_updates(
    tag: str, papers: Iterable[Paper], language: Language = ENGLISH
) -> tuple[FeedItem, ...]:
    """An item for every later version, with the words of that version."""
    return tuple(
        FeedItem(
            tag=tag,
            date=day,
            now=paper,
            version=version.number,
            label=language.say("version %(number)s", number=version.number),
        )
        for paper in papers
        for version in paper.facts.later
        if (day := _day(version))
    )


def of_issue(tag: str, issue: PublishedIssue, zone: str) -> FeedItem:
    """An issue of the editor's. Its day begins where the site is, in the east before UTC's does."""
    return FeedItem(tag=tag, date=issue.issue.date, letter=issue, zone=zone)


def midnight(day: date) -> datetime:
    """Feeds want a time, UTC, where we know a day."""
    return datetime.combine(day, time(), UTC)


def _day(version: Version) -> date | None:
    return version.seen or (version.date.date() if version.date else None)
