"""The YAML on top of a Markdown file: where it ends, and how one key of it is set. Pure."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import yaml

from digest.errors import ConfigError
from digest.files.located import Section

# Empty lines may come first: read as text, the keys would be published.
_FRONT = re.compile(r"((?:[ \t]*\n)*)---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
Value = bool | str | list[str] | date


def split(text: str, path: Path) -> tuple[str, int, str]:
    """The YAML, and the line (from 1) and text of what follows it; lines end in "\\n".

    Empty lines before it stand in the YAML, so that its lines are counted rightly.

    Raises:
        ConfigError: it starts and doesn't end; names `path`.
    """
    front = _FRONT.match(text)
    if front:
        return "\n" * front[1].count("\n") + front[2], front[0].count("\n") + 1, text[front.end() :]
    if re.match(r"---[ \t]*(\n|\Z)", text):
        raise ConfigError("the front matter has no closing '---'", path, 1)
    return "", 1, text


def parse(front: str, path: Path) -> Section:
    """The keys of what `split` found, which starts on line 2.

    Raises:
        ConfigError: it isn't YAML, or not `key: value` lines; names `path` and line.
    """
    return Section.parse(front if _has_keys(front) else "{}", path, 2 if front else 1)


def changed(text: str, key: str, value: Value | None, path: Path) -> str:
    """The file's text with one key set, or taken out by None; the rest stays as it was.

    Raises:
        ConfigError: the front matter can't be read, or is one `{…}`; names `path` and line.
    """
    front, _, body = split(text, path)
    parse(front, path)
    if not text.startswith("---"):
        front = front.lstrip("\n")
    start, end = _place(front, key, path)
    front = front[:start] + ("" if value is None else _line(key, value)) + front[end:]
    return f"---\n{front}---\n{body}" if front.strip() or _FRONT.match(body) else body


def _place(front: str, key: str, path: Path) -> tuple[int, int]:
    """Where the lines of a key start and end; both the end of the text where it isn't there.

    Marks count characters: YAML ends lines at more of them than we do.
    """
    node = yaml.compose(front, yaml.SafeLoader) if _has_keys(front) else None
    if not isinstance(node, yaml.MappingNode):
        return len(front), len(front)
    if node.flow_style:
        raise ConfigError("write the front matter as `key: value` lines", path, 2)
    for name, value in node.value:
        if name.value == key:
            start, end = name.start_mark.index, value.end_mark.index
            if isinstance(value, yaml.CollectionNode) and not value.flow_style:
                end = start + _length(front[start:end])
            if front[end - 1] != "\n":
                end = front.index("\n", end) + 1
            return start, end
    return len(front), len(front)


def _length(block: str) -> int:
    """How long a block is without the empty lines and comments at its end, which belong to what
    follows.
    """
    lines = block.split("\n")
    while len(lines) > 1 and _is_empty(lines[-1]):
        lines.pop()
    return len("\n".join(lines))


def _has_keys(front: str) -> bool:
    return not all(map(_is_empty, front.split("\n")))


def _is_empty(line: str) -> bool:
    """Whether a line is empty or a comment."""
    return line.lstrip()[:1] in {"", "#"}


def _line(key: str, value: Value) -> str:
    """One line, as YAML reads it back."""
    written = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**6)
    written = written.removesuffix("\n...\n").rstrip("\n")
    if "\n" in written:
        written = yaml.safe_dump(value, default_style='"', default_flow_style=True, width=10**6)
        written = written.rstrip("\n")
    return f"{key}: {written}\n"
