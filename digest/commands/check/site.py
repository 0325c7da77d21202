"""A built site against itself: links, feeds, sitemap, weights. Opens no connection."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from digest.commands.check import (
    feed,
    page,
    sitemap,
    weight,
)
from digest.commands.check.address import Addresses, Away, page_path
from digest.commands.check.findings import Finding, FindingKind
from digest.errors import DigestError
from digest.output.manifest import is_unfinished
from digest.output.store import Store

Track = Callable[[Iterable[str], int], Iterable[str]]  # shows progress over pages


def check_site(
    folder: Path, url: str = "", track: Track = lambda names, total: names
) -> list[Finding]:
    """Everything that is wrong with the site in `folder`; paths are relative to it.

    Args:
        folder: what `digest build` wrote.
        url: the address it will be served at; the one that its front page gives, where empty.
        track: wraps the names of pages while they are read, to show progress.

    Raises:
        DigestError: there is no site in the folder.
    """
    front = folder / "index.html"
    if not front.is_file():
        raise DigestError(f"{folder} holds no site: no index.html; build it first")
    url = url or page.read(front.read_bytes()).canonical
    if not url.startswith(("http://", "https://")):
        raise DigestError(f"{front} names no canonical address; say where the site goes: --url")
    return list(_Checker(folder, url.rstrip("/") + "/").check(track))


def _sizes(folder: Path) -> dict[str, int]:
    """The bytes of every file that is published: hidden ones are not.

    Source: https://github.com/actions/upload-pages-artifact leaves out what starts with a dot.
    """
    found = dict[str, int]()
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(parent).relative_to(folder)
        for name in sorted(names):
            if not name.startswith("."):
                found[(below / name).as_posix()] = Path(parent, name).stat().st_size
    return found


class _Checker:
    """What is known of a site while it is read."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._sizes = _sizes(folder)
        self._addresses = Addresses(url, self._sizes)
        self._pages = dict[str, page.PageFacts]()
        self._linked = defaultdict[str, set[str]](set)  # file → files that it leads to
        self._loaded = dict[str, tuple[str, ...]]()  # page → files that it loads

    def check(self, track: Track) -> Iterator[Finding]:
        if is_unfinished(Store(self._folder).manifest):
            message = "the last build did not come to its end; build again"
            yield FindingKind.UNFINISHED.at(".", message)
        names = [name for name in self._sizes if name.endswith(".html")]
        for name in track(names, len(names)):
            self._pages[name] = page.read(self._read(name))
        for name, facts in self._pages.items():
            yield from self._check_page(name, facts)
        for name in self._sizes:
            yield from self._check_file(name)
        yield from self._check_whole()

    def _check_page(self, name: str, facts: page.PageFacts) -> Iterator[Finding]:
        if not self._sizes[name]:
            yield FindingKind.EMPTY.at(name, "the page is empty")
            return
        for kind, message in facts.problems:
            yield kind.at(name, message)
        own = self._addresses.url + page_path(name)
        if facts.canonical and not facts.moved and facts.canonical != own:
            yield FindingKind.CANONICAL.at(
                name, f"canonical address is {facts.canonical}, not {own}"
            )
        for address in facts.links:
            yield from self._check_link(name, address)
        for address in facts.sends:
            if isinstance(self._addresses.resolve(address, page_path(name)), Away):
                yield FindingKind.OFF_SITE.at(
                    name, f"a form sends to {address}, which our policy forbids"
                )
        loaded = list[str]()
        for address in facts.loads:
            yield from self._check_load(name, address, loaded)
        self._loaded[name] = tuple(loaded)

    def _check_link(self, name: str, address: str) -> Iterator[Finding]:
        place = self._addresses.resolve(address, page_path(name))
        if isinstance(place, Away):
            if place.lost:
                yield FindingKind.BASE.at(
                    name, f"link to {address} leaves the site, which is under {self._addresses.url}"
                )
            return
        target = self._addresses.file(place.path)
        if not target:
            target = self._addresses.redirected(place.path)
            if not target:
                yield FindingKind.LINK.at(name, f"link to {address}: nothing is there")
                return
            yield FindingKind.REDIRECT.at(
                name, f"link to {address} takes a detour; end it with a slash"
            )
        self._linked[name].add(target)
        if place.fragment and not self._has(target, place.fragment):
            yield FindingKind.FRAGMENT.at(
                name, f"link to {address}: {target} has no id {place.fragment!r}"
            )

    def _has(self, file: str, fragment: str) -> bool:
        """Whether a file has the place; text directives and the top are everywhere.

        Source: https://html.spec.whatwg.org/multipage/browsing-the-web.html#scrolling-to-a-fragment
        """
        name = fragment.partition(":~:")[0]
        facts = self._pages.get(file)
        return facts is None or name.lower() in {"", "top"} or name in facts.ids

    def _check_load(self, name: str, address: str, loaded: list[str]) -> Iterator[Finding]:
        """What a page or style sheet fetches; the file behind it is added to `loaded`."""
        place = self._addresses.resolve(address, page_path(name))
        if isinstance(place, Away):
            if place.url.startswith("data:"):
                return
            if place.lost:
                yield FindingKind.BASE.at(
                    name, f"loads {address}, which is not under {self._addresses.url}"
                )
            else:
                yield FindingKind.OFF_SITE.at(name, f"loads {address} from elsewhere")
        elif target := self._addresses.file(place.path):
            loaded.append(target)
        elif place.path or not place.fragment:
            yield FindingKind.LINK.at(name, f"loads {address}: nothing is there")

    def _check_file(self, name: str) -> Iterator[Finding]:
        if name.endswith(".css"):
            for address in page.css_addresses(self._read(name).decode("utf-8", "replace")):
                yield from self._check_load(name, address, [])
        elif not sitemap.is_one(name) and name.endswith(
            (".xml", ".json", ".opml", ".svg", ".webmanifest", ".atom", ".rss")
        ):
            yield from self._check_document(name)

    def _check_document(self, name: str) -> Iterator[Finding]:
        if not self._sizes[name]:
            yield FindingKind.EMPTY.at(name, "the file is empty")
            return
        is_json = name.endswith(("json", ".webmanifest"))
        facts = feed.read_json(self._read(name)) if is_json else feed.read_xml(self._read(name))
        if facts is None:
            return
        for kind, message in facts.problems:
            yield kind.at(name, message)
        own = self._addresses.url + name
        if facts.own and facts.own != own:
            yield FindingKind.SELF.at(name, f"gives {facts.own} as its own address, not {own}")
        for link in facts.links:
            yield from self._check_link(name, link)

    def _check_whole(self) -> Iterator[Finding]:
        listed = {
            name
            for name, facts in self._pages.items()
            if facts.listed and not facts.moved and name != "404.html"
        }
        yield from sitemap.check(self._folder, self._addresses, listed)
        yield from self._check_robots()
        if "404.html" not in self._sizes:
            yield FindingKind.NOT_FOUND.at(
                "404.html", "readers who mistype an address get the host's own page"
            )
        yield from self._orphans(listed)
        yield from weight.check_pages(self._folder, self._sizes, self._loaded)
        yield from weight.check_size(self._sizes)

    def _check_robots(self) -> Iterator[Finding]:
        try:
            text = self._read("robots.txt").decode("utf-8", "replace").lower()
        except FileNotFoundError:
            text = ""
        if "sitemap:" not in text:
            yield FindingKind.ROBOTS.at(
                "robots.txt", "search engines are not told where the sitemap is"
            )

    def _orphans(self, listed: set[str]) -> Iterator[Finding]:
        """Pages that no way leads to; old addresses and those kept from search engines may be."""
        reached, todo = set[str](), ["index.html"]
        while todo:
            name = todo.pop()
            if name in self._pages and name not in reached:  # a feed is no way to a page
                reached.add(name)
                todo += self._linked[name]
        for name in sorted(listed - reached):
            yield FindingKind.ORPHAN.at(name, "no way leads here from the front page")

    def _read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()
