"""Markup in a built page or feed that nothing of ours puts there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from digest.commands.check.findings import FindingKind
from digest.text.allowlist import FORMULA, PICTURE, TEXT

Problem = tuple[FindingKind, str]
_FORMULA = re.compile(r"<math(?![a-z0-9-]).*?(?:</math\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(r"[\s/\"'](on[a-z]+)\s*=", re.IGNORECASE)
# Source: https://html.spec.whatwg.org/multipage/indices.html#elements-3
_HTML = (
    "a abbr address area article aside audio b base bdi bdo blockquote body br button canvas "
    "caption cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe "
    "img input ins kbd label legend li link main map mark menu meta meter nav noscript object ol "
    "optgroup option output p picture pre progress q rp rt ruby s samp script search section "
    "select slot small source span strong style sub summary sup svg table tbody td template "
    "textarea tfoot th thead time title tr track u ul var video wbr"
)


def _other_than(*known: str) -> str:
    return f":not(:is({','.join(dict.fromkeys(known))}))"


# Texts from outside say that their direction is theirs.
_IN_TEXT = f":is([dir=auto], bdi) {_other_than(*TEXT.elements, *FORMULA.elements)}"
_UNKNOWN = _other_than(*_HTML.split(), *TEXT.elements, *FORMULA.elements, "svg *", "math *")
_NAMELESS = (
    "svg:not(:is(svg *, a *, button *, [aria-hidden=true], [aria-hidden=true] *, [aria-label], "
    "[aria-labelledby]))"
)
_IN_ITEM = _other_than("html", "head", "body", *TEXT.elements, *PICTURE.elements, *FORMULA.elements)


def of_page(html: str, tree: LexborHTMLParser) -> Iterator[Problem]:
    """What is wrong with the elements of a page.

    Args:
        tree: the same, read as browsers do.
    """
    yield from _of_formulas(html)
    yield from _handlers(html, tree)
    for node in tree.css(_IN_TEXT):
        yield FindingKind.MARKUP, f"<{node.tag}> in a text from outside"
    for node in tree.css(_UNKNOWN):
        if "-" not in (node.tag or ""):  # an element that a script defines
            yield FindingKind.MARKUP, f"<{node.tag}> is no element of HTML"
    for _ in tree.css(_NAMELESS):
        yield FindingKind.ALT, "a drawing, <svg>, has no name and is not hidden"


def of_items(html: str, tree: LexborHTMLParser) -> Iterator[Problem]:
    """What is wrong with the elements of a feed's items."""
    for kind, message in (*_of_formulas(html), *_handlers(html, tree)):
        yield FindingKind.ACTIVE if kind is FindingKind.INLINE else kind, f"{message} in an item"
    for node in tree.css(_IN_ITEM):
        yield FindingKind.ACTIVE, f"<{node.tag}> in an item"


def _of_formulas(html: str) -> Iterator[Problem]:
    """As the text has them: a browser ends a formula where it meets what can't be in one."""
    for formula in _FORMULA.finditer(html):
        if problem := _of_formula(formula[0]):
            yield FindingKind.MARKUP, f"{problem} in a formula"


@lru_cache(8192)
def _of_formula(html: str) -> str:
    return FORMULA.problem(html)


def _handlers(html: str, tree: LexborHTMLParser) -> Iterator[Problem]:
    """No selector asks for attributes by how they begin, and few pages make us look at all."""
    if not _HANDLER.search(html):
        return
    for node in tree.css("*"):
        for attribute in node.attributes:
            if attribute.startswith("on"):
                yield FindingKind.INLINE, f"<{node.tag} {attribute}=…>"
