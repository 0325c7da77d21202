"""The first and the last days there are, and terminals that lack most letters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import copy_of_repository

from digest import archive
from digest.archive import ledger
from digest.cli import main
from digest.config import load_site
from digest.editor import content
from digest.errors import ArchiveError, ConfigError

EDGES = ("0001-01-01", "0001-01-02", "1900-12-31", "2200-01-01", "9999-12-30", "9999-12-31")
ZONED = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00Z")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_repository(tmp_path_factory.mktemp("edges"))


def said(*words: str) -> str:
    """The one line that a command says of what it was given wrongly."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code in {1, 2}, done.output
    assert isinstance(done.exception, SystemExit)
    lines = [line for line in done.output.splitlines() if line.startswith("Error: ")]
    assert lines == done.output.splitlines()[-1:]
    return lines[0]


@pytest.mark.parametrize("now", [*EDGES, *ZONED])
@pytest.mark.parametrize(
    "command", [("build", "--offline"), ("fetch", "--plan"), ("status",), ("doctor",)]
)
def test_a_time_from_which_nothing_can_be_counted_is_an_error_in_one_line(
    root: Path, command: tuple[str, ...], now: str
) -> None:
    assert "of the years 1901 to 2199" in said(*command, "--root", str(root), "--now", now)


@pytest.mark.parametrize("day", [*EDGES, "2026-02-30", "tomorrow", "9" * 5_000])
def test_so_is_a_day_to_fetch_from(root: Path, day: str) -> None:
    assert "'--since'" in said("fetch", "--plan", "--root", str(root), "--since", day)


@pytest.mark.parametrize("week", ["0001-W01", "9999-W52", "1900-W01", "2026-W60"])
def test_so_is_a_week_to_draft(root: Path, week: str) -> None:
    message = f"Error: {week!r} is no week such as 2026-W20"
    assert said("new", "issue", "--root", str(root), "--week", week) == message


@pytest.mark.parametrize("now", ["1901-01-01", "2199-12-31T23:59:59Z", "2199-12-31T23:00:00-23:59"])
def test_the_first_and_the_last_time_of_those_that_count_are_answered(root: Path, now: str) -> None:
    for command in (("status",), ("doctor",), ("fetch", "--plan")):
        done = CliRunner().invoke(main, [*command, "--root", str(root), "--now", now])
        assert done.exception is None or isinstance(done.exception, SystemExit), now
    out = root.parent / "out"
    words = ["build", "--offline", "--root", str(root), "--out", str(out), "--now", now]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("day", EDGES)
def test_front_matter_of_such_a_day_is_an_error_with_file_and_line(
    tmp_path: Path, day: str
) -> None:
    for name, text in (
        ("notes/2605.00001.md", f"---\npin: {day}\n---\n"),
        ("issues/one.md", f"---\ndate: {day}\ntitle: One\n---\nText\n"),
    ):
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        with pytest.raises(ConfigError, match=r"\.md:2: .* of the years 1901 to 2199"):
            content.load(tmp_path)
        path.unlink()


