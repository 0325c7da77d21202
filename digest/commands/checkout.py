"""What git and the files of a checkout say about a site. Asks git, and no network."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from digest.archive import committed as kept
from digest.archive import tag

_GITHUB = re.compile(
    r"(?:https://(?:[^@/]*@)?|ssh://git@|git@)github\.com[/:]([^/]+)/([^/]+?)(?:\.git)?/?"
)


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """A site's folder, as git has it; empty and False where it is in no repository."""

    is_repository: bool = False
    branch: str = ""
    remote: str = ""  # the address of origin
    uncommitted: tuple[str, ...] = ()  # files that a fetch wrote and git doesn't have
    ignored: tuple[str, ...] = ()  # what fetches write and git ignores
    unmerged: tuple[str, ...] = ()  # files of lines that git doesn't merge by keeping all lines
    mixed: tuple[str, ...] = ()  # files of which git would make one out of two
    unpushed: int = 0  # commits
    branches: tuple[str, ...] = ()  # of origin, as far as it was fetched
    newest: datetime | None = None  # when the newest commit was made
    workflows: tuple[str, ...] = ()  # texts
    actions: tuple[tuple[str, str], ...] = ()  # name, text: those of the site's own

    @property
    def repository(self) -> tuple[str, str] | None:
        """Owner and name on GitHub."""
        match = _GITHUB.fullmatch(self.remote)
        return (match[1], match[2]) if match else None


def read(root: Path) -> Checkout:
    """Look at the checkout that holds `root`."""
    github = root / ".github"
    workflows = tuple(map(_text, sorted(github.glob("workflows/*.y*ml"))))
    actions = tuple((p.parent.name, _text(p)) for p in sorted(github.glob("actions/*/action.y*ml")))
    if _git(root, "rev-parse", "--is-inside-work-tree") != "true":
        return Checkout(workflows=workflows, actions=actions)
    changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", *kept.WRITTEN)
    stamp = _git(root, "log", "-1", "--format=%cI")
    remote = _git(root, "for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin")
    return Checkout(
        is_repository=True,
        branch=_git(root, "branch", "--show-current"),
        remote=_git(root, "config", "--get", "remote.origin.url"),
        uncommitted=tuple(line[3:] for line in changed.splitlines()),
        ignored=tuple(name for name in kept.WRITTEN if _is_ignored(root, name)),
        unmerged=tuple(
            name
            for name in (pattern.replace("*", "2026-01") for pattern in kept.MERGED_BY_UNION)
            if not _git(root, "check-attr", "merge", "--", name).endswith(": union")
        ),
        mixed=tuple(
            name
            for name in kept.NEVER_MERGED
            if not _git(root, "check-attr", "merge", "--", name).endswith(": unset")
        ),
        unpushed=int(_git(root, "rev-list", "--count", "@{upstream}..HEAD") or 0),
        branches=tuple(remote.splitlines()),
        newest=datetime.fromisoformat(stamp) if stamp else None,
        workflows=workflows,
        actions=actions,
    )


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _is_ignored(root: Path, name: str) -> bool:
    path = name if name == tag.KEPT else f"{name}/2026-01.jsonl"
    return bool(_git(root, "check-ignore", path))


def keeps(root: Path, folder: str) -> bool:
    """Whether a workflow here commits what is written into a folder: it names the folder, or all
    that `digest fetch --written` names.
    """
    paths = (root / ".github").rglob("*.y*ml")
    return keep((_text(path) for path in paths if path.is_file()), folder)


def keep(texts: Iterable[str], folder: str) -> bool:
    """The same of the texts of workflows and actions."""
    return any(folder in text or "digest fetch --written" in text for text in texts)


def committed(path: Path) -> str:
    """A file as the last commit has it; empty where git doesn't have it."""
    return _git(path.parent, "show", f"HEAD:./{path.name}")


def _git(root: Path, *arguments: str) -> str:
    """What git says; nothing where it can't, or isn't installed."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.rstrip("\n") if done.returncode == 0 else ""
