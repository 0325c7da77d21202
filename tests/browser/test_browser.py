"""The built site in a real browser."""

import mimetypes
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import CHROMIUM, NOW, PATIENCE, copy_of_repository
from playwright.sync_api import Browser, Page, Route
from test_lists import SITE, THEMES
from test_trends import many

from digest import model
from digest.build import BuildOptions, build
from digest.commands.preview import Preview
from digest.commands.serve import serving
from digest.pages.heatmap import heat
from digest.pages.trends import trends
from digest.render import Renderer, default_templates

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

PAGES = [
    "",
    "themes/",
    "themes/distributed-algorithms/",
    "papers/2605.14376/",
    "papers/2605.13779/",
    "days/2026-05-14/",
    "archive/",
    "archive/2026-05/",
    "updates/",
    "search/",
    "trends/",
    "about/",
    "reading/",
    "404.html",
]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow screen, JavaScript off."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, is_mobile=True
    )
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_whole_and_from_here_alone(browser: Browser, served: str, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    complaints, asked = list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda r: complaints.append(r.url) if r.status >= 400 else None)
    page.goto(served + path)
    assert complaints == []
    assert all(url.startswith((served, "data:")) for url in asked), asked
    assert page.locator("h1").count() == 1
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(phone: Page, served: str, path: str) -> None:
    phone.goto(served + path)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_math_has_a_box_and_no_tex_is_seen(browser: Browser, served: str) -> None:
    page = browser.new_page()
    page.goto(f"{served}papers/2605.14375/")
    formulas = page.locator(".text math")
    assert formulas.count() >= 6
    for formula in formulas.all():
        box = formula.bounding_box()
        assert box is not None
        assert box["width"] > 0
        assert box["height"] > 0
    assert "\\" not in page.locator("div.abstract").inner_text()
    page.close()


def test_light_and_dark(browser: Browser, served: str) -> None:
    def background(scheme: str) -> str:
        context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(served)
        colour: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        context.close()
        return colour

    assert background("light") != background("dark")


def test_an_abstract_opens_in_its_place_without_javascript(phone: Page, served: str) -> None:
    phone.goto(served)
    first = phone.locator("details.abstract").first
    assert not first.locator("p").first.is_visible()
    first.locator("summary").click()
    assert first.locator("p").first.is_visible()


def titles(page: Page, count: int) -> list[str]:
    """What was found, once the page says that it found as many."""
    papers = "1 paper" if count == 1 else f"{count or 'No'} papers"
    page.get_by_role("status").get_by_text(papers, exact=True).wait_for()
    return page.locator("#results h2").all_inner_texts()


@pytest.mark.parametrize(
    "words",
    ["Elastic Speculative", "specul ELAST", "xinyi", "2604.096", "arxiv:2604.0960", "hu yuhao"],
)
def test_search_finds_by_word_by_prefix_by_name_and_by_part_of_an_id(
    page: Page, served: str, words: str
) -> None:
    page.goto(f"{served}search/")
    page.keyboard.type(words)
    assert any(title.startswith("ECHO: Elastic") for title in titles(page, 1))


def test_search_looks_into_abstracts_when_asked_to(page: Page, served: str) -> None:
    page.goto(f"{served}search/")
    page.keyboard.type("reducing")
    assert titles(page, 0) == []
    page.get_by_label("Abstracts too").check()
    assert len(titles(page, 4)) == 4


def test_search_filters_and_keeps_them_in_its_address(page: Page, served: str) -> None:
    page.goto(f"{served}search/")
    page.get_by_label("Year").select_option("2024")
    (found,) = titles(page, 1)
    page.get_by_label("Author").fill("nobody")
    assert titles(page, 0) == []
    page.get_by_label("Author").fill("")
    assert titles(page, 1) == [found]
    page.reload()
    assert titles(page, 1) == [found]
    page.get_by_label("Theme").select_option("speculative-decoding")
    page.get_by_label("Year").select_option("2026")
    page.get_by_text("ECHO: Elastic").wait_for()
    assert page.url.endswith("search/?theme=speculative-decoding&year=2026")


