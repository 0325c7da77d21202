"""The lines of the ledger: one JSON line a source and fetch, one file a month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from statistics import median

import msgspec
from msgspec.structs import replace

from digest.archive.ledger.validators import Validators
from digest.archive.months import month_files
from digest.errors import ArchiveError, DigestError
from digest.files import files
from digest.model import (
    WHOLE,
    Entry,
    Moment,
    SourceHistory,
    SourceResult,
    State,
)
from digest.text import days

_MOST_ASKED = 3  # addresses a line; a harvest of a year has thousands
_WINDOW = 3  # entries; fewer may well all be new
_USUAL, _ENOUGH, _WEEKS = 20, 3, 26  # papers, listings, weeks that a weekday's median needs


class LedgerLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fetch of one source."""

    when: Moment  # UTC
    source: str
    state: State
    asked: tuple[str, ...] = ()  # addresses or paths; the first of many
    answered: str = ""  # "3 × 200"
    entries: int = 0
    new: int = 0
    updated: int = 0  # newer versions of what we had
    late: int = 0  # new ones that an earlier whole fetch should have had
    types: dict[str, int] = {}  # entries by announce type
    listing: date | None = None  # the day of an arXiv listing
    covers: date | None = None  # the first day it speaks of; None: of all until then
    problem: str = ""
    archived: int = 0  # entries of the whole archive after it; 0 where nobody counted


_decoder = msgspec.json.Decoder(LedgerLine)


def load(folder: Path) -> tuple[LedgerLine, ...]:
    """Every line, oldest first; those that a git merge doubled once.

    Raises:
        ArchiveError: a line is damaged; names file and line.
    """
    found = dict[bytes, LedgerLine]()
    for path in month_files(folder):
        for number, raw in enumerate(files.read(path).split(b"\n"), start=1):
            if raw:
                try:
                    line = _decoder.decode(raw)
                    if not all(map(days.is_near, (line.when, line.listing, line.covers))):
                        raise ValueError("no day of a fetch")
                    found[raw] = line
                except (msgspec.DecodeError, ValueError) as error:
                    message = f"damaged line ({error}); restore it from git, or remove it"
                    raise ArchiveError(message, path, number) from None
    return tuple(sorted(found.values(), key=_order))


def add(folder: Path, lines: Iterable[LedgerLine]) -> None:
    """Add lines to the months they are of."""
    months = defaultdict[str, list[LedgerLine]](list)
    for line in lines:
        months[f"{line.when:%Y-%m}.jsonl"].append(line)
    for name, new in months.items():
        path = folder / name
        old = path.read_bytes() if path.is_file() else b""
        if old and not old.endswith(b"\n"):
            old += b"\n"
        added = b"".join(msgspec.json.encode(line) + b"\n" for line in sorted(new, key=_order))
        files.replace(path, old + added)


def judged(fetched: SourceResult, lines: Sequence[LedgerLine]) -> SourceResult:
    """What was fetched, `partial` where a listing is far smaller than is usual on its weekday."""
    count = sum(_types(fetched.entries).values())
    usual = _usual(fetched, lines)
    if fetched.state is not State.OK or usual < _USUAL or 3 * count >= usual:
        return fetched
    problem = f"{count} papers, where a {fetched.listing:%A} brings {usual:.0f}"
    return replace(fetched, state=State.PARTIAL, problem=problem, validators={})


def doubted(
    fetched: SourceResult, is_known: bool, known: Callable[[str], Entry | None]
) -> SourceResult:
    """What a feed gave, with a word where all of it is new though we knew others of its entries.

    Args:
        is_known: whether the archive had entries of this feed before.
        known: the archive's entry of an id, before this fetch.
    """
    names = [name for entry in fetched.entries for name in (entry.id, *entry.aliases)]
    if not is_known or len(fetched.entries) < _WINDOW or any(map(known, names)):
        return fetched
    problem = (
        f"all {len(fetched.entries):,} entries are new, though the archive has earlier ones: "
        "the feed may name its items differently at each fetch, or have changed how it does"
    )
    return replace(fetched, problem="; ".join(filter(None, (fetched.problem, problem))))


