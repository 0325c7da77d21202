"""One formula: TeX → MathML, and → text that reads as the formula does. Pure and total."""

import re
from html import escape

from math_core import LatexError, LatexToMathML

from digest.tex.guesses import resolved
from digest.tex.macros import MACROS
from digest.tex.phrases import phrases
from digest.tex.speech import read_out
from digest.text.allowlist import FORMULA
from digest.text.memory import remembered

# The converter recurses. Whatever nests in TeX of this length stays within 8 MB of stack (measured:
# 8,000 characters do), and no abstract on arXiv is longer than 1,920.
_LONGEST = 4_000
_MOST_NESTED = 8  # formulas within the text of one
_CONVERTER = LatexToMathML(macros=MACROS, fancy_error=False)


@remembered(8192)
def mathml(tex: str, display: bool = False) -> str:
    """The `<math>` element of a formula, its TeX as `alttext`; empty if it can't be converted."""
    body = _body(tex, display)
    if not body:
        return ""
    block = ' display="block"' if display else ""
    return f'<math{block} alttext="{escape(" ".join(tex.split()))}">{body}</math>'


@remembered(8192)
def spoken(tex: str) -> str:
    """A formula as one line of text: `O(n^2)` is "O(n²)"; what can't be converted loses its marks.

    That is, backslashes and braces: no TeX is left to see.
    """
    body = _body(tex, False)
    if body:
        return read_out(body)
    return " ".join(re.sub(r"\\([a-zA-Z]+) ?|[\\{}$]", r"\1", tex).split())


def character(tex: str) -> str:
    r"""What `\unicode{x2015}` alone stands for; empty for any other formula."""
    match = _UNICODE.fullmatch(tex.strip())
    return _unicode(match) if match else ""


@remembered(8192)
def simple(tex: str) -> str:
    """HTML phrases of a formula that needs no MathML, as `phrases` says; empty for any other."""
    html = phrases(_body(tex, False))
    return "" if FORMULA.problem(html) else html


def is_known(tex: str) -> bool:
    """Whether this TeX converts, and to something that shows."""
    return bool(_body(tex, False))


@remembered(8192)
def _body(tex: str, display: bool) -> str:
    repaired = resolved(_repaired(tex)) if len(tex) <= _LONGEST else ""
    if not repaired or _DEFINITION.search(repaired):
        return ""
    try:
        element = _CONVERTER.convert_with_local_state(repaired, displaystyle=display)
    except LatexError:
        return ""
    body = element[element.index(">") + 1 : -len("</math>")]
    for old, new in _REPLACED:
        body = body.replace(old, new)
    body, starts = _UNWRAPPED.subn("", body)
    body, ends = _UNWRAPPED_END.subn("", body)
    body = _START_TAG.sub(_start_tag, body)
    return body if starts == ends and not FORMULA.problem(f"<math>{body}</math>") else ""


# Definitions could make a short formula endless; abstracts have none.
_DEFINITION = re.compile(r"\\(?:[gex]?def|let|(?:re)?newcommand|providecommand)(?![a-zA-Z])")
_UNICODE = re.compile(r"\\unicode\{\s*(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))\s*\}")
_LENGTH = r"-?[\d.]+\s*(?:mm|cm|in|pt|pc|em|ex|mu|bp|sp|\\[a-zA-Z]+)"
_WITH_OPTIONS = "smash|cfrac|(?:under|over)bracket|makebox|framebox|fbox|num|SI|si|ang|substack"
_TABLES = "[pbvBV]?matrix|array|aligned|gathered|d?cases|smallmatrix"
_REPAIRS = (
    # Numbers and labels of equations that stand alone here.
    (re.compile(r"\\(?:label|tag\*?)\s*\{[^{}]{0,200}\}|\\(?:nonumber|notag)(?![a-zA-Z])"), ""),
    (re.compile(r"\\(?:begin|end)\{(?:equation|displaymath|math)\*?\}"), ""),
    (re.compile(r"\\(begin|end)\{(?:align|eqnarray|flalign|split)\*?\}"), r"\\\1{aligned}"),
    (re.compile(r"\\(begin|end)\{(?:gather|multline)\*?\}"), r"\\\1{gathered}"),
    (re.compile(r"\\(?:tiny|scriptsize|footnotesize|small|normalsize|large)(?![a-zA-Z])"), ""),
    (re.compile(r"\\(?:(?:scale|rotate)box\*?|resizebox\*?\{[^{}]{0,40}\})\{[^{}]{0,40}\}"), ""),
    (re.compile(r"(\\(?:text|[mh]box)\{)\s*\\(?:rm|it|bf|sf|sl|tt|sc|em)\s"), r"\1"),
    # Some repositories send scripts escaped: O\_{bit}.
    (re.compile(r"\\([_^])(?=\{)"), r"\1"),
    # An escaped bracket is a bracket; \( within a formula can't open another.
    (re.compile(r"\\([()])"), r"\1"),
    # Options only say how to set a formula; the converter would show them.
    (re.compile(rf"(\\\\)\*?\s*\[\s*{_LENGTH}\s*\]"), r"\1"),
    (re.compile(rf"\\({_WITH_OPTIONS})\s*(?:\[[^\[\]]{{0,40}}\]){{1,2}}"), r"\\\1"),
    (re.compile(rf"(\\begin\{{(?:{_TABLES})\*?\}})\[[^\[\]]{{0,40}}\]"), r"\1"),
    (re.compile(rf"\\(begin|end)\{{({_TABLES})\*\}}"), r"\\\1{\2}"),
    (re.compile(r"&=&"), "&="),
    # Nobody comments a formula of an abstract: "60%" is a share, "#P" a class.
    (re.compile(r"(?<!\\)[%#]"), r"\\\g<0>"),
)
_TEXT = re.compile(r"(\\(?:text(?:rm|sf|bf|it|tt|sc)?|[mh]box)\{)([^{}$]{1,300})(?=\})")
# \text{of $n$ nodes}: the converter has no formula within text.
_DOLLAR = re.compile(r"(?<!\\)\$")
_FORMULA_IN_TEXT = re.compile(
    r"\\(text|mbox|hbox|textrm|textsf|textbf|textit|texttt|textsc|emph)\{([^{}$]{0,300})"
    r"\$((?:[^{}$]|\{[^{}$]{0,100}\}){0,300})\$([^{}]{0,300})\}"
)


