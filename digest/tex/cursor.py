"""A place in a TeX text, and the pieces that came before it."""

import re
from enum import Enum, auto
from typing import NamedTuple

from digest.tex import urls

_DEEPEST = 8  # elements within each other: more emphasis can't be seen
_DEEPEST_LIST = 4
# Around highlighted words of a TEXT; no text has such controls.
HIGHLIGHT_START, HIGHLIGHT_END = "\x02", "\x03"


class PieceKind(Enum):
    """What a piece is, and what its `text` and `source` hold."""

    TEXT = auto()
    FORMULA = auto()  # its TeX; the same with its delimiters
    DISPLAY = auto()  # a formula on a line of its own: likewise
    CODE = auto()  # TeX that means nothing to us
    OPEN = auto()  # the name of an element; the address of an `a`
    CLOSE = auto()  # the name of an element
    BREAK = auto()  # a new line
    PARAGRAPH = auto()
    LIST = auto()  # "ul" or "ol"
    ITEM = auto()
    END = auto()  # of a list


class TexPiece(NamedTuple):
    kind: PieceKind
    text: str = ""
    source: str = ""


class Cursor:
    """Moves through a text once, from left to right.

    Keeps its own stack of groups, and remembers which closing marks the rest of the text lacks, so
    that neither the length nor the depth of a text can hurt.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.pieces: list[TexPiece] = []
        self._words: list[str] = []  # text not yet in pieces
        self._groups: list[list[TexPiece]] = []  # what the end of each open group brings
        self._open = 0  # elements
        self._linked = False  # within an address, where no other may start
        self._anchor: list[TexPiece] | None = None  # the group that </a> ends
        self._lists: list[bool] = []  # whether each open list is shown as one
        self._absent: set[str] = set()  # closing marks that the rest of the text lacks

    def finish(self) -> list[TexPiece]:
        """The pieces, with what is still open closed."""
        while self._groups:
            self.end_group()
        while self._lists:
            self.end_list()
        self._flush()
        return self.pieces

    def say(self, text: str) -> None:
        self._words.append(text)

    def add(self, kind: PieceKind, text: str = "", source: str = "") -> None:
        self._flush()
        self.pieces.append(TexPiece(kind, text, source))

    def _flush(self) -> None:
        if self._words:
            self.pieces.append(TexPiece(PieceKind.TEXT, "".join(self._words)))
            self._words.clear()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern matches here, passed over; None where it doesn't."""
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def is_at(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def find(self, mark: str, start: int) -> int:
        """Where the text has this mark next; -1 if nowhere."""
        found = -1 if mark in self._absent else self.text.find(mark, start)
        if found < 0:
            self._absent.add(mark)
        return found

    def begin_group(self, element: str = "", address: str = "") -> None:
        """Open a group, and an element that ends with it unless it would be too deep."""
        self._groups.append([])
        self.declare(element, address)

    def declare(self, element: str, address: str = "") -> None:
        """Open an element that ends with the group we are in; outside of groups do nothing."""
        if element and self._groups and self._open < _DEEPEST:
            self._open += 1
            self._linked = self._linked or element == "a"
            self.add(PieceKind.OPEN, element, address)
            self._groups[-1].insert(0, TexPiece(PieceKind.CLOSE, element))

    def begin_note(self) -> None:
        self.say(" (")
        self._groups.append([TexPiece(PieceKind.TEXT, ")")])

    def end_group(self) -> None:
        if not self._groups:
            self.say("}")
            return
        for piece in self._groups.pop():
            if piece.kind is PieceKind.CLOSE:
                self._open -= 1
                self._linked = self._linked and piece.text != "a"
            self.add(*piece)

    def begin_link(self, written: str) -> None:
        """Open a group that is a link, if this is an address and no other link is open."""
        address = "" if self._linked else urls.cleaned(written)
        self.begin_group("a" if address else "", address)

    def link(self, written: str) -> None:
        self.begin_link(written)
        self.say(urls.shown(written))
        self.end_group()

    def begin_anchor(self, written: str) -> None:
        if not self._linked:
            self.begin_link(written)
            self._anchor = self._groups[-1]

    def end_anchor(self) -> None:
        if self._groups and self._groups[-1] is self._anchor:
            self.end_group()

    def begin_list(self, name: str) -> None:
        shown = len(self._lists) < _DEEPEST_LIST
        self._lists.append(shown)
        if shown:
            self.add(PieceKind.LIST, name)

    def end_list(self) -> None:
        if self._lists and self._lists.pop():
            self.add(PieceKind.END)

    def formula(self, kind: PieceKind, start: int, inner: slice, end: int) -> None:
        """A formula that reaches from `start` to `end`, its TeX within; an empty one is nothing."""
        if self.text[inner].strip():
            self.add(kind, self.text[inner], self.text[start:end])
        self.at = end

    def delimited(self, kind: PieceKind, opening: str, closing: str) -> bool:
        """A formula whose opening mark we have just passed; False where nothing closes it."""
        end = self.find(closing, self.at)
        if end >= 0:
            start = self.at - len(opening)
            self.formula(kind, start, slice(self.at, end), end + len(closing))
        return end >= 0
