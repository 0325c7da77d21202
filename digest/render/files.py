"""The files of a site: planned pages in; shards that are made when they are asked for, out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, starmap
from pathlib import Path

from digest.editor.curation import Edition
from digest.language import Language
from digest.model import Page, Site
from digest.output import FileGroup, OutputFile, Shard, ShardResult, processes
from digest.output.shards import PAPERS, shards
from digest.pages import papers as paper_pages
from digest.papers.paper import Paper
from digest.papers.related import Related
from digest.papers.related.neighbours import LOOK, NeighbourFinder
from digest.render.renderer import Renderer
from digest.render.texts import FormulaCounts

ShardDone = tuple[ShardResult, FormulaCounts]


class SiteFiles:
    """All that a site will have, and what renders it."""

    def __init__(
        self,
        site: Site,
        edition: Edition,
        papers: Sequence[Paper],
        lists: Sequence[Page],
        homes: Mapping[str, str],
        root: Path,
        language: Language,
        *,
        shard: int = PAPERS,
        look: int = LOOK,
    ) -> None:
        """Convert the editor's texts, so that a broken one stops a build before it writes.

        Args:
            site: as its pages see it.
            papers: that have a page, in order.
            lists: all other pages.
            homes: the pages of authors by their names.
            root: the folder with the site's own templates and static files.
            shard: papers whose pages are made together.
            look: papers of its theme to look at beside a paper.

        Raises:
            ConfigError: a text refers to something that isn't there; names file and line.
        """
        self._site, self._edition, self._papers, self._homes = site, edition, papers, homes
        self._copied = _static(root / "static")
        self._copied |= {name: file.path for name, file in edition.files.items()}
        self._look, self._parts = look, list(shards(papers, lists, shard))
        pages = (page.path for page in lists)
        known = {*pages, *map(paper_pages.path_of, papers), *self._copied}
        self.renderer = Renderer(site, root / "templates", edition, known, language)
        self.renderer.convert(edition.bodies)

    def shards(self, related: Related) -> list[Shard]:
        """The files, those first that take longest.

        Args:
            related: the papers related to each.
        """
        hidden = {paper.id for paper in self._edition.papers if paper.hidden}
        neighbours = NeighbourFinder(self._site, self._papers, related, hidden, self._look)
        static = [*(name for name, _ in self.renderer.static()), *self._copied]
        parts = [Shard([FileGroup(static, self._static)])]
        for papers, pages in self._parts:
            groups = [FileGroup([page.path for page in pages], partial(self._rendered, pages))]
            if papers:
                groups.append(self._group_of(papers, neighbours))
            parts.append(Shard(groups))
        return parts

    def put_all(
        self,
        parts: Sequence[Shard],
        put: Callable[[int], ShardResult],
        workers: int,
        worth: int = processes.WORTH,
    ) -> Generator[ShardDone, None, None]:
        """Put every shard by copies of this process; what became of each, and what was counted.

        Args:
            parts: what `shards` gave.
            put: puts the shard of a number.
            workers: processes to use at the most.
            worth: files from which on starting them pays.
        """

        def work(number: int) -> ShardDone:
            return put(number), self.renderer.take_counts()

        def name(number: int) -> str:
            return next(parts[number].paths)

        files = sum(len(group.paths) for part in parts for group in part.groups)
        return processes.spread(work, len(parts), workers if files > worth else 1, name)

    def _group_of(self, papers: Sequence[Paper], neighbours: NeighbourFinder) -> FileGroup:
        """The pages of papers, which have one fingerprint together."""
        edition, homes = self._edition, self._homes

        def files() -> Iterator[OutputFile]:
            return self._rendered(
                paper_pages.of_paper(paper, edition, homes, neighbours) for paper in papers
            )

        def fingerprint() -> str:
            values = paper_pages.made_of(papers, edition, homes, neighbours)
            return self.renderer.fingerprints.of_all(paper_pages.TEMPLATE, values)

        return FileGroup([paper_pages.path_of(paper) for paper in papers], files, fingerprint)

    def _rendered(self, pages: Iterable[Page]) -> Iterator[OutputFile]:
        fingerprint, render = self.renderer.fingerprints.of, self.renderer.render
        for page in pages:
            yield OutputFile(page.path, fingerprint(page), partial(render, page))

    def _static(self) -> Iterator[OutputFile]:
        copies = ((name, path.read_bytes()) for name, path in self._copied.items())
        return starmap(OutputFile.of, chain(self.renderer.static(), copies))


def _static(folder: Path) -> dict[str, Path]:
    """The site's own files, copied as they are: CNAME, a favicon."""
    paths = sorted(folder.rglob("*")) if folder.is_dir() else ()
    names = {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
    return {name: path for name, path in names.items() if ".git" not in name.split("/")}
