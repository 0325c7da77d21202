"""How early a ranking would have put what an editor picked, had it been there all along. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from digest.papers.rank.learn import Learnt, learn
from digest.papers.rank.lessons import Lesson
from digest.papers.rank.measure import Measure, measure
from digest.papers.rank.score import total

FIRST = 3  # picks before the first day that is ranked
_CHOICE = 10  # days for which a strength of the solver holds


class ReplayedDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day's papers in the order of the list, scored by what was decided before it."""

    day: date
    papers: tuple[str, ...]
    scores: tuple[int, ...]  # hundredths
    learnt: int  # picks that were learnt from
    measured: Measure | None  # None where all or none of its papers were picked
    listed: Measure | None  # of the order of the list


def replay(
    lessons: Sequence[Lesson], *, newest: int | None = None, both: bool = False
) -> Iterator[ReplayedDay]:
    """Go through the days, each ranked by what was decided before it.

    Args:
        lessons: in the order of their days, and within a day in that of its list.
        newest: how many picks to learn from, the newest ones; None: all.
        both: whether an author's name may count negatively.
    """
    days = defaultdict[date, list[Lesson]](list)
    for taught in lessons:
        days[taught.day].append(taught)
    last: Learnt | None = None
    for number, (day, papers) in enumerate(days.items()):
        if sum(taught.is_picked(day) for taught in lessons if taught.day < day) < FIRST:
            continue
        strength = last.strength if last and number % _CHOICE else None
        last = learn(lessons, day, newest=newest, both=both, last=last, strength=strength)
        yield _ranked(day, papers, last)


def _ranked(day: date, papers: Sequence[Lesson], learnt: Learnt) -> ReplayedDay:
    scores = tuple(total(learnt.model, taught.terms, taught.authors) for taught in papers)
    picked = [taught.picked is not None for taught in papers]
    return ReplayedDay(
        day=day,
        papers=tuple(taught.id for taught in papers),
        scores=scores,
        learnt=learnt.model.picks,
        measured=measure(scores, picked),
        listed=measure([-place for place in range(len(papers))], picked),
    )


def as_json(days: Sequence[ReplayedDay]) -> dict[str, Any]:
    """Each day's papers and scores, by arXiv ids where they have one."""
    return {
        "days": [
            {
                "day": day.day.isoformat(),
                "papers": [
                    {"id": paper.removeprefix("arxiv:"), "score": points / 100}
                    for paper, points in zip(day.papers, day.scores, strict=True)
                ],
            }
            for day in days
        ]
    }
