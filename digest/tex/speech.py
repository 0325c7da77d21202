"""MathML → a line of text that reads as the formula does: "O(n²)", "t < 1/5 n". Pure and total."""

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from typing import NamedTuple


class _Term(NamedTuple):
    """A part of a formula as text, and what it is, which decides on the space around it."""

    text: str
    kind: str = "atom"  # or word, number, fraction, operator, relation, comma, open, close, ...
    parts: tuple["_Term", ...] = ()  # of a row, whose own text is empty


_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-z]+)(?P<attributes>[^>]*?)(?P<empty>/?)>|(?P<text>[^<]+)"
)
_WIDE = re.compile(r'width="(?!-|0"|0\.1667em)')  # the last goes with "log", which has its own
_LEAVES = frozenset(("mi", "mn", "mo", "mtext"))


def read_out(body: str) -> str:
    """The text of MathML as the converter writes it, without the `<math>` element itself."""
    stack: list[tuple[list[_Term], str]] = [([], "")]
    for tag in _TAG.finditer(body):
        name, (terms, attributes) = tag["name"], stack[-1]
        if name is None:
            terms.append(_Term(unescape(tag["text"]), "text"))
        elif tag["empty"]:
            if _WIDE.search(tag["attributes"]):
                terms.append(_Term(" ", "text"))
        elif not tag["close"]:
            stack.append(([], tag["attributes"]))
        elif len(stack) > 1:
            stack.pop()
            if name in _LEAVES:
                term = _leaf(name, "".join(term.text for term in terms))
            else:
                term = _SHAPES.get(name, _row)(terms, attributes)
            stack[-1][0].append(term)
    return " ".join(_text(_row(stack[0][0])).split())


_RELATIONS = frozenset("=<>≤≥≠≈∼≃≅≡∝∈∉∋⊂⊃⊆⊇⊊⊋⊢⊨→←↔⇒⇐⇔↦⟶⟵⟹⟺≔≪≫≲≳≺≻⪯⪰⩽⩾∣≜≐∧∨⇝↪⋈∥≦≧≮≯⊈⊏⊑⟼")
_SIGNS = (
    dict.fromkeys(_RELATIONS, "relation")
    | dict.fromkeys(",;:", "comma")
    | dict.fromkeys("([{⟨⌈⌊", "open")
    | dict.fromkeys(")]}⟩⌉⌋", "close")
    | dict.fromkeys("∑∏∐∫⋃⋂⨁⨂", "word")
)
_APPLY = "\u2061"
_SCRIPT = frozenset("ℬℰℱℋℐℒℳℛℯℊℴℭℌℑℜℨ")
# Signs of formulas as prose writes them; invisible ones go.
_PROSE = str.maketrans("ϵϕϑϱ∗⋅∣", "εφθρ*·|", "\u2062\u2063\u2064\ufe00\ufe01")


def _leaf(name: str, text: str) -> _Term:
    if name == "mtext":
        return _Term(text, "text")
    if not text.isascii():
        text = "".join(map(_letter, text)).translate(_PROSE)
    if name == "mn":
        return _Term(text, "number")
    if name == "mi":
        return _Term(text, "word" if len(text) > 1 and text[0].isalpha() else "atom")
    return _Term("", "apply") if text == _APPLY else _Term(text, _SIGNS.get(text, "operator"))


def _letter(letter: str) -> str:
    """Script, fraktur and bold letters as plain ones: 𝒪 is O. Double-struck ones have a meaning."""
    if letter in _SCRIPT or "\U0001d400" <= letter <= "\U0001d7ff":
        double_struck = "DOUBLE-STRUCK" in unicodedata.name(letter, "")
        return letter if double_struck else unicodedata.normalize("NFKC", letter)
    return letter


def _row(terms: list[_Term], attributes: str = "") -> _Term:
    parts = [part for term in terms for part in (term.parts or (term,)) if part.kind != "nothing"]
    if len(parts) == 1:
        return parts[0]
    return _Term("", "row", tuple(parts)) if parts else _Term("", "nothing")


def _text(term: _Term) -> str:
    if not term.parts:
        return term.text
    texts = [term.parts[0].text]
    for index, (before, after) in enumerate(zip(term.parts, term.parts[1:], strict=False)):
        if _spaced(before, after, first=index == 0):
            texts.append(" ")
        texts.append(after.text)
    return "".join(texts)


