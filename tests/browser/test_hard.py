"""Papers that are hard to show, in a real browser: nothing breaks out of the page, nothing runs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from conftest import CHROMIUM, NOW, serving
from playwright.sync_api import Browser

from digest import archive
from digest.build import BuildOptions, build
from digest.model import Entry, Link, Version
from digest.text.ids import paper_path

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HOSTILE = (
    '<script>hacked=1</script><img src=x onerror=hacked=1> "\' onload="hacked=1" ]]> {{7*7}} '
    "javascript:hacked=1 \\href{javascript:hacked=1}{x} $\\href{javascript:hacked=1}{x}$ "
    "</title></style><svg onload=hacked=1> \u202e\x00 <!-- --> %00 ../../etc"
)
GIANT = r"f(x) = \sum_{i=1}^{n}" + " + ".join(
    rf"\frac{{a_{{{i}}}}}{{b_{{{i}}}}}" for i in range(60)
)
SUMMARY = "We study consensus, and show that it is hard to show."
HARD: dict[str, dict[str, object]] = {
    "long-title": {"title": "A consensus of very many words " * 13},
    "long-word": {"title": "Consensus" * 45, "comment": "x" * 400, "journal_ref": "y" * 400},
    "bare": {"title": "Consensus without abstract or authors", "summary": "", "authors": ()},
    "crowd": {"authors": tuple(f"Person Number {n}" for n in range(3_303))},
    "display": {"summary": f"$${GIANT}$$"},
    "inline": {"summary": f"${GIANT}$"},
    "unknown": {"title": r"$\nobody{" + "x" * 300 + r"}\knows$", "summary": r"\dontknow" * 40},
    "arabic": {"title": "خوارزمية الإجماع consensus $n$", "authors": ("محمد بن موسى", "李明")},
    "chinese": {
        "title": "分布式共识算法" * 20,
        "summary": "我们研究共识" * 60,
        "authors": ("李 明",),
    },
    "emoji": {"title": "🚀 consensus 👩‍👩‍👧‍👦", "authors": ("🦀 Crab",)},
    "math": {"title": r"$O(n \log n) \cdot \sum_{i=1}^{n} \frac{1}{i^2}$"},
    "wide-math": {"title": f"${GIANT}$ and consensus ${GIANT}$"},
    "twins": {"authors": ("Wei Wang", "Wei Wang")},
    "address": {"summary": f"consensus at https://example.org/{'a' * 300} and {'b' * 300}"},
    "hostile": {
        "title": HOSTILE,
        "summary": f"consensus {HOSTILE}\n{HOSTILE}",
        "authors": (HOSTILE, "<b>Bobby</b> Tables"),
        "categories": (HOSTILE,),
        "classes": (HOSTILE,),
        "comment": HOSTILE,
        "journal_ref": HOSTILE,
        "doi": "10.1/<script>hacked=1</script>",
        "license": "https://example.org/\"onmouseover='hacked=1'",
        "versions": (
            Version(number=1, title=f"before {HOSTILE}", summary=HOSTILE),
            Version(number=2, date=datetime(2026, 5, 15, tzinfo=UTC)),
        ),
        "version": 2,
    },
}
SITE = """\
title: Papers that are hard to show, whatever the screen
url: https://example.org/digest/
tag: example.org,2026
description: Nothing here may break out of its page.
language: en
timezone: UTC
author: An Editor
sources: [{name: "<script>hacked=1</script> arXiv", kind: arxiv-listing, categories: [cs.DC]}]
themes:
  - id: consensus
    title: "Consensus <script>hacked=1</script> and all that belongs to it, of which there is much"
    description: "Agreeing. <img src=x onerror=hacked=1>"
    any: [consensus, {regex: 'hacked'}, {regex: 'x.{0,40}x'}]
"""
IDS = {name: f"arxiv:2605.{number:05}" for number, name in enumerate(HARD, start=1)}
PAGES = [
    *(paper_path(name) for name in IDS.values()),
    "",
    "themes/",
    "themes/consensus/",
    "days/2026-05-14/",
    "archive/2026-05/",
    "updates/",
    "feeds/",
    "about/",
    "search/?q=consensus",
]


def hard(name: str, **fields: object) -> Entry:
    values: dict[str, object] = {
        "title": f"Consensus of {name}",
        "summary": SUMMARY,
        "authors": ("Ada Lovelace",),
        "categories": ("cs.DC",),
        "links": (Link(rel="abstract", url=f"https://arxiv.org/abs/{IDS[name][6:]}"),),
        "published": datetime(2026, 5, 13, tzinfo=UTC),
        "version": 1,
        "sources": ("<script>hacked=1</script> arXiv",),
    }
    return Entry(
        id=IDS[name],
        announced=date(2026, 5, 14),
        seen=date(2026, 5, 14),
        **(values | fields),  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("hard")
    (root / "site.yaml").write_text(SITE, "utf-8")
    archive.save(root / "content/archive", [hard(name, **fields) for name, fields in HARD.items()])
    build(root, BuildOptions(now=NOW, out=root / "_site", offline=True))
    with serving(root / "_site") as served:
        yield served


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_hard_papers_stay_within_their_page(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda r: complaints.append(r.url) if address not in r.url else None)
    for path in PAGES:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        measured = page.evaluate(
            "[document.documentElement.scrollWidth, typeof hacked, document.title.length > 0]"
        )
        assert (path, measured[0] <= width, *measured[1:]) == (path, True, "undefined", True)
        assert complaints == [], path
    context.close()


def test_hostile_words_are_shown_as_they_were_written(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + paper_path(IDS["hostile"]))
    assert "<script>hacked=1</script>" in page.locator("h1").inner_text()
    assert page.locator("h1 mark").first.inner_text() == "hacked"
    assert page.locator("main script, main img, main svg, h1 a, main [onload]").count() == 0
    page.close()


def test_a_crowd_is_folded_and_whole(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + paper_path(IDS["crowd"]))
    page.locator(".byline summary").click()
    assert "Person Number 3302" in page.locator(".byline").inner_text()
    page.close()
