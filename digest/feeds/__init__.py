"""Papers in; the feeds and exports that exist, and the items of each, out. Pure.

docs/feeds.md says what readers may rely on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache

import msgspec
from msgspec import structs

from digest.editor.curation import NOTHING, Edition
from digest.feeds import exports, items, window
from digest.feeds.items import FeedItem
from digest.feeds.names import Feed, FeedNames
from digest.language import ENGLISH, Language
from digest.model import (
    Authors,
    FeedSelection,
    Page,
    Site,
    Source,
)
from digest.pages.authors import AuthorWorks
from digest.papers.paper import Paper
from digest.text.ids import author_path, theme_path

__all__ = ["FORMATS"]

FORMATS = ("feed.xml", "atom.xml", "feed.json")  # RSS 2.0, Atom, JSON Feed 1.1
_FILES = {"atom": "atom.xml", "json": "feed.json"}  # by their names in site.yaml


class FeedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Feeds that belong together, for people to choose from."""

    title: str
    feeds: tuple[Feed, ...]


class _Plan(msgspec.Struct, frozen=True):
    """A feed with all its items, newest first."""

    feed: Feed
    items: Sequence[FeedItem]
    whole: bool = False  # carries all its items itself, as long as they are few

    @property
    def months(self) -> list[tuple[date, tuple[FeedItem, ...]]]:
        """What its archived documents hold, newest first."""
        if self.whole and len(self.items) <= window.NEWEST:
            return []
        return window.months(self.items)


def plan(
    site: Site,
    papers: Sequence[Paper],
    tag: str,
    edition: Edition = NOTHING,
    works: Sequence[AuthorWorks] = (),
    language: Language = ENGLISH,
) -> Iterator[Page]:
    """Every feed of the site, the page that offers them, their OPML, and files for programs.

    Args:
        papers: all that may be shown, in any order.
        tag: the authority of guids, "example.org,2026".
        edition: the editor's issues.
        works: the authors who have a page.
        language: of the feeds' names.
    """
    names = FeedNames(site, language)
    groups = _groups(names, edition, works)
    cited = exports.by_theme(site, papers) if site.exports else {}
    years = {theme: tuple(year for year, _ in parts) for theme, parts in cited.items()}
    everyone = site.authors is Authors.ALL
    yield Page.of("feeds/index.html", "feeds.html", groups=groups, years=years, everyone=everyone)
    yield Page.of("feeds.opml", "opml.xml", title=site.title, groups=groups, file=FORMATS[0])
    yield Page.of("sources.opml", "sources.xml", feeds=tuple(_subscriptions(site.sources)))
    plans = [*_of_papers(names, papers, tag, works), *_others(names, papers, edition, tag)]
    for found in plans:
        yield from _documents(site, found, tag)
    if "atom" in site.formats:
        yield from _archives(plans, tag)
    yield from exports.plan(site, papers, cited)


def _groups(
    names: FeedNames, edition: Edition, works: Sequence[AuthorWorks]
) -> tuple[FeedGroup, ...]:
    site, say = names.site, names.language.say
    main = [names.everything(), names.notes(), names.updates()]
    main += [names.issues()] if edition.letters else []
    themes = tuple(names.of_theme(theme) for theme in site.themes)
    named = tuple(names.of_selection(chosen) for chosen in site.feeds)
    # Those followed alone: of all there may be thousands, and a new one would change this.
    people = tuple(names.of_author(one.author) for one in works if one.author.followed)
    groups = (
        (say("Everything"), main),
        (say("Combinations"), named),
        (say("Themes"), themes),
        (say("Authors"), people),
    )
    return tuple(FeedGroup(title=title, feeds=tuple(feeds)) for title, feeds in groups if feeds)


