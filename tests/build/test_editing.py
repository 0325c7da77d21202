"""What the editor writes, on the site: issues, notes and pages, from files to pages and feeds."""

import json
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import NOW, copy_of_repository
from lxml import etree
from test_content import PIXEL

from digest.build import BuildOptions, build
from digest.errors import ConfigError

ISSUE = """---
title: Three that matter
date: 2026-05-15
summary: One sentence.
author: A. Editor
---
First [@2605.13319].[^1]

[@2605.13734]

[^1]: Not to forget [@2604.09603].
"""
THREE = {"2605.13319", "2605.13734", "2604.09603"}


@dataclass
class Desk:
    """A copy of the shipped site that a test writes into and builds."""

    root: Path

    @property
    def out(self) -> Path:
        return self.root / "_site"

    def write(self, name: str, text: str | bytes) -> None:
        path = self.root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def build(self, *, now: datetime = NOW, drafts: bool = False, url: str | None = None) -> None:
        build(self.root, BuildOptions(now=now, out=self.out, offline=True, drafts=drafts, url=url))

    def read(self, name: str) -> str:
        return (self.out / name).read_text("utf-8")

    def main(self, name: str) -> str:
        """What a page says between its head and its foot."""
        return self.read(name).partition("<main")[2].partition("</main>")[0]

    def refusal(self) -> str:
        with pytest.raises(ConfigError) as caught:
            self.build()
        error = caught.value
        place = error.path.relative_to(self.root / "content").as_posix()
        return f"{place}:{error.line}: {error.message}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(copy_of_repository(tmp_path))


def papers_in(text: str) -> set[str]:
    return set(re.findall(r"/papers/(\d{4}\.\d{5})/", text))


def test_page_feed_and_exports_hold_exactly_the_papers_mentioned(desk: Desk) -> None:
    desk.write("issues/2026-w20.md", ISSUE)
    desk.build()
    page = desk.main("issues/2026-w20/index.html")
    text, _, closing = page.partition('id="papers"')
    card = text.partition('<article class="paper card">')[2].partition("</article>")[0]
    assert papers_in(card) == {"2605.13734"}
    assert "<details" in card
    assert papers_in(text) == papers_in(closing) == THREE
    assert closing.count('<li class="paper">') == 3
    assert "A. Editor" in page

    (item,) = etree.fromstring(desk.read("issues/feed.xml").encode()).iter("item")
    said = {element.tag.rpartition("}")[2]: element.text or "" for element in item}
    assert papers_in(said["encoded"]) == THREE
    assert said["guid"] == "tag:example.org,2026:issue:2026-w20"
    assert not re.search(r'(href|src)="(?!https?://)', said["encoded"])

    bib = re.findall(r"^@\w+\{arxiv-([\d.]+),", desk.read("issues/2026-w20/papers.bib"), re.M)
    ris = re.findall(r"^ID  - arxiv-(\S+)", desk.read("issues/2026-w20/papers.ris"), re.M)
    csl = [item["id"] for item in json.loads(desk.read("issues/2026-w20/papers.json"))]
    assert set(bib) == set(ris) == {name.removeprefix("arxiv-") for name in csl} == THREE
    assert len(bib) == len(ris) == len(csl) == 3


def test_an_unknown_reference_stops_the_build_and_leaves_the_site(desk: Desk) -> None:
    desk.write("issues/2026-w20.md", ISSUE)
    desk.build()
    before = {path: path.read_bytes() for path in desk.out.rglob("*") if path.is_file()}
    desk.write("issues/2026-w20.md", ISSUE.replace("2604.09603", "2604.99999"))
    assert desk.refusal() == "issues/2026-w20.md:11: no paper '2604.99999' in the archive"
    assert {path: path.read_bytes() for path in desk.out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x](/nowhere/)", "the link leads nowhere: '/nowhere/'"),
        ("[x](w19.md)", "the link leads nowhere: 'w19.md'"),
        ("[x](javascript:alert(1))", "a link must go to this site, http, https or mailto"),
        ("![](no.png)", "there is no file 'no.png' beside this one"),
        ("![](data.csv)", "there is no image 'data.csv'"),
        ("> " * 10_000, "nested too deep"),
    ],
)
def test_a_broken_text_never_leaves_half_a_site(desk: Desk, text: str, said: str) -> None:
    desk.write("issues/data.csv", "1")
    desk.write("issues/w20.md", f"---\ntitle: T\ndate: 2026-05-15\n---\n{text}\n")
    assert desk.refusal().startswith(f"issues/w20.md:5: {said}")
    assert not desk.out.exists()


