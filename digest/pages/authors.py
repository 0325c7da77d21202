"""The list of the authors who have a page, and the pages of each. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from digest.language import Language
from digest.model import Authors, Page, Site, Theme
from digest.pages.contents import Contents
from digest.pages.paging import paged, redirect
from digest.pages.works import Author, AuthorWorks, sort_key
from digest.papers.paper import Paper
from digest.text.ids import author_path

LISTED = 500  # authors on one page; of more, each letter has its own
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class AuthorLine(msgspec.Struct, frozen=True, kw_only=True):
    """An author in the list of all."""

    author: Author
    count: int
    newest: date | None


class AuthorLetter(msgspec.Struct, frozen=True, kw_only=True):
    """The authors whose family names begin with one letter."""

    title: str
    path: str
    count: int


class Coauthor(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote with an author, on how many papers; without a path where there is no page."""

    name: str
    path: str
    count: int


def plan(contents: Contents) -> Iterator[Page]:
    """The list of all authors, and each one's pages; nothing where site.yaml asks for none."""
    site, works = contents.site, contents.works
    if not site.follow and site.authors is Authors.FOLLOWED:
        return
    yield from _lists(works, contents.language)
    paths = {of_author.author.path for of_author in works}
    for of_author in works:
        author = of_author.author
        yield from _pages(site, of_author, contents.homes, contents.language)
        for alias in of_author.signed:  # it may have had a page of its own, with papers
            if author_path(alias) not in paths:
                yield redirect(author_path(alias), author.path, author.name)


def _lists(works: Sequence[AuthorWorks], language: Language, limit: int = LISTED) -> Iterator[Page]:
    lines = [
        AuthorLine(
            author=of_author.author,
            count=len(of_author.papers),
            newest=of_author.papers[-1].announced if of_author.papers else None,
        )
        for of_author in works
    ]
    followed = tuple(line for line in lines if line.author.followed)
    others = tuple(line for line in lines if not line.author.followed)
    sections = _by_letter(others, language) if len(others) > limit else []
    yield Page.of(
        "authors/index.html",
        "authors.html",
        followed=followed,
        others=() if sections else others,
        letters=tuple(letter for letter, _ in sections),
        letter=None,
    )
    for letter, of_letter in sections:
        yield Page.of(
            f"{letter.path}index.html",
            "authors.html",
            followed=(),
            others=tuple(of_letter),
            letters=(),
            letter=letter.title,
        )


def _by_letter(
    lines: Iterable[AuthorLine], language: Language
) -> list[tuple[AuthorLetter, list[AuthorLine]]]:
    """The authors of each letter, from A to Z; those of none come last."""
    by_letter = defaultdict[str, list[AuthorLine]](list)
    for line in lines:
        by_letter[_letter(line.author.name)].append(line)
    sections = sorted(by_letter.items(), key=lambda pair: (not pair[0], pair[0]))
    return [
        (
            AuthorLetter(
                title=letter or language.say("Other"),
                path=f"authors/letter/{letter.lower() or 'other'}/",
                count=len(of_letter),
            ),
            of_letter,
        )
        for letter, of_letter in sections
    ]


def _pages(
    site: Site, works: AuthorWorks, homes: Mapping[str, str], language: Language
) -> Iterator[Page]:
    coauthors = (
        Coauthor(name=name, path=homes.get(name, ""), count=count)
        for name, count in works.coauthors
    )
    return paged(
        works.author.path,
        "author.html",
        works.papers,
        front={
            "themes": tuple(_themes(site, works.papers)),
            "coauthors": tuple(coauthors),
            "more": works.others,
        },
        full={"themes": (), "coauthors": (), "more": 0},
        language=language,
        author=works.author,
    )


def _themes(site: Site, papers: Iterable[Paper]) -> Iterator[tuple[Theme, int]]:
    counts = Counter(theme for paper in papers for theme in paper.themes)
    for theme in sorted(site.themes, key=lambda theme: -counts[theme.id]):
        if counts[theme.id]:
            yield theme, counts[theme.id]


def _letter(name: str) -> str:
    """The letter under which an author is listed; empty for the others."""
    first = sort_key(name)[0][:1].upper()
    return first if first in _LETTERS else ""