def _of_papers(
    names: FeedNames, papers: Sequence[Paper], tag: str, works: Sequence[AuthorWorks]
) -> Iterator[_Plan]:
    """Feeds whose items are papers: each item is made once, and shared by all."""
    site = names.site
    newest = window.ordered(items.of_paper(tag, paper) for paper in papers)
    members = defaultdict[str, list[FeedItem]](list)
    noted = list[FeedItem]()
    for item in newest:
        if item.now:
            for name in item.now.themes:
                members[name].append(item)
            if item.now.note and item.now.note.has_text:
                noted.append(item)
    yield _Plan(names.everything(), newest)
    yield _Plan(names.notes(), noted)
    for theme in site.themes:
        feed = names.of_theme(theme)
        yield _Plan(feed, members[theme.id])
        for former in theme.was:  # its readers never hear of the new name
            yield _Plan(structs.replace(feed, base=theme_path(former)), members[theme.id])
    for chosen in site.feeds:
        found = [item for item in newest if item.now and _is_chosen(item.now, chosen)]
        yield _Plan(names.of_selection(chosen), found)
    of_paper = {item.path: item for item in newest} if works else {}
    for one in works:
        feed = names.of_author(one.author)
        theirs = window.ordered(of_paper[paper.path] for paper in one.papers)
        yield _Plan(feed, theirs, whole=True)
        for alias in one.author.aliases:  # it may have had a feed of its own
            yield _Plan(structs.replace(feed, base=author_path(alias)), theirs, whole=True)


def _others(
    names: FeedNames, papers: Sequence[Paper], edition: Edition, tag: str
) -> Iterator[_Plan]:
    site = names.site
    yield _Plan(names.updates(), window.ordered(items.of_updates(tag, papers, names.language)))
    if edition.letters:
        found = (items.of_letter(tag, letter, site.timezone) for letter in edition.letters)
        letters = window.ordered(found)
        yield _Plan(names.issues(), letters)


def _documents(site: Site, found: _Plan, tag: str) -> Iterator[Page]:
    shown = window.newest(found.items)
    months = found.months if "atom" in site.formats else ()
    for name in (FORMATS[0], *(_FILES[each] for each in site.formats)):
        yield Page.of(
            f"{found.feed.base}{name}",
            name,
            feed=found.feed,
            items=shown,
            guid=_guid(tag, found.feed),
            built=shown[0].published if shown else _beginning(tag),
            updated=_updated(shown, tag),
            older=found.feed.archived(months[0][0]) if months else "",
            archived=False,
        )


def _archives(plans: Iterable[_Plan], tag: str) -> Iterator[Page]:
    """Month by month through all feeds, so that an item drawn for one is at hand for the next.

    Source: archived documents never change, RFC 5005, section 4
    """
    first = cache(items.first)
    pages = list[tuple[date, Page]]()
    for found in plans:
        months = found.months
        before = [*(found.feed.archived(month) for month, _ in months), ""][1:]
        for (month, of_month), older in zip(months, before, strict=True):
            shown = tuple(map(first, of_month))
            page = Page.of(
                found.feed.archived(month),
                "atom.xml",
                near=month,
                feed=found.feed,
                items=shown,
                guid=_guid(tag, found.feed),
                updated=_updated(shown, tag),
                older=older,
                archived=True,
            )
            pages.append((month, page))
    pages.sort(key=lambda pair: (pair[0], pair[1].path), reverse=True)
    return (page for _, page in pages)


def _guid(tag: str, feed: Feed) -> str:
    return f"tag:{tag}:feed:{feed.id}"


def _updated(shown: Sequence[FeedItem], tag: str) -> datetime:
    return max((i.updated for i in shown), default=items.midnight(_beginning(tag)))


def _beginning(tag: str) -> date:
    """The day of a tag's authority, for feeds that have nothing yet."""
    return date.fromisoformat(f"{tag.partition(',')[2]}-01-01"[:10])


def _is_chosen(paper: Paper, selection: FeedSelection) -> bool:
    if selection.pinned and not (paper.note and paper.note.pinned):
        return False
    return not selection.themes or any(paper.has(theme) for theme in selection.themes)


def _subscriptions(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Name and address of every source that is a feed itself."""
    for source in sources:
        if source.subscription:
            yield source.name, source.subscription
