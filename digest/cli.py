"""The `digest` command: read arguments, call one function, say what happened."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
import msgspec

from digest import __version__, github
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.desk.drafts import Draft
from digest.model import Fetched

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The site's folder, which holds site.yaml (default: here).",
)
_MOST_GAPS = 7  # shown
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
STRICT = 3  # exit code: --strict, and a source failed, was stale or partial


class _Commands(click.Group):
    """Turns our expected errors into one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DigestError as error:
            if _on_github():
                path, line = str(getattr(error, "path", "")), getattr(error, "line", 0)
                click.echo(github.annotation("error", str(error), path=path, line=line))
            raise click.ClickException(str(error)) from error


class _Time(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-05-16T06:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def main() -> None:
    """Make a static site and feeds of the papers that matter to you."""


@main.command("build")
@_ROOT
@click.option("--out", type=click.Path(path_type=Path), help="Where the site goes (ROOT/_site).")
@click.option("--url", help="The site's address, instead of the one in site.yaml.")
@click.option("--offline", is_flag=True, help="Fetch nothing; build from the archive alone.")
@click.option("--full", is_flag=True, help="Write every file, whatever is there already.")
@click.option("--allow-shrink", is_flag=True, help="Accept an archive that lost entries.")
@click.option(
    "--jobs", type=click.IntRange(0), default=0, help="Processes that render (default: all cores)."
)
@click.option("--strict", is_flag=True, help="Exit 3 if a source failed, was stale or partial.")
@click.option("--now", type=_Time(), help="Build as of this time (UTC, ISO 8601).")
def build_command(
    root: Path,
    out: Path | None,
    url: str | None,
    offline: bool,
    full: bool,
    allow_shrink: bool,
    jobs: int,
    strict: bool,
    now: datetime | None,
) -> None:
    """Fetch what is new, archive it, and write the site."""
    started, out, now = time.monotonic(), out or root / "_site", now or datetime.now(UTC)
    if offline and not full and (standing := _standing(root, out, url, now)):
        click.echo(standing)
        return
    from digest.build import build

    report = build(
        root,
        now=now,
        out=out,
        url=url,
        offline=offline,
        full=full,
        allow_shrink=allow_shrink,
        jobs=jobs,
        track=_track,
        progress=_tell,
    )
    _warn_of(report.problems)
    for conflict in report.conflicts:
        warn(f"{' and '.join(conflict)} share a DOI but are different papers; kept apart")
    for broad in report.broad:
        warn(f"{root / 'site.yaml'}:{broad.line}: {broad}")
    if report.unconverted:
        formula, entry = next(iter(report.unconverted.items()))
        click.echo(
            f"{len(report.unconverted)} of {report.formulas} formulas are shown as source, "
            f"the first in {entry}: {formula}"
        )
    written = report.written
    done = (
        f"{report.papers} papers ({report.new} new) in {written.files} files, "
        f"{written.changed} changed, {written.removed} removed"
    )
    click.echo(done)
    _summarise(f"Built {done}, in {time.monotonic() - started:.1f} s.")
    if strict and report.problems:
        sys.exit(STRICT)


def _standing(root: Path, out: Path, url: str | None, now: datetime) -> str:
    """What to say of a site that stands as this build would make it; empty where one must build."""
    from digest import inputs, output

    found = output.standing(out, inputs.fingerprint(root, url, False), now)
    return f"{found[0].papers} papers in {found[1]} files, nothing to do" if found else ""


@main.command("fetch")
@_ROOT
@click.option("--source", "names", multiple=True, metavar="NAME", help="Ask this source alone.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Fill gaps from this day on.")
@click.option("--plan", is_flag=True, help="Only say what would be asked, and when.")
@click.option("--allow-shrink", is_flag=True, help="Accept an archive that lost entries.")
@click.option("--strict", is_flag=True, help="Exit 3 if a source failed, was stale or partial.")
@click.option("--now", type=_Time(), help="Fetch as of this time (UTC, ISO 8601).")
def fetch_command(
    root: Path,
    names: tuple[str, ...],
    since: datetime | None,
    plan: bool,
    allow_shrink: bool,
    strict: bool,
    now: datetime | None,
) -> None:
    """Fetch what is new and archive it, without building the site."""
    from digest import fetch, summary
    from digest.config import load_site
    from digest.web import Web

    site, now = load_site(root / "site.yaml"), now or datetime.now(UTC)
    first = since.date() if since else None
    if plan:
        for planned in fetch.plan(root, site, now, since=first, names=names):
            click.echo(f"+{planned.start:4.1f} s  {planned.source}: {planned.url}")
        return
    count = len(fetch.chosen(site.sources, names))
    with _fetching(count) as progress:
        news = fetch.fetch(
            root,
            site,
            Web(site.url),
            now,
            since=first,
            names=names,
            allow_shrink=allow_shrink,
            progress=progress,
        )
    for line in news.lines:
        found = f"{line.entries:,} entries, {line.new:,} new, {line.updated:,} updated"
        late = f", {line.late:,} late" if line.late else ""
        click.echo(f"{line.source}: {line.state}: {found}{late}")
    _warn_of(news.problems)
    _summarise(summary.of_fetch(site, news.entries, news.lines, now.date()))
    if strict and news.problems:
        sys.exit(STRICT)


@main.command("status")
@_ROOT
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--now", type=_Time(), help="As of this time (UTC, ISO 8601).")
def status_command(root: Path, as_json: bool, now: datetime | None) -> None:
    """Say how each source does: its last success, and what is missing."""
    from digest import fetch
    from digest.config import load_site

    found = fetch.status(root, load_site(root / "site.yaml"), now or datetime.now(UTC))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"sources": found}), indent=2))
        return
    for health in found:
        click.echo(f"{health.state or 'never asked':11}  {health.source}")
        if health.success:
            click.echo(f"{'':11}  last success {health.success:%Y-%m-%d %H:%M} UTC")
        if health.failed_days:
            days = "1 day" if health.failed_days == 1 else f"{health.failed_days} days in a row"
            click.echo(f"{'':11}  without success for {days}: {health.problem}")
        if health.gaps:
            shown = ", ".join(f"{day}" for day in health.gaps[-_MOST_GAPS:])
            more = f"{len(health.gaps) - _MOST_GAPS} earlier, " if health.gaps[_MOST_GAPS:] else ""
            first = f"digest fetch --source {health.source!r} --since {health.gaps[0]}"
            click.echo(f"{'':11}  nothing of {more}{shown}; to fill: {first}")


