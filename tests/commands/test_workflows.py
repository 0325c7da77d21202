"""The workflows' own steps, run here against a local git remote and a local server for arXiv."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from actions import Host, Run, git, run, run_composite, run_step, steps_of
from server import Paper, Server, serving, status
from test_notify import Hub

from digest import archive
from digest.archive import ledger
from digest.commands.init import create
from digest.sources.politeness import DEADLINE

PROJECT = Path(__file__).parents[2]
PUBLISH = PROJECT / ".github/workflows/publish.yml"
ACTION = PROJECT / "action.yml"
ACTIONS = sorted(PROJECT.glob(".github/actions/*/action.yml"))  # what both are made of
RECORDED = PROJECT / "tests/recorded/workflows"  # as earlier versions wrote them
OK = {
    "fetch": "success",
    "build": "success",
    "deploy": "success",
    "notify": "skipped",
    "report": "success",
}


def paper(number: int) -> Paper:
    return Paper(
        number=f"2605.{number:05}",
        published=datetime(2026, 5, 13, 10, number, tzinfo=UTC),
        title=f"Paper {number}",
        summary="On consensus.",
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def arxiv(server: Server) -> Server:
    """A server that has one paper."""
    server.corpus = [paper(1)]
    server.always.clear()
    return server


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "github")


@pytest.fixture
def site(tmp_path: Path, host: Host, arxiv: Server) -> Path:
    """A new site, pushed; its one source is the local server."""
    return started(tmp_path / "site", host, arxiv)


def started(folder: Path, host: Host, server: Server) -> Path:
    create(folder, ["cs.DC"])
    shutil.rmtree(folder / "content")
    (folder / "site.yaml").write_text(
        "title: A digest\nurl: https://example.github.io/digest/\ntag: example.org,2026\n"
        "sources:\n  - name: Local arXiv\n    kind: arxiv\n    query: cat:cs.DC\n"
        f"    endpoint: {server.url}/api/query\n    pace: 0\n    back: 9999d\n"
        "themes:\n  - id: consensus\n    title: Consensus\n    any: [consensus]\n",
        "utf-8",
    )
    host.push(folder, "Start a digest")
    return folder


@dataclass
class Begun:
    """A site after its first run."""

    host: Host
    site: Path
    run: Run


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Begun:
    """The first run of a site; read only."""
    folder = tmp_path_factory.mktemp("first")
    server.corpus = [paper(1)]
    host = Host(folder / "github")
    site = started(folder / "site", host, server)
    return Begun(host, site, run(PUBLISH, host))


@pytest.fixture
def begun(first: Begun, tmp_path: Path, arxiv: Server) -> Begun:
    """A site after its first run, to go on with."""
    host = first.host.copy(tmp_path / "github")
    site = Path(shutil.copytree(first.site, tmp_path / "site"))
    git(site, "remote", "set-url", "origin", str(host.remote))
    return Begun(host, site, first.run)


def ids(folder: Path) -> set[str]:
    return {entry.id for entry in archive.load(folder / "content/archive")}


def papers(host: Host) -> set[str]:
    """The papers that readers see."""
    return {path.parent.name for path in host.published.glob("papers/*/index.html")}


def issues(host: Host) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(host.issues.read_text("utf-8"))
    return found


def test_the_first_run_archives_builds_and_publishes(first: Begun) -> None:
    host, done = first.host, first.run
    assert done.results == OK, done.printed
    assert papers(host) == {"2605.00001"}
    assert host.log() == ["Archive what was announced", "Start a digest"]
    changed = git(host.remote, "show", "--format=%an", "--name-only", "main").split()
    assert changed[0] == "github-actions[bot]"
    assert all(re.match(r"content/(archive/|ledger/|tag$)", name) for name in changed[1:])
    assert issues(host) == []
    assert "### 1 new today\n\n**Consensus** (1)\n\n- Paper 1\n" in done.summary
    assert re.search(r"\nFetched in \d+\.\d s\.\n", done.summary)
    site = r"### Site\n\nPapers: 1\. \d+ files, \d+ changed, 0 removed; built in \d+\.\d s\.\n"
    assert re.search(site, done.summary)
    page = (host.published / "papers/2605.00001/index.html").read_text("utf-8")
    assert "https://example.github.io/digest/papers/2605.00001/" in page


def test_a_run_with_no_news_publishes_the_same_and_commits_the_ledger_alone(begun: Begun) -> None:
    host = begun.host
    before = (host.published / "papers/2605.00001/index.html").read_bytes()
    done = run(PUBLISH, host, "schedule")
    assert done.results == OK, done.printed
    assert (host.published / "papers/2605.00001/index.html").read_bytes() == before
    changed = git(host.remote, "show", "--format=", "--name-only", "main").split()
    assert changed
    assert all(name.startswith("content/ledger/") for name in changed)


def test_a_run_while_main_moves_keeps_both(host: Host, site: Path, arxiv: Server) -> None:
    def edit(workspace: Path) -> None:
        (site / "site.yaml").write_text(
            (site / "site.yaml").read_text("utf-8").replace("A digest", "Another"), "utf-8"
        )
        host.push(site, "Rename")

    host.before["Commit what was found"] = edit
    done = run(PUBLISH, host)
    assert done.results == OK, done.printed
    assert host.log() == ["Archive what was announced", "Rename", "Start a digest"]
    assert papers(host) == {"2605.00001"}
    assert "Another" in (host.published / "index.html").read_text("utf-8")


def test_a_failed_source_is_said_and_the_rest_is_published(begun: Begun, arxiv: Server) -> None:
    host = begun.host
    arxiv.always["/api/query"] = status(404)
    done = run(PUBLISH, host, "schedule")
    assert done.results == OK, done.printed
    assert "::warning::Local arXiv: failed" in done.printed
    assert "| Local arXiv | failed | 0 |" in done.summary
    assert papers(host) == {"2605.00001"}
    clone = host.clone(host.home / "after")
    lines = ledger.load(clone / "content/ledger")
    assert [line.state for line in lines] == ["ok", "failed"]


def test_a_broken_site_yaml_leaves_the_site_and_opens_one_issue(begun: Begun) -> None:
    host, site = begun.host, begun.site
    before = sorted(host.published.rglob("*"))
    text = (site / "site.yaml").read_text("utf-8")
    (site / "site.yaml").write_text(text + "acent: red\n", "utf-8")
    host.push(site, "Break it")
    for event in ("push", "schedule"):
        done = run(PUBLISH, host, event)
        assert done.results == {
            "fetch": "failure",
            "build": "skipped",
            "deploy": "skipped",
            "notify": "skipped",
            "report": "success",
        }
        assert "::error file=site.yaml,line=15::site.yaml:15: unknown key 'acent'" in done.printed
    assert sorted(host.published.rglob("*")) == before
    assert host.log()[0] == "Break it"
    (issue,) = issues(host)
    assert issue["state"] == "open"
    assert "The last run failed: https://" in issue["body"]
    assert "/actions/runs/3\n" in issue["body"]

    (site / "site.yaml").write_text(text, "utf-8")
    host.push(site, "Mend it")
    assert run(PUBLISH, host).results == OK
    assert [issue["state"] for issue in issues(host)] == ["closed"]


def test_two_runs_at_once_both_keep_what_they_found(host: Host, site: Path, arxiv: Server) -> None:
    meeting = threading.Barrier(2, timeout=60)
    host.before["Commit what was found"] = lambda workspace: meeting.wait()

    def once(number: int) -> Run:
        return run(PUBLISH, host, only="fetch")

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(once, range(2)))
    assert [each.results for each in done] == [{"fetch": "success"}] * 2, done[1].printed
    clone = host.clone(host.home / "after")
    assert ids(clone) == {"arxiv:2605.00001"}
    assert len(ledger.load(clone / "content/ledger")) == 2


def test_a_deployment_that_fails_once_is_tried_again(begun: Begun) -> None:
    host = begun.host
    host.failing_deployments = 1
    assert run(PUBLISH, host).results == OK
    assert papers(host) == {"2605.00001"}


def test_a_deployment_that_fails_twice_is_reported(begun: Begun) -> None:
    host = begun.host
    host.failing_deployments = 2
    done = run(PUBLISH, host)
    assert done.results == OK | {"deploy": "failure"}
    assert [issue["state"] for issue in issues(host)] == ["open"]


def test_a_hub_hears_of_the_feeds_that_changed(host: Host, site: Path, arxiv: Server) -> None:
    hub = Hub()
    thread = threading.Thread(target=hub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    with (site / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(f"hub: {hub.url}\n")
    host.push(site, "Name a hub")
    assert run(PUBLISH, host).results == OK | {"notify": "success"}
    first = set(hub.told)
    assert "https://example.github.io/digest/feed.xml" in first
    arxiv.corpus.insert(0, replace(paper(2), summary="On caches."))  # of no theme
    hub.told.clear()
    assert run(PUBLISH, host, "schedule").results == OK | {"notify": "success"}
    assert "https://example.github.io/digest/feed.xml" in hub.told
    assert "https://example.github.io/digest/themes/consensus/feed.xml" in first - set(hub.told)
    hub.server.shutdown()
    thread.join()
    hub.server.server_close()


def test_a_fork_does_not_run_on_schedule(host: Host, site: Path) -> None:
    done = run(PUBLISH, host, "schedule", fork=True)
    assert set(done.results.values()) == {"skipped"}
    assert host.log() == ["Start a digest"]
    assert not host.published.exists()


def test_a_repository_without_issues_publishes_all_the_same(begun: Begun) -> None:
    host, site = begun.host, begun.site
    host.issues.with_name("no-issues").touch()
    done = run(PUBLISH, host)
    assert done.results == OK, done.printed
    (site / "site.yaml").write_text("title: 1\n", "utf-8")
    host.push(site, "Break it")
    done = run(PUBLISH, host)
    assert (done.results["fetch"], done.results["report"]) == ("failure", "success"), done.printed
    assert "::notice::This repository has no issues" in done.printed


def test_what_a_fetch_writes_is_named_for_git_as_far_as_it_is_there(first: Begun) -> None:
    site = first.host.clone(first.host.home / "named")
    command = ["digest", "fetch", "--written", "--root", str(site)]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "content/archive\ncontent/ledger\ncontent/tag\n"
    (site / "content/tag").unlink()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "content/archive\ncontent/ledger\n"


EXAMPLE = "    examples: {out: [2605.00001]}\n"


def test_a_broken_example_blocks_a_push_and_annotates_a_scheduled_run(
    host: Host, site: Path
) -> None:
    with (site / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(EXAMPLE)
    host.push(site, "Break an example")
    pushed = run(PUBLISH, host)
    assert pushed.results["build"] == "failure", pushed.printed
    assert "::error" in pushed.printed
    assert not host.published.exists()
    by_night = run(PUBLISH, host, "schedule")
    assert by_night.results == OK
    assert "::error" in by_night.printed
    assert papers(host) == {"2605.00001"}


def test_the_composite_action_does_the_same_in_one_job(
    host: Host, site: Path, arxiv: Server
) -> None:
    done = run_composite(ACTION, host)
    assert done.results == {"publish": "success"}, done.printed
    assert papers(host) == {"2605.00001"}
    assert host.log() == ["Archive what was announced", "Start a digest"]
    arxiv.corpus.append(paper(2))
    host.failing_deployments = 2
    assert run_composite(ACTION, host, "schedule").results == {"publish": "failure"}
    assert [issue["state"] for issue in issues(host)] == ["open"]
    assert run_composite(ACTION, host, full="true").results == {"publish": "success"}
    assert [issue["state"] for issue in issues(host)] == ["closed"]
    assert papers(host) == {"2605.00001", "2605.00002"}


def test_the_composite_action_and_the_workflow_do_the_same_steps_which_stand_once() -> None:
    assert steps_of(PUBLISH) == steps_of(ACTION)
    files = [PUBLISH, ACTION, *ACTIONS]
    shell = [
        line
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if re.match(r" {8}\S", line) and ": " not in line
    ]
    assert [line for line, count in Counter(shell).items() if count > 1 and len(line) > 50] == []


@pytest.mark.parametrize("action", ["workflow", "action"])
def test_what_was_written_before_the_actions_were_goes_on_working(
    action: str, begun: Begun, arxiv: Server
) -> None:
    """The workflow as `digest init` wrote it into repositories, and the action as it was."""
    arxiv.corpus.append(paper(2))
    if action == "workflow":
        done = run(RECORDED / "publish.yml", begun.host, "schedule")
        assert done.results == OK, done.printed
    else:
        done = run_composite(RECORDED / "action.yml", begun.host, "schedule")
        assert done.results == {"publish": "success"}, done.printed
    assert papers(begun.host) == {"2605.00001", "2605.00002"}
    assert begun.host.log()[0] == "Archive what was announced"


def test_a_step_that_hangs_is_a_failure_before_its_job_is_cancelled() -> None:
    jobs = yaml.safe_load(PUBLISH.read_text("utf-8"))["jobs"]
    for name in ("fetch", "build", "notify"):
        (step,) = jobs[name]["steps"]
        assert step["timeout-minutes"] < jobs[name]["timeout-minutes"]


def test_a_step_that_asks_the_web_has_time_until_its_deadline_and_to_keep_what_came() -> None:
    jobs = yaml.safe_load(PUBLISH.read_text("utf-8"))["jobs"]
    for name in ("fetch", "notify"):
        assert 60 * jobs[name]["steps"][0]["timeout-minutes"] >= DEADLINE + 15 * 60


def test_every_action_is_pinned_by_its_commit_and_says_its_version() -> None:
    files = [*PROJECT.glob(".github/workflows/*.yml"), ACTION, *ACTIONS]
    pins = dict[str, str]()
    for path in files:
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line and "uses: $/.github/actions/" not in line:
                found = re.search(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", line)
                assert found, line
                assert pins.setdefault(found[1].split("/")[1], found[2]) == found[2]


# All that a job may do beside running; what isn't here may do nothing.
RIGHTS = {
    "publish.yml": {
        "fetch": {"contents": "write"},
        "build": {"contents": "read", "pages": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
        "notify": {"contents": "read"},
        "report": {"issues": "write"},
    },
    "learn.yml": {"learn": {"contents": "write"}},
    "ci.yml": {name: {"contents": "read"} for name in ("test", "package", "outside")},
    "release.yml": {
        "build": {"contents": "read"},
        "index": {"id-token": "write"},
        "notes": {"contents": "write"},
    },
}
# The steps that are given a token.
HOLDERS = {
    "Commit what was found",
    "Open, update or close the issue",
    "Release",
    "$/.github/actions/commit",
    "$/.github/actions/fetch",
    "$/.github/actions/report",
}


def test_no_job_has_more_rights_than_its_part_needs() -> None:
    paths = list(PROJECT.glob(".github/workflows/*.yml"))
    assert {path.name for path in paths} == RIGHTS.keys()
    for path in paths:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}
        rights = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
        assert rights == RIGHTS[path.name]


def test_the_token_is_given_to_the_steps_that_use_it_alone() -> None:
    for path in [*PROJECT.glob(".github/workflows/*.yml"), ACTION, *ACTIONS]:
        document = yaml.safe_load(path.read_text("utf-8"))
        jobs = document.get("jobs") or {"action": document["runs"]}
        for job in jobs.values():
            outside = {name: words for name, words in job.items() if name != "steps"}
            assert not re.search(r"token \}|secrets\.", yaml.safe_dump(outside)), path
            for step in job["steps"]:
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False
                if re.search(r"\.token\b|secrets\.", yaml.safe_dump(step)):
                    assert step.get("name", step.get("uses")) in HOLDERS
                    assert "pip install" not in step.get("run", "")
                    assert "digest " not in re.sub("#.*", "", step.get("run", ""))


def test_what_a_site_installs_is_named_by_hash_and_then_digest_alone() -> None:
    install = yaml.safe_load((PROJECT / ".github/actions/install/action.yml").read_text("utf-8"))
    (script,) = [s["run"] for s in install["runs"]["steps"] if s.get("name") == "Install"]
    place, dependencies, package, check = script.splitlines()
    assert place == 'cd "$GITHUB_ACTION_PATH/../../.."'
    assert "--require-hashes --only-binary :all: --requirement dependencies.txt" in dependencies
    assert "--no-deps --requirement requirements.txt" in package
    assert "pip check" in check
    installs = [step for path in (PUBLISH, ACTION) for step in steps_of(path) if "run" in step]
    assert all(step["name"] == "Install" for step in installs if "pip install" in step["run"])


@pytest.mark.parametrize("tool", ["actionlint", "zizmor"])
@pytest.mark.parametrize("repository", ["ours", "a new one"])
def test_workflows_pass(tool: str, repository: str, tmp_path: Path) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    folder = PROJECT
    if repository != "ours":
        folder = tmp_path / "site"
        create(folder)
        git(tmp_path, "init", "--quiet", str(folder))
    options = ["--offline", "--persona", "pedantic", "--no-progress"] if tool == "zizmor" else []
    inputs = ["."] if tool == "zizmor" else sorted(map(str, folder.glob(".github/workflows/*.yml")))
    done = subprocess.run([tool, *options, *inputs], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


RELEASE = PROJECT / ".github/workflows/release.yml"
CHANGELOG = "# Changelog\n\n## 1.2.0 (2026-06-01)\n\n### Added\n- This.\n\n## 1.2\n- Not this.\n"


@pytest.mark.parametrize(
    ("tag", "changelog", "notes"),
    [
        ("v1.2.0", CHANGELOG, "### Added\n- This."),
        ("v1.2.1", CHANGELOG, None),
        ("v1.2.0", "# Changelog\n\n## Unreleased\n- This.\n", None),
        ("v1.2.0", "## 1.2.0\n\n## 1.1.0\n- That.\n", None),
    ],
)
def test_a_release_takes_its_notes_from_the_changelog(
    tmp_path: Path, tag: str, changelog: str, notes: str | None
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n', "utf-8")
    (folder / "CHANGELOG.md").write_text(changelog, "utf-8")
    done, fine = run_step(RELEASE, "Take the notes from the changelog", folder, {"TAG": tag})
    assert fine == (notes is not None), done
    if notes is None:
        assert "::error file=" in done
    else:
        assert (folder / "dist/notes.md").read_text("utf-8").strip() == notes
