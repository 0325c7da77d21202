"""What spares us asking again: validators of answers, and where long harvests and backfills go on.

Kept a line each, so that git merges the file line by line as it does the ledger.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from digest.files import files
from digest.model import Gap, SourceResult, Validator

_FILE = "marks.jsonl"
_log = logging.getLogger(__name__)


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What spares us asking again; all of it may be lost."""

    validators: Mapping[str, Validator] = msgspec.field(default_factory=dict)  # by address
    resume: Mapping[str, str] = msgspec.field(default_factory=dict)  # where a harvest goes on
    gaps: Mapping[str, Gap] = msgspec.field(default_factory=dict)  # left of a source's backfill


class _Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the file of marks: a validator of `url`, or where `source` goes on."""

    url: str = ""
    etag: str = ""
    modified: str = ""
    vouched: str = ""
    source: str = ""
    resume: str = ""
    gap: Gap | None = None


_decoder = msgspec.json.Decoder(_Mark)


def load(folder: Path) -> Validators:
    """The marks kept beside the ledger.

    Those that are lost or damaged, or that a git merge left in two versions, are none: we ask anew.
    """
    path = folder / _FILE
    found = set[_Mark]()
    for number, raw in enumerate(path.read_bytes().split(b"\n") if path.is_file() else (), 1):
        try:
            if raw:
                found.add(_decoder.decode(raw))
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.warning("%s:%d: damaged line, passed over", path, number)
    counts = Counter((mark.url, mark.source) for mark in found)
    kept = [mark for mark in found if counts[mark.url, mark.source] == 1]
    return Validators(
        validators={
            mark.url: Validator(etag=mark.etag, modified=mark.modified, vouched=mark.vouched)
            for mark in kept
            if mark.url
        },
        resume={mark.source: mark.resume for mark in kept if mark.resume},
        gaps={mark.source: mark.gap for mark in kept if mark.source and mark.gap},
    )


def save(folder: Path, marks: Validators) -> None:
    """Keep them; to be called when the entries they vouch for are safe."""
    found = [
        _Mark(url=url, etag=mark.etag, modified=mark.modified, vouched=mark.vouched)
        for url, mark in marks.validators.items()
    ]
    found += [
        _Mark(source=source, resume=marks.resume.get(source, ""), gap=marks.gaps.get(source))
        for source in {*marks.resume, *marks.gaps}
    ]
    lines = sorted(msgspec.json.encode(mark) + b"\n" for mark in found)
    files.replace(folder / _FILE, b"".join(lines))


def marked(marks: Validators, fetched: Iterable[SourceResult]) -> Validators:
    """The marks as they are after what was fetched."""
    validators, resume, gaps = dict(marks.validators), dict(marks.resume), dict(marks.gaps)
    for found in fetched:
        validators |= found.validators
        if found.resume:
            resume[found.source] = found.resume
        gaps.pop(found.source, None)
        if found.gap:
            gaps[found.source] = found.gap
    return Validators(validators=validators, resume=resume, gaps=gaps)
