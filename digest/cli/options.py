"""Options that several commands take."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
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
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


TIME = _Time()
ROOT = click.option(
    "--root",
    type=FOLDER,
    default=".",
    help="The site's folder, which holds site.yaml (default: here).",
)
JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
DEBUG = click.option(
    "--debug", is_flag=True, help="Show where in the code a source's fault happened."
)
STRICT = click.option(
    "--strict", is_flag=True, help="Exit 3 if a source failed, was stale or partial."
)
