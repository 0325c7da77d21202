"""What the editor wrote, as values: notes, issues, pages, and the Markdown in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from digest.files.located import Text
from digest.model import NavItem


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Markdown, and where it is written."""

    text: str
    path: Path
    line: int = 1  # of its first line, from 1


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What the editor says about a paper, and decided about it."""

    paper: Text  # as the file's name has it: "2605.13319", "cs-0601001"
    body: Body
    pinned: bool = False
    pinned_until: date | None = None  # the last day; None: as long as `pinned`
    hidden: str = ""  # why; empty where it isn't
    add: tuple[Text, ...] = ()  # ids of themes
    remove: tuple[Text, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[NavItem, ...] = ()  # addresses are http or https
    related: tuple[Text, ...] = ()  # names of papers, as written

    @property
    def has_text(self) -> bool:
        return bool(self.body.text.strip())

    def is_pinned(self, today: date) -> bool:
        return self.pinned and (self.pinned_until is None or today <= self.pinned_until)


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of the digest."""

    slug: str
    title: str
    date: date  # published from this day on, in the site's time zone
    body: Body
    author: str = ""
    summary: str = ""
    draft: bool = False
    papers: tuple[Text, ...] = ()  # to be listed too, though the text doesn't mention them


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the editor's own."""

    slug: str
    title: str
    body: Body
    summary: str = ""
    navigation: int = 0  # its place there, from 1; 0: none
    draft: bool = False


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside the editor's Markdown."""

    path: Path
    width: int = 0  # pixels, of an image
    height: int = 0


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All that the editor wrote."""

    notes: tuple[Note, ...]
    issues: tuple[Issue, ...]  # oldest first
    articles: tuple[Article, ...]
    files: Mapping[str, Attachment]  # by path within content/: "issues/figure.png"
