"""Pieces of a text → HTML. Everything of the text is escaped; elements are ours alone."""

import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from digest.tex import formula
from digest.tex.cursor import (
    HIGHLIGHT_END,
    HIGHLIGHT_START,
    PieceKind,
    TexPiece,
)

_NUMBERED = re.compile(r"\(?([1-9]\d?)[.)]\s+(?=\S)")
_BULLETED = re.compile(r"([-*•‣◦·–])\s+(?=\S)")

_HIGHLIGHT = re.compile("(</?mark>)")
_TAGS = re.compile("<[^>]*>")
# Browsers end a line beside any formula, whatever is there, but where both stand in one span.
_NOBREAK, _SPAN_END = '<span class="nobreak">', "</span>"
_JOINER = "\u2060"  # and within that, a word goes on over this


def _is_glued(letter: str) -> bool:
    """Whether no line may end between this character and a formula beside it."""
    return letter.isalnum() or letter in ("-", "\u2010", _JOINER)


def _joined(formula: str, *, before: str = "", after: str = "") -> str:
    """A formula from which what stands before or after it never parts."""
    inner = formula.removeprefix(_NOBREAK).removesuffix(_SPAN_END)
    return f"{_NOBREAK}{before}{inner}{after}{_SPAN_END}"


class Writer:
    """HTML as it grows: a line of phrases, or blocks of them.

    An element that is open where a paragraph ends is closed with it and opened again in the next.
    """

    def __init__(self, *, block: bool, links: bool) -> None:
        self.formulas = 0
        self.unconverted: list[str] = []
        self._block = block
        self._links = links
        self._line: list[str] = []
        self._blank = True  # nothing to see in this line yet
        self._formula_at = -1  # where in the line a formula stands, if nothing followed it
        self._wanted: list[tuple[str, str]] = []  # start and end tags around what comes
        self._opened = 0  # how many of them stand in this line
        self._blocks: list[tuple[str, str]] = []  # ("p", content) or ("", HTML)
        self._lists: list[str] = []  # names of the lists we are in
        self._items: list[int] = []  # per list: 0 before an item, 1 in an empty one, 2 in a filled

    def write(self, pieces: Iterable[TexPiece]) -> str:
        for piece in pieces:
            self._write(piece)
        self._end_line()
        if self._block:
            return "".join(_grouped(self._blocks))
        return "".join(content for _, content in self._blocks)

    def _write(self, piece: TexPiece) -> None:
        match piece.kind:
            case PieceKind.TEXT:
                self._text(piece.text)
            case PieceKind.FORMULA | PieceKind.DISPLAY:
                self._formula(piece)
            case PieceKind.CODE:
                self._code(piece.text)
            case PieceKind.OPEN:
                self._wanted.append(self._tags(piece))
            case PieceKind.CLOSE:
                _, end = self._wanted.pop()
                if self._opened > len(self._wanted):
                    self._line.append(end)
                    self._opened -= 1
            case PieceKind.BREAK:
                self._line.append("<br/>" if self._block and not self._blank else " ")
                self._formula_at = -1
            case _ if not self._block:
                self._text(" • " if piece.kind is PieceKind.ITEM else " ")
            case PieceKind.PARAGRAPH:
                self._end_line()
            case PieceKind.LIST:
                self._end_line()
                self._raw(f"<{piece.text}>")
                self._lists.append(piece.text)
                self._items.append(0)
            case PieceKind.ITEM:
                self._end_line()
                self._begin_item()
            case PieceKind.END:
                self._end_list()

    def _tags(self, piece: TexPiece) -> tuple[str, str]:
        if piece.text != "a":
            return f"<{piece.text}>", f"</{piece.text}>"
        if not self._links:
            return "", ""
        return f'<a href="{escape(piece.source)}" rel="external nofollow">', "</a>"

    def _text(self, text: str) -> None:
        html = escape(text, quote=False)
        if HIGHLIGHT_START in html:
            html = html.replace(HIGHLIGHT_START, "<mark>").replace(HIGHLIGHT_END, "</mark>")
        self._phrase(html, blank=not text or text.isspace())

    def _phrase(self, html: str, *, blank: bool = False) -> None:
        if not blank:
            if self._formula_at >= 0 and _is_glued(_TAGS.sub("", html)[:1]):
                self._line[self._formula_at] = _joined(self._line[self._formula_at], after=_JOINER)
            self._line.extend(start for start, _ in self._wanted[self._opened :])
            self._opened = len(self._wanted)
            self._blank = False
        if html:
            self._formula_at = -1
        self._line.append(html)

    def _last_character(self) -> str:
        """What stands last in this line, tags aside."""
        texts = (_TAGS.sub("", part) for part in reversed(self._line))
        return next(filter(None, texts), "")[-1:]

    def _code(self, source: str) -> None:
        self.unconverted.append(source)
        self._phrase(f'<code class="tex">{escape(source, quote=False)}</code>')

    def _formula(self, piece: TexPiece) -> None:
        self.formulas += 1
        display = self._block and piece.kind is PieceKind.DISPLAY
        if character := formula.character(piece.text):
            self._text(character)
        elif not display and (phrases := formula.simple(piece.text)):
            self._phrase(phrases)
        elif not (math := formula.mathml(piece.text, display)):
            self._code(" ".join(piece.source.split()))
        elif display:
            self._end_line()
            self._raw(f'<div class="display" tabindex="0">{math}</div>')
        else:
            is_glued = _is_glued(self._last_character())
            self._phrase(_joined(math, before=_JOINER) if is_glued else math)
            self._formula_at = len(self._line) - 1

    def _raw(self, html: str) -> None:
        if self._items and not self._items[-1]:
            self._begin_item()
        if self._items:
            self._items[-1] = 2
        self._blocks.append(("", html))

    def _begin_item(self) -> None:
        if not self._items:
            self._text("• ")
            return
        self._blocks.append(("", "</li><li>" if self._items[-1] else "<li>"))
        self._items[-1] = 1

    def _end_list(self) -> None:
        self._end_line()
        end = "</li>" if self._items.pop() else ""
        self._blocks.append(("", f"{end}</{self._lists.pop()}>"))

    def _end_line(self) -> None:
        ends = [end for _, end in reversed(self._wanted[: self._opened])]
        content = "".join((*self._line, *ends)).strip()
        blank, self._blank, self._opened, self._formula_at = self._blank, True, 0, -1
        self._line.clear()
        if blank:
            return
        if not self._block:
            self._blocks.append(("", content))
        elif self._items:
            self._raw(f"<br/>{content}" if self._items[-1] == 2 else content)
        else:
            self._blocks.append(("p", content))


