"""What the rules made of each month, so that a month that stays as it is costs nothing. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec

from digest.model import Entry, Match
from digest.themes import Matcher

FILE = ".digest-themes"  # beside the site
Matches = dict[str, tuple[Match, ...]]  # by the entry's id; entries without a theme left out


class _Month(msgspec.Struct, frozen=True):
    mark: str  # of its entries
    matches: Matches


class _Kept(msgspec.Struct, frozen=True):
    mark: str  # of rules and code
    months: dict[str, _Month]  # "2026-05"


def grouped(
    entries: Iterable[Entry], matcher: Matcher, code: str = "", kept: bytes = b""
) -> tuple[Matches, bytes]:
    """The themes of all entries, and what to keep for the next time.

    Args:
        code: changes whenever our own code does.
        kept: what the last time gave; anything else is passed over.
    """
    mark = f"{code} {matcher.fingerprint}"
    months = defaultdict[str, list[Entry]](list)
    for entry in entries:
        months[f"{entry.announced:%Y-%m}"].append(entry)
    known = _read(kept, mark)
    found = {month: _month(months[month], matcher, known.get(month)) for month in sorted(months)}
    matches = {name: each for month in found.values() for name, each in month.matches.items()}
    return matches, msgspec.msgpack.encode(_Kept(mark, found))


def _month(entries: Sequence[Entry], matcher: Matcher, known: _Month | None) -> _Month:
    mark = blake2b(msgspec.msgpack.encode(entries), digest_size=16).hexdigest()
    if known and known.mark == mark:
        return known
    matches = {entry.id: found for entry in entries if (found := matcher.matches(entry))}
    return _Month(mark, matches)


def _read(kept: bytes, mark: str) -> dict[str, _Month]:
    try:
        found = msgspec.msgpack.decode(kept, type=_Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found.months if found.mark == mark else {}
