"""One pass through a feed: where its items are, and which of their fields are too much. Pure.

What feedparser would take long for is taken out: what it does with names, tags, namespaces and base
addresses grows with the square of their length or number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pyexpat import ExpatError, ParserCreate

import msgspec

from digest.errors import SourceError
from digest.sources.mending import NAMESPACES, SPACES
from digest.sources.xml import DEEPEST

_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_WORD = re.compile(r"[\w.+@-]+")
_ITEMS = {"item", "entry"}
_TAGS = {"category", "subject", "keywords", "tags"}
_LISTS = {"keywords", "tags"}  # of several in one field
_AUTHORS = {"author", "creator", "managingeditor", "webmaster", "publisher"}
_TEXTS = {*_AUTHORS, *_LISTS, "authors", "guid", "id", "identifier", "doi"}  # read by ourselves
_TEXTS |= {"pubdate", "published", "updated", "date", "issued", "created", "available", "modified"}
_TEXTS |= {"publicationdate", "coverdate"}
_OWN_TEXT = {"description", "summary", "content", "encoded", "abstract"}
_FOREIGN = {
    "image",
    "textinput",
    "authors",
    "links",
    "contributors",
    "enclosures",
}  # what feedparser would take for the item's own
_OF_AUTHORS = {*_AUTHORS, "name", "email", "url", "uri", "homepage"}
_INHERITED = ("xml:base", "base", "xml:lang", "lang")
_LONGEST_INHERITED = 1000  # characters
_LONGEST_AROUND = 64 * 2**10  # bytes of the tags around items
_LONGEST_ENTITY, _MOST_ENTITIES = 100, 500  # characters, entities
_MOST_LINKS = 20  # of the feed itself
_MOST_PREFIXES, _MOST_ATTRIBUTES = 100, 200  # of namespaces; of one element


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a feed is read."""

    items: int = 10_000
    field: int = 2**20  # bytes of one field of an item
    depth: int = DEEPEST  # elements within each other
    fields: int = 10_000  # of one item
    tags: int = 50  # of one item
    word: int = 200  # characters of the longest word in an author's name
    authors: int = 300_000  # characters that are looked through for an item's authors
    piece: int = 2**20  # bytes of a document of a few items, where one item isn't longer


LIMITS = Limits()


class Item(msgspec.Struct, frozen=True, gc=False):
    """What is read of an item, and the tags that it is within."""

    parts: tuple[bytes, ...]
    around: tuple[bytes, ...]
    fields: tuple[tuple[str, str], ...] = ()  # names ("dc:creator") and texts, in their order


def scanned(text: str, limits: Limits) -> Scan:
    """A scan of a document, of what follows its root none.

    Raises:
        ExpatError: it isn't well-formed, or ends before its root.
    """
    scan = Scan(text.encode("utf-8", "surrogatepass"), limits)
    try:
        scan.run()
    except _EnoughError:
        pass
    except ExpatError:
        if not scan.is_closed:
            raise
        scan.is_followed = True
    return scan


class _EnoughError(Exception):
    """The rest is not looked at."""


