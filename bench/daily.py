"""What a rebuild costs where little has changed, beside the build from nothing: `make bench`."""

from __future__ import annotations

import argparse
import datetime
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent))
import corpus
from versus import DIGEST, measure

from digest import archive

PROJECT = corpus.HERE.parent
TODAY = datetime.date(2026, 5, 16)
IMPORTS = [sys.executable, "-c", "import click, jinja2, yaml"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("counts", nargs="*", type=int, default=[10_000, 50_000])
    options.add_argument("--runs", type=int, default=3)
    options.add_argument(
        "--papers", type=Path, default=PROJECT.parent / "shared/data/papers.jsonl.gz"
    )
    options.add_argument("--folder", type=Path, help="where the sites go; a RAM disk is steady")
    options.add_argument(
        "--shipped", action="store_true", help="with the shipped templates and rules"
    )
    given = options.parse_args()
    known = corpus.texts(given.papers)
    print(f"{'papers':>8} {'':24} {'wall s':>9} {'cpu s':>9}  beside")
    for count in given.counts:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            root = Path(folder)
            corpus.for_digest(
                root, corpus.papers(known, count), None if given.shipped else corpus.HERE / "digest"
            )
            if given.shipped:
                shutil.copyfile(PROJECT / "site.yaml", root / "site.yaml")
            compare(root, count, given.runs)


def compare(root: Path, count: int, runs: int) -> None:
    """Print medians of each kind of rebuild, and their ratios."""
    build = [*DIGEST, "--root", str(root)]
    imports = row(count, "imports alone", IMPORTS, runs)
    full = row(count, "from nothing", build, runs, lambda: shutil.rmtree(root / "_site", True))
    row(count, "nothing changed", build, runs, beside=imports, name="the imports")
    row(count, "100 new papers", build, runs, lambda: add(root), full, "the full build")
    row(count, "paper.html touched", build, runs, lambda: touch(root), full, "the full build")
    row(count, "a rule changed", build, runs, lambda: rule(root), full, "the full build")


def row(
    count: int,
    what: str,
    command: Sequence[str],
    runs: int,
    change: Callable[[], object] = lambda: None,
    beside: float = 0,
    name: str = "",
) -> float:
    """Measure a command, something changed before each run; gives its wall time."""
    found = []
    for _ in range(runs):
        change()
        found.append(measure(command))
    wall, cpu = (
        statistics.median(values) for values in zip(*((r.wall, r.cpu) for r in found), strict=True)
    )
    ratio = f"{wall / beside:5.2f} × {name}" if beside else ""
    print(f"{count:8,} {what:24} {wall:9.2f} {cpu:9.2f}  {ratio}", flush=True)
    return wall


def add(root: Path) -> None:
    """A day's news: a hundred papers that the archive didn't have."""
    path = root / "content/archive/2026-05.jsonl"
    old = archive.read_month(path)
    fresh = [
        msgspec.structs.replace(
            entry,
            id=f"arxiv:2605.{90_000 + len(old) + number:05}",
            title=f"{entry.title} {len(old) + number}",
            announced=TODAY,
            seen=TODAY,
        )
        for number, entry in enumerate(old[:100])
    ]
    path.write_bytes(archive.lines([*old, *fresh]))


def touch(root: Path) -> None:
    """One template of the site's own, another time after time."""
    path = root / "templates/paper.html"
    path.parent.mkdir(exist_ok=True)
    text = (path if path.is_file() else PROJECT / "templates/paper.html").read_text("utf-8")
    path.write_text(text.replace("<article", "<article data-x", 1), "utf-8")


def rule(root: Path) -> None:
    """One more term in the first theme, another each time."""
    path = root / "site.yaml"
    head, mark, themes = path.read_text("utf-8").partition("themes:")
    word = f"hypergraph {themes.count('hypergraph')}"
    themes = re.sub(r"any: \[|any:\n +- ", lambda m: f"{m[0]}{word}{_gap(m[0])}", themes, count=1)
    path.write_text(f"{head}{mark}{themes}", "utf-8")


def _gap(start: str) -> str:
    """What stands between two terms of a list that starts so."""
    return ", " if start.endswith("[") else start.removeprefix("any:")


if __name__ == "__main__":
    main()
