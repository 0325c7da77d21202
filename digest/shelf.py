"""The archive with its themes, a month at a time.

What lists need of each paper is at hand; what it says is read again when it is shown. What the
rules made of a month is kept, so that a month that stays as it is costs next to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from digest import archive, files, inputs, jobs
from digest.errors import ArchiveError
from digest.model import Entry, Match
from digest.paper import Facts, Paper, facts_of
from digest.themes import Matcher

_NAME = ".digest-month-{}"  # beside the site; hosts don't publish what starts with a dot
_HELD = 20_000  # entries whose words a process holds: about 80 MB


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a month, as it is written."""

    mark: str  # of its file, then of the rules and our code
    facts: list[Facts]
    met: list[bytes]  # see themes.Verdict, one for each of `facts`


_encode = msgspec.msgpack.Encoder().encode
_kept = msgspec.msgpack.Decoder(_Kept)
_mark = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw, msgspec.Raw])


class Month(msgspec.Struct):
    """A file of the archive, and what is known of its entries."""

    path: Path
    facts: list[Facts]
    kept: bytes  # as it is written; empty once it is
    _version: tuple[int, ...]  # of the file that was read
    _met: list[bytes]
    _shelf: Shelf
    _entries: Sequence[Entry] = ()

    def entry(self, at: int) -> Entry:
        """The entry of `facts` at a place."""
        if not self._entries:
            if self._version != inputs.version_of(self.path):
                message = "changed while the site was built; build again"
                raise ArchiveError(message, self.path, 1)
            self._entries = archive.joined(archive.read_again(self.path.read_bytes()))
            self._shelf.open(self)
        return self._entries[at]

    def matches(self, at: int) -> tuple[Match, ...]:
        """Its themes and why."""
        return self._shelf.matcher.explained(self.entry(at), self._met[at], self.facts[at].themes)

    def close(self) -> None:
        """Forget what can be read again."""
        self._entries = ()


class Shelf(msgspec.Struct):
    """All months, oldest first."""

    matcher: Matcher
    months: list[Month] = msgspec.field(default_factory=list)
    _opened: dict[str, Month] = msgspec.field(default_factory=dict)  # by name, the last one last

    def papers(self) -> Iterator[Paper]:
        """Every paper, without the editor's notes."""
        for month in self.months:
            for at, facts in enumerate(month.facts):
                yield Paper(facts, month, at)

    def __len__(self) -> int:
        return sum(len(month.facts) for month in self.months)

    def keep(self, folder: Path) -> None:
        """Write what is known of each month where `fill` finds it again, and hold it no longer.

        Raises:
            DigestError: it can't be written.
        """
        for month in self.months:
            if month.kept:
                files.replace(_place(folder, month.path), month.kept)
                month.kept = b""
        for gone in set(folder.glob(_NAME.format("*"))) - {
            _place(folder, m.path) for m in self.months
        }:
            gone.unlink()

    def open(self, month: Month) -> None:
        """Close those months that were opened longest ago, where too many are open."""
        self._opened.pop(month.path.stem, None)
        self._opened[month.path.stem] = month
        held = sum(len(month.facts) for month in self._opened.values())
        while held > _HELD and len(self._opened) > 1:
            oldest = self._opened.pop(next(iter(self._opened)))
            oldest.close()
            held -= len(oldest.facts)


def fill(
    folder: Path, matcher: Matcher, code: str = "", kept: Path | None = None, workers: int = 1
) -> Shelf:
    """The archive of a folder, with what the rules make of it.

    Args:
        code: changes whenever our own code does.
        kept: the folder that has what the last time found, see `Shelf.keep`; None: there is none.
        workers: processes to use at the most.

    Raises:
        ArchiveError: a line is damaged; names file and line.
    """
    rules = f"{code} {matcher.fingerprint}"
    paths = archive.month_files(folder)
    versions = {path: inputs.version_of(path) for path in paths}  # before they are read
    places = {p: _place(kept, p) for p in paths if kept and _stands(_place(kept, p), p, rules)}
    fresh = [path for path in paths if path not in places]
    worth = sum(path.stat().st_size for path in fresh) > jobs.WORTH * 2_000

    def read(number: int) -> bytes:
        return _read(fresh[number], rules, matcher)

    def name(number: int) -> str:
        return fresh[number].name

    found = dict(
        zip(fresh, jobs.spread(read, len(fresh), workers if worth else 1, name), strict=True)
    )
    shelf = Shelf(matcher)
    for path in paths:
        data = found.get(path, b"")
        known = _kept.decode(data or places[path].read_bytes())
        inputs.hashed(path, versions[path], known.mark.partition(" ")[0])
        facts = _shared(known.facts)
        shelf.months.append(Month(path, facts, data, versions[path], known.met, shelf))
    return shelf if _are_apart(shelf) else _joined(folder, matcher)


def loose(entries: Iterable[Entry], matcher: Matcher) -> Shelf:
    """A shelf whose words are all at hand."""
    months = defaultdict[str, list[Entry]](list)
    for entry in entries:
        months[f"{entry.announced:%Y-%m}"].append(entry)
    shelf = Shelf(matcher)
    for name, found in sorted(months.items()):
        facts, met = _judged(found, matcher)
        shelf.months.append(Month(Path(name), facts, b"", (), met, shelf, found))
    return shelf


def _joined(folder: Path, matcher: Matcher) -> Shelf:
    """A git merge left a paper in two months: the next fetch will mend that."""
    return loose(archive.load(folder), matcher)


def _place(folder: Path, path: Path) -> Path:
    return folder / _NAME.format(path.stem)


def _stands(place: Path, path: Path, rules: str) -> bool:
    """Whether what is kept of a month is still so."""
    try:
        mark = _mark.decode(place.read_bytes())[0]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return mark == f"{inputs.hash_of(path)} {rules}"


def _read(path: Path, rules: str, matcher: Matcher) -> bytes:
    hash_ = inputs.hash_of(path)
    facts, met = _judged(archive.joined(archive.read_month(path)), matcher)
    return _encode(_Kept(f"{hash_} {rules}", facts, met))


def _judged(entries: Sequence[Entry], matcher: Matcher) -> tuple[list[Facts], list[bytes]]:
    facts, met = list[Facts](), list[bytes]()
    for entry in entries:
        verdict = matcher.verdict(entry)
        mark = blake2b(_encode((entry, verdict.themes, verdict.why)), digest_size=16).digest()
        facts.append(facts_of(entry, verdict.themes, mark))
        met.append(verdict.met)
    return facts, met


def _shared(facts: list[Facts]) -> list[Facts]:
    """The same, with one tuple for all papers of the same themes."""
    known = dict[tuple[str, ...], tuple[str, ...]]()
    for each in facts:
        msgspec.structs.force_setattr(each, "themes", known.setdefault(each.themes, each.themes))
    return facts


def _are_apart(shelf: Shelf) -> bool:
    """Whether no month has a paper that another has too."""
    owners = dict[str, Facts]()
    for month in shelf.months:
        for facts in month.facts:
            for key in (facts.id, *facts.aliases, f"doi:{facts.doi}" if facts.doi else facts.id):
                owner = owners.setdefault(key, facts)
                if owner is not facts and not _are_two(owner, facts):
                    return False
    return True


def _are_two(one: Facts, other: Facts) -> bool:
    """Whether two entries that share a DOI are different papers of arXiv's all the same."""
    return one.id != other.id and all(f.id.startswith("arxiv:") for f in (one, other))