@pytest.mark.parametrize("url", [None, "https://example.org/", "https://example.org/a/b/"])
def test_every_address_holds_under_any_base_path(desk: Desk, url: str | None) -> None:
    desk.write("issues/fig ure.png", PIXEL)
    desk.write("issues/w19.md", "---\ntitle: W19\ndate: 2026-05-08\n---\nFirst.\n")
    desk.write("pages/contact.md", "---\ntitle: Contact\n---\n[Week 20](../issues/w20.md#a)\n")
    desk.write(
        "issues/w20.md",
        "---\ntitle: W20\ndate: 2026-05-15\n---\n# A\n\n![](<fig ure.png>) [before](w19.md)\n"
        "[t](/themes/) [f](/feed.xml) [top](#a) [c](../pages/contact.md) [b](/archive)\n",
    )
    desk.build(url=url)
    base = {None: "/digest/", "https://example.org/": "/", "https://example.org/a/b/": "/a/b/"}[url]
    page = desk.main("issues/w20/index.html")
    for address in ("issues/w19/", "themes/", "feed.xml", "contact/", "archive/"):
        assert f'href="{base}{address}"' in page
    assert f'src="{base}issues/w20/fig%20ure.png"' in page
    assert (desk.out / "issues/w20/fig ure.png").read_bytes() == PIXEL
    assert f'href="{base}issues/w20/#a"' in desk.main("contact/index.html")


def test_issues_lead_to_their_neighbours_and_the_newest_is_on_the_front_page(desk: Desk) -> None:
    for week in (18, 19, 20):
        text = f"---\ntitle: Week {week}\ndate: 2026-05-{week - 15:02}\n---\nHello.\n"
        desk.write(f"issues/w{week}.md", text)
    desk.build()
    page = desk.main("issues/w19/index.html")
    assert re.search(r'rel="prev" href="/digest/issues/w18/"', page)
    assert re.search(r'rel="next" href="/digest/issues/w20/"', page)
    front = desk.main("index.html")
    assert "/digest/issues/w20/" in front
    assert "/digest/issues/w19/" not in front
    index = desk.main("issues/index.html")
    assert index.index("Week 20") < index.index("Week 19") < index.index("Week 18")


def test_drafts_are_for_the_preview_and_the_future_comes_by_itself(desk: Desk) -> None:
    desk.write("issues/draft.md", "---\ntitle: D\ndate: 2026-05-01\ndraft: true\n---\n")
    desk.write("issues/future.md", "---\ntitle: F\ndate: 2026-05-17\n---\n")
    desk.write("pages/page.md", "---\ntitle: P\nnavigation: 1\ndraft: true\n---\n")
    desk.build()
    assert not list(desk.out.glob("issues/*/"))
    assert not (desk.out / "page").exists()
    desk.build(now=datetime(2026, 5, 17, tzinfo=UTC))
    assert [path.name for path in desk.out.glob("issues/*/")] == ["future"]
    desk.build(drafts=True)
    assert ">Draft<" in desk.main("issues/draft/index.html")
    assert ">From 17 May 2026<" in desk.main("issues/future/index.html")
    assert ">Draft<" in desk.main("page/index.html")


