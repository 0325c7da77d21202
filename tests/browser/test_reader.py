"""What a reader keeps in the browser, and does there: papers, colours, keys, citations."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import CHROMIUM, NOW, copy_of_repository, serving
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from digest.build import BuildOptions, build

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

ECHO, GOSSIP, PIPE = "2604.09603", "2605.14376", "2605.13319"
DAY = "days/2026-05-14/"
LISTS = ["", "themes/distributed-algorithms/", DAY, "archive/2026-05/", "search/?q=a", "reading/"]
HARD = Path(__file__).parents[1] / "site"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def item(page: Page, name: str) -> Locator:
    """The paper in a list; where it stands twice, below the picks."""
    return page.locator("main li.paper").filter(has=page.locator(f'a[href$="papers/{name}/"]')).last


def control(page: Page, name: str, what: str) -> Locator:
    return item(page, name).locator(f"[data-do={what}]")


def said(page: Page) -> Locator:
    return page.locator("#reader-said").get_by_role("status")


def kept(page: Page, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        page.evaluate("name => localStorage.getItem(name) || '{}'", f"digest:/digest/:{name}")
    )
    return found


def ids(value: dict[str, object]) -> set[str]:
    return set(value)


def test_a_saved_paper_is_on_the_reading_list_and_marked_wherever_it_stands(
    page: Page, served: str
) -> None:
    page.goto(served)
    control(page, PIPE, "saved").click()
    expect(said(page)).to_contain_text("Saved: PipeSD")
    page.goto(f"{served}reading/")
    expect(page.locator("#reading-tally")).to_have_text("1 paper")
    found = item(page, PIPE)
    expect(found.locator("h2")).to_have_text(re.compile("^PipeSD: An Efficient Cloud-Edge"))
    expect(found.locator(".byline")).to_have_text(
        "Yunhe Han, Yunqi Gao, Bing Hu, Mahdi Boloursaz Mashhadi, Yitong Duan, Pei Xiao and 1 more"
    )
    expect(found.locator(".refs > li:not(.own)")).to_have_text(["arXiv:2605.13319", "14 May 2026"])
    for path in (DAY, "themes/speculative-decoding/", "search/?q=2605.1331"):
        page.goto(served + path)
        expect(control(page, PIPE, "saved")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{served}papers/{PIPE}/")
    saved = page.locator(".actions [data-do=saved]")
    expect(saved).to_have_attribute("aria-pressed", "true")
    saved.click()
    page.goto(f"{served}reading/")
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


def test_what_a_paper_page_saves_is_what_a_list_saves(page: Page, served: str) -> None:
    def saved() -> object:
        record = kept(page, "saved").pop(ECHO)
        assert isinstance(record, dict)
        return {name: value for name, value in record.items() if name != "saved"}

    page.goto(f"{served}papers/{ECHO}/")
    page.locator(".actions [data-do=saved]").click()
    on_page = saved()
    page.locator(".actions [data-do=saved]").click()
    page.goto(served)
    control(page, ECHO, "saved").click()
    assert saved() == on_page
    control(page, ECHO, "saved").click()
    page.goto(f"{served}search/?q=elastic")
    control(page, ECHO, "saved").click()
    assert saved() == on_page


def test_a_paper_that_was_opened_is_read_until_it_is_marked_unread(page: Page, served: str) -> None:
    page.goto(served)
    expect(control(page, PIPE, "read")).to_have_attribute("aria-pressed", "false")
    item(page, PIPE).locator(".title a").click()
    page.wait_for_url(f"{served}papers/{PIPE}/")
    expect(page.locator(".actions [data-do=read]")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(control(page, PIPE, "read")).to_have_attribute("aria-pressed", "true")
    expect(item(page, PIPE)).to_have_class(re.compile(r"\bread\b"))
    control(page, PIPE, "read").click()
    expect(said(page)).to_contain_text("Marked as unread")
    expect(item(page, PIPE)).not_to_have_class(re.compile(r"\bread\b"))


def test_a_hidden_paper_can_be_had_back_at_once_or_later(page: Page, served: str) -> None:
    page.goto(f"{served}{DAY}")
    first, second = page.locator("main li.paper:visible .title a").all()[:2]
    name = re.sub(r".*/papers/(.*)/", r"\1", first.get_attribute("href") or "")
    after = second.get_attribute("href")
    control(page, name, "hidden").click()
    expect(item(page, name)).to_be_hidden()
    assert page.evaluate("document.activeElement.getAttribute('href')") == after
    page.get_by_role("button", name="Undo").click()
    expect(item(page, name)).to_be_visible()
    expect(first).to_be_focused()
    control(page, name, "hidden").click()
    page.goto(served)
    expect(item(page, name)).to_be_hidden()
    line = page.get_by_role("button", name="1 hidden paper")
    expect(line).to_have_attribute("aria-expanded", "false")
    line.click()
    expect(item(page, name)).to_be_visible()
    control(page, name, "hidden").click()
    expect(said(page)).to_contain_text("Shown in lists again")
    expect(line).to_be_hidden()
    page.reload()
    expect(item(page, name)).to_be_visible()


def test_what_is_hidden_is_found_all_the_same(page: Page, served: str) -> None:
    page.goto(served)
    control(page, ECHO, "hidden").click()
    page.goto(f"{served}search/?q=elastic")
    expect(item(page, ECHO)).to_be_visible()


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A served site that lacks three papers of May, its archive, and their lines."""
    root, out = copy_of_repository(tmp_path / "root"), tmp_path / "out"
    month = root / "content/archive/2026-05.jsonl"
    lines = month.read_text("utf-8").splitlines(keepends=True)
    late = [line for line in lines if re.search("2605.(14376|14375|13343)", line[:40])]
    assert len(late) == 3
    month.write_text("".join(line for line in lines if line not in late), "utf-8")
    build(root, BuildOptions(now=NOW, out=out, offline=True, allow_shrink=True))
    with serving(out) as address:
        yield address, root, lines


