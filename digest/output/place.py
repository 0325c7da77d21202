"""Files put in a folder of ours, each by rename; nothing is written or removed through a link."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from digest.errors import OutputError
from digest.files import files

_READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def check_way(folder: str, path: str, ours: set[str]) -> None:
    """See that no link leads out of the folder on the way to a file.

    Args:
        ours: folders that were looked at; those of `path` are added.
    """
    at = path.find("/")
    while at > 0:
        parent = path[:at]
        if parent not in ours:
            if os.path.islink(f"{folder}/{parent}"):  # noqa: PTH114
                message = (
                    f"{folder}/{parent} is a link, through which nothing is written: remove it"
                )
                raise OutputError(message)
            ours.add(parent)
        at = path.find("/", at + 1)


def put(target: str, data: bytes, is_new: bool = False) -> bool:
    """Write by rename; False where the file already said just that.

    Strings, since a path object takes longer to make than a small file to write.
    """
    folder, _, name = target.rpartition("/")
    fresh = f"{folder}/.{name}.new"
    if not is_new and _says(target, data):
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


def _says(path: str, data: bytes) -> bool:
    """Whether it is a file, no link to one, that has these bytes."""
    try:
        handle = os.open(path, _READING | getattr(os, "O_BINARY", 0))
    except OSError:  # writing will say what is wrong
        return False
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size != len(data):
        os.close(handle)
        return False
    with open(handle, "rb") as file:  # noqa: PTH123
        return file.read() == data


def _opened(path: str, folder: str, is_new: bool) -> int:
    """A new file's folder is mostly new as well, as each page has one: so it is made first."""
    if is_new:
        try:  # noqa: SIM105 (faster)
            os.mkdir(folder)  # noqa: PTH102
        except OSError:  # it is there, or its parent isn't
            pass
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
