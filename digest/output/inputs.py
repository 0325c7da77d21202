"""What a build reads, as one hash: the same hash, the same site.

Light to import, since it is asked before anything else is.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_hashes: dict[tuple[Path, tuple[int, ...]], str] = {}
_OF_SITE = ("site.yaml", "content", "templates", "static", "locale")
_LARGE = 8_000_000  # bytes from which on starting threads pays
_TEMPLATES = (_PACKAGE / "templates", _PACKAGE.parent / "templates")  # one of them exists


def fingerprint(root: Path, *options: object) -> str:
    """The same for two builds that make the same: of files' contents, never of their times.

    Args:
        root: the site's folder; every file that a build may read counts, and digest itself.
        options: what else the site depends on, such as its address.
    """
    return _hash((options, digest_itself()), [*(root / name for name in _OF_SITE), *_TEMPLATES])


@cache
def digest_itself() -> str:
    """Our own code and words, and the versions of the libraries beside it; not the templates."""
    ours = (path for path in _files(_PACKAGE) if path.suffix in {".py", ".po"})
    return _hash((sys.version, sorted(_libraries())), ours)


def hash_of(path: Path) -> str:
    """The hash of a file's contents, 32 hex digits; read again only where the file is another."""
    key = path, version_of(path)
    if key not in _hashes:
        # On today's processors the fastest of those that Python has.
        _hashes[key] = sha256(path.read_bytes()).hexdigest()[:32]
    return _hashes[key]


def hash_all(paths: Iterable[Path]) -> None:
    """Take the hashes of many files, where they are large several at a time."""
    new = [(path, version) for path in paths if (path, version := version_of(path)) not in _hashes]
    if sum(version[1] for _, version in new) > _LARGE:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor() as pool:
            list(pool.map(hash_of, (path for path, _ in new)))


def hashed(path: Path, version: tuple[int, ...], mark: str) -> None:
    """Another process took the hash of a file that is as it was then, see `version_of`."""
    _hashes[path, version] = mark


def version_of(path: Path | int) -> tuple[int, ...]:
    """Another one whenever a file was written again; `path` may be that of an open one."""
    stat = os.stat(path)  # noqa: PTH116 - not of a path alone
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _hash(said: object, starts: Iterable[Path]) -> str:
    mark = blake2b(repr(said).encode(), digest_size=16)
    found = [(start, path) for start in starts for path in _files(start)]
    hash_all(path for _, path in found)
    for start, path in found:
        name = path.relative_to(start.parent).as_posix()
        mark.update(f"{name}\0{hash_of(path)}\0".encode("utf-8", "surrogateescape"))
    return mark.hexdigest()


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
