"""What a site is made from: site.yaml, the archive, the ledger, the editor's files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digest import archive, config, content, ledger
from digest.check.findings import Finding, Kind
from digest.errors import ArchiveError, ConfigError

_ARCHIVE, _LEDGER = "content/archive", "content/ledger"


def check_inputs(root: Path) -> Iterator[Finding]:
    """What keeps the site at `root` from being built; paths begin with `root`."""
    reads = (
        lambda: config.load_site(root / "site.yaml"),
        lambda: archive.load(root / _ARCHIVE),
        lambda: ledger.load(root / _LEDGER),
        lambda: content.load(root),
    )
    for read in reads:
        try:
            read()
        except (ConfigError, ArchiveError) as error:
            kind = Kind.CONFIGURATION if isinstance(error, ConfigError) else Kind.ARCHIVE
            yield Finding(kind=kind, path=str(error.path), line=error.line, message=error.message)
