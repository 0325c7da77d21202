"""What a site is made from: site.yaml and its examples, archive, ledger, the editor's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

from digest import build, config
from digest.archive import ledger
from digest.commands import examples
from digest.commands.check.findings import Finding, FindingKind
from digest.commands.check.ranking import check_ranking
from digest.editor import content
from digest.errors import ArchiveError, ConfigError
from digest.fetch import LEDGER
from digest.papers.report import BroadTheme
from digest.themes import Matcher, trial


def check_inputs(root: Path, now: datetime) -> Iterator[Finding]:
    """What keeps the site at `root` from being built; paths begin with `root`."""
    parts: tuple[Callable[[], object], ...] = (
        lambda: config.load_site(root / "site.yaml"),
        lambda: examples.papers(root),  # the archive, and the kept ones
        lambda: ledger.load(root / LEDGER),
        lambda: content.load(root),
    )
    found = [finding for part in parts for finding in _problems(part)]
    themes = list[BroadTheme]()
    found = found or list(_problems(lambda: themes.extend(build.verify(root, now))))  # together
    yield from found or chain(
        _broken_examples(root), _broad_themes(root, themes), check_ranking(root, now.date())
    )


def _broad_themes(root: Path, themes: Iterable[BroadTheme]) -> Iterator[Finding]:
    for broad in themes:
        yield FindingKind.BROAD.at(str(root / "site.yaml"), str(broad), broad.line)


def _broken_examples(root: Path) -> Iterator[Finding]:
    path = root / "site.yaml"
    site = config.load_site(path)
    if not any(theme.examples_in or theme.examples_out for theme in site.themes):
        return
    matcher = Matcher.of(site)
    for broken in trial.broken_examples(site.themes, matcher, examples.papers(root)):
        message = f"{broken.theme}: {broken.id} {broken.problem}"
        yield FindingKind.EXAMPLE.at(str(path), message, broken.line)


def _problems(read: Callable[[], object]) -> Iterator[Finding]:
    try:
        read()
    except (ConfigError, ArchiveError) as error:
        kind = FindingKind.CONFIGURATION if isinstance(error, ConfigError) else FindingKind.ARCHIVE
        yield kind.at(str(error.path), error.message, error.line)
