"""What a site is made from: site.yaml, the archive, the ledger, the editor's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from digest import archive, build, config, ledger
from digest.check.findings import Finding, Kind
from digest.desk import content
from digest.errors import ArchiveError, ConfigError
from digest.fetch import ARCHIVE, LEDGER


def check_inputs(root: Path, now: datetime) -> Iterator[Finding]:
    """What keeps the site at `root` from being built; paths begin with `root`."""
    parts: tuple[Callable[[], object], ...] = (
        lambda: config.load_site(root / "site.yaml"),
        lambda: archive.load(root / ARCHIVE),
        lambda: ledger.load(root / LEDGER),
        lambda: content.load(root),
    )
    found = [finding for part in parts for finding in _problems(part)]
    yield from found or _problems(lambda: build.verify(root, now))  # all of them together


def _problems(read: Callable[[], object]) -> Iterator[Finding]:
    try:
        read()
    except (ConfigError, ArchiveError) as error:
        kind = Kind.CONFIGURATION if isinstance(error, ConfigError) else Kind.ARCHIVE
        yield Finding(kind=kind, path=str(error.path), line=error.line, message=error.message)
