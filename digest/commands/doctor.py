"""What a new owner gets wrong, and the sentence that mends it; from the checkout alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from digest import __version__, fetch
from digest.archive.ledger import Health
from digest.commands import checkout
from digest.commands import init as scaffold
from digest.commands.checkout import Checkout
from digest.config import load_site
from digest.model import Site

# GitHub stops the schedule of a public repository without commits for as long. Source:
# https://docs.github.com/en/actions/how-tos/manage-workflow-runs/disable-and-enable-workflows
IDLE = timedelta(days=60)
_OVERDUE = timedelta(days=4)  # longer than a weekend with a holiday
_CLOCK = timedelta(minutes=10)
_SICK = 3  # days that a source may fail before we speak
_USES = re.compile(r"uses:\s*([\w.-]+/[\w./-]+)@\S+(?:\s+#\s*v?(\d+(?:\.\d+)*))?")
_FIXED = re.compile(r"Etc/GMT[+-]\d+|EST|MST|HST", re.I)  # zones without summer time


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that the doctor looks at."""

    site: Site
    checkout: Checkout
    health: Sequence[Health]  # of each source
    now: datetime
    cname: str = ""  # what static/CNAME says
    has_tag: bool = True  # whether guids have an authority that will stay
    requirement: str = ""  # the version that requirements.txt asks for
    version: str = ""  # of digest, here
    has_dependencies: bool = False  # whether dependencies.txt is there
    workflow: str = ""  # what `digest init` would write today


class Complaint(NamedTuple):
    """Something that is, or will be, wrong, and how to mend it."""

    about: str  # one word
    finding: str
    remedy: str


def look(root: Path, now: datetime) -> Case:
    """Gather what there is to see.

    Raises:
        DigestError: site.yaml or the ledger can't be read; `digest check` says more.
    """
    site = load_site(root / "site.yaml")
    requirement = re.search(r"curated-digest==([\w.]+)", _text(root / "requirements.txt"))
    return Case(
        site=site,
        checkout=checkout.read(root),
        health=fetch.status(root, site, now),
        now=now,
        cname=_text(root / "static/CNAME").strip(),
        has_tag=bool(site.tag or _text(root / "content/tag").strip()),
        requirement=requirement[1] if requirement else "",
        version=__version__,
        has_dependencies=(root / "dependencies.txt").is_file(),
        workflow=scaffold.workflow(),
    )


def examine(case: Case) -> tuple[Complaint, ...]:
    """Everything that looks wrong, the most basic first. Pure."""
    return (
        *_repository(case),
        *_workflow(case),
        *_pages(case),
        *_address(case),
        *_archive(case),
        *_schedule(case),
        *_sources(case),
        *_time(case),
        *_versions(case),
    )


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def _repository(case: Case) -> Iterator[Complaint]:
    git = case.checkout
    if not git.is_repository:
        yield Complaint(
            "repository",
            "this folder is in no git repository, so nothing publishes it",
            "run: git init --initial-branch main && git add . && git commit -m 'Start a digest'",
        )
    elif not git.remote:
        yield Complaint(
            "repository",
            "the repository has no remote named origin, so nothing publishes it",
            "run: git remote add origin ADDRESS && git push --set-upstream origin main",
        )
    elif git.unpushed:
        yield Complaint(
            "repository",
            f"not pushed yet: {git.unpushed} of your commits",
            "run: git pull --rebase && git push",
        )


def _workflow(case: Case) -> Iterator[Complaint]:
    git = case.checkout
    publishing = [text for _, text in git.workflows if "digest" in text]
    if not publishing:
        yield Complaint(
            "workflow",
            "no workflow in .github/workflows builds the site",
            "run `digest init` for a new folder, and copy .github from there",
        )
        return
    text = "\n".join(publishing)
    if "schedule:" not in text:
        yield Complaint(
            "workflow",
            "no workflow runs on a schedule, so news waits for a push",
            "add the `schedule:` that `digest init` writes",
        )
    branches = re.findall(r"branches:\s*\[([^\]]*)\]", text)
    named = {name.strip(" '\"") for listed in branches for name in listed.split(",")}
    if git.branch and named and git.branch not in named:
        yield Complaint(
            "workflow",
            f"pushes to {git.branch!r} start no workflow: it names {', '.join(sorted(named))}",
            f"run: git branch --move {git.branch} {min(named)}, or name your branch in it",
        )


def _pages(case: Case) -> Iterator[Complaint]:
    git = case.checkout
    if git.repository and "gh-pages" in git.branches:
        yield Complaint(
            "pages",
            "there is a branch gh-pages, from which GitHub may still publish",
            "choose GitHub Actions as the source in Settings, Pages, then remove that branch",
        )
    elif git.repository and not any(health.fetched for health in case.health):
        yield Complaint(
            "pages",
            "Publish has not committed anything yet, as far as this checkout knows",
            "choose GitHub Actions as the source in Settings, Pages; see Actions; git pull",
        )


