"""Who wrote the papers: which authors have a page, and what they wrote. Pure.

Names are all we know of people. Two names are one author where site.yaml says so, and never else;
two people of one name can't be told apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from itertools import chain
from sys import intern

import msgspec

from digest.cite.names import parse, persons
from digest.model import Authors, Entry, Site
from digest.papers.paper import Paper
from digest.text.ids import author_path, unaccented
from digest.text.memory import remembered

COAUTHORS = 30  # on an author's page


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


def works(site: Site, papers: Iterable[Paper]) -> tuple[AuthorWorks, ...]:
    """Every author who has a page, by name.

    Those that site.yaml follows have one, with or without papers; under `authors: all` everyone of
    two papers or more does.
    """
    followed = _followed(site)
    everyone = site.authors is Authors.ALL
    of_author, authors_of = defaultdict[str, list[Paper]](list), dict[str, tuple[str, ...]]()
    signed = set[str]()
    for paper in papers if followed or everyone else ():
        byline = dict.fromkeys(persons(paper.entry))
        if everyone or not followed.keys().isdisjoint(byline):
            signed |= followed.keys() & byline.keys()
            names = {intern(followed[n].name if n in followed else n) for n in byline}
            authors_of[paper.id] = tuple(names)
            for name in names if everyone else names & followed.keys():
                of_author[name].append(paper)
    authors = {author.name: author for author in followed.values()}
    for name, wrote in of_author.items():
        if name not in authors and len(wrote) > 1:
            authors[name] = Author(name=name, path=author_path(name))
    return tuple(
        _works(authors[name], sorted(of_author[name], key=_age), signed, authors_of)
        for name in sorted(authors, key=sort_key)
    )


def _followed(site: Site) -> dict[str, Author]:
    """The authors that site.yaml follows, by every name it gives them."""
    return {
        name: Author(
            name=person.name,
            path=author_path(person.name),
            aliases=person.aliases,
            followed=True,
        )
        for person in site.follow
        for name in (person.name, *person.aliases)
    }


def _works(
    author: Author,
    papers: Sequence[Paper],
    signed: Set[str],
    authors_of: Mapping[str, Sequence[str]],
) -> AuthorWorks:
    together = Counter(chain.from_iterable(authors_of[paper.id] for paper in papers))
    del together[author.name]
    most = sorted(together, key=lambda name: (-together[name], *sort_key(name)))[:COAUTHORS]
    return AuthorWorks(
        author=author,
        papers=tuple(papers),
        signed=tuple(alias for alias in author.aliases if alias in signed),
        coauthors=tuple((name, together[name]) for name in most),
        others=len(together) - len(most),
    )


def homes(works: Iterable[AuthorWorks]) -> dict[str, str]:
    """Where each author's page is, by every name of theirs."""
    authors = (of_author.author for of_author in works)
    return {name: author.path for author in authors for name in (author.name, *author.aliases)}


def linked(entry: Entry, homes: Mapping[str, str]) -> dict[str, str]:
    """The pages of an entry's authors, by their names as a reader sees them."""
    return {name: homes[name] for name in persons(entry) if name in homes} if homes else {}


@remembered(1 << 16)
def sort_key(name: str) -> tuple[str, str]:
    """By family name, without regard to accents."""
    return unaccented(parse(name).family or name), name


def _age(paper: Paper) -> tuple[date, str]:
    return paper.announced, paper.id