def test_new_is_what_the_last_visit_did_not_show(
    context: BrowserContext, growing: tuple[str, Path, list[str]]
) -> None:
    address, root, lines = growing
    start = datetime(2026, 5, 16, 8, tzinfo=UTC)
    page = context.new_page()
    context.clock.set_fixed_time(start)
    page.goto(address)
    expect(page.locator("#reader-since")).to_be_hidden()
    assert page.locator(".new").count() == 0

    (root / "content/archive/2026-05.jsonl").write_text("".join(lines), "utf-8")
    build(root, BuildOptions(now=NOW, out=root.parent / "out", offline=True))
    context.clock.set_fixed_time(start + timedelta(hours=1))
    page.goto(address)
    expect(page.locator("#reader-since")).to_be_hidden()  # still the same visit

    context.clock.set_fixed_time(start + timedelta(hours=25))
    page.goto(address)
    # The front page has seen them an hour after the first visit.
    expect(page.locator("#reader-since")).to_have_text(
        "Nothing new since your visit on 16 May 2026"
    )


def test_new_papers_are_counted_and_marked_until_they_are_read(
    context: BrowserContext, growing: tuple[str, Path, list[str]]
) -> None:
    address, root, lines = growing
    start = datetime(2026, 5, 16, 8, tzinfo=UTC)
    page = context.new_page()
    context.clock.set_fixed_time(start)
    page.goto(address)
    (root / "content/archive/2026-05.jsonl").write_text("".join(lines), "utf-8")
    build(root, BuildOptions(now=NOW, out=root.parent / "out", offline=True))

    context.clock.set_fixed_time(start + timedelta(hours=24))
    page.goto(f"{address}{DAY}")  # the visit begins elsewhere
    # 2605.13343 was announced two days before that visit, and came late.
    expect(page.locator(".new .title")).to_have_text([re.compile("^New: ")])
    page.goto(address)
    expect(page.locator("#reader-since")).to_have_text("3 new since your visit on 16 May 2026")
    assert page.locator(".new").count() == 3
    page.reload()
    assert page.locator(".new").count() == 3
    control(page, "2605.13343", "read").click()
    assert page.locator(".new").count() == 2
    assert not item(page, "2605.13343").inner_text().startswith("New")


