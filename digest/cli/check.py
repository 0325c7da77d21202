"""Commands that look for what is wrong: check, doctor."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from digest.cli import words
from digest.cli.options import (
    FOLDER,
    JSON,
    ROOT,
    TIME,
)


@click.command("check")
@click.argument("built", metavar="[SITE]", required=False, type=FOLDER)
@ROOT
@click.option("--url", default="", help="Where SITE will be served (as its front page says).")
@click.option("--site-only", is_flag=True, help="Look at SITE alone, not at what it is made from.")
@click.option("--online", is_flag=True, help="Ask each source, once, whether it can be read.")
@click.option("--json", "as_json", is_flag=True, help="Print every finding as JSON.")
def check_command(
    built: Path | None, root: Path, url: str, site_only: bool, online: bool, as_json: bool
) -> None:
    """Look for what is wrong: in the site's own files, and in the built SITE, such as _site."""
    from digest.commands import check
    from digest.commands.check import findings

    track = partial(words.track, what="Checking")
    found = check.check(
        root, datetime.now(UTC), built, url, site_only=site_only, online=online, track=track
    )
    if as_json:
        words.echo(findings.as_json(found))
    else:
        for line in (findings.as_annotations if words.on_github() else findings.as_text)(found):
            words.echo(line)
        words.echo(findings.tally(found))
    if findings.has_errors(found):
        sys.exit(1)


@click.command("doctor")
@ROOT
@JSON
@click.option("--now", type=TIME, help="As of this time (UTC, ISO 8601).")
def doctor_command(root: Path, as_json: bool, now: datetime | None) -> None:
    """Say what keeps the site from publishing itself, and how to mend it; opens no connection."""
    from digest.commands import doctor

    found = doctor.examine(doctor.look(root, now or datetime.now(UTC)))
    if as_json:
        items = [complaint._asdict() for complaint in found]
        words.echo_json({"complaints": items})
    else:
        for complaint in found:
            words.echo(f"{complaint.about}: {complaint.finding}\n    {complaint.remedy}")
        if not found:
            words.echo("Nothing is wrong that the checkout can show.")
    if found:
        sys.exit(1)
