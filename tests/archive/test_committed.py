"""What a fetch writes is said by the program, for git and for workflows."""

from pathlib import Path

from click.testing import CliRunner

from digest.archive import committed
from digest.cli import main

PROJECT = Path(__file__).parents[2]
SITE = """\
title: T
url: https://example.org/
sources:
  - {name: Start, kind: file, path: papers.jsonl}
themes:
  - {id: gossip, title: Gossip, any: [gossip]}
"""
PAPER = (
    '{"id": "2605.00001v1", "title": "Gossip", "abstract": "A", "authors": ["Ann Lee"], '
    '"categories": ["cs.DC"], "published": "2026-05-04T10:00:00Z"}\n'
)


def written(root: Path) -> list[str]:
    listed = CliRunner().invoke(main, ["fetch", "--written", "--root", str(root)])
    assert listed.exit_code == 0, listed.output
    return listed.output.splitlines()


def test_all_that_a_fetch_wrote_is_listed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "papers.jsonl").write_text(PAPER)
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert written(tmp_path) == []
    fetched = CliRunner().invoke(main, ["fetch", "--root", str(tmp_path)])
    assert fetched.exit_code == 0, fetched.output
    fresh = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    names = written(tmp_path)
    assert fresh
    assert names
    assert all(any(path.is_relative_to(tmp_path / name) for name in names) for path in fresh)
    assert all((tmp_path / name).exists() for name in names)


def test_attributes_of_new_sites_and_our_own_are_those_that_the_program_names() -> None:
    for name in (".gitattributes", "digest/starter/.gitattributes"):
        lines = (PROJECT / name).read_text("utf-8").splitlines()
        assert set(committed.attributes()) <= set(lines)
