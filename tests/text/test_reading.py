"""Every file that people edit is read by one function, whatever program they wrote it with."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.tag import authority
from digest.cli import main
from digest.config import load_site
from digest.editor import content, frontmatter
from digest.errors import ConfigError
from digest.text.reading import decoded, read_text

HERE = Path("content/notes/2605.10001.md")
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
SITE = """\
title: T
url: https://example.org/
sources:
  - {name: Start, kind: file, path: content/start/*.jsonl}
themes:
  - {id: gossip, title: Gossip, any: [gossip]}
"""


def site(root: Path, **files: bytes) -> Path:
    """A site with these files, named by their paths with "__" for "/"."""
    (root / "site.yaml").write_text(SITE, "utf-8")
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_order_marks_and_line_ends_make_no_difference(mark: bytes, end: str) -> None:
    data = mark + end.join(["---", "pin: true", "---", "Words"]).encode()
    assert decoded(data, HERE) == "---\npin: true\n---\nWords"


def test_names_are_the_same_however_their_letters_were_typed() -> None:
    assert decoded("Erdo\u030bs".encode(), HERE) == decoded("Erdős".encode(), HERE) == "Erdős"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff")))
def test_text_that_is_read_and_written_again_stays_as_it_is(text: str) -> None:
    try:
        once = decoded(text.encode(), HERE)
    except ConfigError:
        assert "<<<<<<<" in text or ">>>>>>>" in text
    else:
        assert decoded(once.encode(), HERE) == once


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"one\ntwo \xe9\n", 2, "not UTF-8"),
        (b"one\r\ntwo\r\nthree \xe9\r\n", 3, "not UTF-8"),
        (b"one\rtwo \xe9\r", 2, "not UTF-8"),
        ("one\n".encode("utf-16"), 1, "UTF-16"),
        (b"x\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> origin/main\n", 2, "a git conflict"),
        (b"x\r\n\r\n<<<<<<<\r\nmine\r\n", 3, "a git conflict"),
        (b"kept\n>>>>>>> origin/main\n", 2, "a git conflict"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(
    data: bytes, line: int, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        decoded(data, HERE)
    assert str(error.value).startswith(f"{HERE}:{line}: ")


def test_quotes_and_headings_are_no_conflicts() -> None:
    text = "Heading\n=======\n\n>>>>> five deep\n\n    <<<<<<< HEAD\n"
    assert decoded(text.encode(), HERE) == text


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path):
        with pytest.raises(ConfigError, match=f"^{path}:1: "):
            read_text(path)


CONFLICT = b"<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> origin/main\n"


@pytest.mark.parametrize(
    ("name", "before", "line"),
    [
        ("content/notes/2605.10001.md", b"---\npin: true\n---\n", 4),
        ("content/issues/2026-w20.md", b"---\ntitle: T\ndate: 2026-05-18\n---\n", 5),
        ("content/pages/contact.md", b"---\ntitle: T\n---\nx\n", 5),
        ("site.yaml", SITE.encode(), 7),
        ("templates/about.html", b"<p>\n", 2),
        ("content/tag", b"", 1),
    ],
)
def test_a_git_conflict_is_named_as_one(
    tmp_path: Path, name: str, before: bytes, line: int
) -> None:
    site(tmp_path, **{name: before + CONFLICT})
    result = CliRunner().invoke(main, ["build", "--offline", "--root", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{name}:{line}: a git conflict" in result.output


def test_a_byte_order_mark_of_the_tag_changes_no_guid(tmp_path: Path) -> None:
    site(tmp_path, **{"content/tag": b"\xef\xbb\xbfexample.org,2026\r\n"})
    tag = authority(tmp_path, load_site(tmp_path / "site.yaml"), NOW, keep=True)
    assert tag == "example.org,2026"


def test_a_template_with_a_byte_order_mark_is_the_same_template(tmp_path: Path) -> None:
    page = b'{% extends "default/about.html" %}{% block title %}Own{% endblock %}'
    built = []
    for mark in (b"", b"\xef\xbb\xbf"):
        site(tmp_path, **{"templates/about.html": mark + page})
        args = ["build", "--offline", "--root", str(tmp_path), "--now", "2026-06-01T06:00:00Z"]
        result = CliRunner().invoke(main, args)
        assert result.exit_code == 0, result.output
        built.append((tmp_path / "_site/about/index.html").read_bytes())
    assert built[0] == built[1]
    assert built[0].startswith(b"<!")


@pytest.mark.parametrize("before", ["\n", "\n\n\n", " \t\n", "\ufeff\r\n"])
def test_front_matter_after_empty_lines_is_read(tmp_path: Path, before: str) -> None:
    path = tmp_path / "2605.10001.md"
    path.write_bytes(f"{before}---\npin: true\n---\nx\n".encode())
    note = content.read_note(path)
    assert note.pinned
    assert note.body.text == "x\n"
    assert note.body.line == 4 + before.count("\n")


def test_faults_of_front_matter_after_empty_lines_are_on_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "2605.10001.md"
    path.write_bytes(b"\n\n---\npin: true\npinn: true\n---\nx\n")
    with pytest.raises(ConfigError, match=r"2605\.10001\.md:5: unknown key 'pinn'"):
        content.read_note(path)


def test_a_key_set_in_front_matter_after_empty_lines_is_read_back() -> None:
    text = frontmatter.changed("\n---\npin: true\n---\nx\n", "tags", ["a"], HERE)
    assert text == "---\npin: true\ntags: [a]\n---\nx\n"


def test_a_line_that_parts_a_text_begins_no_front_matter() -> None:
    assert frontmatter.split("\n---\nwords\n", HERE) == ("", 1, "\n---\nwords\n")


def test_a_name_of_a_file_is_the_same_in_other_letters(tmp_path: Path) -> None:
    path = tmp_path / "Erdo\u030bs.md"
    path.write_bytes(b"x")
    assert content.read_note(path).paper == "Erdős"
