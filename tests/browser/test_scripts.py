"""Scripts other than Latin, and formulas within words, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CHROMIUM, NOW, PATIENCE, serving
from playwright.sync_api import Browser, Page

from digest import archive
from digest.build import BuildOptions, build
from digest.fetch import ARCHIVE
from digest.language import Language
from digest.model import Entry

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

PAPERS = [
    ("Vitamin C and $k$-means in $O(n)$th place", "About $a+b$ alone.", "Łukasz Kaiser"),
    ("Verifying programs", "We verify.", "Søren Møller"),
    ("面向联邦学习的分散聚合", "我们研究联邦学习。", "王小明"),
    ("分散学習の研究", "連合学習について。", "Jürgen Groß"),
    ("연합학습을 위한 방법", "A.", "İlker Işık"),
    ("Transformer学习", "A.", "Đặng Văn"),
]
SITE = """\
title: Scripts
url: https://example.org/
cards: false
related: false
language: LANGUAGE
sources:
  - {name: DC, kind: arxiv-listing, categories: [cs.DC]}
themes:
  - {id: zh, title: Zh, any: [联邦学习]}
  - {id: ja, title: Ja, any: [学習]}
  - {id: ko, title: Ko, any: [연합 학습]}
"""


def site(root: Path, language: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "site.yaml").write_text(SITE.replace("LANGUAGE", language), "utf-8")
    entries = [
        Entry(
            id=f"arxiv:2605.3000{number}",
            title=title,
            summary=summary,
            authors=(author,),
            categories=("cs.DC",),
            announced=NOW.date(),
            seen=NOW.date(),
        )
        for number, (title, summary, author) in enumerate(PAPERS)
    ]
    archive.save(root / ARCHIVE, entries)
    build(root, BuildOptions(now=NOW, out=root / "out", offline=True))
    return root / "out"


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site(tmp_path_factory.mktemp("english"), "en")


@pytest.fixture(scope="module")
def persian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site(tmp_path_factory.mktemp("persian"), "fa")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 900, "height": 700})
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("theme", "papers"), [("zh", ["2605.30002"]), ("ja", ["2605.30003"]), ("ko", ["2605.30004"])]
)
def test_a_theme_meets_phrases_of_scripts_without_spaces(
    english: Path, theme: str, papers: list[str]
) -> None:
    html = (english / f"themes/{theme}/index.html").read_text("utf-8")
    assert [f"2605.3000{n}" for n in range(6) if f"/papers/2605.3000{n}/" in html] == papers


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("学習", "分散学習の研究"),
        ("联邦学习", "面向联邦学习的分散聚合"),
        ("학습", "연합학습을 위한 방법"),
        ("学习 transf", "Transformer学习"),
        ("Lukasz", "Vitamin C and k-means in O(n)th place"),
        ("Moller", "Verifying programs"),
        ("Gross", "分散学習の研究"),
        ("Isik", "연합학습을 위한 방법"),
        ("Dang", "Transformer学习"),
    ],
)
def test_search_finds_what_rules_find(page: Page, english: Path, query: str, title: str) -> None:
    with serving(english, "/") as address:
        page.goto(f"{address}search/?q={query}")
        page.get_by_role("status").get_by_text("1 paper", exact=True).wait_for()
        assert page.locator("#results h2").all_inner_texts() == [title]


def test_a_language_written_from_right_to_left_has_such_pages(page: Page, persian: Path) -> None:
    assert '<html lang="fa" dir="rtl">' in (persian / "index.html").read_text("utf-8")
    with serving(persian, "/") as address:
        for path in ("", "papers/2605.30000/", "trends/", "archive/", "search/"):
            page.goto(address + path)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 900, path
        page.goto(address)
        heading = page.locator(".title").first.bounding_box()
        day = page.locator("time").first.bounding_box()
        assert heading is not None
        assert day is not None
        assert day["x"] > heading["x"]


@pytest.mark.parametrize("language", ["ar", "he", "ur", "fa-IR", "ckb", "az-Arab"])
def test_such_languages_are_known_by_their_name_or_script(language: str) -> None:
    assert Language(language).direction == "rtl"
    assert {Language(tag).direction for tag in ("en", "de", "ur-Latn", "ja")} == {"ltr"}


def test_no_line_ends_between_a_formula_and_its_word(page: Page, english: Path) -> None:
    with serving(english, "/") as address:
        page.goto(f"{address}papers/2605.30000/")
        for width in range(200, 420, 7):
            page.set_viewport_size({"width": width, "height": 700})
            for place in page.evaluate(
                """() => [...document.querySelectorAll("h1 .nobreak")].map((span) => {
                    const range = document.createRange();
                    range.setStart(span.nextSibling, 0);
                    range.setEnd(span.nextSibling, 1);
                    const after = range.getBoundingClientRect();
                    const formula = span.querySelector("math").getBoundingClientRect();
                    return [formula.left, after.left];
                })"""
            ):
                assert place[0] < place[1], width


def test_a_formula_in_a_bold_title_is_bold(page: Page, english: Path) -> None:
    with serving(english, "/") as address:
        page.goto(f"{address}papers/2605.30000/")
        weight = "(node) => getComputedStyle(node).fontWeight"
        title, formula = page.locator("h1"), page.locator("h1 math").first
        assert formula.evaluate(weight) == title.evaluate(weight)
        assert int(title.evaluate(weight)) >= 600
        assert page.locator(".abstract math").first.evaluate(weight) == "400"
