"""Rules and entries in; the themes of each entry and the reasons out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

import msgspec

from digest.config import rules
from digest.config.rules import (
    AtLeast,
    Fact,
    Leaf,
    NoneOf,
    Phrase,
    Proximity,
    Regex,
    Rule,
    ThemeRef,
)
from digest.model import (
    Entry,
    Match,
    Reason,
    Site,
    Source,
    Theme,
)
from digest.text.patterns import name_key
from digest.themes import terms
from digest.themes.automaton import Automaton

__all__ = ["Matcher", "compiled", "explain", "moves", "terms", "trial"]

_VERSION = 2  # of how rules are read; a change makes kept results stale


class Reading(msgspec.Struct, frozen=True):
    """One entry as the rules see it."""

    entry: Entry
    met: frozenset[Leaf]  # every term that the entry meets, whatever its rule makes of it
    themes: tuple[str, ...]  # ids in the order of site.yaml: the first is the primary theme


class Verdict(NamedTuple):
    """What the rules make of an entry."""

    met: bytes  # the terms that it meets, a bit each
    themes: tuple[str, ...]  # ids in the order of site.yaml
    why: str  # the terms that speak for each theme: the same ones, the same reasons


class Matcher:
    """The rules of all themes, compiled once."""

    def __init__(self, themes: Iterable[Theme], sources: Iterable[Source] = ()) -> None:
        """Compile the rules; an entry of a source with `themes:` belongs to those as well.

        References between themes must be sound, see `rules.check_references`.
        """
        placed = defaultdict[str, list[Rule]](list)
        for source in sources:
            for name in source.themes:
                placed[name].append(Fact("source", str(source.name), source.line))
        self.rules: dict[str, Rule] = {
            theme.id: rules.any_of([theme.rule, *placed[theme.id]]) for theme in themes
        }
        found = {name: tuple(rules.leaves(rule)) for name, rule in self.rules.items()}
        # The phrases of a `near` are looked for too; alone they speak for nothing.
        parts = (leaf.parts for leaf in chain(*found.values()) if isinstance(leaf, Proximity))
        leaves = tuple(dict.fromkeys(chain(*found.values(), *parts)))
        bits = {leaf: 1 << number for number, leaf in enumerate(leaves)}
        self._leaves, self._said = leaves, {leaf: repr(leaf) for leaf in leaves}
        self._scans = tuple(_scans(bits))
        self._facts = _Facts(bits)
        self._proximities = tuple(
            (leaf, bit, _union(bits[part] for part in leaf.parts))
            for leaf, bit in bits.items()
            if isinstance(leaf, Proximity)
        )
        self._decisions = tuple(
            (name, _compiled(self.rules[name], bits), bits.get(ThemeRef(name), 0))
            for name in rules.in_order(found)
        )

    @classmethod
    def of(cls, site: Site) -> Matcher:
        """The rules of a site."""
        return cls(site.themes, site.sources)

    @property
    def fingerprint(self) -> str:
        """The same only for matchers that decide the same about every entry."""
        said = repr((_VERSION, tuple(self.rules.items())))
        return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def themes_of(self, entry: Entry) -> tuple[str, ...]:
        """The ids of every theme that has the entry, in the order of site.yaml."""
        return self._decide(entry)[1]

    def read(self, entry: Entry) -> Reading:
        """All that the rules find in an entry."""
        return self._reading(entry, *self._decide(entry))

    def matches(self, entry: Entry) -> tuple[Match, ...]:
        """Every theme that has the entry, and why, in the order of site.yaml."""
        return self._matches(self.read(entry))

    def verdict(self, entry: Entry) -> Verdict:
        """What the rules make of an entry, as little as `explained` needs to tell why."""
        met, themes = self._decide(entry)
        if not themes:
            return Verdict(b"", (), "")
        reading = self._reading(entry, met, themes)
        why = [[self._said[leaf] for leaf in self._spoken(name, reading)] for name in themes]
        return Verdict(met.to_bytes(-(-met.bit_length() // 8), "big"), themes, repr(why))

    def explained(self, entry: Entry, met: bytes, themes: tuple[str, ...]) -> tuple[Match, ...]:
        """The matches of an entry of which the verdict is known: where the words stand."""
        return self._matches(self._reading(entry, int.from_bytes(met, "big"), themes))

    def _reading(self, entry: Entry, met: int, themes: tuple[str, ...]) -> Reading:
        return Reading(entry, frozenset(self._leaves[number] for number in _numbers(met)), themes)

    def _matches(self, reading: Reading) -> tuple[Match, ...]:
        return tuple(
            Match(theme=name, reasons=self.reasons(name, reading)) for name in reading.themes
        )

    def reasons(self, theme: str, reading: Reading) -> tuple[Reason, ...]:
        """What speaks for a theme that has the entry; themes it refers to give their own."""
        found = list[Reason]()
        for leaf in self._spoken(theme, reading):
            found += terms.reasons(leaf, reading.entry)
        return tuple(dict.fromkeys(found))

    def _spoken(self, theme: str, reading: Reading) -> Iterator[Phrase | Regex | Proximity | Fact]:
        """The terms that speak for a theme, and those of the themes it refers to."""
        themes = [theme]
        for name in themes:  # grows while it is walked
            for leaf in spoken(self.rules[name], reading.met):
                if not isinstance(leaf, ThemeRef):
                    yield leaf
                elif leaf.text not in themes:
                    themes.append(leaf.text)

    def _decide(self, entry: Entry) -> tuple[int, tuple[str, ...]]:
        """Which terms the entry meets, a bit each, and its themes."""
        met = self._facts.met(entry)
        for field, scans in self._scans:
            text = terms.text_of(entry, field).text
            for scan in scans:
                met |= scan.met(text)
        for proximity, bit, parts in self._proximities:
            if met & parts == parts and any(terms.reasons(proximity, entry)):
                met |= bit
        themes = set[str]()
        for theme, decision, reference in self._decisions:
            if decision.holds(met):
                themes.add(theme)
                met |= reference
        return met, tuple(name for name in self.rules if name in themes)


def holds(rule: Rule, met: Set[Leaf]) -> bool:
    """Whether a rule holds where just these terms are met."""
    if isinstance(rule, AtLeast):
        return sum(holds(part, met) for part in rule.parts) >= rule.count
    if isinstance(rule, NoneOf):
        return not any(holds(part, met) for part in rule.parts)
    return rule in met


def spoken(rule: Rule, met: Set[Leaf]) -> Iterator[Leaf]:
    """The terms that make a rule hold where just these are met."""
    if isinstance(rule, AtLeast):
        for part in rule.parts:
            if holds(part, met):
                yield from spoken(part, met)
    elif not isinstance(rule, NoneOf) and rule in met:
        yield rule


class _Scan:
    """Terms of one kind over one field."""

    def __init__(self, found: Mapping[Phrase | Regex, int]) -> None:
        self._terms = tuple(found.items())
        self._automaton = Automaton([terms.pattern_of(term, quick=True) for term in found])

    def met(self, text: str) -> int:
        found = (self._terms[index] for index in self._automaton.met(text))
        if not text.isascii():  # where the quick patterns may meet too much
            found = ((term, bit) for term, bit in found if terms.meets(term, text))
        return _union(bit for _, bit in found)


def _scans(bits: Mapping[Leaf, int]) -> Iterator[tuple[str, tuple[_Scan, ...]]]:
    """For each field, an automaton of its phrases and one of its regular expressions.

    Apart, since a regular expression may need far more states.
    """
    for field in rules.TEXT_FIELDS:
        found = [
            {
                leaf: bit
                for leaf, bit in bits.items()
                if isinstance(leaf, kind) and field in leaf.fields
            }
            for kind in (Phrase, Regex)
        ]
        if any(found):
            yield field, tuple(_Scan(each) for each in found if each)


class _Facts:
    """Terms about authors, categories and the like, by what they meet."""

    def __init__(self, bits: Mapping[Leaf, int]) -> None:
        self._terms = defaultdict[str, list[tuple[Fact, int]]](list)
        self._authors = defaultdict[str, int](int)
        for leaf, bit in bits.items():
            if isinstance(leaf, Fact):
                self._terms[leaf.kind].append((leaf, bit))
                if leaf.kind == "author":
                    self._authors[name_key(leaf.text)] |= bit
        self._known = dict[tuple[str, str], int]()

    def met(self, entry: Entry) -> int:
        return _union(
            self._of(kind, value) for kind in self._terms for value in terms.values(entry, kind)
        )

    def _of(self, kind: str, value: str) -> int:
        if kind == "author":
            return self._authors.get(name_key(value), 0)
        if (kind, value) not in self._known:
            met = _union(bit for fact, bit in self._terms[kind] if fact.meets(value))
            self._known[kind, value] = met
        return self._known[kind, value]


class _Decision(msgspec.Struct, frozen=True):
    """A rule over bits: as `holds`, many times faster."""

    holds: Callable[[int], bool]
    wants: int  # it can't hold unless one of these is met; 0 where it can


def _compiled(rule: Rule, bits: Mapping[Leaf, int]) -> _Decision:
    if not isinstance(rule, AtLeast | NoneOf):
        bit = bits[rule]
        return _Decision(lambda met: met & bit != 0, bit)
    plain = [bits[part] for part in rule.parts if not isinstance(part, AtLeast | NoneOf)]
    nested = [_compiled(part, bits) for part in rule.parts if isinstance(part, AtLeast | NoneOf)]
    direct = _union(plain)
    if isinstance(rule, NoneOf):
        return _Decision(lambda met: not met & direct and not _any(nested, met), 0)
    if rule.count == 1:
        wants = direct | _union(part.wants for part in nested)
        free = any(not part.wants for part in nested)
        return _Decision(lambda met: met & direct != 0 or _any(nested, met), 0 if free else wants)
    count = rule.count
    if count == len(rule.parts):
        wants = min(filter(None, (direct & -direct, *(part.wants for part in nested))), default=0)
        return _Decision(lambda met: met & direct == direct and _all(nested, met), wants)
    return _Decision(
        lambda met: (
            sum(met & bit != 0 for bit in plain) + sum(part.holds(met) for part in nested) >= count
        ),
        0,
    )


def _any(parts: Sequence[_Decision], met: int) -> bool:
    for part in parts:  # noqa: SIM110 - any() costs twice as much, and this runs for every entry
        if (not part.wants or met & part.wants) and part.holds(met):
            return True
    return False


def _all(parts: Sequence[_Decision], met: int) -> bool:
    for part in parts:
        if part.wants and not met & part.wants:
            return False
    return all(part.holds(met) for part in parts)


def _numbers(met: int) -> Iterator[int]:
    """Which bits are set, ascending from 0."""
    while met:
        lowest = met & -met
        yield lowest.bit_length() - 1
        met ^= lowest


def _union(bits: Iterable[int]) -> int:
    met = 0
    for bit in bits:
        met |= bit
    return met
