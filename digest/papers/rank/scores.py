"""What papers were scored when they were new: content/rank/YYYY-MM.jsonl, a paper a line.

A line never changes, so that closed days keep their order. Git merges the files by union; of two
lines of one paper the earlier one counts.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from digest.archive import committed
from digest.errors import ArchiveError
from digest.files import files
from digest.model import Entry, Moment, Site
from digest.papers.rank.score import Reason, Reasons, Score, points, reasons

FOLDER, MODEL = committed.SCORES, committed.RANKING
_log = logging.getLogger(__name__)


class PaperScore(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A paper's score, and its reasons as people read them; weights are in hundredths."""

    id: str
    score: int  # what `why` and `rest` add up to
    why: tuple[tuple[str, int], ...] = ()  # the weightiest reasons, each with its weight
    others: int = 0  # how many reasons are not among them
    rest: int = 0  # what those add
    scored: Moment  # UTC
    again: int = 0  # how often it was scored anew on purpose
    feeds: tuple[str, ...] = ()  # ids of the feeds of the best that it entered

    @property
    def reasons(self) -> Reasons:
        """What readers are shown of it."""
        return Reasons(tuple(Reason(*reason) for reason in self.why), self.others, self.rest)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The weightiest reasons as pages write them: "speculative decoding", "+2.1"."""
        return [(label, points(weight)) for label, weight in self.why]

    @property
    def rest_points(self) -> str:
        return points(self.rest)


class ScoreLine(PaperScore, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The same with every term, as it is written."""

    terms: tuple[tuple[str, int], ...] = ()  # add up to the score


Scores = Mapping[str, PaperScore]
NO_SCORES: Scores = MappingProxyType({})
_Line = TypeVar("_Line", bound=PaperScore)
_shown, _whole = msgspec.json.Decoder(PaperScore), msgspec.json.Decoder(ScoreLine)


def line_of(
    entry: Entry, found: Score, scored: Moment, *, again: int = 0, feeds: tuple[str, ...] = ()
) -> ScoreLine:
    """The line of a paper.

    Args:
        found: what the model says of it.
        scored: the time of the fetch.
        again: how often it was scored anew on purpose.
        feeds: ids of the feeds of the best that it enters.
    """
    told = reasons(found)
    return ScoreLine(
        id=entry.id,
        score=found.total,
        why=tuple((reason.label, reason.weight) for reason in told.shown),
        others=told.others,
        rest=told.rest,
        scored=scored,
        again=again,
        feeds=feeds,
        terms=tuple((part.term, part.weight) for part in found.parts),
    )


def load(folder: Path) -> dict[str, PaperScore]:
    """What is kept of all papers, by id. A damaged line is left out, and said in the log."""
    return _by_id(line for path in _months(folder) for line in _read(path, _shown))


def of_site(root: Path, site: Site) -> Scores:
    """What is kept of all papers of a site, if it ranks them."""
    return load(root / FOLDER) if site.rank else NO_SCORES


def load_month(path: Path) -> dict[str, ScoreLine]:
    """What is kept in one month's file, with every term, by id."""
    return _by_id(_read(path, _whole)) if path.is_file() else {}


def load_terms(folder: Path, names: Iterable[str]) -> ScoreLine | None:
    """What is kept of the paper of these ids, with every term."""
    wanted = set(names)
    lines = (line for path in _months(folder) for line in _read(path, _whole))
    return next(iter(_by_id(line for line in lines if line.id in wanted).values()), None)


def faults(folder: Path) -> Iterator[ArchiveError]:
    """The damaged lines, by file and line."""
    for path in _months(folder):
        for line in _decoded(path, _shown):
            if isinstance(line, ArchiveError):
                yield line


def month_of(entry: Entry) -> str:
    """The file that has the line of a paper."""
    return f"{entry.announced:%Y-%m}.jsonl"


def add(folder: Path, lines: Mapping[str, Iterable[ScoreLine]]) -> list[Path]:
    """Add lines to months, by the names of their files; gives the files that changed.

    Other lines stay as they are, those of papers that are scored anew aside.

    Raises:
        DigestError: a file can't be read or written.
    """
    changed = []
    for name, fresh in sorted(lines.items()):
        new, path = {line.id: line for line in fresh}, folder / name
        before = files.read(path) if path.is_file() else b""
        kept = [raw for raw in before.split(b"\n") if raw.strip() and _id_of(raw) not in new]
        data = [(_id_of(raw), raw) for raw in kept]
        data += [(line.id, msgspec.json.encode(line)) for line in new.values()]
        files.replace(path, b"".join(raw + b"\n" for _, raw in sorted(data)))
        changed.append(path)
    return changed


def _id_of(raw: bytes) -> str:
    """The id of a line; empty where it is damaged."""
    try:
        return _shown.decode(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _months(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9]*-[0-9]*.jsonl") if path.is_file())


def _read(path: Path, decoder: msgspec.json.Decoder[_Line]) -> Iterator[_Line]:
    try:
        yield from decoder.decode_lines(files.read(path))
    except (msgspec.DecodeError, UnicodeDecodeError):
        for line in _decoded(path, decoder):
            if isinstance(line, ArchiveError):
                _log.warning("%s", line)
            else:
                yield line


def _decoded(path: Path, decoder: msgspec.json.Decoder[_Line]) -> Iterator[_Line | ArchiveError]:
    for number, raw in enumerate(files.read(path).split(b"\n"), 1):
        try:
            if raw.strip():
                yield decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = "its paper counts as not scored; restore it from git, or remove it"
            yield ArchiveError(f"damaged line ({error}); {remedy}", path, number)


def _by_id(lines: Iterable[_Line]) -> dict[str, _Line]:
    """One line a paper: what was scored anew on purpose, else the earlier one."""
    found = defaultdict[str, list[_Line]](list)
    for line in lines:
        found[line.id].append(line)
    return {name: min(same, key=_precedence) for name, same in found.items()}


def _precedence(line: PaperScore) -> tuple[int, Moment, bytes]:
    return -line.again, line.scored, msgspec.json.encode(line)
