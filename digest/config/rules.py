"""The rule of a theme: its values, and how site.yaml writes them. Pure.

    any: [speculative decoding, {title: draft*}, {all: [draft model, verif*]}]
    none: [speculative execution]

A mapping means all of its keys at once. docs/rules.md is the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from digest.errors import ConfigError
from digest.files.located import Section, Text, closest
from digest.model import Theme
from digest.text.patterns import (
    compiled_pattern,
    fact_pattern,
    fold,
    name_key,
    phrase_pattern,
    regex_pattern,
)

DEFAULT_FIELDS = ("title", "abstract")
TEXT_FIELDS = ("title", "abstract", "comment")
FACTS = ("author", "category", "primary", "source", "announce_type")
ANNOUNCE_TYPES = ("new", "cross", "replace", "replace-cross")
MAX_TERMS = 5_000  # of one theme: YAML's aliases can write billions in a few lines
_MAX_DEPTH = 20
_MAX_LETTERS = 300  # of one phrase or regex
_MAX_NEAR, _MAX_WORDS = 10, 100  # of `near`: its phrases, and the words they stand in
_CATEGORY = re.compile(r"[A-Za-z.*-]+")
_KEYS = ("any", "all", "none", "at_least", "of", *TEXT_FIELDS, *FACTS, "regex", "near", "theme")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other in one of the fields."""

    text: str  # as the curator wrote it, like every `text` below
    fields: tuple[str, ...] = DEFAULT_FIELDS
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 expression, met anywhere in one of the fields; letters compare without case."""

    text: str
    fields: tuple[str, ...] = DEFAULT_FIELDS
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Proximity:
    """Phrases that all stand within so many successive words of one field, in any order."""

    words: tuple[str, ...]
    within: int
    fields: tuple[str, ...] = DEFAULT_FIELDS
    line: int = field(default=0, compare=False, repr=False)

    @property
    def text(self) -> str:
        return " … ".join(self.words)

    @property
    def parts(self) -> tuple[Phrase, ...]:
        return tuple(dict.fromkeys(Phrase(word, self.fields) for word in self.words))


@dataclass(frozen=True, slots=True)
class Fact:
    """Something other than running text: an author, a category, a source, an announce type.

    `text` may hold `*` for any letters, but in an author's name.
    """

    kind: str  # one of FACTS
    text: str
    line: int = field(default=0, compare=False, repr=False)

    def meets(self, value: str) -> bool:
        """Whether a value of this kind, from an entry, is the one."""
        if self.kind == "author":
            return name_key(value) == name_key(self.text)
        return compiled_pattern(fact_pattern(self.text)).fullmatch(fold(value)) is not None


@dataclass(frozen=True, slots=True)
class ThemeRef:
    """What belongs to another theme."""

    text: str  # its id
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of the parts hold: 1 is any of them, as many as there are is all."""

    count: int
    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of the parts holds."""

    parts: tuple[Rule, ...]


Leaf = Phrase | Regex | Proximity | Fact | ThemeRef
Rule = Leaf | AtLeast | NoneOf


def any_of(parts: Sequence[Rule]) -> Rule:
    """One of the parts or more."""
    return parts[0] if len(parts) == 1 else AtLeast(1, tuple(parts))


def all_of(parts: Sequence[Rule]) -> Rule:
    """Each of the parts."""
    return parts[0] if len(parts) == 1 else AtLeast(len(parts), tuple(parts))


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Every term of a rule, in its order."""
    if isinstance(rule, AtLeast | NoneOf):
        for part in rule.parts:
            yield from leaves(part)
    else:
        yield rule


def parse(item: Section) -> Rule:
    """The rule of a theme, from its keys `any`, `all`, `none` and `at_least` with `of`.

    Raises:
        ConfigError: a term says something we cannot accept; names file and line.
    """
    return _Parser(item).rule()


def check_references(themes: Iterable[Theme], sources: Iterable[str], path: Path) -> None:
    """See that each `theme:` and `source:` of a rule names one, and no theme leads back to itself.

    Raises:
        ConfigError: one does not; names the line in `path`.
    """
    terms = {theme.id: tuple(leaves(theme.rule)) for theme in themes}
    names = sorted(sources)
    for leaf in (leaf for each in terms.values() for leaf in each):
        if isinstance(leaf, ThemeRef) and leaf.text not in terms:
            message = f"unknown theme {leaf.text!r}{closest(leaf.text, terms)}"
            raise ConfigError(message, path, leaf.line)
        if isinstance(leaf, Fact) and leaf.kind == "source" and not any(map(leaf.meets, names)):
            message = f"unknown source {leaf.text!r}{closest(leaf.text, names)}"
            raise ConfigError(message, path, leaf.line)
    try:
        in_order(terms)
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]
        line = next(leaf.line for leaf in terms[circle[0]] if leaf == ThemeRef(circle[1]))
        message = f"themes refer to each other in a circle, leave one out: {' → '.join(circle)}"
        raise ConfigError(message, path, line) from None


def in_order(terms: Mapping[str, Iterable[Leaf]]) -> tuple[str, ...]:
    """The ids of themes, each after those that its terms refer to."""
    graph = {
        name: {leaf.text for leaf in found if isinstance(leaf, ThemeRef)}
        for name, found in terms.items()
    }
    return tuple(TopologicalSorter(graph).static_order())