@main.command("check")
@click.argument("built", metavar="[SITE]", required=False, type=_FOLDER)
@_ROOT
@click.option("--url", default="", help="Where SITE will be served (as its front page says).")
@click.option("--site-only", is_flag=True, help="Look at SITE alone, not at what it is made from.")
@click.option("--online", is_flag=True, help="Ask each source, once, whether it can be read.")
@click.option("--json", "as_json", is_flag=True, help="Print every finding as JSON.")
def check_command(
    built: Path | None, root: Path, url: str, site_only: bool, online: bool, as_json: bool
) -> None:
    """Look for what is wrong: in the site's own files, and in the built SITE, such as _site."""
    from digest import check
    from digest.check import findings

    track = partial(_track, what="Checking")
    found = check.check(
        root, datetime.now(UTC), built, url, site_only=site_only, online=online, track=track
    )
    if as_json:
        click.echo(findings.as_json(found))
    else:
        for line in (findings.as_annotations if _on_github() else findings.as_text)(found):
            click.echo(line)
        click.echo(findings.tally(found))
    if findings.has_errors(found):
        sys.exit(1)


@main.command("explain")
@click.argument("id")
@_ROOT
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def explain_command(id: str, root: Path, as_json: bool) -> None:
    """Say why a paper is in which theme, and what others lacked; - reads title and abstract."""
    from digest import examples
    from digest.config import load_site
    from digest.model import Entry
    from digest.themes import Matcher, explain

    site = load_site(root / "site.yaml")
    if id == "-":
        title, _, summary = sys.stdin.read().strip().partition("\n")
        today = datetime.now(UTC).date()
        entry = Entry(id="-", title=title, summary=summary, announced=today, seen=today)
    else:
        entry = examples.paper(examples.papers(root), id)
    verdicts = explain.explain(Matcher(site.themes, site.sources), entry)
    if as_json:
        _echo_json({"id": entry.id, "title": entry.title, "themes": explain.as_data(verdicts)})
        return
    click.echo(f"{entry.id}  {' '.join(entry.title.split())}")
    for line in explain.as_lines(verdicts, entry, _highlight):
        click.echo(line)