def _repaired(tex: str) -> str:
    tex = _UNICODE.sub(_unicode, tex)
    for pattern, new in _REPAIRS:
        tex = pattern.sub(new, tex)
    for _ in range(min(tex.count("$") // 2, _MOST_NESTED)):
        tex = _FORMULA_IN_TEXT.sub(r"\\\1{\2}{\3}\\\1{\4}", tex)
    return _DOLLAR.sub("", _TEXT.sub(_escaped, tex))


def _escaped(match: re.Match[str]) -> str:
    """Text within a formula: the converter refuses its "_", and drops spaces after its signs."""
    text = re.sub(r"(?<!\\)[_&]", r"\\\g<0>", match[2])
    text = re.sub(r"(?<!\\)\^", r"\\textasciicircum{}", text)
    return match[1] + re.sub(r"\\[%&_#]", r"\g<0>{}", text)


def _unicode(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    letter = chr(number) if number <= 0x10FFFF else ""
    return letter if letter.isprintable() else ""


_REPLACED = (
    ("&ApplyFunction;", "\u2061"),  # no name in XML
    ("&InvisibleTimes;", "\u2062"),
    # Signs of their own where the converter has combining ones, which fonts put beside the letter.
    (">\u0332</mo></munder>", ">_</mo></munder>"),
    (">\u0332</mo></mover>", ">‾</mo></mover>"),
    (">\u0302</mo></mover>", ">^</mo></mover>"),
    (">\u20d7</mo></mover>", ">→</mo></mover>"),
    ("<em>", "<i>"),
    ("</em>", "</i>"),
    # Not of MathML Core; without its frame a formula says the same. What is crossed out would not.
    ('<menclose notation="box">', "<mrow>"),
    ("</menclose>", "</mrow>"),
)
# HTML that the converter puts into text, and that no formula needs.
_UNWRAPPED = re.compile(r'<(?:a href="#[^"<>]*"|code|span (?:class|style)="[^"<>]*"|u)>')
_UNWRAPPED_END = re.compile("</(?:a|code|span|u)>")
_START_TAG = re.compile(r"<([a-z]+)( [^>]*?)(/?)>")
# A page's policy may forbid inline styles, and feed readers drop them: alignment becomes a class.
# Nu's checker knows displaystyle and scriptlevel on other elements alone; they only set a size. No
# formula may move over its neighbours (\raisebox) or push them away (\hspace).
_STYLE = re.compile(r' (?:style|class)="([^"]*)"')
_SIZE = re.compile(
    r' (?:(?:displaystyle|scriptlevel|voffset|height|depth)="[^"]*"|width="-?\d{2}[^"]*")'
)


def _start_tag(match: re.Match[str]) -> str:
    name, attributes, end = match.groups()
    return f"<{name}{_STYLE.sub(_alignment, _SIZE.sub('', attributes))}{end}>"


def _alignment(match: re.Match[str]) -> str:
    side = re.match(r"text-align: (left|right)", match[1])
    return f' class="{side[1]}"' if side else ""
