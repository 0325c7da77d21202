"""A paper's score: a sum of whole hundredths, and the terms that make it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from digest import tex
from digest.model import Entry
from digest.papers.rank.features import name, quantity, terms
from digest.papers.rank.lessons import COUNTED
from digest.papers.rank.model import AUTHOR, Model

SHOWN = 5


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one term adds to a score."""

    term: str
    weight: int  # hundredths
    label: str  # for people: the words as the paper writes them, "12 authors"


class Score(msgspec.Struct, frozen=True):
    """What a model says of a paper."""

    total: int  # hundredths
    parts: tuple[Part, ...]  # sum up to the total; the weightiest first


class Reason(msgspec.Struct, frozen=True, gc=False):
    """Terms that are shown as one, because they speak of the same words or number."""

    label: str
    weight: int  # hundredths


class Reasons(msgspec.Struct, frozen=True):
    """A score for people: its weightiest reasons, and all others as one number."""

    shown: tuple[Reason, ...]
    others: int  # how many reasons are not shown
    rest: int  # hundredths that they add

    def __str__(self) -> str:
        """ "speculative decoding +2.1, survey −0.8, and 14 others +0.3"."""
        shown = [f"{reason.label} {points(reason.weight)}" for reason in self.shown]
        if self.others:
            others = "1 other" if self.others == 1 else f"{self.others} others"
            shown.append(f"and {others} {points(self.rest)}")
        return ", ".join(shown) or "nothing known speaks for or against it"


def score(entry: Entry, model: Model, themes: Sequence[str] = ()) -> Score:
    """What a model says of a paper.

    Args:
        themes: ids of those that the paper is in.
    """
    weights = model.weights
    parts = [
        Part(term, weights[term], label)
        for term, label in terms(entry, themes).items()
        if weights.get(term)
    ]
    names = (tex.plain(author) for author in entry.authors)
    parts += [
        Part(AUTHOR + author, weight, author) for author, weight in _authors(model, names) if weight
    ]
    parts.sort(key=lambda part: (-abs(part.weight), part.term))
    return Score(sum(part.weight for part in parts), tuple(parts))


def total(model: Model, terms: Iterable[str], authors: Iterable[str]) -> int:
    """The total of the score of a paper with these terms and plain names of authors, hundredths."""
    weights = model.weights
    return sum(weights.get(term, 0) for term in terms) + sum(
        weight for _, weight in _authors(model, authors)
    )


def _authors(model: Model, names: Iterable[str]) -> list[tuple[str, int]]:
    """What each author adds: of those who add, the best all, each next one half as much."""
    weights = {name(author): (author, model.authors.get(name(author), 0)) for author in names}
    ranked = sorted(weights.values(), key=lambda item: (-item[1], item[0]))
    return [
        (author, weight if weight < 0 else weight >> place if place < COUNTED else 0)
        for place, (author, weight) in enumerate(ranked)
    ]


def reasons(found: Score, limit: int = SHOWN) -> Reasons:
    """The weightiest reasons of a score; shown ones and the rest add up to it."""
    ranked = sorted(_joined(found.parts), key=lambda reason: (-abs(reason.weight), reason.label))
    rest = ranked[limit:]
    return Reasons(tuple(ranked[:limit]), len(rest), sum(reason.weight for reason in rest))


def _joined(parts: Sequence[Part]) -> list[Reason]:
    """Parts that speak of the same, as one: a phrase and its words, the steps of a number."""
    heads = _phrases(parts)
    weights, labels = defaultdict[str, int](int), dict[str, str]()
    for part in parts:
        key = heads.get(part.term) or quantity(part.term)
        weights[key] += part.weight
        if part.term == key or key not in labels:
            labels[key] = part.label
    return [Reason(labels[key], weight) for key, weight in weights.items() if weight]


def _phrases(parts: Sequence[Part]) -> Mapping[str, str]:
    """The weightiest phrase that each single word is part of."""
    heads = dict[str, str]()
    for part in parts:
        first, _, second = part.term.removeprefix("word: ").partition(" ")
        if part.term.startswith("word: ") and second:
            for word in (first, second):
                heads.setdefault(f"word: {word}", part.term)
    return heads


def points(hundredths: int) -> str:
    """A weight for people: "+2.1", "−0.85"."""
    sign = "−" if hundredths < 0 else "+"
    whole, part = divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{part:02}".removesuffix("0")
