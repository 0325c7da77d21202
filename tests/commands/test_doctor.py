"""`digest doctor` names what a new owner gets wrong, each with the sentence that mends it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from actions import git
from click.testing import CliRunner
from msgspec.structs import replace

from digest import archive
from digest.archive import ledger
from digest.archive.ledger import Health
from digest.cli import main
from digest.commands.checkout import read
from digest.commands.doctor import Case, examine, look
from digest.commands.init import create
from digest.model import Entry, State

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
URL = "https://ann.github.io/papers/"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that publishes itself, as its owner has it on their machine."""
    root, remote = tmp_path / "site", tmp_path / "remote.git"
    create(root)
    replaced("site.yaml", "https://example.org/digest/", URL)(root)
    replaced("site.yaml", "language:", 'tag: "ann.github.io,2026"\nlanguage:')(root)
    entry = Entry(id="arxiv:2605.00001", title="T", announced=NOW.date(), seen=NOW.date())
    archive.save(root / "content/archive", [entry])
    ledger.add(
        root / "content/ledger",
        [ledger.LedgerLine(when=NOW - timedelta(hours=7), source="arXiv cs.DC", state=State.OK)],
    )
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(remote))
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "remote", "add", "origin", str(remote))
    commit(root, NOW - timedelta(hours=7))
    git(root, "push", "--quiet", "--set-upstream", "origin", "main")
    git(root, "config", "remote.origin.url", "git@github.com:ann/papers.git")
    return root


def commit(root: Path, when: datetime) -> None:
    git(root, "add", "--all")
    stamp = when.isoformat()
    git(root, "commit", "--quiet", "--allow-empty", "--message", "M", committed=stamp)


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8")

    return change


def complaints(root: Path, now: datetime = NOW) -> dict[str, str]:
    return {found.about: f"{found.finding}; {found.remedy}" for found in examine(look(root, now))}


def test_nothing_is_wrong_with_a_site_that_publishes_itself(site: Path) -> None:
    assert complaints(site) == {}
    told = CliRunner().invoke(main, ["doctor", "--root", str(site), "--now", NOW.isoformat()])
    assert (told.exit_code, told.output) == (0, "Nothing is wrong that the checkout can show.\n")


@pytest.mark.parametrize(
    ("change", "about", "words"),
    [
        (replaced("site.yaml", URL, "https://ann.github.io/paper/"), "url", f"set `url: {URL}`"),
        (replaced("site.yaml", URL, "https://ann.github.io/"), "url", f"set `url: {URL}`"),
        (
            lambda root: (root / "static").mkdir() or (root / "static/CNAME").write_text("p.net\n"),
            "url",
            "set `url: https://p.net/`",
        ),
        (
            lambda root: git(root, "config", "remote.origin.url", "https://git.example.net/p.git"),
            "",
            "",
        ),
        (
            lambda root: git(root, "config", "--unset", "remote.origin.url"),
            "repository",
            "git remote add origin",
        ),
        (lambda root: commit(root, NOW), "repository", "not pushed yet: 1 of your commits"),
        (
            replaced("site.yaml", 'tag: "ann.github.io,2026"\n', ""),
            "tag",
            'add `tag: "ann.github.io,2026"`',
        ),
        (
            replaced(".github/workflows/publish.yml", "  schedule:", "  x:"),
            "workflow",
            "no workflow runs on a schedule",
        ),
        (
            lambda root: (root / ".github/workflows/publish.yml").unlink(),
            "workflow",
            "no workflow in .github/workflows",
        ),
        (
            replaced(".github/actions/install/action.yml", "# v7.0.1", "# v4.2.2"),
            "version",
            "old versions: actions/checkout",
        ),
        (
            lambda root: (root / ".github/actions/fetch/action.yml").unlink(),
            "workflow",
            "not in .github/actions, and used by the workflow: fetch",
        ),
        (
            replaced(".gitattributes", "content/ledger/*.jsonl merge=union\n", ""),
            "archive",
            "write into .gitattributes: content/ledger/*.jsonl merge=union",
        ),
        (
            lambda root: (root / "content/tag").write_text("ann.github.io,2026\n"),
            "archive",
            "content/tag is not committed",
        ),
        (replaced("requirements.txt", "==", "==9."), "version", "write curated-digest=="),
        (
            lambda root: (root / "dependencies.txt").unlink(),
            "version",
            "installs dependencies.txt, which is not there",
        ),
        (
            lambda root: git(root, "branch", "--move", "master"),
            "workflow",
            "git branch --move master main",
        ),
        (
            lambda root: git(root, "update-ref", "refs/remotes/origin/gh-pages", "HEAD"),
            "pages",
            "Settings, Pages",
        ),
        (
            lambda root: (root / "content/archive/2026-06.jsonl").write_text(""),
            "archive",
            "content/archive/2026-06.jsonl is not committed",
        ),
        (
            lambda root: (root / ".gitignore").write_text("/content/archive/\n"),
            "archive",
            "git ignores content/archive",
        ),
        (replaced("site.yaml", "timezone: UTC", "timezone: EST"), "timezone", "summer time"),
    ],
)
def test_each_mistake_is_named(
    site: Path, change: Callable[[Path], object], about: str, words: str
) -> None:
    change(site)
    found = complaints(site)
    if about:
        assert words in found[about]
    assert set(found) <= {about}


