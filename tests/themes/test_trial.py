"""Rules held against examples and tables, by hand and through the command."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import REPOSITORY
from msgspec.structs import replace
from test_themes import theme

from digest import archive
from digest.cli import main
from digest.commands import examples
from digest.errors import DigestError
from digest.model import Entry, Example, Theme
from digest.themes import Matcher
from digest.themes.trial import (
    BrokenExample,
    Score,
    broken_examples,
    by_examples,
    by_name,
    by_table,
)

DAY = date(2026, 5, 16)


def paper(number: int, title: str, *aliases: str) -> Entry:
    name = f"arxiv:2605.{number:05}"
    return Entry(id=name, title=title, announced=DAY, seen=DAY, aliases=aliases)


PAPERS = by_name(
    [paper(1, "A draft"), paper(2, "A cat", "doi:10.1145/1"), paper(3, "A draft of a cat")]
)
DRAFTS = replace(theme("any: [draft]", "drafts"), was=("sketches",))
CATS = theme("any: [cat]", "cats")
MATCHER = Matcher([DRAFTS, CATS])


def sure(found: Theme, inside: Iterable[str] = (), outside: Iterable[str] = ()) -> Theme:
    return replace(
        found,
        examples_in=tuple(Example(name, 10) for name in inside),
        examples_out=tuple(Example(name, 11) for name in outside),
    )


def test_examples_hold_or_are_broken_or_nobody_has_them() -> None:
    themes = [
        sure(DRAFTS, ["2605.00001", "arXiv:2605.00003v2", "2605.00002"], ["2605.00003"]),
        sure(CATS, ["doi:10.1145/1", "2605.00009"], ["https://arxiv.org/abs/2605.00001"]),
    ]
    assert list(broken_examples(themes, MATCHER, PAPERS)) == [
        BrokenExample(
            theme="drafts", id="2605.00002", line=10, problem="should be in it and isn't"
        ),
        BrokenExample(
            theme="drafts", id="2605.00003", line=11, problem="shouldn't be in it and is"
        ),
        BrokenExample(
            theme="cats",
            id="2605.00009",
            line=10,
            problem="is neither in the archive nor kept; fetch it, or leave it out",
        ),
    ]
    drafts, cats = by_examples(themes, MATCHER, PAPERS).scores
    assert (drafts.right, drafts.wrong) == (("2605.00001", "arXiv:2605.00003v2"), ("2605.00003",))
    assert drafts.missing == ("2605.00002",)
    assert (cats.recall, cats.precision) == (1.0, 1.0)


def test_a_table_counts_right_wrong_and_missing_and_passes_over_the_rest() -> None:
    rows = [
        ("2605.00001", "drafts", "a further column"),
        ("2605.00002", "sketches"),  # a former id
        ("2605.00003", "cats"),
        ("2605.00003", "dogs"),  # no theme of ours
        ("2605.00009", "cats"),  # no paper of ours
        ("",),
    ]
    found = by_table(rows, [DRAFTS, CATS], MATCHER, PAPERS)
    assert found.scores == (
        Score(
            theme="drafts",
            right=("2605.00001",),
            wrong=("2605.00003",),
            missing=("2605.00002",),
        ),
        Score(theme="cats", right=("2605.00003",), wrong=("2605.00002",), missing=()),
    )
    assert [score.recall for score in found.scores] == [0.5, 1.0]
    assert [score.precision for score in found.scores] == [0.5, 0.5]
    assert (found.papers_passed_over, found.themes_passed_over) == (1, 1)


def test_without_a_paper_there_is_no_share() -> None:
    (score,) = by_table([], [CATS], MATCHER, PAPERS).scores
    assert (score.recall, score.precision) == (None, None)


SITE = """\
title: T
url: https://example.org/
sources: []
themes:
  - id: drafts
    title: Drafts
    any: [draft]
    examples:
      in: [2605.00001]
      out: [2605.00002]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(SITE, "utf-8")
    archive.save(tmp_path / "content/archive", {id(e): e for e in PAPERS.values()}.values())
    return tmp_path


def run(root: Path, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(main, ["themes", *words, "--root", str(root)])
    return told.exit_code, told.output


def test_the_command_is_content_with_examples_that_hold(site: Path) -> None:
    status, told = run(site, "test")
    assert status == 0
    assert told.splitlines()[-1].split() == ["1", "0", "0", "1.00", "1.00", "drafts"]


def test_a_broken_example_is_named_with_its_line(site: Path) -> None:
    broken = SITE.replace("[2605.00002]", "\n        - 2605.00002\n        - 2605.00003")
    (site / "site.yaml").write_text(broken, "utf-8")
    status, told = run(site, "test")
    assert status == 1
    problem = "drafts: 2605.00003 shouldn't be in it and is"
    assert told.splitlines()[-1] == f"Error: {site}/site.yaml:12: {problem}"
    status, told = run(site, "test", "--json")
    assert status == 1
    assert json.loads(told.rpartition("\nError:")[0])["broken"][0]["line"] == 12


def test_a_table_may_be_long_and_strange(site: Path) -> None:
    table = site / "labels.tsv"
    table.write_text("2605.00001\tdrafts\t1\r\n2605.00002\tdrafts\n\n# remark\nx\ty\n", "utf-8")
    status, told = run(site, "test", "--table", str(table), "--json")
    assert status == 0  # what a table says is no example
    assert json.loads(told) == {
        "themes": [
            {
                "id": "drafts",
                "recall": 0.5,
                "precision": 1.0,
                "right": ["2605.00001"],
                "wrong": [],
                "missing": ["2605.00002"],
            }
        ],
        "passed_over": {"papers": 1, "themes": 1},
        "broken": [],
    }
    table.write_bytes(b"2605.00001\tdr\xffafts\n")
    status, told = run(site, "test", "--table", str(table))
    assert status == 1
    assert told == f"Error: {table}:1: not UTF-8 text; save the file as UTF-8\n"


def test_the_shipped_examples_hold() -> None:
    status, told = run(REPOSITORY, "test")
    assert (status, told.count("1.00   ")) == (0, 9)


def test_kept_papers_stand_in_for_the_archive(site: Path) -> None:
    assert run(site, "keep", "2605.00003", "2605.00001")[1].startswith("2 new")
    assert run(site, "keep", "2605.00001")[1].startswith("0 new")
    kept = (site / examples.KEPT).read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in kept] == ["arxiv:2605.00001", "arxiv:2605.00003"]
    archive.save(site / "content/archive", [])
    assert run(site, "test")[0] == 1  # 2605.00002 is gone
    assert set(examples.papers(site)) == {"arxiv:2605.00001", "arxiv:2605.00003"}


def test_the_archive_knows_a_paper_better_than_what_was_kept(site: Path) -> None:
    run(site, "keep", "2605.00001")
    newer = replace_title(PAPERS["arxiv:2605.00001"], "A draft, again")
    archive.save(site / "content/archive", [newer])
    assert examples.papers(site)["arxiv:2605.00001"] == newer
    assert run(site, "keep", "2605.00001")[1].startswith("0 new")  # and is brought up to date
    assert "again" in (site / examples.KEPT).read_text("utf-8")


def replace_title(entry: Entry, title: str) -> Entry:
    return Entry(id=entry.id, title=title, announced=entry.announced, seen=entry.seen)


def test_nothing_is_kept_where_one_paper_is_unknown(site: Path) -> None:
    with pytest.raises(DigestError, match="no paper '2605"):
        examples.keep(site, ["2605.00001", "2605.00009"])
    assert not (site / examples.KEPT).exists()
