"""Which entries belong to which theme, and why. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

from digest.model import Entry, Match, Reason, Source, Theme
from digest.themes import rules, terms
from digest.themes.automaton import Automaton
from digest.themes.matching import name_key
from digest.themes.rules import AtLeast, Fact, Leaf, Near, NoneOf, Phrase, Regex, Rule, ThemeRef

_VERSION = 1  # of how rules are read; a change makes kept results stale


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry as the rules see it."""

    entry: Entry
    met: frozenset[Leaf]  # every term that the entry meets, whatever its rule makes of it
    themes: tuple[str, ...]  # ids in the order of site.yaml: the first is the primary theme


class Matcher:
    """The rules of all themes, compiled once."""

    def __init__(self, themes: Iterable[Theme], sources: Iterable[Source] = ()) -> None:
        """Compile the rules; an entry of a source with `themes:` belongs to those as well.

        References between themes must be sound, see `rules.check_references`.
        """
        placed = defaultdict[str, list[Rule]](list)
        for source in sources:
            for name in source.themes:
                placed[name].append(Fact("source", source.name, source.line))
        self.rules: dict[str, Rule] = {
            theme.id: rules.any_of([theme.rule, *placed[theme.id]]) for theme in themes
        }
        found = {name: tuple(rules.leaves(rule)) for name, rule in self.rules.items()}
        # The phrases of a `near` are looked for too; alone they speak for nothing.
        parts = (leaf.parts for leaf in chain(*found.values()) if isinstance(leaf, Near))
        self._leaves = tuple(dict.fromkeys(chain(*found.values(), *parts)))
        numbers = {leaf: number for number, leaf in enumerate(self._leaves)}
        self._scans = tuple(_scans(numbers))
        self._nears = tuple((numbers[leaf], leaf) for leaf in numbers if isinstance(leaf, Near))
        self._needs = {
            number: frozenset(numbers[part] for part in near.parts) for number, near in self._nears
        }
        self._facts = _Facts(numbers)
        self._decisions = tuple(
            _Decision(name, self.rules[name], numbers) for name in rules.in_order(found)
        )

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
        met, themes = self._decide(entry)
        return Reading(entry, frozenset(self._leaves[number] for number in met), themes)

    def matches(self, entry: Entry) -> tuple[Match, ...]:
        """Every theme that has the entry, and why, in the order of site.yaml."""
        reading = self.read(entry)
        return tuple(
            Match(theme=name, reasons=self.reasons(name, reading)) for name in reading.themes
        )

    def reasons(self, theme: str, reading: Reading) -> tuple[Reason, ...]:
        """What speaks for a theme that has the entry; themes it refers to give their own."""
        found, themes = list[Reason](), [theme]
        for name in themes:  # grows while it is walked
            for leaf in spoken(self.rules[name], reading.met):
                if not isinstance(leaf, ThemeRef):
                    found += terms.reasons(leaf, reading.entry)
                elif leaf.text not in themes:
                    themes.append(leaf.text)
        return tuple(dict.fromkeys(found))

    def _decide(self, entry: Entry) -> tuple[set[int], tuple[str, ...]]:
        """The numbers of all terms that the entry meets, and its themes."""
        met = self._facts.met(entry)
        for field, scans in self._scans:
            text = terms.text_of(entry, field).text
            for scan in scans:
                met.update(scan.met(text))
        for number, near in self._nears:
            if self._needs[number] <= met and any(terms.reasons(near, entry)):
                met.add(number)
        themes = set[str]()
        for decision in self._decisions:
            if decision.holds(met):
                themes.add(decision.theme)
                if decision.reference is not None:
                    met.add(decision.reference)
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

    def __init__(self, found: Mapping[int, Phrase | Regex]) -> None:
        self._numbers = tuple(found)
        self._automaton = Automaton([terms.pattern_of(term) for term in found.values()])

    def met(self, text: str) -> Iterator[int]:
        return (self._numbers[index] for index in self._automaton.met(text))


def _scans(numbers: Mapping[Leaf, int]) -> Iterator[tuple[str, tuple[_Scan, ...]]]:
    """For each field, an automaton of its phrases and one of its regular expressions.

    Apart, since a regular expression may need far more states.
    """
    for field in rules.TEXT_FIELDS:
        scans = []
        for kind in (Phrase, Regex):
            found = {
                number: leaf
                for leaf, number in numbers.items()
                if isinstance(leaf, kind) and field in leaf.fields
            }
            if found:
                scans.append(_Scan(found))
        if scans:
            yield field, tuple(scans)


class _Facts:
    """Terms about authors, categories and the like, by what they meet."""

    def __init__(self, numbers: Mapping[Leaf, int]) -> None:
        self._terms = defaultdict[str, list[tuple[Fact, int]]](list)
        self._authors = defaultdict[str, list[int]](list)
        for leaf, number in numbers.items():
            if isinstance(leaf, Fact):
                self._terms[leaf.kind].append((leaf, number))
                if leaf.kind == "author":
                    self._authors[name_key(leaf.text)].append(number)
        self._known = dict[tuple[str, str], list[int]]()

    def met(self, entry: Entry) -> set[int]:
        return {
            number
            for kind in self._terms
            for value in terms.values(entry, kind)
            for number in self._of(kind, value)
        }

    def _of(self, kind: str, value: str) -> Sequence[int]:
        if kind == "author":
            return self._authors.get(name_key(value), ())
        if (kind, value) not in self._known:
            found = [number for fact, number in self._terms[kind] if fact.meets(value)]
            self._known[kind, value] = found
        return self._known[kind, value]


class _Decision:
    """One theme's rule over the numbers of terms."""

    def __init__(self, theme: str, rule: Rule, numbers: Mapping[Leaf, int]) -> None:
        self.theme = theme
        self.reference = numbers.get(ThemeRef(theme))
        self._terms = frozenset(numbers[leaf] for leaf in rules.leaves(rule))
        self._holds = _compiled(rule, numbers)
        self._unspoken = self._holds(frozenset())  # what it says where no term of it is met

    def holds(self, met: Set[int]) -> bool:
        return self._unspoken if self._terms.isdisjoint(met) else self._holds(met)


def _compiled(rule: Rule, numbers: Mapping[Leaf, int]) -> Callable[[Set[int]], bool]:
    """As `holds`, over numbers."""
    if not isinstance(rule, AtLeast | NoneOf):
        number = numbers[rule]
        return lambda met: number in met
    parts = [part for part in rule.parts if isinstance(part, AtLeast | NoneOf)]
    nested = tuple(_compiled(part, numbers) for part in parts)
    direct = tuple(numbers[part] for part in rule.parts if not isinstance(part, AtLeast | NoneOf))
    if isinstance(rule, AtLeast) and rule.count > 1:
        count = rule.count
        return lambda met: (
            sum(number in met for number in direct) + sum(part(met) for part in nested) >= count
        )
    any_direct = frozenset(direct)
    if isinstance(rule, AtLeast):
        return lambda met: not any_direct.isdisjoint(met) or any(part(met) for part in nested)
    return lambda met: any_direct.isdisjoint(met) and not any(part(met) for part in nested)
