"""Whose word counts of a paper: arXiv's of its own, whatever feeds say of it and whenever."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from server import Paper, Reply
from test_fetch import API, FEED, LISTING, MONDAY, OAI, TUESDAY, Place, place

from digest import archive, cite
from digest.cli import main
from digest.fetch import ARCHIVE
from digest.model import Entry, Link, Markup, Version
from digest.papers import versions
from digest.sources import feed
from digest.sources.feed import WebFeed
from digest.text import links
from digest.text.links import paper_links
from digest.text.mailing import announced_on

__all__ = ["place"]

# What an archived paper may gain by what a feed says of it.
GAINED = {"names", "links", "sources", "aliases"}
DAY = date(2026, 5, 14)
DOI = "10.1145/12345.678"


def blog(name: str) -> WebFeed:
    url = f"https://{name.lower()}.example/feed"
    return WebFeed(name=name, markup=Markup.PLAIN, url=url, full=True)


def claims(*items: str, name: str = "Blog", day: date = DAY) -> tuple[Entry, ...]:
    document = f"<rss version='2.0'><channel><title>B</title>{''.join(items)}</channel></rss>"
    source = blog(name)
    return feed.parse(document.encode(), source, day, seen=day, url=source.url, full=True).entries


def item(claim: str, link: str = "https://blog.example/post", title: str = "Not its title") -> str:
    text = "Not its abstract, and longer than that by a great many words. " * 5
    return (
        f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{claim}</guid>"
        f"<description>{text}</description><author>Mallory Moe</author><category>spam</category>"
        "<pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate></item>"
    )


def arxivs(number: str = "2605.00001", version: int = 1, day: date = DAY, doi: str = DOI) -> Entry:
    """A paper as one of arXiv's kinds gives it."""
    published = datetime(2026, 5, 12, 10, tzinfo=UTC)
    updated = published + timedelta(days=version - 1)
    key = f"arxiv:{number}"
    return Entry(
        id=key,
        title=f"Title of version {version}",
        summary="Its abstract.",
        authors=("Ada Lovelace",),
        links=paper_links(number, doi),
        categories=("cs.DC",),
        doi=doi,
        published=published,
        updated=updated,
        version=version,
        versions=(Version(number=version, date=updated, seen=day),),
        announced=announced_on(key, published, None, day),
        seen=day,
        announce_types=("new",),
        sources=("arXiv",),
    )


def changed(before: Entry, after: Entry) -> set[str]:
    names = Entry.__struct_fields__
    return {name for name in names if getattr(before, name) != getattr(after, name)}


CLAIMS = [
    f"doi:{DOI}",
    f"https://doi.org/{DOI}",
    "arXiv:2605.00001",
    "https://arxiv.org/abs/2605.00001v9",
    "oai:arXiv.org:2605.00001",
    "https://doi.org/10.48550/arXiv.2605.00001",
]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("days", [-3, 0, 3])
def test_a_feed_that_claims_a_paper_of_arxivs_adds_its_link_and_name_alone(
    claim: str, days: int
) -> None:
    paper = arxivs()
    claimed = claims(item(claim), day=DAY + timedelta(days=days))
    (found,) = archive.merge([paper], claimed).entries
    told_before = {"seen", "given", "guid"} if days < 0 else set()
    assert changed(paper, found) <= GAINED | told_before
    assert links.own(found) == paper_links("2605.00001", "")
    named = Link(rel="related", url="https://blog.example/post", source="Blog")
    assert set(found.links) == {*paper.links, named}
    assert links.others(found) == (named,)
    assert found.sources == ("Blog", "arXiv")
    assert versions.known(found) == versions.known(paper)
    assert not versions.changes(found, 1)


def test_an_item_with_the_doi_of_an_archived_paper_and_a_link_elsewhere_moves_no_link() -> None:
    paper = arxivs()
    (found,) = archive.merge([paper], claims(item(f"doi:{DOI}", "http://a.example/"))).entries
    assert links.address(found, "abstract") == "https://arxiv.org/abs/2605.00001"
    assert links.address(found, "pdf") == "https://arxiv.org/pdf/2605.00001"
    assert cite.bibtex(found) == cite.bibtex(paper)
    assert cite.csl(found) == cite.csl(paper)
    assert (found.title, found.summary, found.version) == (paper.title, paper.summary, 1)


def test_what_a_feed_alone_said_gives_way_to_arxivs_word_and_the_guid_stays() -> None:
    (before,) = archive.merge(claims(item(f"doi:{DOI}"))).entries
    paper = arxivs(day=DAY + timedelta(days=4))
    (after,) = archive.merge([before], [paper]).entries
    assert changed(paper, after) <= GAINED | {"seen", "given", "guid"}
    assert (after.id, after.guid, after.aliases) == (paper.id, before.id, (before.id,))
    assert (after.seen, after.announced) == (before.seen, paper.announced)


