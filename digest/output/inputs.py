"""What a build reads, as one hash: the same hash, the same site.

Light to import, since it is asked before anything else is.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b, sha256
from pathlib import Path

OF_SITE = ("site.yaml", "content", "templates", "static", "locale")  # all that an owner writes
FileVersion = tuple[int, ...]  # inode, bytes, nanoseconds
_PACKAGE = Path(__file__).parents[1]
_LARGE = 8_000_000  # bytes from which on starting threads pays
_TEMPLATES = (_PACKAGE / "templates", _PACKAGE.parent / "templates")  # one of them exists


class FileHashes:
    """The hashes of files, each taken once for as long as the file stays as it is."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, FileVersion], str] = {}

    def of(self, path: Path) -> str:
        """The hash of a file's contents, 32 hex digits."""
        key = path, version_of(path)
        if key not in self._known:
            # On today's processors the fastest of those that Python has.
            self._known[key] = sha256(path.read_bytes()).hexdigest()[:32]
        return self._known[key]

    def take_all(self, paths: Iterable[Path]) -> None:
        """Take the hashes of many files, where they are large several at a time."""
        versions = ((path, version_of(path)) for path in paths)
        new = [key for key in versions if key not in self._known]
        if sum(size for _, (_, size, _) in new) > _LARGE:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor() as pool:
                list(pool.map(self.of, (path for path, _ in new)))

    def add(self, path: Path, version: FileVersion, hash_: str) -> None:
        """Know the hash that another process took of a file of that version."""
        self._known[path, version] = hash_


def fingerprint(root: Path, *options: object, hashes: FileHashes | None = None) -> str:
    """The same for two builds that make the same: of files' contents, never of their times.

    Args:
        root: the site's folder; every file that a build may read counts, and digest itself.
        options: what else the site depends on, such as its address.
        hashes: of files that were read before.
    """
    starts = [*(root / name for name in OF_SITE), *_TEMPLATES]
    return _hash((options, digest_itself()), starts, hashes or FileHashes())


@lru_cache(1)
def digest_itself() -> str:
    """Our own code and words, and the versions of the libraries beside it; not the templates."""
    ours = (path for path in _files(_PACKAGE) if path.suffix in {".py", ".po"})
    return _hash((sys.version, sorted(_libraries())), ours, FileHashes())


def version_of(path: Path | int) -> FileVersion:
    """Another one whenever a file was written again; `path` may be that of an open one."""
    stat = os.stat(path)  # noqa: PTH116 - not of a path alone
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _hash(values: object, starts: Iterable[Path], hashes: FileHashes) -> str:
    """Of values, and of the names and contents of files and of all below folders."""
    whole = blake2b(repr(values).encode(), digest_size=16)
    paths = [(start, path) for start in starts for path in _files(start)]
    hashes.take_all(path for _, path in paths)
    for start, path in paths:
        name = path.relative_to(start.parent).as_posix()
        whole.update(f"{name}\0{hashes.of(path)}\0".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _files(start: Path) -> Iterator[Path]:
    """Without what leads nowhere, as the locks of some editors do."""
    if start.is_file():
        yield start
    for folder, folders, names in os.walk(start):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from filter(Path.is_file, (Path(folder, name) for name in sorted(names)))


def _libraries() -> Iterator[str]:
    """`jinja2-3.1.6.dist-info` and its like: names and versions, without reading any."""
    for folder in filter(os.path.isdir, sys.path):
        yield from (path.name for path in Path(folder).glob("*.dist-info"))
