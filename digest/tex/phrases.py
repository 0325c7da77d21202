"""MathML of a formula that needs none → HTML phrases: `x<sup>2</sup>`. Pure and total.

A reader that strips MathML's elements would show "x2"; `sup` and `sub` are known everywhere, and
such text takes the weight and the font of what stands around it.
"""

import re
import unicodedata

_LONGEST = 1_000  # characters of MathML: what is longer is more than letters with their scripts
_LEAF = r"<(?:mi|mn|mo|mtext)(?: [^<>]*)?>(?:[^<]|</?(?:b|i|sub|sup)>)*</(?:mi|mn|mo|mtext)>"
_PART = rf"(?:{_LEAF}|<mrow>(?:<mspace/>)?(?:{_LEAF})*</mrow>)"
_UNIT = re.compile(
    rf"<(?P<name>msub|msup|msubsup)>(?P<base>{_PART})(?P<first>{_PART})(?P<second>{_PART})?</\1>"
    rf"|(?P<bare>{_PART})"
)
_NUMBER = re.compile(
    r"(?:<mo[^>]*>[−+±]</mo>)?<mn>[^<]*</mn>(?:<mo[^>]*>,</mo><mn>[^<]*</mn>)*"
    r"(?:<mi>%</mi>|<mo[^>]*>×</mo>)?"
)
_TEXT = re.compile(rf"{_PART}+")
_LEAVES = re.compile(r"<(mi|mn|mo|mtext)((?: [^<>]*)?)>(.*?)</\1>")
_RAISED_ALREADY = frozenset("′″‴⁗°")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_SIGNS = str.maketrans({"∗": "*", "∘": "°", "\ufe00": ""})


def phrases(body: str) -> str:
    """The formula as phrases, if it is only text, a number, or a letter with its scripts.

    Args:
        body: MathML as the converter writes it, without its `<math>`.

    Returns:
        HTML of `b`, `i`, `sub` and `sup` alone; empty for any other formula.
    """
    if len(body) > _LONGEST:
        return ""
    if _NUMBER.fullmatch(body) or (_TEXT.fullmatch(body) and _is_text(body)):
        return _html(body)
    units = list(_UNIT.finditer(body))
    is_scripted = any(unit["name"] for unit in units) and not any(
        "<mo" in (unit["bare"] or unit["base"]) for unit in units
    )
    is_whole = sum(len(unit[0]) for unit in units) == len(body)
    return "".join(map(_unit, units)) if is_scripted and is_whole else ""


def _unit(unit: re.Match[str]) -> str:
    if unit["bare"]:
        return _html(unit["bare"])
    names = {"msub": ("sub",), "msup": ("sup",), "msubsup": ("sub", "sup")}[unit["name"]]
    scripts = (unit["first"], unit["second"] or "")
    return _html(unit["base"]) + "".join(map(_script, names, scripts))


def _is_text(body: str) -> bool:
    """Whether all is words: `\\text`, `\\mathrm`, or letters in bold."""
    return all(
        name == "mtext" or (name == "mi" and _is_word(text))
        for name, _, text in _LEAVES.findall(body)
    )


def _is_word(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    return plain.isalpha() and (len(plain) > 1 or "BOLD" in _name(text[0]))


def _html(part: str) -> str:
    return "".join(_leaf(*leaf) for leaf in _LEAVES.findall(part)).replace("</i><i>", "")


def _leaf(name: str, attributes: str, text: str) -> str:
    text = text.translate(_SIGNS)
    if name != "mi":
        return text
    style = _name(text[:1])
    if "MATHEMATICAL" in style and not re.search("SCRIPT|FRAKTUR|DOUBLE", style):
        text = unicodedata.normalize("NFKC", text)
        text = f"<i>{text}</i>" if "ITALIC" in style else text
        return f"<b>{text}</b>" if "BOLD" in style else text
    is_italic = len(text) == 1 and "mathvariant" not in attributes and _is_plain_letter(style)
    return f"<i>{text}</i>" if is_italic else text


def _is_plain_letter(name: str) -> bool:
    return name.startswith(
        ("LATIN SMALL", "LATIN CAPITAL", "GREEK SMALL", "GREEK PHI", "GREEK LUNATE")
    )


def _name(letter: str) -> str:
    return unicodedata.name(letter, "") if letter else ""


def _script(element: str, part: str) -> str:
    html = _html(part)
    if html in _RAISED_ALREADY:
        return html
    bare = html.removeprefix("<i>").removesuffix("</i>")
    return f"<{element}>{bare if bare in _ORDINALS else html}</{element}>"
