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

_FILE = "marks.jsonl"  # its name in all archives
_log = logging.getLogger(__name__)


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What spares us asking again; all of it may be lost."""

    validators: Mapping[str, Validator] = msgspec.field(default_factory=dict)  # by address
    resume: Mapping[str, str] = msgspec.field(default_factory=dict)  # where a harvest goes on
    gaps: Mapping[str, Gap] = msgspec.field(default_factory=dict)  # left of a source's backfill


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A validator of the answer of `url`, or where the harvest or backfill of `source` goes on."""

    url: str = ""
    etag: str = ""
    modified: str = ""
    vouched: str = ""
    source: str = ""
    resume: str = ""
    gap: Gap | None = None


_decoder = msgspec.json.Decoder(_Line)


def load(folder: Path) -> Validators:
    """What is kept beside the ledger.

    Lines that are lost or damaged, or that a git merge left in two versions, count as none: we ask
    anew.
    """
    path = folder / _FILE
    lines = set[_Line]()
    for number, raw in enumerate(path.read_bytes().split(b"\n") if path.is_file() else (), 1):
        try:
            if raw:
                lines.add(_decoder.decode(raw))
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.warning("%s:%d: damaged line, passed over", path, number)
    counts = Counter((line.url, line.source) for line in lines)
    sure = [line for line in lines if counts[line.url, line.source] == 1]
    return Validators(
        validators={
            line.url: Validator(etag=line.etag, modified=line.modified, vouched=line.vouched)
            for line in sure
            if line.url
        },
        resume={line.source: line.resume for line in sure if line.resume},
        gaps={line.source: line.gap for line in sure if line.source and line.gap},
    )


def save(folder: Path, kept: Validators) -> None:
    """Keep them; to be called when the entries they vouch for are safe."""
    lines = [
        _Line(url=url, etag=answer.etag, modified=answer.modified, vouched=answer.vouched)
        for url, answer in kept.validators.items()
    ]
    lines += [
        _Line(source=source, resume=kept.resume.get(source, ""), gap=kept.gaps.get(source))
        for source in {*kept.resume, *kept.gaps}
    ]
    encoded = sorted(msgspec.json.encode(line) + b"\n" for line in lines)
    files.replace(folder / _FILE, b"".join(encoded))


def after(kept: Validators, results: Iterable[SourceResult]) -> Validators:
    """What is to be kept after what was fetched."""
    validators, resume, gaps = dict(kept.validators), dict(kept.resume), dict(kept.gaps)
    for result in results:
        validators |= result.validators
        if result.resume:
            resume[result.source] = result.resume
        gaps.pop(result.source, None)
        if result.gap:
            gaps[result.source] = result.gap
    return Validators(validators=validators, resume=resume, gaps=gaps)
