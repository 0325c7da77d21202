"""The whole pipeline, top to bottom. The one place that knows every stage."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import structs

from digest import archive, config, feeds, language, output, pages
from digest.archive import ledger
from digest.archive.tag import authority
from digest.editor import content
from digest.editor.curation import Edition, edit
from digest.editor.markdown import Dialect
from digest.errors import DigestError, OutputError
from digest.files import files
from digest.model import WHOLE, Site, SourceResult
from digest.output import inputs, manifest, processes, shards
from digest.output.store import Store
from digest.pages import days, sitemap, status
from digest.pages.visible import visible
from digest.papers.judged import judge
from digest.papers.months import JudgedArchive
from digest.papers.rank import scores
from digest.papers.rank.scoring import score_new
from digest.papers.related import Related, RelatedLimits, find_related
from digest.papers.related.neighbours import LOOK
from digest.papers.report import BroadTheme, broad_themes
from digest.render import FormulaCounts, ShardDone, SiteFiles
from digest.sources.politeness import DEADLINE
from digest.text.days import bounds_of_day, day_in
from digest.themes import Matcher
from digest.themes.compiled import CompiledSite, read_site

if TYPE_CHECKING:
    from digest.fetch import FetchReport

ARCHIVE, LEDGER = archive.FOLDER, ledger.FOLDER
_Item = TypeVar("_Item")


def _untracked(items: Iterable[_Item], total: int) -> Iterable[_Item]:
    return items


def _unheard(result: SourceResult) -> None:
    pass


class BuildLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes that a test may choose smaller."""

    shard: int = shards.PAPERS  # papers whose pages are made together
    look: int = LOOK  # papers of its theme to look at beside a paper
    worth: int = processes.WORTH  # files from which on starting processes pays
    related: RelatedLimits = RelatedLimits()


class BuildOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to build."""

    now: datetime  # the build time, aware; passed in so that a build can be repeated
    out: Path  # where the site goes
    url: str | None = None  # the site's address, where it isn't the one in site.yaml
    offline: bool = False  # build from the archive alone, and write nothing but the site
    drafts: bool = False  # show what the editor hasn't published yet, too
    full: bool = False  # write every file, whatever the folder holds already
    allow_shrink: bool = False  # build although the archive lost a tenth of its entries
    jobs: int = 0  # processes that render; 0 is as many as there are cores
    executor: Executor | None = None  # renders instead, where workers see the same files
    wait: float = files.WAIT  # seconds for another build of `out`, or another fetch, to be done
    deadline: float = DEADLINE  # seconds for all that is asked of the sources
    track: Callable[[Iterable[ShardDone], int], Iterable[ShardDone]] = _untracked  # of shards
    progress: Callable[[SourceResult], None] = _unheard  # of sources, called from other threads
    compiled: CompiledSite = msgspec.field(default_factory=CompiledSite)  # of earlier builds
    hashes: inputs.FileHashes = msgspec.field(default_factory=inputs.FileHashes)  # of earlier ones
    limits: BuildLimits = BuildLimits()

    @property
    def workers(self) -> int:
        """Processes to use at the most."""
        return self.jobs or processes.cores()


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
        return tuple(result for result in self.fetched if result.state not in WHOLE)


def build(root: Path, options: BuildOptions) -> BuildReport:
    """Fetch, archive, group, render and write the site at `root`, the folder of site.yaml.

    Raises:
        DigestError: an expected failure; the site is then as it was before.
    """
    site, matcher = options.compiled.read(root / "site.yaml")
    tag = authority(root, site, options.now, keep=not options.offline)
    site = _at_address(site, options.url)
    news = None if options.offline else _fetch(root, site, options)
    output.claim(options.out)
    fingerprint = inputs.fingerprint(root, options.url, options.drafts, hashes=options.hashes)
    papers = _judge(root, matcher, options)
    if options.offline:
        known = ledger.load(root / LEDGER)
        ledger.check_count(len(papers), known, allow_shrink=options.allow_shrink)
    edition = _edition(root, site, papers, options.now, drafts=options.drafts)
    if not edition.papers and (options.out / "papers").is_dir():
        raise OutputError(f"there is no paper to show, and {options.out} has some: left as it is")
    plan = _plan(root, site, tag, edition, options.now, options.limits)
    counts = plan.renderer.take_counts()
    with output.in_turn(options.out, options.wait):
        # The editor's texts are sound: now something may be written.
        papers.keep(Store(options.out))
        parts = plan.shards(_related(site, edition, options))
        basis = _basis(site, options.now, fingerprint, len(papers))
        spread = partial(_put_all, root, options, plan, parts, counts)
        written = output.write(options.out, parts, basis, full=options.full, spread=spread)
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


def read(root: Path, now: datetime) -> tuple[Site, Edition]:
    """The site with its papers and the editor's words, from the archive alone.

    Raises:
        DigestError: a file of the site can't be accepted.
    """
    site, matcher = read_site(root / "site.yaml")
    return site, _edition(root, site, judge(root / ARCHIVE, matcher), now)


def verify(root: Path, now: datetime) -> tuple[BroadTheme, ...]:
    """Read all that a build reads, follow what the editor refers to, and write nothing.

    Gives the themes that are too broad.

    Raises:
        DigestError: a file of the site can't be accepted.
    """
    site, edition = read(root, now)
    _plan(root, site, authority(root, site, now, keep=False), edition, now)
    return broad_themes(site.themes, edition.papers)


def _at_address(site: Site, url: str | None) -> Site:
    if url is None:
        return site
    url = config.check_url(url, lambda message: DigestError(f"--url: {message}"))
    return structs.replace(site, url=url)


def _fetch(root: Path, site: Site, options: BuildOptions) -> FetchReport:
    from digest.fetch import fetch  # what asks sources takes long to load
    from digest.sources.client import Web

    news = fetch(
        root,
        site,
        Web(site.url, deadline=options.deadline),
        options.now,
        allow_shrink=options.allow_shrink,
        wait=options.wait,
        progress=options.progress,
    )
    score_new(root, site, news.entries, news.fresh, options.now, wait=options.wait)
    return news


def _judge(root: Path, matcher: Matcher, options: BuildOptions) -> JudgedArchive:
    """The archive with its themes, kept or anew."""
    return judge(
        root / ARCHIVE,
        matcher,
        inputs.digest_itself(),
        Store(options.out),
        workers=options.workers,
        hashes=options.hashes,
    )


def _edition(
    root: Path, site: Site, papers: JudgedArchive, now: datetime, *, drafts: bool = False
) -> Edition:
    """Papers with what the editor says about them."""
    dialect = Dialect(language=site.language, html=site.html)
    words, today = content.load(root), day_in(site.timezone, now)
    return edit(words, tuple(papers.papers()), site.themes, dialect, today, drafts=drafts)


def _plan(
    root: Path,
    site: Site,
    tag: str,
    edition: Edition,
    now: datetime,
    limits: BuildLimits = BuildLimits(),  # noqa: B008 - frozen
) -> SiteFiles:
    """Every file that the site will have, the editor's texts converted."""
    words = language.load(site.language, root / language.FOLDER)
    site = visible(site, edition, words)
    papers = days.in_order(edition.shown)
    kept = scores.of_site(root, site)
    contents = pages.Contents(
        site=site, papers=papers, edition=edition, language=words, scores=kept
    )
    lists = [
        *pages.plan(contents),
        *feeds.plan(contents, tag),
        *status.plan(site, ledger.load(root / LEDGER), bounds_of_day(site.timezone, now)[0]),
    ]
    lists += sitemap.plan([*(paper.path for paper in papers), *sitemap.listed(lists)])
    files_of = partial(SiteFiles, shard=limits.shard, look=limits.look)
    return files_of(site, edition, papers, lists, contents.homes, root, words)


