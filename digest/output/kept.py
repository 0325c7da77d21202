"""Files kept beside the site for the next build. None is trusted: what isn't as it was written is
made anew.

Hosts don't publish them, since their names begin with a dot.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from digest.files import files

OURS = ".digest-"  # their names begin so
_HEAD = b"digest keeps 1 "  # the format's version; then a hash of the rest, 32 hex digits
_MOST = 1 << 30  # bytes of a file: more than a site of ten million papers keeps in one
_OUTSIDE = re.compile(r"(^|/)(\.{0,2}|\.git)(/|$)|[\0-\x1f\x7f\ud800-\udfff]", re.IGNORECASE)
_Value = TypeVar("_Value")
_log = logging.getLogger(__name__)


def read(path: Path, decode: Callable[[bytes], _Value]) -> _Value | None:
    """What was kept in a file; None where there is none, or, which is said, a damaged one.

    Args:
        decode: gives the value; raises ValueError or msgspec's own error where there is none.
    """
    if not os.path.lexists(path):
        return None
    data = checked(raw(path))
    try:
        if data is not None:
            return decode(data)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        pass
    say_damaged(path)
    return None


def say_damaged(path: Path) -> None:
    """Say that what was kept there is of no use."""
    _log.warning("%s was damaged, or kept by another version; it is made anew", path)


def write(path: Path, data: bytes) -> None:
    """Keep a file, whatever stands in its place.

    Raises:
        DigestError: it can't be written.
    """
    for place in (path, path.with_name(f"{path.name}.new")):  # all names like these are ours
        files.clear_unless_file(place)
    files.replace(path, sealed(data))


def sealed(data: bytes) -> bytes:
    """As it stands in a file."""
    return b"%s%s\n%s" % (_HEAD, _hash(data), data)


def checked(said: bytes) -> bytes | None:
    """What was kept in a file that has these bytes; None where they aren't as they were written."""
    head, _, data = said.partition(b"\n")
    return data if head == _HEAD + _hash(data) else None


def raw(path: Path, most: int = _MOST) -> bytes:
    """The bytes of a file, whoever wrote them; none of what isn't a file, can't be read, or has
    more than `most`. Follows no link, and waits for no pipe.
    """
    how = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, how | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return b""
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size > most:
        os.close(handle)
        return b""
    with open(handle, "rb") as file:  # noqa: PTH123
        try:
            return file.read(most)
        except OSError:
            return b""


def is_inside(path: str) -> bool:
    """Whether a path, "/" between its parts, may be that of a file of the site: in its folder, not
    git's, and none of those that are kept beside it.
    """
    if os.name == "nt" and re.search(r"[\\:]", path):
        return False
    return not _OUTSIDE.search(path) and not path.startswith(OURS)


def _hash(data: bytes) -> bytes:
    return sha256(data).hexdigest()[:32].encode()