def test_a_note_stands_above_the_abstract_in_lists_and_in_feeds(desk: Desk) -> None:
    desk.write(
        "notes/2605.13319.md",
        "---\ntags: [edge]\nlinks: {talk: 'https://example.org/t'}\nrelated: [2605.13734]\n"
        "themes: {add: [federated-learning]}\n---\nIt is *fast*: $n^2$.\n",
    )
    desk.build()
    page = desk.main("papers/2605.13319/index.html")
    assert page.index("It is <em>fast</em>: <math") < page.index(">Abstract<")
    assert '<a href="https://example.org/t">Talk</a>' in page
    assert "edge" in page.partition("<dt>Tags</dt>")[2].partition("</dd>")[0]
    assert "/digest/papers/2605.13734/" in page.partition(">Related<")[2]
    assert "placed here by the editor" in page
    for place in ("", "days/2026-05-14/", "themes/federated-learning/"):
        listed = desk.main(f"{place}index.html")
        assert 'href="/digest/papers/2605.13319/#note">Editor’s note</a>' in listed
    for feed in ("feed.xml", "feed.json", "themes/federated-learning/feed.xml"):
        assert "It is " in desk.read(feed)


def test_a_pick_is_on_top_until_its_last_day(desk: Desk) -> None:
    desk.write("notes/2605.13319.md", "---\npin: 2026-05-16\n---\n")
    desk.build()
    assert "Picked by the editor" in desk.main("index.html")
    desk.build(now=datetime(2026, 5, 17, tzinfo=UTC))
    assert "Picked by the editor" not in desk.main("index.html")


def test_a_hidden_paper_leaves_lists_and_feeds_but_not_its_address(desk: Desk) -> None:
    desk.write("notes/2605.13319.md", "---\nhide: Withdrawn by <its authors>.\npin: true\n---\n")
    desk.write("notes/2605.13734.md", "---\nrelated: [2605.13319]\n---\n")
    desk.build()
    naming = [
        path.relative_to(desk.out).as_posix()
        for path in desk.out.rglob("*")
        if path.is_file() and path.name[0] != "." and b"2605.13319" in path.read_bytes()
    ]
    assert naming == ["papers/2605.13319/index.html"]
    page = desk.read("papers/2605.13319/index.html")
    assert "Withdrawn by &lt;its authors&gt;." in page
    assert 'content="noindex"' in page
    assert '<meta name="citation_title" content="PipeSD' in page  # to be cited yet
    assert "https://arxiv.org/abs/2605.13319" in page


def test_a_page_takes_its_place_in_the_navigation_and_may_replace_about(desk: Desk) -> None:
    desk.write("pages/about.md", "---\ntitle: Who we are\nnavigation: 2\n---\nUs.\n")
    desk.build()
    navigation = desk.read("index.html").partition("<nav")[2].partition("</nav>")[0]
    titles = re.findall(r">([^<>\n]+)</a>", navigation)
    assert titles[1] == "Who we are"
    assert "About" not in titles
    assert "<p>Us.</p>" in desk.main("about/index.html")


def test_raw_html_needs_the_word_of_site_yaml(desk: Desk) -> None:
    desk.write("pages/a.md", "---\ntitle: A\n---\n<b onclick=x>bold</b>\n")
    desk.build()
    assert "&lt;b onclick=x&gt;" in desk.main("a/index.html")
    site = desk.root / "site.yaml"
    site.write_text(site.read_text("utf-8") + "\nhtml: true\n", "utf-8")
    desk.build()
    assert "<p><b>bold</b></p>" in desk.main("a/index.html")


SITE = """title: T
url: https://example.org/
tag: "example.org,2026"
sources:
  - {name: Start, kind: file, path: content/start/*.xml}
themes:
  - {id: a, title: A, any: [serving]}
"""


def test_a_fetch_touches_nothing_that_the_editor_wrote(desk: Desk) -> None:
    desk.write("notes/2605.13319.md", "---\npin: true\n---\nMine.")
    desk.write("issues/w20.md", ISSUE)
    (desk.root / "site.yaml").write_text(SITE, "utf-8")
    build(desk.root, BuildOptions(now=NOW, out=desk.root.parent / "out"))
    (desk.root / "content/archive/2026-05.jsonl").unlink()
    git = ("git", "-C", str(desk.root), "-c", "user.name=E", "-c", "user.email=e@example.org")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "Before"], check=True)
    out = desk.root.parent / "out"
    build(desk.root, BuildOptions(now=NOW + timedelta(hours=1), out=out, allow_shrink=True))
    status = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True).stdout
    changed = {line[3:].rpartition("/")[0] for line in status.decode().splitlines()}
    assert changed == {"content/archive", "content/ledger"}
