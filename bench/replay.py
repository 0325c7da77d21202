"""Makes a site whose archive holds papers of a table, to try `digest rank replay` on.

    python bench/replay.py PAPERS.jsonl.gz FOLDER

PAPERS: a paper a line with id, title, abstract, authors, categories and first_listed, its day.
"""

from __future__ import annotations

import gzip
import sys
from datetime import date
from pathlib import Path

import msgspec

from digest import archive
from digest.model import Entry

SITE = """\
title: Replay
url: https://example.org/
tag: example.org,2026
sources: [{name: Papers, kind: file, path: none}]
themes: [{id: all, title: All, any: ['no such phrase anywhere']}]
rank: true
"""


def main(table: Path, root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / "site.yaml").write_text(SITE, "utf-8")
    with gzip.open(table) as lines:
        entries = [entry(msgspec.json.decode(line)) for line in lines]
    archive.save(root / archive.FOLDER, entries)
    print(f"{len(entries):,} papers")


def entry(paper: dict[str, object]) -> Entry:
    day = date.fromisoformat(str(paper["first_listed"]))
    return msgspec.convert(
        {
            "id": f"arxiv:{paper['id']}",
            "title": paper["title"],
            "summary": paper["abstract"],
            "authors": paper["authors"],
            "categories": paper["categories"],
            "announced": day,
            "seen": day,
        },
        Entry,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
