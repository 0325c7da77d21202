"""The sitemap, and robots.txt which names it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from digest.model import Page

PER_SITEMAP = 10_000  # a fifth of what may be, so that a new paper changes little
_UNLISTED = {"redirect.html", "hidden.html"}  # their pages ask not to be indexed


def plan(paths: Sequence[str], limit: int = PER_SITEMAP) -> Iterator[Page]:
    """The sitemap of all pages that search engines may list, and robots.txt.

    Args:
        paths: the addresses of those pages within the site, see `listed`: what stays comes first.
        limit: addresses of one file; of more, each part has a file and the sitemap names them.

    Source: a sitemap holds 50,000 addresses at most, https://www.sitemaps.org/protocol.html
    """
    parts = [paths[at : at + limit] for at in range(0, len(paths), limit)]
    if len(parts) == 1:
        yield Page.of("sitemap.xml", "sitemap.xml", paths=parts[0])
    else:
        names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        yield Page.of("sitemap.xml", "sitemap-index.xml", names=names)
        for name, part in zip(names, parts, strict=True):
            yield Page.of(name, "sitemap.xml", paths=part)
    yield Page.of("robots.txt", "robots.txt")


def listed(planned: Iterable[Page]) -> list[str]:
    """The addresses of pages that search engines may list."""
    return [
        page.path.removesuffix("index.html")
        for page in planned
        if page.path.endswith("index.html") and page.template not in _UNLISTED
    ]
