"""XML that may come from anyone, as a tree: no document type, so no entities of its own. Pure."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from digest.errors import SourceError

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)


class NoDoctype(TreeBuilder):
    """Builds a tree, and refuses what could hold entities."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise SourceError("not read: the document has a document type")


def read(body: bytes) -> Element:
    """The root element of a document.

    Raises:
        SourceError: the document is empty, HTML, cut short or otherwise broken, or has a document
            type; one line says which.
    """
    refuse_pages(body)
    parser = XMLParser(target=NoDoctype())
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
    if not body.strip():
        raise SourceError("the answer is empty")
    if _HTML.match(body[:2000]):
        raise SourceError("the answer is a web page (HTML), not what was asked for")


def text(element: Element | None) -> str:
    """The text within an element, its children's included; empty where there is no element."""
    return "" if element is None else "".join(element.itertext())
