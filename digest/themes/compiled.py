"""site.yaml with its rules compiled."""

from __future__ import annotations

from pathlib import Path

from digest.config import load_site
from digest.model import Site
from digest.themes import Matcher


def read_site(path: Path) -> tuple[Site, Matcher]:
    """What site.yaml says, and what gives an entry its themes.

    Raises:
        ConfigError: it says something we cannot accept; names file and line.
    """
    site = load_site(path)
    return site, Matcher.of(site)


class CompiledSite:
    """The same for as long as the file stays as it is, for who builds again and again: most of a
    small site's time goes into its rules.
    """

    def __init__(self) -> None:
        self._known: tuple[bytes, Site, Matcher] | None = None

    def read(self, path: Path) -> tuple[Site, Matcher]:
        """See `read_site`."""
        text = path.read_bytes() if path.is_file() else b""
        if self._known is None or self._known[0] != text:
            self._known = text, *read_site(path)
        return self._known[1:]
