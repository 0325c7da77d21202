"""A full screen in the terminal: lines out, keys in. Knows nothing of papers."""

from __future__ import annotations

import codecs
import os
import re
import signal
import sys
import termios
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

# What a key sends: a letter, or a sequence that begins with Escape.
# Source: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|.", re.S)
_ARROWS = dict(A="up", B="down", C="right", D="left", H="home", F="end")
_NAMES = {
    **{f"\x1b{kind}{letter}": name for kind in "[O" for letter, name in _ARROWS.items()},
    **{"\x1b[5~": "pageup", "\x1b[6~": "pagedown", "\x1b[3~": "delete", "\x1b": "escape"},
    **{"\x01": "home", "\x05": "end", "\r": "enter", "\n": "enter"},
    **{"\x7f": "backspace", "\x08": "backspace"},
    **{"\x03": "ctrl-c", "\x0b": "ctrl-k", "\x15": "ctrl-u", "\x17": "ctrl-w"},
}
_STYLES = {"": "", "bold": "\x1b[1m", "italic": "\x1b[3m", "reverse": "\x1b[7m"}
_OPEN, _CLOSE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # a screen of its own, no cursor


class ScreenLine(NamedTuple):
    """A line of the screen; `style` is "", "bold", "italic" or "reverse"."""

    text: str
    style: str = ""


class InputLine(NamedTuple):
    """A line that is being written, and where the next letter goes."""

    text: str
    place: int

    def after(self, key: str) -> InputLine:
        """The line after a key; one that means nothing here changes nothing."""
        before, behind = self.text[: self.place], self.text[self.place :]
        match key:
            case "left":
                return InputLine(self.text, max(self.place - 1, 0))
            case "right":
                return InputLine(self.text, min(self.place + 1, len(self.text)))
            case "home":
                return InputLine(self.text, 0)
            case "end":
                return InputLine(self.text, len(self.text))
            case "delete":
                return InputLine(before + behind[1:], self.place)
            case "ctrl-k":
                return InputLine(before, self.place)
            case "backspace":
                before = before[:-1]
            case "ctrl-u":
                before = ""
            case "ctrl-w":
                before = re.sub(r"\S*\s*\Z", "", before)
            case _ if len(key) == 1 and key.isprintable():
                before += key
        return InputLine(before + behind, len(before))


@contextmanager
def fullscreen(draw: Callable[[], None]) -> Iterator[None]:
    """The whole terminal, with each key given at once; `draw` is called when its size changes."""
    handle = sys.stdin.fileno()
    before, resized = termios.tcgetattr(handle), signal.getsignal(signal.SIGWINCH)
    mode = termios.tcgetattr(handle)
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    try:
        termios.tcsetattr(handle, termios.TCSADRAIN, mode)
        signal.signal(signal.SIGWINCH, lambda number, frame: draw())
        _write(_OPEN)
        yield
    finally:
        _write(_CLOSE)
        signal.signal(signal.SIGWINCH, resized)
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


def keys() -> Iterator[str]:
    """Each key as it is pressed, by name or as its letter; ends where the terminal does."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := os.read(sys.stdin.fileno(), 4096):
        for key in _KEY.findall(decoder.decode(data)):
            yield _NAMES.get(key, key)


def show(lines: Sequence[ScreenLine], cursor: tuple[int, int] | None = None) -> None:
    """Fill the screen with the lines; `cursor` is a row and a column, from 0."""
    columns, rows = size()
    shown = [f"{_STYLES[line.style]}{cut(line.text, columns)}\x1b[0m" for line in lines[:rows]]
    place = f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H\x1b[?25h" if cursor else ""
    _write("\x1b[?25l\x1b[H" + "\x1b[K\r\n".join(shown) + "\x1b[K\x1b[J" + place)


def size() -> tuple[int, int]:
    """Columns and rows."""
    size = os.get_terminal_size(sys.stdout.fileno())
    return size.columns or 80, size.lines or 24


def cut(text: str, columns: int) -> str:
    """What fits, with another sign for each that would command the terminal."""
    taken, shown = 0, list[str]()
    for letter in text:
        taken += width(letter)
        if taken > columns:
            break
        shown.append(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}")
    return "".join(shown)


def width(text: str) -> int:
    """Columns that the text takes: two for a Chinese sign, none for an accent."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def _write(text: str) -> None:
    """Past Python's buffer, which a change of size in the midst of a write would break."""
    data = text.encode(sys.stdout.encoding, "replace")
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]
