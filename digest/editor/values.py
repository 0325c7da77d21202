"""What the editor wrote, as values: notes, issues, pages, and the Markdown in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from digest.files.located import Text
from digest.papers.note import Body, Note

__all__ = ["Article", "Attachment", "Body", "Content", "Issue", "Note"]


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue of the digest: a text of the editor's, such as a weekly letter."""

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
