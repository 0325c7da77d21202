"""The whole pipeline, top to bottom. The one place that knows every stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from itertools import chain, islice, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from digest import (
    archive,
    config,
    feeds,
    language,
    output,
    pages,
)
from digest.archive import ledger
from digest.archive.tag import authority
from digest.editor import content
from digest.editor.curation import Edition, edit, navigation
from digest.editor.markdown import Dialect
from digest.errors import DigestError, OutputError
from digest.files import files
from digest.model import (
    WHOLE,
    Page,
    Site,
    SourceResult,
)
from digest.output import inputs, manifest
from digest.output import processes as jobs_
from digest.output.shards import shards
from digest.pages import (
    authors,
    cards,
    issues,
    status,
)
from digest.pages import (
    papers as paper_page,
)
from digest.papers import judged, related
from digest.papers.paper import Paper
from digest.papers.related.neighbours import NeighbourFinder
from digest.papers.report import BroadTheme, broad_themes
from digest.render import FormulaCounts, Renderer
from digest.sources.politeness import DEADLINE
from digest.themes import Matcher

if TYPE_CHECKING:
    from digest.sources.asking import Tell

ARCHIVE, LEDGER = archive.FOLDER, ledger.FOLDER
Track = Callable[[Iterable[Any], int], Iterable[Any]]  # shows progress


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build found and did."""

    url: str  # the site's address
    papers: int
    new: int
    fetched: tuple[SourceResult, ...]
    conflicts: tuple[tuple[str, ...], ...]
    written: output.Written
    formulas: int
    unconverted: dict[str, str]  # formula → id of the entry that has it
    broad: tuple[BroadTheme, ...]

    @property
    def problems(self) -> tuple[SourceResult, ...]:
        """Sources that failed, were stale or partial."""
        return tuple(found for found in self.fetched if found.state not in WHOLE)


class CompiledSite:
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
    executor: Executor | None = None,
    wait: float = files.WAIT,
    rules: CompiledSite | None = None,
    deadline: float = DEADLINE,
    track: Track = lambda pages, total: pages,
    progress: Tell = lambda fetched: None,
) -> BuildReport:
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
        executor: renders instead of processes of ours; its workers see the same files.
        wait: seconds for another build of `out`, or another fetch, to be done.
        rules: kept from the build before, by who builds again and again.
        deadline: seconds for all that is asked of the sources.
        track: wraps the parts of the work while pages are rendered, to show progress.
        progress: told of each source when it is done, from other threads.

    Raises:
        DigestError: an expected failure; the site is then as it was before.
    """
    site, matcher = rules.read(root / "site.yaml") if rules else _rules(root / "site.yaml")
    tag = authority(root, site, now, keep=not offline)
    if url is not None:
        site = structs.replace(site, url=config.check_url(url, _url_error))

    news = None
    if not offline:
        from digest.fetch import fetch  # what asks sources takes long to load
        from digest.sources.client import Web

        web = Web(site.url, deadline=deadline)
        news = fetch(root, site, web, now, allow_shrink=allow_shrink, wait=wait, progress=progress)
    output.claim(out)
    workers = jobs or jobs_.cores()
    code = inputs.digest_itself()
    filled = judged.judge(root / ARCHIVE, matcher, code, out, workers)
    if offline:
        ledger.check_count(len(filled), ledger.load(root / LEDGER), allow_shrink=allow_shrink)
    basis = _basis(root, site, now, len(filled), url, drafts)
    edition = _edition(root, site, tuple(filled.papers()), today_of(site, now), drafts=drafts)
    if not edition.papers and (out / "papers").is_dir():
        raise OutputError(f"there is no paper to show, and {out} has some: left as it is")
    near = related.DeferredRelated()
    plan = _plan(root, site, edition, tag, now, near)
    counts = plan.renderer.take_counts()

    def spread(put: Callable[[int], output.ShardResult]) -> Iterator[output.ShardResult]:
        def work(number: int) -> tuple[output.ShardResult, FormulaCounts]:
            return put(number), plan.renderer.take_counts()

        total = len(plan.shards)
        with ExitStack() as stack:
            found: Iterable[tuple[output.ShardResult, FormulaCounts]]
            if executor:
                order = _Order(root.resolve(), now, out.resolve(), url, drafts, basis.inputs)
                found = executor.map(partial(_put_elsewhere, order), range(total))
            else:
                pages = sum(len(part.paths) for shard in plan.shards for part in shard.parts)
                there = workers if pages > jobs_.WORTH else 1
                here = jobs_.spread(work, total, there, lambda n: next(plan.shards[n].paths))
                found = stack.enter_context(closing(here))
            for done, more in track(found, total):
                counts.add(more)
                yield done

    with output.in_turn(out, wait):
        # The editor's texts are sound: now something may be written.
        filled.keep(out)
        near.found = related.find_related(site, edition.papers, code, out, workers)
        written = output.write(out, plan.shards, basis, full=full, spread=spread)

    return BuildReport(
        url=site.url,
        papers=len(edition.papers),
        new=news.new if news else 0,
        fetched=news.fetched if news else (),
        conflicts=news.conflicts if news else (),
        written=written,
        formulas=sum(counts.formulas.values()),
        unconverted=counts.unconverted,
        broad=broad_themes(site.themes, edition.papers),
    )


class _Order(NamedTuple):
    """What another process has to know to put shards of a build."""

    root: Path
    now: datetime
    out: Path
    url: str | None
    drafts: bool
    inputs: str  # all that is read, as one hash: a build of other files has another plan


def _put_elsewhere(order: _Order, number: int) -> tuple[output.ShardResult, FormulaCounts]:
    plan = _plan_of(order)
    return output.put(order.out, plan.shards, number), plan.renderer.take_counts()


@lru_cache(1)  # of the build that the process works for
def _plan_of(order: _Order) -> _Plan:
    site, matcher = _rules(order.root / "site.yaml")
    tag = authority(order.root, site, order.now, keep=False)
    if order.url is not None:
        site = structs.replace(site, url=config.check_url(order.url, _url_error))
    code, today = inputs.digest_itself(), today_of(site, order.now)
    papers = tuple(judged.judge(order.root / ARCHIVE, matcher, code, order.out).papers())
    edition = _edition(order.root, site, papers, today, drafts=order.drafts)
    near = related.find_related(site, edition.papers, code, order.out)
    return _plan(order.root, site, edition, tag, order.now, near)


def verify(root: Path, now: datetime) -> tuple[BroadTheme, ...]:
    """Read all that a build reads, follow what the editor refers to, and write nothing.

    Gives the themes that are too broad.

    Raises:
        DigestError: a file of the site can't be accepted.
    """
    site, edition = read(root, now)
    _plan(root, site, edition, authority(root, site, now, keep=False), now)
    return broad_themes(site.themes, edition.papers)


class _Plan(msgspec.Struct, frozen=True):
    """The files of the site in shards, and what renders them, the editor's words done."""

    shards: list[output.Shard]
    renderer: Renderer