def _related(site: Site, edition: Edition, options: BuildOptions) -> Related:
    """The papers related to each, kept or anew."""
    code, store = inputs.digest_itself(), Store(options.out)
    limits = options.limits.related
    return find_related(site, edition.papers, code, store, options.workers, limits)


def _put_all(
    root: Path,
    options: BuildOptions,
    plan: SiteFiles,
    parts: Sequence[output.Shard],
    counts: FormulaCounts,
    put: Callable[[int], output.ShardResult],
) -> Iterator[output.ShardResult]:
    """Put every shard, here or elsewhere, and add what was counted."""
    if options.executor:
        done = _put_elsewhere(root, options, options.executor, len(parts))
    else:
        done = plan.put_all(parts, put, options.workers, options.limits.worth)
    with closing(done):
        for result, more in options.track(done, len(parts)):
            counts.add(more)
            yield result


def _put_elsewhere(
    root: Path, options: BuildOptions, executor: Executor, count: int
) -> Generator[ShardDone, None, None]:
    """Put the shards by workers of which each plans the site anew and puts every n-th."""
    step = min(options.workers, count)
    told = {name: getattr(options, name) for name in ("now", "url", "drafts", "limits")}
    order = BuildOptions(out=options.out.resolve(), jobs=1, **told)
    done = list(executor.map(partial(put_some, root.resolve(), order, step), range(step)))
    yield from (done[number % step][number // step] for number in range(count))


def put_some(root: Path, options: BuildOptions, step: int, first: int) -> list[ShardDone]:
    """What a worker elsewhere does of a build: every `step`-th shard, from the first on.

    It reads the same files as the process that built, and so plans the same shards.
    """
    site, matcher = read_site(root / "site.yaml")
    tag = authority(root, site, options.now, keep=False)
    site = _at_address(site, options.url)
    papers = _judge(root, matcher, options)
    edition = _edition(root, site, papers, options.now, drafts=options.drafts)
    plan = _plan(root, site, tag, edition, options.now, options.limits)
    parts = plan.shards(_related(site, edition, options))
    results = output.put(options.out, parts, range(first, len(parts), step))
    return [(result, plan.renderer.take_counts()) for result in results]


def _basis(site: Site, now: datetime, fingerprint: str, papers: int) -> manifest.Basis:
    """What this build read; the dates of editor and ledger make it new with each day."""
    begin, end = (moment.astimezone(UTC) for moment in bounds_of_day(site.timezone, now))
    return manifest.Basis(inputs=fingerprint, begin=begin, end=end, papers=papers)
