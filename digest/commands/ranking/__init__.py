"""A site's folder in; what its editor decided, what is learnt from it, and days in order out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from digest import build
from digest.commands import triage
from digest.commands.ranking import library
from digest.commands.ranking.decisions import Decisions, by_table, decisions, undecided
from digest.errors import ConfigError, DigestError
from digest.files import files
from digest.model import Ranking
from digest.papers.rank import scores
from digest.papers.rank.learn import FEW, learn
from digest.papers.rank.model import Model, write
from digest.papers.rank.replay import ReplayedDay, replay
from digest.text.days import day_in, is_near

NEEDED = 1  # picks without which nothing can be learnt


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt, and what is to be said of it."""

    model: Model | None  # None: there was nothing to learn from
    warnings: tuple[str, ...]


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """The days of the past, ranked by what was decided before each, and what is to be said."""

    days: tuple[ReplayedDay, ...]
    warnings: tuple[str, ...]


def learn_again(root: Path, now: datetime) -> Learnt:
    """Learn from all that was decided, and write it down.

    Raises:
        DigestError: a file of the site can't be accepted, or the ranking can't be written.
    """
    decided, today, ranking, warnings = _decided(root, now)
    lessons = undecided(decided.lessons, today)
    if decided.picks < NEEDED or decided.picks == len(lessons):
        missing = "picked" if decided.picks < NEEDED else "left unpicked"
        message = f"nothing is learnt: no paper was {missing} yet"
        return Learnt(model=None, warnings=(*warnings, message))
    model = learn(lessons, today + timedelta(1), both=ranking.both).model
    model = msgspec.structs.replace(model, day=today)
    files.replace(root / scores.MODEL, write(model).encode())
    return Learnt(model=model, warnings=(*warnings, *_few(model.picks)))


def go_through(
    root: Path, now: datetime, table: Path | None = None, newest: int | None = None
) -> Replayed:
    """Rank each day of the archive by what was decided before it.

    Args:
        table: picks, a paper and a day a line; None: the editor's own decisions.
        newest: how many picks to learn from, the newest ones; None: all.

    Raises:
        DigestError: a file of the site or the table can't be accepted.
    """
    if table:
        site, edition = build.read(root, now)
        ranking = site.rank or Ranking()
        decided = by_table(edition.papers, read_table(table))
        warnings = _unknown(decided, str(table))
    else:
        decided, _, ranking, warnings = _decided(root, now)
    found = tuple(replay(decided.lessons, newest=newest, both=ranking.both))
    learnt = found[-1].learnt if found else decided.picks
    return Replayed(days=found, warnings=(*warnings, *_few(learnt)))


def decided_on(root: Path, now: datetime) -> Decisions:
    """What the editor decided of every paper of a site.

    Raises:
        DigestError: a file of the site can't be accepted.
    """
    return _decided(root, now)[0]


def read_table(path: Path) -> dict[str, date]:
    """The day of each pick in a table of columns `arxiv_id` and `picked`, apart by tabs.

    Raises:
        ConfigError: a line is none of such a table; names file and line.
        DigestError: it can't be read.
    """
    found, first = dict[str, date](), 0
    text = files.read(path).decode("utf-8-sig", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if cells == [""]:
            continue
        if not first:
            first = number
            if cells == ["arxiv_id", "picked"]:
                continue
        day = _day(cells[1]) if len(cells) == 2 and cells[0] else None
        if day is None:
            message = "expected an id, a tab and a day, such as 2605.13319 and 2026-05-14"
            raise ConfigError(message, path, number)
        found[cells[0]] = min(day, found.get(cells[0], day))
    return found


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_near(day) else None


def _decided(root: Path, now: datetime) -> tuple[Decisions, date, Ranking, tuple[str, ...]]:
    """The editor's decisions, the day, what site.yaml says of the ranking, and warnings."""
    site, edition = build.read(root, now)
    if site.rank is None:
        raise DigestError(f"{root / 'site.yaml'} has no ranking: add `rank: true`")
    today = day_in(site.timezone, now)
    liked = library.read(root, site.rank.picks, today)
    decided = decisions(edition, triage.read_seen(root / triage.SEEN), liked)
    warnings = (*map(str, liked.problems), *_unknown(decided, "rank.picks in site.yaml"))
    return decided, today, site.rank, warnings


def _unknown(decided: Decisions, where: str) -> tuple[str, ...]:
    count = len(decided.unknown)
    if not count:
        return ()
    first = f"{decided.unknown[0]} of {where}"
    if count == 1:
        return (f"{first} is not in the archive, and teaches nothing",)
    return (f"{count:,} papers are not in the archive, and teach nothing; the first: {first}",)


def _few(picks: int) -> Sequence[str]:
    if picks >= FEW:
        return ()
    papers = "1 pick" if picks == 1 else f"{picks} picks"
    return (f"learnt from {papers}: with fewer than {FEW} an order is hardly better than chance",)
