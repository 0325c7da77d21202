"""Dates as feeds write them: by standard, in German or American, with zones by name. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from digest.sources.text import fold
from digest.text import days

_LONGEST = 100  # characters
_MINUTE = 60
# Hours east of UTC. Where a name means two zones, the one that RFC 822 or most feeds mean.
_ZONES = {
    **{"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "IST": 5.5, "CET": 1},
    **{
        "MEZ": 1,
        "MESZ": 2,
        "CEST": 2,
        "EET": 2,
        "EEST": 3,
        "MSK": 3,
        "SAST": 2,
        "TRT": 3,
        "PKT": 5,
    },
    **{"ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "AWST": 8, "PHT": 8, "JST": 9, "KST": 9, "AEST": 10},
    **{"AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4},
    **{"CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8},
    **{"HST": -10, "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "BRT": -3, "ART": -3, "CLT": -4},
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january jänner janvier enero",
            "feb februar february fév février febrero fevrier",
            "mar mär mrz märz march mars marzo maerz",
            "apr april avril abril avr",
            "may mai mayo",
            "jun juni june juin junio",
            "jul juli july juillet julio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre",
            "oct okt oktober october octobre octubre",
            "nov november novembre noviembre",
            "dec dez dezember december décembre diciembre déc",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAYS = (
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -](?:de )?(?P<m>{_MONTH})\.?,?"
    r"[ -](?:de )?(?P<y>\d{4})",
    rf"(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})",
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})",
    r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    r"(?P<y>\d{4}) ?[年년] ?(?P<m>\d{1,2}) ?[月월] ?(?P<d>\d{1,2}) ?[日일]",
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
)
_TIME = re.compile(
    r"(?:t|um|at|,)?\s*(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"(?:\s*uhr)?\s*(?P<zone>[a-z]{1,5}|(?:gmt|utc)?[+-]\d{1,2}:?\d{0,2})?(?:\s*\([^()]*\))?",
    re.I,
)
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,\s*|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s+", re.I)
_DAY = [re.compile(pattern, re.I) for pattern in _DAYS]


def moment(text: str | None) -> datetime | None:
    """The time that a date names, UTC; None where it is none, or is one that we can't be sure of.

    A day alone is its midnight, a time without zone is UTC. A month or a year alone is no day, and
    none is made up.
    """
    text = fold(text)
    if not 8 <= len(text) <= _LONGEST:
        return None
    return _checked(_standard(text)) or _checked(_written(text))


def _standard(text: str) -> datetime | None:
    """By ISO 8601 or RFC 5322, where no zone has a name that they don't know."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    zone = re.search(r"\s([A-Za-z]{1,5})$", text)
    if zone and zone[1].upper() not in {"GMT", "UT", "UTC", "EST", "EDT", "CST", "CDT", "MST"}:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # It reads much as a date that is none: what it found must stand there.
    return found if str(found.year) in text or (found.year % 100 < 70 and "-" not in text) else None


def _written(text: str) -> datetime | None:
    text = _WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text
    for pattern in _DAY:
        if match := pattern.match(text):
            return _with_time(match, text[match.end() :])
    return None


def _with_time(match: re.Match[str], rest: str) -> datetime | None:
    month = match["m"].lower()
    number = _MONTHS.get(month) or int(month)
    day, year = int(match["d"]), int(match["y"])
    if number > 12 and "/" in match[0] and day <= 12:
        number, day = day, number  # 28/11/2026
    time = _TIME.fullmatch(rest.strip()) if rest.strip() else None
    try:
        if time is None:
            return datetime(year, number, day, tzinfo=UTC) if not rest.strip(" ,.") else None
        hour = int(time["h"]) % 24
        if time["half"]:
            hour = hour % 12 + (12 if time["half"].lower().startswith("p") else 0)
        zone = _zone(time["zone"] or "UTC")
        if zone is None:
            return datetime(year, number, day, tzinfo=UTC)
        return datetime(
            year, number, day, hour, int(time["min"]), min(59, int(time["s"] or 0)), tzinfo=zone
        )
    except ValueError:
        return None


def _zone(name: str) -> timezone | None:
    """A zone by its name or distance; None where nobody knows it."""
    if (hours := _ZONES.get(name.upper())) is not None:
        return timezone(timedelta(hours=hours))
    match = re.fullmatch(r"(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})?", name, re.I)
    if not match:
        return None
    minutes = int(match[2]) * _MINUTE + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _checked(found: datetime | None) -> datetime | None:
    try:
        if found is None or not 1900 < found.year < 2200:
            return None
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        return found if days.is_near(found.date()) else None
    except (ValueError, OverflowError):
        return None
