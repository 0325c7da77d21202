"""The sitemap of a built site against its pages. Pure but for reading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

from digest.commands.check.address import Addresses, Place
from digest.commands.check.findings import Finding, FindingKind

_NAME = "sitemap.xml"
_SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
MOST_ADDRESSES, MOST_BYTES = 50_000, 52_428_800  # https://www.sitemaps.org/protocol.html


def is_one(name: str) -> bool:
    """Whether a file is the sitemap or one of its parts."""
    return re.fullmatch(r"sitemap(-.+)?\.xml", name) is not None


def check(folder: Path, addresses: Addresses, pages: Collection[str]) -> Iterator[Finding]:
    """Compare the sitemap with the files of the pages that search engines may list."""
    if not (folder / _NAME).is_file():
        yield FindingKind.SITEMAP.at(_NAME, "the site has no sitemap.xml")
        return
    found, broken = Counter[str](), False
    for name in _parts(folder, addresses):
        listed = _locations(folder / name)
        if isinstance(listed, str):
            broken = True
            yield FindingKind.SITEMAP.at(name, listed)
            continue
        if len(listed) > MOST_ADDRESSES:
            yield FindingKind.SITEMAP.at(
                name, f"{len(listed):,} addresses; a sitemap holds {MOST_ADDRESSES:,} at most"
            )
        found.update(listed)
    known = {url: _file(url, addresses) for url in found}
    for url, count in found.items():
        if known[url] not in pages:
            yield FindingKind.LISTED.at(_NAME, f"{url} is no page that search engines may list")
        elif count > 1:
            yield FindingKind.LISTED.at(_NAME, f"{url} is listed {count} times")
    for path in sorted(set(pages) - set(known.values())) if not broken else ():
        yield FindingKind.UNLISTED.at(path, "the sitemap doesn't list this page")


def _file(url: str, addresses: Addresses) -> str:
    place = addresses.resolve(url, "")
    return addresses.file(place.path) if isinstance(place, Place) else ""


def _parts(folder: Path, addresses: Addresses) -> Iterator[str]:
    """The sitemap, or those that it is the index of."""
    parts = _locations(folder / _NAME, f"{_SPACE}sitemap")
    if isinstance(parts, str) or not parts:
        yield _NAME
        return
    for url in parts:
        place = addresses.resolve(url, "")
        yield place.path if isinstance(place, Place) else url


def _locations(path: Path, element: str = f"{_SPACE}url") -> list[str] | str:
    """The addresses that a sitemap lists, or what is wrong with it."""
    try:
        document = path.read_bytes()
    except OSError:
        return "the sitemap's index names it, but it isn't there"
    if len(document) > MOST_BYTES:
        return f"{len(document):,} bytes; a sitemap has {MOST_BYTES:,} at most"
    try:
        root = fromstring(document)
    except (ParseError, ValueError, LookupError) as error:
        return f"not well-formed XML: {error}"
    return [(item.findtext(f"{_SPACE}loc") or "").strip() for item in root.iter(element)]