@main.group("themes")
def themes_group() -> None:
    """Test the rules of themes, and see what they do."""


@themes_group.command("test")
@_ROOT
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rows of an id, a tab, a theme: what people filed where.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def themes_test_command(root: Path, table: Path | None, as_json: bool) -> None:
    """Hold the rules against their examples, and against a table."""
    from digest import archive, examples
    from digest.config import load_site
    from digest.fetch import ARCHIVE
    from digest.themes import Matcher, trial

    site, known = load_site(root / "site.yaml"), examples.papers(root)
    matcher = Matcher(site.themes, site.sources)
    broken = list(trial.broken_examples(site.themes, matcher, known))
    if table:
        rows = [line.split("\t") for line in _text(table).splitlines()]
        archived = trial.by_name(archive.load(root / ARCHIVE))
        result = trial.by_table(rows, site.themes, matcher, archived)
    else:
        result = trial.by_examples(site.themes, matcher, known)
    if as_json:
        _echo_json({**trial.as_data(result), "broken": broken})
    else:
        for line in trial.as_lines(result):
            click.echo(line)
    for found in broken:
        _complain(root / "site.yaml", found.line, f"{found.theme}: {found.id} {found.problem}")
    if broken:
        sys.exit(1)


@themes_group.command("keep")
@click.argument("ids", nargs=-1, required=True)
@_ROOT
def themes_keep_command(ids: tuple[str, ...], root: Path) -> None:
    """Keep papers of the archive as examples, so that rules can be tested where it is not."""
    from digest import examples

    click.echo(f"{examples.keep(root, ids)} new in {root / examples.KEPT}")


@themes_group.command("diff")
@_ROOT
@click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another site.yaml, or its themes alone: what would it move?",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def themes_diff_command(root: Path, rules: Path | None, as_json: bool) -> None:
    """List the papers that changed rules move: since the last commit, or to those of a file."""
    from digest import archive, checkout
    from digest.config import load_site, read_themes
    from digest.fetch import ARCHIVE
    from digest.themes import Matcher, moves

    path = root / "site.yaml"
    site = load_site(path)
    names = [source.name for source in site.sources]
    if rules:
        before, after = site.themes, read_themes(_text(rules), rules, names)
    elif text := checkout.committed(path):
        before, after = read_themes(text, Path(f"{path} (last commit)"), names), site.themes
    else:
        raise DigestError(f"git has no {path} to compare with; name the other rules with --rules")
    old, new = (Matcher(themes, site.sources) for themes in (before, after))
    found = moves.moves(old, new, after, archive.load(root / ARCHIVE))
    if as_json:
        _echo_json({"moves": moves.as_data(found)})
        return
    for line in moves.as_lines(found):
        click.echo(line)


