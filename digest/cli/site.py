"""Commands that make the site: build, serve, notify, init."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from urllib.parse import urlsplit

import click

from digest.cli import words
from digest.cli.options import (
    DEADLINE,
    DEBUG,
    EXIT_STRICT,
    FOLDER,
    ROOT,
    STRICT,
    TIME,
    WAIT,
)
from digest.errors import DigestError
from digest.output.inputs import FileHashes


@click.command("build")
@ROOT
@click.option("--out", type=click.Path(path_type=Path), help="Where the site goes (ROOT/_site).")
@click.option("--url", help="The site's address, instead of the one in site.yaml.")
@click.option("--offline", is_flag=True, help="Fetch nothing; build from the archive alone.")
@click.option("--full", is_flag=True, help="Write every file, whatever is there already.")
@click.option("--allow-shrink", is_flag=True, help="Accept an archive that lost entries.")
@click.option(
    "--jobs", type=click.IntRange(0), default=0, help="Processes that render (default: all cores)."
)
@click.option("--executor", metavar="dask://HOST:PORT", help="Render on a Dask cluster.")
@DEADLINE
@WAIT
@STRICT
@DEBUG
@click.option("--now", type=TIME, help="Build as of this time (UTC, ISO 8601).")
def build_command(
    root: Path,
    out: Path | None,
    url: str | None,
    offline: bool,
    full: bool,
    allow_shrink: bool,
    jobs: int,
    executor: str | None,
    deadline: float,
    wait: float,
    strict: bool,
    debug: bool,
    now: datetime | None,
) -> None:
    """Fetch what is new, archive it, and write the site."""
    started, out, now = time.monotonic(), out or root / "_site", now or datetime.now(UTC)
    hashes = FileHashes()
    if offline and not full and (standing := _standing(root, out, url, now, hashes)):
        words.echo(standing)
        words.summarise(f"### Site\n\n{standing}.")
        return
    from digest.build import BuildOptions, build
    from digest.output.processes import dask
    from digest.output.store import MANIFEST

    with words.debugging(debug), dask(executor) if executor else nullcontext() as elsewhere:
        options = BuildOptions(
            now=now,
            out=out,
            url=url,
            offline=offline,
            full=full,
            allow_shrink=allow_shrink,
            jobs=jobs,
            executor=elsewhere,
            deadline=deadline,
            wait=wait,
            track=words.track,
            progress=words.tell,
            hashes=hashes,
        )
        report = build(root, options)
    words.warn_of(found for found in report.fetched if found.problem)
    if report.written.anew:
        words.warn(
            f"{out / MANIFEST} was damaged, or another version of digest wrote it; "
            "all of the site was made anew"
        )
    for conflict in report.conflicts:
        words.warn(f"{' and '.join(conflict)} share a DOI but are different papers; kept apart")
    for broad in report.broad:
        words.warn(f"{root / 'site.yaml'}:{broad.line}: {broad}")
    if report.unconverted:
        formula, entry = next(iter(report.unconverted.items()))
        words.echo(
            f"{len(report.unconverted)} formulas and TeX commands are shown as source, beside "
            f"{report.formulas:,} formulas in all; the first in {entry}: {formula}"
        )
    written = report.written
    files = f"{written.files} files, {written.changed} changed, {written.removed} removed"
    words.echo(f"{report.papers} papers ({report.new} new) in {files}")
    seconds = time.monotonic() - started
    words.summarise(f"### Site\n\nPapers: {report.papers}. {files}; built in {seconds:.1f} s.")
    if strict and report.problems:
        sys.exit(EXIT_STRICT)


def _standing(root: Path, out: Path, url: str | None, now: datetime, hashes: FileHashes) -> str:
    """What to say of a site that stands as this build would make it; empty where one must build."""
    from digest.output import inputs, manifest
    from digest.output.store import Store

    kept = Store(out).manifest
    if not kept.path.is_file():
        return ""
    found = manifest.standing(kept, inputs.fingerprint(root, url, False, hashes=hashes), now)
    return f"{found[0].papers} papers in {found[1]} files, nothing to do" if found else ""


@click.command("serve")
@ROOT
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME[:PORT]",
    help="Answer to this name too, beside localhost and --host.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve_command(root: Path, host: str, allowed: tuple[str, ...], port: int) -> None:
    """Preview the site, drafts too, and keep up with every change."""
    from digest.build import BuildOptions, build
    from digest.commands.preview import Preview
    from digest.commands.serve import serving
    from digest.themes.compiled import CompiledSite

    with TemporaryDirectory(prefix="digest-") as scratch:
        out = Path(scratch) / "site"
        compiled, hashes = CompiledSite(), FileHashes()

        def rebuild() -> str:
            now = datetime.now(UTC)
            options = BuildOptions(
                now=now, out=out, offline=True, drafts=True, compiled=compiled, hashes=hashes
            )
            return urlsplit(build(root, options).url).path

        preview = Preview(root, out, rebuild, words.echo)
        with serving(preview, host, port, allowed) as address, suppress(KeyboardInterrupt):
            words.echo(f"Serving {address} (Ctrl-C ends it)")
            Event().wait()


@click.command("notify")
@click.argument("built", metavar="[SITE]", required=False, type=FOLDER)
@ROOT
@click.option("--url", help="Where SITE is served, instead of what site.yaml says.")
def notify_command(built: Path | None, root: Path, url: str | None) -> None:
    """Tell the WebSub hub of site.yaml which feeds of SITE changed, once it is published."""
    from digest.commands.notify import notify
    from digest.config import check_url, load_site
    from digest.sources.client import Web

    site = load_site(root / "site.yaml")
    if not site.hub:
        raise DigestError(f"{root / 'site.yaml'} names no 'hub' to notify")
    address = check_url(url, lambda message: DigestError(f"--url: {message}")) if url else site.url
    told = notify(built or root / "_site", address, site.hub, Web(address).get)
    words.echo(f"{len(told)} changed feeds named to {site.hub}")


@click.command("init")
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
    from digest.commands import init as scaffold
    from digest.commands.opml import read

    categories = [name.strip() for name in arxiv.split(",") if name.strip()]
    subscriptions = read(opml.read_bytes()) if opml else scaffold.NOTHING
    scaffold.create(folder, categories, subscriptions)
    for line in subscriptions.left_out:
        words.warn(f"left out: {line}")
    words.echo(f"Created {folder}. Next: cd {folder} && digest build")
