"""TeX as sources write it in; plain text, or HTML with MathML, out. Pure.

Pure and total: whatever the text, nothing raises, and no markup of its own survives. What we can't
convert is shown as its TeX in `<code class="tex">` and reported.
"""

from collections.abc import Sequence

import msgspec
from markupsafe import Markup as Safe

from digest.model import Markup
from digest.tex import urls
from digest.tex.cursor import PieceKind
from digest.tex.line import Span, highlighted, words
from digest.tex.reader import cleaned, is_simple, read
from digest.tex.writer import Writer
from digest.text.memory import remembered

__all__ = ["plain", "reader"]


class Converted(msgspec.Struct, frozen=True):
    """A text as HTML, and how much of it was TeX."""

    html: Safe
    formulas: int  # seen, converted or not
    unconverted: tuple[str, ...]  # formulas with their delimiters, "$\\foo$"; commands, "\\bar"


@remembered(4096)  # a paper's pages ask for its texts and names again and again
def plain(text: str, markup: Markup = Markup.TEX) -> str:
    """One line of readable text: `$O(n^2)$` is "O(n²)", `Kekul\\'e` is "Kekulé"."""
    return " ".join(_plain(text, markup).split())


def plain_paragraphs(text: str, markup: Markup = Markup.TEX) -> str:
    """As `plain`, a line for each paragraph."""
    lines = (" ".join(line.split()) for line in _plain(text, markup).split("\n"))
    return "\n".join(filter(None, lines))


def inline_html(text: str, markup: Markup = Markup.TEX) -> Converted:
    """Phrases alone, for a line such as a comment; addresses become links."""
    return _converted(Writer(block=False, links=True), text, markup)


def title_html(text: str, markup: Markup = Markup.TEX, spans: Sequence[Span] = ()) -> Converted:
    """Phrases without links, so that a title may stand within one.

    Args:
        spans: places in `plain(text)` that stand within `<mark>`, and may overlap.
    """
    return _converted(Writer(block=False, links=False), text, markup, spans)


def block_html(text: str, markup: Markup = Markup.TEX, spans: Sequence[Span] = ()) -> Converted:
    """Paragraphs, lists and displayed formulas; each line of the text is a paragraph.

    Args:
        spans: as those of `title_html`; a displayed formula has no highlights.
    """
    return _converted(Writer(block=True, links=True), text, markup, spans)


def addresses(text: str, markup: Markup = Markup.TEX) -> tuple[str, ...]:
    """Every http or https address that the text names or links to, once, in its order."""
    if not urls.are_likely(text) and "\\" not in text:
        return ()
    found = (piece.source for piece in read(text, markup) if piece.kind is PieceKind.OPEN)
    return tuple(dict.fromkeys(filter(None, found)))


def code_link(*texts: str, markup: Markup = Markup.TEX) -> str:
    """The first address of a code repository in these texts, else of a model; empty if none."""
    found = [address for text in texts for address in addresses(text, markup)]
    for is_code in (urls.is_repository, urls.is_model):
        for address in filter(is_code, found):
            return address
    return ""


def _converted(writer: Writer, text: str, markup: Markup, spans: Sequence[Span] = ()) -> Converted:
    pieces = read(text, markup)
    html = Safe(writer.write(highlighted(pieces, spans) if spans else pieces))
    return Converted(html, writer.formulas, tuple(writer.unconverted))


def _plain(text: str, markup: Markup) -> str:
    clean = cleaned(text, markup)
    return clean if is_simple(clean, markup) else "".join(words(read(text, markup)))
