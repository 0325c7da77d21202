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
    end = max(paper.announced for paper in papers)
    begin = end - RECENT + timedelta(days=1)
    counts = _Counts(), _Counts()  # of the weeks before, of the recent ones
    for paper in papers:
        if paper.announced >= begin - BEFORE:
            counts[paper.announced >= begin].add(paper.entry)
    before, recent = counts
    if min(recent.papers, before.papers) < ENOUGH:
        return None
    spelt = recent.spellings()
    return Rise(
        terms=tuple(
            Term(
                words=spelt[term],
                recent=recent.terms[term],
                before=before.terms[term],
                share=recent.terms[term] / recent.papers,
                share_before=before.terms[term] / before.papers,
            )
            for term in _surest(recent, before)
        ),
        start=begin,
        end=end,
        recent=recent.papers,
        before=before.papers,
    )


class _Counts:
    """In how many titles of some weeks each term stands, and how they write it."""

    def __init__(self) -> None:
        self.papers, self.terms = 0, Counter[str]()
        self._spelt = Counter[tuple[str, str]]()

    def add(self, entry: Entry) -> None:
        """Count the terms of a title, each once."""
        terms = dict(_terms(tex.plain(entry.title, entry.markup)))
        self.papers += 1
        self.terms.update(terms.keys())
        self._spelt.update(terms.items())

    def spellings(self) -> dict[str, str]:
        """How titles write each term most often."""
        ranked = sorted(self._spelt.items(), key=lambda item: (item[1], item[0]))
        return {term: words for (term, words), _ in ranked}


def _surest(recent: _Counts, before: _Counts) -> list[str]:
    """The terms that rose most surely, the surest first; none whose words are all in another's."""
    sure = {
        term: ratio
        for term, count in recent.terms.items()
        if count >= FEWEST
        and count * before.papers > before.terms[term] * recent.papers
        and (ratio := surprise(count, recent.papers, before.terms[term], before.papers)) >= SURE
    }
    shown = list[str]()
    for term in sorted(sure, key=lambda term: (-sure[term], " " not in term, term)):
        if not any(set(term.split()) <= set(other.split()) for other in shown):
            shown.append(term)
        if len(shown) == SHOWN:
            break
    return shown


def _terms(title: str) -> Iterator[tuple[str, str]]:
    """Words and pairs of a title, without plural, and as it writes them."""
    for part in _BREAK.split(title.lower()):
        words = [word if _tells(word) else "" for word in _WORD.findall(part)]
        yield from ((singular(word), word) for word in words if word)
        for first, second in pairwise(words):
            if first and second:
                yield f"{singular(first)} {singular(second)}", f"{first} {second}"


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in COMMON