def test_a_clock_that_is_behind_is_noticed(site: Path) -> None:
    assert "set the clock" in complaints(site, NOW - timedelta(hours=8))["clock"]


def test_a_schedule_that_stopped_is_noticed(site: Path) -> None:
    assert complaints(site, NOW + timedelta(days=3)) == {}
    assert "the last fetch was 4 days ago" in complaints(site, NOW + timedelta(days=4))["schedule"]
    assert "Enable workflow" in complaints(site, NOW + timedelta(days=61))["schedule"]


def test_before_the_first_push_the_doctor_says_what_comes_next(tmp_path: Path) -> None:
    create(tmp_path / "site")
    found = complaints(tmp_path / "site")
    assert set(found) == {"repository", "url", "tag"}
    assert "git init" in found["repository"]


def test_a_source_that_fails_for_days_is_named(site: Path) -> None:
    case = look(site, NOW)
    sick = Health(
        source="A blog",
        state=State.FAILED,
        problem="HTTP 404",
        fetched=NOW,
        success=None,
        failed_days=3,
        gaps=(),
    )
    (found,) = examine(replace(case, health=(*case.health, sick)))
    assert found.finding == "'A blog' fails for 3 days now: HTTP 404"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ann/papers",
        "https://token@github.com/ann/papers.git",
        "ssh://git@github.com/ann/papers.git",
        "git@github.com:ann/papers.git",
    ],
)
def test_github_is_known_by_every_address(site: Path, remote: str) -> None:
    git(site, "config", "remote.origin.url", remote)
    assert read(site).repository == ("ann", "papers")
    assert complaints(site) == {}


def test_a_user_s_own_site_has_no_path(site: Path) -> None:
    git(site, "config", "remote.origin.url", "git@github.com:Ann/ann.github.io.git")
    assert "set `url: https://ann.github.io/`" in complaints(site)["url"]


def test_machines_can_read_it(site: Path) -> None:
    (site / "requirements.txt").write_text("curated-digest==0.0.1\n", "utf-8")
    told = CliRunner().invoke(
        main, ["doctor", "--root", str(site), "--json", "--now", NOW.isoformat()]
    )
    assert told.exit_code == 1
    (found,) = json.loads(told.output)["complaints"]
    assert found["about"] == "version"
    assert found.keys() == {"about", "finding", "remedy"}


def test_a_case_without_git_is_no_error(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    case = look(site, NOW)
    assert isinstance(case, Case)
    assert not case.checkout.is_repository
