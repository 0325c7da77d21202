"""The whole pipeline, top to bottom. The one place that knows every stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain, starmap
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from digest import (
    archive,
    authors,
    config,
    feeds,
    inputs,
    ledger,
    output,
    pages,
    related,
    status,
)
from digest.authority import authority
from digest.desk import content, letters
from digest.desk.curation import Edition, edit, navigation
from digest.desk.markdown import Dialect
from digest.errors import DigestError, OutputError
from digest.fetch import ARCHIVE, LEDGER, News, archived, fetch
from digest.ids import paper_path
from digest.jobs import PART, cores, in_parts
from digest.model import WHOLE, Entry, Fetched, Page, Paper, Site
from digest.related.beside import beside
from digest.render import Counts, Renderer
from digest.sources.asking import Tell
from digest.themes import Matcher, kept
from digest.themes.report import Broad, broad
from digest.web import Web

Track = Callable[[Iterable[Any], int], Iterable[Any]]  # shows progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build found and did."""

    url: str  # the site's address
    papers: int
    new: int
    fetched: tuple[Fetched, ...]
    conflicts: tuple[tuple[str, ...], ...]
    written: output.Written
    formulas: int
    unconverted: dict[str, str]  # formula → id of the entry that has it
    broad: tuple[Broad, ...]

    @property
    def problems(self) -> tuple[Fetched, ...]:
        """Sources that failed, were stale or partial."""
        return tuple(found for found in self.fetched if found.state not in WHOLE)


class Rules:
    """What site.yaml says, its rules compiled, for as long as the file stays the same.

    For who builds again and again: most of a small site's time goes into its rules.
    """

    def __init__(self) -> None:
        self._read: tuple[bytes, Site, Matcher] | None = None

    def read(self, path: Path) -> tuple[Site, Matcher]:
        """The site, and what gives an entry its themes.

        Raises:
            ConfigError: it says something we cannot accept; names file and line.
        """
        text = path.read_bytes() if path.is_file() else b""
        if self._read is None or self._read[0] != text:
            self._read = text, *_rules(path)
        return self._read[1:]


def _rules(path: Path) -> tuple[Site, Matcher]:
    site = config.load_site(path)
    return site, Matcher(site.themes, site.sources)


