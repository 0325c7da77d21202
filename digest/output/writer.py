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
from digest.output import kept, manifest, place
from digest.output.manifest import Basis, Manifest

_LOCK = f"{kept.OURS}lock"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did to the output folder, in files."""

    files: int
    changed: int
    removed: int
    anew: bool = False  # whether nothing that was there could be trusted


class OutputFile(msgspec.Struct, frozen=True):
    """A file to be, made only where it may differ from what is there."""

    path: str  # relative to the output folder, "/" between its parts
    mark: str  # the same mark, the same bytes
    make: Callable[[], bytes]

    @classmethod
    def of(cls, path: str, data: bytes) -> OutputFile:
        return cls(path, blake2b(data, digest_size=16).hexdigest(), lambda: data)


class FileGroup(msgspec.Struct, frozen=True):
    """Files that are made one after the other."""

    paths: Sequence[str]  # of all of them, in order
    files: Callable[[], Iterable[OutputFile]]
    mark: Callable[[], str] | None = None  # of all at once, 32 hex digits: the same, the same files


class Shard(msgspec.Struct, frozen=True):
    """Files that are made together, by one process."""

    parts: Sequence[FileGroup]

    @property
    def paths(self) -> Iterator[str]:
        """Of all files, in order."""
        return chain.from_iterable(part.paths for part in self.parts)


class ShardResult(NamedTuple):
    """What became of a shard."""

    changed: int  # files
    parts: list[manifest.ManifestPart]


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
    with a mark of each file, and is written last; while a build runs it says "in progress", and the
    build after one that was stopped trusts nothing of it but the names.

    Args:
        shards: all that the site has; a file whose mark the manifest knows is not made again.
        basis: noted in the manifest, for `manifest.standing`.
        full: trust nothing of what is there, but that it is ours.
        spread: puts every shard, given how to put the one of a number; gives what became of each,
            in order.

    Raises:
        OutputError: the folder holds files that are not ours, or can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_all(folder, shards, basis, full, spread)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror}") from error


def claim(folder: Path) -> None:
    """Find out whether a folder is ours to write to.

    Raises:
        OutputError: it holds files that digest did not write.
    """
    _check_ours(folder, manifest.exists(folder))


@contextmanager
def in_turn(folder: Path, wait: float = files_.WAIT) -> Iterator[None]:
    """Write to the folder as soon as no other build does, see `files.in_turn`.

    Raises:
        DigestError: another build was still at it after that time, or the folder can't be written.
    """
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(files_.in_turn(folder / _LOCK, str(folder), wait))
        except OSError as error:
            message = f"cannot write {error.filename or folder}: {error.strerror}"
            raise OutputError(message) from error
        yield


def _write_all(
    folder: Path, shards: Sequence[Shard], basis: Basis | None, full: bool, spread: Spread | None
) -> Written:
    known, paths = _read(folder), _each_once(shards)
    foreign = known.foreign
    if full or not known.complete:
        known = known.distrusted()
    # A build that is stopped must know its files again.
    new = (path for path in paths if path not in known.files)
    ours = f"{folder}/{manifest.MANIFEST}"
    files_.clear_unless_file(Path(ours))
    place.put(ours, manifest.running(known, new))
    put = partial(_put, folder, shards, known, dict(known.parts))
    done = list(spread(put) if spread else map(put, range(len(shards))))
    gone = known.files.keys() - paths
    real = folder.resolve()
    for path in gone:
        place.remove(real, path)
    place.put(ours, manifest.complete([part for each in done for part in each.parts], basis))
    changed = sum(each.changed for each in done)
    return Written(files=len(paths), changed=changed, removed=len(gone), anew=foreign)


def put(folder: Path, shards: Sequence[Shard], number: int) -> ShardResult:
    """Put one shard of a build that runs in another process.

    Raises:
        OutputError: it can't be written.
    """
    known = _read(folder)
    try:
        return _put(folder, shards, known, dict(known.parts), number)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror}") from error


def _put(
    folder: Path,
    shards: Sequence[Shard],
    known: Manifest,
    standing: Mapping[str, bytes],
    number: int,
) -> ShardResult:
    """Make the files of a shard that may differ from what is there.

    Args:
        standing: the lines of parts that are as they should be, by their marks.
    """
    changed, parts = 0, list[manifest.ManifestPart]()
    for part in shards[number].parts:
        mark = part.mark() if part.mark else manifest.UNMARKED
        lines = standing.get(mark) if part.mark else None
        if lines is None or not manifest.have(folder, part.paths):
            more, lines = _make(folder, part.files(), known.files)
            changed += more
        parts.append(manifest.ManifestPart(mark, lines))
    return ShardResult(changed, parts)


def _make(folder: Path, files: Iterable[OutputFile], known: Mapping[str, str]) -> tuple[int, bytes]:
    """How many of the files changed, and the lines of all."""
    changed, lines, ours = 0, list[bytes](), set[str]()
    for file in files:
        there = f"{folder}/{file.path}"
        if known.get(file.path) != file.mark or not os.path.isfile(there):  # noqa: PTH113
            place.check_way(str(folder), file.path, ours)
            changed += place.put(there, file.make(), is_new=file.path not in known)
        lines.append(manifest.line(file.path, file.mark))
    return changed, b"".join(lines)


def _read(folder: Path) -> Manifest:
    """What a folder's manifest says; nothing where the folder is empty."""
    known = manifest.read(folder)
    _check_ours(folder, known is not None)
    return known or Manifest({}, (), False)


def _check_ours(folder: Path, known: bool) -> None:
    """Whether a folder may be written to, given whether it has a manifest."""
    if known or not folder.is_dir():
        return
    if any(not file.name.startswith(kept.OURS) for file in folder.iterdir()):
        message = f"{folder} holds files that digest did not write; name another folder (--out)"
        raise OutputError(message)


def _each_once(shards: Iterable[Shard]) -> set[str]:
    found = set[str]()
    for shard in shards:
        for path in shard.paths:
            if path in found:
                raise OutputError(f"two pages want the same place: {path}")
            if not kept.is_inside(path):
                raise OutputError(f"no file of a site can be called {path!r}")
            found.add(path)
    return found
