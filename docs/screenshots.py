"""Take the pictures of docs/pictures.md: `python docs/screenshots.py`; needs Chromium.

They show the shipped site, and beside its own papers those that its themes name as examples: the
later ones as if arXiv had announced them in the two weeks after.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from digest.build import BuildOptions, build
from digest.commands import examples
from digest.commands.ranking import learn_again
from digest.config import load_site
from digest.fetch import fetch
from digest.sources.client import Web

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
DAY_PAPERS = 99
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


def make_day(root: Path, *, ranked: bool) -> Path:
    """Build a site whose newest day has as many papers as a busy one, ranked or not.

    The editor picked what the first two themes name as examples; those papers are of earlier days.
    """
    text = (PROJECT / "site.yaml").read_text("utf-8")
    before, after = text.split("\nsources:\n")
    source = "\nsources:\n  - {name: Examples, kind: file, path: content/papers-*.jsonl}\n"
    themes = after[after.index("\n# In this order") :]
    root.mkdir()
    (root / "site.yaml").write_text(before + "\nrank: true" * ranked + source + themes, "utf-8")
    write_papers(root / "content/papers-1.jsonl", papers())
    site = load_site(root / "site.yaml")
    known = {entry.id for entry in fetch(root, site, Web(site.url), NOW).entries}
    picks = {e.id for theme in site.themes[:2] for e in theme.examples_in}
    for name in (name for name in picks if f"arxiv:{name}" in known):
        path = root / f"content/notes/{name.replace('/', '-')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\npin: 2026-05-01\n---\n", "utf-8")
    if ranked:
        learn_again(root, NOW)
    write_papers(root / "content/papers-2.jsonl", busy_day())
    build(root, BuildOptions(now=NOW, out=root / "_site"))
    return root / "_site"


def busy_day() -> Iterator[dict[str, Any]]:
    """The papers that the project carries, as if all were announced on one day."""
    known = {entry.id: entry for entry in examples.papers(PROJECT).values()}
    for number, name in enumerate(sorted(known)[:DAY_PAPERS], 1):
        entry = known[name]
        yield {
            "id": f"2605.2{number:04}",
            "title": entry.title,
            "abstract": entry.summary,
            "authors": list(entry.authors),
            "categories": list(entry.categories),
            "first_listed": str(NOW.date()),
        }


def write_papers(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")


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


def shoot_day(browser: Browser, site: Path, name: str) -> None:
    """The newest day, in light colours."""
    for size, (width, height) in SIZES.items():
        context = browser.new_context(viewport={"width": width, "height": height})
        context.route("**/*", partial(served, site))
        page = context.new_page()
        page.goto(f"{SITE}days/{NOW.date()}/")
        chrome = context.new_cdp_session(page)
        picture = chrome.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (OUT / f"{name}-{size}-light.webp").write_bytes(base64.b64decode(picture["data"]))
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
        for name, ranked in (("day", False), ("day-ranked", True)):
            shoot_day(browser, make_day(Path(folder) / name, ranked=ranked), name)
        browser.close()


if __name__ == "__main__":
    main()
