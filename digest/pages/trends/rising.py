"""Terms of titles that rose in the last weeks against the year before. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from digest import tex
from digest.model import Entry
from digest.papers.paper import Paper
from digest.text.words import COMMON, singular, surprise

RECENT = timedelta(weeks=8)
BEFORE = timedelta(weeks=52)
SHOWN = 12
FEWEST = 5  # recent papers that a term needs
ENOUGH = 50  # papers that each of the two times needs
SURE = 7.88  # likelihood ratio that chance exceeds for one term in two hundred (χ², one degree)
_WORD = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_BREAK = re.compile(r"[.,:;()?!]")


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word, or two that stand side by side."""

    words: str  # as titles write it, in lower case
    recent: int  # papers
    before: int
    share: float  # of the recent papers, 0 to 1
    share_before: float


class Rise(msgspec.Struct, frozen=True, kw_only=True):
    """The terms that rose most surely, and what they are measured by."""

    terms: tuple[Term, ...]
    start: date  # the first of the recent days
    end: date  # the last
    recent: int  # papers in that time
    before: int  # papers in the year before

    @property
    def most(self) -> float:
        """The largest share of a term."""
        return max(term.share for term in self.terms)


def start(newest: date) -> date:
    """The first day whose papers are counted, where the newest is of that day."""
    return newest - RECENT - BEFORE + timedelta(days=1)


def rise(papers: Sequence[Paper]) -> Rise | None:
    """What rose in the papers' titles; None where there are too few papers to say."""
    if not papers:
        return None
    titles = _Titles(max(paper.announced for paper in papers))
    for paper in papers:
        titles.add(paper.entry)
    return titles.rise()


class _Titles:
    """The terms of titles in two times, counted as they come."""

    def __init__(self, newest: date) -> None:
        """
        Args:
            newest: the day of the newest paper.
        """
        self._end = newest
        self._start = newest - RECENT + timedelta(days=1)
        self._recent, self._before = Counter[str](), Counter[str]()
        self._spelt = Counter[tuple[str, str]]()
        self._papers = [0, 0]

    def add(self, entry: Entry) -> None:
        """Count the terms of a title, each once."""
        recent = entry.announced >= self._start
        if entry.announced < self._start - BEFORE:
            return
        found = dict(_terms(tex.plain(entry.title, entry.markup)))
        self._papers[not recent] += 1
        (self._recent if recent else self._before).update(found.keys())
        if recent:
            self._spelt.update(found.items())

    def rise(self) -> Rise | None:
        """What rose; None where there are too few papers to say."""
        recent, before = self._papers
        if min(recent, before) < ENOUGH:
            return None
        sure = {
            term: ratio
            for term, count in self._recent.items()
            if count >= FEWEST
            and count * before > self._before[term] * recent
            and (ratio := surprise(count, recent, self._before[term], before)) >= SURE
        }
        shown = list[str]()
        for term in sorted(sure, key=lambda term: (-sure[term], " " not in term, term)):
            if not any(set(term.split()) <= set(other.split()) for other in shown):
                shown.append(term)
            if len(shown) == SHOWN:
                break
        spelt = self._spellings()
        return Rise(
            terms=tuple(
                Term(
                    words=spelt[term],
                    recent=self._recent[term],
                    before=self._before[term],
                    share=self._recent[term] / recent,
                    share_before=self._before[term] / before,
                )
                for term in shown
            ),
            start=self._start,
            end=self._end,
            recent=recent,
            before=before,
        )

    def _spellings(self) -> dict[str, str]:
        """How titles write each term most often."""
        ranked = sorted(self._spelt.items(), key=lambda item: (item[1], item[0]))
        return {term: words for (term, words), _ in ranked}


def _terms(title: str) -> Iterator[tuple[str, str]]:
    """Words and pairs of a title, without plural, and as it writes them."""
    for part in _BREAK.split(title.lower()):
        words = [word if _tells(word) else "" for word in _WORD.findall(part)]
        yield from ((singular(word), word) for word in words if word)
        for one, other in pairwise(words):
            if one and other:
                yield f"{singular(one)} {singular(other)}", f"{one} {other}"


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in COMMON
