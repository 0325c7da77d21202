"""Pieces of a text → the words of its plain text, and places in that. Pure and total."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from digest.tex.cursor import (
    HIGHLIGHT_END,
    HIGHLIGHT_START,
    PieceKind,
    TexPiece,
)
from digest.tex.formula import character, spoken
from digest.tex.speech import lowered, raised

Span = tuple[int, int]
_WORD = re.compile(r"\S+")
_SCRIPTS = {"sup": raised, "sub": lowered}


def words(pieces: Iterable[TexPiece]) -> list[str]:
    """What each piece adds to the plain text; a script stands whole where it opens."""
    found: list[str] = []
    scripts: list[int] = []  # where the open ones start
    for piece in pieces:
        word = ""
        match piece.kind:
            case PieceKind.TEXT:
                word = piece.text
            case PieceKind.FORMULA | PieceKind.DISPLAY:
                word = character(piece.text) or spoken(piece.text)
            case PieceKind.CODE:
                word = piece.text.replace("\\", "")
            case PieceKind.OPEN if piece.text in _SCRIPTS:
                scripts.append(len(found))
            case PieceKind.CLOSE if piece.text in _SCRIPTS:
                start = scripts.pop()
                script = _SCRIPTS[piece.text]("".join(found[start:]))
                found[start:] = [script, *[""] * (len(found) - start - 1)]
            case PieceKind.BREAK:
                word = " "
            case PieceKind.ITEM:
                word = "\n• "
            case PieceKind.PARAGRAPH | PieceKind.LIST | PieceKind.END:
                word = "\n"
        found.append(word)
    return found


def highlighted(pieces: Sequence[TexPiece], spans: Iterable[Span]) -> Iterator[TexPiece]:
    """The pieces with places of their line of plain text highlighted; formulas and scripts whole.

    Places beyond the text are passed over.
    """
    texts = words(pieces)
    places = _places("".join(texts), spans)
    start, at, scripts = 0, 0, list[bool]()  # of places; whether each open script is highlighted
    for piece, word in zip(pieces, texts, strict=True):
        end = start + len(word)
        while at < len(places) and places[at][1] <= start:
            at += 1
        touched = at < len(places) and places[at][0] < end and bool(word.strip())
        if piece.kind is PieceKind.OPEN and piece.text in _SCRIPTS:
            scripts.append(touched)
            yield from (TexPiece(PieceKind.OPEN, "mark"), piece) if touched else (piece,)
        elif piece.kind is PieceKind.CLOSE and piece.text in _SCRIPTS:
            yield from (piece, TexPiece(PieceKind.CLOSE, "mark")) if scripts.pop() else (piece,)
        elif not touched:
            yield piece
        elif piece.kind is PieceKind.TEXT:
            last = at
            while last < len(places) and places[last][0] < end:
                last += 1
            here = [(first - start, past - start) for first, past in places[at:last]]
            yield TexPiece(PieceKind.TEXT, _with_highlights(word, here))
        elif piece.kind in (PieceKind.FORMULA, PieceKind.DISPLAY, PieceKind.CODE):
            yield from (TexPiece(PieceKind.OPEN, "mark"), piece, TexPiece(PieceKind.CLOSE, "mark"))
        else:
            yield piece
        start = end


def _places(text: str, spans: Iterable[Span]) -> list[Span]:
    """Spans of the line that `text` makes, as places in `text` itself; merged, ascending."""
    found: list[Span] = []
    origins, starts, length = [0], [0], 0  # of each word in `text`, and in the line
    for word in _WORD.finditer(text):
        origins.append(word.start())
        starts.append(length)
        length += len(word[0]) + 1

    def origin(place: int) -> int:
        number = bisect_right(starts, place) - 1
        return origins[number] + place - starts[number]

    for first, last in sorted(spans):
        first, last = max(first, 0), min(last, length - 1)
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        elif first < last:
            found.append((first, last))
    return [(origin(first), origin(last - 1) + 1) for first, last in found]


def _with_highlights(text: str, places: Iterable[Span]) -> str:
    """Highlights hug words, so that white space stays where a line may lose it."""
    parts, at = list[str](), 0
    for first, last in places:
        inside = text[max(first, 0) : max(last, 0)]
        if word := inside.strip():
            first = max(first, 0) + inside.index(word)
            parts += text[at:first], HIGHLIGHT_START, word, HIGHLIGHT_END
            at = first + len(word)
    return "".join((*parts, text[at:]))