class _Parser:
    """Reads one theme, counting its terms."""

    def __init__(self, theme: Section) -> None:
        self._theme, self._count = theme, 0

    def rule(self) -> Rule:
        found = self._groups(self._theme, DEFAULT_FIELDS, 0)
        if not found:
            self._theme.reject_unknown()
            raise self._theme.error("a theme needs a rule: any, all, none, or at_least with of")
        return all_of(found)

    def _groups(self, item: Section, fields: tuple[str, ...], depth: int) -> list[Rule]:
        """What the keys any, all, none and at_least say; every one must hold."""
        found: list[Rule] = []
        if parts := self._parts(item, "any", fields, depth):
            found.append(any_of(parts))
        if parts := self._parts(item, "all", fields, depth):
            found.append(all_of(parts))
        if parts := list(dict.fromkeys(self._parts(item, "of", fields, depth))):
            count = item.integer("at_least", least=1)
            if count > len(parts):
                message = f"'at_least' asks for {count} of {len(parts)} terms"
                raise item.error(message, "at_least")
            found.append(AtLeast(count, tuple(parts)))
        elif "at_least" in item:
            raise item.error("'at_least' needs 'of', the list of terms it counts", "at_least")
        if parts := self._parts(item, "none", fields, depth):
            found.append(NoneOf(tuple(parts)))
        return found

    def _parts(self, item: Section, key: str, fields: tuple[str, ...], depth: int) -> list[Rule]:
        terms = self._terms_of(item, key)
        if terms and depth >= _MAX_DEPTH:
            raise item.error("nested too deep", key)
        return [
            self._mapping(term, fields, depth + 1)
            if isinstance(term, Section)
            else _phrase(item, term, fields)
            for term in terms
        ]

    def _mapping(self, item: Section, fields: tuple[str, ...], depth: int) -> Rule:
        with item:
            found = self._groups(item, fields, depth)
            for name in TEXT_FIELDS:
                if parts := self._parts(item, name, (name,), depth):
                    found.append(any_of(parts))
            for kind in FACTS:
                if parts := self._facts(item, kind):
                    found.append(any_of(parts))
            if "regex" in item:
                found.append(_regex(item, fields))
            if "near" in item:
                found.append(_near(item, fields))
            if "theme" in item:
                name = item.text("theme")
                found.append(ThemeRef(str(name), name.line))
        if not found:
            raise item.error(f"an empty term; known keys: {', '.join(_KEYS)}")
        return all_of(found)

    def _facts(self, item: Section, kind: str) -> list[Rule]:
        return [_fact(item, kind, term) for term in self._terms_of(item, kind)]

    def _terms_of(self, item: Section, key: str) -> tuple[Text | Section, ...]:
        terms = item.terms(key)
        if key in item and not terms:
            raise item.error(f"{key!r} lists nothing", key)
        self._count += len(terms)
        if self._count > MAX_TERMS:
            raise self._theme.error(f"this theme has over {MAX_TERMS:,} terms; use fewer")
        return terms


def _phrase(item: Section, text: Text, fields: tuple[str, ...]) -> Phrase:
    _check(phrase_pattern, item, text)
    return Phrase(str(text), fields, text.line)


def _regex(item: Section, fields: tuple[str, ...]) -> Regex:
    text = item.text("regex")
    _check(regex_pattern, item, text)
    return Regex(str(text), fields, text.line)


def _near(item: Section, fields: tuple[str, ...]) -> Proximity:
    near = item.section("near")
    assert near is not None  # it is required
    with near:
        words, within = near.texts("words"), near.integer("within", least=2)
        if not 2 <= len(words) <= _MAX_NEAR:
            raise near.error(f"'words' must list 2 to {_MAX_NEAR} phrases", "words")
        if within > _MAX_WORDS:
            raise near.error(f"'within' must be {_MAX_WORDS} words at most", "within")
    for word in words:
        _check(phrase_pattern, near, word)
    return Proximity(tuple(map(str, words)), within, fields, near.line)


def _fact(item: Section, kind: str, term: Text | Section) -> Fact:
    if isinstance(term, Section):
        raise term.error(f"{kind!r} takes plain text")
    _check(fact_pattern, item, term)
    if kind == "author" and not name_key(term):
        raise _error(item, term, "a name needs a letter")
    if kind in {"category", "primary"} and not _CATEGORY.fullmatch(term):
        raise _error(item, term, "no category, which looks like cs.DC or cs.*")
    if kind == "announce_type" and term not in ANNOUNCE_TYPES:
        known = ", ".join(ANNOUNCE_TYPES)
        raise _error(item, term, f"no announce type{closest(term, ANNOUNCE_TYPES)}; known: {known}")
    return Fact(kind, str(term), term.line)


def _check(read: Callable[[str], str], item: Section, text: Text) -> None:
    try:
        if len(text) > _MAX_LETTERS:
            raise ValueError(f"longer than {_MAX_LETTERS} letters")
        read(text)
    except ValueError as error:
        raise _error(item, text, str(error)) from None


def _error(item: Section, text: Text, message: str) -> ConfigError:
    shown = text if len(text) < 60 else text[:57] + "..."
    return ConfigError(f"{str(shown)!r}: {message}", item.path, text.line)