@themes_group.command("report")
@_ROOT
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page.")
def themes_report_command(root: Path, as_json: bool, html: Path | None) -> None:
    """Say what each rule does over the archive, and what no theme has."""
    from digest import archive, files
    from digest.config import load_site
    from digest.fetch import ARCHIVE
    from digest.themes import Matcher, report

    site = load_site(root / "site.yaml")
    matcher = Matcher(site.themes, site.sources)
    found = report.report(matcher, site.themes, archive.load(root / ARCHIVE))
    if html:
        files.replace(html, report.as_html(found, site.title).encode())
    if as_json:
        _echo_json(report.as_data(found))
    else:
        for line in report.as_lines(found):
            click.echo(line)


@main.command("doctor")
@_ROOT
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--now", type=_Time(), help="As of this time (UTC, ISO 8601).")
def doctor_command(root: Path, as_json: bool, now: datetime | None) -> None:
    """Say what keeps the site from publishing itself, and how to mend it; opens no connection."""
    from digest import doctor

    found = doctor.examine(doctor.look(root, now or datetime.now(UTC)))
    if as_json:
        items = [complaint._asdict() for complaint in found]
        click.echo(msgspec.json.format(msgspec.json.encode({"complaints": items}), indent=2))
    else:
        for complaint in found:
            click.echo(f"{complaint.about}: {complaint.finding}\n    {complaint.remedy}")
        if not found:
            click.echo("Nothing is wrong that the checkout can show.")
    if found:
        sys.exit(1)


@main.command("notify")
@click.argument("built", metavar="[SITE]", required=False, type=_FOLDER)
@_ROOT
@click.option("--url", help="Where SITE is served, instead of what site.yaml says.")
def notify_command(built: Path | None, root: Path, url: str | None) -> None:
    """Tell the WebSub hub of site.yaml which feeds of SITE changed, once it is published."""
    from digest.config import check_url, load_site
    from digest.notify import notify
    from digest.web import Web

    site = load_site(root / "site.yaml")
    if not site.hub:
        raise DigestError(f"{root / 'site.yaml'} names no 'hub' to notify")
    address = check_url(url, lambda message: DigestError(f"--url: {message}")) if url else site.url
    told = notify(built or root / "_site", address, site.hub, Web(address).get)
    click.echo(f"{len(told)} changed feeds named to {site.hub}")


@main.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--arxiv", default="", metavar="cs.DC,cs.LG", help="Follow these categories.")
@click.option(
    "--from",
    "opml",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FEEDS.OPML",
    help="Follow the feeds of an OPML file, as other readers export them.",
)
def init_command(folder: Path, arxiv: str, opml: Path | None) -> None:
    """Start a new site in FOLDER: a repository that publishes itself when it is pushed."""
    from digest import scaffold

    categories = [name.strip() for name in arxiv.split(",") if name.strip()]
    feeds = scaffold.subscriptions(opml.read_bytes()) if opml else ()
    scaffold.create(folder, categories, feeds)
    click.echo(f"Created {folder}. Next: cd {folder} && digest build")


def _warn_of(problems: Iterable[Fetched]) -> None:
    """Each source that gave less than it should have."""
    for found in problems:
        warn(f"{found.source}: {found.state}: {found.problem}")


def _summarise(markdown: str) -> None:
    """Add to the summary of a run of GitHub Actions; nothing elsewhere."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{markdown}\n")


def _on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def _fetching(count: int) -> Iterator[Callable[[Fetched], None]]:
    """A progress bar on a terminal, nothing elsewhere: what to tell of each source that is done."""
    if not sys.stderr.isatty():
        yield lambda fetched: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Fetching", total=count)
        yield lambda fetched: bars.update(task, advance=1, description=f"Fetching {fetched.source}")


@main.group("new")
def new_group() -> None:
    """Start a file of the editor's: an issue, a note, a page."""


_EDIT = click.option("--edit", is_flag=True, help="Open it in $EDITOR.")


@new_group.command("issue")
@_ROOT
@click.option("--week", metavar="2026-W20", help="The week it is about (default: this one).")
@_EDIT
def new_issue_command(root: Path, week: str | None, edit: bool) -> None:
    """Draft an issue with the papers of a week, by theme."""
    from digest import build
    from digest.desk import drafts

    now = datetime.now(UTC)
    site, edition = build.read(root, now)
    today = build.today_of(site, now)
    first = drafts.monday(week) if week else today - timedelta(today.weekday())
    _start(root, drafts.issue(edition.shown, site.themes, first), edit)


