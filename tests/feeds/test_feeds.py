"""Feeds: every format of every feed is read back by what readers use."""

import gzip
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from planning import contents_of, context_of
from strategies import entries

from digest import feeds
from digest.archive.tag import KEPT, authority
from digest.commands.check.feed import read_json, read_xml
from digest.editor.curation import NOTHING, Edition, PublishedIssue
from digest.editor.values import Body, Issue, Note
from digest.errors import ConfigError
from digest.feeds import items, window
from digest.files.located import Text
from digest.model import (
    FEED_FORMATS,
    Entry,
    FeedSelection,
    Link,
    Markup,
    Match,
    Page,
    Site,
    Theme,
    Version,
)
from digest.papers.paper import Paper
from digest.render import Renderer
from digest.sources.arxiv_listing import ArxivListing, CrossLists
from digest.sources.feed import WebFeed

FILES = tuple(format.file for format in FEED_FORMATS)
TAG = "example.org,2026"
DAY = date(2026, 5, 14)
SITE = Site(
    title="Digest & <Co>",
    url="https://example.org/digest/",
    description="",
    language="en",
    timezone="UTC",
    author="",
    accent="#7a2e1d",
    tag=TAG,
    navigation=(),
    sources=(),
    themes=tuple(
        Theme(id=name, title=name.title(), rule=None) for name in ("agreement", "serving")
    ),
)
PAPERS = Path(__file__).parents[3] / "shared" / "data" / "papers.jsonl.gz"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
relaxed = settings(max_examples=40)


