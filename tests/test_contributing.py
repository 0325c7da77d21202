"""What docs/contributing.md says to write does what it says, in a copy of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from conftest import NOW, REPOSITORY
from markdown_it import MarkdownIt
from server import Reply, serving

TABLE = b"""id,title,authors,abstract,categories,published
2605.20001,Consensus from a table,Ann Lee;Bo Chen,How rows agree.,cs.DC,2026-05-14T10:00:00Z
none,A row that is no paper,Ann Lee,,cs.DC,2026-05-14T10:00:00Z
"""
FILM = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Film</title></head>
<body><h1>Film</h1><video src="film.webm" autoplay></video></body></html>
"""


def additions() -> Iterator[tuple[str, str, str]]:
    """The path, the language and the text of each block that says what to write.

    The path is the last that is named before the block.
    """
    path = ""
    for token in MarkdownIt().parse((REPOSITORY / "docs/contributing.md").read_text("utf-8")):
        named = re.findall(r"`((?:digest|templates)/\S+\.\w+)`", token.content)
        if token.type == "inline" and named:
            path = named[-1]
        elif token.type == "fence" and token.info in {"diff", "python", "jinja"}:
            yield path, token.info, token.content


def apply(root: Path, path: str, language: str, text: str) -> None:
    """Write a new file, or change the one place of a file that a diff shows."""
    file = root / path
    if language != "diff":
        assert not file.exists(), f"{path} is there already"
        file.write_text(text, "utf-8")
        return
    lines = text.splitlines(keepends=True)
    before = "".join(line[1:] or "\n" for line in lines if not line.startswith("+"))
    after = "".join(line[1:] or "\n" for line in lines if not line.startswith("-"))
    known = file.read_text("utf-8")
    assert f"\n{known}".count(f"\n{before}") == 1, f"{path} has not one place with {before!r}"
    file.write_text(known.replace(before, after), "utf-8")


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the copy."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        [sys.executable, "-m", "digest", *arguments],
        cwd=root / "site",
        env=kept | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with all that the document adds, and a site that it built."""
    root = tmp_path_factory.mktemp("repository")
    unneeded = shutil.ignore_patterns("__pycache__")
    for folder in ("digest", "templates"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=unneeded)
    for addition in additions():
        apply(root, *addition)
    shutil.copytree(REPOSITORY / "tests/site", root / "site")
    (root / "site/static/film.html").write_text(FILM, "utf-8")
    with serving() as server:
        server.documents["/table.csv"] = Reply(headers={"Content-Type": "text/csv"}, body=TABLE)
        file = root / "site/site.yaml"
        settings = yaml.safe_load(file.read_text("utf-8"))
        source = {"name": "Table", "kind": "table", "url": f"{server.url}/table.csv"}
        more = {"sources": [source], "navigation": [{"title": "Years", "url": "years/"}]}
        file.write_text(yaml.safe_dump(settings | more), "utf-8")
        done = run(root, "build", "--now", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert "1 row left out: 'none' is no arXiv id" in done.stdout + done.stderr
    return root


def built(root: Path, path: str) -> str:
    return (root / "site/_site" / path).read_text("utf-8")


def test_a_source_kind_that_was_added_brings_its_papers(root: Path) -> None:
    assert "Consensus from a table" in built(root, "papers/2605.20001/index.html")


def test_the_schema_that_was_changed_knows_the_new_source_and_the_new_feed(root: Path) -> None:
    schema = json.loads((root / "digest/site.schema.json").read_text("utf-8"))
    settings = yaml.safe_load((root / "site/site.yaml").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(settings | {"formats": ["text"]})


def test_a_page_that_was_added_is_there_and_listed(root: Path) -> None:
    assert "<li>2006: 1</li>" in built(root, "years/index.html")
    assert "/years/</loc>" in built(root, "sitemap.xml")


def test_a_feed_format_that_was_added_has_a_file_for_every_feed(root: Path) -> None:
    assert " Consensus from a table https://digest.example.org/" in built(root, "feed.txt")
    assert "Consensus from a table" in built(root, "themes/agreement/feed.txt")
    assert 'type="text/plain"' in built(root, "index.html")


def test_a_citation_format_that_was_added_has_records_and_files(root: Path) -> None:
    assert "%T Consensus from a table\n" in built(root, "themes/agreement/papers.enw")
    assert "%A Lee, Ann\n" in built(root, "papers/2605.20001/index.html")


def test_a_check_that_was_added_finds_its_fault_alone(root: Path) -> None:
    found = run(root, "check", "--site-only", "_site").stdout
    assert "film.html: warning: <video> starts by itself [autoplay]" in found
    assert found.count("[autoplay]") == 1
