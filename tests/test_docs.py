"""The documentation is true: every block of code is tried, every generated part is current."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import click
import pytest
import yaml
from babel.messages.pofile import read_po
from conftest import NOW
from generate import written
from jinja2 import Environment
from markdown_it import MarkdownIt
from planning import planned as planned_of
from server import serving

from digest import build
from digest.archive import ledger
from digest.cli import main
from digest.config import load_site
from digest.editor import content
from digest.pages import sitemap, status
from digest.render import Renderer, default_templates

PROJECT = Path(__file__).parents[1]
DOCUMENTS = (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))
RUN = (
    PROJECT / "README.md",
    PROJECT / "docs/tutorial.md",
)  # whose commands are run, in their order
# What sets up a machine, or asks the network, or waits for a person.
NOT_RUN = re.compile(r"(make|python3? -m (venv|pip|http)|\.?\s*\.venv|pip install|digest serve)\b")
EDITING = {"w19.md", "../pages/contact.md", "slides.pdf", "curve.png"}  # examples of links
SITE = {
    "title": "T",
    "url": "https://example.org/",
    "sources": [{"name": "S", "kind": "file", "path": "x.xml"}],
    "themes": [
        {"id": name, "title": name, "any": [name]} for name in ("consensus", "byzantine-agreement")
    ],
}
ELSEWHERE = {"jobs", "pages", "repos"}  # keys of what isn't site.yaml


@dataclass(frozen=True)
class Block:
    """A block of code in a document."""

    document: str
    line: int
    language: str  # empty for an indented one
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def blocks(path: Path) -> Iterator[Block]:
    for token in MarkdownIt().enable("table").parse(path.read_text("utf-8")):
        if token.type in {"fence", "code_block"}:
            line = token.map[0] + 1 if token.map else 0
            yield Block(name_of(path), line, token.info.strip(), token.content)


STARTER = PROJECT / "digest/starter/README.md"
BLOCKS = [block for path in (*DOCUMENTS, STARTER) for block in blocks(path)]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_of_code_is_right(block: Block, tmp_path: Path) -> None:
    match block.language:
        case "sh":
            subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)
            for command in commands(block.text):
                parse(command)
        case "yaml":
            try_yaml(block.text, tmp_path)
        case "markdown":
            try_content(block.text, tmp_path)
        case "python":
            ast.parse(block.text)
        case "diff":  # tests/test_contributing.py applies it
            assert all(line[:1] in {"", " ", "+", "-"} for line in block.text.split("\n"))
        case "jinja":
            Environment().parse(block.text)
        case "json":
            json.loads(block.text)
        case "po":
            read_po(block.text.splitlines(), abort_invalid=True)
        case "{toctree}":
            for name in re.findall(r"^[a-z]+$", block.text, re.M):
                assert (PROJECT / f"docs/{name}.md").is_file(), name
        case "text" if block.document not in map(name_of, RUN):
            assert "│" in block.text, "only what is run has an output; all else is a drawing"
        case "text":
            pass  # compared, once what stands before has been run
        case "mermaid":
            assert re.fullmatch(r"flowchart TD\n(  \w+ --> \w+\n)+", block.text)
        case other:
            pytest.fail(f"nothing tries {other or 'an indented block'}; say which language it is")


def commands(script: str) -> Iterator[list[str]]:
    """The arguments of every `digest …` in a script."""
    script = re.sub(r"<<'(\w+)'\n.*?\n\1\n", "\n", script, flags=re.S)
    for line in re.split(r"\n|&&|\|\||;", script.replace("\\\n", " ")):
        words = shlex.split(line, comments=True)
        if words and words[0].endswith("digest"):
            yield words[1:]


def parse(words: list[str]) -> None:
    """Let the command read its arguments; nothing is run."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    try:
        command.make_context("digest", words)
    except click.exceptions.Exit:  # --version and the like
        pass
    except click.BadParameter as error:
        if "does not exist" not in error.message:  # what the reader will have, we need not
            raise


def try_yaml(text: str, folder: Path) -> None:
    """A part of site.yaml must be accepted; a workflow by actionlint, where there is one."""
    found = yaml.load(text, yaml.BaseLoader)  # `on` is a key
    if found is None:  # a comment, for an editor
        assert text.startswith("# yaml-language-server: $schema=")
    elif not found.keys() & ELSEWHERE:
        rest = {key: value for key, value in SITE.items() if key not in found}
        (folder / "site.yaml").write_text((yaml.safe_dump(rest) if rest else "") + text, "utf-8")
        load_site(folder / "site.yaml")
    elif "jobs" in found and shutil.which("actionlint"):
        subprocess.run(["actionlint", "-"], input=text, text=True, check=True)