class _Author(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class _Hub(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    url: str


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    """https://www.jsonfeed.org/version/1.1/#items-a-name-items-a"""

    id: str
    url: str
    title: str
    content_html: str
    date_published: str
    date_modified: str = ""
    external_url: str = ""
    summary: str = ""
    authors: list[_Author] = []
    tags: list[str] = []


class JsonFeed(msgspec.Struct, forbid_unknown_fields=True):
    """https://www.jsonfeed.org/version/1.1/#top-level-a-name-top-level-a"""

    version: str
    title: str
    items: list[_Item]
    home_page_url: str = ""
    feed_url: str = ""
    description: str = ""
    user_comment: str = ""
    language: str = ""
    authors: list[_Author] = []
    hubs: list[_Hub] = []


def paper(number: int, day: date = DAY, themes: Iterable[str] = (), **fields: Any) -> Paper:
    name = f"arxiv:2605.{number:05}"
    entry = Entry(id=name, title=f"Paper {number}", announced=day, seen=day)
    return of(msgspec.structs.replace(entry, **fields), themes)


def of(entry: Entry, themes: Iterable[str] = ()) -> Paper:
    matches = tuple(Match(theme=theme, reasons=()) for theme in themes)
    return Paper.of(entry, matches)


def noted(one: Paper) -> Edition:
    """An edition with that paper's note alone."""
    assert one.note
    return replace(NOTHING, papers=(one,), homes={one.note.body.path: one.path})


def planned(papers: Sequence[Paper], site: Site = SITE) -> dict[str, Page]:
    found = list(feeds.plan(contents_of(site, papers), TAG))
    assert len({page.path for page in found}) == len(found)
    return {page.path: page for page in found}


@cache
def renderer_of(site: Site) -> Renderer:
    return Renderer(site, Path("no-such-folder"))


def is_feed(path: str) -> bool:
    return path.endswith(FILES) or "feed/" in path


def rendered(papers: Sequence[Paper], site: Site = SITE) -> dict[str, bytes]:
    renderer = renderer_of(site)
    return {
        path: renderer.render(page)
        for path, page in planned(papers, site).items()
        if path != "feeds/index.html"
    }


def parsed(body: bytes) -> Any:
    """An RSS or Atom document as feedparser reads it."""
    found = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


def sound(path: str, body: bytes) -> None:
    """A document that readers of its format accept, with nothing active or relative in it."""
    facts = read_json(body) if path.endswith(".json") else read_xml(body)
    assert facts is not None, path
    assert facts.problems == (), path
    if path.endswith(".json"):
        found = msgspec.json.decode(body, type=JsonFeed)
        assert found.version == "https://jsonfeed.org/version/1.1"
    elif b"<feed" in body[:200]:
        assert GRAMMAR.validate(etree.fromstring(body)), f"{path}: {GRAMMAR.error_log}"
        parsed(body)
    else:
        parsed(body)


def test_each_feed_has_just_its_papers_newest_first() -> None:
    found = planned(
        [
            paper(1, DAY, ["serving"]),
            paper(2, DAY + timedelta(1), ["agreement", "serving"]),
            paper(3, DAY),
        ]
    )
    titles = {
        path: [item.title for item in context_of(page)["items"]]
        for path, page in found.items()
        if path.endswith("feed.xml")
    }
    assert titles == {
        "feed.xml": ["Paper 2", "Paper 1", "Paper 3"],
        "themes/agreement/feed.xml": ["Paper 2"],
        "themes/serving/feed.xml": ["Paper 2", "Paper 1"],
        "notes/feed.xml": [],
        "updates/feed.xml": [],
    }


def test_a_guid_names_authority_and_entry_alone() -> None:
    assert items.of_paper(TAG, paper(1)).guid == "tag:example.org,2026:arxiv:2605.00001"


def test_neither_version_nor_address_nor_theme_nor_a_better_id_changes_a_guid() -> None:
    before = paper(1, themes=["serving"], id="doi:10.1/x")
    after = paper(
        1, title="New", version=2, guid="doi:10.1/x", aliases=("doi:10.1/x",), themes=["agreement"]
    )
    moved = replace(SITE, url="https://elsewhere.net:8080/", title="Renamed")
    ids = [
        {e.id for name in FILES[:2] for e in parsed(rendered([p], s)[name]).entries}
        for p, s in ((before, SITE), (after, SITE), (after, moved))
    ]
    assert ids == [{"tag:example.org,2026:doi:10.1/x"}] * 3


def test_all_formats_say_the_same() -> None:
    first = paper(
        1, themes=["serving"], authors=("A", "B"), summary="On $n^2$.", categories=("cs.DC",)
    )
    files = rendered([first, paper(2, DAY - timedelta(3))])
    rss, atom = (parsed(files[name]).entries for name in FILES[:2])
    js = msgspec.json.decode(files["feed.json"], type=JsonFeed).items
    assert [e.id for e in rss] == [e.id for e in atom] == [i.id for i in js]
    assert [e.title for e in rss] == [e.title for e in atom] == [i.title for i in js]
    assert [e.link for e in rss] == [e.link for e in atom] == [i.url for i in js]
    assert [e.published_parsed for e in rss] == [e.published_parsed for e in atom]
    assert [e.content[0].value.strip() for e in rss] == [i.content_html.strip() for i in js]
    assert atom[0].content[0].value.strip() == js[0].content_html.strip()
    assert [a.name for a in atom[0].authors] == [a.name for a in js[0].authors] == ["A", "B"]
    assert {t.label or t.term for t in atom[0].tags} == set(js[0].tags) == {"Serving", "cs.DC"}
    assert atom[0].summary == js[0].summary == rss[0].summary == "On n²."
    assert "<i>n</i><sup>2</sup>" in js[0].content_html
    assert "annotation" not in js[0].content_html


def test_a_revision_changes_the_time_of_change_alone() -> None:
    def dates(version: int) -> tuple[str, str, str]:
        one = paper(1, version=version, updated=datetime(2026, 6, 2, 12, tzinfo=UTC))
        files = rendered([one])
        (entry,) = parsed(files["atom.xml"]).entries
        (item,) = msgspec.json.decode(files["feed.json"], type=JsonFeed).items
        return entry.published, entry.updated, item.date_modified

    assert dates(1) == ("2026-05-14T00:00:00Z", "2026-05-14T00:00:00Z", "")
    assert dates(2) == ("2026-05-14T00:00:00Z", "2026-06-02T12:00:00Z", "2026-06-02T12:00:00Z")


def test_a_post_without_versions_is_revised_by_its_date() -> None:
    def modified(updated: datetime) -> str:
        post = paper(1, id="https://b.org/1", published=datetime(2026, 5, 14, 9, tzinfo=UTC))
        entry = msgspec.structs.replace(post.entry, updated=updated)
        (item,) = msgspec.json.decode(rendered([of(entry)])["feed.json"], type=JsonFeed).items
        return item.date_modified

    assert modified(datetime(2026, 5, 14, 9, tzinfo=UTC)) == ""
    assert modified(datetime(2026, 5, 16, 8, tzinfo=UTC)) == "2026-05-16T08:00:00Z"


@pytest.mark.parametrize(
    ("timezone", "moment"),
    [
        ("UTC", "2026-05-14T00:00:00Z"),
        ("Pacific/Auckland", "2026-05-13T12:00:00Z"),  # there the 14th has begun
        ("America/New_York", "2026-05-14T04:00:00Z"),
    ],
)
def test_an_issue_is_of_the_moment_when_its_day_began(timezone: str, moment: str) -> None:
    body = Body(text="Dear reader.", path=Path("content/issues/one.md"))
    issue = Issue(slug="one", title="One", date=DAY, body=body)
    published = PublishedIssue(issue=issue, papers=())
    edition = replace(NOTHING, issues=(published,), homes={body.path: published.path})
    site = replace(SITE, timezone=timezone)
    renderer = Renderer(site, Path("no-such-folder"), edition)
    pages = {
        page.path: renderer.render(page)
        for page in feeds.plan(contents_of(site, [], edition), TAG)
        if page.path.startswith("issues/")
    }
    (rss,), (atom,) = (parsed(pages[f"issues/{name}"]).entries for name in ("feed.xml", "atom.xml"))
    (item,) = msgspec.json.decode(pages["issues/feed.json"], type=JsonFeed).items
    assert atom.published == atom.updated == item.date_published == moment
    assert parsedate_to_datetime(rss.published) == datetime.fromisoformat(moment)
    assert item.date_modified == ""


def test_the_tags_of_a_blog_are_no_categories_of_arxiv() -> None:
    post = of(Entry(id="https://b.org/1", title="A", categories=("news",), announced=DAY, seen=DAY))
    files = rendered([post, paper(1, categories=("cs.DC",))])
    schemes = {
        tag.term: tag.scheme
        for name in ("feed.xml", "atom.xml")
        for entry in parsed(files[name]).entries
        for tag in entry.tags
    }
    assert schemes == {"news": None, "cs.DC": "http://arxiv.org/schemas/atom"}


def test_every_format_says_the_licence_and_thanks_arxiv() -> None:
    files = rendered([paper(1)])
    for name in FILES:
        assert (
            b"CC0. Thank you to arXiv for use of its open access interoperability." in files[name]
        )


def test_updates_have_their_version_in_the_guid_and_show_what_changed() -> None:
    versions = (Version(number=1, title="A <title>", summary="Old."), Version(number=2, seen=DAY))
    one = paper(1, title="A better title", summary="New.", version=2, versions=versions)
    (entry,) = parsed(rendered([one])["updates/atom.xml"]).entries
    assert entry.id == "tag:example.org,2026:arxiv:2605.00001:v2"
    assert entry.title == "A better title (version 2)"
    html = entry.content[0].value
    assert "A <del>&lt;title&gt;</del> <ins>better title</ins>" in html
    assert "<del>Old.</del> <ins>New.</ins>" in html


def test_the_editors_note_comes_first() -> None:
    body = Body(text="Worth *reading*.", path=Path("content/notes/2605.00001.md"))
    note = Note(paper=Text("2605.00001", 1), body=body, pinned=True)
    one = Paper.of(paper(1, summary="Abstract.").entry, note=note)
    site = replace(SITE, feeds=(FeedSelection(id="picks", title="Picks", themes=(), pinned=True),))
    papers, renderer = [one, paper(2)], Renderer(site, Path("no-such-folder"), noted(one))
    pages = planned(papers, site)
    for path in ("notes/atom.xml", "feeds/picks/atom.xml"):
        (entry,) = parsed(renderer.render(pages[path])).entries
        html = entry.content[0].value
        assert html.index("Worth <em>reading</em>") < html.index("Abstract.")


def test_raw_html_of_a_note_comes_without_what_readers_must_not_get() -> None:
    words = '<form action="/x"><input></form><style>p{}</style><script>1</script><q cite="/y">Q</q>'
    path = Path("content/notes/2605.00001.md")
    note = Note(paper=Text("2605.00001", 1), body=Body(text=f"A {words}", path=path))
    one = Paper.of(paper(1).entry, note=note)
    renderer = Renderer(replace(SITE, html=True), Path("no-such-folder"), noted(one))
    (entry,) = parsed(renderer.render(planned([one])["notes/atom.xml"])).entries
    html = entry.content[0].value
    assert "<q>Q</q>" in html
    assert not re.search("<(form|input|style|script)|cite=", html)


def test_a_combination_has_the_papers_of_any_of_its_themes() -> None:
    chosen = FeedSelection(id="both", title="Both", themes=("agreement", "serving"), pinned=False)
    found = [paper(1, themes=["serving"]), paper(2, themes=["agreement"]), paper(3)]
    page = planned(found, replace(SITE, feeds=(chosen,)))["feeds/both/atom.xml"]
    assert [item.title for item in context_of(page)["items"]] == ["Paper 1", "Paper 2"]


def test_the_feed_of_a_renamed_theme_goes_on_at_both_addresses() -> None:
    renamed = Theme(id="inference", title="Inference", rule=None, was=("serving",))
    before = rendered([paper(1, themes=["serving"])])["themes/serving/atom.xml"]
    files = rendered([paper(1, themes=["inference"])], replace(SITE, themes=(renamed,)))
    old, new = (parsed(files[f"themes/{name}/atom.xml"]) for name in ("serving", "inference"))
    assert {old.feed.id, new.feed.id} == {parsed(before).feed.id}
    assert old.entries[0].id == new.entries[0].id == parsed(before).entries[0].id


def test_the_authority_is_chosen_once_and_outlives_the_address(tmp_path: Path) -> None:
    site, now = replace(SITE, tag=""), datetime(2026, 12, 31, tzinfo=UTC)
    assert authority(tmp_path, site, now, keep=False) == "example.org,2026"
    assert not (tmp_path / KEPT).exists()
    assert authority(tmp_path, site, now, keep=True) == "example.org,2026"
    moved = replace(site, url="https://elsewhere.net/")
    assert authority(tmp_path, moved, now + timedelta(9), keep=True) == "example.org,2026"


def test_another_authority_counts_only_once_it_is_confirmed(tmp_path: Path) -> None:
    now = datetime(2026, 5, 16, tzinfo=UTC)
    authority(tmp_path, SITE, now, keep=True)
    other = replace(SITE, tag="elsewhere.net,2026")
    with pytest.raises(ConfigError, match=r"content/tag:1: .*every item again.*to confirm"):
        authority(tmp_path, other, now, keep=True)
    (tmp_path / KEPT).write_text("elsewhere.net,2026\n")
    assert authority(tmp_path, other, now, keep=True) == "elsewhere.net,2026"


seen_on = st.lists(st.integers(0, 120), max_size=60)


@given(seen_on, st.integers(1, 20))
def test_what_a_feed_leaves_out_stands_in_exactly_one_archived_month(
    days: list[int], least: int
) -> None:
    papers = [paper(n, DAY - timedelta(ago)) for n, ago in enumerate(days)]
    found = window.ordered(items.of_paper(TAG, p) for p in papers)
    carried = window.newest(found)
    archived = [item for _, of_month in window.months(found) for item in of_month]
    assert len(archived) == len(set(archived))
    assert set(carried) | set(archived) == set(found)
    assert list(carried) == found[: len(carried)]
    assert len(carried) >= min(window.NEWEST, len(found))
    last = max((p.entry.seen for p in papers), default=DAY)
    recent = {i for i in found if i.date >= last - timedelta(window.DAYS)}
    assert recent <= set(carried)


def test_a_flood_is_carried_whole_and_what_is_older_is_not() -> None:
    old = [paper(n, DAY - timedelta(100 + n)) for n in range(50)]
    flood = [paper(100 + n, DAY) for n in range(10_000)]
    found = window.ordered(items.of_paper(TAG, p) for p in [*old, *flood])
    carried = window.newest(found)
    assert len(carried) == len(flood)
    assert {item.date for item in carried} == {DAY}


def test_a_backfill_sinks_to_its_place_and_a_late_arrival_comes_on_top() -> None:
    news = [paper(n, DAY - timedelta(n)) for n in range(5)]
    backfill = paper(90, date(2026, 1, 5), announced=date(2026, 1, 5))
    late = paper(91, DAY, announced=DAY - timedelta(9), seen=DAY + timedelta(1))
    found = planned([*news, backfill, late])
    titles = [item.title for item in context_of(found["feed.xml"])["items"]]
    assert (titles[0], titles[-1]) == ("Paper 91", "Paper 90")
    assert context_of(found["feed.xml"])["built"] == datetime(2026, 5, 15, tzinfo=UTC)


def test_archived_months_are_chained_and_say_what_they_are() -> None:
    papers = [paper(n, DAY - timedelta(30 * n)) for n in range(4)]
    files = rendered(papers)
    path, months = "atom.xml", []
    while path:
        links = {link.rel: link.href for link in parsed(files[path]).feed.links}
        assert ("current" in links) == (b"<fh:archive/>" in files[path]) == (path != "atom.xml")
        path = links.get("prev-archive", "").removeprefix(SITE.url)
        months += [path] if path else []
    assert months == ["feed/2026-04.xml", "feed/2026-03.xml", "feed/2026-02.xml"]
    rss = {link.rel: link.href for link in parsed(files["feed.xml"]).feed.links}
    assert rss["prev-archive"] == SITE.url + months[0]
    assert all(f"themes/serving/{month}" not in files for month in months)


surrogates = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["]]>", "\x00\x1b", "\ud800", "e\u0301\u0323", "<script>alert(1)</script>", "a\ufffe", "$\\x$"]
)


@relaxed
@given(
    st.lists(
        st.builds(
            lambda entry, title, summary, name: msgspec.structs.replace(
                entry, title=title, summary=summary, authors=(name,), comment=title
            ),
            entries(),
            surrogates,
            surrogates,
            surrogates,
        ),
        max_size=4,
        unique_by=lambda entry: entry.id,
    ),
)
def test_any_text_gives_sound_feeds(found: list[Entry]) -> None:
    site = replace(SITE, hub="https://hub.example.org/", author="M]]>")
    for path, body in rendered([of(entry, ["serving"]) for entry in found], site).items():
        if is_feed(path):
            sound(path, body)


@pytest.mark.parametrize(
    "url", ["https://example.org/", "http://localhost:8000/a/b/", "https://xn--bcher-kva.example/"]
)
def test_all_addresses_are_whole_and_under_the_sites_own(url: str) -> None:
    link = Link(rel="pdf", url="https://arxiv.org/pdf/1")
    site = replace(SITE, url=url)
    for path, body in rendered([paper(1, themes=["serving"], links=(link,))], site).items():
        addresses = re.findall(rb'(?:href|xmlUrl|htmlUrl)=(?:"|&#34;)([^"&]+)', body)
        outside = {a for a in addresses if not a.startswith(url.encode())}
        assert outside <= {b"https://arxiv.org/pdf/1"}, path
        if is_feed(path):
            sound(path, body)


def test_an_entry_of_bare_necessities_is_an_item() -> None:
    bare = of(Entry(id="https://example.org/post", title="", announced=DAY, seen=DAY))
    files = rendered([bare])
    for name in FILES:
        sound(name, files[name])
    (entry,) = parsed(files["feed.xml"]).entries
    assert entry.title == "https://example.org/post"


def test_a_reader_that_is_given_the_page_of_feeds_finds_each() -> None:
    site = replace(SITE, feeds=(FeedSelection(id="picks", title="Picks", themes=(), pinned=True),))
    page = renderer_of(site).render(planned([paper(1)], site)["feeds/index.html"]).decode()
    offered = re.findall(r'<link rel="alternate" type="application/rss\+xml".*? href="(.*?)"', page)
    feeds_of_site = [path for path in planned([paper(1)], site) if path.endswith("feed.xml")]
    assert sorted(offered) == sorted(f"/digest/{path}" for path in feeds_of_site)


def test_feeds_of_nothing_are_feeds() -> None:
    files = rendered([])
    for path, body in files.items():
        if is_feed(path):
            sound(path, body)
    assert parsed(files["atom.xml"]).feed.updated == "2026-01-01T00:00:00Z"


def test_three_thousand_authors_are_named_one_by_one() -> None:
    names = tuple(f"A{n}" for n in range(3303))
    files = rendered([paper(1, authors=names)])
    (entry,) = parsed(files["atom.xml"]).entries
    assert tuple(author.name for author in entry.authors) == names
    assert files["feed.xml"].count(b"<dc:creator>") == 3303


def test_a_group_is_named_as_people_name_it() -> None:
    files = rendered([paper(1, authors=("Mind Lab :", ":", "A"))])
    (entry,) = feedparser.parse(files["feed.xml"]).entries
    assert [author.name for author in entry.authors] == ["Mind Lab", "A"]


def test_opml_lists_every_feed_and_every_source_that_is_one() -> None:
    blog = WebFeed(name="A & B", markup=Markup.PLAIN, url="https://b.org/f?a=1&b=2", full=False)
    listing = ArxivListing(
        name="L",
        markup=Markup.TEX,
        categories=("cs.DC", "cs.LG"),
        cross_lists=CrossLists.INCLUDE,
        endpoint="https://rss.arxiv.org",
        pace=3.0,
    )
    files = rendered([paper(1)], replace(SITE, sources=(blog, listing)))
    outlines = etree.fromstring(files["feeds.opml"]).findall(".//outline[@xmlUrl]")
    urls = {node.get("xmlUrl") for node in outlines}
    assert urls == {SITE.url + path for path in files if path.endswith("feed.xml")}
    sources = etree.fromstring(files["sources.opml"]).findall(".//outline")
    assert [node.get("xmlUrl") for node in sources] == [
        "https://b.org/f?a=1&b=2",
        "https://rss.arxiv.org/rss/cs.DC+cs.LG",
    ]


def test_every_feed_of_the_shipped_site_is_sound(shipped: Path) -> None:
    found = [path for path in shipped.rglob("*") if is_feed(path.as_posix())]
    assert len(found) > 20
    for path in found:
        sound(str(path), path.read_bytes())
    page = (shipped / "index.html").read_text("utf-8")
    for name in FILES:
        assert f'href="/digest/{name}"' in page


@pytest.mark.skipif(not PAPERS.exists(), reason="needs the development data: real papers")
def test_feeds_of_real_papers_are_sound() -> None:
    with gzip.open(PAPERS) as lines:
        raw = [json.loads(line) for n, line in enumerate(lines) if n % 64 == 0]
    found = [
        of(
            Entry(
                id=f"arxiv:{item['id']}",
                title=item["title"],
                summary=item["abstract"],
                authors=tuple(item["authors"]),
                categories=tuple(item["categories"]),
                comment=item.get("comment", ""),
                announced=DAY - timedelta(n),
                seen=DAY - timedelta(n),
            ),
            ["serving"] if n % 2 else [],
        )
        for n, item in enumerate(raw)
    ]
    files = rendered(found)
    for path, body in files.items():
        if is_feed(path):
            sound(path, body)
    months = [path for path in files if path.startswith("feed/")]
    carried = sum(files[path].count(b"<entry>") for path in ["atom.xml", *months])
    assert carried >= len(found) == 300
