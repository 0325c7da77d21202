"""The editor's pages: issues with their exports, and pages of other kinds. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator

from digest.errors import ConfigError
from digest.model import Page
from digest.pages.contents import Contents
from digest.pages.exports import citations


def plan(contents: Contents) -> Iterator[Page]:
    """The list of issues, and a page for each; nothing without issues."""
    issues = contents.edition.issues
    if issues:
        yield Page.of("issues/index.html", "issues.html", letters=tuple(reversed(issues)))
    for older, issue, newer in zip((None, *issues), issues, (*issues[1:], None), strict=False):
        path = f"{issue.path}index.html"
        yield Page.of(path, "issue.html", letter=issue, older=older, newer=newer)
        if issue.papers and contents.site.exports:
            yield from citations(issue.path, issue.papers)


def articles(contents: Contents, reserved: Container[str]) -> Iterator[Page]:
    """The editor's other pages.

    Args:
        reserved: names that the site's own pages have.

    Raises:
        ConfigError: a page has one of those names; says which file.
    """
    for article in contents.edition.articles:
        if article.slug in reserved:
            message = f"the site has a page {article.slug!r} of its own; give the file another name"
            raise ConfigError(message, article.body.path, 1)
        yield Page.of(f"{article.slug}/index.html", "article.html", article=article)
