"""Papers and issues in; the feeds that exist, and the items of each, out. Pure.

A format of feeds is a row of `model.FEED_FORMATS` and a template. docs/feeds.md says what readers
may rely on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache

import msgspec
from msgspec import structs

from digest.feeds import items, window
from digest.feeds.items import FeedItem
from digest.feeds.names import Feed, FeedNames
from digest.model import RSS, Authors, FeedSelection, Page, Site, Source
from digest.pages import Contents, exports
from digest.pages.days import score_of
from digest.papers.paper import Paper
from digest.papers.rank.scores import Scores
from digest.text.ids import author_path, theme_path

__all__ = ["plan"]


class FeedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Feeds that belong together, for people to choose from."""

    title: str
    feeds: tuple[Feed, ...]


class _FeedPlan(msgspec.Struct, frozen=True):
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


def plan(contents: Contents, tag: str) -> Iterator[Page]:
    """Every feed of the site, the page that offers them, and lists of them as OPML.

    Args:
        tag: the authority of guids, "example.org,2026".
    """
    site = contents.site
    names = FeedNames(site, contents.language)
    groups = _groups(names, contents)
    cited = exports.by_theme(contents) if site.exports else {}
    years = {theme: tuple(year for year, _ in parts) for theme, parts in cited.items()}
    everyone = site.authors is Authors.ALL
    yield Page.of("feeds/index.html", "feeds.html", groups=groups, years=years, everyone=everyone)
    yield Page.of("feeds.opml", "opml.xml", title=site.title, groups=groups, file=RSS.file)
    yield Page.of("sources.opml", "sources.xml", feeds=tuple(_subscriptions(site.sources)))
    plans = [*_of_papers(names, contents, tag), *_of_news(names, contents, tag)]
    for feed_plan in plans:
        yield from _documents(site, feed_plan, tag)
    for format in site.feed_formats:
        if format.archives:
            yield from _archives(plans, format.file, tag)


def _groups(names: FeedNames, contents: Contents) -> tuple[FeedGroup, ...]:
    site, say = names.site, names.language.say
    main = [names.everything(), names.notes(), names.updates()]
    main += [names.issues()] if contents.edition.issues else []
    themes = tuple(names.of_theme(theme) for theme in site.themes)
    selections = tuple(names.of_selection(selection) for selection in site.feeds)
    # Those followed alone: of all there may be thousands, and a new one would change this.
    authors = (works.author for works in contents.works if works.author.followed)
    groups = (
        (say("Everything"), main),
        (say("Combinations"), selections),
        (say("Themes"), themes),
        (say("Authors"), tuple(map(names.of_author, authors))),
    )
    return tuple(FeedGroup(title=title, feeds=tuple(feeds)) for title, feeds in groups if feeds)


def _of_papers(names: FeedNames, contents: Contents, tag: str) -> Iterator[_FeedPlan]:
    """Feeds whose items are papers: each item is made once, and shared by all."""
    site = contents.site
    newest = window.ordered(items.of_paper(tag, paper) for paper in contents.papers)
    members = defaultdict[str, list[FeedItem]](list)
    noted = list[FeedItem]()
    for item in newest:
        if item.now:
            for theme_id in item.now.themes:
                members[theme_id].append(item)
            if item.now.note and item.now.note.has_text:
                noted.append(item)
    yield _FeedPlan(names.everything(), newest)
    yield _FeedPlan(names.notes(), noted)
    for theme in site.themes:
        feed = names.of_theme(theme)
        yield _FeedPlan(feed, members[theme.id])
        for former in theme.was:  # its readers never hear of the new name
            yield _FeedPlan(structs.replace(feed, base=theme_path(former)), members[theme.id])
    for selection in site.feeds:
        selected = [
            item
            for item in newest
            if item.now and _is_selected(item.now, selection, contents.scores)
        ]
        yield _FeedPlan(names.of_selection(selection), selected)
    of_paper = {item.path: item for item in newest} if contents.works else {}
    for works in contents.works:
        feed = names.of_author(works.author)
        wrote = window.ordered(of_paper[paper.path] for paper in works.papers)
        yield _FeedPlan(feed, wrote, whole=True)
        for alias in works.author.aliases:  # it may have had a feed of its own
            yield _FeedPlan(structs.replace(feed, base=author_path(alias)), wrote, whole=True)


def _of_news(names: FeedNames, contents: Contents, tag: str) -> Iterator[_FeedPlan]:
    """Feeds whose items are new versions and issues."""
    updates = items.of_updates(tag, contents.papers, names.language)
    yield _FeedPlan(names.updates(), window.ordered(updates))
    if contents.edition.issues:
        zone = contents.site.timezone
        issues = (items.of_issue(tag, issue, zone) for issue in contents.edition.issues)
        yield _FeedPlan(names.issues(), window.ordered(issues))


def _documents(site: Site, feed_plan: _FeedPlan, tag: str) -> Iterator[Page]:
    """The feed itself in each format."""
    feed, shown = feed_plan.feed, window.newest(feed_plan.items)
    archived = any(format.archives for format in site.feed_formats)
    months = feed_plan.months if archived else ()
    for format in site.feed_formats:
        yield Page.of(
            f"{feed.base}{format.file}",
            format.file,
            feed=feed,
            items=shown,
            guid=_guid(tag, feed),
            built=shown[0].published if shown else _beginning(tag),
            updated=_updated(shown, tag),
            older=feed.archived(months[0][0]) if months else "",
            archived=False,
        )


def _archives(plans: Iterable[_FeedPlan], template: str, tag: str) -> Iterator[Page]:
    """Month by month through all feeds, so that an item drawn for one is at hand for the next.

    Source: archived documents never change, RFC 5005, section 4
    """
    first = cache(items.first)
    pages = list[tuple[date, Page]]()
    for feed_plan in plans:
        feed, months = feed_plan.feed, feed_plan.months
        before = [*(feed.archived(month) for month, _ in months), ""][1:]
        for (month, of_month), older in zip(months, before, strict=True):
            shown = tuple(map(first, of_month))
            page = Page.of(
                feed.archived(month),
                template,
                month,
                feed=feed,
                items=shown,
                guid=_guid(tag, feed),
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


def _is_selected(paper: Paper, selection: FeedSelection, scores: Scores) -> bool:
    if selection.best:  # whether it is one of the best was decided when it was new
        score = score_of(paper, scores)
        if score is None or selection.id not in score.feeds:
            return False
    if selection.pinned and not (paper.note and paper.note.pinned):
        return False
    return not selection.themes or any(paper.has(theme) for theme in selection.themes)


def _subscriptions(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Name and address of every source that is a feed itself."""
    for source in sources:
        if source.subscription:
            yield source.name, source.subscription
