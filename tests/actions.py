"""Runs a workflow's own shell steps on this machine, against a local git remote.

The actions that a workflow uses are stood in for; a step named Install is passed over, since the
project is installed already. Expressions are those few that our workflows use.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

URL = "https://example.github.io/digest"
_PROJECT = Path(__file__).parents[1]
_BIN = _PROJECT / "tests/bin"
_TOKEN = re.compile(r"'[^']*'|[A-Za-z_][\w.*-]*|\|\||&&|!=|==|[!(),]|\s+|\d+")


@dataclass
class Host:
    """What GitHub keeps of one repository."""

    home: Path
    remote: Path = field(init=False)  # a bare repository
    published: Path = field(init=False)  # what readers see
    issues: Path = field(init=False)  # JSON
    failing_deployments: int = 0
    runs: int = 0
    before: dict[str, Callable[[Path], object]] = field(default_factory=dict)  # step → what happens

    def __post_init__(self) -> None:
        self.remote, self.published = self.home / "remote.git", self.home / "published"
        self.issues = self.home / "issues.json"
        self.home.mkdir(parents=True)
        git(self.home, "init", "--quiet", "--bare", "--initial-branch", "main", str(self.remote))

    def copy(self, home: Path) -> Host:
        """The same in another place."""
        other = Host(home)
        shutil.rmtree(other.home)
        shutil.copytree(self.home, other.home)
        other.runs = self.runs
        return other

    def push(self, site: Path, message: str = "Change") -> None:
        """Commit all of a folder and push it, as an owner does."""
        if not (site / ".git").exists():
            git(site, "init", "--quiet", "--initial-branch", "main")
            git(site, "remote", "add", "origin", str(self.remote))
        git(site, "add", "--all")
        git(site, "commit", "--quiet", "--allow-empty", "--message", message)
        if git(site, "ls-remote", "origin", "main"):
            git(site, "pull", "--quiet", "--rebase", "origin", "main")
        git(site, "push", "--quiet", "origin", "main")

    def clone(self, folder: Path) -> Path:
        git(self.home, "clone", "--quiet", str(self.remote), str(folder))
        return folder

    def log(self) -> list[str]:
        """The subjects of main's commits, newest first."""
        return git(self.remote, "log", "--format=%s", "main").splitlines()


@dataclass
class Run:
    """One run of a workflow."""

    host: Host
    event: str
    inputs: Mapping[str, Any]
    fork: bool = False
    folder: Path = field(init=False)
    results: dict[str, str] = field(default_factory=dict)  # job → success, failure, skipped
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)  # job → its outputs
    printed: str = ""
    summary: str = ""

    def __post_init__(self) -> None:
        self.host.runs += 1
        self.number = self.host.runs
        self.folder = self.host.home / f"run-{self.number}"
        self.folder.mkdir()


def git(folder: Path, *arguments: str, committed: str = "") -> str:
    """What git says, for an owner of a name; `committed` is when a commit is made, ISO 8601."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=_clean_environment()
        | _PERSON
        | ({"GIT_COMMITTER_DATE": committed} if committed else {}),
    )
    return done.stdout.strip()


def run(
    workflow: Path,
    host: Host,
    event: str = "push",
    *,
    inputs: Mapping[str, Any] | None = None,
    fork: bool = False,
    only: str = "",
) -> Run:
    """Run a workflow's jobs, in the order they need each other; or `only` one of them."""
    document = yaml.safe_load(workflow.read_text("utf-8"))
    this = Run(host=host, event=event, inputs=inputs or {}, fork=fork)
    for name, job in document["jobs"].items():
        if not only or name == only:
            _run_job(this, name, job)
    return this


def run_composite(action: Path, host: Host, event: str = "push", **inputs: str) -> Run:
    """Run the steps of a composite action, as the only job of a workflow."""
    document = yaml.safe_load(action.read_text("utf-8"))
    known = document["inputs"]
    assert inputs.keys() <= known.keys()
    values = {name: str(about.get("default", "")) for name, about in known.items()} | inputs
    this = Run(host=host, event=event, inputs=values)
    _run_job(this, "publish", {"steps": document["runs"]["steps"]})
    return this


def steps_of(path: Path) -> list[dict[str, Any]]:
    """All steps of a workflow or an action, those of our own actions in the place of their use."""
    document = yaml.safe_load(path.read_text("utf-8"))
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    return [inner for job in jobs for step in job["steps"] for inner in _unfolded(step)]


