"""Which days and times are taken from outside: none so early or late that counting from it fails.

Years of papers, and of those who read them; a time zone or a week more may not lead beyond what a
date can say.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1901, 2199


def is_near(day: date | None) -> bool:
    """Whether a day, or a moment's, can be counted from; true where there is none."""
    return day is None or FIRST_YEAR <= day.year <= LAST_YEAR


def day_in(timezone: str, now: datetime) -> date:
    """The day where a site's readers are.

    Args:
        timezone: their time zone's IANA name.
    """
    return now.astimezone(ZoneInfo(timezone)).date()


def bounds_of_day(timezone: str, now: datetime) -> tuple[datetime, datetime]:
    """Where the readers' day begins and ends, in their time."""
    today, zone = day_in(timezone, now), ZoneInfo(timezone)
    begin, end = (datetime.combine(today + timedelta(days), time(), zone) for days in (0, 1))
    return begin, end