_ENDS = frozenset(("atom", "word", "number", "fraction", "root", "close"))


def _spaced(before: _Term, after: _Term, *, first: bool) -> bool:
    match before.kind, after.kind:
        case "relation", "relation":
            return False
        case _, "relation":
            return before.text != ":"
        case "relation", _:
            return not first  # "≤5", but "n ≤ 5"
        case ("text", _) | (_, "text"):
            return False
        case "comma", "number":
            return before.text != ":" and len(after.text) != 3  # 1,000
        case ("comma", _) | ("apply", "atom" | "word" | "number" | "fraction" | "root"):
            return True
        case _, "apply":
            return False
        case (kind, "word") | ("word", kind) | (kind, "fraction"):
            return kind in _ENDS and after.kind != "close"
        case "fraction" | "root", _:  # "√n m" is no root of nm
            return after.kind in ("atom", "number", "open", "root")
    return False


def _tight(term: _Term) -> str:
    """As in a script or a root, where there is no room: "i=1"."""
    return re.sub(r" ([^\w\s]) |(,) ", r"\1\2", _text(term))


def _is_single(term: _Term) -> bool:
    if not term.parts:
        return term.kind != "fraction"
    kinds = [part.kind for part in term.parts]
    return kinds[0] == "open" and kinds[-1] == "close" and kinds.count("close") == 1


def _operand(term: _Term) -> str:
    text = _tight(term)
    return text if _is_single(term) else f"({text})"


