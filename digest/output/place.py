"""Files put in a folder of ours, each by rename; nothing is written or removed through a link."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from digest.errors import OutputError
from digest.files import files
from digest.output import store

_OUTSIDE = re.compile(r"(^|/)(\.{0,2}|\.git)(/|$)|[\0-\x1f\x7f\ud800-\udfff]", re.IGNORECASE)


def is_inside(path: str) -> bool:
    """Whether a path, "/" between its parts, may be that of a file of the site: in its folder, not
    git's, and none of those that are kept beside it.
    """
    if os.name == "nt" and re.search(r"[\\:]", path):
        return False
    return not _OUTSIDE.search(path) and not path.startswith(store.OURS)


def check_way(folder: str, path: str, known: set[str]) -> None:
    """Check that no link leads out of the folder on the way to a file.

    Args:
        known: folders that were looked at; those of `path` are added.

    Raises:
        OutputError: one of the file's folders is a link.
    """
    at = path.find("/")
    while at > 0:
        parent = path[:at]
        if parent not in known:
            if os.path.islink(f"{folder}/{parent}"):  # noqa: PTH114
                raise OutputError(
                    f"{folder}/{parent} is a link, through which nothing is written: remove it"
                )
            known.add(parent)
        at = path.find("/", at + 1)


def put(target: str, data: bytes, is_new: bool = False) -> bool:
    """Write a file by rename; False where it has just these bytes already.

    Strings, since a path object takes longer to make than a small file to write.
    """
    folder, _, name = target.rpartition("/")
    fresh = f"{folder}/.{name}.new"
    if not is_new and _has(target, data):
        return False
    descriptor = _opened(fresh, folder, is_new)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
        finally:
            os.close(descriptor)
        os.replace(fresh, target)  # noqa: PTH105
    except BaseException:  # Ctrl-C too
        with suppress(OSError):
            os.unlink(fresh)  # noqa: PTH108
        raise
    return True


def _has(path: str, data: bytes) -> bool:
    """Whether it is a file, no link to one, that has these bytes."""
    try:
        if os.lstat(path).st_size != len(data):
            return False
    except OSError:  # writing will say what is wrong
        return False
    return store.read_raw(Path(path)) == data and (data != b"" or os.path.isfile(path))  # noqa: PTH113


def _opened(path: str, folder: str, is_new: bool) -> int:
    """A new file's folder is mostly new as well, as each page has one: so it is made first."""
    if is_new:
        with suppress(OSError):  # it is there, or its parent isn't
            os.mkdir(folder)  # noqa: PTH102
    try:
        return files.created(path)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        return files.created(path)


def remove(folder: Path, path: str) -> None:
    """Remove a file, but none that a link leads to, nor a folder that has its name.

    Args:
        folder: its real path.
    """
    target = folder / path
    if target.parent.resolve() != target.parent or (target.is_dir() and not target.is_symlink()):
        return
    target.unlink(missing_ok=True)
    for parent in target.relative_to(folder).parents:
        try:
            (folder / parent).rmdir()
        except OSError:  # others are in it
            return
