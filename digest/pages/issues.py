"""The pages of issues, with their exports, and the editor's own pages. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from digest.editor.curation import Edition
from digest.model import Page, Site


def plan(site: Site, edition: Edition) -> Iterator[Page]:
    """Every page of the editor's."""
    letters = edition.letters
    newest = tuple(reversed(letters))
    if letters:  # else nothing would lead there
        yield Page.of("issues/index.html", "issues.html", letters=newest)
    for at, letter in enumerate(letters):
        yield Page.of(
            f"{letter.path}index.html",
            "issue.html",
            letter=letter,
            older=letters[at - 1] if at else None,
            newer=letters[at + 1] if at + 1 < len(letters) else None,
        )
        for name in (
            ("papers.bib", "papers.ris", "papers.json") if letter.papers and site.exports else ()
        ):
            yield Page.of(f"{letter.path}{name}", name, papers=letter.papers)
    for article in edition.articles:
        yield Page.of(f"{article.slug}/index.html", "article.html", article=article)
