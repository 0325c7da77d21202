"""A paper in its place on the site: what lists need of it, and where the rest is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

import msgspec

from digest.cite.names import team_size
from digest.model import (
    Entry,
    Match,
    Moment,
    Version,
)
from digest.papers.note import Note
from digest.text.ids import paper_path


class PaperFacts(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What lists and feeds need to know of an entry before they show it."""

    id: str
    announced: date
    seen: date
    fingerprint: bytes  # of the entry and its matches; empty where it isn't taken
    themes: tuple[str, ...] = ()  # ids, in the order of site.yaml
    guid: str = ""
    aliases: tuple[str, ...] = ()
    doi: str = ""
    updated: Moment | None = None  # of the newest version, UTC, where there are several
    later: tuple[Version, ...] = ()  # versions after the first, without their words
    team: int = 0  # authors
    took: int | None = None  # days from the first version to the second, where both dates are known


class EntryReader(Protocol):
    """Where entries and their matches are read when somebody asks for them."""

    def entry(self, at: int) -> Entry: ...

    def matches(self, at: int) -> tuple[Match, ...]: ...


class Paper:
    """An entry in its place on the site.

    It is light: a site may have a million. What its source said, and the reasons for its themes,
    are read from the archive when they are asked for.
    """

    __slots__ = ("_at", "_reader", "facts", "note")

    def __init__(
        self, facts: PaperFacts, reader: EntryReader, at: int, note: Note | None = None
    ) -> None:
        """The entry that stands at a place of what `reader` reads, with the editor's note."""
        self.facts, self._reader, self._at, self.note = facts, reader, at, note

    @classmethod
    def of(cls, entry: Entry, matches: tuple[Match, ...] = (), note: Note | None = None) -> Paper:
        """A paper whose words are at hand."""
        themes = tuple(match.theme for match in matches)
        return cls(facts_of(entry, themes), _EntryAtHand(entry, lambda: matches), 0, note)

    def saying(self, entry: Entry) -> Paper:
        """The same paper with the words of an earlier version."""
        facts = msgspec.structs.replace(self.facts, id=entry.id)
        return Paper(facts, _EntryAtHand(entry, lambda: self.matches), 0, self.note)

    @property
    def entry(self) -> Entry:
        """As its source published it."""
        return self._reader.entry(self._at)

    @property
    def matches(self) -> tuple[Match, ...]:
        """Its themes and why, in the order of site.yaml: the first is the primary theme."""
        return self._reader.matches(self._at)

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def announced(self) -> date:
        return self.facts.announced

    @property
    def seen(self) -> date:
        return self.facts.seen

    @property
    def themes(self) -> tuple[str, ...]:
        """The ids of its themes, in the order of site.yaml."""
        return self.facts.themes

    @property
    def path(self) -> str:
        """Where its page is, relative to the site: `papers/2605.13319/`."""
        return paper_path(self.facts.id)

    @property
    def hidden(self) -> str:
        """Why the editor took it off lists and feeds; empty where it is shown."""
        return self.note.hidden if self.note else ""

    def has(self, theme: str) -> bool:
        """Whether it belongs to the theme of that id."""
        return theme in self.facts.themes

    @property
    def primary(self) -> str:
        """The id of the primary theme, empty for what nothing matches."""
        return self.facts.themes[0] if self.facts.themes else ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Paper):
            return NotImplemented
        if self.facts != other.facts or self.note != other.note:
            return False
        return bool(self.facts.fingerprint) or (
            self.matches == other.matches and self.entry == other.entry
        )

    def __hash__(self) -> int:
        return hash(self.facts.id)

    def __repr__(self) -> str:
        return f"Paper(path={self.path!r})"


class _EntryAtHand(msgspec.Struct, frozen=True):
    """One paper's entry, and what gives its matches."""

    known: Entry
    explain: Callable[[], tuple[Match, ...]]

    def entry(self, at: int) -> Entry:
        return self.known

    def matches(self, at: int) -> tuple[Match, ...]:
        return self.explain()


def facts_of(entry: Entry, themes: tuple[str, ...], fingerprint: bytes = b"") -> PaperFacts:
    """What is to be known of an entry of these themes."""
    later = entry.versions and tuple(
        Version(number=version.number, date=version.date, seen=version.seen)
        for version in entry.versions
        if version.number > 1
    )
    # A source that counts no versions says so by another date.
    revised = entry.version > 1 or (not entry.version and entry.updated != entry.published)
    return PaperFacts(
        id=entry.id,
        announced=entry.announced,
        seen=entry.seen,
        fingerprint=fingerprint,
        themes=themes,
        guid=entry.guid,
        aliases=entry.aliases,
        doi=entry.doi,
        updated=entry.updated if revised else None,
        later=later,
        team=team_size(entry),
        took=_days_to_revision(entry),
    )


def _days_to_revision(entry: Entry) -> int | None:
    dates = {version.number: version.date for version in entry.versions if version.date}
    first, second = entry.published or dates.get(1), dates.get(2)
    return max((second - first).days, 0) if first and second else None
