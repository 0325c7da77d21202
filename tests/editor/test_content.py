"""The editor's files as values, and what is said of those we cannot accept."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editor.content import load
from digest.editor.values import Content
from digest.errors import ConfigError

NOTE = """---
pin: 2026-05-31
themes: {add: [kv-cache], remove: [llm-training]}
tags: [serving, 2026]
links:
  talk: https://example.org/talk
related: [2605.10000, cs/0601001]
---
Why it *matters*.
"""
ISSUE = "---\ntitle: Week 20\ndate: 2026-05-18\n---\nHello.\n"
# One pixel, PNG.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def write(root: Path, name: str, data: str | bytes) -> Path:
    path = root / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def problem(root: Path) -> str:
    """What loading says, with the path as seen from content/."""
    with pytest.raises(ConfigError) as caught:
        load(root)
    error = caught.value
    return f"{error.path.relative_to(root / 'content').as_posix()}:{error.line}: {error.message}"


def test_a_site_without_an_editor_has_no_content(tmp_path: Path) -> None:
    assert load(tmp_path) == Content(notes=(), issues=(), articles=(), files={})


def test_a_note_says_what_the_editor_decided(tmp_path: Path) -> None:
    path = write(tmp_path, "notes/2605.13319.md", NOTE)
    (note,) = load(tmp_path).notes
    assert note.paper == "2605.13319"
    assert note.pinned_until == date(2026, 5, 31)
    assert (note.add, note.remove) == (("kv-cache",), ("llm-training",))
    assert note.tags == ("serving", "2026")
    assert [(link.title, link.url) for link in note.links] == [("talk", "https://example.org/talk")]
    assert note.related == ("2605.10000", "cs/0601001"), "an id keeps its noughts"
    assert (note.body.text, note.body.path, note.body.line) == ("Why it *matters*.\n", path, 9)


def test_a_pin_holds_through_its_last_day(tmp_path: Path) -> None:
    write(tmp_path, "notes/2605.13319.md", NOTE)
    write(tmp_path, "notes/2605.13320.md", "---\npin: true\n---\n")
    write(tmp_path, "notes/2605.13321.md", "Only words.\n")
    until, always, never = load(tmp_path).notes
    assert until.is_pinned(date(2026, 5, 31))
    assert not until.is_pinned(date(2026, 6, 1))
    assert always.is_pinned(date(2126, 1, 1))
    assert not never.is_pinned(date(2026, 5, 1))


def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path) -> None:
    write(tmp_path, "notes/2605.13319.md", b"\xef\xbb\xbf" + NOTE.replace("\n", "\r\n").encode())
    (note,) = load(tmp_path).notes
    assert note.pinned
    assert (note.body.text, note.body.line) == ("Why it *matters*.\n", 9)


def test_issues_come_by_date(tmp_path: Path) -> None:
    write(tmp_path, "issues/b.md", ISSUE)
    write(tmp_path, "issues/a.md", ISSUE.replace("05-18", "05-25"))
    assert [issue.slug for issue in load(tmp_path).issues] == ["b", "a"]


def test_a_page_has_its_place_in_the_navigation(tmp_path: Path) -> None:
    write(tmp_path, "pages/about.md", "---\ntitle: About\nnavigation: 2\n---\nUs.\n")
    (article,) = load(tmp_path).articles
    assert (article.slug, article.title, article.navigation) == ("about", "About", 2)


def test_images_lie_beside_the_text_and_know_their_size(tmp_path: Path) -> None:
    write(tmp_path, "issues/figures/one.png", PIXEL)
    write(tmp_path, "issues/slides.pdf", b"%PDF")
    write(tmp_path, "issues/.DS_Store", b"\0")
    write(tmp_path, "issues/2026-w20.md~", b"\xff")
    files = load(tmp_path).files
    assert files.keys() == {"issues/figures/one.png", "issues/slides.pdf"}
    assert (files["issues/figures/one.png"].width, files["issues/figures/one.png"].height) == (1, 1)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("notes/a.md", "---\npin: true\npni: true\n---\n", "3: unknown key 'pni' (did you mean"),
        ("notes/a.md", "---\npin: soon\n---\n", "2: 'pin' must be true, or its last day"),
        ("notes/a.md", "---\nhide: true\n---\n", "2: 'hide' must say why, in words"),
        ("notes/a.md", "---\nhide: ''\n---\n", "2: 'hide' must say why, in words"),
        ("notes/a.md", "---\nthemes: {ad: [x]}\n---\n", "2: unknown key 'ad'"),
        ("notes/a.md", "---\nthemes: {add: [x], remove: [x]}\n---\n", "2: the theme 'x' is both"),
        ("notes/a.md", "---\n\nlinks: {x: 'javascript:1'}\n---\n", "3: 'x' must be an http or"),
        ("notes/a.md", "---\nlinks: [x]\n---\n", "2: expected `key: value` lines"),
        ("notes/a.md", "---\n- a\n---\n", "2: expected `key: value` lines"),
        ("notes/a.md", "---\npin: true\n", "1: the front matter has no closing '---'"),
        ("notes/a.md", "---\npin: [\n---\n", "3: "),
        ("notes/a.md", b"---\npin: true\n---\n\xff\n", "4: not UTF-8 text"),
        ("notes/deep/a.md", "", "1: it must lie in notes/ itself"),
        ("issues/a.md", "---\ntitle: A\n---\n", "2: missing key 'date'"),
        ("issues/a.md", "---\ntitle: A\ndate: 2026-02-30\n---\n", "3: 'date' must be a day"),
        ("issues/a.md", "---\ndate: 2026-05-18\n---\n", "2: missing key 'title'"),
        ("issues/a b.md", ISSUE, "1: the file's name becomes its address"),
        ("pages/a.md", "Only words.\n", "1: missing key 'title'"),
        ("pages/a.md", "---\ntitle: A\nnavigation: 0\n---\n", "3: 'navigation' must be a whole"),
        ("pages/a.png", b"not an image", "1: not an image whose size we can read"),
        ("pages/a.svg", b"<svg>", "1: not an image whose size we can read"),
    ],
)
def test_what_we_cannot_accept_is_named_with_file_and_line(
    tmp_path: Path, name: str, data: str | bytes, said: str
) -> None:
    write(tmp_path, name, data)
    assert problem(tmp_path).startswith(f"{name}:{said}")


def test_two_files_cannot_have_one_address(tmp_path: Path) -> None:
    write(tmp_path, "issues/2026-W20.md", ISSUE)
    write(tmp_path, "issues/2026-w20.MD", ISSUE)
    assert problem(tmp_path) == (
        "issues/2026-w20.MD:1: 2026-W20.md has the same address, '2026-w20'"
    )


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    root = tmp_path_factory.mktemp("site")
    write(root, "notes/2605.13319.md", b"---\n" + data + b"\n---\n" + data)
    with suppress(ConfigError):
        assert len(load(root).notes) == 1
