"""Sixty days of news as feed readers live through them: each paper once, each update once."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import feedparser
import msgspec
from msgspec.structs import replace
from planning import contents_of
from test_feeds import SITE, TAG, of

from digest import feeds
from digest.model import (
    Entry,
    Page,
    Site,
    Version,
)
from digest.papers.paper import Paper
from digest.render import Renderer

FIRST = date(2026, 3, 20)
DAYS = 60  # two months end within
RENAMED, MOVED, FLOOD, LATE, IDENTIFIED = 25, 57, 56, 20, 15  # days on which it happens
OLD_SITE = replace(SITE, title="Digest")
INFERENCE = replace(SITE.themes[1], id="inference", was=("serving",))
RENAMED_SITE = replace(OLD_SITE, themes=(SITE.themes[0], INFERENCE))
NEW_SITE = replace(RENAMED_SITE, url="https://elsewhere.net/papers/", title="The Digest")


def site_on(day: int) -> Site:
    return NEW_SITE if day >= MOVED else RENAMED_SITE if day >= RENAMED else OLD_SITE


def papers_on(day: int) -> list[Paper]:
    """All that the archive holds on a day: three papers on each day, a thousand on one."""
    found = []
    for seen in range(day + 1):
        for number in range(1000 if seen == FLOOD else 3):
            found.append(_paper(seen, number, day))
    return found


def _paper(seen: int, number: int, day: int) -> Paper:
    """The second of each day is revised twelve days later, the third belongs to no theme."""
    when = FIRST + timedelta(seen)
    entry = Entry(
        id=f"arxiv:26{when:%m.%d}{number:03}",
        title=f"Paper {number} of {when}",
        summary="First words.",
        version=1,
        versions=(Version(number=1, seen=when),),
        announced=when - timedelta(9 if seen == LATE else 0),
        seen=when,
    )
    if number == 1 and day >= seen + 12:
        entry = _revised(entry, when + timedelta(12))
    if number == 0 and seen == IDENTIFIED - 3:  # a journal's paper, found on arXiv later
        entry = msgspec.structs.replace(entry, id="doi:10.1/x")
        if day >= IDENTIFIED:
            known = {"guid": "doi:10.1/x", "aliases": ("doi:10.1/x",)}
            entry = msgspec.structs.replace(entry, id="arxiv:2604.99999", **known)
    theme = "inference" if day >= RENAMED else "serving"
    return of(entry, () if number == 2 else (theme,))


def _revised(entry: Entry, day: date) -> Entry:
    first = Version(number=1, seen=entry.seen, title=entry.title, summary=entry.summary)
    return msgspec.structs.replace(
        entry,
        title=f"{entry.title}, revised",
        summary="Second words.",
        doi="10.2/later",
        version=2,
        updated=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        versions=(first, Version(number=2, seen=day)),
    )


@dataclass
class Reader:
    """What a feed reader keeps: the items it has, by their ids; new ones are shown."""

    every: int  # days between two looks
    path: Callable[[int], str]  # what it reads on a day
    shown: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)  # id → date of publication

    def look(self, body: bytes) -> None:
        found = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        assert not found.bozo
        for entry in found.entries:
            if entry.id not in self.known:
                self.shown.append(entry.id)
            assert self.known.setdefault(entry.id, entry.published) == entry.published


def days() -> Iterator[tuple[int, Site, dict[str, Page]]]:
    for day in range(DAYS):
        site = site_on(day)
        found = feeds.plan(contents_of(site, papers_on(day)), TAG)
        yield day, site, {page.path: page for page in found}


def test_each_reader_gets_every_paper_and_every_update_once() -> None:
    readers = {
        "daily": Reader(1, lambda day: "feed.xml"),
        "every ten days": Reader(10, lambda day: "atom.xml"),
        "of a theme": Reader(5, lambda day: "themes/serving/feed.xml"),  # its address of old
        "of updates": Reader(1, lambda day: "updates/feed.xml"),
        "of updates, every ten days": Reader(10, lambda day: "updates/atom.xml"),
    }
    renderers = dict[str, Renderer]()
    for day, site, pages in days():
        key = f"{site.url}{site.themes}"
        renderer = renderers.setdefault(key, Renderer(site, Path("no-such-folder")))
        for reader in readers.values():
            if day % reader.every == 0 or day == DAYS - 1:
                reader.look(renderer.render(pages[reader.path(day)]))
    everything = papers_on(DAYS - 1)
    names = [f"tag:{TAG}:{paper.entry.guid or paper.entry.id}" for paper in everything]
    themed = [name for name, paper in zip(names, everything, strict=True) if paper.matches]
    updates = [
        f"{name}:v2"
        for name, paper in zip(names, everything, strict=True)
        if paper.entry.version == 2
    ]
    assert len(names) == 3 * (DAYS - 1) + 1000
    assert len(updates) == DAYS - 12
    expected = [names, names, themed, updates, updates]
    for (name, reader), wanted in zip(readers.items(), expected, strict=True):
        assert Counter(reader.shown) == Counter(wanted), name


def test_an_archived_month_never_changes_but_by_the_curators_hand() -> None:
    first = dict[tuple[str, str], bytes]()  # (address, path) → bytes
    renderers = dict[str, Renderer]()
    for day, site, pages in days():
        key = "new" if site is NEW_SITE else "renamed" if site is RENAMED_SITE else "old"
        renderer = renderers.setdefault(key, Renderer(site, Path("no-such-folder")))
        for path, page in pages.items():
            if page.context.get("archived"):
                body = renderer.render(page)
                assert first.setdefault((key, path), body) == body, (day, path)
    kept = {path for key, path in first if key == "renamed"}
    assert {"feed/2026-03.xml", "feed/2026-04.xml", "updates/feed/2026-04.xml"} <= kept
    moved = first["new", "feed/2026-03.xml"].decode()
    stood = first["renamed", "feed/2026-03.xml"].decode()
    assert moved == stood.replace(OLD_SITE.url, NEW_SITE.url).replace("Digest", "The Digest")
