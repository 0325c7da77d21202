"""Who wrote the papers: which authors have a page, and what stands on it. Pure.

Names are all we know of people. Two names are one author where site.yaml says so, and never else;
two people of one name can't be told apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import chain
from sys import intern

import msgspec

from digest.cite.names import parse, persons
from digest.language import ENGLISH, Language
from digest.model import (
    Authors,
    Entry,
    Page,
    Site,
    Theme,
)
from digest.pages.paging import paged
from digest.papers.paper import Paper
from digest.text.ids import author_path, unaccented
from digest.text.memory import remembered

LISTED = 500  # authors on one page; of more, each letter has its own
COAUTHORS = 30  # on an author's page
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """A person, or some of one name."""

    name: str
    path: str  # "authors/tim-roughgarden/"
    aliases: tuple[str, ...] = ()  # other names that site.yaml gives
    followed: bool = False


class AuthorWorks(msgspec.Struct, frozen=True, kw_only=True):
    """An author who has a page, and the papers, oldest first."""

    author: Author
    papers: tuple[Paper, ...]
    signed: tuple[str, ...]  # the aliases that some paper bears
    coauthors: tuple[tuple[str, int], ...]  # on how many papers, most first; the first of them
    others: int  # how many more there are


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


def works(site: Site, papers: Iterable[Paper]) -> tuple[AuthorWorks, ...]:
    """Every author who has a page, by name.

    Those that site.yaml follows have one, with or without papers; under `authors: all` everyone of
    two papers or more does.
    """
    followed = {
        name: Author(name=one.name, path=author_path(one.name), aliases=one.aliases, followed=True)
        for one in site.follow
        for name in (one.name, *one.aliases)
    }
    wanted = site.authors is Authors.ALL
    found, wrote = defaultdict[str, list[Paper]](list), dict[str, tuple[str, ...]]()
    signed = set[str]()
    for paper in papers if followed or wanted else ():
        byline = dict.fromkeys(persons(paper.entry))
        if wanted or not followed.keys().isdisjoint(byline):
            signed |= followed.keys() & byline.keys()
            everyone = {intern(followed[n].name if n in followed else n) for n in byline}
            wrote[paper.id] = tuple(everyone)
            for name in everyone if wanted else everyone & followed.keys():
                found[name].append(paper)
    listed = {one.name: one for one in followed.values()}
    for name, theirs in found.items():
        if name not in listed and len(theirs) > 1:
            listed[name] = Author(name=name, path=author_path(name))
    return tuple(
        _works(listed[name], sorted(found[name], key=_age), signed, wrote)
        for name in sorted(listed, key=_order)
    )


def _works(
    author: Author,
    papers: Sequence[Paper],
    signed: Set[str],
    wrote: Mapping[str, Sequence[str]],
) -> AuthorWorks:
    together = Counter(chain.from_iterable(wrote[paper.id] for paper in papers))
    del together[author.name]
    most = sorted(together, key=lambda name: (-together[name], *_order(name)))[:COAUTHORS]
    return AuthorWorks(
        author=author,
        papers=tuple(papers),
        signed=tuple(alias for alias in author.aliases if alias in signed),
        coauthors=tuple((name, together[name]) for name in most),
        others=len(together) - len(most),
    )


def homes(found: Iterable[AuthorWorks]) -> dict[str, str]:
    """Where each author's page is, by every name of theirs."""
    return {
        name: one.author.path for one in found for name in (one.author.name, *one.author.aliases)
    }


def linked(entry: Entry, homes: Mapping[str, str]) -> dict[str, str]:
    """The pages of an entry's authors, by their names as a reader sees them."""
    return {name: homes[name] for name in persons(entry) if name in homes} if homes else {}


def plan(site: Site, found: Sequence[AuthorWorks], language: Language = ENGLISH) -> Iterator[Page]:
    """The list of all authors, and each one's pages; nothing where site.yaml asks for none."""
    if not site.follow and site.authors is Authors.FOLLOWED:
        return
    yield from _lists(found, language)
    where = homes(found)
    taken = {one.author.path for one in found}
    for one in found:
        yield from _pages(site, one, where, language)
        for alias in one.signed:  # it may have had a page of its own, with papers
            if author_path(alias) not in taken:
                path, target = f"{author_path(alias)}index.html", one.author.path
                yield Page.of(path, "redirect.html", target=target, title=one.author.name)


def _lists(found: Sequence[AuthorWorks], language: Language) -> Iterator[Page]:
    lines = [
        AuthorLine(
            author=one.author,
            count=len(one.papers),
            newest=one.papers[-1].announced if one.papers else None,
        )
        for one in found
    ]
    followed = tuple(line for line in lines if line.author.followed)
    others = [line for line in lines if not line.author.followed]
    many = len(others) > LISTED
    by_letter = defaultdict[str, list[AuthorLine]](list)
    for line in others if many else ():
        by_letter[_letter(line.author.name)].append(line)
    sections = sorted(by_letter.items(), key=lambda pair: (not pair[0], pair[0]))
    letters = tuple(
        AuthorLetter(
            title=letter or language.say("Other"),
            path=f"authors/letter/{letter.lower() or 'other'}/",
            count=len(lines),
        )
        for letter, lines in sections
    )
    yield Page.of(
        "authors/index.html",
        "authors.html",
        followed=followed,
        others=() if many else tuple(others),
        letters=letters,
        letter=None,
    )
    for letter, (_, listed) in zip(letters, sections, strict=True):
        yield Page.of(
            f"{letter.path}index.html",
            "authors.html",
            followed=(),
            others=tuple(listed),
            letters=(),
            letter=letter.title,
        )


def _pages(
    site: Site, one: AuthorWorks, where: Mapping[str, str], language: Language
) -> Iterator[Page]:
    coauthors = (
        Coauthor(name=name, path=where.get(name, ""), count=count) for name, count in one.coauthors
    )
    return paged(
        one.author.path,
        "author.html",
        one.papers,
        front={
            "themes": tuple(_themes(site, one.papers)),
            "coauthors": tuple(coauthors),
            "more": one.others,
        },
        full={"themes": (), "coauthors": (), "more": 0},
        language=language,
        author=one.author,
    )


def _themes(site: Site, papers: Iterable[Paper]) -> Iterator[tuple[Theme, int]]:
    counts = Counter(theme for paper in papers for theme in paper.themes)
    for theme in sorted(site.themes, key=lambda theme: -counts[theme.id]):
        if counts[theme.id]:
            yield theme, counts[theme.id]


def _age(paper: Paper) -> tuple[date, str]:
    return paper.announced, paper.id


@remembered(1 << 16)
def _order(name: str) -> tuple[str, str]:
    """By family name, without regard to accents."""
    return unaccented(parse(name).family or name), name


def _letter(name: str) -> str:
    """The letter under which an author is listed; empty for the others."""
    first = _order(name)[0][:1].upper()
    return first if first in _LETTERS else ""
