"""What is new: ask the sources, archive what they gave, note it in the ledger.

`digest fetch` is this; every build that isn't offline starts with it. Stopped at any moment,
archive and ledger are whole, and the next run goes on: entries are safe before what vouches for
them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from threading import Lock

import msgspec

from digest import archive, sources
from digest.archive import ledger
from digest.archive.identity import Identities, renamed_words, reread
from digest.archive.ledger import validators as marks
from digest.archive.tag import authority
from digest.errors import DigestError
from digest.files import files
from digest.files.located import closest
from digest.model import (
    WHOLE,
    Entry,
    Site,
    Source,
    SourceHistory,
    SourceResult,
)
from digest.output import store
from digest.sources.asking import Client, Tell
from digest.sources.feed import WebFeed
from digest.sources.politeness import timetable
from digest.text import links

ARCHIVE, LEDGER = archive.FOLDER, ledger.FOLDER


class FetchReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found."""

    entries: tuple[Entry, ...] = ()  # the whole archive after it
    fresh: frozenset[str] = frozenset()  # ids of the entries it didn't have before
    fetched: tuple[SourceResult, ...] = ()  # in the order of site.yaml
    lines: tuple[ledger.LedgerLine, ...] = ()  # what the ledger says of each of them
    conflicts: tuple[tuple[str, ...], ...] = ()  # ids that claim to be one paper and are not

    @property
    def new(self) -> int:
        """How many entries it didn't have before."""
        return len(self.fresh)

    @property
    def problems(self) -> tuple[SourceResult, ...]:
        """Sources that failed, were stale or partial."""
        return tuple(found for found in self.fetched if found.state not in WHOLE)


def fetch(
    root: Path,
    site: Site,
    web: Client,
    now: datetime,
    *,
    since: date | None = None,
    names: Sequence[str] = (),
    allow_shrink: bool = False,
    wait: float = files.WAIT,
    progress: Tell = lambda fetched: None,
) -> FetchReport:
    """Ask the site's sources, and keep what they give.

    Args:
        root: the site's folder.
        since: fill gaps from this day on.
        names: ask these sources alone; none means all.
        allow_shrink: go on with an archive that lost entries, see `archived`.
        wait: seconds for another fetch of this site to be done.
        progress: told of each source when it is done, from other threads.

    Raises:
        DigestError: another process is still at it, a name is unknown, `since` is yet to come,
            archive or ledger are damaged or cannot be written. Nothing is lost.
    """
    asked = chosen(site.sources, names)
    if since and since > now.date():
        raise DigestError(f"{since} is yet to come; gaps are filled from a day that is over")
    authority(root, site, now, keep=False)  # a change is refused before anything is written
    with files.in_turn(root / store.LOCK, str(root / archive.FOLDER), wait):
        keeper = _Keeper(root, now, allow_shrink, asked)
        fetched = sources.fetch_all(
            asked,
            root,
            web,
            now,
            since=since,
            known=keeper.known,
            past=_past(asked, keeper.lines, keeper.marks),
            validators=keeper.marks.validators,
            keep=keeper.keep,
            progress=progress,
        )
        authority(root, site, now, keep=any(found.reached for found in fetched))
        return keeper.finish(fetched)


class PlannedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The first request of a source; what it asks for then depends on the answer."""

    source: str
    url: str
    start: float  # seconds from now, at the earliest


def plan(
    root: Path,
    site: Site,
    now: datetime,
    *,
    since: date | None = None,
    names: Sequence[str] = (),
) -> tuple[PlannedRequest, ...]:
    """What a fetch would ask, and when. Asks nobody."""
    asked = chosen(site.sources, names)
    past = _past(asked, ledger.load(root / LEDGER), marks.load(root / LEDGER))
    requests = sources.first_requests(asked, root, now, since=since, past=past)
    starts = timetable(request for _, request in requests)
    return tuple(
        PlannedRequest(source=source.name, url=request.url, start=start)
        for (source, request), start in zip(requests, starts, strict=True)
    )


def status(root: Path, site: Site, now: datetime) -> tuple[ledger.Health, ...]:
    """How each source does, as the ledger has it."""
    names = (source.name for source in site.sources)
    return ledger.health(ledger.load(root / LEDGER), names, now)


def chosen(known: Sequence[Source], names: Sequence[str]) -> tuple[Source, ...]:
    """The sources of these names; all of them where no name is given."""
    by_name = {source.name: source for source in known}
    for name in names:
        if name not in by_name:
            raise DigestError(f"unknown source {name!r}{closest(name, by_name)}")
    return tuple(source for source in known if not names or source.name in names)


def archived(
    root: Path, lines: Sequence[ledger.LedgerLine], *, allow_shrink: bool = False
) -> tuple[Entry, ...]:
    """Every archived entry, if the archive is all there.

    Raises:
        ArchiveError: a line is damaged.
        DigestError: a tenth of what the ledger last counted is gone, and nobody allowed that.
    """
    entries = archive.load(root / ARCHIVE)
    ledger.check_count(len(entries), lines, allow_shrink=allow_shrink)
    return entries


class _Keeper:
    """The archive and the ledger during one run."""

    def __init__(
        self, root: Path, now: datetime, allow_shrink: bool, asked: Sequence[Source]
    ) -> None:
        self._root, self._now, self._lock = root, now, Lock()
        self.lines = ledger.load(root / LEDGER)
        self.marks = marks.load(root / LEDGER)
        self._merged = archive.Merged(entries=archived(root, self.lines, allow_shrink=allow_shrink))
        self._before = Identities(self._merged.entries)
        self._sources = {source.name: source for source in asked}
        self._given = dict[str, date]()  # when arXiv gave what it gives in this run, by key
        carried = {name for entry in self._merged.entries for name in entry.sources}
        self._known_feeds = {
            source.name
            for source in asked
            if isinstance(source, WebFeed) and carried & source.names
        }
        self._pieces = defaultdict[str, list[ledger.LedgerLine]](list)

    def known(self, name: str) -> Entry | None:
        """The entry of an id, as it was when the run began."""
        return self._before.get(name)

    def _is_new(self, entry: Entry) -> bool:
        return not any(map(self.known, _names(entry)))

    def keep(self, piece: SourceResult) -> None:
        """Make a piece of a long harvest safe, then note how far it came."""
        with self._lock:
            self._archive(piece.entries)
            self._pieces[piece.source].append(self._line(piece))
            self._mark([piece])

    def finish(self, fetched: Sequence[SourceResult]) -> FetchReport:
        """Make the rest safe, then note it, then what vouches for it."""
        judged = tuple(self._judged(self._resolved(found)) for found in fetched)
        self._archive(entry for found in judged for entry in found.entries)
        run = [(f, ledger.total([*self._pieces[f.source], self._line(f)])) for f in judged]
        count = len(self._merged.entries)
        kept = ledger.worth_keeping(run)
        ledger.add(
            self._root / LEDGER, (msgspec.structs.replace(line, archived=count) for line in kept)
        )
        self._mark(judged)
        new = (entry for entry in self._merged.entries if self._is_new(entry))
        return FetchReport(
            entries=self._merged.entries,
            fresh=frozenset(entry.id for entry in new),
            fetched=judged,
            lines=tuple(line for _, line in run),
            conflicts=self._merged.conflicts,
        )

    def _resolved(self, found: SourceResult) -> SourceResult:
        """What a source gave, its items by the ids that the archive has them by."""
        names = self._sources[found.source].names
        entries, renamed = self._before.resolved(found.entries, names)
        problem = renamed_words(renamed, entries)
        return msgspec.structs.replace(
            found,
            entries=tuple(entries),
            problem="; ".join(filter(None, (found.problem, problem))),
        )

    def _judged(self, found: SourceResult) -> SourceResult:
        is_known = found.source in self._known_feeds
        return ledger.doubted(ledger.judged(found, self.lines), is_known, self.known)

    def _archive(self, entries: Iterable[Entry]) -> None:
        dated = [self._dated(entry) for entry in entries]
        better = {entry.id: entry for entry in dated if self._is_own_post(entry)}
        for entry in filter(links.is_arxivs, dated):
            for key in archive.keys(entry):
                self._given[key] = min(entry.seen, self._given.get(key, entry.seen))
        before = (reread(one, better.get(one.id)) for one in self._merged.entries)
        merged = archive.merge(before, map(self._met, dated))
        held = archive.between_listings(merged.entries, self._is_new)
        self._merged = msgspec.structs.replace(merged, entries=held)
        archive.save(self._root / ARCHIVE, self._merged.entries)

    def _is_own_post(self, entry: Entry) -> bool:
        source = self._sources.get(entry.sources[0]) if len(entry.sources) == 1 else None
        return isinstance(source, WebFeed) and not entry.id.startswith("arxiv:")

    def _dated(self, entry: Entry) -> Entry:
        """A paper that we have keeps its day and its first id, whatever a backfill knows of it.

        Feeds have told readers both.
        """
        names = (*_names(entry), *sorted(archive.keys(entry)))
        known = next(filter(None, map(self.known, names)), None)
        if known is None:
            return entry
        if known.id != entry.id and all(one.id.startswith("arxiv:") for one in (known, entry)):
            return entry  # another paper of arXiv's that claims the same DOI
        before = known.given if known.given and links.is_arxivs(entry) else known.seen
        seen = max(entry.seen, before)
        first = known.guid or known.id
        versions = tuple(
            msgspec.structs.replace(version, seen=max(version.seen or seen, before))
            for version in entry.versions
        )
        guid = "" if first == entry.id else first
        return msgspec.structs.replace(entry, seen=seen, guid=guid, versions=versions)

    def _met(self, entry: Entry) -> Entry:
        """What others say of a paper that this run first had from arXiv is of arXiv's day."""
        if links.is_arxivs(entry) or self.known(entry.id):
            return entry
        days = [self._given[key] for key in archive.keys(entry) if key in self._given]
        return msgspec.structs.replace(entry, seen=max(entry.seen, *days)) if days else entry

    def _line(self, fetched: SourceResult) -> ledger.LedgerLine:
        return ledger.line(fetched, self._now, self.lines, self.known)

    def _mark(self, fetched: Iterable[SourceResult]) -> None:
        after = marks.after(self.marks, fetched)
        if after != self.marks:
            marks.save(self._root / LEDGER, after)
            self.marks = after


def _past(
    asked: Iterable[Source], lines: Sequence[ledger.LedgerLine], kept: marks.Validators
) -> dict[str, SourceHistory]:
    """What the ledger knows of each source, by a former name where it knows none by this one."""
    past = ledger.past(lines, kept)
    for source in asked:
        former = next((past[name] for name in source.was if name in past), None)
        if source.name not in past and former:
            past[source.name] = former
    return past


def _names(entry: Entry) -> tuple[str, ...]:
    return (entry.id, *entry.aliases)
