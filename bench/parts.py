"""What the parts cost that a general site generator doesn't have: `make bench`.

The shipped site's templates and rules, with one part after the other left out; and what is inside
every page, measured alone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import corpus
from versus import DIGEST, measure

from digest import tex
from digest.cite import bibtex
from digest.config import load_site
from digest.themes import Matcher

PROJECT = corpus.HERE.parent
PARTS = {
    "related papers": "related: false",
    "citation files": "exports: false",
    "Atom and JSON feeds, archives": "formats: []",
    "search": "search: false",
    "trends": "trends: false",
    "social cards": "cards: false",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("count", nargs="?", type=int, default=2_500)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument(
        "--papers", type=Path, default=PROJECT.parent / "shared/data/papers.jsonl.gz"
    )
    options.add_argument("--folder", type=Path, help="where the sites go; a RAM disk is steady")
    given = options.parse_args()
    entries = list(corpus.papers(corpus.texts(given.papers), given.count))
    print(f"{given.count:,} papers, processor time in ms a paper")
    # Machines have slow minutes: each part is measured beside everything, in turn.
    print(f"{'everything':32} {shipped(entries, '', given.folder):8.3f}")
    for name, setting in PARTS.items():
        found = [
            shipped(entries, "", given.folder) - shipped(entries, setting, given.folder)
            for _ in range(given.runs)
        ]
        print(f"{name:32} {statistics.median(found):8.3f}", flush=True)
    site = load_site(PROJECT / "site.yaml")
    matcher = Matcher.of(site)
    alone: dict[str, Callable[[corpus.Entry], object]] = {
        "rules, without what explains": matcher.verdict,
        "MathML of title and abstract": lambda e: (
            tex.title_html(e.title, e.markup),
            tex.block_html(e.summary, e.markup),
        ),
        "BibTeX": bibtex,
    }
    for name, work in alone.items():
        begin = time.process_time()
        for entry in entries:
            work(entry)
        print(f"{name:32} {1000 * (time.process_time() - begin) / len(entries):8.3f}")


def shipped(entries: Sequence[corpus.Entry], setting: str, where: Path | None) -> float:
    """Processor time of a build from nothing, in ms a paper."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        root = Path(folder)
        corpus.for_digest(root, entries, site=None)
        text = (PROJECT / "site.yaml").read_text("utf-8")
        (root / "site.yaml").write_text(f"{text}\n{setting}\n", "utf-8")
        run = measure([*DIGEST, "--jobs", "1", "--root", folder])
        return 1000 * run.cpu / len(entries)


if __name__ == "__main__":
    main()