def line(
    fetched: SourceResult,
    when: datetime,
    lines: Sequence[LedgerLine],
    known: Callable[[str], Entry | None],
) -> LedgerLine:
    """The line of a fetch.

    Args:
        lines: of earlier fetches.
        known: the archive's entry of an id, before this fetch.
    """
    newest = dict[str, Entry]()
    for entry in sorted(fetched.entries, key=lambda entry: entry.version):
        newest[entry.id] = entry
    old = {
        name: next(filter(None, map(known, (name, *entry.aliases))), None)
        for name, entry in newest.items()
    }
    new = [entry for entry in newest.values() if old[entry.id] is None]
    wholes = (past.when for past in lines if past.source == fetched.source and _is_whole(past))
    before = max(wholes, default=None)
    asked = fetched.asked
    if len(asked) > _MOST_ASKED:
        asked = (*asked[:_MOST_ASKED], f"and {len(asked) - _MOST_ASKED:,} more")
    return LedgerLine(
        when=when,
        source=fetched.source,
        state=fetched.state,
        asked=asked,
        answered=fetched.answered,
        entries=len(newest),
        new=len(new),
        updated=sum(1 for name, was in old.items() if was and was.version < newest[name].version),
        late=sum(1 for entry in new if before and entry.announced < before.date()),
        types=dict(sorted(_types(fetched.entries).items())),
        listing=fetched.listing,
        covers=fetched.covers,
        problem=fetched.problem,
    )


def worth_keeping(run: Sequence[tuple[SourceResult, LedgerLine]]) -> tuple[LedgerLine, ...]:
    """The lines of a run that say something: none of hosts where no host answered at all, and none
    of files that brought nothing, so that building again changes nothing.
    """
    online = any(fetched.answered and fetched.reached for fetched, _ in run)
    return tuple(
        line
        for fetched, line in run
        if (online if fetched.answered else line.new or line.updated or line.problem)
    )


def total(lines: Sequence[LedgerLine]) -> LedgerLine:
    """One line for all the pieces of a fetch; the last says how it ended."""
    types = sum((Counter(line.types) for line in lines), Counter[str]())
    return msgspec.structs.replace(
        lines[-1],
        entries=sum(line.entries for line in lines),
        new=sum(line.new for line in lines),
        updated=sum(line.updated for line in lines),
        late=sum(line.late for line in lines),
        types=dict(types),
    )


def last_count(lines: Sequence[LedgerLine]) -> int:
    """How many entries the archive had when it was last fetched; 0 where nobody counted."""
    return next((line.archived for line in reversed(lines) if line.archived), 0)


def check_count(count: int, lines: Sequence[LedgerLine], *, allow_shrink: bool = False) -> None:
    """Find out whether the archive is all there.

    Args:
        count: entries that it has.

    Raises:
        DigestError: a tenth of what the ledger last counted is gone, and nobody allowed that.
    """
    before = last_count(lines)
    if count < 0.9 * before and not allow_shrink:
        raise DigestError(
            f"content/archive has {count:,} entries and had {before:,} when it was last fetched; "
            "restore it from git, or accept the loss with --allow-shrink"
        )


def past(lines: Iterable[LedgerLine], kept: Validators) -> dict[str, SourceHistory]:
    """What the next fetch of each source should know.

    Args:
        kept: what the fetch before it left.
    """
    found = {
        name: SourceHistory(resume=kept.resume.get(name, ""), gap=kept.gaps.get(name))
        for name in {*kept.resume, *kept.gaps}
    }
    for line in lines:
        before = found.get(line.source, SourceHistory())
        whole = _is_whole(line)
        listings = [day for day in (before.listing, line.listing if whole else None) if day]
        began = before.began or min(listings, default=None)
        listing = max(listings, default=None)
        found[line.source] = replace(before, whole=whole, listing=listing, began=began)
    return found


def _usual(fetched: SourceResult, lines: Sequence[LedgerLine]) -> float:
    """The median of what this weekday's listings brought, 0 where too few are known."""
    day, counts = fetched.listing, dict[date, int]()
    if day is None:
        return 0
    for line in lines:
        if line.source == fetched.source and line.listing and line.state is State.OK:
            age = (day - line.listing).days
            if age > 0 and age % 7 == 0 and age <= 7 * _WEEKS:
                counts[line.listing] = max(counts.get(line.listing, 0), sum(line.types.values()))
    return median(counts.values()) if len(counts) >= _ENOUGH else 0


def _types(entries: Iterable[Entry]) -> Counter[str]:
    listed = {entry.id: kind for entry in entries for kind in entry.announce_types}
    return Counter(listed.values())


def _is_whole(line: LedgerLine) -> bool:
    return line.state in WHOLE


def _order(line: LedgerLine) -> tuple[datetime, str]:
    return line.when, line.source
