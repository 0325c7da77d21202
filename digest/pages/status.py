"""What readers see of the sources: a page, the same as JSON, and how fresh it all is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from digest.archive.ledger import (
    Health,
    LedgerLine,
    SourceDay,
    calendar,
    health,
)
from digest.model import Page, Site

WEEKS = 8  # shown


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How one source does, and what became of the last weeks' days there."""

    health: Health
    weeks: tuple[tuple[SourceDay, ...], ...]  # oldest first, Monday to Sunday; the last ends today


def plan(site: Site, lines: Sequence[LedgerLine], now: datetime) -> Iterator[Page]:
    """The pages that tell how the sources do.

    Only these change with a fetch that brought nothing: the base layout shows how fresh the digest
    is as an image.

    Args:
        lines: of the ledger, oldest first.
        now: aware; what is due by then counts.
    """
    monday = now.date() - timedelta(days=now.weekday(), weeks=WEEKS - 1)
    sources = tuple(
        Coverage(health=state, weeks=_weeks(calendar(lines, state.source, monday, now.date())))
        for state in health(lines, [source.name for source in site.sources], now)
    )
    successes = (source.health.success for source in sources)
    newest = max(filter(None, successes), default=None)
    yield Page.of("status/index.html", "status.html", sources=sources, newest=newest)
    yield Page.of("status.json", "status.json", sources=sources, newest=newest)
    yield Page.of("freshness.svg", "freshness.svg", newest=newest)


def _weeks(days: Sequence[SourceDay]) -> tuple[tuple[SourceDay, ...], ...]:
    return tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))
