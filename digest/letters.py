"""The pages of issues, with their exports and their feed, and the editor's own pages. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from digest.curation import Edition, Letter
from digest.model import Page

FEED = "issues/feed.xml"
NEWEST = 20  # issues in the feed, whole


def plan(edition: Edition, tag: str) -> Iterator[Page]:
    """Every page of the editor's.

    Args:
        tag: the authority of guids, "example.org,2026".
    """
    letters = edition.letters
    newest = tuple(reversed(letters))
    if letters:  # else nothing would lead there
        yield Page.of("issues/index.html", "issues.html", letters=newest)
        items = tuple((letter, guid(tag, letter)) for letter in newest[:NEWEST])
        yield Page.of(FEED, "issues.xml", items=items)
    for at, letter in enumerate(letters):
        yield Page.of(
            f"{letter.path}index.html",
            "issue.html",
            letter=letter,
            older=letters[at - 1] if at else None,
            newer=letters[at + 1] if at + 1 < len(letters) else None,
        )
        entries = tuple(paper.entry for paper in letter.papers)
        for name in ("papers.bib", "papers.ris", "papers.json") if entries else ():
            yield Page.of(f"{letter.path}{name}", name, entries=entries)
    for article in edition.articles:
        yield Page.of(f"{article.slug}/index.html", "article.html", article=article)


def guid(tag: str, letter: Letter) -> str:
    """A permanent name, as of a paper: the authority and the issue's own (RFC 4151)."""
    return f"tag:{tag}:issue:{quote(letter.issue.slug)}"
