"""The editor's files: notes, issues and pages, read into values. `load` alone opens them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from digest.editor import frontmatter
from digest.editor.values import (
    Article,
    Attachment,
    Body,
    Content,
    Issue,
    Note,
)
from digest.errors import ConfigError
from digest.files.located import Section, Text
from digest.model import NavItem
from digest.text import days
from digest.text.ids import is_slug
from digest.text.reading import composed, read_text

NOTES, ISSUES, PAGES = "notes", "issues", "pages"
IMAGES = {".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}
_Named = TypeVar("_Named", Issue, Article)


def load(root: Path) -> Content:
    """Read content/notes, content/issues and content/pages; folders that aren't there are empty.

    Raises:
        ConfigError: a file says something we cannot accept; names file and line.
    """
    folder = root / "content"
    issues = _distinct(_issue(*read(path)) for path in _texts(folder / ISSUES))
    return Content(
        notes=tuple(read_note(path) for path in _texts(folder / NOTES)),
        issues=tuple(sorted(issues, key=lambda issue: (issue.date, issue.slug))),
        articles=tuple(_distinct(_article(*read(path)) for path in _texts(folder / PAGES))),
        files=dict(_attachments(folder)),
    )


def read(path: Path) -> tuple[Section, Body]:
    """The front matter and the text of a file.

    Raises:
        ConfigError: it can't be read, or its front matter isn't YAML or doesn't end.
    """
    front, line, rest = frontmatter.split(read_text(path), path)
    return frontmatter.parse(front, path), Body(text=rest, path=path, line=line)


def read_note(path: Path) -> Note:
    """One note.

    Raises:
        ConfigError: it says something we cannot accept; names file and line.
    """
    front, body = read(path)
    with front:
        pinned, until = _pin(front)
        add, remove = _themes(front)
        return Note(
            paper=Text(composed(body.path.stem), 1),
            body=body,
            pinned=pinned,
            pinned_until=until,
            hidden=_hide(front),
            add=add,
            remove=remove,
            tags=tuple(dict.fromkeys(str(tag).strip() for tag in front.words("tags"))),
            links=_links(front),
            related=front.words("related"),
            decided=front.day("decided"),
        )


def _pin(front: Section) -> tuple[bool, date | None]:
    try:
        return front.boolean("pin"), None
    except ConfigError:
        pass
    try:
        return True, front.day("pin")
    except ConfigError:
        years = f"{days.FIRST_YEAR} to {days.LAST_YEAR}"
        message = f"'pin' must be true, or its last day, such as 2026-05-31, of the years {years}"
        raise front.error(message, "pin") from None


def _hide(front: Section) -> str:
    try:
        return str(front.text("hide", ""))
    except ConfigError:
        raise front.error("'hide' must say why, in words: hide: off topic", "hide") from None


def _themes(front: Section) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    themes = front.section("themes", required=False)
    if themes is None:
        return (), ()
    with themes:
        add, remove = themes.texts("add"), themes.texts("remove")
    for theme in set(add) & set(remove):
        raise themes.error(f"the theme {str(theme)!r} is both added and removed", "remove")
    return add, remove


def _links(front: Section) -> tuple[NavItem, ...]:
    links = front.section("links", required=False)
    if links is None:
        return ()
    with links:
        for name in links:
            if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", links.text(name)):
                raise links.error(f"{name!r} must be an http or https address", name)
        return tuple(NavItem(title=name, url=str(links.text(name))) for name in links)


def _issue(front: Section, body: Body) -> Issue:
    with front:
        day = front.day("date")
        if day is None:
            raise front.error("missing key 'date': the day it is published, such as 2026-05-18")
        return Issue(
            slug=_slug(body.path),
            title=str(front.text("title")),
            date=day,
            body=body,
            author=str(front.text("author", "")),
            summary=str(front.text("summary", "")),
            draft=front.boolean("draft"),
            papers=front.words("papers"),
        )


def _article(front: Section, body: Body) -> Article:
    with front:
        return Article(
            slug=_slug(body.path),
            title=str(front.text("title")),
            body=body,
            summary=str(front.text("summary", "")),
            navigation=front.integer("navigation", 0, least=1),
            draft=front.boolean("draft"),
        )


def _slug(path: Path) -> str:
    slug = path.stem.lower()
    if not is_slug(slug):
        message = "the file's name becomes its address: use letters, digits and single hyphens"
        raise ConfigError(message, path, 1)
    return slug


def _distinct(texts: Iterable[_Named]) -> Iterator[_Named]:
    slugs: dict[str, Path] = {}
    for item in texts:
        if item.slug in slugs:
            message = f"{slugs[item.slug].name} has the same address, {item.slug!r}"
            raise ConfigError(message, item.body.path, 1)
        slugs[item.slug] = item.body.path
        yield item


def _files(folder: Path) -> list[Path]:
    """In the order of their names, without what editors and systems leave behind."""
    if not folder.is_dir():
        return []
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not re.search(r"(^|/)[.#]|~$", path.relative_to(folder).as_posix())
    )
    homes = folder.resolve(), folder.parent.resolve()
    for path in paths:
        if not any(map(path.resolve().is_relative_to, homes)):
            raise ConfigError("a link that leads elsewhere; put the file itself here", path, 1)
    return paths


def _texts(folder: Path) -> Iterator[Path]:
    for path in _files(folder):
        if path.suffix.lower() != ".md":
            continue
        if path.parent != folder:
            raise ConfigError(f"it must lie in {folder.name}/ itself, not below it", path, 1)
        yield path


def _attachments(folder: Path) -> Iterator[tuple[str, Attachment]]:
    for kind in (NOTES, ISSUES, PAGES):
        for path in _files(folder / kind):
            if path.suffix.lower() != ".md":
                yield path.relative_to(folder).as_posix(), _attachment(path)


def _attachment(path: Path) -> Attachment:
    if path.suffix.lower() not in IMAGES:
        return Attachment(path=path)
    import imagesize  # loads an HTTP client, and few sites have images

    try:
        width, height = (round(float(side)) for side in imagesize.get(path))
    except (OSError, ValueError, SyntaxError):
        width = height = -1
    if width <= 0 or height <= 0:
        raise ConfigError("not an image whose size we can read", path, 1)
    return Attachment(path=path, width=width, height=height)
