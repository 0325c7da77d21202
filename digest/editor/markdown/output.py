"""Blocks to HTML: formulas, code and what the site answered; raw HTML cleaned."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import nh3
from markupsafe import Markup as Safe
from markupsafe import escape

from digest import tex
from digest.errors import ConfigError
from digest.text.allowlist import (
    CODE,
    PICTURE,
    SCHEMES,
    TEXT,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

_SLOT = re.compile(r'<x-slot title="(\d{1,9})"></x-slot>')
_Rule = Callable[[Any, Sequence[Any], int, Any, dict[str, Any]], str]


class Work(msgspec.Struct, kw_only=True):
    """What one rendering gathers; what is safe already waits in slots while the rest is checked."""

    slots: list[Safe] = msgspec.field(default_factory=list)
    formulas: int = 0
    unconverted: list[str] = msgspec.field(default_factory=list)

    def slot(self, html: Safe) -> str:
        self.slots.append(html)
        return f'<x-slot title="{len(self.slots) - 1}"></x-slot>'

    def math(self, converted: tex.Converted) -> str:
        self.formulas += converted.formulas
        self.unconverted.extend(converted.unconverted)
        return self.slot(converted.html)

    def filled(self, html: str, source: str) -> Safe:
        """The text with what waited in its place; its source, if anything in it is not allowed.

        A slot that ended up within an attribute has its quotes escaped by then, and stays as it is.
        """
        safe = TEXT.safe(html)
        if safe is None:
            return Safe('<pre tabindex="0">{}</pre>\n').format(source)
        slots = dict(enumerate(self.slots))
        return Safe(_SLOT.sub(lambda match: slots.get(int(match[1]), ""), safe))


def _render_reference(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    return str(env["work"].slot(tokens[at].meta["html"]))


def _render_math(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    return str(env["work"].math(tex.inline_html(f"${_one_line(tokens[at])}$")))


def _render_display(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    converted = tex.block_html(rf"\[{_one_line(tokens[at])}\]")
    return f"{env['work'].math(converted)}\n"


def _one_line(token: Token) -> str:
    return " ".join(token.content.split())


def _render_image(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    picture = PICTURE.safe(self.image(tokens, at, options, env))
    return str(env["work"].slot(escape(tokens[at].content) if picture is None else picture))


def _render_code(_: Any, tokens: Sequence[Token], at: int, __: Any, env: Any) -> str:
    from pygments import highlight  # as is what it needs, for the few texts that have code
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    token = tokens[at]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
        code = CODE.safe(highlight(token.content, lexer, HtmlFormatter(nowrap=True)))
    except ClassNotFound:
        code = None
    shown = escape(token.content) if code is None else code
    kind = Safe(' class="language-{}"').format(language) if language else ""
    html = Safe('<pre tabindex="0"><code{}>{}</code></pre>').format(kind, shown)
    return f"{env['work'].slot(html)}\n"


RULES: dict[str, _Rule] = {
    "reference": _render_reference,
    "math_inline": _render_math,
    "math_block": _render_display,
    "image": _render_image,
    "fence": _render_code,
    "code_block": _render_code,
}


def clean(html: str, ours: Collection[object], checked: Callable[[str], str]) -> str:
    """Leave of raw HTML what can do no harm.

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
        tags=set(TEXT.elements),
        attributes={name: set(attributes) for name, attributes in TEXT.elements.items()},
        attribute_filter=keep,
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    if problems:
        raise problems[0]
    return cleaned.replace("&nbsp;", "\u00a0")  # no name in XML