def _unfolded(step: dict[str, Any]) -> list[dict[str, Any]]:
    own = _own(step.get("uses", ""))
    return steps_of(own) if own else [step]


def _own(uses: str) -> Path | None:
    """The file of one of our own actions."""
    return _PROJECT / uses.removeprefix("$/") / "action.yml" if uses.startswith("$/") else None


def run_step(
    workflow: Path, name: str, folder: Path, values: Mapping[str, str]
) -> tuple[str, bool]:
    """Run one shell step in a folder: what it printed, and whether it went well.

    Args:
        values: its environment, in place of what the workflow gives it.
    """
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values()
    (step,) = [step for job in jobs for step in job["steps"] if step.get("name") == name]
    this = Run(host=Host(folder.parent / "nowhere"), event="push", inputs={})
    fine, _ = _shell(this, {**step, "env": values}, folder, {})
    return this.printed, fine


def _run_job(this: Run, name: str, job: Mapping[str, Any]) -> None:
    needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
    fine = all(this.results[need] == "success" for need in needs)
    values = _values(this) | {
        f"needs.{need}.{key}": value
        for need in needs
        for key, value in (
            ("result", this.results[need]),
            *((f"outputs.{k}", v) for k, v in this.outputs[need].items()),
        )
    }
    values["needs.*.result"] = [this.results[need] for need in needs]
    condition = str(job.get("if", "success()"))
    this.outputs[name] = {}
    if not (_evaluate(condition, values, fine) and (fine or "always()" in condition)):
        this.results[name] = "skipped"
        return
    workspace = this.folder / name
    workspace.mkdir()
    fine = True
    for step in job["steps"]:
        fine = _run_step(this, step, workspace, values, fine)
    this.results[name] = "success" if fine else "failure"
    for key, expression in job.get("outputs", {}).items():
        this.outputs[name][key] = _filled(expression, values)


def _run_step(
    this: Run, step: Mapping[str, Any], workspace: Path, values: dict[str, Any], fine: bool
) -> bool:
    """Whether the job is still fine after this step."""
    name = step.get("name", "")
    condition = str(step.get("if", "success()")).removeprefix("${{").removesuffix("}}")
    values["job.status"] = "success" if fine else "failure"
    anyway = "always()" in condition
    if not _evaluate(condition, values, fine) or not (fine or anyway) or name == "Install":
        values[f"steps.{step.get('id')}.outcome"] = "skipped"
        return fine
    if name in this.host.before:
        this.host.before[name](workspace)
    options = {key: _filled(value, values) for key, value in step.get("with", {}).items()}
    if own := _own(step.get("uses", "")):
        good, outputs = _run_own(this, own, options, workspace)
    elif "uses" in step:
        good, outputs = _use(this, step["uses"].partition("@")[0], options, workspace)
    else:
        good, outputs = _shell(this, step, workspace, values)
    values[f"steps.{step.get('id')}.outcome"] = "success" if good else "failure"
    values.update({f"steps.{step.get('id')}.outputs.{k}": v for k, v in outputs.items()})
    return fine and (good or bool(step.get("continue-on-error")))


def _run_own(
    this: Run, action: Path, options: Mapping[str, str], workspace: Path
) -> tuple[bool, dict[str, str]]:
    """Run the steps of one of our own actions, which see its inputs and no step around them."""
    document = yaml.safe_load(action.read_text("utf-8"))
    known = document.get("inputs", {})
    assert options.keys() <= known.keys(), action
    assert all(name in options for name, about in known.items() if about.get("required"))
    values = _values(this)
    given = {name: _filled(about.get("default", ""), values) for name, about in known.items()}
    values = {key: value for key, value in values.items() if not key.startswith("inputs.")}
    values |= {f"inputs.{name}": value for name, value in (given | dict(options)).items()}
    fine = True
    for step in document["runs"]["steps"]:
        fine = _run_step(this, step, workspace, values, fine)
    outputs = document.get("outputs", {})
    return fine, {name: _filled(about["value"], values) for name, about in outputs.items()}


