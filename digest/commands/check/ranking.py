"""What the ranking reads: libraries, the file that was learnt, and the scores that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from digest import config
from digest.commands.check.findings import Finding, FindingKind
from digest.commands.ranking import library
from digest.errors import ConfigError
from digest.papers.rank import scores, scoring

# Where each format of reference managers has the path of a file, or what its owner noted.
_PRIVATE = re.compile(
    r"""^\s*(?:(?P<bibtex>file|annote|note)\s*=\s*[{"\w]|(?P<ris>L1|L4|N1|RN)\s\s-\s*\S"""
    r"""|.*?"(?P<csl>file|annote|note)"\s*:\s*"[^"])""",
    re.IGNORECASE,
)


def check_ranking(root: Path, today: date) -> Iterator[Finding]:
    """What is wrong with the ranking of a site; it keeps no site from being built."""
    site = config.load_site(root / "site.yaml")
    if site.rank is None:
        return
    for problem in library.read(root, site.rank.picks, today).problems:
        yield FindingKind.LIBRARY.at(str(problem.path), problem.message, problem.line)
    for path in library.paths(root, site.rank.picks):
        yield from _private(path)
    try:
        scoring.load_model(root, both=site.rank.both)
    except ConfigError as error:
        yield FindingKind.RANKING.at(str(error.path), error.message, error.line)
    for fault in scores.faults(root / scores.FOLDER):
        yield FindingKind.RANKING.at(str(fault.path), fault.message, fault.line)


def _private(path: Path) -> Iterator[Finding]:
    """Fields of a library that everyone who reads the repository can read."""
    text = path.read_text("utf-8-sig", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        if match := _PRIVATE.match(line):
            name = next(filter(None, match.groups()))
            message = (
                f"the field {name!r} may hold a local path or private words: export without it"
            )
            yield FindingKind.PRIVATE.at(str(path), message, number)
