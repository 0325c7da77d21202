"""arXiv's calendar: when a submission is announced, and which listing is due. Pure.

Source: https://info.arxiv.org/help/availability.html. Submissions close at 14:00 Eastern, Monday to
Friday; what closed is mailed at 20:00 Eastern, Sunday to Thursday, and listed under the next day.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from digest.text.ids import id_month

EASTERN = ZoneInfo("America/New_York")
# Until 2017 submissions closed at 16:00: https://info.arxiv.org/new/, 2 January 2017.
_CLOSING, _OLD_CLOSING, _MOVED = time(14), time(16), date(2017, 1, 2)
_DAY = timedelta(days=1)


@cache
def holidays() -> frozenset[date]:
    """Days without an announcement, beside weekends."""
    lines = files("digest.text").joinpath("holidays.txt").read_text("utf-8").splitlines()
    return frozenset(date.fromisoformat(line) for line in lines if not line.startswith("#"))


def is_mailing_evening(day: date) -> bool:
    """True on the evenings that have a mailing: Sunday to Thursday, holidays left out."""
    if day in holidays():
        return False
    if day.isoweekday() == 7:
        return day - 2 * _DAY not in holidays()  # nothing closed on Friday
    return day.isoweekday() < 5


def is_listing_day(day: date) -> bool:
    """True on the days that have a listing, Monday to Friday: those after a mailing."""
    return is_mailing_evening(day - _DAY)


def listing_date(submitted: datetime) -> date:
    """The listing date of a paper submitted at this time, if nothing held it up.

    Args:
        submitted: aware; arXiv's `published` is the time of submission.
    """
    local = submitted.astimezone(EASTERN)
    closing = _CLOSING if local.date() >= _MOVED else _OLD_CLOSING
    closed = local.date() if local.time() < closing else local.date() + _DAY
    while not _is_closing(closed):
        closed += _DAY
    # Friday's closing is mailed on Sunday evening, the others' on the same day.
    evening = closed + 2 * _DAY if closed.isoweekday() == 5 else closed
    while not is_mailing_evening(evening):
        evening += _DAY
    return evening + _DAY


def first_listing(month: date) -> date:
    """The listing date of the first papers with ids of this month.

    The month of an id is that of the closing: what closed on Friday 31 August 2018 was mailed in
    September under ids 1808, https://info.arxiv.org/new/.
    """
    return listing_date(datetime.combine(month.replace(day=1), time(), EASTERN))


def id_month_listed(day: date) -> date:
    """The month of the ids that a listing gives to new papers, by its first day."""
    closed = day - _DAY
    while not _is_closing(closed):
        closed -= _DAY
    return closed.replace(day=1)


def announced_on(
    entry_id: str,
    published: datetime | None,
    listed: date | None,
    seen: date,
    *,
    after: date | None = None,
    before: date | None = None,
) -> date:
    """The day an entry was announced: its listing's own date, else computed from its submission.

    A paper is never announced before the month of its id (it may have been held in moderation for
    weeks: 3 % of ids differ from their submission month), nor after the day we had it. What arXiv
    didn't list is of the day its source published it.

    Args:
        after, before: listings between which it must have been announced, as far as known; where
            they contradict each other, neither counts.
    """
    month = id_month(entry_id)
    if listed is not None:
        return min(listed, seen)
    if month is None:
        return min(published.astimezone(UTC).date(), seen) if published else seen
    day = first_listing(month)
    if published:
        day = max(listing_date(published), day)
    held = day
    if not (after and before and after > before):
        held = min(max(day, after or day), before or date.max)
    # A backfill has it that we had a paper on the day that was computed: that is no evidence.
    return held if seen == day else min(held, seen)


def due(now: datetime) -> date:
    """The date of the newest listing that is out by `now`.

    Source: listings in RSS are made at midnight Eastern, https://info.arxiv.org/help/rss.html
    """
    day = now.astimezone(EASTERN).date()
    while not is_listing_day(day):
        day -= _DAY
    return day


def _is_closing(day: date) -> bool:
    return day.isoweekday() < 6 and day not in holidays()
