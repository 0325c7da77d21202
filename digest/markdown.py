"""The editor's Markdown: what it mentions, and its HTML. Pure: the site answers by functions.

CommonMark with tables, footnotes, definition lists, heading anchors, sizes of images, math and
references to papers: `[@2605.13319]`, or `[@2605.13319; @2604.09603]`; one that is a paragraph of
its own becomes its paper's card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup as Safe
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from digest import tex
from digest.desk import Body
from digest.errors import ConfigError
from digest.located import Text

DEEPEST = 100  # blocks within blocks
_OPTIONS = {"maxNesting": DEEPEST, "xhtmlOut": False}
_REFERENCE = re.compile(r"\[(@[^\[\]\n]*)\](?![(\[:])")
_MATH = re.compile(r"(\$\$?)(?![\s$])((?:\\.|[^\\$])+)(?<!\s)\1(?!\d)", re.DOTALL)
_NAME = re.compile(r"@([^\s;,@]+)")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|//", re.IGNORECASE)
_SCHEMES = {"http", "https", "mailto"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a site writes Markdown."""

    language: str = "en"  # BCP 47; decides about quotation marks
    html: bool = False  # whether raw HTML counts, once cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """What a text refers to, each once, in its order, with its line in the file."""

    papers: tuple[Text, ...]  # as written, without "@"
    files: tuple[Text, ...]  # images and files beside it: "figures/a.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image in its place on the site."""

    url: str
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the site knows and Markdown doesn't; each answers None for what there isn't."""

    cite: Callable[[str], Safe | None]  # a paper's name → its short citation
    card: Callable[[str], Safe | None]  # a paper's name → its card
    link: Callable[[str], str | None]  # "/themes/x/", "../pages/about.md", "a.pdf" → an address
    picture: Callable[[str], Picture | None]  # "a.png" → where it will be


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A text as HTML, and how much of it was TeX."""

    html: Safe
    formulas: int
    unconverted: tuple[str, ...]


def mentions(body: Body, dialect: Dialect) -> Mentions:
    """What must be known of a text before it can be rendered.

    Raises:
        ConfigError: it is nested too deep, or holds half a reference; names file and line.
    """
    papers, files = list[Text](), list[Text]()
    for token, line in _inline(_parse(body, dialect), body):
        if token.type == "reference":
            papers.extend(Text(name, line) for name in _names(token, body, line))
        elif (address := _address(token)) and _is_beside(address):
            files.append(Text(_path_of(address), line))
    return Mentions(papers=tuple(dict.fromkeys(papers)), files=tuple(dict.fromkeys(files)))


def render(body: Body, dialect: Dialect, answers: Answers, top: int = 2) -> Rendered:
    """HTML of a text.

    Args:
        top: the level that its highest headings get, 1 to 6.

    Raises:
        ConfigError: something it refers to isn't there or mustn't be; names file and line.
    """
    tokens = _parse(body, dialect)
    _shift_headings(tokens, top)
    ids = _ids(tokens)
    for token, line in _inline(tokens, body):
        _resolve(token, line, body, ids, answers)
    _make_cards(tokens, body, answers)
    work = _Work(slots=[] if dialect.html else None)
    html = str(_parser(dialect).renderer.render(tokens, _parser(dialect).options, {"work": work}))
    if work.slots is not None:
        html = _clean(html, work, tokens, body, answers)
    return Rendered(html=Safe(html), formulas=work.formulas, unconverted=tuple(work.unconverted))


@dataclass(slots=True, kw_only=True)
class _Work:
    """What one rendering gathers; what we made waits in slots while raw HTML is cleaned."""

    slots: list[str] | None
    formulas: int = 0
    unconverted: list[str] = field(default_factory=list)

    def trusted(self, html: str) -> str:
        if self.slots is None:
            return html
        self.slots.append(html)
        return f'<x-slot title="{len(self.slots) - 1}"></x-slot>'

    def math(self, done: tex.Converted) -> str:
        self.formulas += done.formulas
        self.unconverted.extend(done.unconverted)
        return self.trusted(done.html)


@cache
def _parser(dialect: Dialect) -> MarkdownIt:
    md = MarkdownIt("commonmark", _OPTIONS | {"html": dialect.html})
    md.enable(["table", "strikethrough"])
    md.use(footnote_plugin, always_match_refs=True)
    md.use(deflist_plugin)
    md.use(attrs_plugin, after=("image",), allowed=("id", "class", "width", "height"))
    md.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    md.inline.ruler.at("math_inline", _math)  # its own looks for digits at the wrong end
    md.use(anchors_plugin, max_level=6, slug_func=_anchor)
    md.inline.ruler.before("link", "reference", _reference)
    md.core.ruler.after("block", "footnotes_defined", _note_footnotes)
    md.core.ruler.before("inline", "depth", _limit_depth)
    # A forbidden address is an error that we raise, not a link that stays text.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    quotes = _quotes(dialect.language)
    if quotes:
        md.options["typographer"], md.options["quotes"] = True, quotes
        md.enable("smartquotes")
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)
    return md


