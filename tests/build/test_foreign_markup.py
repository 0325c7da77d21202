"""Texts from outside that ask for elements: no page or feed has one, and one put there is found.

The two formulas of 2026 that a converter let through stand for all: `tests/test_tex_fuzz.py` tries
more of their kind.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import NOW, copy_of_repository
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from digest import archive, tex
from digest.build import BuildOptions, build
from digest.commands.check import feed, page
from digest.commands.check.findings import FindingKind
from digest.commands.check.site import check_site
from digest.model import Entry, Link, Version
from digest.text.ids import paper_path

SVG = r"$x_\operatorname{<svg/onload=alert(1)>}$"
FORM = r"$\frac\operatorname{<form action=//e.example>}2$"
LITERAL = "<img src=x onerror=alert(1)> <plaintext> <textarea> <details>"
SAID = f"Of {SVG} and {FORM}, {LITERAL}"
STRAY = {
    "svg": "<svg onload=alert(1)>",
    "form": "<form action=//e.example>",
    "img": "<img src=x>",
    "plaintext": "<plaintext>",
    "textarea": "<textarea>",
    "details": "<details open ontoggle=alert(1)>",
}
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"
PAPER = Entry(
    id="arxiv:2605.99001",
    title=SAID,
    summary=f"{SAID}\n{SAID}",
    comment=SAID,
    journal_ref=SAID,
    authors=(f"Ada {SVG}", f"Bo {LITERAL}"),
    categories=("cs.DC",),
    links=(Link(rel="abstract", url="https://arxiv.org/abs/2605.99001"),),
    published=datetime(2026, 5, 14, tzinfo=UTC),
    updated=datetime(2026, 5, 15, tzinfo=UTC),
    announced=date(2026, 5, 15),
    seen=date(2026, 5, 15),
    version=2,
    versions=(
        Version(number=1, title=f"Before {SAID}", summary=f"Before {SAID}"),
        Version(number=2, date=datetime(2026, 5, 15, tzinfo=UTC)),
    ),
    sources=("arXiv",),
)


def built_with(paper: Entry, root: Path) -> Path:
    """The shipped archive and this paper, with all feeds, as a site."""
    copy_of_repository(root)
    known = archive.load(root / "content/archive")
    archive.save(root / "content/archive", archive.merge(known, (paper,)).entries)
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True))
    return root / "_site"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_with(PAPER, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site, its paper as long and with as many formulas, which ask for nothing."""
    plain = json.loads(
        json.dumps([PAPER.title, PAPER.summary, PAPER.comment, *PAPER.authors])
        .replace("svg/", "xvg/")
        .replace("<", "(")
        .replace(">", ")")
    )
    title, summary, comment, *authors = plain
    paper = structs.replace(
        PAPER,
        title=title,
        summary=summary,
        comment=comment,
        journal_ref=comment,
        authors=tuple(authors),
        versions=(
            Version(number=1, title=f"Before {title}", summary=f"Before {title}"),
            PAPER.versions[1],
        ),
    )
    return built_with(paper, tmp_path_factory.mktemp("harmless"))


def elements(html: str) -> Counter[str]:
    tree = LexborHTMLParser(html)
    return Counter(str(node.tag) for node in tree.css(",".join(STRAY)))


def in_feeds(site: Path) -> Iterator[tuple[str, str]]:
    """What any feed says in HTML, as a reader of feeds takes it."""
    for path in site.rglob("*.xml"):
        root = ElementTree.parse(path).getroot()
        for name in (CONTENT, "item/description", f"{ATOM}content"):
            for found in root.iter(name) if "/" not in name else root.iterfind(f".//{name}"):
                yield path.name, found.text or ""
    for path in site.rglob("feed.json"):
        for item in json.loads(path.read_text("utf-8"))["items"]:
            yield path.name, item["content_html"]


def test_no_page_has_an_element_that_a_text_asked_for(hostile: Path, harmless: Path) -> None:
    pages = {path.relative_to(hostile) for path in hostile.rglob("*.html")}
    assert Path(paper_path(PAPER.id), "index.html") in pages
    for name in pages:
        there = harmless / name
        if there.is_file():  # an author's name is in the address of the author's page
            shown = elements((hostile / name).read_text("utf-8"))
            assert shown == elements(there.read_text("utf-8")), name


def test_no_feed_has_an_element_that_a_text_asked_for(hostile: Path) -> None:
    texts = list(in_feeds(hostile))
    assert {name for name, html in texts if "operatorname" in html} >= {"feed.xml"}
    for name, html in texts:
        assert not elements(html), f"{name}: {html}"


def test_a_formula_that_is_refused_is_shown_as_its_source(hostile: Path) -> None:
    html = (hostile / paper_path(PAPER.id) / "index.html").read_text("utf-8")
    shown = [node.text() for node in LexborHTMLParser(html).css("h1 code.tex")]
    assert shown == [SVG, FORM]
    done = tex.inline_html(SAID)
    assert done.unconverted == (SVG, FORM)
    assert "<img src=x onerror=alert(1)>" in tex.plain(SAID)


