"""Write the finished site: only what changed, file by file, and drop what is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from digest import manifest
from digest.errors import OutputError
from digest.files import in_turn
from digest.manifest import Basis, Manifest

_OURS = ".digest-"  # what stands beside the site begins so


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did to the output folder, in files."""

    files: int
    changed: int
    removed: int
    anew: bool = False  # whether another version of digest wrote what was there


class File(msgspec.Struct, frozen=True):
    """A file to be, made only where it may differ from what is there."""

    path: str  # relative to the output folder, "/" between its parts
    mark: str  # the same mark, the same bytes
    make: Callable[[], bytes]

    @classmethod
    def of(cls, path: str, data: bytes) -> File:
        return cls(path, blake2b(data, digest_size=16).hexdigest(), lambda: data)


class Part(msgspec.Struct, frozen=True):
    """Files that are made one after the other."""

    paths: Sequence[str]  # of all of them, in order
    files: Callable[[], Iterable[File]]
    mark: Callable[[], str] | None = None  # of all at once, 32 hex digits: the same, the same files


class Shard(msgspec.Struct, frozen=True):
    """Files that are made together, by one process."""

    parts: Sequence[Part]

    @property
    def paths(self) -> Iterator[str]:
        """Of all files, in order."""
        return chain.from_iterable(part.paths for part in self.parts)


class Put(NamedTuple):
    """What became of a shard."""

    changed: int  # files
    parts: list[manifest.Part]


Spread = Callable[[Callable[[int], Put]], Iterable[Put]]


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
        with in_turn(folder):
            return _write_all(folder, shards, basis, full, spread)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror}") from error


def claim(folder: Path) -> None:
    """Find out whether a folder is ours to write to.

    Raises:
        OutputError: it holds files that digest did not write.
    """
    _check_ours(folder, manifest.exists(folder))


def kept(folder: Path, name: str) -> bytes:
    """What `keep` put beside the site; nothing where it can't be read."""
    try:
        return (folder / name).read_bytes()
    except OSError:
        return b""


def keep(folder: Path, name: str, data: bytes) -> None:
    """Put what helps the next build beside the site, under a name that hosts don't publish.

    Raises:
        OutputError: it can't be written.
    """
    try:
        with in_turn(folder):
            _replace(f"{folder}/{name}", data)
    except OSError as error:
        raise OutputError(f"cannot write {folder / name}: {error.strerror}") from error


def _write_all(
    folder: Path, shards: Sequence[Shard], basis: Basis | None, full: bool, spread: Spread | None
) -> Written:
    known, paths = _read(folder), _each_once(shards)
    foreign = known.foreign
    if full or not known.complete:
        known = known.distrusted()
    # A build that is stopped must know its files again.
    new = (path for path in paths if path not in known.files)
    place = f"{folder}/{manifest.MANIFEST}"
    _replace(place, manifest.running(known, new))
    put = partial(_put, folder, shards, known, dict(known.parts))
    done = list(spread(put) if spread else map(put, range(len(shards))))
    gone = known.files.keys() - paths
    for path in gone:
        _remove(folder, path)
    _replace(place, manifest.complete([part for each in done for part in each.parts], basis))
    changed = sum(each.changed for each in done)
    return Written(files=len(paths), changed=changed, removed=len(gone), anew=foreign)


def put(folder: Path, shards: Sequence[Shard], number: int) -> Put:
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
) -> Put:
    """Make the files of a shard that may differ from what is there.

    Args:
        standing: the lines of parts that are as they should be, by their marks.
    """
    changed, parts = 0, list[manifest.Part]()
    for part in shards[number].parts:
        mark = part.mark() if part.mark else manifest.UNMARKED
        lines = standing.get(mark) if part.mark else None
        if lines is None or not manifest.have(folder, part.paths):
            more, lines = _make(folder, part.files(), known.files)
            changed += more
        parts.append(manifest.Part(mark, lines))
    return Put(changed, parts)


def _make(folder: Path, files: Iterable[File], known: Mapping[str, str]) -> tuple[int, bytes]:
    """How many of the files changed, and the lines of all."""
    changed, lines = 0, list[bytes]()
    for file in files:
        there = f"{folder}/{file.path}"
        if known.get(file.path) != file.mark or not os.path.isfile(there):  # noqa: PTH113
            changed += _replace(there, file.make(), is_new=file.path not in known)
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
    if any(not file.name.startswith(_OURS) for file in folder.iterdir()):
        message = f"{folder} holds files that digest did not write; name another folder (--out)"
        raise OutputError(message)


def _each_once(shards: Iterable[Shard]) -> set[str]:
    found = set[str]()
    for shard in shards:
        for path in shard.paths:
            if path in found:
                raise OutputError(f"two pages want the same place: {path}")
            found.add(path)
    return found


def _replace(target: str, data: bytes, is_new: bool = False) -> bool:
    """Write by rename; False where the file already said just that.

    Strings, since a path object takes longer to make than a small file to write.
    """
    folder, _, name = target.rpartition("/")
    fresh = f"{folder}/.{name}.new"
    if not is_new and _says(target, data):
        return False
    descriptor = _opened(fresh, folder, is_new)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    finally:
        os.close(descriptor)
    os.rename(fresh, target)  # noqa: PTH104
    return True


def _says(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read() == data
    except FileNotFoundError:
        return False


def _opened(path: str, folder: str, is_new: bool) -> int:
    """A new file's folder is mostly new as well, as each page has one: so it is made first."""
    how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    if is_new:
        try:  # noqa: SIM105 (faster)
            os.mkdir(folder)  # noqa: PTH102
        except OSError:  # it is there, or its parent isn't
            pass
    try:
        return os.open(path, how, 0o666)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        return os.open(path, how, 0o666)


def _remove(folder: Path, path: str) -> None:
    target = folder / path
    target.unlink(missing_ok=True)
    for parent in target.relative_to(folder).parents:
        try:
            (folder / parent).rmdir()
        except OSError:  # others are in it
            return