def export(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Export as {name}").click()
    return Path(download.value.path()).read_text("utf-8")


def take(page: Page, text: str, name: str = "list.json") -> None:
    file = FilePayload(name=name, mimeType="application/json", buffer=text.encode())
    page.get_by_label("Import JSON").set_input_files(file)


def test_what_is_exported_comes_back_by_import(page: Page, served: str) -> None:
    page.goto(served)
    control(page, ECHO, "saved").click()
    control(page, GOSSIP, "saved").click()
    control(page, PIPE, "hidden").click()
    control(page, ECHO, "read").click()
    page.goto(f"{served}reading/")
    before = {name: kept(page, name) for name in ("saved", "read", "hidden")}
    text = export(page, "JSON")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_role("alert")).to_have_text("All forgotten.")
    assert page.evaluate("Object.keys(localStorage)") == []
    expect(page.locator("#reading-list > li")).to_have_count(0)
    take(page, text)
    expect(page.get_by_role("alert")).to_have_text(
        "Imported: 2 saved, 1 read and 1 hidden papers that were not here yet."
    )
    assert {name: kept(page, name) for name in ("saved", "read", "hidden")} == before
    # The one saved last stands on top.
    expect(page.locator("#reading-list .title a").first).to_have_attribute(
        "href", re.compile(GOSSIP)
    )
    take(page, text)
    expect(page.get_by_role("alert")).to_contain_text("0 saved, 0 read and 0 hidden")
    assert {name: kept(page, name) for name in ("saved", "read", "hidden")} == before


def test_an_import_adds_and_never_replaces(page: Page, served: str) -> None:
    page.goto(served)
    control(page, ECHO, "saved").click()
    page.goto(f"{served}reading/")
    theirs = {"id": ECHO, "title": "Another title"}, {"id": "2401.00001", "title": "<b>New</b>"}
    take(page, json.dumps({"format": "digest reading list", "saved": theirs}))
    expect(page.locator("#reading-list h2")).to_have_text([re.compile("^ECHO"), "<b>New</b>"])


RIGHT = {"id": "2401.00001", "title": "A title"}


BAD: list[tuple[str | dict[str, object], str]] = [
    ("{", "list.json is not JSON"),
    ("", "list.json is not JSON"),
    ("[]", "list.json is not a reading list"),
    ("null", "list.json is not a reading list"),
    ('{"version": "https://jsonfeed.org/version/1.1"}', "list.json is not a reading list"),
    ({"saved": {}}, "list.json is not a reading list"),
    ({"saved": [RIGHT, {"id": "2401.00002"}]}, "list.json: number 2 of “saved”"),
    ({"saved": [{"id": "../evil", "title": "T"}]}, "list.json: number 1 of “saved”"),
    ({"saved": [None]}, "list.json: number 1 of “saved”"),
    ({"saved": [RIGHT], "read": ["a", 7]}, "list.json: number 2 of “read”"),
    ({"hidden": ["a b"]}, "list.json: number 1 of “hidden”"),
    (" " * 6_000_001, "list.json is larger"),
]


def test_a_bad_file_is_named_and_nothing_is_imported(page: Page, served: str) -> None:
    page.goto(f"{served}reading/")
    for value, complaint in BAD:
        named = {"format": "digest reading list"}
        take(page, value if isinstance(value, str) else json.dumps(named | value))
        expect(page.get_by_role("alert")).to_contain_text(complaint)
        expect(page.get_by_role("alert")).to_contain_text("Nothing was imported.")
        assert not any(kept(page, name) for name in ("saved", "read", "hidden"))