def _shell(
    this: Run, step: Mapping[str, Any], workspace: Path, values: Mapping[str, Any]
) -> tuple[bool, dict[str, str]]:
    """Run a step as GitHub does: bash -eo pipefail."""
    output, summary = workspace.with_suffix(".output"), this.folder / "summary.md"
    output.write_text("", "utf-8")
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{_BIN}"
    env = _clean_environment() | {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(_PROJECT / ".github/actions/install"),
        "RUNNER_TEMP": str(this.folder),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GH_STAND_IN": str(this.host.issues),
        **{key: _filled(value, values) for key, value in step.get("env", {}).items()},
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=workspace,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    this.printed += f"--- {step['name']}: {done.returncode}\n{done.stdout}"
    this.summary = summary.read_text("utf-8") if summary.exists() else ""
    pairs = (line.partition("=") for line in output.read_text("utf-8").splitlines())
    return done.returncode == 0, {key: value for key, _, value in pairs}


def _use(
    this: Run, action: str, options: Mapping[str, str], workspace: Path
) -> tuple[bool, dict[str, str]]:
    """Do what an action does, as far as it matters here."""
    host, site = this.host, workspace / options.get("path", "")
    caches, artifact = host.home / "caches", this.folder / "artifact"
    match action:
        case "actions/checkout":
            if not (workspace / ".git").exists():
                git(workspace, "init", "--quiet", "--initial-branch", "main")
                git(workspace, "remote", "add", "origin", host.remote.as_uri())
            git(workspace, "clean", "--quiet", "-ffdx")
            git(workspace, "fetch", "--quiet", "--depth", "1", "origin", options["ref"])
            git(workspace, "reset", "--quiet", "--hard", "FETCH_HEAD")
        case "actions/setup-python":
            pass
        case "actions/configure-pages":
            return True, {"base_url": URL}
        case "actions/cache/restore":
            prefix = options.get("restore-keys", options["key"])
            found = sorted(caches.glob(f"{prefix}*"), key=_number)
            assert found or not options.get("fail-on-cache-miss")
            if found:
                _copy(found[-1], site)
        case "actions/cache/save":
            _copy(site, caches / options["key"])
        case "actions/upload-pages-artifact":
            shutil.copytree(site, artifact, ignore=shutil.ignore_patterns(".*"))
        case "actions/deploy-pages":
            if host.failing_deployments:
                host.failing_deployments -= 1
                return False, {}
            shutil.rmtree(host.published, ignore_errors=True)
            shutil.copytree(artifact, host.published)
            return True, {"page_url": f"{URL}/"}
        case _:
            raise AssertionError(f"nothing stands in for {action}")
    return True, {}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _values(this: Run) -> dict[str, Any]:
    return {
        "github.event_name": this.event,
        "github.event.repository.fork": this.fork,
        "github.ref_name": "main",
        "github.token": "a-token",
        "github.repository": "example/digest",
        "github.server_url": "https://github.example.com",
        "github.run_id": str(this.number),
        "github.run_attempt": "1",
        **{f"inputs.{name}": value for name, value in this.inputs.items()},
    }


def _filled(text: Any, values: Mapping[str, Any]) -> str:
    """A text with its `${{ … }}` replaced."""

    def value(match: re.Match[str]) -> str:
        found = _evaluate(match[1], values, True)
        return str(found).lower() if isinstance(found, bool) else str(found or "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


def _evaluate(expression: str, values: Mapping[str, Any], fine: bool) -> Any:
    """An expression, by Python's leave: `||` is `or`, a missing value is empty."""
    words = {"||": " or ", "&&": " and ", "!": " not ", "true": "True", "false": "False"}
    tokens = _TOKEN.findall(expression)
    assert "".join(tokens) == expression, expression
    functions = {
        "always": lambda: True,
        "success": lambda: fine,
        "contains": lambda found, wanted: wanted in found,
        "hashFiles": lambda *names: blake2b(repr(names).encode(), digest_size=4).hexdigest(),
    }
    translated = "".join(
        words[token]
        if token in words
        else f"values.get({token!r}, '')"
        if re.match(r"[A-Za-z_]", token) and token not in functions
        else token
        for token in tokens
    )
    return eval(translated.strip(), {"__builtins__": {}, "values": values, **functions})


def _number(cache: Path) -> int:
    return int(cache.name.split("-")[-2])


_PERSON = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "An Owner"), ("EMAIL", "owner@example.org"))
}


def _clean_environment() -> dict[str, str]:
    """Ours, without what would make git or digest act by this machine's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "GITHUB_", "GH_"))}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
