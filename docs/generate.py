"""Write the parts of docs/ that the code knows: `python docs/generate.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rooms import PACKAGE, Arrows, arrows, floors, reduced, sentence

from digest.cite import CITATION_FORMATS
from digest.cli import main
from digest.commands.check.findings import FindingKind
from digest.model import FEED_FORMATS

DOCS = Path(__file__).parent
SCHEMA = PACKAGE / "site.schema.json"


def parts() -> dict[str, str]:
    """What stands between `<!-- generated: NAME -->` and `<!-- end -->`, by name."""
    return {
        "citation formats": _citation_formats(),
        "commands": "\n".join(_commands(main, "digest")),
        "feed formats": _feed_formats(),
        "kinds": _kinds(),
        "rooms": _rooms(),
        "site": "\n".join(_site_keys(json.loads(SCHEMA.read_text("utf-8")))),
    }


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
    rows = (f"| `{kind.word}` | {kind.severity} | {kind.meaning} |\n" for kind in FindingKind)
    return f"| name | | what it is |\n|---|---|---|\n{''.join(rows)}"


def _feed_formats() -> str:
    rows = (
        f"| `{format.file}` | {format.title} | `{format.media_type}` |"
        f" {f'`{format.key}`' if format.key else 'always there'} |\n"
        for format in FEED_FORMATS
    )
    head = "| file | format | media type | in `formats:` of `site.yaml` |\n|---|---|---|---|\n"
    return head + "".join(rows)


def _citation_formats() -> str:
    rows = (
        f"| `{format.file_name()}` | {format.label} | `{format.media_type}` |\n"
        for format in CITATION_FORMATS
    )
    return f"| file | format | media type |\n|---|---|---|\n{''.join(rows)}"


def _rooms() -> str:
    """What imports what, as a drawing for Mermaid, and the rooms as a table, the highest first."""
    every, drawn = arrows(PACKAGE), reduced(arrows(PACKAGE))
    count, left = sum(map(len, every.values())), sum(map(len, drawn.values()))
    lines = [
        f"  {room} --> {target}\n" for room in _from_above(drawn) for target in sorted(drawn[room])
    ]
    rows = (
        f"| `{room}` | {', '.join(f'`{target}`' for target in sorted(every[room])) or 'none'} |"
        f" {sentence(PACKAGE, room)} |\n"
        for room in _from_above(every)
    )
    return (
        f"{len(every)} rooms, and {count} arrows from one that imports to one that it imports from."
        f"\nThe {left} drawn imply the others.\n\n```mermaid\nflowchart TD\n{''.join(lines)}```\n\n"
        f"| room | imports from | |\n|---|---|---|\n{''.join(rows)}"
    )


def _from_above(of: Arrows) -> Iterator[str]:
    for floor in reversed(floors(of)):
        yield from floor


def _site_keys(schema: dict[str, Any]) -> Iterator[str]:
    """Every key of site.yaml, as its JSON Schema describes it."""
    yield _table(schema)
    for name in ("navigation", "feeds"):
        yield f"## Each of `{name}`\n"
        yield _table(schema["properties"][name]["items"])
    yield "## Each of `follow`\n"
    yield _table(schema["definitions"]["followed"]["anyOf"][1])
    for source in schema["properties"]["sources"]["items"]["oneOf"]:
        found = schema["definitions"][source["$ref"].rpartition("/")[2]]
        yield f"## A source of `kind: {found['properties']['kind']['const']}`\n"
        yield f"{found['description']}\n"
        yield _table(found, leaving=("kind",))
    yield "## A theme\n"
    yield _table(schema["definitions"]["theme"])


def _table(section: dict[str, Any], leaving: tuple[str, ...] = ()) -> str:
    rows = list[str]()
    for name, about in section["properties"].items():
        if name in leaving:
            continue
        usual = "needed" if name in section.get("required", ()) else _usual(about)
        words = about.get("description", "").replace("|", "\\|")
        rows.append(f"| `{name}` | {usual} | {words} |\n")
    return f"| key | usually | |\n|---|---|---|\n{''.join(rows)}"


def _usual(about: dict[str, Any]) -> str:
    return f"`{json.dumps(about['default']).strip(chr(34))}`" if "default" in about else ""


if __name__ == "__main__":
    for document in DOCS.glob("*.md"):
        document.write_text(written(document.read_text("utf-8")), "utf-8")