def test_bibtex_has_the_records_of_the_papers_pages(page: Page, served: str, shipped: Path) -> None:
    page.goto(served)
    control(page, ECHO, "saved").click()
    control(page, GOSSIP, "saved").click()
    page.goto(f"{served}reading/")
    take(page, json.dumps({"format": "digest reading list", "saved": [RIGHT]}))
    expect(page.locator("#reading-list > li")).to_have_count(3)
    records = export(page, "BibTeX").split("\n\n")
    expect(page.get_by_role("alert")).to_have_text(
        "Records exported: 2. Not found on this site: 1."
    )
    themes = [path.read_text("utf-8") for path in shipped.glob("themes/*/papers*.bib")]
    assert [re.findall(r"@misc\{(.*),", record) for record in records] == [
        [f"arxiv-{GOSSIP}"],
        [f"arxiv-{ECHO}"],
    ]
    for record in records:
        assert any(record.strip() in text for text in themes)


def test_feeds_can_be_taken_along_as_opml(page: Page, served: str) -> None:
    page.goto(f"{served}reading/")
    address = page.get_by_role("link", name="OPML").get_attribute("href")
    assert "<opml" in page.request.get(f"{served}{(address or '').rpartition('/')[2]}").text()


def colours(page: Page) -> tuple[str, str]:
    page_colour, ink = page.evaluate(
        "(s => [s.backgroundColor, s.color])(getComputedStyle(document.documentElement))"
    )
    return page_colour, ink


def test_colours_are_chosen_kept_and_there_before_anything_is_seen(
    browser: Browser, served: str
) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(served)
    light = colours(page)
    page.get_by_role("button", name="Display and keys").click()
    page.get_by_label("Dark").check()
    dark = colours(page)
    assert dark != light
    page.keyboard.press("Escape")
    # The script in the head alone sets it: what comes later may be late.
    context.route(re.compile(r"/(reader|keys)\.js"), lambda route: route.abort())
    page.goto(f"{served}papers/{ECHO}/")
    assert colours(page) == dark
    page.emulate_media(media="print")
    assert colours(page) == light
    context.close()


def test_colours_have_a_key(page: Page, served: str) -> None:
    page.goto(served)
    for name in ("Light", "Dark", "Automatic", "Light", "Dark", "Automatic"):
        page.keyboard.press("t")
        expect(said(page)).to_have_text(f"Colours: {name}")
    page.emulate_media(color_scheme="dark")
    night = colours(page)
    page.keyboard.press("t")
    assert colours(page) != night


