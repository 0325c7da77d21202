"""What a new owner gets wrong, and the sentence that mends it; from the checkout alone."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from digest import __version__, fetch
from digest.commands import checkout
from digest.commands import init as scaffold
from digest.commands.doctor import hosting, site
from digest.commands.doctor.case import Case, Complaint
from digest.config import load_site

__all__ = ["Case", "Complaint", "examine", "look"]

_CHECKS = (  # the most basic first
    hosting.repository,
    hosting.workflow,
    hosting.pages,
    site.address,
    hosting.archive,
    hosting.ranking,
    hosting.schedule,
    site.sources,
    site.time,
    hosting.versions,
)


def look(root: Path, now: datetime) -> Case:
    """Read all that the checks look at.

    Raises:
        DigestError: site.yaml or the ledger can't be read; `digest check` says more.
    """
    loaded = load_site(root / "site.yaml")
    requirement = re.search(r"curated-digest==([\w.]+)", _text(root / "requirements.txt"))
    return Case(
        site=loaded,
        checkout=checkout.read(root),
        health=fetch.status(root, loaded, now),
        now=now,
        cname=_text(root / "static/CNAME").strip(),
        has_tag=bool(loaded.tag or _text(root / "content/tag").strip()),
        requirement=requirement[1] if requirement else "",
        version=__version__,
        has_dependencies=(root / "dependencies.txt").is_file(),
        workflow=scaffold.workflow(),
    )


def examine(case: Case) -> tuple[Complaint, ...]:
    """Everything that looks wrong. Pure."""
    return tuple(complaint for check in _CHECKS for complaint in check(case))


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""
