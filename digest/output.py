"""Write the finished site: only what changed, file by file, and drop what is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from digest.errors import OutputError
from digest.files import in_turn

_OURS = ".digest-"  # what stands beside the site begins so
MANIFEST = f"{_OURS}manifest"
_COMPLETE, _RUNNING = "digest manifest 2: complete", "digest manifest 2: in progress"


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


class Shard(msgspec.Struct, frozen=True):
    """Files that are made together, by one process."""

    paths: Sequence[str]  # of all of them, in order
    files: Callable[[], Iterable[File]]


class Put(NamedTuple):
    """What became of a shard."""

    changed: int  # files
    marks: bytes  # its lines of the manifest


Spread = Callable[[Callable[[int], Put]], Iterable[Put]]


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished site was built from, and for how long that holds."""

    inputs: str  # see inputs.fingerprint; empty where nobody took it
    begin: datetime  # UTC: from here on ...
    end: datetime  # ... to here the same inputs make the same site
    papers: int


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
        basis: noted in the manifest, for `standing`.
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
    _read_manifest(folder)


def standing(folder: Path, inputs: str, now: datetime) -> tuple[Basis, int] | None:
    """What the folder's site was built from, and how many files it has, if it stands as it should:
    its last build came to its end, had these inputs, and no file was removed since.
    """
    try:
        with (folder / MANIFEST).open(encoding="utf-8") as manifest:
            header, basis, *lines = manifest.read().split("\n")
    except (OSError, ValueError):
        return None
    known = _read_basis(basis) if header == _COMPLETE else None
    if not known or known.inputs != inputs or not known.begin <= now < known.end:
        return None
    paths = [line.partition(" ")[2] for line in lines if line]
    whole = all(os.path.isfile(f"{folder}/{path}") for path in paths)  # noqa: PTH113 (faster)
    return (known, len(paths)) if whole else None


def unfinished(folder: Path) -> bool:
    """Whether a build of `folder` was stopped, or runs at this moment."""
    try:
        with (folder / MANIFEST).open("rb") as manifest:
            return manifest.readline() == _RUNNING.encode() + b"\n"
    except FileNotFoundError:
        return False


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
    known, complete, foreign = _read_manifest(folder)
    paths = _each_once(shards)
    trusted = known if complete and not full else {}
    # A build that is stopped must know its files again; nobody trusts marks beside this header, but
    # those who put shards of the build that wrote it.
    lines = (_line(path, trusted.get(path, "-")) for path in known.keys() | paths)
    _write_manifest(folder, _RUNNING, lines)
    put = partial(_put, folder, shards, trusted, known.keys())
    done = list(spread(put) if spread else map(put, range(len(shards))))
    gone = known.keys() - paths
    for path in gone:
        _remove(folder, path)
    _write_manifest(folder, _COMPLETE, (each.marks for each in done), basis)
    changed = sum(each.changed for each in done)
    return Written(files=len(paths), changed=changed, removed=len(gone), anew=foreign)


def put(folder: Path, shards: Sequence[Shard], number: int) -> Put:
    """Put one shard of a build that runs in another process.

    Raises:
        OutputError: it can't be written.
    """
    known = _read_manifest(folder).files
    try:
        return _put(folder, shards, known, known.keys(), number)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror}") from error


def _put(
    folder: Path,
    shards: Sequence[Shard],
    trusted: Mapping[str, str],
    known: Collection[str],
    number: int,
) -> Put:
    """Make the files of a shard that may differ from what is there.

    Args:
        trusted: marks of files that are as they should be.
        known: files that may be there.
    """
    changed, lines = 0, list[bytes]()
    for file in shards[number].files():
        there = f"{folder}/{file.path}"
        if trusted.get(file.path) != file.mark or not os.path.isfile(there):  # noqa: PTH113
            changed += _replace(there, file.make(), is_new=file.path not in known)
        lines.append(_line(file.path, file.mark))
    return Put(changed, b"".join(lines))


def _each_once(shards: Iterable[Shard]) -> set[str]:
    found = set[str]()
    for shard in shards:
        for path in shard.paths:
            if path in found:
                raise OutputError(f"two pages want the same place: {path}")
            found.add(path)
    return found


class _Known(NamedTuple):
    """What a folder's manifest says."""

    files: dict[str, str]  # those that are ours, with their marks
    complete: bool  # whether the last build came to its end, so that the marks hold
    foreign: bool = False  # whether another version of digest wrote it


def _read_manifest(folder: Path) -> _Known:
    try:
        header, _, *lines = (folder / MANIFEST).read_text("utf-8").split("\n")
    except FileNotFoundError:
        if folder.is_dir() and any(not file.name.startswith(_OURS) for file in folder.iterdir()):
            message = f"{folder} holds files that digest did not write; name another folder (--out)"
            raise OutputError(message) from None
        return _Known({}, False)
    parted = (line.partition(" ") for line in lines if line)
    files = {path: mark for mark, _, path in parted if path}
    return _Known(files, header == _COMPLETE, header not in {_COMPLETE, _RUNNING})


def _write_manifest(
    folder: Path, header: str, lines: Iterable[bytes], basis: Basis | None = None
) -> None:
    data = b"".join((f"{header}\n{_basis_line(basis)}\n".encode(), *lines))
    _replace(f"{folder}/{MANIFEST}", data)


def _basis_line(basis: Basis | None) -> str:
    if not basis or not basis.inputs:
        return ""
    return f"{basis.inputs} {basis.begin.isoformat()} {basis.end.isoformat()} {basis.papers}"


def _read_basis(line: str) -> Basis | None:
    try:
        inputs, begin, end, papers = line.split(" ")
        moments = datetime.fromisoformat(begin), datetime.fromisoformat(end)
        return Basis(inputs=inputs, begin=moments[0], end=moments[1], papers=int(papers))
    except ValueError:
        return None


def _line(path: str, mark: str) -> bytes:
    return f"{mark} {path}\n".encode()


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