def test_text_can_be_larger_and_nothing_gets_wider_than_a_phone(
    browser: Browser, served: str
) -> None:
    def size(page: Page) -> float:
        return float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))

    context = browser.new_context(viewport={"width": 320, "height": 640}, is_mobile=True)
    page = context.new_page()
    page.goto(served)
    sizes = [size(page)]
    for name in ("Large", "Larger"):
        page.get_by_role("button", name="Display and keys").click()
        page.get_by_label(name, exact=True).check()
        page.get_by_role("button", name="Close").click()
        sizes.append(size(page))
    assert sizes[0] == 16
    assert sizes == sorted(set(sizes))
    for path in [*LISTS, f"papers/{GOSSIP}/", "about/", "trends/", "404.html"]:
        page.goto(served + path)
        assert size(page) == sizes[-1]
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_controls_fit_a_phone_and_a_finger(browser: Browser, served: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, is_mobile=True)
    page = context.new_page()
    page.goto(served)
    control(page, PIPE, "saved").click()
    control(page, GOSSIP, "hidden").click()
    for path in [*LISTS, f"papers/{GOSSIP}/"]:
        page.goto(served + path)
        page.locator(".own, #reading-list").locator("visible=true").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.get_by_role("button", name="Display and keys").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        small = page.evaluate(
            """[...document.querySelectorAll("button, input, select")]
              .filter((e) => e.checkVisibility())
              .map((e) => [e.outerHTML.slice(0, 60), e.getBoundingClientRect()])
              .filter(([, box]) => box.width < 24 || box.height < 24)"""
        )
        assert small == [], path
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["", DAY, "themes/", f"papers/{GOSSIP}/", "404.html"])
def test_nothing_moves_when_the_controls_come(
    browser: Browser, served: str, path: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()

    def late(scripts: bool) -> list[object]:
        """Where things stand, without our later scripts or with them."""
        if not scripts:
            page.route(re.compile(r"/(reader|keys)\.js"), lambda route: route.abort())
        page.goto(served + path)
        if scripts:
            page.locator(".tools button").wait_for()
        found: list[object] = page.evaluate(
            """[...document.querySelectorAll("h1, h2, h3, h4, nav a, main p, main li:not(.own)")]
              .filter((e) => e.checkVisibility() && !e.closest(".copy, .hid, .since"))
              .map((e) => [e.textContent.slice(0, 20).trim(), e.getBoundingClientRect().top])"""
        )
        page.unroute_all()
        return found

    before = late(False)
    assert len(before) > 5
    assert late(True) == before
    context.close()


def test_papers_are_walked_through_and_handled_by_keys(page: Page, served: str) -> None:
    page.goto(f"{served}{DAY}")
    links = page.locator("main li.paper .title a")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    expect(links.nth(1)).to_be_in_viewport()
    name = (links.nth(1).get_attribute("href") or "").split("/")[-2]
    abstract = item(page, name).locator(".abstract > div")
    page.keyboard.press("a")
    expect(abstract).to_be_visible()
    page.keyboard.press("a")
    expect(abstract).to_be_hidden()
    page.keyboard.press("s")
    page.keyboard.press("m")
    assert ids(kept(page, "saved")) == ids(kept(page, "read")) == {name}
    page.keyboard.press("h")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("u")
    expect(links.nth(1)).to_be_focused()
    assert not kept(page, "hidden")
    for _ in range(links.count() + 3):
        page.keyboard.press("j")
    expect(links.last).to_be_focused()
    expect(links.last).to_be_in_viewport()
    page.keyboard.press("o")
    page.wait_for_url(f"{served}papers/*/")


def test_keys_act_on_the_paper_whose_page_it_is(page: Page, served: str) -> None:
    page.goto(f"{served}papers/{ECHO}/")
    page.keyboard.press("s")
    page.keyboard.press("m")
    assert ids(kept(page, "saved")) == {ECHO}
    assert not kept(page, "read")


def test_a_dialog_lists_the_keys_and_can_turn_them_off(page: Page, served: str) -> None:
    page.goto(served)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Display and keys")
    expect(dialog).to_be_visible()
    listed = set("".join(dialog.locator("kbd").all_inner_texts()))
    script = page.request.get(f"{served}static/keys.js").text()
    working = re.findall(r'^    "?(.)"?: ', script.partition("const KEYS")[2], re.M)
    assert listed == set(working)
    page.keyboard.press("s")
    assert not kept(page, "saved")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Display and keys").click()
    page.get_by_label("Single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")


def test_keys_leave_fields_and_other_shortcuts_alone(page: Page, served: str) -> None:
    page.goto(f"{served}404.html")
    field = page.get_by_label("Search the papers")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("j?ts/")
    expect(field).to_have_value("j?ts/")
    page.goto(served)
    for key in ("Control+j", "Alt+j", "Meta+j"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("/")
    page.wait_for_url(f"{served}search/")


def test_search_results_are_papers_for_keys_too(page: Page, served: str) -> None:
    page.goto(f"{served}search/?q=decoding")
    page.locator("#results .own").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    page.keyboard.press("j")
    page.keyboard.press("m")
    assert len(kept(page, "saved")) == len(kept(page, "read")) == 1
    page.reload()
    pressed = page.locator("#results [aria-pressed=true]")
    expect(pressed).to_have_count(2)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("text", "Yuhao Shen"),
        ("BibTeX", "@misc{arxiv-2604.09603"),
        ("RIS", "TY  - UNPB"),
        ("CSL-JSON", '"id":"arxiv-2604.09603"'),
    ],
)
def test_a_citation_is_copied_by_a_button(
    browser: Browser, served: str, name: str, record: str
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{served}papers/{ECHO}/")
    page.get_by_role("button", name=f"Copy {name}").click()
    expect(said(page)).to_have_text(f"Copied: {name}")
    assert record in page.evaluate("navigator.clipboard.readText()")
    context.close()


def test_a_citation_that_cannot_be_copied_says_so(page: Page, served: str) -> None:
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'))"
    )
    page.goto(f"{served}papers/{ECHO}/")
    page.get_by_role("button", name="Copy text").click()
    expect(said(page)).to_contain_text("select the text instead")