def _quotes(language: str) -> str | list[str] | None:
    language = language.lower()
    return _QUOTES.get(language) or _QUOTES.get(language.partition("-")[0])


def _parse(body: Body, dialect: Dialect) -> list[Token]:
    env: dict[str, Any] = {}
    try:
        tokens = _parser(dialect).parse(body.text, env)
    except _TooDeep as error:
        raise ConfigError("nested too deep", body.path, body.line + error.line) from None
    for token, line in _inline(tokens, body):
        label = token.meta.get("label") if token.type == "footnote_ref" else None
        if label is not None and f":{label}" not in env["defined"]:
            raise ConfigError(f"no footnote is called [^{label}]", body.path, line)
    return tokens


class _TooDeep(Exception):
    def __init__(self, token: Token) -> None:
        super().__init__()
        self.line = token.map[0] if token.map else 0


def _limit_depth(state: StateCore) -> None:
    """Refuse what the parser would drop without a word, or take minutes for."""
    for token in state.tokens:
        if token.level >= DEEPEST - 1:
            raise _TooDeep(token)
        depth = 0
        for bracket in re.findall(r"[\[\]]", token.content) if token.type == "inline" else ():
            depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
            if depth >= DEEPEST:
                raise _TooDeep(token)


def _inline(tokens: Sequence[Token], body: Body) -> Iterator[tuple[Token, int]]:
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


def _math(state: StateInline, silent: bool) -> bool:
    """`$a$` or, within a line, `$$a$$`: not `$5 or $6`, nor `2$a$`."""
    match = _MATH.match(state.src, state.pos, state.posMax)
    if not match or (state.pos and state.src[state.pos - 1].isdigit()):
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = match[2]
    state.pos = match.end()
    return True


# References


def _reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        state.push("reference", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _names(token: Token, body: Body, line: int) -> tuple[str, ...]:
    parts = [_NAME.fullmatch(part.strip()) for part in token.content.split(";")]
    if None in parts:
        message = f"[{token.content}] must look like [@2605.13319] or [@2605.13319; @2604.09603]"
        raise ConfigError(message, body.path, line)
    return tuple(part[1] for part in parts if part)


def _make_cards(tokens: list[Token], body: Body, answers: Answers) -> None:
    """A paragraph of references alone becomes cards, but not in a list, quote or footnote."""
    within = False
    for at, token in enumerate(tokens):
        within = token.type == "footnote_open" or (within and token.type != "footnote_close")
        if token.type != "paragraph_open" or token.level or within:
            continue
        children = tokens[at + 1].children or []
        if len(children) != 1 or children[0].type != "reference":
            continue
        line = body.line + (token.map[0] if token.map else 0)
        names = _names(children[0], body, line)
        cards = [_known(answers.card(name), name, body, line) for name in names]
        children[0].meta["html"] = "\n".join(cards)
        token.hidden = tokens[at + 2].hidden = True


def _known(html: Safe | None, name: str, body: Body, line: int) -> Safe:
    if html is None:
        raise ConfigError(f"no paper {name!r} in the archive", body.path, line)
    return html


# Addresses


def _address(token: Token) -> str | None:
    address = token.attrs.get({"link_open": "href", "image": "src"}.get(token.type, ""))
    return None if address is None else str(address)


def _is_beside(address: str) -> bool:
    return not (_SCHEME.match(address) or address.startswith(("/", "#", "?"))) and not (
        _path_of(address).endswith(".md")
    )


def _path_of(address: str) -> str:
    return unquote(re.split(r"[?#]", address, maxsplit=1)[0])


def _resolve(token: Token, line: int, body: Body, ids: set[str], answers: Answers) -> None:
    """Put what the site answers into a token."""
    if token.type == "reference":
        cited = [_known(answers.cite(n), n, body, line) for n in _names(token, body, line)]
        token.meta["html"] = "; ".join(cited)
        return
    address = _address(token)
    if address is None:
        return
    if token.type == "link_open":
        url = _checked(address, ids, answers, lambda message: ConfigError(message, body.path, line))
        token.attrs["href"] = url
    else:
        _size(token, address, line, body, answers)


def _checked(
    address: str, ids: set[str], answers: Answers, error: Callable[[str], ConfigError]
) -> str:
    scheme = _SCHEME.match(address)
    if scheme:
        if (scheme[1] or "").lower() not in _SCHEMES:
            message = f"a link must go to this site, http, https or mailto: {address!r}"
            raise error(message)
        return address
    if address.startswith("#"):
        if unquote(address[1:]) not in ids:
            raise error(f"nothing here is called {unquote(address)!r}")
        return address
    url = answers.link(address)
    if url is None:
        raise error(f"the link leads nowhere: {unquote(address)!r}")
    return url


def _size(token: Token, address: str, line: int, body: Body, answers: Answers) -> None:
    """Give an image its address and its size; a width of the editor's own keeps the proportions."""
    if not _is_beside(address):
        message = f"an image must lie beside the file: {unquote(address)!r}"
        raise ConfigError(message, body.path, line)
    picture = answers.picture(_path_of(address))
    if picture is None:
        raise ConfigError(f"there is no image {_path_of(address)!r}", body.path, line)
    width, height = picture.width, picture.height
    for name in ("width", "height"):
        wish = str(token.attrs.get(name, "1"))
        if not re.fullmatch(r"[1-9]\d{0,4}", wish):
            message = f"{name!r} must be whole pixels, such as {{{name}=400}}"
            raise ConfigError(message, body.path, line)
    if "width" in token.attrs:
        width = int(token.attrs["width"])
        height = round(picture.height * width / picture.width)
    if "height" in token.attrs:
        height = int(token.attrs["height"])
        if width == picture.width:
            width = round(picture.width * height / picture.height)
    token.attrs |= {"src": picture.url, "width": width, "height": height, "loading": "lazy"}


# Headings and what else has a name


def _anchor(title: str) -> str:
    return "-".join(re.findall(r"\w+", title.lower())) or "section"


def _shift_headings(tokens: Sequence[Token], top: int) -> None:
    headings = [t for t in tokens if t.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + top, 6)}"


