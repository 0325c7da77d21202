"""The editor's Markdown: what it mentions, and its HTML. Pure: the site answers by functions.

CommonMark with tables, footnotes, definition lists, heading anchors, sizes of images, math and
references to papers: `[@2605.13319]`, or `[@2605.13319; @2604.09603]`; one that is a paragraph of
its own becomes its paper's card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec
from markupsafe import Markup as Safe

from digest.editor.markdown.output import Work, clean
from digest.editor.markdown.syntax import (
    Dialect,
    inline,
    parse,
    parser,
)
from digest.editor.values import Body
from digest.errors import ConfigError
from digest.files.located import Text
from digest.text.allowlist import SCHEMES

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["Answers", "Dialect", "Mentions", "Picture", "Rendered", "mentions", "render"]

_NAME = re.compile(r"@([^\s;,@]+)")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|//", re.IGNORECASE)


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """What a text refers to, each once, in its order, with its line in the file."""

    papers: tuple[Text, ...]  # as written, without "@"
    files: tuple[Text, ...]  # images and files beside it: "figures/a.png"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An image in its place on the site."""

    url: str
    width: int  # pixels
    height: int


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What the site knows and Markdown doesn't; each answers None for what there isn't."""

    cite: Callable[[str], Safe | None]  # a paper's name → its short citation
    card: Callable[[str], Safe | None]  # a paper's name → its card
    link: Callable[[str], str | None]  # "/themes/x/", "../pages/about.md", "a.pdf" → an address
    picture: Callable[[str], Picture | None]  # "a.png" → where it will be


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
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
    for token, line in inline(parse(body, dialect), body):
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
    tokens = parse(body, dialect)
    _shift_headings(tokens, top)
    _align(tokens)
    ids = _ids(tokens)
    for token, line in inline(tokens, body):
        _resolve(token, line, body, ids, answers)
    _make_cards(tokens, body, answers)
    work = Work()
    md = parser(dialect)
    html = str(md.renderer.render(tokens, md.options, {"work": work}))
    if dialect.html:
        ours = {token.attrs.get("href") for token, _ in inline(tokens, body)}
        html = clean(html, ours, lambda address: _raw_link(address, body, answers))
    shown = work.filled(html, body.text)
    return Rendered(html=shown, formulas=work.formulas, unconverted=tuple(work.unconverted))


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
        children[0].meta["html"] = Safe("\n").join(cards)
        token.hidden = tokens[at + 2].hidden = True


def _known(html: Safe | None, name: str, body: Body, line: int) -> Safe:
    if html is None:
        raise ConfigError(f"no paper {name!r} in the archive", body.path, line)
    return html


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
        token.meta["html"] = Safe("({})").format(Safe("; ").join(cited))
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
        if (scheme[1] or "").lower() not in SCHEMES:
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


def _shift_headings(tokens: Sequence[Token], top: int) -> None:
    headings = [t for t in tokens if t.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + top, 6)}"


def _align(tokens: Iterable[Token]) -> None:
    """Columns of a table by classes: the site's policy takes no style within the page."""
    for token in tokens:
        if token.type in {"th_open", "td_open"} and "style" in token.attrs:
            token.attrs["class"] = str(token.attrs.pop("style")).removeprefix("text-align:")


def _ids(tokens: Sequence[Token]) -> set[str]:
    inner = (child for token in tokens for child in token.children or ())
    return {str(token.attrs["id"]) for token in (*tokens, *inner) if "id" in token.attrs}


def _raw_link(address: str, body: Body, answers: Answers) -> str:
    def error(message: str) -> ConfigError:
        line = body.line + body.text[: max(body.text.find(address), 0)].count("\n")
        return ConfigError(message, body.path, line)

    if _is_beside(address):
        message = f"write the link to {address!r} in Markdown: only so is the file published"
        raise error(message)
    return _checked(address, set(), answers, error)
