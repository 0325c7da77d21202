"""`digest check`: what is wrong with a site, before its readers find out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from digest.commands.check.findings import Finding, has_errors
from digest.commands.check.inputs import check_inputs
from digest.commands.check.online import check_sources
from digest.commands.check.site import Track, check_site
from digest.config import load_site
from digest.sources.client import Web


def check(
    root: Path,
    now: datetime,
    built: Path | None = None,
    url: str = "",
    *,
    site_only: bool = False,
    online: bool = False,
    track: Track = lambda names, total: names,
) -> list[Finding]:
    """Everything that is wrong with what the site at `root` is made from, and with the built one.

    Args:
        root: folder holding site.yaml.
        built: what `digest build` wrote; None to leave it alone.
        url: where the built site will be served; the address its front page gives, where empty.
        site_only: leave alone what the site is made from.
        online: try the sources, too, where site.yaml can be read.
        track: wraps the names of pages while they are read, to show progress.

    Raises:
        DigestError: there is no built site.
    """
    found = [] if site_only else list(check_inputs(root, now))
    if online and not has_errors(found):
        site = load_site(root / "site.yaml")
        found += check_sources(site.sources, root, Web(site.url), now)
    if built:
        for finding in check_site(built, url, track):
            found.append(replace(finding, path=str(built / finding.path)))
    return found
