"""What a change of rules moves: papers that enter and leave each theme. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from digest.config.rules import (
    AtLeast,
    Leaf,
    NoneOf,
    Rule,
    leaves,
)
from digest.model import Entry, Theme
from digest.themes import (
    Matcher,
    Reading,
    holds,
    spoken,
)
from digest.themes.explain import describe


class ThemeMove(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that changes sides, and the terms that did it, in a few words each."""

    theme: str  # id, the new one
    entry: Entry
    enters: bool
    terms: tuple[str, ...]


def moves(
    old: Matcher, new: Matcher, themes: Iterable[Theme], entries: Iterable[Entry]
) -> tuple[ThemeMove, ...]:
    """Every paper that enters or leaves a theme, newest first; a renamed theme stays itself.

    Args:
        themes: the new ones, which know their former ids.
    """
    former = {name: theme.id for theme in themes for name in (theme.id, *theme.was)}
    found = [move for entry in entries for move in _moves(old, new, former, entry)]
    found.sort(key=lambda move: (move.entry.id, move.theme))
    return tuple(sorted(found, key=lambda move: move.entry.announced, reverse=True))


def as_data(found: Iterable[ThemeMove]) -> list[dict[str, object]]:
    """The same for machines."""
    return [
        {
            "theme": move.theme,
            "id": move.entry.id,
            "title": move.entry.title,
            "announced": f"{move.entry.announced}",
            "enters": move.enters,
            "terms": move.terms,
        }
        for move in found
    ]


def as_lines(found: Sequence[ThemeMove]) -> Iterator[str]:
    """The same for people, a theme after the other."""
    if not found:
        yield "no paper moves"
    for theme in sorted({move.theme for move in found}):
        for move in (move for move in found if move.theme == theme):
            name, title = move.entry.id.removeprefix("arxiv:"), " ".join(move.entry.title.split())
            yield f"{'+' if move.enters else '-'} {theme}  {move.entry.announced}  {name}  {title}"
            yield f"{'':4}{', '.join(move.terms)}"


def _moves(
    old: Matcher, new: Matcher, former: Mapping[str, str], entry: Entry
) -> Iterator[ThemeMove]:
    before = {former.get(name, name): name for name in old.themes_of(entry)}
    after = set(new.themes_of(entry))
    if before.keys() == after:
        return
    readings = old.read(entry), new.read(entry)
    names = {former.get(name, name): name for name in old.rules}
    for theme in sorted(before.keys() ^ after):
        enters = theme in after
        rules = old.rules.get(names.get(theme, "")), new.rules.get(theme)
        terms = _cause(rules, readings) if enters else _cause(rules[::-1], readings[::-1])
        yield ThemeMove(theme=theme, entry=entry, enters=enters, terms=terms)


def _cause(
    rules: tuple[Rule | None, Rule | None], readings: tuple[Reading, Reading]
) -> tuple[str, ...]:
    """What the second rule says and the first doesn't, or what the first excludes."""
    without, with_ = rules
    assert with_ is not None  # the theme has the paper by this rule
    speaks = dict.fromkeys(spoken(with_, readings[1].met))
    known = set(leaves(without)) if without else set()
    fresh = [leaf for leaf in speaks if leaf not in known]
    excluded = list(_excluding(without, readings[0])) if without else []
    return tuple(map(describe, fresh or excluded or speaks))


def _excluding(rule: Rule, reading: Reading) -> Iterator[Leaf]:
    if isinstance(rule, NoneOf):
        for part in rule.parts:
            if holds(part, reading.met):
                yield from spoken(part, reading.met)
    elif isinstance(rule, AtLeast):
        for part in rule.parts:
            yield from _excluding(part, reading)
