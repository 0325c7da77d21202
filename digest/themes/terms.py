"""One term of a rule against one entry: where it stands, or which value it met. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from digest.cite.names import persons
from digest.config.rules import (
    Fact,
    Phrase,
    Proximity,
    Regex,
)
from digest.model import Entry, Markup, Reason
from digest.tex import plain
from digest.text.patterns import (
    Folded,
    compiled_pattern,
    phrase_pattern,
    regex_pattern,
)

Span = tuple[int, int]
_MOST = 1_000  # places of a term that are looked at
_LONG = 8  # words: what a regular expression meets beyond them isn't read as one phrase


def text_of(entry: Entry, field: str) -> Folded:
    """One of the fields of running text, as matching sees it."""
    text = {"title": entry.title, "abstract": entry.summary, "comment": entry.comment}[field]
    return _folded(text, entry.markup)


@lru_cache(maxsize=64)  # the terms of many themes ask for an entry's texts one after the other
def _folded(text: str, markup: Markup) -> Folded:
    return Folded(plain(text, markup))


def values(entry: Entry, kind: str) -> tuple[str, ...]:
    """What an entry has of a kind of fact, as people read it."""
    match kind:
        case "author":
            return persons(entry)
        case "category":
            return entry.categories
        case "primary":
            return entry.categories[:1]
        case "source":
            return entry.sources
        case "announce_type":
            return entry.announce_types
    raise ValueError(kind)


def pattern_of(term: Phrase | Regex, *, quick: bool = False) -> str:
    """The term as an RE2 pattern over a folded text; its first group is what it met.

    `quick` is that of `phrase_pattern`.
    """
    if isinstance(term, Phrase):
        return phrase_pattern(term.text, quick=quick)
    return regex_pattern(term.text)


def meets(term: Phrase | Regex, text: str) -> bool:
    """Whether a folded text has the term."""
    return _compiled(term).search(text) is not None


def spans(term: Phrase | Regex, text: Folded) -> tuple[Span, ...]:
    """Each place of the folded text where a term stands, ascending; they never overlap.

    The first of very many: an expression such as `a(.*z)?` reads all the rest at each.
    """
    return tuple(islice(_pattern_spans(_compiled(term), text.text), _MOST))


def reasons(term: Phrase | Regex | Proximity | Fact, entry: Entry) -> Iterator[Reason]:
    """Why a term speaks for an entry: one reason a field or value; none where it doesn't."""
    if isinstance(term, Fact):
        field = "category" if term.kind == "primary" else term.kind
        for value in values(entry, term.kind):
            if term.meets(value):
                yield Reason(term=term.text, field=field, words=value)
        return
    for field in term.fields:
        text = text_of(entry, field)
        if places := [[text.place(*span) for span in place] for place in _places(term, text)]:
            words = " … ".join(text.plain[slice(*span)] for span in places[0])
            found = tuple(chain.from_iterable(places))
            yield Reason(term=term.text, field=field, words=words, spans=found)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches, ascending, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _places(term: Phrase | Regex | Proximity, text: Folded) -> Iterator[Sequence[Span]]:
    """Each time that a term is met, what of the text speaks for it."""
    if isinstance(term, Proximity):
        return _proximity_spans(term, text)
    found = spans(term, text)
    return (_ends(*span, text) if isinstance(term, Regex) else [span] for span in found)


def _ends(start: int, end: int, text: Folded) -> Sequence[Span]:
    """A stretch, or its first and last word where it is long: what is between may be anything."""
    words = text.words_within(start, end)
    return [(start, end)] if len(words) <= _LONG else [words[0], words[-1]]


@lru_cache(maxsize=1 << 14)  # RE2's own cache holds 128
def _compiled(term: Phrase | Regex) -> Any:
    return compiled_pattern(pattern_of(term))


def _pattern_spans(pattern: Any, text: str) -> Iterator[Span]:
    """Where the first group of a pattern stands.

    The next search starts where the group ended, so that one boundary serves two neighbours.
    """
    data = text.encode()
    at = past = letters = 0  # in bytes; `letters` stand before `past`
    while at <= len(data) and (match := pattern.search(data, at)):
        start, end = match.span(1)
        first = letters + len(data[past:start].decode())
        past, letters = end, first + len(data[start:end].decode())
        if end > start:
            yield first, letters
        at = end if end > start else _next_letter(data, end)


def _next_letter(data: bytes, at: int) -> int:
    at += 1
    while at < len(data) and data[at] & 0xC0 == 0x80:  # inside a UTF-8 sequence
        at += 1
    return at


def _proximity_spans(proximity: Proximity, text: Folded) -> Iterator[Sequence[Span]]:
    """Where the phrases stand each time that they are close enough, as close as they come."""
    found = [(start, end, part) for part in proximity.parts for start, end in spans(part, text)]
    last: dict[Phrase, Span] = {}
    for start, end, part in sorted(found, key=lambda place: place[:2]):
        last[part] = start, end
        if len(last) < len(proximity.parts):
            continue
        first, final = min(last.values())[0], max(end for _, end in last.values())
        words = bisect_right(text.words, final - 1) - bisect_right(text.words, first) + 1
        if words <= proximity.within:
            yield merged(last.values())
            last.clear()
