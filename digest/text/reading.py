"""The text of files that people write, whatever program they wrote it with."""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import normalize

from digest.errors import ConfigError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks
# What git leaves where it can't merge; git also looks for them so, in `git diff --check`.
_CONFLICT = re.compile(r"^(<{7}|>{7})( .*)?$", re.MULTILINE)


def read_text(path: Path, *, is_composed: bool = True) -> str:
    """The text of a file that people edit.

    It has no byte order mark, its lines end in "\\n", and its letters are composed (NFC), so that a
    name is the same whoever typed it.

    Args:
        is_composed: False for what we wrote ourselves, and compare letter by letter.

    Raises:
        ConfigError: it can't be read, isn't UTF-8, or holds a git conflict; names file and line.
    """
    try:
        return decoded(path.read_bytes(), path, is_composed=is_composed)
    except FileNotFoundError:
        raise ConfigError("file not found", path, 1) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path, 1) from None


def decoded(data: bytes, path: Path, *, is_composed: bool = True) -> str:
    """The text that a file with this data holds, as `read_text` gives it.

    Raises:
        ConfigError: it isn't UTF-8, or holds a git conflict; names `path` and line.
    """
    if data.startswith(_UTF16):
        raise ConfigError("UTF-16 text; save the file as UTF-8", path, 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        raise ConfigError("not UTF-8 text; save the file as UTF-8", path, line) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if line := conflict(text):
        message = (
            "a git conflict: keep what is right, and remove the lines that begin with <<<<<<<, "
            "======= and >>>>>>>"
        )
        raise ConfigError(message, path, line)
    return composed(text) if is_composed else text


def conflict(text: str) -> int:
    """The line (from 1) of the first trace of a git conflict; 0 where there is none."""
    trace = _CONFLICT.search(text)
    return text.count("\n", 0, trace.start()) + 1 if trace else 0


def composed(name: str) -> str:
    """The text in composed letters (NFC); some systems keep names of files in others."""
    return normalize("NFC", name)
