"""Write the finished site: only what changed, file by file, and drop what is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from digest.errors import OutputError
from digest.files import files as files_
from digest.output import manifest, place
from digest.output.manifest import Basis, Manifest, ManifestPart
from digest.output.store import OURS, Store


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did to the output folder, in files."""

    files: int
    changed: int
    removed: int
    anew: bool = False  # whether nothing that was there could be trusted


class OutputFile(msgspec.Struct, frozen=True):
    """A file to be, made only where it may differ from what is there."""

    path: str  # relative to the output folder, "/" between its parts
    fingerprint: str  # 32 hex digits: the same ones, the same bytes
    make: Callable[[], bytes]

    @classmethod
    def of(cls, path: str, data: bytes) -> OutputFile:
        """A file whose bytes are at hand."""
        return cls(path, blake2b(data, digest_size=16).hexdigest(), lambda: data)


class FileGroup(msgspec.Struct, frozen=True):
    """Files that are made one after the other."""

    paths: Sequence[str]  # of all of them, in order
    files: Callable[[], Iterable[OutputFile]]
    fingerprint: Callable[[], str] | None = None  # of all at once: the same, the same files


class Shard(msgspec.Struct, frozen=True):
    """Files that are made together, by one process."""

    groups: Sequence[FileGroup]

    @property
    def paths(self) -> Iterator[str]:
        """Of all files, in order."""
        return chain.from_iterable(group.paths for group in self.groups)


class ShardResult(NamedTuple):
    """What became of a shard."""

    changed: int  # files
    parts: list[ManifestPart]


Spread = Callable[[Callable[[int], ShardResult]], Iterable[ShardResult]]


def write(
    folder: Path,
    shards: Sequence[Shard],
    basis: Basis | None = None,
    *,
    full: bool = False,
    spread: Spread | None = None,
) -> Written:
    """Make `folder` hold just these files.

    Each is replaced by rename, so none is ever served cut in half. The manifest says what is ours,
    with a fingerprint of each file, and is written last; while a build runs it says "in progress",
    and the build after one that was stopped trusts nothing of it but the names.

    Args:
        shards: all that the site has; a file whose fingerprint the manifest knows is not made
            again.
        basis: noted in the manifest, for `manifest.standing`.
        full: trust nothing of what is there, but that it is ours.
        spread: puts every shard, given how to put the one of a number; gives what became of each,
            in order.

    Raises:
        OutputError: the folder holds files that are not ours, or can't be written.
    """
    with _failing_at(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return _write_all(folder, shards, basis, full, spread)


def claim(folder: Path) -> None:
    """Check that a folder is ours to write to.

    Raises:
        OutputError: it holds files that digest did not write.
    """
    if Store(folder).manifest.exists() or not folder.is_dir():
        return
    if any(not file.name.startswith(OURS) for file in folder.iterdir()):
        message = f"{folder} holds files that digest did not write; name another folder (--out)"
        raise OutputError(message)


@contextmanager
def in_turn(folder: Path, wait: float = files_.WAIT) -> Iterator[None]:
    """Write to the folder as soon as no other build does, see `files.in_turn`.

    Raises:
        DigestError: another build was still at it after that time, or the folder can't be written.
    """
    with ExitStack() as stack:
        with _failing_at(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(files_.in_turn(Store(folder).lock, str(folder), wait))
        yield


def _write_all(
    folder: Path, shards: Sequence[Shard], basis: Basis | None, full: bool, spread: Spread | None
) -> Written:
    known, paths = _read(folder), _checked_paths(shards)
    foreign = known.foreign
    if full or not known.complete:
        known = known.distrusted()
    # A build that is stopped must know its files again.
    new = (path for path in paths if path not in known.files)
    kept = Store(folder).manifest
    kept.write(manifest.running(known, new))
    put_one = partial(_put, folder, shards, known, dict(known.parts))
    results = list(spread(put_one) if spread else map(put_one, range(len(shards))))
    gone = known.files.keys() - paths
    real = folder.resolve()
    for path in gone:
        place.remove(real, path)
    parts = [part for result in results for part in result.parts]
    kept.write(manifest.complete(parts, basis))
    changed = sum(result.changed for result in results)
    return Written(files=len(paths), changed=changed, removed=len(gone), anew=foreign)


def put(folder: Path, shards: Sequence[Shard], numbers: Iterable[int]) -> list[ShardResult]:
    """Put some shards of a build that runs in another process.

    Raises:
        OutputError: one can't be written.
    """
    known = _read(folder)
    standing = dict(known.parts)
    with _failing_at(folder):
        return [_put(folder, shards, known, standing, number) for number in numbers]


def _put(
    folder: Path,
    shards: Sequence[Shard],
    known: Manifest,
    standing: Mapping[str, bytes],
    number: int,
) -> ShardResult:
    """Make the files of a shard that may differ from what is there.

    Args:
        standing: the lines of parts that are as they should be, by their fingerprints.
    """
    changed, parts = 0, list[ManifestPart]()
    for group in shards[number].groups:
        fingerprint = group.fingerprint() if group.fingerprint else manifest.UNKNOWN
        lines = standing.get(fingerprint) if group.fingerprint else None
        if lines is None or not manifest.have(folder, group.paths):
            more, lines = _make(folder, group.files(), known.files)
            changed += more
        parts.append(ManifestPart(fingerprint, lines))
    return ShardResult(changed, parts)


def _make(folder: Path, files: Iterable[OutputFile], known: Mapping[str, str]) -> tuple[int, bytes]:
    """How many of the files changed, and the manifest's lines of all."""
    changed, lines, folders = 0, list[bytes](), set[str]()
    for file in files:
        target = f"{folder}/{file.path}"
        if known.get(file.path) != file.fingerprint or not os.path.isfile(target):  # noqa: PTH113
            place.check_way(str(folder), file.path, folders)
            changed += place.put(target, file.make(), is_new=file.path not in known)
        lines.append(manifest.line(file.path, file.fingerprint))
    return changed, b"".join(lines)


def _read(folder: Path) -> Manifest:
    """What a folder's manifest says; nothing where the folder is empty."""
    claim(folder)
    return manifest.read(Store(folder).manifest) or Manifest({}, (), False)


def _checked_paths(shards: Iterable[Shard]) -> set[str]:
    """The paths of all files, none of them twice and none outside of the site."""
    paths = set[str]()
    for path in chain.from_iterable(shard.paths for shard in shards):
        if path in paths:
            raise OutputError(f"two pages want the same place: {path}")
        if not place.is_inside(path):
            raise OutputError(f"no file of a site can be called {path!r}")
        paths.add(path)
    return paths


@contextmanager
def _failing_at(folder: Path) -> Iterator[None]:
    """Say which file could not be written, of this folder at least."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror}") from error