def test_a_feed_that_pairs_a_paper_of_arxivs_with_the_doi_of_another_joins_them_not() -> None:
    article = claims(item(f"doi:{DOI}", title="An article"), name="Journal")
    pair = item("arXiv:2605.00007", f"https://doi.org/{DOI}")
    paper = arxivs("2605.00007", doi="")
    for batches in ([article, claims(pair), [paper]], [[paper], claims(pair), article]):
        merged = archive.merge(*batches)
        assert [entry.id for entry in merged.entries] == [paper.id, f"doi:{DOI}"]
        assert (merged.entries[0].doi, merged.entries[0].title) == ("", paper.title)
        assert merged.entries[1] == article[0]
        assert merged.conflicts == ()


def test_of_feeds_that_claim_one_doi_none_has_the_address_behind_it() -> None:
    one = claims(item(f"doi:{DOI}", "http://a.example/"), name="A")
    two = claims(item(f"doi:{DOI}", "https://z.example/"), name="Z")
    (found,) = archive.merge(one, two).entries
    assert archive.merge(two, one).entries == (found,)
    assert links.address(found, "abstract") == f"https://doi.org/{DOI}"
    assert [(link.source, link.url) for link in links.others(found)] == [
        ("A", "http://a.example/"),
        ("Z", "https://z.example/"),
    ]


def test_an_old_archive_that_took_a_feeds_link_for_arxivs_shows_arxivs() -> None:
    paper = arxivs()
    astray = replace(paper, links=(Link("abstract", "http://a.example/"), *paper.links))
    line = msgspec.json.encode(astray)
    assert b'"source"' not in line
    assert b'"given"' not in line
    (found,) = archive.read(line + b"\n", Path("2026-05.jsonl"))
    assert links.address(found, "abstract") == "https://arxiv.org/abs/2605.00001"
    assert [link.source for link in links.others(found)] == ["a.example"]


numbers = st.sampled_from(["2605.00001", "2605.00002"])
days = st.integers(-5, 5).map(lambda number: DAY + timedelta(days=number))
titles = st.sampled_from(["Short", "A longer title", "Another title"])
words = st.builds(
    lambda number, version, day, has_doi, title: replace(
        arxivs(number, version, day, DOI + number if has_doi else ""), title=title
    ),
    numbers,
    st.integers(1, 3),
    days,
    st.booleans(),
    titles,
)


@st.composite
def claimed(draw: st.DrawFn) -> Entry:
    number = draw(numbers)
    names = [f"doi:{DOI}{number}", f"arXiv:{number}", "https://blog.example/own"]
    claim = draw(st.sampled_from(names))
    link = draw(st.sampled_from(["https://a.example/1", "http://b.example/2"]))
    (entry,) = claims(
        item(claim, link, draw(titles)), name=draw(st.sampled_from("AB")), day=draw(days)
    )
    return entry


batches = st.lists(words | claimed(), max_size=4)


@given(batches, batches, batches)
def test_merging_sources_of_differing_authority_is_the_same_in_any_order(
    a: list[Entry], b: list[Entry], c: list[Entry]
) -> None:
    at_once = archive.merge(a, b, c).entries
    assert archive.merge(c, b, a).entries == at_once
    assert archive.merge(archive.merge(a, b).entries, c).entries == at_once
    assert archive.merge(a, archive.merge(b, c).entries).entries == at_once
    assert archive.merge(at_once, at_once).entries == at_once
    assert archive.merge(at_once, a).entries == at_once


@given(st.lists(words, min_size=1, max_size=3), st.lists(claimed(), max_size=4))
def test_no_feed_changes_a_word_a_version_or_a_date_of_arxivs(
    said: list[Entry], claimed: list[Entry]
) -> None:
    merged = {entry.id: entry for entry in archive.merge(said, claimed).entries}
    for paper in archive.merge(said).entries:
        found = merged[paper.id]
        assert changed(paper, found) <= GAINED | {"seen", "given", "guid"}
        assert set(paper.links) <= set(found.links)
        assert {link.rel for link in set(found.links) - set(paper.links)} <= {"related"}
        assert (found.given or found.seen) == paper.seen
        assert links.own(found) == links.own(paper)


