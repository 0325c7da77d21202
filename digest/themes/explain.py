"""Why a paper is in a theme, or what it lacks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any

import msgspec

from digest.config.rules import (
    DEFAULT_FIELDS,
    AtLeast,
    Fact,
    Leaf,
    NoneOf,
    Phrase,
    Proximity,
    Regex,
    Rule,
    ThemeRef,
    any_of,
)
from digest.model import Entry, Reason
from digest.themes import Matcher, holds, terms

_NAMED = 4  # terms of a list that are named before the rest is counted
_ALMOST = 0.5  # share of what a theme asks for, from which on we say what it still lacked
_AROUND = 48  # letters of text before and after what is highlighted
Highlight = Callable[[str], str]


class ThemeVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one theme makes of one paper."""

    theme: str  # id
    has: bool
    near: bool  # it doesn't have the paper, and half of what it asks for is there
    reasons: tuple[Reason, ...]  # what speaks for it, if it has the paper or is near
    against: tuple[Reason, ...]  # what the rule excludes, and the paper says
    lacks: tuple[str, ...]  # what would have been needed; empty where it has the paper


def explain(matcher: Matcher, entry: Entry) -> tuple[ThemeVerdict, ...]:
    """The verdict of every theme, in the order of site.yaml."""
    reading = matcher.read(entry)
    return tuple(
        ThemeVerdict(
            theme=theme,
            has=True,
            near=False,
            reasons=matcher.reasons(theme, reading),
            against=(),
            lacks=(),
        )
        if theme in reading.themes
        else _refusal(theme, rule, reading.met, entry)
        for theme, rule in matcher.rules.items()
    )


def _refusal(theme: str, rule: Rule, met: Set[Leaf], entry: Entry) -> ThemeVerdict:
    best = _closest(rule, met)
    near = _share(best, met) >= _ALMOST
    return ThemeVerdict(
        theme=theme,
        has=False,
        near=near,
        reasons=_reasons(_wanted(best), met, entry) if near else (),
        against=_reasons(_excluded(rule if holds(best, met) else best, met), met, entry),
        lacks=tuple(dict.fromkeys(_lacks(best if near else rule, met))),
    )


def as_data(verdicts: Sequence[ThemeVerdict]) -> list[dict[str, Any]]:
    """The same for machines; `spans` are of the field's plain text."""
    return [msgspec.to_builtins(verdict) for verdict in verdicts]


def as_lines(verdicts: Sequence[ThemeVerdict], entry: Entry, highlight: Highlight) -> Iterator[str]:
    """The same for people: what has the paper first, then what nearly has it, then the rest.

    `highlight` makes words stand out.
    """
    for verdict in sorted(verdicts, key=lambda verdict: (not verdict.has, not verdict.near)):
        yield f"{'yes' if verdict.has else 'no '}  {verdict.theme}"
        yield from _quoted(verdict.reasons, entry, highlight, "")
        yield from _quoted(verdict.against, entry, highlight, "but ")
        for lack in verdict.lacks:
            yield f"     lacks {lack}"


def describe(rule: Rule) -> str:
    """A rule in a few words: “draft model” in the title."""
    match rule:
        case Phrase() | Proximity() | Regex():
            shown = f"/{rule.text}/" if isinstance(rule, Regex) else f"“{rule.text}”"
            return shown if rule.fields == DEFAULT_FIELDS else f"{shown} in the {rule.fields[0]}"
        case Fact():
            return f"{rule.kind.replace('_', ' ')} {rule.text}"
        case ThemeRef():
            return f"theme {rule.text}"
        case NoneOf():
            return f"none of {_listed(rule.parts)}"
        case AtLeast():
            if rule.count == len(rule.parts):
                return f"({' and '.join(map(describe, rule.parts))})"
            return f"{_number(rule.count)} of {_listed(rule.parts)}"


def _closest(rule: Rule, met: Set[Leaf]) -> Rule:
    """The part of a rule that needs least to hold, where one of several parts would do."""
    while isinstance(rule, AtLeast):
        wanted = [part for part in rule.parts if not isinstance(part, NoneOf)]
        if not wanted or min(rule.count, len(wanted)) > 1:
            break
        rule = max(wanted, key=lambda part: _share(part, met))
    return rule


def _lacks(rule: Rule, met: Set[Leaf]) -> Iterator[str]:
    """What would have to be met besides; of several that would do, the nearest if it is near."""
    if holds(rule, met):
        return
    if isinstance(rule, NoneOf):
        for part in rule.parts:
            yield from _spared(part, met)
        return
    if not isinstance(rule, AtLeast):
        yield describe(rule)
        return
    open_ = [part for part in rule.parts if not holds(part, met)]
    need = rule.count - (len(rule.parts) - len(open_))
    best = max(open_, key=lambda part: _share(part, met))
    if need == len(open_):
        for part in open_:
            yield from _lacks(part, met)
    elif _share(best, met) >= _ALMOST:
        yield from _lacks(best, met)
    else:
        yield f"{_number(need)} of {_listed(open_)}"


