"""The store: all that is kept beside a site for the next build, and the only place that names it.

Nothing in it is trusted: each file begins with a hash of the rest, and what isn't as it was written
is made anew. Hosts don't publish these files, since their names begin with a dot.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from digest.files import files

OURS = ".digest-"  # all names in a store begin so
LOCK = f"{OURS}lock"  # of a folder that one program at a time may write to
MANIFEST = f"{OURS}manifest"  # see the module of that name
_MONTH, _RELATED = f"{OURS}month-", f"{OURS}related-"
_SEARCH, _NOTIFIED = f"{OURS}search", f"{OURS}notified"

_HEAD = b"digest keeps 1 "  # the format's version; then a hash of the rest, 32 hex digits
_SEAL = "seal"  # a file of a folder that is kept
_MOST = 1 << 30  # bytes of a file: more than a site of ten million papers keeps in one
_Value = TypeVar("_Value")
_log = logging.getLogger(__name__)


class KeptFile(msgspec.Struct, frozen=True):
    """A file that is checked when it is read."""

    path: Path

    def exists(self) -> bool:
        """Whether anything stands there, sound or not."""
        return os.path.lexists(self.path)

    def read(self, decode: Callable[[bytes], _Value]) -> _Value | None:
        """What was kept; None where there is nothing, or a damaged file, of which a warning tells.

        Args:
            decode: gives the value; raises ValueError or msgspec's own error where there is none.
        """
        if not self.exists():
            return None
        data = unsealed(read_raw(self.path))
        try:
            if data is not None:
                return decode(data)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            pass
        warn_of_damage(self.path)
        return None

    def write(self, data: bytes) -> None:
        """Keep these bytes, whatever stands in their place.

        Raises:
            DigestError: they can't be written.
        """
        # All names like these are ours.
        for path in (self.path, self.path.with_name(f"{self.path.name}.new")):
            files.clear_unless_file(path)
        files.replace(self.path, sealed(data))

    def remove(self) -> None:
        """Keep nothing there any longer."""
        files.clear(self.path)


class Store(msgspec.Struct, frozen=True):
    """What is kept in the folder of a site."""

    folder: Path

    @property
    def manifest(self) -> KeptFile:
        """The files of the site with their fingerprints."""
        return KeptFile(self.folder / MANIFEST)

    @property
    def notified(self) -> KeptFile:
        """The feeds that the hub was told of."""
        return KeptFile(self.folder / _NOTIFIED)

    @property
    def search(self) -> Path:
        """The folder of the search for similar papers."""
        return self.folder / _SEARCH

    @property
    def search_lock(self) -> Path:
        return self.folder / f"{_SEARCH}.lock"

    @property
    def lock(self) -> Path:
        """Held while a build writes."""
        return self.folder / LOCK

    def month(self, name: str) -> KeptFile:
        """What the rules made of a month of the archive, such as "2026-05"."""
        return KeptFile(self.folder / f"{_MONTH}{name}")

    def related(self, name: str) -> KeptFile:
        """The papers related to those of a month."""
        return KeptFile(self.folder / f"{_RELATED}{name}")

    def keep_months(self, names: Iterable[str]) -> None:
        """Remove what the rules made of all other months."""
        kept = {self.month(name).path for name in names}
        for path in set(self.folder.glob(f"{_MONTH}*")) - kept:
            files.clear(path)


def warn_of_damage(path: Path) -> None:
    """Say that what was kept there is of no use."""
    _log.warning("%s was damaged, or kept by another version; it is made anew", path)


def sealed(data: bytes) -> bytes:
    """The data as it stands in a file, behind its hash."""
    return b"%s%s\n%s" % (_HEAD, _hash(data), data)


def unsealed(raw: bytes) -> bytes | None:
    """The data of a file that has these bytes; None where they aren't as they were written."""
    head, _, data = raw.partition(b"\n")
    return data if head == _HEAD + _hash(data) else None


def read_raw(path: Path, most: int = _MOST) -> bytes:
    """The bytes of a file, whoever wrote them; none of what isn't a file, can't be read, or has
    more than `most`. Follows no link, and waits for no pipe.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return b""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        os.close(handle)
        return b""
    with open(handle, "rb") as file:  # noqa: PTH123
        try:
            return file.read(most)
        except OSError:
            return b""


def _hash(data: bytes) -> bytes:
    return sha256(data).hexdigest()[:32].encode()


class FolderSeal(msgspec.Struct, frozen=True, array_like=True):
    """What vouches for a folder of files that a library writes: a hash of each."""

    fingerprint: bytes = b""  # of what the files hold, as their writer says
    hashes: Mapping[str, str] = {}  # of files, by name

    @classmethod
    def read(cls, folder: Path) -> FolderSeal:
        """The seal of a folder.

        Raises:
            ValueError: there is none, or a file isn't as it was written.
        """
        seal = _seal(folder).read(msgspec.msgpack.Decoder(cls).decode)
        if not seal:
            raise ValueError("it has no seal")
        for name, hash_ in seal.hashes.items():
            if re.search(r"^\.{0,2}$|[/\\:\0]", name) or _file_hash(folder / name) != hash_:
                raise ValueError(f"{name} isn't as it was written")
        return seal

    def written(self, folder: Path, fingerprint: bytes) -> FolderSeal:
        """A new seal of a folder that grew since this one; but for lists (.json), no file of it is
        written twice.
        """
        hashes = dict[str, str]()
        for path in folder.iterdir():
            if path.name != _SEAL and path.suffix != ".lock":
                lasts = path.name in self.hashes and path.suffix != ".json"
                hashes[path.name] = self.hashes[path.name] if lasts else _file_hash(path)
        seal = FolderSeal(fingerprint, hashes)
        _seal(folder).write(msgspec.msgpack.encode(seal))
        return seal


def is_sealed(folder: Path) -> bool:
    """Whether a folder has a seal, sound or not: whoever wrote to it came to an end."""
    return _seal(folder).exists()


def unseal(folder: Path) -> None:
    """Vouch for a folder no longer, before it is written to."""
    _seal(folder).remove()


def _seal(folder: Path) -> KeptFile:
    return KeptFile(folder / _SEAL)


def _file_hash(path: Path) -> str:
    return sha256(read_raw(path)).hexdigest()
