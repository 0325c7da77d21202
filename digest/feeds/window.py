"""Which items a feed carries itself, and which its archived documents. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from digest.feeds.items import FeedItem

NEWEST = 100  # items that a feed carries at least, where there are as many
DAYS = 14  # that it carries whole at least, so that a weekly reader misses nothing


def ordered(items: Iterable[FeedItem]) -> list[FeedItem]:
    """Newest first by the day we had them, then by id.

    A late arrival comes on top, a backfill sinks to its place.
    """
    by_name = sorted(items, key=lambda item: item.name)
    return sorted(by_name, key=lambda item: item.date, reverse=True)


def newest(items: Sequence[FeedItem]) -> tuple[FeedItem, ...]:
    """What the feed itself carries: its newest items, its last days, and all of its newest month.

    The last days end with the newest item, so that the clock changes no byte. The month is not
    archived before a later one begins, so what is in no archived document is here.

    Args:
        items: newest first.
    """
    if not items:
        return ()
    last = items[0].date
    start = min(last - timedelta(DAYS), last.replace(day=1))
    recent = bisect_left(items, True, key=lambda item: item.date < start)
    return tuple(items[: max(recent, NEWEST)])


def months(items: Sequence[FeedItem]) -> list[tuple[date, tuple[FeedItem, ...]]]:
    """The months that are over, newest first, each by its first day with its items.

    Args:
        items: newest first.
    """
    every = [
        (first, tuple(of_month))
        for first, of_month in groupby(items, key=lambda item: item.date.replace(day=1))
    ]
    return every[1:]
