"""Commands about the rules: explain, themes."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from digest.cli import words
from digest.cli.options import JSON, ROOT
from digest.errors import DigestError
from digest.text.reading import read_text


@click.command("explain")
@click.argument("id")
@ROOT
@JSON
def explain_command(id: str, root: Path, as_json: bool) -> None:
    """Say why a paper is in which theme, and what others lacked; - reads title and abstract."""
    from digest.commands import examples
    from digest.config import load_site
    from digest.model import Entry
    from digest.themes import Matcher, explain

    site = load_site(root / "site.yaml")
    if id == "-":
        title, _, summary = sys.stdin.read().strip().partition("\n")
        today = datetime.now(UTC).date()
        entry = Entry(id="-", title=title, summary=summary, announced=today, seen=today)
    else:
        entry = examples.paper(examples.papers(root), id)
    verdicts = explain.explain(Matcher.of(site), entry)
    if as_json:
        words.echo_json({"id": entry.id, "title": entry.title, "themes": explain.as_data(verdicts)})
        return
    words.echo(f"{entry.id}  {' '.join(entry.title.split())}")
    for line in explain.as_lines(verdicts, entry, words.highlight):
        words.echo(line)


@click.group("themes")
def themes_group() -> None:
    """Test the rules of themes, and see what they do."""


@themes_group.command("test")
@ROOT
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rows of an id, a tab, a theme: what people filed where.",
)
@JSON
def themes_test_command(root: Path, table: Path | None, as_json: bool) -> None:
    """Hold the rules against their examples, and against a table."""
    from digest import archive
    from digest.commands import examples
    from digest.config import load_site
    from digest.fetch import ARCHIVE
    from digest.themes import Matcher, trial

    site, known = load_site(root / "site.yaml"), examples.papers(root)
    matcher = Matcher.of(site)
    broken = list(trial.broken_examples(site.themes, matcher, known))
    if table:
        rows = [line.split("\t") for line in read_text(table).splitlines()]
        archived = trial.by_name(archive.load(root / ARCHIVE))
        result = trial.by_table(rows, site.themes, matcher, archived)
    else:
        result = trial.by_examples(site.themes, matcher, known)
    if as_json:
        words.echo_json({**trial.as_data(result), "broken": broken})
    else:
        for line in trial.as_lines(result):
            words.echo(line)
    for found in broken:
        words.complain(root / "site.yaml", found.line, f"{found.theme}: {found.id} {found.problem}")
    if broken:
        sys.exit(1)


@themes_group.command("keep")
@click.argument("ids", nargs=-1, required=True)
@ROOT
def themes_keep_command(ids: tuple[str, ...], root: Path) -> None:
    """Keep papers of the archive as examples, so that rules can be tested where it is not."""
    from digest.commands import examples

    words.echo(f"{examples.keep(root, ids)} new in {root / examples.KEPT}")


@themes_group.command("diff")
@ROOT
@click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another site.yaml, or its themes alone: what would it move?",
)
@JSON
def themes_diff_command(root: Path, rules: Path | None, as_json: bool) -> None:
    """List the papers that changed rules move: since the last commit, or to those of a file."""
    from digest import archive
    from digest.commands import checkout
    from digest.config import load_site, read_themes
    from digest.fetch import ARCHIVE
    from digest.themes import Matcher, moves

    path = root / "site.yaml"
    site = load_site(path)
    names = [source.name for source in site.sources]
    if rules:
        before, after = site.themes, read_themes(read_text(rules), rules, names)
    elif text := checkout.committed(path):
        before, after = read_themes(text, Path(f"{path} (last commit)"), names), site.themes
    else:
        raise DigestError(f"git has no {path} to compare with; name the other rules with --rules")
    old, new = (Matcher(themes, site.sources) for themes in (before, after))
    found = moves.moves(old, new, after, archive.load(root / ARCHIVE))
    if as_json:
        words.echo_json({"moves": moves.as_data(found)})
        return
    for line in moves.as_lines(found):
        words.echo(line)


@themes_group.command("report")
@ROOT
@JSON
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page.")
def themes_report_command(root: Path, as_json: bool, html: Path | None) -> None:
    """Say what each rule does over the archive, and what no theme has."""
    from digest import archive
    from digest.config import load_site
    from digest.fetch import ARCHIVE
    from digest.files import files
    from digest.papers import report
    from digest.themes import Matcher

    site = load_site(root / "site.yaml")
    matcher = Matcher.of(site)
    found = report.report(matcher, site.themes, archive.load(root / ARCHIVE))
    if html:
        files.replace(html, report.as_html(found, site.title).encode())
    if as_json:
        words.echo_json(report.as_data(found))
    else:
        for line in report.as_lines(found):
            words.echo(line)
