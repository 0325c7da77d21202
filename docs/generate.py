"""Write the parts of docs/ that the code knows: `python docs/generate.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from digest.check.findings import Kind
from digest.cli import main

DOCS = Path(__file__).parent


def parts() -> dict[str, str]:
    """What stands between `<!-- generated: NAME -->` and `<!-- end -->`, by name."""
    return {"commands": "\n".join(_commands(main, "digest")), "kinds": _kinds()}


def written(text: str) -> str:
    """A document with its generated parts as they should be."""
    for name, part in parts().items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda m, part=part: f"{m[1]}\n{part}\n{m[2]}", text, flags=re.S)
    return text


def _commands(group: click.Group, path: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        full = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from _commands(command, full)
        else:
            yield _command(command, full)


def _command(command: click.Command, path: str) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"## `{usage}`", "", (command.help or "").strip(), ""]
    rows = [
        f"| `{names}` | {text.replace('|', chr(92) + '|')} |"
        for names, text in filter(
            None,
            (p.get_help_record(context) for p in command.params if isinstance(p, click.Option)),
        )
    ]
    if rows:
        lines += ["| option | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _kinds() -> str:
    rows = (f"| `{kind.word}` | {kind.severity} | {kind.meaning} |\n" for kind in Kind)
    return f"| name | | what it is |\n|---|---|---|\n{''.join(rows)}"


if __name__ == "__main__":
    for document in DOCS.glob("*.md"):
        document.write_text(written(document.read_text("utf-8")), "utf-8")