def _address(case: Case) -> Iterator[Complaint]:
    url = urlsplit(case.site.url)
    host, path = url.hostname or "", url.path
    expected = _expected_url(case)
    if expected and case.site.url != expected:
        yield Complaint(
            "url",
            f"`url` in site.yaml is {case.site.url}, but Pages will serve {expected}",
            f"set `url: {expected}` in site.yaml",
        )
    elif host in {"example.org", "localhost"}:
        yield Complaint(
            "url",
            f"`url` in site.yaml is {case.site.url}, which is nobody's",
            "set it to the address where the site will be served, with its path",
        )
    elif url.scheme == "http":
        yield Complaint(
            "url", "`url` in site.yaml is http, without the s", "write https:// if the host has it"
        )
    if host.endswith(".github.io") and path == "/" and not case.checkout.remote:
        yield Complaint(
            "url",
            "`url` has no path; Pages serves a repository under its name",
            f"set `url: https://{host}/REPOSITORY/` unless the repository is called {host}",
        )
    if not case.has_tag:
        yield Complaint(
            "tag",
            "feeds have no authority of their own yet: moving the site would show every item anew",
            f'add `tag: "{host},{case.now:%Y}"` to site.yaml, and never change it',
        )


def _expected_url(case: Case) -> str:
    """Where GitHub Pages serves the repository; empty where that can't be known."""
    if case.cname:
        return f"https://{case.cname}/"
    if not case.checkout.repository:
        return ""
    owner, name = (part.lower() for part in case.checkout.repository)
    own = f"{owner}.github.io"
    written = case.checkout.repository[1]
    return f"https://{own}/" if name == own else f"https://{own}/{written}/"


def _archive(case: Case) -> Iterator[Complaint]:
    git = case.checkout
    for name in git.ignored:
        yield Complaint(
            "archive",
            f"git ignores {name}, so what was fetched is forgotten",
            "remove the line that ignores it from .gitignore",
        )
    if git.uncommitted:
        more = f", and {len(git.uncommitted) - 1} more" if git.uncommitted[1:] else ""
        yield Complaint(
            "archive",
            f"{git.uncommitted[0]} is not committed{more}",
            "run: git add content && git commit -m 'Archive' && git push",
        )


def _schedule(case: Case) -> Iterator[Complaint]:
    newest = case.checkout.newest
    if newest and case.now - newest > IDLE:
        yield Complaint(
            "schedule",
            f"the newest commit is {(case.now - newest).days} days old; GitHub stops the schedule "
            f"of a repository after {IDLE.days} idle days",
            "open Actions, Publish on GitHub and press Enable workflow, then Run workflow",
        )
        return
    fetched = max((h.fetched for h in case.health if h.fetched), default=None)
    if fetched and case.now - fetched > _OVERDUE:
        yield Complaint(
            "schedule",
            f"the last fetch was {(case.now - fetched).days} days ago",
            "run git pull; else see in Actions on GitHub whether Publish is disabled or fails",
        )


def _sources(case: Case) -> Iterator[Complaint]:
    for health in case.health:
        if health.failed_days >= _SICK:
            yield Complaint(
                "source",
                f"{health.source!r} fails for {health.failed_days} days now: {health.problem}",
                "open its address in a browser; mend or remove the source in site.yaml",
            )


def _time(case: Case) -> Iterator[Complaint]:
    known = (case.checkout.newest, *(health.fetched for health in case.health))
    newest = max(filter(None, known), default=None)
    if newest and newest - case.now > _CLOCK:
        yield Complaint(
            "clock",
            f"this machine's clock says {case.now:%Y-%m-%d %H:%M} UTC, and there is news of later",
            "set the clock; a wrong one puts papers on wrong days",
        )
    if _FIXED.fullmatch(case.site.timezone):
        yield Complaint(
            "timezone",
            f"the time zone {case.site.timezone!r} knows no summer time",
            "name a place in site.yaml, such as America/New_York or Europe/Berlin",
        )


def _versions(case: Case) -> Iterator[Complaint]:
    if case.requirement and case.version and case.requirement != case.version:
        yield Complaint(
            "version",
            f"this is digest {case.version}, and requirements.txt asks for {case.requirement}",
            f"write curated-digest=={case.version} there, or install that one"
            + "; dependencies.txt is to be of the same version" * case.has_dependencies,
        )
    workflows = "\n".join(text for _, text in case.checkout.workflows)
    if "--requirement dependencies.txt" in workflows and not case.has_dependencies:
        yield Complaint(
            "version",
            "the workflow installs dependencies.txt, which is not there",
            "copy it from a new site that `digest init` writes",
        )
    ours, theirs = _pins(case.workflow), _pins(workflows)
    old = [name for name, version in ours.items() if theirs.get(name, version) < version]
    if old:
        yield Complaint(
            "version",
            f"the workflow uses old versions: {', '.join(sorted(old))}",
            "merge what Dependabot proposes, or copy the workflow that `digest init` writes",
        )


def _pins(workflow: str) -> dict[str, tuple[int, ...]]:
    """Action → the lowest version that a workflow says it uses."""
    found = dict[str, tuple[int, ...]]()
    for name, version in _USES.findall(workflow):
        if version:
            numbers = tuple(map(int, version.split(".")))
            found[name] = min(found.get(name, numbers), numbers)
    return found