@new_group.command("note")
@_ROOT
@click.argument("id")
@_EDIT
def new_note_command(root: Path, id: str, edit: bool) -> None:
    """Start a note on the paper ID, such as 2605.13319."""
    from digest import build
    from digest.desk import drafts
    from digest.desk.curation import find

    _, edition = build.read(root, datetime.now(UTC))
    found = find(edition.papers, [id])
    if id not in found:
        raise DigestError(f"no paper {id!r} in the archive")
    _start(root, drafts.note(found[id]), edit)


@new_group.command("page")
@_ROOT
@click.argument("name")
@_EDIT
def new_page_command(root: Path, name: str, edit: bool) -> None:
    """Start a page called NAME."""
    from digest.desk import drafts

    _start(root, drafts.page(name), edit)


def _start(root: Path, draft: Draft, edit: bool) -> None:
    from digest.desk import drafts, editor

    path = drafts.write(root, draft)
    click.echo(f"Created {path}")
    if edit:
        editor.edit(path)


@main.command("triage")
@_ROOT
def triage_command(root: Path) -> None:
    """Read what is unseen, one paper at a time, and decide."""
    from digest import build
    from digest.desk import editor, terminal, triage

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise DigestError("triage needs a terminal")
    now = datetime.now(UTC)
    site, edition = build.read(root, now)
    seen = triage.read_seen(root / triage.SEEN)
    session = triage.Session(
        root, triage.unseen(edition.papers, site.themes, seen), build.today_of(site, now)
    )
    terminal.Screen(session, site.themes, editor.edit).run()


@main.command("serve")
@_ROOT
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve_command(root: Path, host: str, port: int) -> None:
    """Preview the site, drafts too, and keep up with every change."""
    from digest.build import Rules, build
    from digest.preview import Preview
    from digest.serve import serving

    with TemporaryDirectory(prefix="digest-") as scratch:
        out, rules = Path(scratch) / "site", Rules()

        def rebuild() -> str:
            now = datetime.now(UTC)
            report = build(root, now=now, out=out, offline=True, drafts=True, rules=rules)
            return urlsplit(report.url).path

        with serving(Preview(root, out, rebuild, click.echo), host, port) as address:
            click.echo(f"Serving {address} (Ctrl-C ends it)")
            with suppress(KeyboardInterrupt):
                Event().wait()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise DigestError(f"{path}: not UTF-8 text; save the file as UTF-8") from None


def _echo_json(data: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))


def _highlight(words: str) -> str:
    """Words that stand out: in colour on a terminal, in brackets elsewhere."""
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return click.style(words, fg="yellow", bold=True)
    return f"[{words}]"


def _complain(path: Path, line: int, message: str) -> None:
    """One line on stderr that names a place, or an annotation under GitHub Actions."""
    if _on_github():
        click.echo(github.annotation("error", message, path=str(path), line=line))
    else:
        click.echo(f"Error: {path}:{line}: {message}", err=True)


def warn(message: str) -> None:
    """One line on stderr, or an annotation under GitHub Actions."""
    if _on_github():
        click.echo(github.annotation("warning", message))
    else:
        click.echo(f"warning: {message}", err=True)


def _tell(fetched: Fetched) -> None:
    """On a terminal, a line for each source as it is done."""
    if sys.stderr.isatty():
        click.echo(f"{fetched.source}: {fetched.state}, {len(fetched.entries):,} entries", err=True)


def _track(pages: Iterable[Any], total: int, what: str = "Rendering") -> Iterable[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return pages
    from rich.console import Console
    from rich.progress import track

    return track(pages, what, total=total, console=Console(stderr=True), transient=True)
