"""What an editor's files decide of papers, as lessons for the ranking. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from digest.commands.ranking.library import Library, keys
from digest.editor.curation import Edition
from digest.editor.values import Note
from digest.model import Entry
from digest.papers.paper import Paper
from digest.papers.rank.lessons import Lesson, lesson

HIDDEN = 5.0  # how much a hidden paper says, where one that nobody looked at says 1
PASSED = 2.0  # one that triage passed over
_OWN = ("word: ", "theme: ")  # terms that a library has as the archive has them


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of papers of the archive, and of others."""

    lessons: tuple[Lesson, ...]  # in the order of their days
    unknown: tuple[str, ...] = ()  # names of picks that are not in the archive

    @property
    def picks(self) -> int:
        return sum(taught.picked is not None for taught in self.lessons)


def decisions(edition: Edition, seen: Collection[str], library: Library) -> Decisions:
    """What the editor decided of every paper.

    Args:
        edition: papers with their notes, and the issues that are published.
        seen: ids of papers that triage showed.
        library: picks from elsewhere.
    """
    picked = _cited(edition)
    by_key = {key: paper for paper in edition.papers for key in _keys(paper)}
    unknown = list[str]()
    for name in library.names:
        paper = next((by_key[key] for key in keys(name) if key in by_key), None)
        if paper:
            picked[paper.id].append(paper.announced)
        else:
            unknown.append(name)
    elsewhere = list[Lesson]()
    for entry in _distinct(library.entries):
        paper = next((by_key[key] for key in _entry_keys(entry) if key in by_key), None)
        if paper:
            picked[paper.id].append(paper.announced)
        else:
            elsewhere.append(_elsewhere(entry))
    lessons = [*elsewhere, *(_lesson(paper, picked[paper.id], seen) for paper in edition.papers)]
    lessons.sort(key=lambda taught: (taught.day, taught.id))
    return Decisions(lessons=tuple(lessons), unknown=tuple(unknown))


def by_table(papers: Iterable[Paper], picks: Mapping[str, date]) -> Decisions:
    """What a table of picks decides of the papers of the archive.

    Args:
        picks: the day of each pick, by the id that the table has.
    """
    lessons, known = list[Lesson](), set[str]()
    days = {key: (name, day) for name, day in picks.items() for key in keys(name)}
    for paper in papers:
        name, day = next((days[key] for key in _keys(paper) if key in days), ("", None))
        known.add(name)
        lessons.append(lesson(paper.entry, day, themes=paper.themes))
    lessons.sort(key=lambda taught: (taught.day, taught.id))
    return Decisions(
        lessons=tuple(lessons), unknown=tuple(name for name in picks if name not in known)
    )


def undecided(lessons: Sequence[Lesson], today: date) -> tuple[Lesson, ...]:
    """The lessons without today's papers that nobody has picked: they may still be."""
    return tuple(taught for taught in lessons if taught.day < today or taught.picked)


def _lesson(paper: Paper, picked: Sequence[date], seen: Collection[str]) -> Lesson:
    note: Note | None = paper.note
    days = [*picked, *([note.decided or paper.announced] if note and _likes(note) else ())]
    hidden = bool(note and note.hidden)
    importance = HIDDEN if hidden else PASSED if paper.id in seen else 1.0
    day = min(days) if days and not hidden else None
    return lesson(paper.entry, day, themes=paper.themes, importance=importance)


def _likes(note: Note) -> bool:
    """Whether a note speaks for its paper: one that only mends its themes doesn't."""
    return note.pinned or note.has_text or bool(note.tags or note.links)


def _cited(edition: Edition) -> defaultdict[str, list[date]]:
    """The days of the published issues that name each paper."""
    found = defaultdict[str, list[date]](list)
    for letter in edition.issues:
        if not letter.scheduled and not letter.issue.draft:
            for paper in letter.papers:
                found[paper.id].append(letter.issue.date)
    return found


def _elsewhere(entry: Entry) -> Lesson:
    """A pick that isn't in the archive teaches by its words and authors: what else a reference
    manager says of it is not what the sources say.
    """
    taught = lesson(entry, entry.announced)
    terms = tuple(term for term in taught.terms if term.startswith(_OWN))
    return msgspec.structs.replace(taught, terms=terms)


def _distinct(entries: Iterable[Entry]) -> Iterable[Entry]:
    return {entry.id: entry for entry in entries}.values()


def _keys(paper: Paper) -> set[str]:
    facts = paper.facts
    return {facts.id, *facts.aliases, *({f"doi:{facts.doi}"} if facts.doi else ())}


def _entry_keys(entry: Entry) -> set[str]:
    return {entry.id, *entry.aliases, *({f"doi:{entry.doi}"} if entry.doi else ())}
