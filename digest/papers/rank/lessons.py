"""What an editor's decisions teach: papers, and which of them were picked. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from sys import intern

import msgspec

from digest import tex
from digest.model import Entry
from digest.papers.rank.features import name, terms

DOUBT = 3  # papers without a pick that every author is taken to have beside the known ones
COUNTED = 8  # authors of a paper, the best first: each counts half of the one before


class Lesson(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One paper, and whether the editor picked it."""

    id: str
    day: date  # on which readers could first see it
    terms: tuple[str, ...]
    authors: tuple[str, ...]  # plain
    picked: date | None = None  # the day of the decision; None: not picked
    importance: float = 1.0  # of a paper that was not picked: over 1 where it was hidden

    def is_picked(self, before: date) -> bool:
        """Whether it had been picked before that day."""
        return self.picked is not None and self.picked < before


def lesson(
    entry: Entry,
    picked: date | None = None,
    *,
    themes: Sequence[str] = (),
    importance: float = 1.0,
) -> Lesson:
    """What one paper teaches.

    Args:
        picked: the day of the decision; None where the editor did not pick it.
        themes: ids of those that the paper is in.
        importance: of a paper that was not picked, where a plain one has 1.
    """
    return Lesson(
        id=entry.id,
        day=entry.announced,
        terms=tuple(map(intern, terms(entry, themes))),
        authors=tuple(dict.fromkeys(tex.plain(author) for author in entry.authors)),
        picked=picked,
        importance=importance,
    )


class Record(msgspec.Struct, gc=False):
    """What became of an author's papers."""

    papers: int = 0
    picks: int = 0

    @property
    def rate(self) -> float:
        """The share of picks, 0 to 1, in doubt of authors with few papers."""
        return self.picks / (self.papers + DOUBT)


def halved(values: Iterable[float]) -> float:
    """The sum of the greatest value, half of the next one, a quarter of the third, and so on."""
    best = sorted(values, reverse=True)[:COUNTED]
    return sum(value * 0.5**place for place, value in enumerate(best))


def records(lessons: Iterable[Lesson], before: date) -> dict[str, Record]:
    """Each author's record, by the name as it compares, as of the start of a day."""
    found = defaultdict[str, Record](Record)
    for taught in lessons:
        if taught.day < before:
            for author in {name(author) for author in taught.authors}:
                found[author].papers += 1
                found[author].picks += taught.is_picked(before)
    return dict(found)


def rates_then(lessons: Sequence[Lesson]) -> list[float]:
    """What each paper's authors amounted to on its own day, from earlier papers and picks alone.

    Args:
        lessons: in the order of their days.
    """
    papers, picks = Counter[str](), Counter[str]()
    picked = sorted((taught for taught in lessons if taught.picked), key=_decided, reverse=True)
    amounts, place = list[float](), 0
    for taught in lessons:
        while lessons[place].day < taught.day:
            papers.update({name(author) for author in lessons[place].authors})
            place += 1
        while picked and _decided(picked[-1]) < taught.day:
            picks.update({name(author) for author in picked.pop().authors})
        authors = {name(author) for author in taught.authors}
        amounts.append(halved(Record(papers[each], picks[each]).rate for each in authors))
    return amounts


def _decided(taught: Lesson) -> date:
    """When a pick counts: never before its paper could be seen."""
    return max(taught.picked or taught.day, taught.day)
