"""Names and titles as BibTeX and LaTeX read them, safe to stand in anyone's document. Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise
from string import ascii_letters
from unicodedata import normalize

from digest.cite.names import Name, are_others, one_line
from digest.model import Markup
from digest.tex import plain
from digest.tex.reader import is_formula, is_measure


def _set(line: str) -> frozenset[str]:
    return frozenset(line.split())


_ESCAPES = str.maketrans(
    {char: f"\\{char}" for char in "%&#$_"}
    | {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "^": r"{\textasciicircum}",
        "~": r"{\textasciitilde}",
    }
)
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d",
    "\u0327": "c", "\u0328": "k", "\u0331": "b",
}  # fmt: skip
_LETTERS = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "ı": "i",
}  # fmt: skip
# BibTeX cuts initials and labels by bytes, so that "Émile" as it is would be cut within its É.
_NAME_ESCAPES = (
    _ESCAPES
    | {ord(letter): f"{{\\{command}}}" for letter, command in _LETTERS.items()}
    | {
        ord(composed): f"{{\\{accent}{{{letter}}}}}"
        for letter in ascii_letters
        for combining, accent in _ACCENTS.items()
        if len(composed := normalize("NFC", letter + combining)) == 1
    }
)
# The commands that a title keeps: in every LaTeX document with amsmath, and none that defines,
# reads, writes or runs anything. A title with another one is cited as plain text.
_WITH_ARGUMENT = frozenset(_ACCENTS.values()) | _set(
    "t emph textit textbf texttt textsc textrm textsf textup textsuperscript textsubscript"
)
_IN_TEXT = (
    _WITH_ARGUMENT
    | frozenset(_LETTERS.values())
    | frozenset("&%$#_{} -/,")
    | _set("aa AA j em it bf tt rm sc sf textendash textemdash ldots dots S P")
)
_IN_MATH = frozenset(",;:! {}|&%#_") | _set(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi"
    " pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta"
    " Lambda Xi Pi Sigma Upsilon Phi Psi Omega aleph beth ell hbar imath jmath partial nabla infty"
    " emptyset varnothing forall exists nexists neg top bot angle triangle prime Re Im wp"
    " log ln lg exp sin cos tan cot sinh cosh tanh arcsin arccos arctan min max inf sup lim liminf"
    " limsup arg argmin argmax det dim ker deg gcd hom Pr mod bmod pmod operatorname"
    " sum prod coprod int iint oint bigcup bigcap bigoplus bigotimes bigvee bigwedge"
    " times cdot cdots ldots dots vdots ddots div pm mp ast star circ bullet cup cap uplus sqcup"
    " sqcap vee wedge land lor oplus ominus otimes odot setminus wr dagger ddagger"
    " le leq ge geq ne neq ll gg sim simeq approx cong equiv propto prec preceq succ succeq"
    " subset subseteq subsetneq supset supseteq in notin ni vdash models mid nmid parallel perp"
    " lesssim gtrsim leqslant geqslant asymp doteq triangleq"
    " to rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow mapsto"
    " longrightarrow hookrightarrow uparrow downarrow iff implies"
    " frac tfrac dfrac binom sqrt overline underline hat widehat tilde widetilde bar vec dot ddot"
    " overrightarrow overbrace underbrace stackrel left right big Big bigl bigr Bigl Bigr bigg Bigg"
    " langle rangle lceil rceil lfloor rfloor lbrace rbrace lvert rvert lVert rVert vert Vert"
    " quad qquad not mathbb mathbf mathcal mathfrak mathit mathrm mathsf mathscr mathtt boldsymbol"
    " text textrm textit textbf textsf texttt textsc rm it bf cal circledR"
)
# Symbols that stand in titles without dollars, or as Unicode has them, which LaTeX doesn't print.
_GREEK = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
)
_SYMBOLS = dict(
    zip(
        "αβγδεζηθικλμνξοπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϕϱℓ∞≤≥≠≈∼×·→←↔∈⊂⊆∩∪∀∃∂∇√∑∏⊕⊗†⋆",
        f"{_GREEK} varsigma sigma tau upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi"
        " Sigma Upsilon Phi Psi Omega epsilon vartheta phi varrho ell infty leq geq neq approx sim"
        " times cdot to leftarrow leftrightarrow in subset subseteq cap cup forall exists partial"
        " nabla surd sum prod oplus otimes dagger star".split(),
        strict=True,
    )
) | {f"{letter}": rf"mathbb{{{plain}}}" for letter, plain in zip("ℂℕℙℚℝℤ", "CNPQRZ", strict=True)}
_SYMBOLS.pop("ο")
_BARE_SYMBOLS = frozenset(_SYMBOLS.values()) | _set("le ge ne rightarrow Rightarrow")
_UNICODE = str.maketrans({letter: rf"$\{command}$" for letter, command in _SYMBOLS.items()})
_TEX = re.compile(
    r"(?P<math>\$\$[^$]+\$\$|\$(?:[^$\\]|\\.)+\$|\\\((?:[^\\$]|\\[^()])*\\\))"
    r"|\\(?P<command>[A-Za-z]+|.?)|(?P<special>[%&#$_^])"
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.?)")
_OPEN = re.compile(r"\\([A-Za-z]+|['\"`^~=.])$")
_ENDS = (":", ".", "?", "!")
_MARKED = re.compile(r"[\\{$]")
_BRACED = re.compile(r"\{(?:[^{}\\]*|\$[^{}$]*\$)\}[^\w{}\\$]*")
_CAPITALS_INSIDE = re.compile(r"(?<![^\W_])[^\W_]+[A-ZÀ-ÖØ-Þ][^\W_]*")
_CAPITALS = re.compile(r"(?<![^\W_])[^\W_]*[A-ZÀ-ÖØ-Þ][^\W_]*")


def escaped(text: str) -> str:
    """Plain text with every character escaped that LaTeX gives a meaning."""
    return text.translate(_ESCAPES)


def author(name: Name) -> str:
    """A name for an author field: `van der Hoek, Andre`; one left whole in braces."""
    if are_others(name):
        return "others"
    family, given = (part.translate(_NAME_ESCAPES) for part in (name.family, name.given))
    if not given:
        return f"{{{family}}}"
    if any(word[0].islower() for word in name.family.split()):
        family = f"{{{family}}}"  # or BibTeX takes what is small for a particle
    surname = f"{name.particle} {family}" if name.particle else family
    return ", ".join(filter(None, (surname, name.suffix, given)))


def title(text: str, markup: Markup) -> str:
    """A title with its TeX kept where that is safe, and braces around the capitals that must stay.

    Those are capitals within a word (`{LLM}s`), math and, unless the title capitalizes its long
    words anyway, every word that begins with one (`{Luby}'s`).
    """
    kept = _safe_tex(one_line(text)) if markup is Markup.TEX else None
    if kept is None:
        kept = escaped(one_line(plain(text, markup))).translate(_UNICODE)
    return _protected(kept)


def _safe_tex(text: str) -> str | None:
    """The TeX of a title, characters escaped that nobody meant as TeX; None where it isn't safe."""
    if not _is_balanced(text) or "^^" in text:  # ^^5c is a backslash
        return None
    pieces, end = list[str](), 0
    while match := _TEX.search(text, end):
        pieces.append(text[end : match.start()].translate(_UNICODE))
        start, end = match.span()
        if match["math"]:
            if match[0][0] == "$" != match[0][1] and not is_formula(text, start + 1, end - 1):
                if is_measure(text, start + 1, end - 1):
                    pieces.append(text[start + 1 : end - 1])
                else:
                    pieces.append(r"\$")
                    end = start + 1
                continue
            piece = _math(match[0])
        elif match["special"]:
            piece = _special(match[0], text[end : end + 1])
        else:
            piece = _command(match["command"], text[end : end + 1])
        if piece is None:
            return None
        pieces.append(piece)
    return "".join(pieces) + text[end:].translate(_UNICODE)


