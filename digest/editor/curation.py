"""The editor's words and decisions put in their places on the site. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import structs

from digest.editor.markdown import Dialect, Mentions, mentions
from digest.editor.values import (
    Article,
    Attachment,
    Body,
    Content,
    Issue,
    Note,
)
from digest.errors import ConfigError
from digest.files.located import closest
from digest.language import ENGLISH, Language
from digest.model import (
    Match,
    NavItem,
    Reason,
    Site,
    Theme,
)
from digest.papers.paper import Paper
from digest.text.ids import arxiv_id, doi, slug

_OLD_SLUG = re.compile(r"([a-z-]+)-(\d{7})")


class PublishedIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue and the papers it is about, each once, in the order of the text."""

    issue: Issue
    papers: tuple[Paper, ...]
    scheduled: bool = False  # not yet to be published

    @property
    def path(self) -> str:
        return f"issues/{self.issue.slug}/"


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """What the editor wrote and decided, in its place on the site."""

    papers: tuple[Paper, ...]  # all, those hidden too, with their notes in effect
    picks: tuple[Paper, ...]  # pinned today, newest first
    issues: tuple[PublishedIssue, ...]  # oldest first
    articles: tuple[Article, ...]
    cited: Mapping[str, Paper]  # by the names that the texts use
    homes: Mapping[Path, str]  # where each text is published: "issues/2026-w20/"
    files: Mapping[str, Attachment]  # what the texts show or link to, by address

    @property
    def shown(self) -> tuple[Paper, ...]:
        """The papers that may stand in lists and feeds."""
        return tuple(paper for paper in self.papers if not paper.hidden)

    @property
    def bodies(self) -> Iterator[Body]:
        """Every text to be published."""
        yield from (paper.note.body for paper in self.papers if paper.note)
        yield from (published.issue.body for published in self.issues)
        yield from (article.body for article in self.articles)

    def related(self, paper: Paper) -> tuple[Paper, ...]:
        """What the editor names beside a paper, without what is hidden."""
        names = paper.note.related if paper.note else ()
        return _distinct(other for name in names if not (other := self.cited[name]).hidden)


# Of a site whose editor wrote nothing.
NOTHING = Edition(papers=(), picks=(), issues=(), articles=(), cited={}, homes={}, files={})


def edit(
    content: Content,
    papers: Sequence[Paper],
    themes: Sequence[Theme],
    dialect: Dialect,
    today: date,
    *,
    drafts: bool = False,
) -> Edition:
    """Put the editor's words in their places.

    Args:
        papers: all of the archive.
        today: the day in the site's time zone.
        drafts: take what isn't to be published yet as well.

    Raises:
        ConfigError: a text names a paper, a theme or a file that isn't there; says file and line.
    """
    issues = [i for i in content.issues if drafts or not (i.draft or i.date > today)]
    articles = [a for a in content.articles if drafts or not a.draft]
    texts: list[Note | Issue | Article] = [*content.notes, *issues, *articles]
    mentioned = {text.body.path: mentions(text.body, dialect) for text in texts}
    named = _named_papers(content.notes, issues, mentioned, papers)
    _check_themes(content.notes, themes)
    notes = _by_paper(content.notes, named)
    curated = tuple(_curated(paper, notes.get(paper.id), themes) for paper in papers)
    ids = {paper.id for paper in named.values()}
    by_id = {paper.id: paper for paper in curated if paper.id in ids}
    cited = {name: by_id[paper.id] for name, paper in named.items()}

    published = tuple(
        PublishedIssue(
            issue=issue,
            papers=_distinct(cited[n] for n in (*mentioned[issue.body.path].papers, *issue.papers)),
            scheduled=issue.date > today,
        )
        for issue in issues
    )
    homes = {note.body.path: cited[note.paper].path for note in content.notes}
    homes |= {issue.issue.body.path: issue.path for issue in published}
    homes |= {article.body.path: f"{article.slug}/" for article in articles}
    return Edition(
        papers=curated,
        picks=_picks(curated, today),
        issues=published,
        articles=tuple(articles),
        cited=cited,
        homes=homes,
        files=dict(_files(content, mentioned, homes)),
    )


def navigation(site: Site, edition: Edition, language: Language = ENGLISH) -> tuple[NavItem, ...]:
    """The site's links, with the editor's pages in the places they ask for."""
    items = list(site.navigation or _navigation(site, edition, language))
    placed = sorted((a.navigation, a.slug, a.title) for a in edition.articles if a.navigation)
    for place, slug_, title in placed:
        item = NavItem(title=title, url=f"{slug_}/")
        items = [other for other in items if other.url != item.url]
        items.insert(place - 1, item)
    return tuple(items)


