"""Files that are whole at any moment, and a folder that one program at a time works on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from digest.errors import DigestError

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(2**30)  # what is locked can't be read, so lock where nothing is
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def replace(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it, even after a crash, finds the old or the new one.

    Raises:
        DigestError: it can't be written; the old one stands.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise DigestError(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock of a file, without writing to it; it ends with the process at the latest.

    Raises:
        DigestError: another process holds it.
    """
    with path.open("rb") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            message = f"another digest is fetching for {path}; wait until it is done, or end it"
            raise DigestError(message) from None
        except OSError:  # a file system without locks
            pass
        yield


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, as soon as no other process does. On Windows there is none."""
    if sys.platform == "win32":
        yield
    else:
        handle = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_UN)  # processes that we made may have the handle
            os.close(handle)
