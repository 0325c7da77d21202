"""Commands of the ranking: rank, and below it learn, explain, replay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from digest.cli import words
from digest.cli.options import DAY, JSON, ROOT, TIME
from digest.errors import DigestError

_NOW = click.option("--now", type=TIME, help="As of this time (UTC, ISO 8601).")


@click.group("rank", invoke_without_command=True)
@ROOT
@click.option("--day", type=DAY, help="The day of announcement (default: the newest).")
@click.option("--again", type=DAY, metavar="FROM", help="Score anew what is of this day or later.")
@JSON
@_NOW
@click.pass_context
def rank_group(
    context: click.Context,
    root: Path,
    day: date | None,
    again: date | None,
    as_json: bool,
    now: datetime | None,
) -> None:
    """Show a day's papers best first, with the reasons; learn what is best."""
    if context.invoked_subcommand:
        return
    from digest.commands.ranking import lines
    from digest.commands.ranking.day import of_day

    if again:
        _score_again(root, again, now or datetime.now(UTC))
        return
    day, papers = of_day(root, day)
    if as_json:
        words.echo_json({"day": day, "papers": lines.day_as_data(papers)})
        return
    words.echo(f"{day}")
    for line in lines.of_day(papers):
        words.echo(line)


def _score_again(root: Path, first: date, now: datetime) -> None:
    from digest import archive
    from digest.config import load_site
    from digest.papers.rank import scoring

    site = load_site(root / "site.yaml")
    model = scoring.load_model(root, both=bool(site.rank and site.rank.both))
    if model is None:
        raise DigestError("nothing was learnt yet; run: digest rank learn")
    entries = archive.load(root / archive.FOLDER)
    count = scoring.score_again(root, site, model, entries, first, now)
    words.echo(f"{count:,} papers scored anew")


@rank_group.command("learn")
@ROOT
@_NOW
def rank_learn_command(root: Path, now: datetime | None) -> None:
    """Learn from what was decided, into content/rank.tsv."""
    from digest.commands import ranking
    from digest.commands.ranking import lines
    from digest.papers.rank.scores import MODEL

    learnt = ranking.learn_again(root, now or datetime.now(UTC))
    for warning in learnt.warnings:
        words.warn(warning)
    if learnt.model:
        for line in lines.of_model(learnt.model):
            words.echo(line)
        words.echo(f"Written to {root / MODEL}; `digest fetch` scores what is new by it")


@rank_group.command("explain")
@click.argument("id")
@ROOT
@JSON
def rank_explain_command(id: str, root: Path, as_json: bool) -> None:
    """Show every term that makes the score of a paper."""
    from digest.commands.ranking import lines
    from digest.commands.ranking.day import explain
    from digest.config import load_site

    found = explain(root, load_site(root / "site.yaml"), id)
    if as_json:
        terms = [{"term": term, "weight": weight / 100} for term, weight in found.terms]
        score = sum(weight for _, weight in found.terms) / 100
        words.echo_json({"id": found.entry.id, "score": score, "kept": found.kept, "terms": terms})
        return
    words.echo(f"{found.entry.id}  {lines.title(found.entry)}")
    if not found.kept:
        words.echo("never scored; what content/rank.tsv would say:")
    for line in lines.of_terms(found.terms):
        words.echo(line)


@rank_group.command("replay")
@click.argument(
    "table", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@ROOT
@click.option(
    "--newest", type=click.IntRange(1), metavar="N", help="Learn from the newest N picks alone."
)
@JSON
@_NOW
def rank_replay_command(
    table: Path | None, root: Path, newest: int | None, as_json: bool, now: datetime | None
) -> None:
    """Say how early your picks, or a TABLE's (arxiv_id, picked), would have stood each day."""
    from digest.commands import ranking
    from digest.commands.ranking import lines
    from digest.papers.rank.replay import as_json as as_data

    found = ranking.go_through(root, now or datetime.now(UTC), table, newest)
    for warning in found.warnings:
        words.warn(warning)
    if as_json:
        words.echo_json(as_data(found.days))
        return
    for line in lines.of_replay(found.days):
        words.echo(line)
