"""Where an address within a built site leads, as GitHub Pages and its like serve it. Pure."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

_PLAIN = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*/?")


class Place(NamedTuple):
    """A place within the site: the path below its base, and the fragment."""

    path: str  # "papers/2605.13319/"
    fragment: str


class Away(NamedTuple):
    """An address outside the site; `lost` where it only misses the base path."""

    url: str
    lost: bool


class Addresses:
    """Reads the addresses of a site's pages.

    Args:
        url: the site's address, with its path and a trailing slash.
        files: the paths of what the site holds, relative to its folder.
    """

    def __init__(self, url: str, files: Container[str]) -> None:
        self.url, self._files = url, files
        parts = urlsplit(url)
        self._origin, self._base = (parts.scheme, parts.netloc), parts.path
        self._resolved = lru_cache(maxsize=100_000)(self._resolve)  # most links are on every page

    def resolve(self, address: str, here: str) -> Place | Away:
        """What `address` means on the page or feed at `here`, a path below the base."""
        relative = not address.startswith("/") and "://" not in address[:10]
        return self._resolved(address, here if relative else "")

    def file(self, path: str) -> str:
        """The file that is served at `path`; empty where there is none.

        `x/` is x/index.html, and `x` may be x.html.
        """
        if not path or path.endswith("/"):
            candidates: tuple[str, ...] = (f"{path}index.html",)
        else:
            candidates = (path, f"{path}.html")
        return next((name for name in candidates if name in self._files), "")

    def redirected(self, path: str) -> str:
        """The file behind a folder's address that lacks its slash: served, but after a detour."""
        name = f"{path}/index.html"
        return name if path and name in self._files else ""

    def _resolve(self, address: str, here: str) -> Place | Away:
        for start in (self._base, self.url):  # most of our own, for which we need no parser
            if address.startswith(start) and _PLAIN.fullmatch(address, len(start)):
                return Place(address[len(start) :], "")
        try:
            parts = urlsplit(urljoin(self.url + here, address.strip()))
        except ValueError:  # "https://[" and the like
            return Away(address, lost=False)
        if (parts.scheme, parts.netloc) != self._origin:
            return Away(parts.geturl(), lost=False)
        if not (parts.path + "/").startswith(self._base):
            return Away(parts.geturl(), lost="://" not in address)
        return Place(unquote(parts.path[len(self._base) :]), unquote(parts.fragment))


def page_path(file: str) -> str:
    """The path at which a page is known: `papers/x/index.html` → `papers/x/`."""
    return file.removesuffix("index.html") if f"/{file}".endswith("/index.html") else file
