"""The built site in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import NOW, copy_of_repository
from playwright.sync_api import Browser, Page, sync_playwright

from digest.build import build
from digest.preview import Preview
from digest.serve import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
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
    "about/",
    "404.html",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow screen, JavaScript off."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, is_mobile=True
    )
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
    assert formulas.count() >= 8
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
        report = build(root, now=NOW, out=out, offline=True, drafts=True)
        return urlsplit(report.url).path

    note = root / "content/notes/2605.13319.md"
    note.parent.mkdir(exist_ok=True)
    with serving(Preview(root, out, rebuild), "127.0.0.1", 0) as address:
        context = browser.new_context()
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
