"""How our Markdown is read: the rules beside CommonMark's, and where each piece stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from digest.editor.markdown.output import RULES
from digest.editor.values import Body
from digest.errors import ConfigError
from digest.tex.reader import UNFIT

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

DEEPEST = 100  # blocks within blocks
LONGEST = 20_000  # letters of a paragraph
_OPTIONS = {"maxNesting": DEEPEST, "xhtmlOut": False}
_REFERENCE = re.compile(r"\[(@[^\[\]\n]*)\](?![(\[:])")
_MATH = re.compile(r"(\$\$?)(?![\s$])((?:\\.|[^\\$])+)(?<!\s)\1(?!\d)", re.DOTALL)
# Source: Unicode CLDR, delimiters; French keeps its thin spaces.
_QUOTES: dict[str, str | list[str]] = {
    "cs": "„“‚‘",
    "da": "“”‘’",
    "de": "„“‚‘",
    "de-ch": "«»‹›",
    "el": "«»“”",
    "en": "“”‘’",
    "es": "«»“”",
    "fi": "””’’",
    "fr": ["«\u202f", "\u202f»", "“", "”"],
    "hu": "„”»«",
    "it": "«»“”",
    "nb": "«»‘’",
    "nl": "“”‘’",
    "no": "«»‘’",
    "pl": "„”«»",
    "pt": "“”‘’",
    "ro": "„”«»",
    "ru": "«»„“",
    "sk": "„“‚‘",
    "sv": "””’’",
    "tr": "“”‘’",
    "uk": "«»„“",
}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a site writes Markdown."""

    language: str = "en"  # BCP 47; decides about quotation marks
    html: bool = False  # whether raw HTML counts, once cleaned


@cache
def parser(dialect: Dialect) -> MarkdownIt:
    """What reads the editor's texts, and turns them into HTML."""
    # Only where there is a text: these take longer to load than a small site to build.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.attrs import attrs_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    md = MarkdownIt("commonmark", _OPTIONS | {"html": dialect.html})
    md.enable(["table", "strikethrough"])
    md.use(footnote_plugin, always_match_refs=True)
    md.use(deflist_plugin)
    md.use(attrs_plugin, after=("image",), allowed=("id", "class", "width", "height"))
    md.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    md.inline.ruler.at("math_inline", _math)  # its own looks for digits at the wrong end
    md.core.ruler.push("anchor", _name_headings)
    md.inline.ruler.before("link", "reference", _reference)
    md.core.ruler.after("block", "footnotes_defined", _note_footnotes)
    md.core.ruler.before("inline", "limit", _limit)
    # A forbidden address is an error that we raise, not a link that stays text.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    quotes = _quotes(dialect.language)
    if quotes:
        md.options["typographer"], md.options["quotes"] = True, quotes
        md.enable("smartquotes")
    for name, rule in RULES.items():
        md.add_render_rule(name, rule)
    return md


def _quotes(language: str) -> str | list[str] | None:
    language = language.lower()
    return _QUOTES.get(language) or _QUOTES.get(language.partition("-")[0])


def parse(body: Body, dialect: Dialect) -> list[Token]:
    """The blocks of a text.

    Raises:
        ConfigError: it is nested too deep, or asks for a footnote that isn't there.
    """
    env: dict[str, Any] = {}
    try:
        tokens = parser(dialect).parse(UNFIT.sub("", body.text), env)
    except _TooMuch as error:
        raise ConfigError(str(error), body.path, body.line + error.line) from None
    for token, line in inline(tokens, body):
        label = token.meta.get("label") if token.type == "footnote_ref" else None
        if label is not None and f":{label}" not in env["defined"]:
            raise ConfigError(f"no footnote is called [^{label}]", body.path, line)
    return tokens


def inline(tokens: Sequence[Token], body: Body) -> Iterator[tuple[Token, int]]:
    """Every token within paragraphs, with its line in the file."""
    line, notes = body.line, dict[int, int]()
    for block in tokens:
        if block.type == "footnote_open":
            line = notes.get(block.meta["id"], line)
        if block.type != "inline":
            continue
        if block.map:
            line = body.line + block.map[0]
        at = line
        for token in block.children or ():
            if token.type == "footnote_ref":
                notes[token.meta["id"]] = at
            yield token, at
            at += token.content.count("\n") + (token.type in {"softbreak", "hardbreak"})


class _TooMuch(Exception):
    def __init__(self, message: str, token: Token) -> None:
        super().__init__(message)
        self.line = token.map[0] if token.map else 0


def _limit(state: StateCore) -> None:
    """Refuse what the parser would drop without a word, or take minutes for.

    What it does within a paragraph may take the square of that paragraph's length.
    """
    for token in state.tokens:
        if token.level >= DEEPEST - 1:
            raise _TooMuch("nested too deep", token)
        if token.type != "inline":
            continue
        depth = 0
        for bracket in re.findall(r"[\[\]]", token.content):
            depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
            if depth >= DEEPEST:
                raise _TooMuch("nested too deep", token)
        if len(token.content) > LONGEST:
            raise _TooMuch(f"a paragraph of more than {LONGEST:,} letters; part it", token)


def _reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        state.push("reference", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _math(state: StateInline, silent: bool) -> bool:
    """`$a$` or, within a line, `$$a$$`: not `$5 or $6`, nor `2$a$`."""
    match = _MATH.match(state.src, state.pos, state.posMax)
    if not match or (state.pos and state.src[state.pos - 1].isdigit()):
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = match[2]
    state.pos = match.end()
    return True


def _name_headings(state: StateCore) -> None:
    """Give each heading an id of its words; of equal ones the second is "words-1"."""
    headings = [
        (token, content)
        for token, content in pairwise(state.tokens)
        if token.type == "heading_open"
    ]
    taken = {token.attrs["id"] for token, _ in headings if token.attrs.get("id")}
    numbers = dict[str, int]()  # the next that may be free
    for token, content in headings:
        if not token.attrs.get("id"):
            shown = (t.content for t in content.children or () if t.type in {"text", "code_inline"})
            anchor = name = _anchor("".join(shown))
            while anchor in taken:
                numbers[name] = numbers.get(name, 0) + 1
                anchor = f"{name}-{numbers[name]}"
            taken.add(anchor)
            token.attrs["id"] = anchor


def _anchor(title: str) -> str:
    return "-".join(re.findall(r"\w+", title.lower())) or "section"


def _note_footnotes(state: StateCore) -> None:
    """Remember which footnotes are written down, before the text asks for others."""
    state.env["defined"] = set(state.env.get("footnotes", {}).get("refs", ()))
