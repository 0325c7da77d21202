"""HTML, MathML and JATS as the plain text that a reader of them sees. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from digest import tex
from digest.model import Markup
from digest.sources.text import fold, paragraphs
from digest.text.entities import unescaped

# A number of more digits is no character; Python refuses to read one of more than 4,300.
_NAME = re.compile("</?[a-z]", re.I)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][^\s/>]*+)(?P<rest>(?:[^>=]|=\s*\"[^\"]*\"|=\s*'[^']*'|=)*+)>", re.I
)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HIDDEN = {"script", "style", "head", "template", "noscript", "svg", "iframe", "object"}
_HIDDEN_IN_MATH = {"annotation", "annotation-xml"}
_BLOCKS = re.compile(
    "abstract|address|article|aside|blockquote|boxed-text|br|break|button|caption|center|dd|"
    "def-item|details|dialog|dir|disp-formula|disp-quote|div|dl|dt|fieldset|fig|fig(ure|caption)|"
    "footer|form|h[1-6]|header|hgroup|hr|label|legend|li|list|list-item|main|menu|nav|ol|optgroup|"
    "option|p|pre|sec|section|select|statement|summary|table|table-wrap|tbody|td|tfoot|th|thead|"
    "title|tr|trans-abstract|ul"
)
_SCRIPTS = {"sup": "^", "sub": "_"}
_MATH = {"math", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot", "munder", "mover"}
_MATH |= {"munderover", "mrow", "mi", "mn", "mo", "mtext", "mstyle", "mtd", "mtr", "mtable"}
_MATH |= {"mfenced", "mpadded", "mphantom", "semantics", "ms", "mspace", "mmultiscripts"}
_KEPT = {*_SCRIPTS, *_MATH, "tex-math", "inline-formula", "disp-formula", "alternatives"}
_DEEPEST = 40  # elements within each other whose parts are put together
_LONGEST_FORMULA = 2000  # characters
_HEADING = re.compile(r"(?:abstract|summary|zusammenfassung|résumé|resumen)[.:]?", re.I)
_IS_FORMULA = re.compile(r"latex|tex\b|math|formula|equation", re.I)
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.S)
_RAISED = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True)) | dict(
    zip(
        "abcdefghjklmoprstuvwxyzABDEGHIJKLMNOPRTUVW∗*′'",
        "ᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ**′′",
        strict=True,
    )
)
_LOWERED = dict(
    zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_MARKUP = re.compile(
    r"</?(?:\w{1,8}:)?(?:math|m(?:i|n|o|row|sup|sub|text|frac|sqrt)|inline-formula|tex-math|italic|"
    r"bold|sc|sup|sub|i|b|em|strong|span|p|br|u|tt|code|a|font|div)(?:\s+[\w:-]+\s*=\s*[\"'][^<>]*)?\s*/?>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")


def plain(html: str) -> str:
    """The text that a reader of this HTML sees, a line a paragraph.

    Reads tags as browsers do, but builds no tree: hostile HTML takes no longer than other. Raised
    and lowered letters are characters of that kind where there are any; formulas are plain text.
    """
    text = _Reader(html).text()
    lines = [line for part in text.split("\n\n") if (line := fold(part))]
    return "\n".join(lines[1:] if len(lines) > 1 and _HEADING.fullmatch(lines[0]) else lines)


def plain_or_html(text: str) -> str:
    """A field that should be plain text, and may hold markup or entities all the same."""
    if _MARKUP.search(text):
        return plain(text)
    return paragraphs(unescaped(text) if _ENTITY.search(text) else text)


def raised(text: str) -> str:
    """A superscript as plain text: "10" is "¹⁰", what has no such letters "^(*x)"."""
    return _shifted(text, _RAISED, "^")


def lowered(text: str) -> str:
    """A subscript as plain text."""
    return _shifted(text, _LOWERED, "_")


def _shifted(text: str, letters: dict[str, str], sign: str) -> str:
    bare = fold(text)
    if bare and all(letter in letters for letter in bare):
        return "".join(letters[letter] for letter in bare)
    if not bare or bare[0] in "[(∗†‡§¶®™°" or not bare[0].isalnum():
        return text
    return f"{sign}{bare}" if len(bare) == 1 else f"{sign}({bare})"


def formula(source: str) -> str:
    """TeX of a formula, with its dollars or without, as plain text."""
    inside = _DOCUMENT.search(source)
    bare = (inside[1] if inside else source).strip().strip("$").strip()
    for start, end in ((r"\(", r"\)"), (r"\[", r"\]")):
        if bare.startswith(start) and bare.endswith(end):
            bare = bare[2:-2].strip()
    if not bare or len(bare) > _LONGEST_FORMULA:
        return bare
    return tex.plain(f"${bare}$", Markup.TEX)


class _Reader:
    """One pass through a text. What some elements hold is put together when they end."""

    def __init__(self, html: str) -> None:
        self._html, self._at = html, 0
        self._open = list[tuple[str, list[tuple[str, str]]]]([("", [])])  # names, parts

    def text(self) -> str:
        html, end = self._html, len(self._html)
        while (tag := html.find("<", self._at)) >= 0:
            self._add("", unescaped(html[self._at : tag]))
            if html.startswith("<!--", tag):
                self._at = _after(html, "-->", tag + 4)
            elif html.startswith("<![CDATA[", tag):
                self._at = _after(html, "]]>", tag + 9)
                self._add("", html[tag + 9 : self._at].removesuffix("]]>"))
            elif html[tag + 1 : tag + 2] in {"!", "?"}:
                self._at = _after(html, ">", tag)
            elif not _NAME.match(html, tag):
                self._add("", "<")
                self._at = tag + 1
            elif match := _TAG.match(html, tag):
                self._at = match.end()
                self._tag(match)
            else:
                self._at = end
        self._add("", unescaped(html[self._at :]))
        self._at = end
        while len(self._open) > 1:
            self._close()
        return "".join(part for _, part in self._open[0][1])

    def _tag(self, match: re.Match[str]) -> None:
        name = match["name"].lower().rpartition(":")[2]
        is_end, is_empty = bool(match["end"]), match["rest"].endswith("/")
        if name in _HIDDEN or name in _HIDDEN_IN_MATH:
            if not is_end and not is_empty:
                self._hide(match["name"], name, match["rest"])
            return
        if name == "img" and (alternative := _alternative(match["rest"])):
            self._add("math", alternative)
        if name not in _KEPT:
            if _BLOCKS.fullmatch(name):
                self._add("", "\n\n")
        elif not is_end and not is_empty:
            if len(self._open) < _DEEPEST:
                self._open.append((name, []))
        elif is_end and any(opened == name for opened, _ in self._open):
            while self._close() != name:
                pass

    def _hide(self, written: str, name: str, rest: str) -> None:
        """Pass over an element, unless a formula stands in it."""
        closing = re.compile(rf"</{re.escape(written)}\b", re.I).search(self._html, self._at)
        inside = self._html[self._at : closing.start() if closing else len(self._html)]
        self._at += len(inside)
        if name == "script" and "math/tex" in rest:
            self._add("math", formula(inside))

    def _add(self, kind: str, text: str) -> None:
        if text:
            self._open[-1][1].append((kind, text))

    def _close(self) -> str:
        """End the innermost element; gives its name."""
        name, parts = self._open.pop()
        texts = [text for _, text in parts]
        self._add(name if name in _MATH or name == "tex-math" else "", _put(name, parts, texts))
        if name == "disp-formula":
            self._add("", "\n\n")
        return name


def _put(name: str, parts: list[tuple[str, str]], texts: list[str]) -> str:
    """The text of an element whose parts are these."""
    if name in _SCRIPTS:
        return (raised if name == "sup" else lowered)("".join(texts))
    if name == "tex-math":
        return formula("".join(texts))
    if name in {"inline-formula", "disp-formula", "alternatives"}:
        kinds = [kind for kind, _ in parts]
        if "math" in kinds and "tex-math" in kinds:  # the same formula twice
            texts = [text for kind, text in parts if kind != "tex-math"]
        return "".join(texts)
    if name not in _MATH:
        return "".join(texts)
    own = [text for text in texts if text.strip()]
    if put := _ARRANGED.get(name):
        try:
            return put(own)
        except IndexError:
            pass
    return fold("".join(texts)) if name != "mtext" else "".join(texts)


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


_ACCENTS = {"¯": "\u0304", "‾": "\u0304", "-": "\u0304", "^": "\u0302", "ˆ": "\u0302"}
_ACCENTS |= {"~": "\u0303", "˜": "\u0303", "˙": "\u0307", "→": "\u20d7", "¨": "\u0308"}
_ARRANGED: dict[str, Callable[[list[str]], str]] = {
    "msup": lambda own: own[0] + raised(own[1]),
    "msub": lambda own: own[0] + lowered(own[1]),
    "msubsup": lambda own: own[0] + lowered(own[1]) + raised(own[2]),
    "munderover": lambda own: own[0] + lowered(own[1]) + raised(own[2]),
    "munder": lambda own: own[0] + lowered(own[1]),
    "mover": lambda own: own[0] + (_ACCENTS.get(own[1].strip()) or raised(own[1])),
    "mfrac": lambda own: f"{_grouped(own[0])}/{_grouped(own[1])}",
    "mroot": lambda own: f"{raised(own[1])}√{_grouped(own[0])}",
    "msqrt": lambda own: f"√{_grouped(''.join(own))}",
    "mtd": lambda own: " ".join(own) + " ",
    "mtr": lambda own: "".join(own) + "; ",
    "mfenced": lambda own: f"({', '.join(own)})",
    "mphantom": lambda own: "",
    "mspace": lambda own: " ",
}


def _alternative(attributes: str) -> str:
    """What an image of a formula says; nothing for other images."""
    found = {
        name.lower(): double or single or bare
        for name, double, single, bare in _ATTRIBUTE.findall(attributes)
    }
    if not found.get("alt") or not _IS_FORMULA.search(
        f"{found.get('class', '')} {found.get('src', '')}"
    ):
        return ""
    return formula(unescaped(found["alt"]))


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)
