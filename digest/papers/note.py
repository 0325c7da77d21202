"""What the editor writes about one paper."""

from __future__ import annotations

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
    decided: date | None = None  # the day on which this was said; None: it isn't written down

    @property
    def has_text(self) -> bool:
        return bool(self.body.text.strip())

    def is_pinned(self, today: date) -> bool:
        return self.pinned and (self.pinned_until is None or today <= self.pinned_until)
