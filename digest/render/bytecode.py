"""Compiled templates, kept in the user's own cache folder from one build to the next.

What stands in such a file runs, so the folder is used only while it belongs to the user and nobody
else may write to it; each file is checked when it is read, and a damaged one is made anew.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from digest.errors import DigestError
from digest.output import inputs
from digest.output.store import KeptFile

MOST = 500  # files: those of some ten sites, languages and versions of digest


class KeptTemplates(jinja2.BytecodeCache):
    """What templates were compiled to, a file each."""

    def __init__(self, words: object, folder: Path | None = None, most: int = MOST) -> None:
        """
        Args:
            words: what else is compiled into the templates, such as the words of a language.
            folder: where they are kept; None: in the user's cache folder.
            most: files to keep.
        """
        self._words, self._most = repr((inputs.digest_itself(), words)), most
        folder = folder or user_cache() / "templates"
        self._folder = folder if _is_private(folder) else None

    def load_bytecode(self, bucket: Bucket) -> None:
        if file := self._file(bucket):
            data = file.read(bytes)
            if data:
                bucket.load_bytecode(io.BytesIO(data))  # unless the template changed since

    def dump_bytecode(self, bucket: Bucket) -> None:
        if file := self._file(bucket):
            with suppress(DigestError, OSError):  # then it is compiled again
                file.write(bucket.bytecode_to_string())
                self._forget_oldest()

    def _file(self, bucket: Bucket) -> KeptFile | None:
        name = blake2b(f"{self._words} {bucket.key}".encode(), digest_size=16).hexdigest()
        return KeptFile(self._folder / name) if self._folder else None

    def _forget_oldest(self) -> None:
        assert self._folder
        paths = list(self._folder.iterdir())
        if len(paths) > self._most:
            paths.sort(key=lambda path: path.lstat().st_mtime)
            for path in paths[: len(paths) // 2]:
                path.unlink(missing_ok=True)


def user_cache() -> Path:
    """The folder for what digest may make anew at any time.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - raises nothing where there is no home
    places = {"win32": os.environ.get("LOCALAPPDATA"), "darwin": home / "Library/Caches"}
    default = places.get(sys.platform) or home / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or default) / "digest"


def _is_private(folder: Path) -> bool:
    """Whether it is a folder that this user alone may write to; made where there is none."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return is_ours and (os.name == "nt" or not status.st_mode & 0o022)
