"""One page of a built site: what it names, links to, loads, and lacks by itself. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.commands.check import markup
from digest.commands.check.findings import FindingKind

Problem = tuple[FindingKind, str]
_NAMING_IDS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
_LOADED_RELS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest"}
_CONNECTED_RELS = {"preconnect", "dns-prefetch"}
_REFRESH = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]*)", re.I)
_CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"'()\s;]+)""", re.I)
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_ACTIVE = re.compile(r"\s*(javascript|vbscript|data):", re.I)


class PageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says; addresses are as it writes them."""

    ids: frozenset[str]
    links: tuple[str, ...]  # where a reader can go
    loads: tuple[str, ...]  # what a browser fetches by itself
    sends: tuple[str, ...]  # where forms send what a reader writes
    canonical: str  # empty where none is given
    moved: bool  # it only sends readers elsewhere
    listed: bool  # search engines may show it
    problems: tuple[Problem, ...]


def read(html: bytes) -> PageFacts:
    """What a page names, links to and loads, and what is wrong with it by itself."""
    text = html.decode("utf-8", "replace")
    tree = LexborHTMLParser(text)
    canonicals = [address for relations, address in _relations(tree) if "canonical" in relations]
    robots = [_get(meta, "content") for meta in _metas(tree, "name", "robots")]
    return PageFacts(
        ids=frozenset({*_ids(tree), *_values(tree, "a", "name")}),
        links=_distinct(_links(tree)),
        loads=_distinct(_loads(tree)),
        sends=_distinct((*_values(tree, "", "formaction"), *_actions(tree))),
        canonical=canonicals[-1] if canonicals else "",
        moved=bool(_refreshes(tree)),
        listed=not any("noindex" in content.lower() for content in robots),
        problems=(
            *(problem for check in CHECKS for problem in check(tree)),
            *markup.of_page(text, tree),
        ),
    )


def css_addresses(css: str) -> tuple[str, ...]:
    """What a style sheet loads, as it writes it."""
    return tuple(_CSS_ADDRESS.findall(_CSS_COMMENT.sub("", css)))


# What is wrong: a function for each kind of finding


def _language(tree: LexborHTMLParser) -> Iterator[Problem]:
    if not (tree.root and _get(tree.root, "lang").strip()):
        yield FindingKind.LANGUAGE, "<html> has no lang"


def _charset(tree: LexborHTMLParser) -> Iterator[Problem]:
    if not _metas(tree, "charset", "utf-8"):
        yield FindingKind.CHARSET, 'no <meta charset="utf-8">'


def _title(tree: LexborHTMLParser) -> Iterator[Problem]:
    if not any(title.text(strip=True) for title in tree.css("head > title")):
        yield FindingKind.TITLE, "no <title>, or an empty one"


def _heading(tree: LexborHTMLParser) -> Iterator[Problem]:
    headings = len(tree.css("h1"))
    if headings != 1 and not _refreshes(tree):
        yield FindingKind.HEADING, f"{headings or 'no'} <h1>; a page has one"


def _duplicate_ids(tree: LexborHTMLParser) -> Iterator[Problem]:
    for name, count in _ids(tree).items():
        if count > 1:
            yield FindingKind.DUPLICATE_ID, f"id {name!r} is given {count} times"


def _references(tree: LexborHTMLParser) -> Iterator[Problem]:
    ids = {*_ids(tree), *_values(tree, "a", "name")}
    values = (value for name in _NAMING_IDS for value in _values(tree, "", name))
    for name in dict.fromkeys(name for value in values for name in value.split()):
        if name not in ids:
            yield FindingKind.REFERENCE, f"no element has the id {name!r} that another one names"


def _base(tree: LexborHTMLParser) -> Iterator[Problem]:
    for _ in tree.css("base"):
        yield FindingKind.BASE, "<base> changes where every link of the page leads"


def _script_links(tree: LexborHTMLParser) -> Iterator[Problem]:
    for address in _anchors(tree):
        if _ACTIVE.match(address):
            yield FindingKind.SCRIPT_LINK, f"link to {address[:60]}"


def _nameless(tree: LexborHTMLParser) -> Iterator[Problem]:
    for node in tree.css(":is(a, area)[href], button"):
        if not _has_words(node):
            to = _get(node, "href") or "press"
            yield FindingKind.NAME, f"<{node.tag}> without words, to {to}"


def _connections(tree: LexborHTMLParser) -> Iterator[Problem]:
    for relations, address in _relations(tree):
        if relations & _CONNECTED_RELS and not relations & _LOADED_RELS:
            yield FindingKind.OFF_SITE, f"connects to {address}"


def _inline_scripts(tree: LexborHTMLParser) -> Iterator[Problem]:
    for script in tree.css("script:not([src])"):
        # JSON-LD is data, which a policy lets pass.
        if not _get(script, "type").lower().endswith(("json", "plain", "html")):
            yield FindingKind.INLINE, "<script> with code in the page"


def _images(tree: LexborHTMLParser) -> Iterator[Problem]:
    for image in tree.css("img:not([alt])"):
        yield FindingKind.ALT, f"image {_get(image, 'src')} has no alt"


CHECKS: tuple[Callable[[LexborHTMLParser], Iterator[Problem]], ...] = (
    _language,
    _charset,
    _title,
    _heading,
    _duplicate_ids,
    _references,
    _base,
    _script_links,
    _nameless,
    _connections,
    _inline_scripts,
    _images,
)

# What a page names, links to and loads


def _ids(tree: LexborHTMLParser) -> Counter[str]:
    return Counter(filter(None, _values(tree, "", "id")))


def _anchors(tree: LexborHTMLParser) -> list[str]:
    return _values(tree, ":is(a, area, button)", "href")


def _actions(tree: LexborHTMLParser) -> list[str]:
    """Where forms send to; one that doesn't say sends to its own page."""
    return [_get(form, "action") for form in tree.css("form")]


