"""Authors: who has a page, what stands on it, and that it stays."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import feedparser
import pytest
from conftest import NOW, REPOSITORY
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from planning import context_of
from planning import planned as planned_of
from selectolax.lexbor import LexborHTMLParser
from test_lists import SITE
from test_lists import paper as plain_paper

from digest import archive
from digest.build import BuildOptions, build
from digest.cite.names import person
from digest.config import load_site
from digest.errors import ConfigError
from digest.model import (
    FEED_FORMATS,
    Authors,
    Entry,
    FollowedAuthor,
    Markup,
    Page,
    Site,
)
from digest.papers.paper import Paper
from digest.render import Renderer
from digest.text.ids import author_path, author_slug

DAY = date(2026, 5, 14)
TIM = FollowedAuthor(name="Tim Roughgarden", aliases=("T. Roughgarden",))
FOLLOWING = replace(SITE, follow=(TIM,))
ALL = replace(SITE, authors=Authors.ALL)
FILES = [format.file for format in FEED_FORMATS]


def paper(number: int, *names: str, day: date = DAY, themes: Sequence[str] = ()) -> Paper:
    one = plain_paper(number, day, themes)
    entry = Entry(id=one.entry.id, title="T", authors=names, announced=day, seen=day)
    return Paper.of(entry, one.matches)


def plan(site: Site, papers: Sequence[Paper]) -> dict[str, Page]:
    return planned_of(site, papers)


def shown(planned: dict[str, Page], path: str) -> list[str]:
    return [p.entry.id[-5:] for p in context_of(planned[f"{path}index.html"])["papers"]]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tim Roughgarden", "tim-roughgarden"),
        ("T. Roughgarden", "t-roughgarden"),
        ("T Roughgarden", "t-roughgarden-8aefef8d"),
        ("José García", "jose-garcia-b7bf1e8d"),
        ("Jose Garcia", "jose-garcia"),
        ("Jean-Pierre Serre", "jean-pierre-serre-4946c5e7"),
        ("王伟", "61454f33"),
        ("Foo Deadbeef", "foo-deadbeef-6b566209"),
    ],
)
def test_an_address_is_made_of_the_name_alone_and_never_changes(name: str, slug: str) -> None:
    assert author_slug(name) == slug


names = st.one_of(st.text(min_size=1), st.text("Aa. -é1", min_size=1, max_size=6))


@given(names, names)
def test_two_names_never_share_an_address(one: str, other: str) -> None:
    assert (author_slug(one) == author_slug(other)) == (one == other)
    assert set(author_slug(one)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_those_followed_have_a_page_and_nobody_else() -> None:
    papers = [
        paper(1, "Tim Roughgarden", "Ann Lee"),
        paper(2, "T. Roughgarden", "Ann Lee"),
        paper(3, "Tim R."),
        paper(4, "Tim  Roughgarden"),  # white space says nothing
    ]
    planned = plan(FOLLOWING, papers)
    assert shown(planned, "authors/tim-roughgarden/") == ["00004", "00002", "00001"]
    assert context_of(planned["authors/t-roughgarden/index.html"])["target"] == TIM_PATH
    assert author_path("Ann Lee") + "index.html" not in planned
    (line,) = context_of(planned["authors/index.html"])["followed"]
    assert (line.author.name, line.count, line.newest) == ("Tim Roughgarden", 3, DAY)
    assert context_of(planned["authors/index.html"])["others"] == ()


TIM_PATH = "authors/tim-roughgarden/"


def test_nobody_followed_means_no_pages() -> None:
    planned = plan(SITE, [paper(1, "Ann Lee"), paper(2, "Ann Lee")])
    assert not [path for path in planned if path.startswith("authors/")]
    assert context_of(planned["papers/2605.00001/index.html"])["people"] == {}


def test_a_followed_author_without_papers_has_a_page_to_subscribe_on() -> None:
    planned = plan(FOLLOWING, [])
    assert shown(planned, TIM_PATH) == []
    assert "authors/t-roughgarden/index.html" not in planned  # nothing ever stood there
    assert context_of(planned[f"{TIM_PATH}feed.xml"])["items"] == ()


def test_all_means_two_papers_or_more_by_the_very_same_name() -> None:
    papers = [
        paper(1, "Ann Lee", "Bo Ek", "Ann Lee"),  # twice on one paper counts once
        paper(2, "Bo Ek", "A. Lee", r"Paul Erd\H{o}s"),
        paper(3, "ANN LEE", "Paul Erdős"),  # the same name, written in TeX or not
    ]
    planned = plan(ALL, papers)
    found = [line.author.name for line in context_of(planned["authors/index.html"])["others"]]
    assert found == ["Bo Ek", "Paul Erdős"]
    of_second = context_of(planned["papers/2605.00002/index.html"])["people"]
    assert of_second == {n: author_path(n) for n in ("Bo Ek", "Paul Erdős")}


def test_an_authors_page_tells_themes_and_who_else_wrote() -> None:
    papers = [
        paper(1, "T. Roughgarden", "Ann Lee", themes=["serving"]),
        paper(2, "Tim Roughgarden", "Ann Lee", "Bo Ek", themes=["agreement", "serving"]),
    ]
    pages = plan(replace(ALL, follow=(TIM,)), papers)
    context = context_of(pages[f"{TIM_PATH}index.html"])
    assert [(t.id, n) for t, n in context["themes"]] == [("serving", 2), ("agreement", 1)]
    assert [(c.name, c.path, c.count) for c in context["coauthors"]] == [
        ("Ann Lee", author_path("Ann Lee"), 2),
        ("Bo Ek", "", 1),
    ]


def test_a_full_page_never_changes() -> None:
    papers = [paper(n, "Tim Roughgarden", day=DAY + timedelta(n // 9)) for n in range(1, 161)]
    new = paper(161, "Tim Roughgarden", "Ann Lee", day=DAY + timedelta(50), themes=["serving"])
    before, after = plan(FOLLOWING, papers), plan(FOLLOWING, [*papers, new])
    numbered = [path for path in before if "roughgarden/page/" in path]
    assert numbered == [f"{TIM_PATH}page/{n}/index.html" for n in (1, 2)]
    assert all(before[path] == after[path] for path in numbered)
    assert len(shown(after, TIM_PATH)) == 61


def test_many_authors_stand_by_letter() -> None:
    papers = [
        paper(2 * n + k, f"{letter}{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}x")
        for letter, start in (
            ("Ann B", 0),
            ("É", 100),
            ("C", 200),
            ("D", 300),
            ("王", 400),
            ("F", 500),
        )
        for n in range(start, start + 100)
        for k in (1, 2)
    ]
    planned = plan(ALL, papers)
    letters = context_of(planned["authors/index.html"])["letters"]
    assert [(one.title, one.count) for one in letters] == [
        (letter, 100) for letter in ("B", "C", "D", "E", "F", "Other")
    ]
    assert len(context_of(planned["authors/letter/e/index.html"])["others"]) == 100


@given(st.lists(st.lists(st.sampled_from(["A", "B", "C", "D"]), max_size=3), max_size=8))
def test_a_new_paper_changes_old_papers_only_where_an_authors_page_appears(
    bylines: list[list[str]],
) -> None:
    papers = [paper(n, *who) for n, who in enumerate(bylines, start=1)]
    new = paper(99, "A", "B", day=DAY + timedelta(40))
    before, after = plan(ALL, papers), plan(ALL, [*papers, new])
    changed = {
        one.entry.id for one in papers for path in [f"{one.path}index.html"]
        if before[path] != after[path]
    }  # fmt: skip
    once = {who for who in "AB" if sum(who in byline for byline in bylines) == 1}
    assert changed == {one.entry.id for one in papers if once & set(one.entry.authors)}


def test_feeds_of_authors() -> None:
    papers = [paper(n, "Tim Roughgarden", "Ann Lee") for n in (1, 2)]
    planned = plan(replace(ALL, follow=(TIM,)), papers)
    for name in FILES:
        feed = context_of(planned[f"{TIM_PATH}{name}"])
        assert feed["guid"] == "tag:example.org,2026:feed:author:tim-roughgarden"
        assert [item.paper.entry.id[-1] for item in feed["items"]] == ["1", "2"]
        # It may have been a page of its own, before it was joined.
        assert context_of(planned[f"authors/t-roughgarden/{name}"])["items"] == feed["items"]
        assert f"{author_path('Ann Lee')}{name}" in planned
    for list_of_all in ("feeds/index.html", "feeds.opml"):
        groups = {group.title: group.feeds for group in context_of(planned[list_of_all])["groups"]}
        assert [feed.name for feed in groups["Authors"]] == ["Tim Roughgarden"]


def test_an_authors_feed_has_archived_documents_only_where_it_is_long() -> None:
    papers = [paper(n, "Tim Roughgarden", day=DAY + timedelta(20 * n)) for n in range(1, 121)]
    few, many = plan(FOLLOWING, papers[:100]), plan(FOLLOWING, papers)
    assert not [path for path in few if path.startswith(f"{TIM_PATH}feed/")]
    assert context_of(few[f"{TIM_PATH}atom.xml"])["older"] == ""
    feed, ids = context_of(many[f"{TIM_PATH}atom.xml"]), set[str]()
    while True:
        ids |= {item.guid for item in feed["items"]}
        if not feed["older"]:
            break
        feed = context_of(many[feed["older"]])
    assert len(ids) == 120


SITE_YAML = """\
title: T
url: https://example.org/digest/
tag: example.org,2026
sources: [{name: S, kind: file, path: 'x/*.xml'}]
themes: [{id: a, title: A, any: [a]}]
follow:
"""


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("  - Ann\n  - Bo\n  - Ann\n", "9: the author 'Ann' is already followed on line 7"),
        ("  - Bo\n  - {name: Ann, aliases: [Bo]}\n", "8: the author 'Bo' is already followed on"),
        ("  - {name: Ann, aliases: ['Ann ']}\n", "7: the author 'Ann' is already followed on"),
        ("  - {aliases: [Bo]}\n", "7: missing key 'name'"),
        ("  - {name: Ann, alias: [Bo]}\n", "7: unknown key 'alias' (did you mean 'aliases'?)"),
        ("  - {name: Ann, aliases: Bo}\n", "7: 'aliases' must be a list"),
        ("  - 2026\n", "7: 'follow' must be text; put quotes around it"),
        ("  - Ann\nauthors: everyone\n", "8: unknown authors 'everyone'; known: followed, all"),
    ],
)
def test_a_bad_entry_is_an_error_with_its_line(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE_YAML + lines, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    assert str(caught.value).startswith(f"{path}:{message}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that follows a person, with names hard to show."""
    root = tmp_path_factory.mktemp("authors")
    lines = "  - {name: Tim Roughgarden, aliases: [T. Roughgarden, '<b> & \"']}\n  - مريم\n"
    (root / "site.yaml").write_text(f"{SITE_YAML}{lines}authors: all\n", "utf-8")
    papers = [
        paper(1, "T. Roughgarden", "Ann Lee", "مريم", day=DAY - timedelta(40)),
        paper(2, "Tim Roughgarden", "Ann Lee", "Bo Ek", '<b> & "'),
    ]
    archive.save(root / "content/archive", [one.entry for one in papers])
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True))
    return root / "_site"


