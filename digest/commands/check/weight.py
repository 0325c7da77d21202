"""How heavy a built site is: its pages for readers, the whole for GitHub Pages."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from digest.commands.check.findings import Finding, FindingKind

MOST_HTML = 100_000  # bytes of a page's HTML, compressed: about two seconds of a slow phone line
# With style, scripts and images. Source: Lighthouse's target,
# https://developer.chrome.com/docs/lighthouse/performance/total-byte-weight
MOST_LOADED = 1_638_400
# Source: "Published GitHub Pages sites may be no larger than 1 GB",
# https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits
MOST_SITE = 1_000_000_000
_NEAR = 0.8
_TEXT = (".html", ".css", ".js", ".svg", ".json", ".xml", ".webmanifest")


def check_pages(
    folder: Path, sizes: Mapping[str, int], loaded: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Pages too heavy to load at ease, by what they weigh on the way: text compressed.

    Args:
        sizes: bytes of every file.
        loaded: page → the files that a browser loads with it.
    """

    @cache
    def sent(name: str) -> int:
        if sizes[name] <= MOST_HTML or not name.endswith(_TEXT):
            return sizes[name]
        return len(gzip.compress((folder / name).read_bytes(), 6))

    for name, files in loaded.items():
        html, total = sent(name), sent(name) + sum(sent(file) for file in set(files))
        if html > MOST_HTML:
            yield FindingKind.HEAVY.at(
                name, f"over {MOST_HTML // 1000} KB of HTML even compressed; show fewer on a page"
            )
        elif total > MOST_LOADED:
            yield FindingKind.HEAVY.at(
                name, f"loads over {MOST_LOADED // 1000:,} KB; make its images smaller"
            )


def check_size(sizes: Mapping[str, int]) -> Iterator[Finding]:
    """The whole site against what GitHub Pages publishes, and what to shed."""
    total = sum(sizes.values())
    if total <= _NEAR * MOST_SITE:
        return
    parts = Counter[str]()
    for name, size in sizes.items():
        parts[name.split("/")[0]] += size
    most = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in parts.most_common(3))
    message = (
        f"{total / 1e6:,.0f} MB of the {MOST_SITE / 1e6:,.0f} MB that GitHub Pages takes, "
        f"the most in {most}; exports, formats, search and cards in site.yaml leave parts out"
    )
    kind = FindingKind.SIZE if total > MOST_SITE else FindingKind.NEAR_SIZE
    yield kind.at(".", message)
