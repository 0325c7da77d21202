"""The archive and the rules in; the archive with its themes out, a month at a time.

What the rules made of a month is kept, so that a month that stays as it is costs next to nothing.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path

import msgspec

from digest import archive
from digest.files import files
from digest.model import Entry
from digest.output import inputs, processes
from digest.output.inputs import FileHashes
from digest.output.store import Store
from digest.papers.months import HELD, OPEN, JudgedArchive, JudgedMonth
from digest.papers.paper import PaperFacts, facts_of
from digest.themes import Matcher


class _KeptMonth(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month, as it is written."""

    fingerprint: str  # of its file, then of the rules and our code
    facts: list[PaperFacts]
    met: list[bytes]  # see themes.Verdict, one for each of `facts`
    starts: bytes  # of their lines, and the end of the last one; none where lines must be joined


_encode = msgspec.msgpack.Encoder().encode
_kept_month = msgspec.msgpack.Decoder(_KeptMonth)


def judge(
    folder: Path,
    matcher: Matcher,
    code: str = "",
    store: Store | None = None,
    *,
    workers: int = 1,
    hashes: FileHashes | None = None,
    held: int = HELD,
    open_: int = OPEN,
) -> JudgedArchive:
    """The archive of a folder, with what the rules make of it.

    Args:
        code: changes whenever our own code does.
        store: has what the last time found, see `JudgedArchive.keep`; None: there is none.
        workers: processes to use at the most.
        hashes: of files that were read before; those of the archive are added.
        held: entries to hold at the most.
        open_: files to hold open at the most.

    Raises:
        ArchiveError: a line is damaged; names file and line.
    """
    hashes = hashes or FileHashes()
    rules = f"{code} {matcher.fingerprint}"
    paths = archive.month_files(folder)
    versions = {path: inputs.version_of(path) for path in paths}  # before they are read
    known = _known_months(paths, rules, matcher, store, hashes) if store else {}
    fresh = [path for path in paths if path not in known]
    is_worth = sum(path.stat().st_size for path in fresh) > processes.WORTH * 2_000

    def read(number: int) -> bytes:
        return _read(fresh[number], rules, matcher, hashes)

    found = processes.spread(
        read, len(fresh), workers if is_worth else 1, lambda number: fresh[number].name
    )
    data_of = dict(zip(fresh, found, strict=True))
    judged = JudgedArchive(matcher, held, open_)
    for path in paths:
        data = data_of.get(path, b"")
        month = known.get(path) or _kept_month.decode(data)
        hashes.add(path, versions[path], month.fingerprint.partition(" ")[0])
        facts, starts = _shared(month.facts), array("Q", month.starts)
        judged.months.append(
            JudgedMonth(path, facts, data, versions[path], month.met, starts, judged)
        )
    if _are_apart(judged):
        return judged
    # A git merge left a paper in two months: the next fetch will mend that.
    return _of_entries(archive.load(folder), matcher)


def _of_entries(entries: Iterable[Entry], matcher: Matcher) -> JudgedArchive:
    """An archive whose entries are all at hand."""
    months = defaultdict[str, list[Entry]](list)
    for entry in entries:
        months[f"{entry.announced:%Y-%m}"].append(entry)
    judged = JudgedArchive(matcher)
    for name, found in sorted(months.items()):
        facts, met = _judged(found, matcher)
        by_place = dict(enumerate(found))
        judged.months.append(
            JudgedMonth(Path(name), facts, b"", (), met, array("Q"), judged, by_place)
        )
    return judged


def _known_months(
    paths: Sequence[Path], rules: str, matcher: Matcher, store: Store, hashes: FileHashes
) -> dict[Path, _KeptMonth]:
    """What is kept of the months for which it still holds."""
    hashes.take_all(path for path in paths if store.month(path.stem).exists())
    months = ((path, _known(path, rules, matcher, store, hashes)) for path in paths)
    return {path: month for path, month in months if month}


def _known(
    path: Path, rules: str, matcher: Matcher, store: Store, hashes: FileHashes
) -> _KeptMonth | None:
    """What is kept of a month, if that still holds."""
    kept = store.month(path.stem)
    fingerprint = f"{hashes.of(path)} {rules}" if kept.exists() else ""

    def decode(data: bytes) -> _KeptMonth:
        month = _kept_month.decode(data)
        starts = array("Q", month.starts)
        themes = {name for facts in month.facts for name in facts.themes}
        is_sound = len(month.facts) == len(month.met) and len(starts) in {0, len(month.met) + 1}
        if month.fingerprint == fingerprint and not (is_sound and themes <= matcher.rules.keys()):
            raise ValueError("its parts don't fit each other")
        return month

    month = kept.read(decode)
    return month if month and month.fingerprint == fingerprint else None


def _read(path: Path, rules: str, matcher: Matcher, hashes: FileHashes) -> bytes:
    """What is to be kept of a month."""
    hash_, data = hashes.of(path), files.read(path)
    lines = archive.read(data, path)
    entries = archive.joined(lines)
    starts = _starts(data) if list(entries) == lines else b""
    facts, met = _judged(entries, matcher)
    return _encode(_KeptMonth(f"{hash_} {rules}", facts, met, starts))


def _starts(data: bytes) -> bytes:
    """Where each line begins, and the last one ends."""
    lengths = (len(line) + 1 for line in data.split(b"\n")[:-1])
    return array("Q", accumulate(lengths, initial=0)).tobytes()


def _judged(entries: Sequence[Entry], matcher: Matcher) -> tuple[list[PaperFacts], list[bytes]]:
    facts, met = list[PaperFacts](), list[bytes]()
    for entry in entries:
        verdict = matcher.verdict(entry)
        values = _encode((entry, verdict.themes, verdict.why))
        facts.append(facts_of(entry, verdict.themes, blake2b(values, digest_size=16).digest()))
        met.append(verdict.met)
    return facts, met


def _shared(facts: list[PaperFacts]) -> list[PaperFacts]:
    """The same, with one tuple for all papers of the same themes."""
    known = dict[tuple[str, ...], tuple[str, ...]]()
    for paper in facts:
        themes = known.setdefault(paper.themes, paper.themes)
        msgspec.structs.force_setattr(paper, "themes", themes)
    return facts


def _are_apart(judged: JudgedArchive) -> bool:
    """Whether no month has a paper that another has too."""
    owners = dict[str, PaperFacts]()
    for month in judged.months:
        for facts in month.facts:
            for key in (facts.id, *facts.aliases, f"doi:{facts.doi}" if facts.doi else facts.id):
                owner = owners.setdefault(key, facts)
                if owner is not facts and not _are_two(owner, facts):
                    return False
    return True


def _are_two(one: PaperFacts, other: PaperFacts) -> bool:
    """Whether two entries that share a DOI are different papers of arXiv's all the same."""
    return one.id != other.id and all(f.id.startswith("arxiv:") for f in (one, other))
