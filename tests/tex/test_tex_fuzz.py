"""Formulas that nobody would write: what comes out of them is MathML and nothing else.

50,000 in all, the same at every run. Each is read by two parsers that are not ours: one strict, of
XML, and one of HTML that reads as browsers do.
"""

import random
from collections.abc import Iterator

import pytest
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from digest import tex


def words(*lines: str) -> set[str]:
    return set(" ".join(lines).split())


INPUTS = 50_000
PARTS = 10  # so that cores share them

# Source: https://www.w3.org/TR/mathml-core/#mathml-elements-and-attributes
CORE = words(
    "maction math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot",
    "mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none",
    "semantics",
)
PHRASES = words("b i sub sup")
ATTRIBUTES = words(
    "accent accentunder alttext class columnspan display fence form largeop linethickness lspace",
    "mathvariant maxsize minsize movablelimits rowspan rspace separator stretchy symmetric width",
)
AROUND = words("p br code div em u a ul ol li span")
THEIRS = words("href rel class tabindex start")

WITH_TEXT = sorted(
    words(
        r"\operatorname \operatorname* \operatornamewithlimits \text \textbf \textit \textrm",
        r"\textsf \texttt \textsc \textup \textnormal \emph \mbox \hbox \fbox \mathrm \mathbf",
        r"\mathit \mathsf \mathtt \mathbb \mathcal \mathfrak \mathscr \mathop \mathbin \mathrel",
        r"\mathord \mathopen \mathclose \mathpunct \mathinner \boldsymbol \bm \boxed \cancel \tag",
        r"\tag* \label \ref \eqref \href \url \html \htmlClass \htmlId \htmlStyle \htmlData",
        r"\class \cssId \style \data \unicode \char \symbol \verb \color \textcolor \colorbox",
        r"\fcolorbox \definecolor \pmod \pod \mod \bmod \not \stackrel \overset \underset",
        r"\substack \xrightarrow \xleftarrow \overbrace \underbrace \overline \underline \hat \vec",
        r"\bar \tilde \phantom \smash \vphantom \hphantom \raisebox \rule \hspace \kern \mskip",
        r"\intertext \shortintertext \footnote \cite \includegraphics \mathchoice \newcommand \def",
        r"\DeclareMathOperator \let \require \begin \end \limits \big \Big \middle \sideset",
        r"\prescript \genfrac \ensuremath \texorpdfstring \underline{\text \toggle \mathtip",
        r"\texttip \bbox \enclose \mmlToken \scalebox \rotatebox \acute",
    )
)
# Those that the converter knows, tried as often as all of them.
KNOWN = words(r"\operatorname \operatorname* \text \textbf \texttt \mathrm \mathop \color \eqref")
TAKING = sorted(
    words(
        r"\frac \dfrac \tfrac \cfrac \binom \sqrt \sqrt[3] \sqrt[ x_ x^ _ ^ x_a^ \overset",
        r"\underset \stackrel \hat \widehat \vec \bar \overline \underline \overbrace \underbrace",
        r"\mathop \not \left \right \left( \right) \middle \limits_ \sum_ \int^ \lim_ \xrightarrow",
        r"\substack \xrightarrow[ \boxed \cancel \phantom \sideset \prescript \genfrac \mathrm",
        r"\boldsymbol \big \color{red} \displaystyle \tfrac1 \operatorname\operatorname",
        r"\mathrel \mathbin",
    )
)
COMMANDS = WITH_TEXT + sorted(KNOWN) * (len(WITH_TEXT) // len(KNOWN))
PAYLOADS = [
    "<svg/onload=alert(1)>", "<svg onload=alert(1)>", "<form action=//e.example>", "<plaintext>",
    "<textarea>", "<details open ontoggle=alert(1)>", "<img src=x onerror=alert(1)>",
    "<img/src=x>", "<script>alert(1)</script>", "</script>", "<style>*{}</style>",
    "<iframe srcdoc=x>", "<base href=x>", "<a href=javascript:alert(1)>", "</math><svg>",
    "</mo><script>", "</mi></math>", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "<!doctype x>",
    "<math><mtext><table><mglyph><style>", "<annotation-xml>",
    "<annotation-xml encoding=text/html>", "<b>", "</b>", "<b>x</b>", "<b onclick=x>", "<code>",
    "</code>", "<span>", "<u>x</u>", "<mi>", "</mi>", "<mo>x</mo>", '<mi href="x">',
    "<menclose notation=box>", "<maction>", "<x-slot>", "&lt;b&gt;", "&amp;", "&#60;b&#62;",
    "&#x3c;", "&nosuch;", "&", "<", ">", '"', "'", "`", '" onmouseover="alert(1)', "' onclick='x",
    "javascript:alert(1)", "//e.example", "style=x", "expression(1)", "\u2028", "\u202e", "\u0000",
    "\ufffe", "\u0338", "中", "𝒜", "é", "=", "/", "/>", "a", "1", "$", "%", "#", "~",
]  # fmt: skip
NAMES = [
    "matrix", "pmatrix", "cases", "array", "array}{c|c", "aligned", "align", "equation", "gather",
    "split", "multline", "subarray}{c", "smallmatrix", "CD", "<b>", "<svg/onload=alert(1)>", "text",
]  # fmt: skip
LITTLE = ["x", "2", "+", "=", r"\alpha", "n", r"\le", ",", "&", r"\\", "|", "'"]
AROUND_FORMULAS = [("$", "$"), ("$$", "$$"), (r"\(", r"\)"), (r"\[", r"\]"), ("", "")]


def phrase(chance: random.Random, depth: int = 0) -> str:
    """A piece of TeX, its groups closed more often than not."""
    kind = chance.randrange(12 if depth < 4 else 4)
    if kind == 0:
        return chance.choice(PAYLOADS)
    if kind == 1:
        return chance.choice(LITTLE)
    if kind == 2:
        return f"{chance.choice(PAYLOADS)} {chance.choice(PAYLOADS)}"
    if kind == 3:  # the argument of a command is a command with text
        taking, command = chance.choice(TAKING), chance.choice(COMMANDS)
        return f"{taking}{command}{{{chance.choice(PAYLOADS)}}}{chance.choice(LITTLE)}"
    inner = phrase(chance, depth + 1)
    if kind <= 6:
        return f"{chance.choice(COMMANDS)}{{{inner}{chance.choice('}' * 30 + ' ')}"
    if kind <= 8:
        return f"{chance.choice(TAKING)}{inner}{phrase(chance, depth + 1)}"
    if kind <= 10:
        name = chance.choice(NAMES)
        return rf"\begin{{{name}}}{inner}\end{{{name.partition('}')[0]}}}"
    return f"{inner}{phrase(chance, depth + 1)}"


def inputs(part: int) -> Iterator[str]:
    chance = random.Random(part)
    for _ in range(INPUTS // PARTS):
        start, end = chance.choice(AROUND_FORMULAS)
        yield f"a {start}{phrase(chance)}{end} b"


def strange(html: str) -> Iterator[str]:
    """Whatever may not be in it, as a strict reader of XML sees it."""
    for element in etree.fromstring(f"<root>{html}</root>").iterdescendants():
        name, attributes = element.tag, set(element.keys())
        within = any(parent.tag == "math" for parent in element.iterancestors())
        if name in CORE and within != (name == "math"):
            wrong = attributes - ATTRIBUTES
        elif name in PHRASES:
            wrong = attributes
        elif name in AROUND and not within:
            wrong = attributes - THEIRS
        else:
            wrong = {"anywhere"}
        if wrong:
            yield f"<{name}> with {wrong}"


def seen_by_browsers(html: str) -> Iterator[str]:
    """Whatever may not be in it, as a browser sees it."""
    for node in LexborHTMLParser(f"<!doctype html><body>{html}").css("body *"):
        attributes = {name.lower() for name in node.attributes}
        if node.tag not in CORE | PHRASES | AROUND or attributes - ATTRIBUTES - THEIRS:
            yield f"<{node.tag}> with {attributes}"


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_but_mathml_comes_out_of_any_formula(part: int) -> None:
    converted = 0
    for text in inputs(part):
        done = tex.block_html(text)
        assert not list(strange(done.html)), text
        assert not list(seen_by_browsers(done.html)), text
        converted += done.formulas - len(done.unconverted)
    assert converted > INPUTS // PARTS // 10  # what converts nothing shows nothing
