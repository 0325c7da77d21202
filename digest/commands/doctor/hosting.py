"""Git and GitHub: what keeps a pushed site from being built and published. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from digest.archive.committed import SCORES
from digest.commands import checkout
from digest.commands.doctor.case import Case, Complaint

# GitHub stops the schedule of a public repository without commits for as long. Source:
# https://docs.github.com/en/actions/how-tos/manage-workflow-runs/disable-and-enable-workflows
IDLE = timedelta(days=60)
_OVERDUE = timedelta(days=4)  # longer than a weekend with a holiday
_USES = re.compile(r"uses:\s*([\w.-]+/[\w./-]+)@\S+(?:\s+#\s*v?(\d+(?:\.\d+)*))?")
_OWN = re.compile(r"uses:\s*(?:\$|\.)/\.github/actions/([\w-]+)")


def repository(case: Case) -> Iterator[Complaint]:
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


def workflow(case: Case) -> Iterator[Complaint]:
    git = case.checkout
    publishing = [text for text in git.workflows if _is_publishing(text)]
    if not publishing:
        yield Complaint(
            "workflow",
            "no workflow in .github/workflows builds the site",
            "run `digest init` for a new folder, and copy .github from there",
        )
        return
    text = "\n".join(publishing)
    missing = set(_OWN.findall(text)) - {name for name, _ in git.actions}
    if missing:
        yield Complaint(
            "workflow",
            f"not in .github/actions, and used by the workflow: {', '.join(sorted(missing))}",
            "copy .github from a new site that `digest init` writes",
        )
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


def pages(case: Case) -> Iterator[Complaint]:
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


def archive(case: Case) -> Iterator[Complaint]:
    git = case.checkout
    for name in git.ignored:
        yield Complaint(
            "archive",
            f"git ignores {name}, so what was fetched is forgotten",
            "remove the line that ignores it from .gitignore",
        )
    for name in git.unmerged:
        if name.startswith(SCORES) and not case.site.rank:
            continue
        yield Complaint(
            "archive",
            f"git may meet a conflict in {name}, where two machines added lines",
            f"write into .gitattributes: {re.sub('[0-9-]+(?=[.])', '*', name)} merge=union",
        )
    if git.uncommitted:
        more = f", and {len(git.uncommitted) - 1} more" if git.uncommitted[1:] else ""
        yield Complaint(
            "archive",
            f"{git.uncommitted[0]} is not committed{more}",
            "run: git add content && git commit -m 'Archive' && git push",
        )


def ranking(case: Case) -> Iterator[Complaint]:
    """What keeps the scores of a site that ranks its papers from being kept."""
    git = case.checkout
    if case.site.rank is None or not git.is_repository:
        return
    for name in git.mixed:
        yield Complaint(
            "ranking",
            f"git may mix two rankings into one in {name}",
            f"write into .gitattributes: {name} -merge",
        )
    texts = [*git.workflows, *(text for _, text in git.actions)]
    if texts and not checkout.keep(texts, SCORES):
        yield Complaint(
            "ranking",
            f"no workflow commits {SCORES}, so new papers are not scored",
            f"add {SCORES} to the paths that `Commit what was found` adds, or copy .github from a "
            "new site that `digest init` writes",
        )


def schedule(case: Case) -> Iterator[Complaint]:
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


def versions(case: Case) -> Iterator[Complaint]:
    if case.requirement and case.version and case.requirement != case.version:
        yield Complaint(
            "version",
            f"this is digest {case.version}, and requirements.txt asks for {case.requirement}",
            f"write curated-digest=={case.version} there, or install that one"
            + "; dependencies.txt is to be of the same version" * case.has_dependencies,
        )
    git = case.checkout
    workflows = "\n".join([*git.workflows, *(text for _, text in git.actions)])
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
            "merge what Dependabot proposes, or copy .github from what `digest init` writes",
        )


def _pins(workflow: str) -> dict[str, tuple[int, ...]]:
    """Action → the lowest version that a workflow says it uses."""
    found = dict[str, tuple[int, ...]]()
    for name, version in _USES.findall(workflow):
        if version:
            numbers = tuple(map(int, version.split(".")))
            found[name] = min(found.get(name, numbers), numbers)
    return found


def _is_publishing(workflow: str) -> bool:
    """Whether a workflow runs digest to publish, not only to learn."""
    if "/actions/learn" in workflow:
        return False
    return "digest" in workflow or bool(_OWN.search(workflow))
