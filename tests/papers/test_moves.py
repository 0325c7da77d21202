"""What a change of rules moves, in the modules and through the command."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import copy_of_repository
from hypothesis import given
from msgspec.structs import replace
from test_themes import TERMS, rules_over, texts, theme

from digest.archive import load
from digest.cli import main
from digest.config.rules import Phrase, Rule
from digest.model import Entry, Theme
from digest.themes import Matcher
from digest.themes.moves import ThemeMove, as_lines, moves


def paper(number: int, title: str) -> Entry:
    day = date(2026, 5, number)
    return Entry(id=f"arxiv:2605.{number:05}", title=title, announced=day, seen=day)


PAPERS = (paper(1, "A draft"), paper(2, "Sketches"), paper(3, "A sketch of a draft"), paper(4, "-"))


def moved(old: Sequence[Theme], new: Sequence[Theme]) -> list[tuple[str, str, bool, str]]:
    found = moves(Matcher(old), Matcher(new), new, PAPERS)
    return [(m.theme, m.entry.id[-1], m.enters, ", ".join(m.terms)) for m in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("any: [draft]", "any: [draft]", []),
        # One phrase more: those alone that enter by it, newest first.
        ("any: [draft]", "any: [draft, sketch]", [("2", True, "“sketch”")]),
        ("any: [draft]", "any: [draft, A, sketch]", [("2", True, "“sketch”")]),
        ("any: [cat]", "any: [draft]", [("3", True, "“draft”"), ("1", True, "“draft”")]),
        ("any: [draft, sketch]", "any: [draft]", [("2", False, "“sketch”")]),
        # What a rule excludes from now on is why it leaves.
        ("any: [draft]", "any: [draft]\nnone: [sketch]", [("3", False, "“sketch”")]),
        ("any: [draft]\nnone: [sketch]", "any: [draft]", [("3", True, "“sketch”")]),
        # A condition more, or none.
        ("any: [draft]", "all: [draft, sketch]", [("1", False, "“draft”")]),
        ("all: [draft, sketch]", "any: [draft]", [("1", True, "“draft”")]),
    ],
)
def test_just_the_papers_that_move_and_the_term_that_did_it(
    before: str, after: str, expected: list[tuple[str, bool, str]]
) -> None:
    assert moved([theme(before)], [theme(after)]) == [("t", *move) for move in expected]


def test_a_renamed_theme_stays_itself() -> None:
    new = replace(theme("any: [draft, sketch]", "new"), was=("old", "older"))
    assert moved([theme("any: [draft]", "old")], [new]) == [("new", "2", True, "“sketch”")]


def test_a_theme_that_is_new_or_gone_moves_all_of_its_papers() -> None:
    drafts, sketches = theme("any: [draft]", "drafts"), theme("any: [sketch]", "sketches")
    assert moved([drafts], [drafts, sketches]) == [
        ("sketches", "3", True, "“sketch”"),
        ("sketches", "2", True, "“sketch”"),
    ]
    assert moved([drafts, sketches], [drafts]) == [
        ("sketches", "3", False, "“sketch”"),
        ("sketches", "2", False, "“sketch”"),
    ]


@given(rules_over(TERMS), rules_over(TERMS), texts)
def test_moves_are_the_difference_of_two_groupings(before: Rule, after: Rule, title: str) -> None:
    base = theme(Phrase("cat"), "base")
    old, new = Matcher([theme(before), base]), Matcher([theme(after), base])
    entry = paper(1, title)
    found = moves(old, new, [theme(after), base], [entry])
    had, has = "t" in old.themes_of(entry), "t" in new.themes_of(entry)
    assert [move.enters for move in found] == ([has] if had != has else [])
    assert list(as_lines(found))


def test_a_move_is_two_lines() -> None:
    move = ThemeMove(theme="t", entry=paper(7, "Many\n words"), enters=False, terms=("“a”", "“b”"))
    assert list(as_lines([move])) == ["- t  2026-05-07  2605.00007  Many words", "    “a”, “b”"]


def run(root: Path, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(main, ["themes", "diff", "--root", str(root), *words])
    return told.exit_code, told.output


def test_the_command_tries_the_rules_of_another_file(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path / "site")
    text = (root / "site.yaml").read_text("utf-8")
    rules = tmp_path / "themes.yaml"
    rules.write_text(text[text.index("themes:\n") :], "utf-8")
    assert run(root, "--rules", str(rules)) == (0, "no paper moves\n")

    word, paper_ids = "Byzantine", set()
    grown = text[text.index("themes:\n") :].replace("    any:\n", f"    any:\n      - {word}\n", 1)
    rules.write_text(grown, "utf-8")
    status, told = run(root, "--rules", str(rules), "--json")
    data = json.loads(told)["moves"]
    for entry in load(root / "content/archive"):
        if word.casefold() in f"{entry.title} {entry.summary}".casefold():
            paper_ids.add(entry.id)
    assert status == 0
    assert paper_ids
    assert {move["id"] for move in data} == paper_ids
    assert all(move["enters"] for move in data)
    assert all(move["theme"] == "speculative-decoding" for move in data)
    assert all(move["terms"] == [f"“{word}”"] for move in data)
    days = [move["announced"] for move in data]
    assert days == sorted(days, reverse=True)


def test_wrong_rules_are_named_by_their_file_and_line(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path / "site")
    rules = tmp_path / "themes.yaml"
    rules.write_text("themes:\n  - id: a\n    title: A\n    any: [{author: '-'}]\n", "utf-8")
    assert run(root, "--rules", str(rules)) == (
        1,
        f"Error: {rules}:4: '-': a name needs a letter\n",
    )


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_the_command_compares_with_the_last_commit(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path / "site")
    status, told = run(root)
    assert (status, told.count("\n")) == (1, 1)
    assert "name the other rules with --rules" in told

    git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "site.yaml"], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *words], check=True)
    assert run(root) == (0, "no paper moves\n")
    text = (root / "site.yaml").read_text("utf-8")
    changed = text.replace("    any:\n", "    any:\n      - Byzantine\n", 1)
    (root / "site.yaml").write_text(changed, "utf-8")
    status, told = run(root)
    assert status == 0
    assert told.startswith("+ speculative-decoding  20")
    assert set(told.splitlines()[1::2]) == {"    “Byzantine”"}
