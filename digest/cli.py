"""The `digest` command: read arguments, call one function, say what happened."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from digest import __version__
from digest.errors import DigestError
from digest.model import Fetched

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The site's folder, which holds site.yaml (default: here).",
)
_MOST_GAPS = 7  # shown
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
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
    _warn_of(report.problems)
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


@main.command("fetch")
@_ROOT
@click.option("--source", "names", multiple=True, metavar="NAME", help="Ask this source alone.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Fill gaps from this day on.")
@click.option("--plan", is_flag=True, help="Only say what would be asked, and when.")
@click.option("--strict", is_flag=True, help="Exit 3 if a source failed, was stale or partial.")
@click.option("--now", type=_Time(), help="Fetch as of this time (UTC, ISO 8601).")
def fetch_command(
    root: Path,
    names: tuple[str, ...],
    since: datetime | None,
    plan: bool,
    strict: bool,
    now: datetime | None,
) -> None:
    """Fetch what is new and archive it, without building the site."""
    from digest import fetch
    from digest.config import load_site
    from digest.web import Web

    site, now = load_site(root / "site.yaml"), now or datetime.now(UTC)
    first = since.date() if since else None
    if plan:
        for planned in fetch.plan(root, site, now, since=first, names=names):
            click.echo(f"+{planned.start:4.1f} s  {planned.source}: {planned.url}")
        return
    count = len(fetch.chosen(site.sources, names))
    with _fetching(count) as progress:
        news = fetch.fetch(
            root, site, Web(site.url), now, since=first, names=names, progress=progress
        )
    for line in news.lines:
        found = f"{line.entries:,} entries, {line.new:,} new, {line.updated:,} updated"
        late = f", {line.late:,} late" if line.late else ""
        click.echo(f"{line.source}: {line.state}: {found}{late}")
    _warn_of(news.problems)
    if strict and news.problems:
        sys.exit(STRICT)


@main.command("status")
@_ROOT
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--now", type=_Time(), help="As of this time (UTC, ISO 8601).")
def status_command(root: Path, as_json: bool, now: datetime | None) -> None:
    """Say how each source does: its last success, and what is missing."""
    from digest import fetch
    from digest.config import load_site

    found = fetch.status(root, load_site(root / "site.yaml"), now or datetime.now(UTC))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"sources": found}), indent=2))
        return
    for health in found:
        click.echo(f"{health.state or 'never asked':11}  {health.source}")
        if health.success:
            click.echo(f"{'':11}  last success {health.success:%Y-%m-%d %H:%M} UTC")
        if health.failed_days:
            days = "1 day" if health.failed_days == 1 else f"{health.failed_days} days in a row"
            click.echo(f"{'':11}  without success for {days}: {health.problem}")
        if health.gaps:
            shown = ", ".join(f"{day}" for day in health.gaps[-_MOST_GAPS:])
            more = f"{len(health.gaps) - _MOST_GAPS} earlier, " if health.gaps[_MOST_GAPS:] else ""
            first = f"digest fetch --source {health.source!r} --since {health.gaps[0]}"
            click.echo(f"{'':11}  nothing of {more}{shown}; to fill: {first}")


@main.command("check")
@click.argument("built", metavar="[SITE]", required=False, type=_FOLDER)
@_ROOT
@click.option("--url", default="", help="Where SITE will be served (as its front page says).")
@click.option("--json", "as_json", is_flag=True, help="Print every finding as JSON.")
def check_command(built: Path | None, root: Path, url: str, as_json: bool) -> None:
    """Look for what is wrong: in the site's own files, and in the built SITE, such as _site."""
    from digest import check
    from digest.check import findings

    found = check.check(root, built, url, partial(_track, what="Checking"))
    if as_json:
        click.echo(findings.as_json(found))
    else:
        on_github = os.environ.get("GITHUB_ACTIONS") == "true"
        for line in (findings.as_annotations if on_github else findings.as_text)(found):
            click.echo(line)
        click.echo(findings.tally(found))
    if findings.has_errors(found):
        sys.exit(1)


@main.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--arxiv", default="", metavar="cs.DC,cs.LG", help="Follow these categories.")
@click.option(
    "--from",
    "opml",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FEEDS.OPML",
    help="Follow the feeds of an OPML file, as other readers export them.",
)
def init_command(folder: Path, arxiv: str, opml: Path | None) -> None:
    """Start a new site in FOLDER: a repository that publishes itself when it is pushed."""
    from digest import scaffold

    categories = [name.strip() for name in arxiv.split(",") if name.strip()]
    feeds = scaffold.subscriptions(opml.read_bytes()) if opml else ()
    scaffold.create(folder, categories, feeds)
    click.echo(f"Created {folder}. Next: cd {folder} && digest build")


def _warn_of(problems: Iterable[Fetched]) -> None:
    """Each source that gave less than it should have, also in the summary of GitHub Actions."""
    lines = [f"{found.source}: {found.state}: {found.problem}" for found in problems]
    for line in lines:
        warn(line)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and lines:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.writelines(f"- {_plain_markdown(line)}\n" for line in lines)


def _plain_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|!~&])", r"\\\1", text)


@contextmanager
def _fetching(count: int) -> Iterator[Callable[[Fetched], None]]:
    """A progress bar on a terminal, nothing elsewhere: what to tell of each source that is done."""
    if not sys.stderr.isatty():
        yield lambda fetched: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Fetching", total=count)
        yield lambda fetched: bars.update(task, advance=1, description=f"Fetching {fetched.source}")


def warn(message: str) -> None:
    """One line on stderr, or an annotation under GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        click.echo(f"::warning::{escaped}")
    else:
        click.echo(f"warning: {message}", err=True)


def _track(pages: Iterable[Any], total: int, what: str = "Rendering") -> Iterable[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return pages
    from rich.console import Console
    from rich.progress import track

    return track(pages, what, total=total, console=Console(stderr=True), transient=True)