def links(path: Path, where: str = "a") -> dict[str, str]:
    page = LexborHTMLParser(path.read_bytes())
    return {node.text(): node.attributes["href"] or "" for node in page.css(where)}


def test_names_on_a_papers_page_lead_to_their_authors(built: Path) -> None:
    tim = "/digest/authors/tim-roughgarden/"
    assert links(built / "papers/2605.00001/index.html", ".byline a") == {
        "T. Roughgarden": tim,
        "Ann Lee": "/digest/authors/ann-lee/",
        "مريم": f"/digest/{author_path('مريم')}",
    }
    assert links(built / "papers/2605.00002/index.html", ".byline a") == {
        "Tim Roughgarden": tim,
        "Ann Lee": "/digest/authors/ann-lee/",
        '<b> & "': tim,
    }
    assert tim in links(built / "authors/ann-lee/index.html").values()
    assert "Bo Ek" in (built / "authors/ann-lee/index.html").read_text("utf-8")


def test_the_list_of_authors_is_linked_and_mapped(built: Path) -> None:
    assert links(built / "index.html", "footer a")["Authors"] == "/digest/authors/"
    sitemap = (built / "sitemap.xml").read_text("utf-8")
    for path in ("authors/", "authors/tim-roughgarden/", "authors/ann-lee/"):
        assert f"<loc>https://example.org/digest/{path}</loc>" in sitemap
    assert "authors/t-roughgarden/" not in sitemap