def test_the_check_finds_nothing_in_it(hostile: Path) -> None:
    assert check_site(hostile) == []


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title></head><body>
<h1 dir="auto">{title}</h1><p>{text}</p></body></html>"""
# As the converter gave it.
FORMULA = '<math alttext="x"><msub><mi>x</mi><mo lspace="0" rspace="0">{}</mo></msub></math>'


def kinds_in_page(title: str = "T", text: str = "x") -> set[FindingKind]:
    return {kind for kind, _ in page.read(PAGE.format(title=title, text=text).encode()).problems}


def test_a_page_without_any_is_sound() -> None:
    right = '<math alttext="x"><msub><mi>x</mi><mo lspace="0" rspace="0">n</mo></msub></math>'
    assert kinds_in_page(title=f"<a>{right}</a> <em>T</em>", text=right) == set()


@pytest.mark.parametrize("name", STRAY)
def test_an_element_put_into_a_formula_of_a_page_is_found(name: str) -> None:
    assert FindingKind.MARKUP in kinds_in_page(text=FORMULA.format(STRAY[name]))
    assert FindingKind.MARKUP in kinds_in_page(title=FORMULA.format(STRAY[name]))


@pytest.mark.parametrize("name", STRAY)
def test_an_element_after_the_end_of_a_formula_in_a_formula_is_found(name: str) -> None:
    assert FindingKind.MARKUP in kinds_in_page(text=FORMULA.format(f"</math>{STRAY[name]}"))


@pytest.mark.parametrize("name", ["svg", "form", "img", "plaintext", "textarea"])
def test_an_element_put_into_a_text_from_outside_is_found(name: str) -> None:
    assert FindingKind.MARKUP in kinds_in_page(title=f"Of {STRAY[name]}")


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<svg><path/></svg>", FindingKind.ALT),
        ("<plaintext>", FindingKind.MARKUP),
        ("<xmp>x</xmp>", FindingKind.MARKUP),
        ("<formaction=//e.example>x", FindingKind.MARKUP),
        ("<math><mi onclick='x'>x</mi></math>", FindingKind.MARKUP),
        ('<math><mi style="color:red">x</mi></math>', FindingKind.MARKUP),
        ('<math><mi href="https://x.org">x</mi></math>', FindingKind.MARKUP),
        ("<p/onclick=x>x", FindingKind.INLINE),
    ],
)
def test_an_element_that_no_page_should_have_is_found_anywhere(
    html: str, kind: FindingKind
) -> None:
    assert kind in kinds_in_page(text=html)


def test_drawings_with_names_hidden_ones_and_elements_of_scripts_are_sound() -> None:
    html = (
        '<svg role="img" aria-label="X"><svg><title>x</title></svg></svg><x-y>x</x-y>'
        '<svg aria-hidden="true"><g/></svg><a href="#" aria-label="Up"><svg><path/></svg></a>'
    )
    assert kinds_in_page(text=html) == set()


ITEM = """<item><title>T</title><link>https://x.org/1</link><guid>1</guid>
<pubDate>Sat, 16 May 2026 00:00:00 +0000</pubDate>{}</item>"""
RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>
<link>https://x.org/</link><description>D</description>
<atom:link rel="self" href="https://x.org/feed.xml"/>{}</channel></rss>"""
ATOM_FEED = """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>f</id>
<updated>2026-05-16T00:00:00Z</updated><link rel="self" href="https://x.org/atom.xml"/>
<entry><title>T</title><id>1</id><updated>2026-05-16T00:00:00Z</updated>
<link href="https://x.org/1"/><content type="html">{}</content></entry></feed>"""


def kinds_in_feeds(html: str) -> list[set[FindingKind]]:
    """Of the same item in each format."""
    item = {"id": "1", "url": "https://x.org/1", "title": "T", "content_html": html}
    feed_of_json = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "feed_url": "https://x.org/feed.json",
        "items": [item],
    }
    text = escape(html)
    found = [
        feed.read_xml(RSS.format(ITEM.format(f"<content:encoded>{text}</content:encoded>")).encode()),
        feed.read_xml(RSS.format(ITEM.format(f"<description>{text}</description>")).encode()),
        feed.read_xml(ATOM_FEED.format(text).encode()),
        feed.read_json(json.dumps(feed_of_json).encode()),
    ]  # fmt: skip
    return [{kind for kind, _ in facts.problems} for facts in found if facts]


@pytest.mark.parametrize("name", ["svg", "form", "plaintext", "textarea"])
def test_an_element_put_into_a_feed_is_found(name: str) -> None:
    assert all(FindingKind.ACTIVE in kinds for kinds in kinds_in_feeds(f"<p>x {STRAY[name]}</p>"))


@pytest.mark.parametrize("name", STRAY)
def test_an_element_put_into_a_formula_of_a_feed_is_found(name: str) -> None:
    assert all(FindingKind.MARKUP in kinds for kinds in kinds_in_feeds(FORMULA.format(STRAY[name])))


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<img src=x>", FindingKind.RELATIVE),
        ("<details ontoggle=alert(1)>x</details>", FindingKind.ACTIVE),
        ('<a href="javascript:x">x</a>', FindingKind.SCRIPT_LINK),
    ],
)
def test_what_acts_in_a_feed_is_found(html: str, kind: FindingKind) -> None:
    assert all(kind in kinds for kinds in kinds_in_feeds(html))


def test_a_feed_of_text_links_images_and_formulas_is_sound() -> None:
    html = f'<p>x <b>y</b> <a href="https://x.org/">z</a></p>{FORMULA.format("n")}'
    html += '<blockquote><img src="https://x.org/a.png" alt=""></blockquote><ins>a</ins>'
    assert kinds_in_feeds(html) == [set()] * 4
