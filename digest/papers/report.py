"""What the rules do over an archive: terms that idle, themes that overlap, what is left. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from importlib.resources import files
from itertools import combinations, pairwise
from typing import Any

import msgspec
from jinja2 import Environment

from digest.config import rules
from digest.config.rules import Leaf
from digest.model import Entry, Theme
from digest.papers.paper import Paper
from digest.text.words import COMMON, surprise
from digest.themes import Matcher, terms
from digest.themes.explain import describe

TOO_MUCH = 0.5  # share of the archive beyond which a theme or term tells nothing apart
PHRASES = 25  # telling ones that are shown
_FEW = 10  # papers of an archive that say nothing about a rule yet
_SHOWN = 8  # terms of a theme, in text
_RARE = 3  # papers that a phrase stands in at least
_WORD = re.compile(r"[a-z][a-z-]+[a-z]")
_KEPT = 1_000_000  # phrases counted at a time


class TermCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many papers of the archive meet a term, whatever its rule makes of it."""

    term: str  # in a few words
    line: int  # of site.yaml
    hits: int


class ThemeReport(msgspec.Struct, frozen=True, kw_only=True):
    """One theme over the archive."""

    theme: str  # id
    papers: int
    share: float  # of the archive, 0 to 1
    terms: tuple[TermCount, ...]  # in the order of the rule

    @property
    def silent(self) -> tuple[TermCount, ...]:
        """Terms that no paper meets."""
        return tuple(term for term in self.terms if not term.hits)


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """Papers that two themes share."""

    themes: tuple[str, str]
    papers: int


class RulesReport(msgspec.Struct, frozen=True, kw_only=True):
    """All themes over the archive."""

    papers: int
    themes: tuple[ThemeReport, ...]
    overlaps: tuple[Overlap, ...]  # most papers first
    unthemed: int
    phrases: tuple[tuple[str, int], ...]  # telling ones of unthemed papers, and how many have them

    @property
    def loud(self) -> tuple[str, ...]:
        """Themes and terms that meet over half of the archive, in a few words each."""
        most = self.papers * TOO_MUCH
        return (
            *(f"theme {theme.theme}" for theme in self.themes if theme.papers > most),
            *(
                f"{term.term} of {theme.theme}"
                for theme in self.themes
                for term in theme.terms
                if term.hits > most
            ),
        )


class BroadTheme(msgspec.Struct, frozen=True, kw_only=True):
    """A theme whose words meet over half of the archive."""

    theme: str  # id
    line: int  # of site.yaml, where its rule begins
    share: float  # of the archive, 0 to 1

    def __str__(self) -> str:
        return f"{self.theme} has {self.share:.0%} of the archive: its rule tells nothing apart"


def broad_themes(themes: Iterable[Theme], papers: Sequence[Paper]) -> tuple[BroadTheme, ...]:
    """The themes that are too broad; one made of sources or categories is meant to be a channel."""
    if len(papers) < _FEW:
        return ()
    counts = Counter(theme for paper in papers for theme in paper.themes)
    found = []
    for theme in themes:
        words = [leaf for leaf in rules.leaves(theme.rule) if not isinstance(leaf, rules.Fact)]
        share = counts[theme.id] / len(papers)
        if words and share > TOO_MUCH:
            found.append(BroadTheme(theme=theme.id, line=words[0].line, share=share))
    return tuple(found)


