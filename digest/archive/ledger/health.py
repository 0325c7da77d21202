"""What the ledger says of each source: its last success, its gaps, its days. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from digest.archive.ledger.lines import LedgerLine
from digest.model import WHOLE, State
from digest.text.mailing import EASTERN, due, is_listing_day

_BEST_FIRST = (State.OK, State.QUIET, State.PARTIAL, State.STALE, State.FAILED)
_DAY = timedelta(days=1)


class SourceDay(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one day at one source."""

    day: date
    state: State | None  # the best of that day's fetches; None where there was none
    covered: bool  # whether that day's fetch, or a later one, brought what there was


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a source does."""

    source: str
    state: State | None  # of the newest fetch; None where there was none
    problem: str  # of the newest fetch
    fetched: datetime | None  # the newest fetch
    success: datetime | None  # the newest whole one
    failed_days: int  # days with fetches since then, none of them whole
    gaps: tuple[date, ...]  # listing days of which we have nothing


def health(
    lines: Sequence[LedgerLine], sources: Iterable[str], now: datetime
) -> tuple[Health, ...]:
    """How each source does, in the order given."""
    by_source = _by_source(lines)
    return tuple(_health(name, by_source.get(name, ()), now) for name in sources)


def calendar(
    lines: Sequence[LedgerLine], source: str, start: date, end: date
) -> tuple[SourceDay, ...]:
    """What became of each day, from `start` to `end`, both included."""
    own = _by_source(lines).get(source, ())
    states = defaultdict[date, list[State]](list)
    for line in own:
        states[line.when.date()].append(line.state)
    spans = _spans(own)
    return tuple(
        SourceDay(
            day=day,
            state=min(states[day], key=_BEST_FIRST.index) if day in states else None,
            covered=_is_covered(day, spans),
        )
        for day in _days(start, end)
    )


def _health(source: str, lines: Sequence[LedgerLine], now: datetime) -> Health:
    newest = lines[-1] if lines else None
    success = max((line.when for line in lines if line.state in WHOLE), default=None)
    failed = {line.when.date() for line in lines if success is None or line.when > success}
    return Health(
        source=source,
        state=newest.state if newest else None,
        problem=newest.problem if newest else "",
        fetched=newest.when if newest else None,
        success=success,
        failed_days=len(failed),
        gaps=_gaps(lines, now),
    )


def _gaps(lines: Sequence[LedgerLine], now: datetime) -> tuple[date, ...]:
    """Listing days since the first fetch that no whole fetch speaks of; files have none, and today
    is one only when today's fetch has brought nothing.
    """
    asked = [line for line in lines if line.answered]
    if not asked:
        return ()
    spans, last = _spans(asked), due(now)
    if last == now.astimezone(EASTERN).date() and asked[-1].when.date() < last:
        last -= _DAY
    days = _days(asked[0].when.date(), last)
    return tuple(day for day in days if is_listing_day(day) and not _is_covered(day, spans))


def _spans(lines: Iterable[LedgerLine]) -> list[tuple[date, date]]:
    """First and last day that each whole fetch speaks of."""
    return [
        (line.covers or date.min, line.listing or line.when.date())
        for line in lines
        if line.state in WHOLE
    ]


def _is_covered(day: date, spans: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in spans)


def _days(start: date, end: date) -> list[date]:
    return [start + n * _DAY for n in range((end - start).days + 1)]


def _by_source(lines: Iterable[LedgerLine]) -> dict[str, list[LedgerLine]]:
    found = defaultdict[str, list[LedgerLine]](list)
    for line in lines:
        found[line.source].append(line)
    return dict(found)
