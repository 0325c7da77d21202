"""Take the pictures of docs/pictures.md: `python docs/screenshots.py`; needs Chromium.

They show the shipped site, and beside its own papers those that its themes name as examples: the
later ones as if arXiv had announced them in the two weeks after.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from digest.build import BuildOptions, build
from digest.config import load_site

PROJECT = Path(__file__).parents[1]
OUT = PROJECT / "docs/screenshots"
SITE = "https://example.org/digest/"
NOW = datetime(2026, 5, 30, 6, tzinfo=UTC)
FIRST = date(2026, 5, 18)  # the first day after those of the shipped papers
LATE = "2410"  # from this month on, a paper is shown in these weeks
PAGES = {
    "front": "",
    "theme": "themes/llm-serving/",
    "paper": "papers/2605.14376/",
    "issue": "issues/2026-w20/",
    "archive": "archive/",
    "search": "search/?q=speculative",
    "reading": "reading/",
    "trends": "trends/",
}
SIZES = {"narrow": (390, 760), "wide": (1280, 720)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
QUALITY = 50  # of WebP; small type is still clean


def papers() -> Iterator[dict[str, Any]]:
    """The examples, as a `file` source reads them."""
    wanted = {e.id for theme in load_site(PROJECT / "site.yaml").themes for e in theme.examples_in}
    every = [json.loads(line) for line in (PROJECT / "content/examples.jsonl").open("rb")]
    found = {n: one for one in every if (n := one["id"].removeprefix("arxiv:")) in wanted}
    late = sorted(name for name in found if name >= LATE and "/" not in name)
    weekdays = [day for n in range(12) if (day := FIRST + timedelta(n)).weekday() < 5]
    for name, paper in found.items():
        listed = paper["announced"]
        if name in late:
            listed = str(weekdays[late.index(name) * len(weekdays) // len(late)])
        kept = {key: paper[key] for key in ("title", "authors", "categories")}
        yield {**kept, "id": name, "abstract": paper["summary"], "first_listed": listed}


def make(root: Path) -> Path:
    """Build the site of the pictures."""
    shutil.copytree(PROJECT / "content", root / "content")
    text = (PROJECT / "site.yaml").read_text("utf-8")
    before, after = text.split("\nsources:\n")
    source = "\nsources:\n  - {name: Examples, kind: file, path: content/papers.jsonl}\n"
    themes = after[after.index("\n# In this order") :]
    (root / "site.yaml").write_text(before + source + themes, "utf-8")
    lines = (json.dumps(paper) for paper in papers())
    (root / "content/papers.jsonl").write_text("\n".join(lines), "utf-8")
    build(root, BuildOptions(now=NOW, out=root / "_site"))
    return root / "_site"


def served(site: Path, route: Route) -> None:
    """Answer a request with the site's file."""
    path = site / urlsplit(route.request.url).path.removeprefix("/digest/")
    path = path / "index.html" if path.is_dir() else path
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    route.fulfill(path=path, content_type=kind)


def save(page: Page) -> None:
    """Put a few papers on the reading list, as a reader does with the keyboard."""
    page.goto(SITE)
    for key in "jsjjsjsjjs":
        page.keyboard.press(key)


def shoot(browser: Browser, site: Path, size: str, scheme: Literal["light", "dark"]) -> None:
    """All pages in one size and colour scheme."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.route("**/*", lambda route: served(site, route))
    page = context.new_page()
    save(page)
    chrome = context.new_cdp_session(page)
    for name, path in PAGES.items():
        page.goto(SITE + path)
        if name == "search":
            page.locator("#results h2").first.wait_for()
        picture = chrome.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (OUT / f"{name}-{size}-{scheme}.webp").write_bytes(base64.b64decode(picture["data"]))
    context.close()


def main() -> None:
    """Take every picture anew."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    OUT.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as play:
        site = make(Path(folder))
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size in SIZES:
            for scheme in SCHEMES:
                shoot(browser, site, size, scheme)
        browser.close()


if __name__ == "__main__":
    main()
