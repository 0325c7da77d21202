"""Start a new site: a repository that publishes itself."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import yaml

from digest import __version__
from digest.config import load_site
from digest.errors import ConfigError, DigestError, SourceError
from digest.sources import xml
from digest.sources.papers import is_category

_PACKAGE = Path(__file__).parents[1]
# One copy of each: in a source checkout these lie at its top, in a wheel among the starter files.
_SHARED = (".github/dependabot.yml", ".github/workflows/publish.yml", "dependencies.txt")
_SCHEMA = "site.schema.json"  # for editors
_SEED = "content/start/seed.atom.xml"
_SEED_CATEGORY = "cs.DC"
_MOST_NAME = 100  # letters


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that an OPML document names."""

    name: str  # unique
    url: str
    group: str  # the outline it is in; empty at the top


class SubscriptionGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A theme made of sources."""

    id: str
    title: str
    sources: tuple[str, ...]


def create(
    root: Path, categories: Sequence[str] = (), subscriptions: Sequence[Subscription] = ()
) -> None:
    """Put a new site into `root`: site.yaml, a few papers, the workflow that publishes it.

    Without categories and subscriptions it is one about distributed computing, to be changed.

    Raises:
        DigestError: `root` is there and not an empty folder, or a category is none. Nothing is
            written then.
    """
    if root.exists() and not root.is_dir():
        raise DigestError(f"{root} is a file; name a new folder")
    if root.exists() and any(root.iterdir()):
        raise DigestError(f"{root} is not empty; name a new folder")
    for name in categories:
        if not is_category(name):
            raise DigestError(f"{name!r} is no arXiv category; they look like cs.DC")
    if not categories and not subscriptions:
        categories = (_SEED_CATEGORY,)
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "site"
        _fill(fresh, tuple(dict.fromkeys(categories)), subscriptions)
        try:
            load_site(fresh / "site.yaml")
        except ConfigError as error:
            raise DigestError(error.message) from None
        shutil.copytree(fresh, root, dirs_exist_ok=True)


def workflow() -> str:
    """What publishes a new site."""
    return _shared(".github/workflows/publish.yml").read_text("utf-8")


def _fill(root: Path, categories: Sequence[str], subscriptions: Sequence[Subscription]) -> None:
    starter = _SEED_CATEGORY in categories
    values = {
        "title": "My digest",
        "version": __version__,
        "categories": categories,
        "feeds": subscriptions,
        "groups": tuple(_groups(subscriptions)),
        "starter": starter,
    }
    for path in sorted((_PACKAGE / "starter").iterdir()):
        if path.is_file():
            _write(root / path.name, _rendered(path.read_text("utf-8"), values).encode())
    _write(root / _SCHEMA, (_PACKAGE / _SCHEMA).read_bytes())
    for name in (*_SHARED, *([_SEED] if starter else [])):
        _write(root / name, _shared(name).read_bytes())


def _shared(name: str) -> Path:
    packaged = _PACKAGE / "starter" / name
    return packaged if packaged.is_file() else _PACKAGE.parent / name


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _rendered(text: str, values: dict[str, Any]) -> str:
    import jinja2

    env = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    env.undefined = jinja2.StrictUndefined
    env.filters["yaml"] = _quoted
    return env.from_string(text).render(values)


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes, on one line."""
    dumped: str = yaml.safe_dump(text, default_style='"', width=2**30, allow_unicode=True)
    return dumped.strip()


def subscriptions(opml: bytes) -> tuple[Subscription, ...]:
    """The feeds of an OPML document, such as other readers export.

    Those without an http(s) address are left out, and of two with one address the second.

    Raises:
        DigestError: it is no OPML, or names no feed.

    Source: http://opml.org/spec2.opml
    """
    try:
        root = xml.read(opml)
    except SourceError as error:
        raise DigestError(f"no OPML: {error}") from None
    body = root.find("body")
    if root.tag != "opml" or body is None:
        raise DigestError("no OPML: it has no <opml> with a <body>")
    found, names = dict[str, Subscription](), dict[str, int]()
    for feed in _outlines(body):
        if feed.url not in found:
            name = _unused(feed.name, names, " ")
            found[feed.url] = Subscription(name=name, url=feed.url, group=feed.group)
    if not found:
        raise DigestError("the OPML names no feed")
    return tuple(found.values())


def _outlines(body: Element) -> Iterator[Subscription]:
    """Every feed in its order, however deep it lies, with the outline that holds it."""
    todo = [(outline, "") for outline in reversed(body.findall("outline"))]
    while todo:
        outline, group = todo.pop()
        url = outline.get("xmlUrl", "").strip()
        words = outline.get("title") or outline.get("text") or url
        name = " ".join(words.split())[:_MOST_NAME].strip()
        if re.match(r"https?://[^/\s]", url):
            yield Subscription(name=name or url[:_MOST_NAME], url=url, group=group)
        inner = group if url else name
        todo.extend((child, inner) for child in reversed(outline.findall("outline")))


def _groups(feeds: Iterable[Subscription]) -> Iterator[SubscriptionGroup]:
    """A theme for each outline that holds feeds."""
    members, ids = dict[str, list[str]](), dict[str, int]()
    for feed in feeds:
        if feed.group:
            members.setdefault(feed.group, []).append(feed.name)
    for title, names in members.items():
        yield SubscriptionGroup(
            id=_unused(_slug(title), ids, "-"), title=title, sources=tuple(names)
        )


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "feeds"


def _unused(name: str, taken: dict[str, int], joint: str) -> str:
    """The name, or the first of "name 2", "name 3" … that is not taken; it is taken then.

    Args:
        taken: names, each with the last number that was tried for it.
    """
    found = name
    while found in taken:
        taken[name] += 1
        found = f"{name}{joint}{taken[name]}"
    taken[found] = 1
    return found
