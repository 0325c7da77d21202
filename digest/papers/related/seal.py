"""What vouches for a search's folder: a hash of each file that makes it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from digest.files import files
from digest.output import kept

_NAME = "mark"


class Seal(msgspec.Struct, frozen=True, array_like=True):
    """What a folder's search has."""

    papers: bytes = b""  # a mark of the last papers taken
    hashes: Mapping[str, str] = {}  # of files, by name


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Seal).decode


def exists(folder: Path) -> bool:
    """Whether a folder has a seal, sound or not: its search was finished."""
    return os.path.lexists(folder / _NAME)


def read(folder: Path) -> Seal:
    """The seal of a folder's search.

    Raises:
        ValueError: there is none, or a file isn't as it was written.
    """
    found = kept.read(folder / _NAME, _decode)
    if not found:
        raise ValueError("it has no seal")
    for name, hash_ in found.hashes.items():
        if "/" in name or not kept.is_inside(name) or _hash(folder / name) != hash_:
            raise ValueError(f"{name} isn't as it was written")
    return found


def write(folder: Path, papers: bytes, known: Seal) -> Seal:
    """Vouch for a folder whose search has grown; but for lists, no file of it is written twice.

    Args:
        papers: a mark of the last papers taken.
        known: the seal before.
    """
    hashes = dict[str, str]()
    for path in folder.iterdir():
        if path.name != _NAME and path.suffix != ".lock":
            lasts = path.name in known.hashes and path.suffix != ".json"
            hashes[path.name] = known.hashes[path.name] if lasts else _hash(path)
    seal = Seal(papers, hashes)
    kept.write(folder / _NAME, _encode(seal))
    return seal


def remove(folder: Path) -> None:
    """Vouch for a folder no longer."""
    files.clear(folder / _NAME)


def _hash(path: Path) -> str:
    return sha256(kept.raw(path)).hexdigest()