SITE = """title: T
url: https://example.org/
sources:
- {name: A, kind: file, path: a.jsonl}
themes:
- {id: a, title: A, any: [a]}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: T", "title: T\ntag: 'example.org,2026-02-30'", "2: 'tag' must be"),
        ("title: T", "title: T\ntag: 'example.org,9999'", "2: 'tag' must be"),
        ("title: T", "title: T\ntag: 'example.org,1000-01-01'", "2: 'tag' must be"),
        (
            "kind: file, path: a.jsonl",
            "kind: arxiv-oai, set: cs, from: 9999-12-31",
            "4: 'from' must be a day of the years",
        ),
        (
            "kind: file, path: a.jsonl",
            "kind: arxiv-oai, set: cs, from: 2026-01-01, until: 0001-01-01",
            "4: 'until' must be a day of the years",
        ),
        ("any: [a]", f"any: [a], limit: {'9' * 5_000}", "6: 'limit' must be a whole number"),
    ],
)
def test_site_yaml_of_such_days_and_numbers_is_an_error_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    assert f"site.yaml:{message}" in str(caught.value)


LINE = '{"id":"arxiv:2605.00001","title":"T","announced":"2026-05-14","seen":"2026-05-14"%s}\n'


@pytest.mark.parametrize(
    "field",
    [
        '"published":"9999-12-31T23:59:59Z"',
        '"updated":"0001-01-01T00:00:00+23:59"',
        '"listed":"0001-01-01"',
        '"version":2,"versions":[{"number":1,"date":"9999-12-31T23:59:59-23:59"}]',
        '"version":2,"versions":[{"number":1,"seen":"9999-12-31"}]',
    ],
)
def test_a_line_of_the_archive_of_such_a_day_is_damaged(tmp_path: Path, field: str) -> None:
    (tmp_path / "2026-05.jsonl").write_text(LINE % f",{field}")
    with pytest.raises(ArchiveError, match=r"2026-05\.jsonl:1: damaged line \(.* is no day"):
        archive.load(tmp_path)


@pytest.mark.parametrize(
    "days",
    [
        '"when":"9999-12-31T23:59:59Z"',
        '"when":"2026-05-14T00:00:00Z","listing":"0001-01-01"',
        '"when":"2026-05-14T00:00:00Z","covers":"9999-12-31"',
    ],
)
def test_a_line_of_the_ledger_of_such_a_day_is_damaged(tmp_path: Path, days: str) -> None:
    (tmp_path / "2026-05.jsonl").write_text(f'{{{days},"source":"A","state":"ok"}}\n')
    with pytest.raises(ArchiveError, match=r"2026-05\.jsonl:1: damaged line \(no day of a fetch"):
        ledger.load(tmp_path)


TERMINALS = {
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "UTF-8": {"PYTHONIOENCODING": "utf-8"},
    "the C locale": {"LC_ALL": "C"},
    "the bare C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def on(terminal: str, *words: str, text: bytes = b"") -> tuple[int, bytes]:
    """What a command says there, on stdout and stderr."""
    kept = ("PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "LANG", "GITHUB_ACTIONS")
    clean = {name: value for name, value in os.environ.items() if name not in kept}
    done = subprocess.run(
        [sys.executable, "-m", "digest", *words],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean | TERMINALS[terminal],
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("terminal", TERMINALS)
def test_letters_that_the_terminal_lacks_are_replaced(root: Path, terminal: str) -> None:
    title = "Erdős 中 “draft”".encode()
    code, out = on(terminal, "explain", "-", "--root", str(root), text=title)
    assert code == 0, out
    assert b"Erd" in out
    if "ASCII" in terminal or "bare" in terminal:
        assert out.isascii()


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("text", [b"\xff\xfe a", b"\xed\xa0\x80 a", b"\x00 a"])
def test_bytes_that_are_no_text_are_read_all_the_same(
    root: Path, terminal: str, text: bytes
) -> None:
    code, out = on(terminal, "explain", "-", "--root", str(root), text=text)
    assert code == 0, out
    assert b"Traceback" not in out


@pytest.mark.parametrize("terminal", ["ASCII", "Latin-1", "the bare C locale"])
def test_every_command_answers_on_a_terminal_that_lacks_letters(
    tmp_path: Path, terminal: str
) -> None:
    site = copy_of_repository(tmp_path)
    path = site / "site.yaml"
    path.write_text(path.read_text("utf-8").replace("name: ", "name: Ő中 ", 1), "utf-8")
    (site / "content/pages").mkdir(exist_ok=True)
    for words in (
        ("--help",),
        ("status", "--root"),
        ("status", "--json", "--root"),
        ("doctor", "--root"),
        ("fetch", "--plan", "--root"),
        ("themes", "report", "--root"),
        ("new", "page", "É中x", "--root"),
        ("new", "page", "É中x", "--root"),
        ("new", "note", "中", "--root"),
        ("check", "--root"),
        ("build", "--offline", "--now", "2026-05-16", "--root"),
        ("build", "--中", "--root"),
    ):
        code, out = on(terminal, *words, *([str(site)] if "--root" in words else []))
        assert code in {0, 1, 2}, out
        assert b"Traceback" not in out, (words, out)
