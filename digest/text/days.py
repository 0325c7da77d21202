"""Which days and times are taken from outside: none so early or late that counting from it fails.

Years of papers, and of those who read them; a time zone or a week more may not lead beyond what a
date can say.
"""

from __future__ import annotations

from datetime import date

FIRST_YEAR, LAST_YEAR = 1901, 2199


def is_near(day: date | None) -> bool:
    """Whether a day, or a moment's, can be counted from; true where there is none."""
    return day is None or FIRST_YEAR <= day.year <= LAST_YEAR