def _ids(tokens: Sequence[Token]) -> set[str]:
    inner = (child for token in tokens for child in token.children or ())
    return {str(token.attrs["id"]) for token in (*tokens, *inner) if "id" in token.attrs}


def _note_footnotes(state: StateCore) -> None:
    """Remember which footnotes are written down, before the text asks for others."""
    state.env["defined"] = set(state.env.get("footnotes", {}).get("refs", ()))


# To HTML


_Rule = Callable[[Any, Sequence[Token], int, Any, dict[str, Any]], str]


def _render_reference(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    return str(env["work"].trusted(tokens[at].meta["html"]))


def _render_math(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    return str(env["work"].math(tex.inline_html(f"${_one_line(tokens[at])}$")))


def _render_display(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    done = tex.block_html(rf"\[{_one_line(tokens[at])}\]")
    return f"{env['work'].math(done)}\n"


def _one_line(token: Token) -> str:
    return " ".join(token.content.split())


def _render_image(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return str(env["work"].trusted(self.image(tokens, at, options, env)))


def _render_code(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    token = tokens[at]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
        code = highlight(token.content, lexer, HtmlFormatter(nowrap=True))
    except ClassNotFound:
        code = escape(token.content)
    kind = f' class="language-{escape(language)}"' if language else ""
    html = f'<pre tabindex="0"><code{kind}>{code}</code></pre>'
    return f"{env['work'].trusted(html)}\n"


_RULES: dict[str, _Rule] = {
    "reference": _render_reference,
    "math_inline": _render_math,
    "math_block": _render_display,
    "image": _render_image,
    "fence": _render_code,
    "code_block": _render_code,
}

_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"} | {"section", "x-slot"}
_ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": {"class", "id", "lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "details": {"open"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SLOT = re.compile(r'<x-slot title="(\d+)"></x-slot>')


def _clean(html: str, work: _Work, tokens: Sequence[Token], body: Body, answers: Answers) -> str:
    """Leave of raw HTML what can do no harm, then fill the slots.

    A slot that ended up within an attribute has its quotes escaped by then, and stays as it is.
    """
    inner = [child for token in tokens for child in token.children or ()]
    ours = {token.attrs.get("href") for token in inner}
    problems = list[ConfigError]()

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href" or value in ours or value.startswith("#"):
            return value
        try:
            return _raw_link(value, body, answers)
        except ConfigError as error:  # the cleaner would swallow it
            problems.append(error)
            return None

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    if problems:
        raise problems[0]
    slots = dict(enumerate(work.slots or ()))
    return _SLOT.sub(lambda match: slots.get(int(match[1]), ""), cleaned)


def _raw_link(address: str, body: Body, answers: Answers) -> str:
    line = body.line + body.text[: max(body.text.find(address), 0)].count("\n")
    if _is_beside(address):
        message = f"write the link to {address!r} in Markdown: only so is the file published"
        raise ConfigError(message, body.path, line)
    return _checked(address, set(), answers, lambda m: ConfigError(m, body.path, line))