def _spared(rule: Rule, met: Set[Leaf]) -> Iterator[str]:
    """What would have to be met for an excluded rule not to hold: its own `none`."""
    if isinstance(rule, NoneOf) and holds(rule, met):
        yield from _lacks(any_of(rule.parts), met)
    elif isinstance(rule, AtLeast) and holds(rule, met):
        for part in rule.parts:
            yield from _spared(part, met)


def _share(rule: Rule, met: Set[Leaf]) -> float:
    """How much of what a rule asks for is met, 0 to 1."""
    if not isinstance(rule, AtLeast):
        return float(holds(rule, met))
    asked = [part for part in rule.parts if not (isinstance(part, NoneOf) and holds(part, met))]
    need = max(1, rule.count - (len(rule.parts) - len(asked)))
    best = sorted((_share(part, met) for part in asked), reverse=True)[:need]
    return sum(best) / need


def _wanted(rule: Rule) -> Iterator[Leaf]:
    """The terms that can speak for a rule."""
    if isinstance(rule, AtLeast):
        for part in rule.parts:
            yield from _wanted(part)
    elif not isinstance(rule, NoneOf):
        yield rule


def _excluded(rule: Rule, met: Set[Leaf]) -> Iterator[Leaf]:
    """The terms that are met and keep a rule from holding."""
    if isinstance(rule, AtLeast | NoneOf) and not holds(rule, met):
        excludes = isinstance(rule, NoneOf)
        for part in rule.parts:
            yield from (_excluding if excludes else _excluded)(part, met)


def _excluding(rule: Rule, met: Set[Leaf]) -> Iterator[Leaf]:
    """The terms that are met and let an excluded rule hold."""
    if not holds(rule, met):
        return
    if isinstance(rule, AtLeast | NoneOf):
        excludes = isinstance(rule, NoneOf)
        for part in rule.parts:
            yield from (_excluded if excludes else _excluding)(part, met)
    else:
        yield rule


def _reasons(leaves: Iterator[Leaf], met: Set[Leaf], entry: Entry) -> tuple[Reason, ...]:
    found = dict.fromkeys(leaf for leaf in leaves if leaf in met)
    return tuple(
        reason
        for leaf in found
        for reason in (
            (Reason(term=leaf.text, field="theme", words=leaf.text),)
            if isinstance(leaf, ThemeRef)
            else terms.reasons(leaf, entry)
        )
    )


def _quoted(
    reasons: Sequence[Reason], entry: Entry, highlight: Highlight, lead: str
) -> Iterator[str]:
    """One line a field: its first words that were met, all highlighted, with those around."""
    for field in dict.fromkeys(reason.field for reason in reasons):
        found = [reason for reason in reasons if reason.field == field]
        spans = terms.merged(span for reason in found for span in reason.spans)
        if spans:
            quote = _snippet(terms.text_of(entry, field).plain, spans, highlight)
        else:
            quote = ", ".join(dict.fromkeys(highlight(reason.words) for reason in found))
        yield f"     {lead}{field.replace('_', ' ')}: {quote}"


def _snippet(text: str, spans: Sequence[tuple[int, int]], highlight: Highlight) -> str:
    """The text around the first span, cut at spaces, with every span in it highlighted."""
    first, last = max(0, spans[0][0] - _AROUND), min(len(text), spans[0][1] + 2 * _AROUND)
    if first:
        first = text.find(" ", first, spans[0][0]) + 1 or first
    if last < len(text):
        last = max(text.rfind(" ", spans[0][1], last), spans[0][1])
    pieces, at = [], first
    for start, end in spans:
        if start >= at and end <= last:
            pieces += [text[at:start], highlight(text[start:end])]
            at = end
    pieces.append(text[at:last])
    return f"{'…' if first else ''}{''.join(pieces)}{'…' if last < len(text) else ''}"


def _listed(parts: Sequence[Rule]) -> str:
    parts = list(_alternatives(parts))
    named = ", ".join(map(describe, parts[:_NAMED]))
    rest = len(parts) - _NAMED
    return f"{named} and {rest} more" if rest > 0 else named


def _alternatives(parts: Sequence[Rule]) -> Iterator[Rule]:
    for part in parts:
        if isinstance(part, AtLeast) and part.count == 1:
            yield from _alternatives(part.parts)
        else:
            yield part


def _number(count: int) -> str:
    return {1: "one", 2: "two", 3: "three"}.get(count, str(count))