def _navigation(site: Site, edition: Edition, language: Language) -> Iterator[NavItem]:
    if edition.issues:
        yield NavItem(title=language.say("Issues"), url="issues/")
    yield NavItem(title=language.say("Themes"), url="themes/")
    yield NavItem(title=language.say("Archive"), url="archive/")
    yield NavItem(title=language.say("Updates"), url="updates/")
    yield NavItem(title=language.say("About"), url="about/")
    if site.search:
        yield NavItem(title=language.say("Search"), url="search/")


def find(papers: Iterable[Paper], names: Iterable[str]) -> dict[str, Paper]:
    """The papers that names mean; those that mean none are left out.

    A name is an arXiv id with or without its version, a DOI, an address on arXiv, the last part of
    a paper's address on the site, or an id as the archive has it; former ids count.
    """
    wanted = defaultdict[str, list[str]](list)
    for name in names:
        for key in _keys(name):
            wanted[key].append(name)
    named: dict[str, Paper] = {}
    for paper in papers if wanted else ():
        for key in (paper.id, slug(paper.id), *paper.facts.aliases):
            for name in wanted.get(key, ()):
                named[name] = paper
    return named


def _keys(name: str) -> set[str]:
    keys = {str(name)}
    old = _OLD_SLUG.fullmatch(name)
    if arxiv := arxiv_id(f"{old[1]}/{old[2]}" if old else name):
        keys.add(f"arxiv:{arxiv.id}")
    elif number := doi(name):
        keys.add(f"doi:{number}")
    return keys


def _named_papers(
    notes: Iterable[Note],
    issues: Iterable[Issue],
    mentioned: Mapping[Path, Mentions],
    papers: Sequence[Paper],
) -> dict[str, Paper]:
    """The papers that notes, issues and texts name.

    Raises:
        ConfigError: one isn't there; says the file that names it, and the line.
    """
    names = [(name, note.body.path) for note in notes for name in (note.paper, *note.related)]
    names += ((name, issue.body.path) for issue in issues for name in issue.papers)
    names += ((name, path) for path, of_text in mentioned.items() for name in of_text.papers)
    named = find(papers, (name for name, _ in names))
    for name, path in names:
        if name not in named:
            raise ConfigError(f"no paper {str(name)!r} in the archive", path, name.line)
    return named


def _by_paper(notes: Iterable[Note], named: Mapping[str, Paper]) -> dict[str, Note]:
    by_paper: dict[str, Note] = {}
    for note in notes:
        first = by_paper.setdefault(named[note.paper].id, note)
        if first is not note:
            message = f"{first.body.path.name} is a note on the same paper"
            raise ConfigError(message, note.body.path, 1)
    return by_paper


def _check_themes(notes: Iterable[Note], themes: Iterable[Theme]) -> None:
    known = {theme.id for theme in themes}
    for note in notes:
        for name in (*note.add, *note.remove):
            if name not in known:
                message = f"unknown theme {str(name)!r}{closest(name, known)}"
                raise ConfigError(message, note.body.path, name.line)


def _curated(paper: Paper, note: Note | None, themes: Iterable[Theme]) -> Paper:
    """The paper with its note, and the themes that the editor leaves or gives it."""
    if note is None:
        return paper
    matches = {match.theme: match for match in paper.matches if match.theme not in note.remove}
    for name in note.add:
        reason = Reason(term="", field="editor", words="")
        given = matches.get(name, Match(theme=name, reasons=()))
        matches[str(name)] = structs.replace(given, reasons=(*given.reasons, reason))
    ordered = tuple(matches[theme.id] for theme in themes if theme.id in matches)
    return Paper.of(paper.entry, ordered, note)


def _picks(papers: Iterable[Paper], today: date) -> tuple[Paper, ...]:
    pinned = [p for p in papers if p.note and p.note.is_pinned(today) and not p.hidden]
    return tuple(sorted(pinned, key=lambda p: (p.announced, p.id), reverse=True))


def _distinct(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    return tuple({paper.id: paper for paper in papers}.values())


def _files(
    content: Content, mentioned: Mapping[Path, Mentions], homes: Mapping[Path, str]
) -> Iterator[tuple[str, Attachment]]:
    for path, of_text in mentioned.items():
        for name in of_text.files:
            file = content.files.get(f"{path.parent.name}/{name}")
            if file is None:
                message = f"there is no file {str(name)!r} beside this one"
                raise ConfigError(message, path, name.line)
            yield homes[path] + name, file
