"""Days of announcement that were computed, held between the listings of neighbouring ids. Pure.

arXiv gives its ids in the order of its listings, so that a paper is listed on no earlier day than
one with a lower id of its month, and on no later one than one with a higher id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from digest.model import Entry
from digest.text.ids import id_month
from digest.text.mailing import announced_on, first_listing


def between_listings(
    entries: Iterable[Entry], is_new: Callable[[Entry], bool]
) -> tuple[Entry, ...]:
    """The entries in their order, with computed days moved to where arXiv's own listings have them.

    Args:
        is_new: whether an entry is of this run. One that was archived without such bounds, by an
            earlier version of this program, stays on its day.
    """
    held = list(entries)
    months = defaultdict[str, list[int]](list)
    for place, entry in enumerate(held):
        if id_month(entry.id):
            months[_number(entry.id)[0]].append(place)
    for places in months.values():
        _hold(held, sorted(places, key=lambda place: _number(held[place].id)), is_new)
    return tuple(held)


def _hold(entries: list[Entry], places: Sequence[int], is_new: Callable[[Entry], bool]) -> None:
    """Move the papers of one month, in the order of their ids."""
    listed = [entries[place].announced if entries[place].listed else None for place in places]
    lower, higher = _latest(listed), _latest(listed[::-1])[::-1]
    for place, after, before in zip(places, lower, higher, strict=True):
        entry = entries[place]
        if not entry.listed and (entry.listed_after or is_new(entry)):
            entries[place] = _held(entry, after, before, is_new(entry))


def _latest(days: Sequence[date | None]) -> list[date | None]:
    """Each day, or the last one before it where there is none."""
    found, latest = list[date | None](), None
    for day in days:
        latest = day or latest
        found.append(latest)
    return found


def _held(entry: Entry, after: date | None, before: date | None, is_new: bool) -> Entry:
    """One paper between two listings; between none where they contradict each other."""
    month = id_month(entry.id)
    assert month  # it is arXiv's
    first = first_listing(month)
    if after and before and after > before:
        after = before = None
    after = max(after or first, first)
    # Where a backfill has computed the day, that is also the day we say we had it.
    is_derived = is_new and entry.seen == entry.announced
    seen = max(entry.seen, after) if is_derived else entry.seen
    announced = announced_on(
        entry.id, entry.published, None, entry.given or seen, after=after, before=before
    )
    if (after, before, announced) == (entry.listed_after, entry.listed_before, entry.announced):
        return entry
    held = msgspec.structs.replace(
        entry, listed_after=after, listed_before=before, announced=announced
    )
    if not is_derived:
        return held
    versions = (
        msgspec.structs.replace(v, seen=announced) if v.seen == entry.seen else v
        for v in entry.versions
    )
    return msgspec.structs.replace(held, seen=announced, versions=tuple(versions))


def _number(name: str) -> tuple[str, int]:
    """What the ids of a month share, and the number of one: ("2605", 13319), ("cs/0601", 1)."""
    number = name.removeprefix("arxiv:")
    if "/" in number:
        return number[:-3], int(number[-3:])
    month, _, rest = number.partition(".")
    return month, int(rest)
