"""Where entries come from: one module a kind, pure in asking and in parsing."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

from digest.errors import SourceError, Unreachable
from digest.model import ArxivApi, ArxivListing, Entry, Fetched, LocalFile, Source, WebFeed
from digest.sources import arxiv, arxiv_listing, feed, file
from digest.sources.asking import Asking, Client, Run, failed

KINDS: dict[type[Source], Callable[[Any, Run], Asking]] = {
    ArxivApi: arxiv.fetch,
    ArxivListing: arxiv_listing.fetch,
    WebFeed: feed.fetch,
    LocalFile: file.fetch,
}
Progress = Callable[[Fetched], None]  # told of each source as it is done


def fetch_all(
    sources: Sequence[Source],
    root: Path,
    web: Client,
    now: datetime,
    *,
    since: date | None = None,
    known: Callable[[str], Entry | None] = lambda name: None,
    progress: Progress = lambda fetched: None,
) -> tuple[Fetched, ...]:
    """Fetch every source, side by side; a failing one is reported, never fatal.

    Args:
        root: the site's folder, where `file` sources lie.
        web: asks, politely: it holds back requests to one host, so that sources needn't.
        now: the time of the run, UTC.
        since: fill gaps from this day on, where a kind can.
        known: the archive's entry of an id.
        progress: told of each source when it is done, from its own thread.
    """
    run = Run(root=root, now=now, since=since, known=known)

    def one(source: Source) -> Fetched:
        fetched = _drive(source, run, web)
        progress(fetched)
        return fetched

    if not sources:
        return ()
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        return tuple(pool.map(one, sources))


def _drive(source: Source, run: Run, web: Client) -> Fetched:
    """Put a source's requests, and hand it the answers."""
    asking, reached = KINDS[type(source)](source, run), True
    try:
        request = next(asking)
        while True:
            reached = True
            try:
                answer = web.get(request)
            except SourceError as error:
                reached = not isinstance(error, Unreachable)
                request = asking.throw(error)
            else:
                request = asking.send(answer)
    except StopIteration as done:
        fetched: Fetched = done.value
        return fetched
    except SourceError as error:
        return failed(source.name, error, reached)
