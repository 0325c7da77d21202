"""The `digest` command: read arguments, call one function, say what happened."""

from __future__ import annotations

import atexit
import gc
from typing import Any

import click

from digest import __version__, github
from digest.cli import check, desk, site, sources, themes, words
from digest.errors import DigestError


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


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def main() -> None:
    """Make a static site and feeds of the papers that matter to you."""
    atexit.register(gc.freeze)  # a process that ends needn't look for what it no longer uses


for command in (
    site.build_command,
    sources.fetch_command,
    sources.status_command,
    check.check_command,
    check.doctor_command,
    themes.explain_command,
    themes.themes_group,
    desk.new_group,
    desk.triage_command,
    site.serve_command,
    site.notify_command,
    site.init_command,
):
    main.add_command(command)
