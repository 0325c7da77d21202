"""Options that several commands take."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Generic, TypeVar

import click

from digest.files.files import WAIT as WAIT_SECONDS
from digest.text import days

T = TypeVar("T")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
EXIT_STRICT = 3  # --strict, and a source failed, was stale or partial


class _Option(click.ParamType[T], Generic[T]):
    """A value that `read` makes of what a person wrote; ValueError says what is wrong with it."""

    def __init__(self, name: str, read: Callable[[str], T]) -> None:
        self.name, self._read = name, read

    def convert(
        self, value: str | T, param: click.Parameter | None, ctx: click.Context | None
    ) -> T:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 2026-05-16T06:00:00Z") from None
    _check_year(moment, text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day such as 2026-05-14") from None
    _check_year(day, text)
    return day


def _check_year(day: date, text: str) -> None:
    if not days.is_near(day):
        raise ValueError(f"{text!r} is not of the years {days.FIRST_YEAR} to {days.LAST_YEAR}")


def _seconds(text: str) -> float:
    match = re.fullmatch(r"([0-9]{1,4})([smh])", text)
    if not match or not int(match[1]):
        raise ValueError(f"{text!r} is no duration such as 90s, 20m or 2h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


TIME, DAY = _Option("time", _time), _Option("day", _day)
ROOT = click.option(
    "--root",
    type=FOLDER,
    default=".",
    help="The site's folder, which holds site.yaml (default: here).",
)
JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
DEADLINE = click.option(
    "--deadline",
    type=_Option("duration", _seconds),
    default="20m",
    show_default=True,
    help="Ask the sources no longer than this: 90s, 20m, 2h.",
)
WAIT = click.option(
    "--wait",
    type=click.IntRange(0, 86_400),
    default=int(WAIT_SECONDS),
    metavar="SECONDS",
    help="How long to wait for another digest to be done (default: 300).",
)
DEBUG = click.option(
    "--debug", is_flag=True, help="Show where in the code a source's fault happened."
)
STRICT = click.option(
    "--strict", is_flag=True, help="Exit 3 if a source failed, was stale or partial."
)
