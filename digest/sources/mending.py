"""Documents that are whole but not well-formed, made so; what is cut stays cut. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_DECLARED = re.compile(r"<!ENTITY\s+([\w.:-]{1,100})\s")
_PROLOGUE = 64 * 2**10  # characters in which entities may be declared
_UNFIT = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_SUSPECT = re.compile(
    rf"<!--|<!\[CDATA\[|<\?|<!|<(?![A-Za-z_:/\x80-\U0010ffff])"
    rf"|&(?:(?P<name>\#[0-9]{{1,9}}|\#[xX][0-9a-fA-F]{{1,8}}|[A-Za-z_][\w.:-]{{0,40}});)?|[{_UNFIT}]"
)
_VALUELESS = re.compile(
    r"(<[A-Za-z_][\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s+([\w:.-]+)(?=\s*/?>)"
)
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_CONTROL = re.compile(f"[{_UNFIT}]")
# What a prefix means that a document forgot to bind.
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "mml": "http://www.w3.org/1998/Math/MathML",
}
SPACES = (  # the beginnings of namespaces, and the prefix that everybody uses
    ("http://purl.org/dc/elements/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://prismstandard.org/namespaces/", "prism"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://www.itunes.com/dtds/", "itunes"),
    ("http://www.w3.org/2005/Atom", ""),
    ("http://purl.org/atom/ns", ""),
    ("http://purl.org/rss/", ""),
    ("http://my.netscape.com/rdf/", ""),
    ("http://backend.userland.com/", ""),
)


def mended(text: str) -> tuple[str, tuple[str, ...]]:
    """A document without what no XML may have, and what that was, each kind once.

    Bare `&` and `<` become text, HTML's entities their characters, control characters go. Tags and
    their order are left alone, so that a document that ends too early still does.
    """
    declared = set(_DECLARED.findall(text[:_PROLOGUE]))
    faults = dict[str, None]()
    parts = list(_parts(text, declared, faults))
    return "".join(parts), tuple(faults)


def _parts(text: str, declared: set[str], faults: dict[str, None]) -> Iterator[str]:
    start = 0
    while match := _SUSPECT.search(text, start):
        at, found = match.span()[0], match[0]
        yield _with_values(text[start:at], faults)
        start = match.end()
        if found in _ENDS:
            end = text.find(_ENDS[found], start)
            start = len(text) if end < 0 else end + len(_ENDS[found])
            inside = text[at:start]
            if found == "<!--" and "--" in inside[4:-3]:
                faults["'--' in a comment"] = None
                inside = ""
            if _CONTROL.search(inside):
                faults["control characters"] = None
                inside = _CONTROL.sub("", inside)
            yield inside
        elif found == "<!":
            yield found
        elif found.startswith("&"):
            yield _reference(found, match["name"], declared, faults)
        elif found == "<":
            faults["a bare '<'"] = None
            yield "&lt;"
        else:
            faults["control characters"] = None
    yield _with_values(text[start:], faults)


def _with_values(text: str, faults: dict[str, None]) -> str:
    """The text, its tags without an attribute at their end that has no value."""
    found, count = _VALUELESS.subn(r'\1 \2=""', text)
    if count:
        faults["attributes without values"] = None
    return found


def _reference(found: str, name: str | None, declared: set[str], faults: dict[str, None]) -> str:
    if name is None:
        faults["a bare '&'"] = None
        return "&amp;"
    if name in _XML_ENTITIES or name in declared:
        return found
    if name.startswith("#"):
        number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        is_letter = 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE
        if is_letter or number in {9, 10, 13} or 0x10000 <= number < 0x110000:
            return found
        faults["references to no character"] = None
        return ""
    if f"{name};" in html5:
        faults["HTML entities"] = None
        return "".join(f"&#{ord(letter)};" for letter in html5[f"{name};"])
    faults["unknown entities"] = None
    return f"&amp;{name};"
