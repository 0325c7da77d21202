"""Words set in a font that comes along, the same on every machine, and pictures made of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from uharfbuzz import Face, Font

_FAMILY = "Source Serif 4"  # Latin, Greek, Cyrillic, and much of what formulas need
_FILE = str(files("fontpkg_source_serif_4") / "files" / "SourceSerif4[opsz,wght].ttf")
_REGULAR, _BOLD = 400, 700
_LEADING = 1.2  # from line to line, in letter sizes
_LONGEST = 5_000  # characters of a text that are looked at: no picture of ours has room for more
_SMALLEST, _LARGEST = 8, 60  # optical sizes that the font has letters for


class Fitted(msgspec.Struct, frozen=True):
    """A text in lines; none where it can't be shown."""

    size: int  # of its letters, in pixels
    lines: tuple[str, ...]


def fit(
    text: str, width: float, height: float, sizes: Sequence[int], *, bold: bool = False
) -> Fitted:
    """The text in the largest of the sizes that fits a box; what never would is cut.

    Characters that the font lacks are left out, or written plainly where Unicode knows how. A text
    that would lose most of its letters is not shown at all.

    Args:
        width: of the box, in pixels, like its height.
        sizes: of its letters, largest first.
    """
    words = _legible(text).split()
    for size in sizes:
        lines = tuple(_lines(words, size, width, bold))
        most = max(int(height / (size * _LEADING)), 0)
        if len(lines) <= most:
            return Fitted(size, lines)
    first = list(lines[:most])
    first[-1:] = [_cut(line, size, width, bold) for line in first[-1:]]
    return Fitted(size, tuple(first))


def png(svg: str) -> bytes:
    """A picture of it, with the letters of our font alone.

    Raises:
        ValueError: it isn't SVG.
    """
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg,
        skip_system_fonts=True,
        font_files=[_FILE],
        font_family=_FAMILY,
        serif_family=_FAMILY,
    )


def _legible(text: str) -> str:
    shown, letters, lost = list[str](), 0, 0
    for char in unicodedata.normalize("NFC", text[:_LONGEST]):
        letter = char.isalpha()
        known = char if char in _characters() else unicodedata.normalize("NFKC", char)
        known = known if all(part in _characters() for part in known) else ""
        letters += letter
        lost += letter and not known
        shown.append(" " if char.isspace() else known)
    return "".join(shown) if lost * 2 <= letters else ""


def _lines(words: Sequence[str], size: int, width: float, bold: bool) -> Iterator[str]:
    line, taken = list[str](), 0.0
    for word in (piece for whole in words for piece in _pieces(whole, size, width, bold)):
        more = _width(f" {word}" if line else word, size, bold)
        if line and taken + more > width:
            yield " ".join(line)
            line, more, taken = [], _width(word, size, bold), 0.0
        line.append(word)
        taken += more
    if line:
        yield " ".join(line)


def _pieces(word: str, size: int, width: float, bold: bool) -> Iterator[str]:
    """The word, in pieces where it is wider than a line."""
    start, taken = 0, 0.0
    for at, char in enumerate(word):
        more = _advance(char, size, bold)
        if at > start and taken + more > width:
            yield word[start:at]
            start, taken = at, 0.0
        taken += more
    yield word[start:]


def _cut(line: str, size: int, width: float, bold: bool) -> str:
    end, taken = len(line), _width(f"{line}…", size, bold)
    while end and taken > width:
        end -= 1
        taken -= _advance(line[end], size, bold)
    return f"{line[:end].rstrip(' .,:;')}…"


def _width(text: str, size: int, bold: bool) -> float:
    """In pixels, if anything a little too wide, since pairs that stand closer are not counted."""
    return sum(_advance(char, size, bold) for char in text)


@lru_cache(4096)
def _advance(char: str, size: int, bold: bool) -> float:
    font = _letters(min(max(size, _SMALLEST), _LARGEST), _BOLD if bold else _REGULAR)
    units = font.get_glyph_h_advance(_characters()[char])
    return float(units * size / _face().upem)


@lru_cache(16)
def _letters(optical: int, weight: int) -> Font:
    """The font at an optical size and a weight."""
    import uharfbuzz

    font = uharfbuzz.Font(_face())
    font.set_variations({"opsz": optical, "wght": weight})
    return font


@lru_cache(1)
def _characters() -> dict[str, int]:
    """The characters that the font has, and the numbers of their glyphs."""
    font = _letters(_SMALLEST, _REGULAR)
    return {
        char: font.get_nominal_glyph(code)
        for code in _face().unicodes
        if unicodedata.category(char := chr(code)) not in {"Cc", "Cf", "Co"} or char == " "
    }


@lru_cache(1)
def _face() -> Face:
    import uharfbuzz  # most builds draw nothing

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(_FILE))
