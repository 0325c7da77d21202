"""Files that are whole at any moment, and work that one program at a time does."""

from __future__ import annotations

import logging
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from digest.errors import DigestError

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, 2**30, os.SEEK_SET)  # what is locked can't be read: nothing is there
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


WAIT = 300.0  # seconds for another program to be done
_PAUSE = 0.1  # seconds between two looks at a lock
_FRESH = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
_LOCK = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_held = set[int]()  # locks of this process
_log = logging.getLogger(__name__)


def replace(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it, even after a crash, finds the old or the new one.

    Raises:
        DigestError: it can't be written; the old one stands.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(created(str(fresh)), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException as error:  # Ctrl-C too
        with suppress(OSError):
            fresh.unlink()
        if isinstance(error, OSError):
            raise DigestError(f"{path} cannot be written: {error.strerror}") from None
        raise


def read(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        DigestError: it can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DigestError(f"{path} cannot be read: {error.strerror}") from None


def created(path: str) -> int:
    """A new file, open for writing, in place of one that a program that was killed left there.

    A link in its place leads nobody to write elsewhere.
    """
    try:
        return os.open(path, _FRESH, 0o666)
    except FileExistsError:
        os.unlink(path)  # noqa: PTH108 (faster)
        return os.open(path, _FRESH, 0o666)


def clear(path: str | Path) -> None:
    """Remove what stands in a place that is ours: of a link the link, of a folder all of it."""
    if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)


def clear_unless_file(path: Path) -> None:
    """Make a place that is ours free for a file, where a folder or the like has it.

    Raises:
        DigestError: it can't be removed.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            clear(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise DigestError(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def in_turn(place: Path, what: str, wait: float = WAIT) -> Iterator[None]:
    """Hold a lock as soon as no other program does; it ends with this process at the latest.

    Which process has it, and since when, is said at once, as its lock file has it.

    Args:
        place: the lock file: there while somebody holds it. Its folder must exist.
        what: is worked on, for people.
        wait: seconds until we give up.

    Raises:
        DigestError: another program still has it after that time.
        OSError: the file can't be made.
    """
    handle = _locked(place, what, wait)
    _held.add(handle)
    try:
        yield
    finally:
        _held.discard(handle)
        if _is(handle, place):
            with suppress(OSError):  # Windows removes no open file
                place.unlink()
        os.close(handle)


def let_go() -> None:
    """Hold no lock that a copy of this process has from it: locks stay while any copy has them."""
    while _held:
        os.close(_held.pop())


def _locked(place: Path, what: str, wait: float) -> int:
    end, has_warned = time.monotonic() + wait, False
    while (handle := _try(place)) is None:
        who = f"another digest{_holder(place)} is at work on {what}"
        if time.monotonic() >= end:
            raise DigestError(f"{who}; given up after {wait:g} s: end it, or --wait longer")
        if not has_warned:
            _log.warning("%s; waiting for it, at most %g s", who, wait)
            has_warned = True
        time.sleep(_PAUSE)
    return handle


def _try(place: Path) -> int | None:
    """The lock file, open, locked, and with our number in it; None where another has it."""
    while True:
        clear_unless_file(place)
        handle = os.open(place, _LOCK, 0o666)
        try:
            _lock(handle)
        except (BlockingIOError, PermissionError):
            os.close(handle)
            return None
        except OSError:  # a file system without locks
            return handle
        if _is(handle, place):
            break
        os.close(handle)  # who had it removed it after we opened it
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def _is(handle: int, place: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), place.stat())
    except FileNotFoundError:
        return False


def _holder(place: Path) -> str:
    """Which process has a lock, and since when; empty where its file doesn't say."""
    try:
        with place.open("rb") as file:
            number, since = file.read(12).strip(), os.fstat(file.fileno()).st_mtime
    except OSError:
        return ""
    if not number.isdigit() or len(number) > 10:
        return ""
    return f" (process {int(number)}, since {datetime.fromtimestamp(since, UTC):%H:%M:%S} UTC)"
