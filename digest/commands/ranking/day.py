"""A day's papers in the order of their scores, and every term of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from digest import archive
from digest.errors import DigestError
from digest.model import Entry, Site
from digest.papers.rank import scores, scoring
from digest.papers.rank.score import score
from digest.papers.rank.scores import PaperScore
from digest.themes import Matcher
from digest.themes.trial import by_name, named

RankedPaper = tuple[Entry, PaperScore | None]  # None: it was never scored


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """All terms of a paper's score, and what it is of."""

    entry: Entry
    terms: tuple[tuple[str, int], ...]
    kept: bool  # whether it is the score of its day, not what the present ranking would say


def of_day(root: Path, day: date | None) -> tuple[date, list[RankedPaper]]:
    """The papers of a day, best first; those without a score come last.

    Args:
        day: of announcement; None: the newest.

    Raises:
        DigestError: the archive has no such day.
    """
    entries = archive.load(root / archive.FOLDER)
    if not entries:
        raise DigestError("the archive is empty; run: digest fetch")
    day = day or max(entry.announced for entry in entries)
    found = [entry for entry in entries if entry.announced == day]
    if not found:
        raise DigestError(f"the archive has no paper of {day}")
    return day, in_order(found, scores.load(root / scores.FOLDER))


def in_order(entries: Iterable[Entry], kept: dict[str, PaperScore]) -> list[RankedPaper]:
    """Papers with their scores, best first."""
    ranked = [(entry, scoring.kept_of(kept, entry)) for entry in entries]
    return sorted(
        ranked, key=lambda item: (item[1] is None, -(item[1].score if item[1] else 0), item[0].id)
    )


def explain(root: Path, site: Site, name: str) -> Explained:
    """Every term of a paper's score; where it was never scored, what the ranking says now.

    Raises:
        DigestError: there is no such paper, or no ranking.
        ConfigError: the ranking is damaged; names file and line.
    """
    entry = named(by_name(archive.load(root / archive.FOLDER)), name)
    if entry is None:
        raise DigestError(f"no paper {name!r} in the archive; an id looks like 2605.13319")
    kept = scores.load_terms(root / scores.FOLDER, (entry.id, *entry.aliases))
    if kept:
        return Explained(entry=entry, terms=kept.terms, kept=True)
    model = scoring.load_model(root, both=bool(site.rank and site.rank.both))
    if model is None:
        raise DigestError("nothing was learnt yet; run: digest rank learn")
    found = score(entry, model, Matcher(site.themes, site.sources).themes_of(entry))
    terms = tuple((part.term, part.weight) for part in found.parts)
    return Explained(entry=entry, terms=terms, kept=False)
