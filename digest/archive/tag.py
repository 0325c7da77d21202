"""The tag authority (RFC 4151) that the ids of items are made of: chosen once, kept for ever."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from digest.errors import ConfigError
from digest.files import files
from digest.model import Site
from digest.text.reading import read_text

KEPT = "content/tag"
_TAG = re.compile(r"[^\s,<>]+,\d{4}(-\d\d){0,2}")


def authority(root: Path, site: Site, now: datetime, *, keep: bool) -> str:
    """The site's authority, "example.org,2026".

    It is what `site.yaml` says, else what was kept, else made of the site's first address. A
    change would show readers every item again, so it counts only once the kept one says so too.

    Args:
        keep: note it down, where it isn't yet.

    Raises:
        ConfigError: `site.yaml` says another than was kept, or what was kept is none.
    """
    path = root / KEPT
    kept = read_text(path).strip() if path.is_file() else ""
    if kept and not _TAG.fullmatch(kept):
        raise ConfigError("expected a domain and a date such as example.org,2026", path, 1)
    tag = site.tag or kept or f"{urlsplit(site.url).hostname},{now:%Y}"
    if kept and tag != kept:
        message = (
            f"the ids of all feed items begin with {kept!r}, and site.yaml now says {str(tag)!r}: "
            "every reader would show every item again; put the old 'tag' back, or write the new "
            "one into this file to confirm"
        )
        raise ConfigError(message, path, 1)
    if keep and not kept:
        files.replace(path, f"{tag}\n".encode())
    return tag
