"""One page of a built site: what it names, links to, loads, and lacks by itself. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest.commands.check import markup
from digest.commands.check.findings import FindingKind

Problem = tuple[FindingKind, str]
_TAGS = "title h1 base a area button img link meta script style form object image use"
_ATTRIBUTES = (
    "id src srcset poster style formaction "
    "for aria-labelledby aria-describedby aria-controls headers"
)
# A plain list of selectors would give an element once for each that it meets.
_WANTED = f":is({','.join([*_TAGS.split(), *(f'[{name}]' for name in _ATTRIBUTES.split())])})"
_NAMING_IDS = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "headers"}
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
    return _Reader(html.decode("utf-8", "replace")).facts()


def css_addresses(css: str) -> tuple[str, ...]:
    """What a style sheet loads, as it writes it."""
    return tuple(_CSS_ADDRESS.findall(_CSS_COMMENT.sub("", css)))


class _Reader:
    """Walks a page once."""

    def __init__(self, html: str) -> None:
        self._html, self._tree = html, LexborHTMLParser(html)
        self._ids, self._named = Counter[str](), list[str]()
        self._links, self._loads, self._problems = list[str](), list[str](), list[Problem]()
        self._titles, self._headings, self._sends = list[str](), 0, list[str]()
        self._canonical, self._charset, self._moved, self._listed = "", False, False, True

    def facts(self) -> PageFacts:
        for node in self._tree.css(_WANTED):
            self._read(node, node.attributes)
        self._problems += markup.of_page(self._html, self._tree)
        return PageFacts(
            ids=frozenset(self._ids),
            links=tuple(dict.fromkeys(self._links)),
            loads=tuple(dict.fromkeys(self._loads)),
            sends=tuple(dict.fromkeys(self._sends)),
            canonical=self._canonical,
            moved=self._moved,
            listed=self._listed,
            problems=(*self._of_the_page(), *self._problems),
        )

    def _of_the_page(self) -> Iterator[Problem]:
        root = self._tree.root
        if not (root and (root.attributes.get("lang") or "").strip()):
            yield FindingKind.LANGUAGE, "<html> has no lang"
        if not self._charset:
            yield FindingKind.CHARSET, 'no <meta charset="utf-8">'
        if not any(self._titles):
            yield FindingKind.TITLE, "no <title>, or an empty one"
        if self._headings != 1 and not self._moved:
            yield FindingKind.HEADING, f"{self._headings or 'no'} <h1>; a page has one"
        for name, count in self._ids.items():
            if count > 1:
                yield FindingKind.DUPLICATE_ID, f"id {name!r} is given {count} times"
        for name in dict.fromkeys(self._named):
            if name not in self._ids:
                yield (
                    FindingKind.REFERENCE,
                    f"no element has the id {name!r} that another one names",
                )

    def _read(self, node: LexborNode, has: dict[str, str | None]) -> None:
        for attribute, value in has.items():
            if attribute == "id" and value:
                self._ids[value] += 1
            elif attribute in _NAMING_IDS:
                self._named += (value or "").split()
            elif attribute == "style":
                self._loads += css_addresses(value or "")
            elif attribute == "formaction":
                self._sends.append(value or "")
        self._read_tag(node, has)

    def _read_tag(self, node: LexborNode, has: dict[str, str | None]) -> None:
        match node.tag:
            case "a" | "area" | "button":
                self._read_link(node, has)
            case "title" if node.parent and node.parent.tag == "head":  # an SVG has titles too
                self._titles.append(node.text(strip=True))
            case "h1":
                self._headings += 1
            case "meta":
                self._read_meta(has)
            case "link":
                self._read_relation(has)
            case "style":
                self._loads += css_addresses(node.text())
            case "base":
                self._found(FindingKind.BASE, "<base> changes where every link of the page leads")
            case "form":
                self._links.append(has.get("action") or "")
                self._sends.append(has.get("action") or "")
            case "image" | "use":  # of SVG
                self._loads.append(has.get("href") or has.get("xlink:href") or "")
            case "object":
                self._loads.append(has.get("data") or "")
            case _:
                self._read_media(node, has)

    def _read_link(self, node: LexborNode, has: dict[str, str | None]) -> None:
        address = has.get("href")
        if address is not None and _ACTIVE.match(address):
            self._found(FindingKind.SCRIPT_LINK, f"link to {address[:60]}")
        elif address is not None:
            self._links.append(address)
        if node.tag == "a" and (name := has.get("name")):
            self._ids.setdefault(name, 1)
        if (node.tag == "button" or address is not None) and not _words(node, has):
            self._found(FindingKind.NAME, f"<{node.tag}> without words, to {address or 'press'}")

    def _read_meta(self, has: dict[str, str | None]) -> None:
        content = has.get("content") or ""
        if (has.get("charset") or "").lower() == "utf-8":
            self._charset = True
        if (has.get("http-equiv") or "").lower() == "refresh" and (to := _REFRESH.match(content)):
            self._moved = True
            self._links.append(to[1])
        if (has.get("name") or "").lower() == "robots" and "noindex" in content.lower():
            self._listed = False

    def _read_relation(self, has: dict[str, str | None]) -> None:
        relations = set((has.get("rel") or "").lower().split())
        address = has.get("href") or ""
        if "canonical" in relations:
            self._canonical = address
        if relations & _LOADED_RELS:
            self._loads.append(address)
        elif relations & _CONNECTED_RELS:
            self._found(FindingKind.OFF_SITE, f"connects to {address}")
        else:
            self._links.append(address)

    def _read_media(self, node: LexborNode, has: dict[str, str | None]) -> None:
        if node.tag == "script" and "src" not in has and _is_code(has.get("type") or ""):
            self._found(FindingKind.INLINE, "<script> with code in the page")
        if node.tag == "img" and "alt" not in has:
            self._found(FindingKind.ALT, f"image {has.get('src') or ''} has no alt")
        for attribute in ("src", "poster"):
            if address := has.get(attribute):
                self._loads.append(address)
        for candidate in (has.get("srcset") or "").split(","):
            self._loads += candidate.split()[:1]

    def _found(self, kind: FindingKind, message: str) -> None:
        self._problems.append((kind, message))


def _words(node: LexborNode, has: dict[str, str | None]) -> bool:
    """Whether a screen reader has something to say."""
    return (
        bool(node.text(strip=True))
        or any(has.get(name) for name in ("aria-label", "aria-labelledby", "title", "alt"))
        or any(
            image.attributes.get("alt") or image.attributes.get("aria-label")
            for image in node.css("img, svg, math")
        )
    )


def _is_code(kind: str) -> bool:
    """JSON-LD is data, which a policy lets pass."""
    return not kind.lower().endswith(("json", "plain", "html"))
