"""What commands say, and where: a terminal, a log, a run of GitHub Actions."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import Lock
from typing import TypeVar

import click
import msgspec

from digest.commands import github
from digest.model import SourceResult

T = TypeVar("T")


def on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def echo(message: str, *, err: bool = False) -> None:
    """One line on stdout or stderr, in its encoding: Click writes UTF-8 to one of ASCII."""
    click.echo(message, file=sys.stderr if err else sys.stdout)


def bear_any_text() -> None:
    """Never fail at a character that the terminal's encoding lacks: show another in its place."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def warn_of(problems: Iterable[SourceResult]) -> None:
    """Each source that gave less than it should have, or something odd."""
    for found in problems:
        warn(f"{found.source}: {found.state}: {found.problem}")


def warn(message: str) -> None:
    """One line on stderr, or an annotation under GitHub Actions."""
    if on_github():
        echo(github.annotation("warning", message))
    else:
        echo(f"warning: {message}", err=True)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        warn(record.getMessage())


@contextmanager
def logged() -> Iterator[None]:
    """Say what is logged while a command runs: what happens below, and stops nothing."""
    handler, log = _Handler(logging.WARNING), logging.getLogger("digest")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


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
        echo(github.annotation("error", message, path=str(path), line=line))
    else:
        echo(f"Error: {path}:{line}: {message}", err=True)


def summarise(markdown: str) -> None:
    """Add to the summary of a run of GitHub Actions; nothing elsewhere."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{markdown}\n")


def echo_json(data: object) -> None:
    echo(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())


def highlight(words: str) -> str:
    """Words that stand out: in colour on a terminal, in brackets elsewhere."""
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return click.style(words, fg="yellow", bold=True)
    return f"[{words}]"


def tell(fetched: SourceResult) -> None:
    """On a terminal, a line for each source as it is done."""
    if sys.stderr.isatty():
        echo(f"{fetched.source}: {fetched.state}, {len(fetched.entries):,} entries", err=True)


@contextmanager
def fetching(count: int) -> Iterator[Callable[[SourceResult], None]]:
    """A progress bar on a terminal, moved on by a call with each source that is done."""
    if not sys.stderr.isatty():
        yield lambda fetched: None
        return
    lock = Lock()  # sources are done in several threads
    with click.progressbar(length=count, label="Fetching", file=sys.stderr) as bar:

        def advance(fetched: SourceResult) -> None:
            with lock:
                bar.label = f"Fetching {fetched.source}"
                bar.update(1)

        yield advance


def track(items: Iterable[T], total: int, what: str = "Rendering") -> Iterable[T]:
    """The items, with a progress bar on a terminal."""
    return _tracked(items, total, what) if sys.stderr.isatty() else items


def _tracked(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    with click.progressbar(items, total, what, file=sys.stderr) as bar:
        yield from bar