def build(
    root: Path,
    *,
    now: datetime,
    out: Path,
    url: str | None = None,
    offline: bool = False,
    drafts: bool = False,
    full: bool = False,
    allow_shrink: bool = False,
    jobs: int = 0,
    rules: Rules | None = None,
    track: Track = lambda pages, total: pages,
    progress: Tell = lambda fetched: None,
) -> Report:
    """Fetch, archive, group, render and write the site at `root`.

    Args:
        root: folder holding site.yaml.
        now: the build time, aware; passed in so that a build can be repeated.
        out: where the site goes.
        url: the site's address, where it isn't the one in site.yaml.
        offline: build from the archive alone, and write nothing but the site.
        drafts: show what the editor hasn't published yet, too.
        full: write every file, whatever the folder holds already.
        allow_shrink: build although the archive lost a tenth of its entries.
        jobs: processes that render; 0 is as many as there are cores.
        rules: kept from the build before, by who builds again and again.
        track: wraps the parts of the work while pages are rendered, to show progress.
        progress: told of each source when it is done, from other threads.

    Raises:
        DigestError: an expected failure; the site is then as it was before.
    """
    site, matcher = rules.read(root / "site.yaml") if rules else _rules(root / "site.yaml")
    tag = authority(root, site, now, keep=not offline)
    if url is not None:
        site = replace(site, url=config.check_url(url, _url_error))

    news = (
        News(entries=archived(root, ledger.load(root / LEDGER), allow_shrink=allow_shrink))
        if offline
        else fetch(root, site, Web(site.url), now, allow_shrink=allow_shrink, progress=progress)
    )

    basis = _basis(root, site, now, len(news.entries), url, drafts)

    def known(name: str) -> bytes:
        return b"" if full else output.kept(out, name)

    code = inputs.digest_itself()
    matches, keep = kept.grouped(news.entries, matcher, code, known(kept.FILE))
    papers = _papers(news.entries, matches)
    edition = _edition(root, site, papers, today_of(site, now), drafts=drafts)
    if not edition.papers and (out / "papers").is_dir():
        raise OutputError(f"there is no paper to show, and {out} has some: left as it is")
    shown = [paper.entry for paper in edition.shown]
    near, near_keep = related.near(site, shown, code, known(related.FILE))

    planned, copied, renderer = _prepare(root, site, edition, tag, now, near)
    rendered = (
        output.File(page.path, renderer.mark(page), partial(renderer.render, page))
        for page in planned
    )
    copies = ((name, path.read_bytes()) for name, path in copied.items())
    files = chain(rendered, starmap(output.File.of, chain(renderer.static(), copies)))
    counts = renderer.take_counts()

    def spread(put: Callable[[range], int], count: int) -> Iterator[int]:
        def work(part: range) -> tuple[int, Counts]:
            return put(part), renderer.take_counts()

        parts = in_parts(work, count, jobs or cores())
        for changed, more in track(parts, -(-count // PART)):
            counts.add(more)
            yield changed

    written = output.write(out, files, basis, full=full, spread=spread)
    output.keep(out, kept.FILE, keep)
    output.keep(out, related.FILE, near_keep)

    return Report(
        url=site.url,
        papers=len(edition.papers),
        new=news.new,
        fetched=news.fetched,
        conflicts=news.conflicts,
        written=written,
        formulas=sum(counts.formulas.values()),
        unconverted=counts.unconverted,
        broad=broad(site.themes, edition.papers),
    )


def verify(root: Path, now: datetime) -> tuple[Broad, ...]:
    """Read all that a build reads, follow what the editor refers to, and write nothing.

    Gives the themes that are too broad.

    Raises:
        DigestError: a file of the site can't be accepted.
    """
    site, edition = read(root, now)
    _prepare(root, site, edition, authority(root, site, now, keep=False), now)
    return broad(site.themes, edition.papers)


def _prepare(
    root: Path,
    site: Site,
    edition: Edition,
    tag: str,
    now: datetime,
    near: Mapping[str, related.Near] = MappingProxyType({}),
) -> tuple[list[Page], dict[str, Path], Renderer]:
    """The pages, the files copied as they are, and what renders, the editor's words done."""
    site = replace(_shown(site), navigation=navigation(site, edition))
    works = authors.works(site, edition.shown)
    around = beside(site, edition.shown, near, edition.related)
    planned = [
        *pages.plan(site, edition.shown, edition, authors.homes(works), around),
        *authors.plan(site, works),
        *letters.plan(edition),
        *feeds.plan(site, edition.shown, tag, edition, works),
        *status.plan(site, ledger.load(root / LEDGER), _day_of(site, now)[0]),
    ]
    planned += pages.maps(planned)
    copied = _static(root / "static") | {name: f.path for name, f in edition.files.items()}
    renderer = Renderer(
        site, root / "templates", edition, {page.path for page in planned} | copied.keys()
    )
    renderer.convert(edition.bodies)
    return planned, copied, renderer


def _shown(site: Site) -> Site:
    """The site as its pages see it: what rules decided, never rules or lines of site.yaml, so that
    a page stays as it is where only these changed.
    """
    return replace(
        site,
        themes=tuple(
            replace(theme, rule=None, examples_in=(), examples_out=()) for theme in site.themes
        ),
        sources=tuple(replace(source, line=0) for source in site.sources),
    )


def today_of(site: Site, now: datetime) -> date:
    """The day where the site's readers are."""
    return now.astimezone(ZoneInfo(site.timezone)).date()


def _basis(root: Path, site: Site, now: datetime, papers: int, *options: object) -> output.Basis:
    """What this build reads; the dates of editor and ledger make it new with each day."""
    begin, end = (moment.astimezone(UTC) for moment in _day_of(site, now))
    mark = inputs.fingerprint(root, *options)
    return output.Basis(inputs=mark, begin=begin, end=end, papers=papers)


def _day_of(site: Site, now: datetime) -> tuple[datetime, datetime]:
    """Where the readers' day begins and ends, in their time."""
    today, zone = today_of(site, now), ZoneInfo(site.timezone)
    begin, end = (datetime.combine(today + timedelta(days), time(), zone) for days in (0, 1))
    return begin, end


def read(root: Path, now: datetime) -> tuple[Site, Edition]:
    """The site with its papers and the editor's words, from the archive alone.

    Raises:
        DigestError: a file of the site can't be accepted.
    """
    site, matcher = _rules(root / "site.yaml")
    entries = archive.load(root / ARCHIVE)
    papers = _papers(entries, kept.grouped(entries, matcher)[0])
    return site, _edition(root, site, papers, today_of(site, now))


def _papers(entries: Iterable[Entry], matches: kept.Matches) -> list[Paper]:
    return [
        Paper(entry=entry, matches=matches.get(entry.id, ()), path=paper_path(entry.id))
        for entry in entries
    ]


def _edition(
    root: Path, site: Site, papers: list[Paper], today: date, *, drafts: bool = False
) -> Edition:
    """Papers with what the editor says about them."""
    dialect = Dialect(language=site.language, html=site.html)
    return edit(content.load(root), papers, site.themes, dialect, today, drafts=drafts)


def _url_error(message: str) -> DigestError:
    return DigestError(f"--url: {message}")


def _static(folder: Path) -> dict[str, Path]:
    """The site's own files, copied as they are: CNAME, a favicon."""
    paths = sorted(folder.rglob("*")) if folder.is_dir() else ()
    return {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
