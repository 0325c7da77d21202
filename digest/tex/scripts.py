"""Raised and lowered text in characters of Unicode: "x²", "x_(i,j)". Pure and total."""

import re

# Only what fonts have; Greek and most capitals have no lowered form.
_RAISED = str.maketrans(
    "0123456789+-−abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW⊤",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ",
)
_LOWERED = str.maketrans("0123456789+-−aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_LONGEST_SCRIPT = 3  # longer ones are hard to read: n^(1+o(1))
_AS_THEY_ARE = frozenset("*⋆†‡′″‴")
RAISED_CHARACTERS = frozenset(map(chr, _RAISED.values()))
_SCRIPTED = frozenset((*_RAISED.values(), *_LOWERED.values()))
SCRIPTED_LETTER = re.compile(f"[^\\W\\d_](?:[{''.join(map(chr, _SCRIPTED))}]+|[_^][^\\W_])")


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
