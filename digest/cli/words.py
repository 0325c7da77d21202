"""What commands say, and where: a terminal, a log, a run of GitHub Actions."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from digest import github
from digest.model import Fetched


def on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def warn_of(problems: Iterable[Fetched]) -> None:
    """Each source that gave less than it should have, or something odd."""
    for found in problems:
        warn(f"{found.source}: {found.state}: {found.problem}")


def warn(message: str) -> None:
    """One line on stderr, or an annotation under GitHub Actions."""
    if on_github():
        click.echo(github.annotation("warning", message))
    else:
        click.echo(f"warning: {message}", err=True)


@contextmanager
def debugging(wanted: bool) -> Iterator[None]:
    """Shows the traceback of whatever goes wrong in a source, on stderr."""
    log = logging.getLogger("digest.sources")
    if not wanted:
        yield
        return
    handler, before = logging.StreamHandler(), log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


def complain(path: Path, line: int, message: str) -> None:
    """One line on stderr that names a place, or an annotation under GitHub Actions."""
    if on_github():
        click.echo(github.annotation("error", message, path=str(path), line=line))
    else:
        click.echo(f"Error: {path}:{line}: {message}", err=True)


def summarise(markdown: str) -> None:
    """Add to the summary of a run of GitHub Actions; nothing elsewhere."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{markdown}\n")


def echo_json(data: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))


def highlight(words: str) -> str:
    """Words that stand out: in colour on a terminal, in brackets elsewhere."""
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return click.style(words, fg="yellow", bold=True)
    return f"[{words}]"


def tell(fetched: Fetched) -> None:
    """On a terminal, a line for each source as it is done."""
    if sys.stderr.isatty():
        click.echo(f"{fetched.source}: {fetched.state}, {len(fetched.entries):,} entries", err=True)


@contextmanager
def fetching(count: int) -> Iterator[Callable[[Fetched], None]]:
    """A progress bar on a terminal, nothing elsewhere: what to tell of each source that is done."""
    if not sys.stderr.isatty():
        yield lambda fetched: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Fetching", total=count)
        yield lambda fetched: bars.update(task, advance=1, description=f"Fetching {fetched.source}")


def track(pages: Iterable[Any], total: int, what: str = "Rendering") -> Iterable[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return pages
    from rich.console import Console
    from rich.progress import track

    return track(pages, what, total=total, console=Console(stderr=True), transient=True)
