"""A feed's items, a few at a time, as small documents: whoever reads them holds no more. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pyexpat import ExpatError

import msgspec

from digest.errors import SourceError
from digest.sources.mending import NAMESPACES, mended
from digest.sources.scanning import LIMITS, Item, Limits, scanned
from digest.sources.xml import decoded

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,500}\?>")


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, cut."""

    items: tuple[Item, ...]
    start: bytes  # what every document begins with
    root: bytes  # the tag of the outermost element
    more: bool  # whether there are more items than are read
    fields: int  # that were taken out for their length or depth
    unbound: tuple[str, ...] = ()  # prefixes of names that the tags around items don't declare
    links: tuple[tuple[str, str], ...] = ()  # of the feed itself: what for, and where to
    faults: tuple[str, ...] = ()  # why it is no well-formed XML

    def document(self, items: Sequence[Item]) -> bytes:
        """A feed of these items alone, all within the same tags."""
        around = items[0].around if items else (self.root,)
        ends = (b"</%s>" % _name(tag) for tag in reversed(around))
        inside = (part for item in items for part in item.parts)
        return b"".join((self.start, self._bound(around[0]), *around[1:], *inside, *ends))

    def _bound(self, tag: bytes) -> bytes:
        """The outermost tag, with what it forgot to declare."""
        spaces = "".join(
            f' xmlns:{prefix}="{NAMESPACES.get(prefix, f"unbound:{prefix}")}"'
            for prefix in self.unbound
        )
        at = 1 + len(_name(tag))
        return tag[:at] + spaces.encode() + tag[at:]

    def groups(self, size: int) -> Iterator[tuple[Item, ...]]:
        """The items in their order, as many at once as fit into so many bytes."""
        group, length = list[Item](), 0
        for item in self.items:
            own = sum(map(len, item.parts))
            if group and (length + own > size or item.around != group[0].around):
                yield tuple(group)
                group, length = [], 0
            group.append(item)
            length += own
        if group:
            yield tuple(group)


def cut(body: bytes, limits: Limits = LIMITS, charset: str = "") -> Pieces:
    """Cut an RSS, RDF or Atom document. One that is whole may be faulty otherwise.

    Args:
        charset: the encoding that the server names.

    Raises:
        SourceError: it is broken or ends too early, is too deep, or has entities that could grow.
    """
    text = decoded(body, charset)
    declaration = _DECLARATION.match(text)
    faults = ["white space before '<?xml'"] if declaration and text[0].isspace() else []
    text = text[declaration.end() if declaration else 0 :]
    try:
        scan = scanned(text, limits)
    except ExpatError as error:
        text, found = mended(text)
        faults += found
        try:
            scan = scanned(text, limits)
        except ExpatError:
            raise SourceError(f"broken or cut feed: {error}") from None
    faults += [f"the unbound prefix {prefix!r}" for prefix in sorted(scan.undeclared)]
    faults += ["something after its end"] if scan.is_followed else []
    entities = "".join(f'<!ENTITY {name} "{value}">\n' for name, value in scan.entities.items())
    doctype = f"<!DOCTYPE feed [\n{entities}]>\n" if entities else ""
    return Pieces(
        items=tuple(scan.items),
        start=f"<?xml version='1.0' encoding='utf-8'?>\n{doctype}".encode(),
        root=scan.root,
        more=scan.more,
        fields=scan.fields,
        unbound=tuple(sorted(scan.used - scan.around)),
        links=tuple(scan.links),
        faults=tuple(faults),
    )


def _name(tag: bytes) -> bytes:
    return tag[1:].split(None, 1)[0].rstrip(b"/>")