def _plan(
    root: Path,
    site: Site,
    edition: Edition,
    tag: str,
    now: datetime,
    near: related.Related = related.no_related,
) -> _Plan:
    said = language.load(site.language, root / language.FOLDER)
    site = structs.replace(_shown(site), navigation=navigation(site, edition, said))
    papers = pages.in_order(edition.shown)
    works = authors.works(site, papers)
    homes = authors.homes(works)
    around = NeighbourFinder(site, papers, near, {p.id for p in edition.papers if p.hidden})
    lists = [
        *pages.lists(site, papers, edition, said),
        *authors.plan(site, works, said),
        *issues.plan(site, edition),
        *cards.plan(site, edition, said),
        *feeds.plan(site, papers, tag, edition, works, said),
        *status.plan(site, ledger.load(root / LEDGER), _day_of(site, now)[0]),
    ]
    places = [paper.path for paper in papers]
    lists += pages.maps([*places, *pages.listed(lists)])
    copied = _static(root / "static") | {name: f.path for name, f in edition.files.items()}
    files_of = iter([f"{place}index.html" for place in places])  # shards have papers in their order
    parts = [
        ([page.path for page in others], others, list(islice(files_of, len(some))), some)
        for some, others in shards(papers, lists)
    ]
    known = {path for names, _, others, _ in parts for path in chain(names, others)} | copied.keys()
    renderer = Renderer(site, root / "templates", edition, known, said)
    renderer.convert(edition.bodies)

    def files(made: Iterable[Page]) -> Iterator[output.OutputFile]:
        for page in made:
            yield output.OutputFile(page.path, renderer.mark(page), partial(renderer.render, page))

    def of_papers(some: Sequence[Paper]) -> Iterator[output.OutputFile]:
        return files(paper_page.of_paper(paper, edition, homes, around) for paper in some)

    def mark(some: Sequence[Paper]) -> str:
        made_of = paper_page.made_of(some, edition, homes, around)
        return renderer.mark_all(paper_page.TEMPLATE, made_of)

    def fixed() -> Iterator[output.OutputFile]:
        copies = ((name, path.read_bytes()) for name, path in copied.items())
        return starmap(output.OutputFile.of, chain(renderer.static(), copies))

    first = output.FileGroup([*(name for name, _ in renderer.static()), *copied], fixed)
    found = [output.Shard([first])]
    for names, others, paths, some in parts:
        made = [output.FileGroup(names, partial(files, others))]
        if some:
            made.append(output.FileGroup(paths, partial(of_papers, some), partial(mark, some)))
        found.append(output.Shard(made))
    return _Plan(found, renderer)


def _shown(site: Site) -> Site:
    """The site as its pages see it: what rules decided, never rules or lines of site.yaml, so that
    a page stays as it is where only these changed.
    """
    return structs.replace(
        site,
        themes=tuple(
            structs.replace(theme, rule=None, examples_in=(), examples_out=())
            for theme in site.themes
        ),
        sources=tuple(structs.replace(source, line=0) for source in site.sources),
    )


def today_of(site: Site, now: datetime) -> date:
    """The day where the site's readers are."""
    return now.astimezone(ZoneInfo(site.timezone)).date()


def _basis(root: Path, site: Site, now: datetime, papers: int, *options: object) -> manifest.Basis:
    """What this build reads; the dates of editor and ledger make it new with each day."""
    begin, end = (moment.astimezone(UTC) for moment in _day_of(site, now))
    mark = inputs.fingerprint(root, *options)
    return manifest.Basis(inputs=mark, begin=begin, end=end, papers=papers)


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
    papers = tuple(judged.judge(root / ARCHIVE, matcher).papers())
    return site, _edition(root, site, papers, today_of(site, now))


def _edition(
    root: Path, site: Site, papers: Sequence[Paper], today: date, *, drafts: bool = False
) -> Edition:
    """Papers with what the editor says about them."""
    dialect = Dialect(language=site.language, html=site.html)
    return edit(content.load(root), papers, site.themes, dialect, today, drafts=drafts)


def _url_error(message: str) -> DigestError:
    return DigestError(f"--url: {message}")


def _static(folder: Path) -> dict[str, Path]:
    """The site's own files, copied as they are: CNAME, a favicon."""
    paths = sorted(folder.rglob("*")) if folder.is_dir() else ()
    names = {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
    return {name: path for name, path in names.items() if ".git" not in name.split("/")}