def report(matcher: Matcher, themes: Sequence[Theme], entries: Sequence[Entry]) -> RulesReport:
    """What the rules make of these entries."""
    hits, members, shared = Counter[Leaf](), Counter[str](), Counter[tuple[str, str]]()
    left: list[Entry] = []
    for entry in entries:
        reading = matcher.read(entry)
        hits.update(reading.met)
        members.update(reading.themes)
        shared.update(combinations(reading.themes, 2))
        if not reading.themes:
            left.append(entry)
    count = len(entries)
    return RulesReport(
        papers=count,
        themes=tuple(
            ThemeReport(
                theme=theme.id,
                papers=members[theme.id],
                share=members[theme.id] / count if count else 0.0,
                terms=tuple(
                    TermCount(term=describe(leaf), line=leaf.line, hits=hits[leaf])
                    for leaf in dict.fromkeys(rules.leaves(theme.rule))
                ),
            )
            for theme in themes
        ),
        overlaps=tuple(Overlap(themes=pair, papers=n) for pair, n in shared.most_common()),
        unthemed=len(left),
        phrases=_telling(left, entries),
    )


def as_data(found: RulesReport) -> dict[str, Any]:
    """The same for machines."""
    return {**msgspec.to_builtins(found), "loud": found.loud}


def as_lines(found: RulesReport) -> Iterator[str]:
    """The same for people."""
    yield f"{found.papers:,} papers, {found.unthemed:,} without a theme"
    for loud in found.loud:
        yield f"{loud} meets over half of the archive: it tells nothing apart"
    for theme in found.themes:
        yield ""
        yield f"{theme.papers:7,}  {100 * theme.share:5.1f} %  {theme.theme}"
        heard = sorted(theme.terms, key=lambda term: -term.hits)[:_SHOWN]
        yield from (f"{term.hits:7,}           {term.term}" for term in heard if term.hits)
        if theme.silent:
            named = ", ".join(term.term for term in theme.silent[:_SHOWN])
            rest = len(theme.silent) - _SHOWN
            yield f"{'never':>7}           {named}{f' and {rest} more' if rest > 0 else ''}"
    if found.overlaps:
        yield from ("", "Papers that two themes share")
        yield from (f"{o.papers:7,}  {' and '.join(o.themes)}" for o in found.overlaps)
    if found.phrases:
        yield from ("", "What the papers without a theme speak of")
        yield from (f"{count:7,}  {phrase}" for phrase, count in found.phrases)


def _phrases(entry: Entry) -> Iterator[str]:
    """Pairs of words of an entry's texts that could be a term."""
    for field in rules.DEFAULT_FIELDS:
        text = terms.text_of(entry, field).text.lower()
        for sentence in re.split(r"[.,:;()?!]", text):
            for pair in pairwise(sentence.split()):
                if all(_WORD.fullmatch(word) and word not in COMMON for word in pair):
                    yield " ".join(pair)


def _telling(left: Sequence[Entry], entries: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    """The phrases of the entries that are left that tell them most from the others."""
    among = _count(left)
    among = Counter({phrase: count for phrase, count in among.items() if count >= _RARE})
    everywhere = _count(entries, only=among.keys())

    others = len(entries) - len(left)

    def telling(phrase: str) -> float:
        rest = everywhere[phrase] - among[phrase]
        return surprise(among[phrase], len(left), rest, others)

    expected = len(left) / len(entries) if entries else 0.0
    found = [phrase for phrase, n in among.items() if n >= everywhere[phrase] * expected]
    best = sorted(found, key=lambda phrase: (-telling(phrase), -among[phrase], phrase))[:PHRASES]
    return tuple((phrase, among[phrase]) for phrase in best)


def _count(entries: Iterable[Entry], only: Set[str] | None = None) -> Counter[str]:
    """In how many entries each phrase stands; rare ones are forgotten where memory is short."""
    found = Counter[str]()
    for entry in entries:
        phrases = set(_phrases(entry))
        found.update(phrases if only is None else phrases & only)
        if len(found) > _KEPT:
            found = Counter({phrase: count for phrase, count in found.items() if count > 1})
    return found


def as_html(found: RulesReport, title: str) -> str:
    """The same as a page for the curator, whole in itself."""
    text = files(__package__).joinpath("report.html").read_text("utf-8")
    page = Environment(autoescape=True, trim_blocks=True).from_string(text)
    return page.render(report=found, title=title)
