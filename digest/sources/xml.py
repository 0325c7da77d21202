"""XML that may come from anyone, as a tree: no document type, so no entities of its own. Pure."""

import codecs
import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from digest.errors import SourceError

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
DEEPEST = 100  # elements within each other
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.I)
_MARKS = (  # what documents of an encoding begin with; the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_ENCODING = re.compile(rb"\s*<\?xml\s[^>]{0,500}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_SAID_BY_DEFAULT = {"iso8859-1", "ascii", "cp1252", ""}
_SLOW = {"punycode", "idna"}  # take time that grows with the square of the length


class SafeTree(TreeBuilder):
    """Builds a tree, and refuses what could hold entities or is too deep for its readers."""

    def __init__(self, deepest: int) -> None:
        super().__init__()
        self._depth, self._deepest = 0, deepest

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise SourceError("not read: the document has a document type")

    def start(self, tag: str, attributes: Mapping[str, str], /) -> Element:
        self._depth += 1
        if self._depth > self._deepest:
            raise SourceError(f"not read: elements more than {self._deepest} deep in each other")
        return super().start(tag, attributes)  # type: ignore[arg-type]

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def read(body: bytes, deepest: int = DEEPEST) -> Element:
    """The root element of a document.

    Raises:
        SourceError: the document is empty, HTML, cut short, too deep or otherwise broken, or has a
            document type; one line says which.
    """
    refuse_pages(body)
    parser = XMLParser(target=SafeTree(deepest))
    try:
        parser.feed(body)
        root: Element = parser.close()
    except ParseError as error:
        raise SourceError(f"broken or cut XML: {error}") from None
    except (ValueError, LookupError) as error:  # an encoding that Python doesn't know
        raise SourceError(f"broken XML: {error}") from None
    return root


def refuse_pages(body: bytes) -> None:
    """Say so where a document is empty or HTML.

    Raises:
        SourceError: it is.
    """
    start = _after_comments(body)
    if start == len(body):
        raise SourceError("the answer is empty")
    if _HTML.match(body, start):
        raise SourceError("the answer is a web page (HTML), not what was asked for")


def _after_comments(body: bytes) -> int:
    """Where white space and comments end."""
    blank, at = re.compile(rb"\s*"), 0
    while True:
        match = blank.match(body, at)
        at = match.end() if match else at
        if not body.startswith(b"<!--", at):
            return at
        end = body.find(b"-->", at + 4)
        if end < 0:
            return at
        at = end + 3


def decoded(body: bytes, charset: str = "") -> str:
    """A document in the encoding that it names, or else in one that it may well be in.

    A mark at its beginning counts most, then UTF-8 where somebody names it and it fits, since a
    text in another encoding hardly ever does; then what the server says.

    Args:
        charset: what the server says; Latin-1 is what servers say that know nothing.

    Source: RFC 7303, 3.2

    Raises:
        SourceError: it is in none of them.
    """
    mark = next((name for start, name in _MARKS if body.startswith(start)), "")
    match = _ENCODING.match(body)
    named = match[1].decode("ascii", "replace") if match else "utf-8"
    named = "gb18030" if named.lower() == "gb2312" else named  # a part of it
    is_default = _alias(charset) in _SAID_BY_DEFAULT
    is_utf8 = match is not None and _alias(named) == "utf-8"
    first = [named, charset] if is_default or is_utf8 else [charset, named]
    for name in filter(None, (mark, *first, "utf-8", "windows-1252", "iso-8859-2")):
        try:
            known = codecs.lookup(name).name
            is_wrong = not mark and known.startswith(("utf-16", "utf-32"))
            if known not in _SLOW and not is_wrong:
                return body.decode(name).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    raise SourceError("broken document: its encoding is unknown")


def _alias(encoding: str) -> str:
    """The one name of an encoding; empty where nobody knows it."""
    try:
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError):
        return ""


def text(element: Element | None) -> str:
    """The text within an element, its children's included; empty where there is no element."""
    return "" if element is None else "".join(element.itertext())
