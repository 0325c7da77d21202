"""YAML that remembers where each value was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import yaml

from digest.errors import ConfigError
from digest.text import days
from digest.text.reading import read_text

_Choice = TypeVar("_Choice", bound=StrEnum)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 100  # lists and mappings within each other; who reads them recurses
_LONGEST = 9  # digits of a number
# What the parser says, in the words of who writes the file.
_PLAINLY = {
    "found character that cannot start any token": "text that begins so needs quotes",
    "found a tab character that violates indentation": "a tab; YAML is indented with spaces",
    "mapping values are not allowed in this context": "text with ': ' in it needs quotes",
    "but found another document": "a line of '---' begins a second document; remove it",
}


class Text(str):
    """A text that knows its line (from 1)."""

    line: int

    def __new__(cls, text: str, line: int) -> Text:
        self = super().__new__(cls, text)
        self.line = line
        return self


class Section:
    """A YAML mapping, read key by key. Leaving its `with` block rejects keys nobody asked for."""

    def __init__(self, path: Path, node: yaml.Node | None, shift: int = 0) -> None:
        self.path, self._node, self._shift, self._asked = path, node, shift, set[str]()
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError("expected `key: value` lines", path, self._line(node))
        self._keys, self._values = dict[str, yaml.Node](), dict[str, yaml.Node]()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError("a key must be a plain word", path, self._line(key))
            if key.value in self._keys:
                first = self._line(self._keys[key.value])
                message = f"{key.value!r} is already set on line {first}"
                raise ConfigError(message, path, self._line(key))
            self._keys[key.value], self._values[key.value] = key, value

    @classmethod
    def read(cls, path: Path) -> Section:
        return cls.parse(read_text(path), path)

    @classmethod
    def parse(cls, text: str, path: Path, first_line: int = 1) -> Section:
        """Read YAML text that starts at `first_line` of the file `path`."""
        shift = first_line - 1
        try:
            if len(text) > _DEEPEST:
                _check_depth(text, path, shift)
            return cls(path, yaml.compose(text, _Loader), shift)
        except yaml.MarkedYAMLError as error:
            raise ConfigError(_plainly(error, text), path, _line_of(error) + shift) from None
        except yaml.reader.ReaderError as error:
            line = text[: error.position].count("\n") + 1 + shift
            raise ConfigError(f"invalid YAML: {error.reason}", path, line) from None

    @property
    def line(self) -> int:
        return self._line(self._node)

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def text(self, key: str, default: str | None = None) -> Text:
        """A text; missing and without `default` is an error. Empty text is one too."""
        node = self._get(key, required=default is None)
        if node is None:
            return Text(default or "", self.line)
        return self._text(key, node)

    def texts(self, key: str) -> tuple[Text, ...]:
        """A list of texts, empty where the key is missing."""
        return tuple(self._text(key, item) for item in self._items(key))

    def words(self, key: str) -> tuple[Text, ...]:
        """A list of scalars as they are written, so that the id 2605.10000 keeps its noughts."""
        found = []
        for node in self._items(key):
            if not isinstance(node, yaml.ScalarNode):
                raise ConfigError(f"{key!r} must list plain words", self.path, self._line(node))
            found.append(Text(node.value, self._line(node)))
        return tuple(found)

    def section(self, key: str, required: bool = True) -> Section | None:
        node = self._get(key, required=required)
        return None if node is None else Section(self.path, node, self._shift)

    def sections(self, key: str, required: bool = True) -> tuple[Section, ...]:
        if required:
            self._get(key, required=True)
        return tuple(Section(self.path, item, self._shift) for item in self._items(key))

    def terms(self, key: str) -> tuple[Text | Section, ...]:
        """A list whose items are texts or mappings; one item alone may stand without its list."""
        node = self._get(key)
        if node is None:
            return ()
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(
            Section(self.path, item, self._shift)
            if isinstance(item, yaml.MappingNode)
            else self._text(key, item)
            for item in items
        )

    def boolean(self, key: str, default: bool = False) -> bool:
        node = self._get(key)
        if node is None:
            return default
        if node.tag != "tag:yaml.org,2002:bool":
            raise self.error(f"{key!r} must be true or false", key)
        return str(node.value).lower() in {"true", "yes", "on"}

    def integer(self, key: str, default: int | None = None, least: int = 0) -> int:
        node = self._get(key, required=default is None)
        if node is None:
            return default or 0
        number = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not number.isdecimal() or len(number) > _LONGEST or int(number) < least:
            raise self.error(f"{key!r} must be a whole number, {least} or more", key)
        return int(number)

    def number(self, key: str, default: float) -> float:
        node = self._get(key)
        try:
            return default if node is None else float(str(node.value))
        except ValueError:
            raise self.error(f"{key!r} must be a number", key) from None

    def day(self, key: str) -> date | None:
        """A day written 2026-05-14, or None where the key is missing."""
        node = self._get(key)
        try:
            day = None if node is None else date.fromisoformat(str(node.value))
        except ValueError:
            raise self.error(f"{key!r} must be a day such as 2026-05-14", key) from None
        if not days.is_near(day):
            years = f"{days.FIRST_YEAR} to {days.LAST_YEAR}"
            raise self.error(f"{key!r} must be a day of the years {years}", key)
        return day

    def choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        if default is not None and self._get(key) is None:
            return default
        word = self.text(key)
        if word in {str(choice) for choice in choices}:
            return choices(word)
        known = ", ".join(choices)
        raise self.error(
            f"unknown {key} {str(word)!r}{closest(word, choices)}; known: {known}", key
        )

    def error(self, message: str, key: str = "") -> ConfigError:
        """The error to raise about the value of `key`, or about the whole mapping."""
        return ConfigError(message, self.path, self._line(self._values.get(key, self._node)))

    def __enter__(self) -> Section:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.reject_unknown()

    def reject_unknown(self) -> None:
        """Raise at the first key that nobody asked for yet."""
        for key, node in self._keys.items():
            if key not in self._asked:
                message = f"unknown key {key!r}{closest(key, self._asked)}"
                raise ConfigError(message, self.path, self._line(node))

    def _get(self, key: str, required: bool = False) -> yaml.Node | None:
        self._asked.add(key)
        if required and key not in self._values:
            for typo in get_close_matches(key, self._keys.keys() - self._asked, n=1):
                message = f"unknown key {typo!r} (did you mean {key!r}?)"
                raise ConfigError(message, self.path, self._line(self._keys[typo]))
            raise ConfigError(f"missing key {key!r}", self.path, self.line)
        return self._values.get(key)

    def _text(self, key: str, node: yaml.Node) -> Text:
        if node.tag != "tag:yaml.org,2002:str":
            message = f"{key!r} must be text; put quotes around it"
            if isinstance(node, yaml.CollectionNode):
                message = f"{key!r} must be text"
            raise ConfigError(message, self.path, self._line(node))
        if not node.value.strip():
            raise ConfigError(f"{key!r} is empty", self.path, self._line(node))
        return Text(node.value, self._line(node))

    def _items(self, key: str) -> list[yaml.Node]:
        node = self._get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise ConfigError(f"{key!r} must be a list", self.path, self._line(node))
        return list(node.value)

    def _line(self, node: yaml.Node | None) -> int:
        return (node.start_mark.line + 1 if node else 1) + self._shift


def _check_depth(text: str, path: Path, shift: int) -> None:
    """Refuse what would overflow the parser's stack, which no exception tells of."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ConfigError("nested too deep", path, line + shift)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _is_unclosed(error: yaml.MarkedYAMLError) -> bool:
    return error.context == "while scanning a quoted scalar" and error.context_mark is not None


def _line_of(error: yaml.MarkedYAMLError) -> int:
    """Where to look: an open quote is found missing its end at the end of the file."""
    mark = error.context_mark if _is_unclosed(error) else error.problem_mark
    return mark.line + 1 if mark else 1


def _plainly(error: yaml.MarkedYAMLError, text: str) -> str:
    if _is_unclosed(error):
        return "a quote opens here and is never closed"
    lines = text.splitlines()[_line_of(error) - 1 :]
    if lines and "\t" in lines[0][: len(lines[0]) - len(lines[0].lstrip())]:
        return _PLAINLY["found a tab character that violates indentation"]
    problem = error.problem or "invalid YAML"
    return _PLAINLY.get(problem, problem)


def closest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'title'?)`, or nothing where no known word is near."""
    guess = get_close_matches(word, sorted(known), n=1)
    return f" (did you mean {str(guess[0])!r}?)" if guess else ""