class _Item(NamedTuple):
    """A paragraph that starts like an item of a list."""

    paragraph: str
    content: str  # without its number or bullet
    number: int  # 0 after a bullet
    bullet: str

    def follows(self, other: "_Item") -> bool:
        if self.number:
            return self.number == other.number + 1
        return self.bullet == other.bullet


def _item(paragraph: str) -> _Item | None:
    bare = _HIGHLIGHT.sub("", paragraph)
    if number := _NUMBERED.match(bare):
        return _Item(paragraph, _cut(paragraph, number.end()), int(number[1]), "")
    if bullet := _BULLETED.match(bare):
        return _Item(paragraph, _cut(paragraph, bullet.end()), 0, bullet[1])
    return None


def _cut(html: str, letters: int) -> str:
    """The paragraph without its first letters, with no tags in them but those of highlights."""
    parts = list[str]()
    for part in _HIGHLIGHT.split(html):
        cut = 0 if _HIGHLIGHT.fullmatch(part) else min(letters, len(part))
        parts.append(part[cut:])
        letters -= cut
    return "".join(parts).replace("<mark></mark>", "")


def _grouped(blocks: list[tuple[str, str]]) -> Iterable[str]:
    """Paragraphs; those that count "1.", "2.", … or start with one bullet as a list."""
    run: list[_Item] = []
    for name, content in blocks:
        item = _item(content) if name == "p" else None
        if run and not (item and item.follows(run[-1])):
            yield _list(run)
            run = []
        if item:
            run.append(item)
        else:
            yield f"<p>{content}</p>" if name == "p" else content
    if run:
        yield _list(run)


def _list(run: list[_Item]) -> str:
    first = run[0]
    if len(run) == 1:
        return f"<p>{first.paragraph}</p>"
    name = "ol" if first.number else "ul"
    start = f' start="{first.number}"' if first.number > 1 else ""
    return f"<{name}{start}>{''.join(f'<li>{item.content}</li>' for item in run)}</{name}>"
