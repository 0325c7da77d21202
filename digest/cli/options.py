"""Options that several commands take."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from digest.files.files import WAIT as WAIT_SECONDS
from digest.text import days

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_YEARS = f"{days.FIRST_YEAR} to {days.LAST_YEAR}"
EXIT_STRICT = 3  # --strict, and a source failed, was stale or partial


class _Time(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-05-16T06:00:00Z", param, ctx)
        if not days.is_near(moment):
            self.fail(f"{value!r} is not of the years {_YEARS}", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Duration(click.ParamType[float]):
    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]{1,4})([smh])", value)
        if not match or not int(match[1]):
            self.fail(f"{value!r} is no duration such as 90s, 20m or 2h", param, ctx)
        return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day such as 2026-05-14", param, ctx)
        if not days.is_near(day):
            self.fail(f"{value!r} is not of the years {_YEARS}", param, ctx)
        return day


TIME, DAY = _Time(), _Day()
ROOT = click.option(
    "--root",
    type=FOLDER,
    default=".",
    help="The site's folder, which holds site.yaml (default: here).",
)
JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
DEADLINE = click.option(
    "--deadline",
    type=_Duration(),
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
