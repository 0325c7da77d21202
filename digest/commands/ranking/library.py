"""`rank.picks`: libraries that reference managers export, ids and addresses of papers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from digest.config.rank import is_library
from digest.errors import ConfigError, SourceError
from digest.model import Entry, Markup
from digest.sources import file
from digest.text.ids import arxiv_id, doi

_LINE = re.compile(r"(?:the record of )?line (\d+)\b[ :]*")


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """What the editor likes besides what is decided on the site."""

    entries: tuple[Entry, ...] = ()  # as the files have them
    names: tuple[str, ...] = ()  # ids and addresses that site.yaml lists
    problems: tuple[ConfigError, ...] = ()  # what can't be read, by file and line


def read(root: Path, picks: tuple[str, ...], today: date) -> Library:
    """Read all that `rank.picks` lists; what is broken costs itself alone."""
    entries, problems = list[Entry](), list[ConfigError]()
    for pattern in filter(is_library, picks):
        paths = _paths(root, pattern)
        if not paths:
            message = f"no file matches {pattern!r} of `rank.picks`"
            problems.append(ConfigError(message, root / "site.yaml", line_of(root, pattern)))
        for path in paths:
            for item in _records(path, today):
                if isinstance(item, ConfigError):
                    problems.append(item)
                else:
                    entries.append(item)
    names = tuple(name for name in picks if not is_library(name))
    return Library(entries=tuple(entries), names=names, problems=tuple(problems))


def paths(root: Path, picks: tuple[str, ...]) -> Iterator[Path]:
    """The files that `rank.picks` names."""
    for pattern in filter(is_library, picks):
        yield from _paths(root, pattern)


def line_of(root: Path, word: str) -> int:
    """The line of site.yaml that has a word, from 1; 1 where none has."""
    lines = (root / "site.yaml").read_text("utf-8", "replace").split("\n")
    return next((number for number, line in enumerate(lines, 1) if word in line), 1)


def keys(name: str) -> set[str]:
    """The ids that a name of a paper may mean: "arxiv:2605.13319" of its address, a DOI, itself."""
    paper, number = arxiv_id(name), doi(name)
    return {name} | ({f"arxiv:{paper.id}"} if paper else {f"doi:{number}"} if number else set())


def _paths(root: Path, pattern: str) -> list[Path]:
    inside = root.resolve()
    found = sorted(path for path in root.glob(pattern) if path.is_file())
    return [path for path in found if path.resolve().is_relative_to(inside)]


def _records(path: Path, today: date) -> Iterator[Entry | ConfigError]:
    source = file.LocalFile(name=path.name, markup=Markup.TEX, path=path.name)
    found = 0
    for item in file.read(path, source, today):
        found += 1
        yield _located(item, path) if isinstance(item, SourceError) else item
    if not found:
        message = "no record in it; expected BibTeX, RIS or CSL-JSON"
        yield ConfigError(message, path, 1)


def _located(error: SourceError, path: Path) -> ConfigError:
    match = _LINE.match(str(error))
    line, message = (int(match[1]), str(error)[match.end() :]) if match else (1, str(error))
    return ConfigError(message, path, line)