def test_readers_find_the_feed_on_the_authors_page_and_read_it(built: Path) -> None:
    head = LexborHTMLParser((built / "authors/tim-roughgarden/index.html").read_bytes())
    found = [node.attributes["href"] for node in head.css("link[rel=alternate]")][:3]
    assert found == [f"/digest/authors/tim-roughgarden/{name}" for name in FILES]
    for name in FILES[:2]:
        feed = feedparser.parse((built / "authors/tim-roughgarden" / name).read_bytes())
        assert [entry.id[-5:] for entry in feed.entries] == ["00002", "00001"]


def test_a_name_compares_as_plain_text() -> None:
    assert person(r"Erd\H{o}s,  Paul", Markup.TEX) == person("Erdo\u030bs, Paul")


def test_a_colon_among_the_authors_is_nobody_on_any_page_feed_or_citation() -> None:
    papers = [paper(n, "Mind Lab :", ":", "Ann Lee") for n in (1, 2)]
    pages = plan(ALL, papers)
    fronts = {path for path, page in pages.items() if page.template == "author.html"}
    assert fronts == {"authors/mind-lab/index.html", "authors/ann-lee/index.html"}
    coauthors = context_of(pages["authors/ann-lee/index.html"])["coauthors"]
    assert [author.name for author in coauthors] == ["Mind Lab"]
    renderer = Renderer(ALL, Path("no-such-folder"))
    for path, page in pages.items():
        if path.endswith((".xml", ".json", ".bib", ".ris", "index.html")):
            text = renderer.render(page).decode()
            assert not re.search(r'Lab :|>:<|{:}|, :|AU  - :|[\[,:] ?":"', text), path


def test_nobody_can_be_followed(tmp_path: Path) -> None:
    text = (REPOSITORY / "site.yaml").read_text("utf-8").replace("Tim Roughgarden", '":"')
    (tmp_path / "site.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="':' is nobody's name"):
        load_site(tmp_path / "site.yaml")
