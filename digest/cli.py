"""The `digest` command: read arguments, call one function, say what happened."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from digest import __version__
from digest.errors import DigestError

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The site's folder, which holds site.yaml (default: here).",
)
STRICT = 3  # exit code: --strict, and a source failed, was stale or partial


class _Commands(click.Group):
    """Turns our expected errors into one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DigestError as error:
            raise click.ClickException(str(error)) from error


class _Time(click.ParamType):
    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-05-16T06:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def main() -> None:
    """Make a static site and feeds of the papers that matter to you."""


@main.command("build")
@_ROOT
@click.option("--out", type=click.Path(path_type=Path), help="Where the site goes (ROOT/_site).")
@click.option("--url", help="The site's address, instead of the one in site.yaml.")
@click.option("--offline", is_flag=True, help="Fetch nothing; build from the archive alone.")
@click.option("--strict", is_flag=True, help="Exit 3 if a source failed, was stale or partial.")
@click.option("--now", type=_Time(), help="Build as of this time (UTC, ISO 8601).")
def build_command(
    root: Path, out: Path | None, url: str | None, offline: bool, strict: bool, now: datetime | None
) -> None:
    """Fetch what is new, archive it, and write the site."""
    from digest.build import build

    report = build(
        root,
        now=now or datetime.now(UTC),
        out=out or root / "_site",
        url=url,
        offline=offline,
        track=_track,
    )
    for fetched in report.problems:
        warn(f"{fetched.source}: {fetched.state}: {fetched.problem}")
    for conflict in report.conflicts:
        warn(f"{' and '.join(conflict)} share a DOI but are different papers; kept apart")
    if report.unconverted:
        formula, entry = next(iter(report.unconverted.items()))
        click.echo(
            f"{len(report.unconverted)} of {report.formulas} formulas are shown as source, "
            f"the first in {entry}: {formula}"
        )
    written = report.written
    click.echo(
        f"{report.papers} papers ({report.new} new) in {written.files} files, "
        f"{written.changed} changed, {written.removed} removed"
    )
    if strict and report.problems:
        sys.exit(STRICT)


@main.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
def init_command(folder: Path) -> None:
    """Start a new site in FOLDER."""
    from digest import scaffold

    scaffold.create(folder)
    click.echo(f"Created {folder}. Next: cd {folder} && digest build")


def warn(message: str) -> None:
    """One line on stderr, or an annotation under GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        click.echo(f"::warning::{escaped}")
    else:
        click.echo(f"warning: {message}", err=True)


def _track(pages: Iterable[Any], total: int) -> Iterable[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return pages
    from rich.console import Console
    from rich.progress import track

    return track(pages, "Rendering", total=total, console=Console(stderr=True), transient=True)