@pytest.mark.parametrize("name", ["2604.09603", "arXiv:2604.09603v2"])
def test_an_id_goes_straight_to_its_paper(page: Page, served: str, name: str) -> None:
    page.goto(f"{served}404.html")
    page.get_by_label("Search the papers").fill(name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}papers/2604.09603/")


def test_search_by_the_keyboard_alone(page: Page, served: str) -> None:
    page.goto(f"{served}search/")
    page.keyboard.type("elastic speculative")
    titles(page, 1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("/")
    page.keyboard.type("elastic")
    page.get_by_text("ECHO: Elastic").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}papers/*/")


def test_search_without_javascript_says_what_to_do_instead(phone: Page, served: str) -> None:
    phone.goto(f"{served}search/?q=echo")
    assert "Searching needs JavaScript" in phone.locator("noscript").inner_text()
    assert not phone.locator("#search").is_visible()


def test_a_page_prints(browser: Browser, served: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(f"{served}days/2026-05-14/")
    assert page.pdf(path=tmp_path / "day.pdf").startswith(b"%PDF")
    page.close()


def test_a_preview_reloads_by_itself_and_shows_what_is_wrong(
    browser: Browser, tmp_path: Path
) -> None:
    root, out = copy_of_repository(tmp_path / "root"), tmp_path / "out"

    def rebuild() -> str:
        report = build(root, BuildOptions(now=NOW, out=out, offline=True, drafts=True))
        return urlsplit(report.url).path

    note = root / "content/notes/2605.13319.md"
    note.parent.mkdir(exist_ok=True)
    with serving(Preview(root, out, rebuild), "127.0.0.1", 0) as address:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto(f"{address}papers/2605.13319/")
        note.write_text("Just in.\n", "utf-8")
        page.get_by_text("Just in.").wait_for()
        note.write_text("---\npni: true\n---\n", "utf-8")
        page.get_by_role("alert").wait_for()
        assert "2605.13319.md:2: unknown key 'pni'" in page.get_by_role("alert").inner_text()
        note.write_text("Mended.\n", "utf-8")
        page.get_by_text("Mended.").wait_for()
        assert page.get_by_role("alert").count() == 0
        context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_charts_of_a_large_archive_can_be_read(browser: Browser, width: int) -> None:
    """Nothing is wider than the screen, and no word of a chart lies on another."""
    renderer = Renderer(SITE, default_templates())
    days = {date(2017, 1, 1) + timedelta(days=n): n % 23 for n in range(0, 3650, 2)}
    pages = [
        model.Page.of("trends/index.html", "trends.html", trends=trends(THEMES, many())),
        model.Page.of("archive/index.html", "archive.html", heat=heat(days)),
    ]
    answers = {f"/digest/{name}": data for name, data in renderer.static()}
    answers |= {f"/digest/{page.path[:-10]}": renderer.render(page) for page in pages}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        kind = mimetypes.guess_type(path)[0] or "text/html"
        route.fulfill(body=answers.get(path, b""), content_type=kind)

    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.route("**/*", answer)
    for path in ("trends/", "archive/"):
        page.goto(f"http://digest.example.org/digest/{path}")
        assert page.locator(".chart text").count() > 10
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OVERLAPS) == []
    context.close()


OVERLAPS = """() => [...document.querySelectorAll('.chart')].flatMap(chart => {
  const words = [...chart.querySelectorAll('text')];
  const boxes = words.map(word => [word.textContent, word.getBoundingClientRect()]);
  const frame = chart.getBoundingClientRect();
  return boxes.flatMap(([said, a], at) => [
    ...(a.left < frame.left - 3 || a.right > frame.right + 3 ? [said + ' sticks out'] : []),
    ...boxes.slice(at + 1).filter(([, b]) =>
      a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1
    ).map(([other]) => said + ' on ' + other),
  ]);
})"""
