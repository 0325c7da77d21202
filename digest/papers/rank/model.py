"""What was learnt, as text: `rank.tsv`, a term and its weight in whole hundredths a line. Pure.

Weights may be edited by hand. The lines at the top say what they were learnt from and how far they
may be trusted; the last line tells a whole file from one that was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

import msgspec

from digest.errors import ConfigError
from digest.papers.rank.features import name
from digest.papers.rank.measure import Measure

LINES = 5_000  # of a file that we write, at most
AUTHOR = "author: "  # before an author's name in a term
_LARGEST = 1_000_000  # hundredths that a weight may have
_TITLE = "# digest rank, version "
_VERSION = "1"
_END = "# end"
_WEIGHT = re.compile(r"[+-]?\d{1,9}")
_CONFLICT = re.compile(r"<{7}|={7}$|>{7}|\|{7}")
_KINDS = ("author", "category", "form", "theme", "word")


class Model(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The weights of terms, and what they were learnt from."""

    day: date  # learnt from what was decided before it
    papers: int
    picks: int
    measured: Measure | None = None  # on the newest days, by what was decided before them
    days: int = 0  # that it was measured on
    weights: Mapping[str, int]  # hundredths, by term
    both: bool = False  # whether an author may count negatively

    @cached_property
    def authors(self) -> dict[str, int]:
        """The weights of authors, by the name as it compares."""
        return {
            name(term.removeprefix(AUTHOR)): weight
            for term, weight in self.weights.items()
            if term.startswith(AUTHOR) and (weight > 0 or self.both)
        }


def write(model: Model) -> str:
    """The text of a model, its terms sorted."""
    return "".join(f"{line}\n" for line in _lines(model))


def _lines(model: Model) -> Iterator[str]:
    yield f"{_TITLE}{_VERSION}"
    yield f"# day: {model.day}"
    yield f"# papers: {model.papers}"
    yield f"# picks: {model.picks}"
    if model.measured:
        found = model.measured
        yield f"# measured days: {model.days}"
        yield f"# AUC: {found.auc:.3f}"
        yield f"# picks among the first 10: {found.first10:.3f}"
        yield f"# found in the first 20: {found.first20:.3f}"
        yield f"# read for 95 %: {found.depth:.3f}"
    for term, weight in sorted(model.weights.items()):
        yield f"{term}\t{weight}"
    yield _END


def read(text: str, path: Path, *, both: bool = False) -> Model:
    """The model that a text says, maybe edited by hand.

    Args:
        path: of the file, for errors.
        both: whether an author's name may count negatively.

    Raises:
        ConfigError: the text is cut, damaged or of another version; names file and line.
    """
    lines = text.removesuffix("\n").split("\n")
    _check_ends(lines, path)
    facts, weights, places = dict[str, str](), dict[str, int](), dict[str, int]()
    for number, line in enumerate(lines[1:-1], 2):
        line = line.removesuffix("\r")
        if line.startswith("# "):
            key, _, value = line[2:].partition(": ")
            facts[key] = value
        elif line.strip():
            term, weight = _term(line, path, number)
            if term in weights:
                message = f"{term!r} is there twice: keep this line or line {places[term]}"
                raise ConfigError(message, path, number)
            weights[term], places[term] = weight, number
    return _model(facts, weights, path, both)


def _check_ends(lines: list[str], path: Path) -> None:
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            message = "a conflict of git: keep one side whole, or run `digest rank learn`"
            raise ConfigError(message, path, number)
        if number > 1 and line.startswith(_TITLE):
            message = "a second ranking begins: keep one of the two, or run `digest rank learn`"
            raise ConfigError(message, path, number)
    title = lines[0].removesuffix("\r")
    if not title.startswith(_TITLE):
        raise ConfigError(f"expected {_TITLE + _VERSION!r}; run `digest rank learn`", path, 1)
    if title != _TITLE + _VERSION:
        version = title.removeprefix(_TITLE)
        message = f"version {version!r} is not known, only {_VERSION}; run `digest rank learn`"
        raise ConfigError(message, path, 1)
    if lines[-1].removesuffix("\r") != _END:
        message = f"cut: the last line is not {_END!r}; run `digest rank learn`"
        raise ConfigError(message, path, len(lines))


def _term(line: str, path: Path, number: int) -> tuple[str, int]:
    term, tab, weight = line.partition("\t")
    if not tab or not _WEIGHT.fullmatch(weight):
        message = "expected a term, a tab and a whole number of hundredths, such as 210 for 2.1"
        raise ConfigError(message, path, number)
    kind, colon, rest = term.partition(": ")
    if kind not in _KINDS or not colon or not rest.strip():
        message = (
            f"expected a term that begins with one of {', '.join(_KINDS)}, a colon and a space"
        )
        raise ConfigError(message, path, number)
    if abs(int(weight)) > _LARGEST:
        raise ConfigError(f"a weight is at most {_LARGEST} hundredths", path, number)
    return term, int(weight)


def _model(facts: Mapping[str, str], weights: dict[str, int], path: Path, both: bool) -> Model:
    """
    Raises:
        ConfigError: a line at the top is missing or is none.
    """
    try:
        return Model(
            day=date.fromisoformat(facts["day"]),
            papers=int(facts["papers"]),
            picks=int(facts["picks"]),
            measured=Measure(
                float(facts["AUC"]),
                float(facts["picks among the first 10"]),
                float(facts["found in the first 20"]),
                float(facts["read for 95 %"]),
            )
            if "AUC" in facts
            else None,
            days=int(facts.get("measured days", "0")),
            weights=weights,
            both=both,
        )
    except KeyError as error:
        message = f"a line {f'# {error.args[0]}: …'!r} is missing; run `digest rank learn`"
        raise ConfigError(message, path, 1) from None
    except ValueError as error:
        raise ConfigError(f"a line at the top is damaged: {error}", path, 1) from None
