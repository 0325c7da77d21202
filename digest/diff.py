"""What changed between two texts, word by word. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum

import msgspec

MOST = 2_000  # words of a text; matching takes the square of it at worst


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Piece(msgspec.Struct, frozen=True):
    """Some words in a row that share their fate."""

    mark: Mark
    text: str


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order, what was removed before what came in its place.

    White space counts as one space. Texts too long to compare are replaced as a whole.
    """
    return tuple(_joined(_pieces(old.split(), new.split())))


def _pieces(old: list[str], new: list[str]) -> Iterator[tuple[Mark, list[str]]]:
    if max(len(old), len(new)) > MOST:
        yield Mark.REMOVED, old
        yield Mark.ADDED, new
        return
    # Its heuristic for "junk" would call frequent words of a long text changed.
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield Mark.SAME, new[new_from:new_to]
        else:
            yield Mark.REMOVED, old[old_from:old_to]
            yield Mark.ADDED, new[new_from:new_to]


def _joined(pieces: Iterator[tuple[Mark, list[str]]]) -> Iterator[Piece]:
    return (Piece(mark, " ".join(found)) for mark, found in pieces if found)
