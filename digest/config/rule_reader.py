"""How site.yaml writes the rule of a theme. Pure.

    any: [speculative decoding, {title: draft*}, {all: [draft model, verif*]}]
    none: [speculative execution]

A mapping means all of its keys at once. docs/rules.md is the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from digest.config.rules import (
    ANNOUNCE_TYPES,
    DEFAULT_FIELDS,
    FACTS,
    TEXT_FIELDS,
    AtLeast,
    Fact,
    NoneOf,
    Phrase,
    Proximity,
    Regex,
    Rule,
    ThemeRef,
    all_of,
    any_of,
)
from digest.errors import ConfigError
from digest.files.located import Section, Text, closest
from digest.text.patterns import fact_pattern, name_key, phrase_pattern, regex_pattern

MAX_TERMS = 5_000  # of one theme: YAML's aliases can write billions in a few lines
_MAX_DEPTH = 20
_MAX_LETTERS = 300  # of one phrase or regex
_MAX_NEAR, _MAX_WORDS = 10, 100  # of `near`: its phrases, and the words they stand in
_CATEGORY = re.compile(r"[A-Za-z.*-]+")
_KEYS = ("any", "all", "none", "at_least", "of", *TEXT_FIELDS, *FACTS, "regex", "near", "theme")


def parse(item: Section) -> Rule:
    """The rule of a theme, from its keys `any`, `all`, `none` and `at_least` with `of`.

    Raises:
        ConfigError: a term says something we cannot accept; names file and line.
    """
    return _Parser(item).rule()


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
                found.append(_proximity(item, fields))
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


def _proximity(item: Section, fields: tuple[str, ...]) -> Proximity:
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
