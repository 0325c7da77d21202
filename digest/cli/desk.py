"""Commands of the editor: new, triage."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli import words
from digest.cli.options import ROOT
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.commands.new import Draft


@click.group("new")
def new_group() -> None:
    """Start a file of the editor's: an issue, a note, a page."""


_EDIT = click.option("--edit", is_flag=True, help="Open it in $EDITOR.")


@new_group.command("issue")
@ROOT
@click.option("--week", metavar="2026-W20", help="The week it is about (default: this one).")
@_EDIT
def new_issue_command(root: Path, week: str | None, edit: bool) -> None:
    """Draft an issue with the papers of a week, by theme."""
    from digest import build
    from digest.commands import new as drafts
    from digest.papers.rank import scores
    from digest.text.days import day_in

    now = datetime.now(UTC)
    site, edition = build.read(root, now)
    today = day_in(site.timezone, now)
    first = drafts.monday(week) if week else today - timedelta(today.weekday())
    kept = scores.of_site(root, site)
    _start(root, drafts.issue(edition.shown, site.themes, first, kept), edit)


@new_group.command("note")
@ROOT
@click.argument("id")
@_EDIT
def new_note_command(root: Path, id: str, edit: bool) -> None:
    """Start a note on the paper ID, such as 2605.13319."""
    from digest import build
    from digest.commands import new as drafts
    from digest.editor.curation import find
    from digest.text.days import day_in

    now = datetime.now(UTC)
    site, edition = build.read(root, now)
    found = find(edition.papers, [id])
    if id not in found:
        raise DigestError(f"no paper {id!r} in the archive")
    _start(root, drafts.note(found[id], day_in(site.timezone, now)), edit)


@new_group.command("page")
@ROOT
@click.argument("name")
@_EDIT
def new_page_command(root: Path, name: str, edit: bool) -> None:
    """Start a page called NAME."""
    from digest.commands import new as drafts

    _start(root, drafts.page(name), edit)


def _start(root: Path, draft: Draft, edit: bool) -> None:
    from digest.commands import new as drafts
    from digest.commands import texteditor

    path = drafts.write(root, draft)
    words.echo(f"Created {path}")
    if edit:
        texteditor.edit(path)


@click.command("triage")
@ROOT
def triage_command(root: Path) -> None:
    """Read what is unseen, one paper at a time, and decide."""
    from digest import build
    from digest.commands import screen, texteditor, triage
    from digest.papers.rank import scores
    from digest.text.days import day_in

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise DigestError("triage needs a terminal")
    now = datetime.now(UTC)
    site, edition = build.read(root, now)
    seen = triage.read_seen(root / triage.SEEN)
    kept = scores.of_site(root, site)
    todo = triage.unseen(edition.papers, site.themes, seen, kept)
    session = triage.Session(root, todo, day_in(site.timezone, now), kept)
    screen.Screen(session, site.themes, texteditor.edit).run()
