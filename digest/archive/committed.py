"""What a fetch writes beside the site and git must keep."""

from __future__ import annotations

from pathlib import Path

from digest.archive import months, tag

LEDGER, SCORES = "content/ledger", "content/rank"
RANKING = "content/rank.tsv"
WRITTEN = (months.FOLDER, LEDGER, tag.KEPT, SCORES)
# Files of lines that git merges by taking those of both sides; loading them joins doubled ones.
MERGED_BY_UNION = (
    f"{months.FOLDER}/*.jsonl",
    f"{LEDGER}/*.jsonl",
    "content/triage.jsonl",
    f"{SCORES}/*.jsonl",
)
NEVER_MERGED = (RANKING,)  # two rankings are none: git leaves the choice to people


def written(root: Path) -> tuple[str, ...]:
    """The files and folders of a site that fetches wrote, relative to its root."""
    return tuple(name for name in WRITTEN if (root / name).exists())


def attributes() -> tuple[str, ...]:
    """The lines that `.gitattributes` must have, so that two fetches merge without a conflict."""
    union = (f"{pattern} merge=union" for pattern in MERGED_BY_UNION)
    return (*union, *(f"{name} -merge" for name in NEVER_MERGED))