def try_content(text: str, folder: Path) -> None:
    """A note, an issue or a page, by its front matter."""
    front = yaml.safe_load(text.split("---")[1])
    kind = "issues" if "date" in front else "pages" if "title" in front else "notes"
    (folder / f"content/{kind}").mkdir(parents=True)
    (folder / f"content/{kind}/2605-13319.md").write_text(text, "utf-8")
    content.load(folder)


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.name)
def test_commands_copied_in_their_order_give_what_is_said(path: Path, tmp_path: Path) -> None:
    found = [block for block in blocks(path) if block.language in {"sh", "text"}]
    with serving() as server:
        scripts, folder = stand_in(tmp_path / "bin", server.url), tmp_path
        for block, after in zip_longest(found, found[1:]):
            if block.language == "sh":
                said, folder = run(block.text, folder, scripts)
                if after and after.language == "text":
                    pattern = re.escape(after.text.strip()).replace(re.escape("..."), ".*")
                    assert re.fullmatch(pattern, said.strip()), f"{block}: {said}"


def stand_in(folder: Path, url: str) -> Path:
    """A folder with a `digest` whose new sites ask a local server, and not arXiv."""
    folder.mkdir()
    script = folder / "digest"
    script.write_text(
        f"""#!/bin/sh
{shlex.quote(sys.executable)} -m digest "$@" || exit
if [ "$1" = init ]; then
  sed -i -e 's|kind: arxiv-listing|&\\n    endpoint: {url}\\n    pace: 0|' \
    -e 's|kind: arxiv$|&\\n    endpoint: {url}/api/query\\n    pace: 0|' "$2/site.yaml"
fi
""",
        "utf-8",
    )
    script.chmod(0o755)
    return folder


def run(script: str, folder: Path, scripts: Path) -> tuple[str, Path]:
    """What a script prints, and the folder that it ends in; setting up is left out."""
    lines = [line for line in script.splitlines() if not NOT_RUN.match(line)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join([*lines, "pwd >&2"])],
        cwd=folder,
        env=kept | {"PATH": f"{scripts}{os.pathsep}{kept['PATH']}", "LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, Path(done.stderr.splitlines()[-1])


def test_generated_parts_are_current() -> None:
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        assert written(text) == text, "run: python docs/generate.py"


def test_all_that_templates_see_is_listed() -> None:
    text = (PROJECT / "docs/templates.md").read_text("utf-8")
    tables = [row for row in text.splitlines() if row.startswith("|")]

    def listed(template: str) -> set[str]:
        rows = [row for row in tables if f"`{template}`" in row.split("|")[1]]
        return {word for row in rows for word in re.findall(r"`(\w+)`", row)}

    site, edition = build.read(PROJECT, NOW)
    planned = [
        *planned_of(site, edition.shown, edition).values(),
        *status.plan(site, ledger.load(PROJECT / "content/ledger"), NOW),
    ]
    for page in [*planned, *sitemap.plan(sitemap.listed(planned))]:
        if not page.template.startswith("search"):  # told in words
            assert page.context.keys() <= listed(page.template), page.template
    frame = blocks_of("base.html")
    for name in {page.template for page in planned if page.template.endswith(".html")}:
        assert blocks_of(name) - frame <= listed(name), name
    ours, jinjas = Renderer(site, Path("no-such-folder")).environment, Environment()
    for names in (
        ours.globals.keys() - jinjas.globals.keys(),
        ours.filters.keys() - jinjas.filters.keys(),
        frame,
    ):
        assert names <= set(re.findall(r"`(\w+)", text))


def blocks_of(template: str) -> set[str]:
    return set(re.findall(r"{% block (\w+)", (default_templates() / template).read_text("utf-8")))


def test_the_table_of_contents_names_every_page() -> None:
    named = {word for block in blocks(PROJECT / "docs/index.md") for word in block.text.split()}
    assert {path.stem for path in DOCUMENTS[1:]} - {"index"} <= named


def test_links_between_documents_lead_somewhere() -> None:
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        for address in re.findall(r"\]\(([^)\s]+)\)", text):
            if not re.match(r"[a-z]+:|#|/", address) and address not in EDITING:
                assert (path.parent / address.partition("#")[0]).exists(), f"{path.name}: {address}"
