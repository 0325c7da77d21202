"""Blocks to HTML: formulas, code and what the site answered; raw HTML cleaned."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
import nh3

from digest import tex
from digest.errors import ConfigError

if TYPE_CHECKING:
    from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto"}
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
_SLOT = re.compile(r'<x-slot title="(\d{1,9})"></x-slot>')
_Rule = Callable[[Any, Sequence[Any], int, Any, dict[str, Any]], str]


class Work(msgspec.Struct, kw_only=True):
    """What one rendering gathers; what we made waits in slots while raw HTML is cleaned."""

    slots: list[str] | None
    formulas: int = 0
    unconverted: list[str] = msgspec.field(default_factory=list)

    def trusted(self, html: str) -> str:
        if self.slots is None:
            return html
        self.slots.append(html)
        return f'<x-slot title="{len(self.slots) - 1}"></x-slot>'

    def math(self, done: tex.Converted) -> str:
        self.formulas += done.formulas
        self.unconverted.extend(done.unconverted)
        return self.trusted(done.html)


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
    from pygments import highlight  # as is what it needs, for the few texts that have code
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

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


RULES: dict[str, _Rule] = {
    "reference": _render_reference,
    "math_inline": _render_math,
    "math_block": _render_display,
    "image": _render_image,
    "fence": _render_code,
    "code_block": _render_code,
}


def clean(html: str, work: Work, ours: Collection[object], checked: Callable[[str], str]) -> str:
    """Leave of raw HTML what can do no harm, then fill the slots.

    A slot that ended up within an attribute has its quotes escaped by then, and stays as it is.

    Args:
        ours: addresses that are right already.
        checked: makes an address of raw HTML right.

    Raises:
        ConfigError: what `checked` raised first.
    """
    problems = list[ConfigError]()

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href" or value in ours or value.startswith("#"):
            return value
        try:
            return checked(value)
        except ConfigError as error:  # the cleaner would swallow it
            problems.append(error)
            return None

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    if problems:
        raise problems[0]
    slots = dict(enumerate(work.slots or ()))
    return _SLOT.sub(lambda match: slots.get(int(match[1]), ""), cleaned)
