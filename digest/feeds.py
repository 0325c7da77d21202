"""Which feeds the site has, and which papers each carries. Pure: nothing is rendered here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from digest.ids import theme_path
from digest.model import Page, Paper, Site

NEWEST = 50  # items of a feed
_SAFE = "!$&'()*+,;=:@/?"  # RFC 4151 allows these in a name, beside what quote() never touches


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: what it is called, where it is, and the page it belongs to."""

    title: str
    description: str
    path: str  # "themes/llm-serving/feed.xml"
    home: str  # "themes/llm-serving/"


def plan(site: Site, papers: Sequence[Paper], tag: str) -> Iterator[Page]:
    """Every feed of the site, each with its newest papers first.

    Args:
        papers: all that may be shown, in any order.
        tag: the authority of guids, "example.org,2026".
    """
    newest = sorted(papers, key=lambda paper: paper.entry.id)
    newest.sort(key=lambda paper: paper.entry.seen, reverse=True)
    everything = Feed(title=site.title, description=site.description, path="feed.xml", home="")
    yield _page(everything, newest, tag)
    as_json = Feed(title=site.title, description=site.description, path="feed.json", home="")
    yield _page(as_json, newest, tag)
    for theme in site.themes:
        feed = Feed(
            title=f"{theme.title} – {site.title}",
            description=theme.description or f"New papers on {theme.title}.",
            path=f"{theme_path(theme.id)}feed.xml",
            home=theme_path(theme.id),
        )
        yield _page(feed, [paper for paper in newest if _has(paper, theme.id)], tag)


def guid(tag: str, paper: Paper) -> str:
    """A permanent name, made of the authority and the id an entry was first known by (RFC 4151).

    No path, no address and no version is in it, so that none of them makes an item reappear.
    """
    return f"tag:{tag}:{quote(paper.entry.guid or paper.entry.id, safe=_SAFE)}"


def _has(paper: Paper, theme: str) -> bool:
    return any(match.theme == theme for match in paper.matches)


def _page(feed: Feed, papers: Iterable[Paper], tag: str) -> Page:
    items = tuple((paper, guid(tag, paper)) for paper in list(papers)[:NEWEST])
    built = max((paper.entry.seen for paper, _ in items), default=None)
    template = feed.path.rpartition("/")[2]
    return Page.of(feed.path, template, feed=feed, items=items, built=built)
