"""Imports only point down, and stages ignore each other: data moves one way."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "digest"
LAYERS = [
    {
        "allowlist",
        "days",
        "errors",
        "github",
        "ids",
        "inputs",
        "memory",
        "model",
        "words",
        "__version__",
    },
    {"files", "links", "paper"},
    {
        "diff",
        "faults",
        "jobs",
        "kept",
        "language",
        "lettering",
        "located",
        "place",
        "portable",
        "tex",
    },
    {
        "authority",
        "cite",
        "heat",
        "mailing",
        "manners",
        "manifest",
        "marks",
        "network",
        "paging",
        "preview",
        "trends",
        "versions",
    },
    {"authors", "exchange"},
    {"desk", "hosts", "related", "themes"},
    {"config", "merging", "paper_page"},
    # The stages.
    {
        "sources",
        "archive",
        "cards",
        "ledger",
        "pages",
        "feeds",
        "render",
        "output",
        "shards",
        "web",
        "serve",
        "checkout",
    },
    {"fetch", "notify", "scaffold", "shelf", "status", "summary"},
    {"build", "examples"},
    {"check", "doctor"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def imports(path: Path) -> set[str]:
    """The parts of our package that a file imports: {"model", "errors"}."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "digest":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("digest."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("digest.")}
    return found


def test_imports_point_down() -> None:
    for path in PACKAGE.rglob("*.py"):
        part = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if part == "__init__":
            continue
        for other in imports(path) - {part}:
            assert RANK[other] < RANK[part], f"{path.name} must not import {other}"


def test_one_module_alone_opens_connections_and_one_folder_alone_speaks_click() -> None:
    for path in PACKAGE.rglob("*.py"):
        words = path.read_text("utf-8")
        tree = ast.walk(ast.parse(words))
        names = {
            name.split(".")[0]
            for node in tree
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
            )
        }
        assert "urllib3" not in names or path.name == "exchange.py"
        assert "click" not in names or path.parent.name == "cli"


def test_a_command_that_only_answers_loads_no_library_that_it_does_not_need() -> None:
    """What takes long to load is loaded by the commands that need it."""
    script = "import sys; import digest.cli; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    heavy = {
        "babel",
        "feedparser",
        "jinja2",
        "markdown_it",
        "nltk",
        "re2",
        "rich",
        "urllib3",
        "yaml",
    }
    assert not heavy & set(done.stdout.split())