def _math(text: str) -> str | None:
    math = text.strip("$").removeprefix(r"\(").removesuffix(r"\)")
    if not _is_balanced(math) or not _IN_MATH.issuperset(_COMMAND.findall(math)):
        return None
    return "$" + re.sub(r"(?<!\\)[%#&]", r"\\\g<0>", math) + "$"


def _special(character: str, after: str) -> str | None:
    if character == "$" or (character in "^_" and after == "{"):
        return None
    return character.translate(_ESCAPES)


def _command(name: str, after: str) -> str | None:
    if name in _BARE_SYMBOLS:
        return rf"$\{name}$"
    if name not in _IN_TEXT or (name in _WITH_ARGUMENT and after in {"", "}"}):
        return None
    return rf"\{name}"


def _is_balanced(text: str) -> bool:
    """True where the braces pair as BibTeX counts them, `\\{` like any other."""
    depth = 0
    for brace in re.findall("[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _protected(text: str) -> str:
    """LaTeX text with braces around what a style must not turn into small letters."""
    has_tex = _MARKED.search(text) is not None
    words = list(_words(text)) if has_tex else text.split(" ")
    is_sentence = _is_sentence(words)
    pieces, begins = list[str](), True
    for word in words:
        if has_tex and _MARKED.search(word):
            pieces.append(_whole(word))
        elif is_sentence and not begins and not word.islower():
            pieces.append(_CAPITALS.sub(r"{\g<0>}", word))
        elif not word[1:].islower():
            pieces.append(_CAPITALS_INSIDE.sub(r"{\g<0>}", word))
        else:
            pieces.append(word)
        begins = word.endswith(_ENDS)
    return " ".join(pieces)


def _is_sentence(words: list[str]) -> bool:
    """True where fewer than half of the long words within begin with a capital."""
    long = [
        word[0].isupper()
        for before, word in pairwise(words)
        if len(word) > 3 and word[1:].islower() and word[0].isalpha() and not before.endswith(_ENDS)
    ]
    return 2 * sum(long) < len(long)


def _words(text: str) -> Iterator[str]:
    """What spaces part, but those in braces, in math and after a command, which takes them."""
    held, depth, dollars = list[str](), 0, 0
    for word in text.split(" "):
        held.append(word)
        depth += word.count("{") - word.count("}")
        dollars += word.count("$") - word.count("\\$")
        if depth == 0 and dollars % 2 == 0 and not _OPEN.search(word):
            yield " ".join(held)
            held = []
    if held:
        yield " ".join(held)


def _whole(word: str) -> str:
    if not any(map(str.isalpha, word)) or _BRACED.fullmatch(word):
        return word
    # BibTeX changes case within {\...}, but not within {{\...}}.
    return f"{{{{{word}}}}}" if word.startswith("\\") else f"{{{word}}}"
