"""Arguments in; one call, and its outcome in words, out."""

from __future__ import annotations

import atexit
import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from digest import __version__
from digest.cli import (
    check,
    desk,
    rank,
    site,
    sources,
    themes,
    words,
)
from digest.commands import github
from digest.errors import DigestError

__all__ = ["main"]


class _Commands(click.Group):
    """Turns our expected errors into one line on stderr and exit code 1."""

    def main(self, *args: Any, **options: Any) -> Any:
        words.bear_any_text()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DigestError as error:
            if words.on_github():
                path, line = str(getattr(error, "path", "")), getattr(error, "line", 0)
                words.echo(github.annotation("error", str(error), path=path, line=line))
            raise click.ClickException(str(error)) from error
        except PermissionError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """What ends a program from outside ends it as Ctrl-C does: everything is cleaned up.

    A signal that is ignored, as under nohup, stays so.
    """
    names = {"SIGTERM", "SIGHUP"}
    numbers = [number for number in signal.valid_signals() if getattr(number, "name", "") in names]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        ours = []  # only there a signal can be handled
    for number in ours:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def main() -> None:
    """Make a static site and feeds of the papers that matter to you."""
    context = click.get_current_context()
    context.with_resource(words.logged())
    context.with_resource(ended_by_signals())
    atexit.register(gc.freeze)  # a process that ends needn't look for what it no longer uses


for command in (
    site.build_command,
    sources.fetch_command,
    sources.status_command,
    check.check_command,
    check.doctor_command,
    themes.explain_command,
    themes.themes_group,
    rank.rank_group,
    desk.new_group,
    desk.triage_command,
    site.serve_command,
    site.notify_command,
    site.init_command,
):
    main.add_command(command)