def rss(*items: str) -> Reply:
    document = f"<rss version='2.0'><channel><title>B</title>{''.join(items)}</channel></rss>"
    return Reply(headers={"Content-Type": "text/xml"}, body=document.encode())


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("since", [None, date(2026, 5, 1)])
def test_fetching_a_feed_that_claims_an_archived_paper_is_no_news(
    place: Place, claim: str, since: date | None
) -> None:
    paper = arxivs(day=MONDAY.date())
    archive.save(place.root / ARCHIVE, [paper])
    place.sources(FEED)
    place.server.documents["/feed.xml"] = rss(item(claim))
    for _ in range(2):
        news = place.fetch(TUESDAY, since=since)
        (found,) = archive.load(place.root / ARCHIVE)
        assert changed(paper, found) <= GAINED
        assert (news.new, news.lines[0].new, news.lines[0].updated) == (0, 0, 0)


@pytest.mark.parametrize("kind", [API, LISTING, OAI])
@pytest.mark.parametrize("since", [None, date(2026, 5, 1)])
def test_a_feed_beside_arxiv_changes_nothing_whoever_answers_first(
    place: Place, kind: str, since: date | None
) -> None:
    submitted = datetime(2026, 5, 7, 10, tzinfo=UTC)
    place.server.corpus = [Paper(number="2605.00001", published=submitted)]
    place.server.documents["/feed.xml"] = rss(item("arXiv:2605.00001"))
    place.sources(kind)
    place.fetch(MONDAY, since=since)
    (alone,) = archive.load(place.root / ARCHIVE)
    for month in archive.month_files(place.root / ARCHIVE):
        month.unlink()
    for ledger_line in (place.root / "content/ledger").iterdir():
        ledger_line.unlink()
    place.sources(kind, FEED)
    place.fetch(MONDAY, since=since)
    (found,) = archive.load(place.root / ARCHIVE)
    assert changed(alone, found) <= GAINED


def test_a_paper_first_met_in_a_feed_takes_arxivs_words_and_is_not_new_again(place: Place) -> None:
    place.server.documents["/feed.xml"] = rss(item("arXiv:2605.00001"))
    place.sources(FEED)
    place.fetch(MONDAY)
    submitted = datetime(2026, 5, 11, 10, tzinfo=UTC)
    place.server.corpus = [Paper(number="2605.00001", published=submitted)]
    place.sources(FEED, API)
    for _ in range(2):
        news = place.fetch(TUESDAY)
        (found,) = archive.load(place.root / ARCHIVE)
        assert news.new == 0
        assert (found.title, found.authors) == ("A paper", ("Ann Lee", "Bo Chen"))
        assert (found.seen, found.announced) == (MONDAY.date(), TUESDAY.date())
        assert [version.number for version in found.versions] == [1]


def test_pages_feeds_and_citations_take_arxivs_address_and_name_the_feeds(place: Place) -> None:
    paper = arxivs(day=MONDAY.date())
    archive.save(place.root / ARCHIVE, [paper])
    place.sources(FEED)
    text = (place.root / "site.yaml").read_text("utf-8").replace("name: A,", "name: A blog,")
    (place.root / "site.yaml").write_text(text, "utf-8")
    elsewhere = "http://a.example/elsewhere"
    place.server.documents["/feed.xml"] = rss(item(f"doi:{DOI}", elsewhere))
    place.fetch(TUESDAY)
    options = ["build", "--offline", "--root", str(place.root), "--now", "2026-05-12T12:00:00Z"]
    built = CliRunner().invoke(main, options)
    assert built.exit_code == 0, built.output
    site = place.root / "_site"
    page = (site / "papers/2605.00001/index.html").read_text("utf-8")
    assert '<a href="https://arxiv.org/abs/2605.00001">arXiv:2605.00001</a>' in page
    assert f'<a href="{elsewhere}">A blog</a>' in page
    data = re.search(r'"sameAs": ?\[(.*?)\]', page)
    assert data
    assert "a.example" not in data[1]
    assert f'<a href="{elsewhere}">A blog</a>' in (site / "index.html").read_text("utf-8")
    item_of = json.loads((site / "feed.json").read_text("utf-8"))["items"][0]
    assert item_of["external_url"] == "https://arxiv.org/abs/2605.00001"
    for name in ("feed.xml", "atom.xml", "feed.json"):
        lines = (site / name).read_text("utf-8").replace("&lt;", "<").replace("&gt;", ">")
        for near in re.findall(r"a\.example/elsewhere.{0,20}", lines):
            assert "A blog" in near
    for name in ("papers.bib", "papers.ris", "papers.json"):
        for path in site.rglob(name):
            assert "a.example" not in path.read_text("utf-8")
    assert "2605.00001" not in (site / "updates/index.html").read_text("utf-8")