def test_tabs_agree(context: BrowserContext, served: str) -> None:
    one, other, reading = (context.new_page() for _ in range(3))
    one.goto(served)
    other.goto(f"{served}{DAY}")
    reading.goto(f"{served}reading/")
    control(one, PIPE, "saved").click()
    expect(control(other, PIPE, "saved")).to_have_attribute("aria-pressed", "true")
    expect(item(reading, PIPE)).to_be_visible()
    one.keyboard.press("t")
    expect(other.locator("html")).to_have_attribute("data-scheme", "light")
    control(other, PIPE, "hidden").click()
    expect(item(one, PIPE)).to_be_hidden()


def test_sites_of_one_host_do_not_share_what_they_keep(
    page: Page, served: str, tmp_path: Path
) -> None:
    build(HARD, BuildOptions(now=NOW, out=tmp_path, offline=True))
    with serving(tmp_path, "/a/b/") as address:
        page.goto(address)
        control(page, "2605.00002", "saved").click()
        page.keyboard.press("t")
        names = page.evaluate("Object.keys(localStorage).sort()")
        assert names == [f"digest:/a/b/:{name}" for name in ("look", "saved", "visit")]


def test_hostile_words_stay_words(page: Page, tmp_path: Path) -> None:
    build(HARD, BuildOptions(now=NOW, out=tmp_path, offline=True))
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    with serving(tmp_path, "/a/b/") as address:
        for path in sorted(tmp_path.rglob("index.html")):
            if 'http-equiv="refresh"' in path.read_text("utf-8"):
                continue  # it goes elsewhere by itself
            page.goto(address + path.parent.relative_to(tmp_path).as_posix() + "/")
        page.goto(address)
        papers = page.locator("main .day li.paper")
        stars = papers.locator("[data-do=saved][aria-pressed=false]")
        while stars.count():
            stars.first.click()
        page.goto(f"{address}reading/")
        title = """<script>alert(1)</script> serving & "quotes" ]]>"""
        expect(item(page, "2605.00002").locator("h2")).to_have_text(title)
        expect(item(page, "2605.00002").locator(".byline")).to_have_text("<b>Bobby</b> Tables")
        expect(item(page, "2605.00003").locator(".byline")).to_have_text("李明, محمد بن موسى")
    assert complaints == []


