"""The rule of a theme, as values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from digest.errors import ConfigError
from digest.files.located import closest
from digest.model import Theme
from digest.text.categories import names
from digest.text.patterns import (
    compiled_pattern,
    fact_pattern,
    fold,
    name_key,
)

DEFAULT_FIELDS = ("title", "abstract")
TEXT_FIELDS = ("title", "abstract", "comment")
FACTS = ("author", "category", "primary", "source", "announce_type")
ANNOUNCE_TYPES = ("new", "cross", "replace", "replace-cross")


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
        known = names(value) if self.kind in {"category", "primary"} else (value,)
        pattern = compiled_pattern(fact_pattern(self.text))
        return any(pattern.fullmatch(fold(name)) for name in known)


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
