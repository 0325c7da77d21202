"""Commands about the sources: fetch, status."""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli import words
from digest.cli.options import (
    DAY,
    DEADLINE,
    DEBUG,
    EXIT_STRICT,
    JSON,
    ROOT,
    STRICT,
    TIME,
    WAIT,
)

if TYPE_CHECKING:
    from digest.fetch import FetchReport
    from digest.model import Site

_MOST_GAPS = 7  # shown


@click.command("fetch")
@ROOT
@click.option("--source", "names", multiple=True, metavar="NAME", help="Ask this source alone.")
@click.option("--since", type=DAY, help="Fill gaps from this day on.")
@click.option("--plan", is_flag=True, help="Only say what would be asked, and when.")
@click.option("--written", is_flag=True, help="Only name the files that git must keep.")
@click.option("--allow-shrink", is_flag=True, help="Accept an archive that lost entries.")
@DEADLINE
@WAIT
@STRICT
@DEBUG
@click.option("--now", type=TIME, help="Fetch as of this time (UTC, ISO 8601).")
def fetch_command(
    root: Path,
    names: tuple[str, ...],
    since: date | None,
    plan: bool,
    written: bool,
    allow_shrink: bool,
    deadline: float,
    wait: float,
    strict: bool,
    debug: bool,
    now: datetime | None,
) -> None:
    """Fetch what is new and archive it, without building the site."""
    from digest import fetch
    from digest.archive import committed
    from digest.commands import summary
    from digest.config import load_site
    from digest.sources.client import Web

    if written:
        for name in committed.written(root):
            words.echo(name)
        return
    site, now = load_site(root / "site.yaml"), now or datetime.now(UTC)
    if plan:
        for planned in fetch.plan(root, site, now, since=since, names=names):
            words.echo(f"+{planned.start:4.1f} s  {planned.source}: {planned.url}")
        return
    started, count = time.monotonic(), len(fetch.chosen(site.sources, names))
    with words.debugging(debug), words.fetching(count) as progress:
        news = fetch.fetch(
            root,
            site,
            Web(site.url, deadline=deadline),
            now,
            since=since,
            names=names,
            allow_shrink=allow_shrink,
            wait=wait,
            progress=progress,
        )
    for line in news.lines:
        found = f"{line.entries:,} entries, {line.new:,} new, {line.updated:,} updated"
        late = f", {line.late:,} late" if line.late else ""
        words.echo(f"{line.source}: {line.state}: {found}{late}")
    words.warn_of(found for found in news.fetched if found.problem)
    if site.rank:
        _score(root, site, news, now, wait)
    words.summarise(summary.of_fetch(site, news.entries, news.lines, now.date()))
    words.summarise(f"Fetched in {time.monotonic() - started:.1f} s.\n")
    if strict and news.problems:
        sys.exit(EXIT_STRICT)


def _score(root: Path, site: Site, news: FetchReport, now: datetime, wait: float) -> None:
    """Score what is new, unless nobody would keep what is written."""
    from digest.commands import checkout
    from digest.papers.rank import scores, scoring

    if words.on_github() and not checkout.keeps(root, scores.FOLDER):
        words.warn(
            f"nothing was scored: no workflow here commits {scores.FOLDER}; "
            "`digest doctor` says what to add"
        )
        return
    count = scoring.score_new(root, site, news.entries, news.fresh, now, wait=wait)
    if count:
        words.echo(f"{count:,} papers scored")


@click.command("status")
@ROOT
@JSON
@click.option("--now", type=TIME, help="As of this time (UTC, ISO 8601).")
def status_command(root: Path, as_json: bool, now: datetime | None) -> None:
    """Say how each source does: its last success, and what is missing."""
    from digest import fetch
    from digest.config import load_site

    found = fetch.status(root, load_site(root / "site.yaml"), now or datetime.now(UTC))
    if as_json:
        words.echo_json({"sources": found})
        return
    for health in found:
        words.echo(f"{health.state or 'never asked':11}  {health.source}")
        if health.success:
            words.echo(f"{'':11}  last success {health.success:%Y-%m-%d %H:%M} UTC")
        if health.failed_days:
            days = "1 day" if health.failed_days == 1 else f"{health.failed_days} days in a row"
            words.echo(f"{'':11}  without success for {days}: {health.problem}")
        elif health.problem:
            words.echo(f"{'':11}  {health.problem}")
        if health.gaps:
            shown = ", ".join(f"{day}" for day in health.gaps[-_MOST_GAPS:])
            more = f"{len(health.gaps) - _MOST_GAPS} earlier, " if health.gaps[_MOST_GAPS:] else ""
            first = f"digest fetch --source {health.source!r} --since {health.gaps[0]}"
            words.echo(f"{'':11}  nothing of {more}{shown}; to fill: {first}")