def test_a_page_is_whole_where_nothing_can_be_kept(page: Page, served: str) -> None:
    complaints = list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    page.goto(served)
    expect(page.locator("main li.paper").first).to_be_visible()
    assert page.locator("button:visible").count() == 0
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.goto(f"{served}reading/")
    expect(page.get_by_text("This browser keeps nothing for this site")).to_be_visible()
    page.goto(f"{served}search/?q=elastic")
    expect(item(page, ECHO)).to_be_visible()
    page.goto(f"{served}papers/{ECHO}/")
    expect(page.get_by_role("button", name="Copy text")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize(
    "value",
    ["{", "null", "7", '"x"', "[1]", '{"2605.13319": null, "then": {"ids": 7}, "size": []}'],
)
def test_what_is_damaged_is_begun_anew(page: Page, served: str, value: str) -> None:
    complaints = list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{served}about/")
    for name in ("saved", "read", "hidden", "visit", "look"):
        page.evaluate("pair => localStorage.setItem(...pair)", [f"digest:/digest/:{name}", value])
    for path in ("", "reading/", f"papers/{PIPE}/"):
        page.goto(served + path)
    page.goto(served)
    control(page, ECHO, "saved").click()
    page.keyboard.press("t")
    page.goto(f"{served}reading/")
    expect(item(page, ECHO)).to_be_visible()
    assert complaints == []


def test_a_full_store_says_so_and_changes_nothing(page: Page, served: str) -> None:
    page.goto(served)
    page.evaluate(
        """() => {
          for (let size = 2 ** 22; size >= 1; size /= 2) {
            try { localStorage.setItem(`fill${size}`, "x".repeat(size)); } catch { /* smaller */ }
          }
        }"""
    )
    control(page, ECHO, "saved").click()
    expect(said(page)).to_contain_text("no more room")
    expect(control(page, ECHO, "saved")).to_have_attribute("aria-pressed", "false")
    page.goto(f"{served}reading/")
    saved = [{"id": f"2401.{n:05}", "title": "T" * 100} for n in range(200)]
    take(page, json.dumps({"format": "digest reading list", "saved": saved}))
    expect(page.get_by_role("alert")).to_contain_text("no room for what is in list.json")
    assert not kept(page, "saved")


@pytest.mark.parametrize("path", [*LISTS, f"papers/{GOSSIP}/", "404.html"])
def test_without_javascript_nothing_appears_that_does_not_work(
    browser: Browser, served: str, path: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served + path)
    expect(
        page.locator(".own, .tools, .copy, dialog, .said.on, .since").locator("visible=true")
    ).to_have_count(0)
    works = page.locator("form[action] button")  # asks a page that is there
    expect(page.locator("button:visible")).to_have_count(works.locator("visible=true").count())
    context.close()


def test_the_reading_list_without_javascript_says_what_it_is(browser: Browser, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}reading/")
    assert "A reading list is kept by a script" in page.locator("noscript").inner_text()
    expect(page.get_by_text("Take it along")).to_be_hidden()
    context.close()


def test_controls_say_what_they_are_about_and_whether_they_are_on(page: Page, served: str) -> None:
    page.goto(f"{served}{DAY}")
    star = item(page, PIPE).get_by_role("button", name=re.compile("^Save: PipeSD"))
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    names = page.locator(".own button").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert len(set(names)) == len(names) > 10


def test_a_printed_list_has_papers_and_no_controls(page: Page, served: str, tmp_path: Path) -> None:
    page.goto(served)
    control(page, ECHO, "saved").click()
    control(page, PIPE, "hidden").click()
    page.emulate_media(media="print")
    for path in ("", DAY, "reading/", f"papers/{ECHO}/"):
        page.goto(served + path)
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("button:visible, input:visible, .said:visible").count() == 0, path
    page.goto(f"{served}reading/")
    words = page.locator("body").inner_text()
    assert "ECHO: Elastic" in words
    assert "arXiv:2604.09603" in words
    assert "Privacy" not in words
    assert page.pdf().startswith(b"%PDF")


def test_a_site_without_search_has_no_key_for_it(page: Page, tmp_path: Path) -> None:
    root, out = tmp_path / "root", tmp_path / "out"
    shutil.copytree(HARD, root)
    with (root / "site.yaml").open("a", encoding="utf-8") as settings:
        settings.write("search: false\n")
    build(root, BuildOptions(now=NOW, out=out, offline=True))
    with serving(out, "/a/b/") as address:
        page.goto(address)
        page.keyboard.press("/")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert "/" not in page.locator("dialog kbd").all_inner_texts()
        assert page.url == address