def _links(tree: LexborHTMLParser) -> Iterator[str]:
    yield from (address for address in _anchors(tree) if not _ACTIVE.match(address))
    yield from _actions(tree)
    yield from _refreshes(tree)
    for relations, address in _relations(tree):
        if not relations & (_LOADED_RELS | _CONNECTED_RELS):
            yield address


def _loads(tree: LexborHTMLParser) -> Iterator[str]:
    for relations, address in _relations(tree):
        if relations & _LOADED_RELS:
            yield address
    for css in (*_values(tree, "", "style"), *(node.text() for node in tree.css("style"))):
        yield from css_addresses(css)
    yield from filter(None, (*_values(tree, "", "src"), *_values(tree, "", "poster")))
    for candidates in _values(tree, "", "srcset"):
        yield from (words[0] for text in candidates.split(",") if (words := text.split()))
    yield from _values(tree, "object", "data")
    for node in tree.css("image, use"):  # of SVG
        yield _get(node, "href") or _get(node, "xlink:href")


def _relations(tree: LexborHTMLParser) -> list[tuple[set[str], str]]:
    """What each `<link>` is to the page, and its address."""
    links = tree.css("link")
    return [(set(_get(link, "rel").lower().split()), _get(link, "href")) for link in links]


def _refreshes(tree: LexborHTMLParser) -> list[str]:
    """Where the page sends readers by itself."""
    metas = _metas(tree, "http-equiv", "refresh")
    return [to[1] for meta in metas if (to := _REFRESH.match(_get(meta, "content")))]


def _metas(tree: LexborHTMLParser, attribute: str, value: str) -> list[LexborNode]:
    return [meta for meta in tree.css("meta") if _get(meta, attribute).lower() == value]


def _values(tree: LexborHTMLParser, selector: str, attribute: str) -> list[str]:
    """What the elements that have the attribute give it."""
    return [_get(node, attribute) for node in tree.css(f"{selector}[{attribute}]")]


def _get(node: LexborNode, attribute: str) -> str:
    return node.attributes.get(attribute) or ""


def _distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))


def _has_words(node: LexborNode) -> bool:
    """Whether a screen reader has something to say."""
    return (
        bool(node.text(strip=True))
        or any(_get(node, name) for name in ("aria-label", "aria-labelledby", "title", "alt"))
        or any(
            _get(image, "alt") or _get(image, "aria-label") for image in node.css("img, svg, math")
        )
    )
