"""What may come out of a library that makes markup, before anything calls it safe. Pure.

Converters of formulas, of Markdown and of code, and cleaners of HTML, have faults of their own. So
none is believed: their output is read strictly, and counts as markup only where every element and
attribute in it is one that we know. It is read as XML, so that a browser can't see other elements
in it than we do: values in quotes, each element closed, no comments, no sections, no references
but those of XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from markupsafe import Markup as Safe

from digest.text.entities import unescaped

_REFERENCE = "&(?:lt|gt|amp|quot|apos|#34|#39|#x27);"
_UNFIT = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"  # in no XML document
_TAG = re.compile(
    # Text, and the tag that ends it. No part can match in two ways, so this takes linear time.
    rf"(?:[^<>&{_UNFIT}]++|{_REFERENCE})*+"
    r"(?:<(?P<name>[a-z][a-z0-9-]*+)"
    rf'(?P<attributes>(?: [a-z][a-z-]*+="(?:[^"<>&{_UNFIT}]++|{_REFERENCE})*+")*+)'
    r"(?P<empty> ?/)?>|</(?P<end>[a-z][a-z0-9-]*+)>|\Z)"
)
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_ADDRESSES = frozenset(("href", "src", "cite"))
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
SCHEMES = frozenset(("http", "https", "mailto"))
_SPACES = re.compile("[\x00-\x20]+")  # a browser reads an address without them
_VOID = frozenset(("br", "col", "hr", "img", "wbr"))  # of HTML: never closed
# Source: https://www.w3.org/TR/mathml-core/, without `annotation` and `annotation-xml`, which hold
# what is no formula.
_LEAVES = "mi mn mo ms mspace mprescripts none"
_ROWS = (
    "maction merror mfrac mmultiscripts mover mpadded mphantom mroot mrow msqrt mstyle msub "
    "msubsup msup mtable mtd mtr munder munderover semantics"
)
MATHML = frozenset(f"math mtext {_LEAVES} {_ROWS}".split())
_CLOSED_AT_ONCE = _VOID | MATHML  # what HTML lets end in its start tag
_DEEPEST = 512  # Chromium flattens what is nested deeper


class Allowlist(msgspec.Struct, frozen=True, kw_only=True):
    """Elements by name, with the attributes that each may have.

    Args:
        parents: of elements that may not stand everywhere, where they may; "" is the top.
        deepest: how many elements may stand within each other.
    """

    elements: Mapping[str, frozenset[str]]
    parents: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    deepest: int = _DEEPEST

    def safe(self, html: str) -> Safe | None:
        """The same text as markup; None if anything in it is not allowed."""
        return None if self.problem(html) else Safe(html)

    def problem(self, html: str) -> str:
        """What is not allowed in it, first of all: "<svg>"; empty if everything is."""
        stack, end = [""], 0
        while end < len(html):
            tag = _TAG.match(html, end)
            if not tag:
                return _start_of(html[end:])
            end = tag.end()
            if name := tag["name"]:
                if problem := self._of_start(name, tag["attributes"], stack):
                    return problem
                if tag["empty"] and name not in _CLOSED_AT_ONCE:
                    return f"<{name}/>"  # HTML takes it for a start tag
                if not tag["empty"] and name not in _VOID:
                    stack.append(name)
            elif tag["end"] and tag["end"] != stack.pop():
                return f"</{tag['end']}>"
        return f"<{stack[-1]}> without its end" if len(stack) > 1 else ""

    def _of_start(self, name: str, attributes: str, stack: list[str]) -> str:
        if name not in self.elements:
            return f"<{name}>"
        parents = self.parents.get(name)
        if parents is not None and stack[-1] not in parents:
            return f"<{name}> in <{stack[-1]}>" if stack[-1] else f"<{name}>"
        if len(stack) > self.deepest:
            return f"more than {self.deepest} elements within each other"
        return self._of_attributes(name, attributes) if attributes else ""

    def _of_attributes(self, name: str, attributes: str) -> str:
        values = _ATTRIBUTE.findall(attributes)
        for attribute, value in values:
            if attribute not in self.elements[name]:
                return f"<{name} {attribute}>"
            if attribute in _ADDRESSES and not is_address(unescaped(value)):
                return f"<{name} {attribute}={value[:60]}>"
        return "" if len(values) == len(dict(values)) else f"<{name}> with an attribute twice"


def is_address(address: str) -> bool:
    """Whether a link may lead there: by http, https or mailto, or within the site."""
    scheme = _SCHEME.match(_SPACES.sub("", address))
    return scheme is None or scheme[1].lower() in SCHEMES


def _start_of(rest: str) -> str:
    """The tag, or what looks like one, at which reading ended."""
    at = re.search("[<>&]", rest)
    return " ".join(rest[at.start() if at else 0 :][:40].split())


def _with(names: str, attributes: str = "") -> dict[str, frozenset[str]]:
    return dict.fromkeys(names.split(), frozenset(attributes.split()))


def _merged(
    general: Iterable[str], *parts: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    found = dict[str, frozenset[str]]()
    for part in parts:
        for name, attributes in part.items():
            found[name] = found.get(name, frozenset(general)) | attributes
    return found


_PHRASES = frozenset(("b", "i", "sub", "sup"))
_WITHIN_MATH = frozenset(("math", *_ROWS.split()))

FORMULA = Allowlist(
    elements=_merged(
        (),
        _with("b i sub sup"),
        _with(f"math mtext {_LEAVES} {_ROWS}", "class"),
        _with("math", "alttext display"),
        _with("mi", "mathvariant"),
        _with(
            "mo",
            "accent fence form largeop lspace maxsize minsize movablelimits rspace separator "
            "stretchy symmetric",
        ),
        _with("mspace", "width"),
        _with("mpadded", "lspace width"),
        _with("mfrac", "linethickness"),
        _with("mover munder munderover", "accent accentunder"),
        _with("mtd", "columnspan rowspan"),
    ),
    parents=(
        dict.fromkeys(MATHML - {"math"}, _WITHIN_MATH)
        | dict.fromkeys(_PHRASES, _PHRASES | {"", "mtext"})
        | {"math": frozenset(("",))}
    ),
    # Chromium flattens much later; no formula for people comes near.
    deepest=101,
)

# What highlights code.
CODE = Allowlist(elements=_with("span", "class"))

# A picture in a text of the editor's.
PICTURE = Allowlist(elements=_with("img", "alt class height id loading src title width"))

# The editor's texts: what Markdown gives, and raw HTML once it was cleaned. `x-slot` holds the
# place of what is safe already.
TEXT = Allowlist(
    elements=_merged(
        ("class", "dir", "id", "lang", "title"),
        _with(
            "abbr acronym article aside b bdi bdo br caption center cite code data dd details dfn "
            "div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup i kbd li mark "
            "nav p pre rp rt rtc ruby s samp section small span strike strong sub summary sup time "
            "tt u ul var wbr x-slot"
        ),
        _with("a", "href hreflang"),
        _with("blockquote q", "cite"),
        _with("col colgroup", "align char charoff span"),
        _with("del ins", "cite datetime"),
        _with("details", "open"),
        _with("hr", "align size width"),
        _with("ol", "reversed start type"),
        _with("table", "align char charoff summary"),
        _with("tbody thead tr", "align char charoff"),
        _with("td", "colspan rowspan"),
        _with("th", "colspan rowspan scope"),
    )
)