class Scan:
    """One pass through a document: where its items are, and which of their fields are too much."""

    def __init__(self, document: bytes, limits: Limits) -> None:
        self.items, self.entities = list[Item](), dict[str, str]()
        self.root, self.more, self.fields = b"", False, 0
        self._document, self._limits = document, limits
        self._depth = 0
        self._started: int | None = None  # the tag before, if it is a start tag
        self._around = list[bytes]()  # the tags that are open, down to an item's
        self._prefixes = set[str]()
        self._spaces = dict[str, str]()  # what prefixes stand for, "" by default
        self.used, self.around = set[str](), set[str]()  # prefixes: of names, that tags declare
        self.links = list[tuple[str, str]]()
        self.is_closed = self.is_followed = False
        self._link: list[str] | None = None  # the text of the feed's own
        self._item: _OpenItem | None = None
        self._field = _OpenField()
        self._parser = ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._entity

    @property
    def undeclared(self) -> set[str]:
        """Prefixes of names that nothing declares."""
        return {prefix for prefix in self.used if f"xmlns:{prefix}" not in self._prefixes}

    def run(self) -> None:
        self._parser.Parse(self._document, True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        at, local = self._parser.CurrentByteIndex, name.rpartition(":")[2].lower()
        self._started = at
        self._depth += 1
        self._declare(name, attributes)
        is_bad = (
            self._depth > self._limits.depth
            or len(self._prefixes) > _MOST_PREFIXES
            or len(attributes) > _MOST_ATTRIBUTES
            or any(len(attributes.get(key, "")) > _LONGEST_INHERITED for key in _INHERITED)
        )
        if self._item:
            self._start_inside(self._item, at, name, is_bad)
        elif is_bad:
            raise SourceError(
                f"outside of its items, elements more than {self._limits.depth} deep, more than "
                f"{_MOST_PREFIXES} namespaces or {_MOST_ATTRIBUTES} attributes, or a base address "
                f"of more than {_LONGEST_INHERITED:,} characters"
            )
        elif len(self._around) == self._depth - 1:
            self._start_around(at, local, attributes)

    def _declare(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note which namespaces an element declares and which prefixes it uses."""
        for key, value in attributes.items():
            if key.startswith("xmlns"):
                self._prefixes.add(key)
                self._spaces[key.partition(":")[2]] = value
                if not self._item:
                    self.around.add(key.partition(":")[2])
        for key in (name, *attributes):
            prefix, colon, _ = key.partition(":")
            if colon and prefix not in {"xml", "xmlns"} and len(self.used) <= _MOST_PREFIXES:
                self.used.add(prefix)

    def _known_as(self, name: str) -> str:
        """A name with the prefix that everybody uses: "dc:creator"."""
        prefix, _, local = name.rpartition(":")
        space = self._spaces.get(prefix, "") or NAMESPACES.get(prefix, "")
        known = next((word for start, word in SPACES if space.startswith(start)), prefix)
        return f"{known}:{local}".lower() if known else local.lower()

    def _start_around(self, at: int, local: str, attributes: Mapping[str, str]) -> None:
        """An item, or a tag around items."""
        if local in _ITEMS:
            if len(self.items) >= self._limits.items:
                self.more = True
                raise _EnoughError
            self._item = _OpenItem(start=at, depth=self._depth)
        elif self._depth == 1 or local == "channel":
            tag = self._tag(at)
            self.root = self.root or (tag[:-2] + b">" if tag.endswith(b"/>") else tag)
            self._around.append(tag)
            if sum(map(len, self._around)) > _LONGEST_AROUND:
                raise SourceError(f"tags around its items of more than {_LONGEST_AROUND:,} bytes")
        elif local == "link" and len(self.links) < _MOST_LINKS:
            if href := attributes.get("href"):
                self.links.append((attributes.get("rel", "alternate"), href))
            else:
                self._link = []
                self._parser.CharacterDataHandler = self._link.append

    def _start_inside(self, item: _OpenItem, at: int, name: str, is_bad: bool) -> None:
        local = name.rpartition(":")[2].lower()
        if self._depth == item.depth + 1:
            self._field = _OpenField(start=at, name=self._known_as(name))
            item.fields += 1
        field = self._field
        if local == "name" and field.is_author:
            field.person = len(field.text)
        if local in _OF_AUTHORS:  # each time, feedparser looks for an address in the author's name
            item.looked += item.longest
        if local in _TAGS:
            item.tags += 1
            field.is_tag = True
        if (local in _TEXTS and self._depth == item.depth + 1) or local in _AUTHORS | _LISTS:
            field.is_author |= local in _AUTHORS
            field.is_list |= local in _LISTS
            self._parser.CharacterDataHandler = field.text.append
        is_over = item.fields > self._limits.fields or item.looked > self._limits.authors
        field.is_bad |= is_bad or is_over or local in _ITEMS

    def _end(self, name: str) -> None:
        item = self._item
        if item and self._depth == item.depth + 1:
            self._end_field(item, self._end_of_element())
        elif item and self._depth == item.depth:
            self.items.append(item.closed(self._document, self._end_of_element(), self._around))
            self._item = None
        elif item and name.endswith("name") and self._field.person is not None:
            self._field.people.append("".join(self._field.text[self._field.person :]))
            self._field.person = None
        elif self._link is not None:
            self._parser.CharacterDataHandler = None
            self.links.append(("alternate", "".join(self._link)))
            self._link = None
        self._started = None
        self._depth -= 1
        self.is_closed = self._depth == 0
        del self._around[self._depth :]

    def _end_of_element(self) -> int:
        """Where the element ends that ends now: expat is at its end tag, or behind an empty one."""
        at = self._parser.CurrentByteIndex
        is_empty = self._started is not None and self._tag(self._started).endswith(b"/>")
        return at if is_empty else at + len(self._tag(at))

    def _end_field(self, item: _OpenItem, end: int) -> None:
        self._parser.CharacterDataHandler = None
        field, text = self._field, "".join(self._field.text)
        is_bad = field.is_bad or end - field.start > self._limits.field
        if field.is_author:
            item.longest = max(item.longest, len(text))
            is_bad |= max(map(len, _WORD.findall(text)), default=0) > self._limits.word
        if field.is_list:
            item.tags += len(re.findall(r"[,\s]+", text))
        is_surplus = field.is_tag and item.tags > self._limits.tags  # an entry keeps no more
        is_media = field.name.startswith("media:")
        local = field.name.rpartition(":")[2]
        item.has_text |= local in _OWN_TEXT and not is_media
        if is_bad or is_surplus or local in _FOREIGN:
            item.cuts.append((field.start, end))
        elif is_media:
            item.media.append((field.start, end))
        if not is_bad and text and local in _TEXTS:
            item.texts += ((field.name, part) for part in field.people or [text])
        self.fields += is_bad

    def _tag(self, at: int) -> bytes:
        match = _TAG.match(self._document, at)
        if match is None:
            raise SourceError("broken feed: a part of a tag in an entity")
        return match[0]

    def _entity(self, name: str, is_parameter: bool, value: str | None, *rest: object) -> None:
        if is_parameter or value is None:
            return
        if len(value) > _LONGEST_ENTITY or "<" in value or re.search(r"&[^#]", value):
            raise SourceError(f"broken feed: what its entity {name[:40]!r} stands for could grow")
        self.entities[name] = value if value.isalnum() or len(value) > 1 else f"&#{ord(value)};"
        if len(self.entities) > _MOST_ENTITIES:
            raise SourceError(f"broken feed: more than {_MOST_ENTITIES} entities")


class _OpenItem(msgspec.Struct):
    """An item whose end has not come yet."""

    start: int  # in bytes
    depth: int
    cuts: list[tuple[int, int]] = msgspec.field(default_factory=list)  # fields that are not read
    fields: int = 0
    tags: int = 0
    longest: int = 0  # characters of a field that names authors
    looked: int = 0  # characters that are looked through for them
    texts: list[tuple[str, str]] = msgspec.field(default_factory=list)  # of fields, by name
    media: list[tuple[int, int]] = msgspec.field(default_factory=list)  # fields about its pictures
    has_text: bool = False  # whether it has a text of its own

    def closed(self, document: bytes, end: int, around: Sequence[bytes]) -> Item:
        cuts = sorted([*self.cuts, *self.media]) if self.has_text else self.cuts
        starts = (self.start, *(end for _, end in cuts))
        ends = (*(start for start, _ in cuts), end)
        parts = (document[a:b] for a, b in zip(starts, ends, strict=True))
        return Item(tuple(parts), tuple(around), tuple(self.texts))


class _OpenField(msgspec.Struct):
    """A field whose end has not come yet."""

    start: int = 0  # in bytes
    name: str = ""
    text: list[str] = msgspec.field(default_factory=list)  # where it is read
    people: list[str] = msgspec.field(default_factory=list)  # whom elements called "name" name
    person: int | None = None  # where the text of one of them starts
    is_bad: bool = False
    is_tag: bool = False
    is_list: bool = False
    is_author: bool = False