# Only what fonts have; Greek and most capitals have no lowered form.
_RAISED = str.maketrans(
    "0123456789+-−abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW⊤",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ",
)
_LOWERED = str.maketrans("0123456789+-−aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_LONGEST_SCRIPT = 3  # longer ones are hard to read: n^(1+o(1))
_AS_THEY_ARE = frozenset("*⋆†‡′″‴")
_RAISED_CHARACTERS = frozenset(map(chr, _RAISED.values()))
_SCRIPTED = frozenset((*_RAISED.values(), *_LOWERED.values()))
_SCRIPTED_LETTER = re.compile(f"[^\\W\\d_](?:[{''.join(map(chr, _SCRIPTED))}]+|[_^][^\\W_])")


def raised(text: str) -> str:
    """Text as a superscript: "²", or "^(1+ε)" where it has no such form."""
    return _script(text, "^", _RAISED)


def lowered(text: str) -> str:
    """Text as a subscript: "₂", or "_(i,j)" where it has no such form."""
    return _script(text, "_", _LOWERED)


def _script(text: str, mark: str, table: dict[int, int]) -> str:
    if text in _AS_THEY_ARE or not text:
        return text
    if text == "∘":
        return "°"
    if len(text) <= _LONGEST_SCRIPT and all(ord(letter) in table for letter in text):
        return text.translate(table)
    # x_max is one name, but 2^kn would be two factors.
    if len(text) == 1 or (text.isdecimal() if mark == "^" else _is_name(text)):
        return mark + text
    return mark + (text if text.count("(") == 1 and text[0] + text[-1] == "()" else f"({text})")


def _is_name(text: str) -> bool:
    return text.isalnum() and not any(ord(letter) in _SCRIPTED for letter in text)


def _scripted(base: _Term, *scripts: str) -> _Term:
    text = _operand(base) if base.kind == "fraction" else _text(base)
    text = f"({text})" if base.kind == "root" else text
    kind = "atom" if base.kind in ("row", "nothing") else base.kind
    return _Term(text + "".join(scripts), kind)


def _sub(terms: list[_Term], attributes: str) -> _Term:
    base, low = _padded(terms, 2)
    return _scripted(base, lowered(_tight(low)))


def _sup(terms: list[_Term], attributes: str) -> _Term:
    base, high = _padded(terms, 2)
    return _scripted(base, raised(_tight(high)))


def _subsup(terms: list[_Term], attributes: str) -> _Term:
    base, low, high = _padded(terms, 3)
    return _scripted(base, lowered(_tight(low)), raised(_tight(high)))


_COMBINING = {
    "˜": "\u0303", "~": "\u0303", "ˆ": "\u0302", "^": "\u0302", "\u0302": "\u0302",
    "¯": "\u0304", "‾": "\u0304", "\u0332": "\u0304", "⃗": "\u20d7", "→": "\u20d7", "˙": "\u0307",
    "¨": "\u0308", "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "`": "\u0300", "˚": "\u030a",
}  # fmt: skip


_OVERLINE, _LOW_LINE = "\u0305", "\u0332"
_CHARACTER = re.compile(r"[^\s\u0300-\u036f]")
# What accents over more than one letter are called, since none of them reaches so far.
_WIDE_ACCENTS = {
    "\u0302": "hat", "\u0303": "tilde", "\u20d7": "vec", "\u030c": "check", "\u0307": "dot",
    "\u0308": "ddot", "\u0306": "breve",
}  # fmt: skip


def _over(terms: list[_Term], attributes: str) -> _Term:
    base, high = _padded(terms, 2)
    if 'accent="true"' not in attributes:
        return _sup(terms, attributes)
    text, accent = _text(base), _COMBINING.get(high.text, "")
    if len(text) == 1 or (accent and _SCRIPTED_LETTER.fullmatch(text) and high.text not in "‾¯"):
        return _Term(unicodedata.normalize("NFC", text[:1] + accent) + text[1:], base.kind)
    if high.text in ("‾", "¯"):
        return _lined(base, _OVERLINE)
    if accent in _WIDE_ACCENTS:
        return _Term(f"{_WIDE_ACCENTS[accent]}({text})", "word")
    return _Term(_operand(base)) if high.text == "⏞" else base


def _under(terms: list[_Term], attributes: str) -> _Term:
    base, low = _padded(terms, 2)
    if 'accentunder="true"' not in attributes:
        return _sub(terms, attributes)
    if low.text == "_" and base.kind != "text":  # under words, it only makes them stand out
        return _lined(base, _LOW_LINE)
    return _Term(_operand(base)) if low.text == "⏟" else base


def _lined(term: _Term, line: str) -> _Term:
    """A line over or under all of the term, so that its reach is seen."""
    return _Term(_CHARACTER.sub(rf"\g<0>{line}", _text(term)), term.kind)


def _fraction(terms: list[_Term], attributes: str) -> _Term:
    above, below = _padded(terms, 2)
    if 'linethickness="0"' in attributes:
        return _Term(f"{_text(above)} choose {_text(below)}", "text")
    return _Term(f"{_operand(above)}/{_operand(below)}", "fraction")


def _root(terms: list[_Term], attributes: str) -> _Term:
    base, degree = _padded(terms, 2)
    sign = {"3": "∛", "4": "∜"}.get(degree.text) or raised(_tight(degree)) + "√"
    return _rooted(sign, base)


def _square_root(terms: list[_Term], attributes: str) -> _Term:
    return _rooted("√", _row(terms))


def _rooted(sign: str, base: _Term) -> _Term:
    text = _operand(base)
    is_raised = "^" in text or text[-1:] in _RAISED_CHARACTERS  # "√n²" could be (√n)²
    return _Term(
        f"{sign}({text})" if is_raised and not _is_bracketed(text) else sign + text, "root"
    )


def _is_bracketed(text: str) -> bool:
    return text.count("(") == 1 and text[0] + text[-1] == "()"


def _table(terms: list[_Term], attributes: str) -> _Term:
    return _Term("; ".join(" ".join(_text(term).split()) for term in terms), "text")


def _table_row(terms: list[_Term], attributes: str) -> _Term:
    return _row([part for term in terms for part in (_Term(" ", "text"), term)])


def _nothing(terms: list[_Term], attributes: str) -> _Term:
    return _Term("", "nothing")


def _padded(terms: list[_Term], number: int) -> list[_Term]:
    return (terms + [_Term("", "nothing")] * number)[:number]


_SHAPES: dict[str, Callable[[list[_Term], str], _Term]] = {
    "msub": _sub,
    "msup": _sup,
    "msubsup": _subsup,
    "munder": _under,
    "mover": _over,
    "munderover": _subsup,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "mtable": _table,
    "mtr": _table_row,
    "mphantom": _nothing,
}
