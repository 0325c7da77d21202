"""A site that is built anew whenever something it is made of changes."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Iterator
from os import DirEntry, scandir
from pathlib import Path
from threading import Condition, Event

from digest.errors import DigestError

WATCHED = ("site.yaml", "content", "templates", "static", "locale")
_PAUSE = 0.05  # seconds between two looks at the files
State = tuple[tuple[str, int, int], ...]


class Preview:
    """The site as it was last built, what is wrong with it now, and who waits for news of it."""

    def __init__(
        self,
        root: Path,
        out: Path,
        rebuild: Callable[[], str],
        tell: Callable[[str], None] = lambda said: None,
    ) -> None:
        """Nothing is built yet.

        Args:
            root: the site's folder.
            out: where `rebuild` puts the site.
            rebuild: builds, and returns the path under which the site is to be served.
            tell: is told what happened, a line at a time.
        """
        self.root, self.out, self.base, self.problem = root, out, "/", "nothing is built yet"
        self._rebuild, self._tell = rebuild, tell
        self._news, self._ended = Condition(), False
        self.version = time.time_ns()  # no page of an earlier server has this one
        self._state: State = ()

    def look(self) -> bool:
        """Build if anything changed since the last look; whether it did."""
        state = state_of(self.root)
        if state == self._state:
            return False
        self._state = state
        start = time.monotonic()
        try:
            self.base, self.problem = self._rebuild(), ""
            self._tell(f"built in {time.monotonic() - start:.2f} s")
        except DigestError as error:
            self.problem = str(error)
            self._tell(f"error: {error}")
        except Exception as error:  # a bug of ours must not end the preview
            self.problem = f"{type(error).__name__}: {error}"
            self._tell(traceback.format_exc())
        with self._news:
            self.version += 1
            self._news.notify_all()
        return True

    def watch(self, end: Event) -> None:
        """Look again and again until `end` is set.

        A file that is being written is first cut short: what changes at two looks in a row is left
        for the next.
        """
        before = self._state
        while not end.wait(_PAUSE):
            now = state_of(self.root)
            if now == before != self._state:
                self.look()
            before = now
        with self._news:
            self._ended = True
            self._news.notify_all()

    def newer_than(self, version: int, timeout: float) -> int:
        """The present version once it is another one, or after `timeout` seconds; 0: it is over."""
        with self._news:
            self._news.wait_for(lambda: self._ended or self.version != version, timeout)
            return 0 if self._ended else self.version


def state_of(root: Path) -> State:
    """What the site is made of: every file's path, time of change and size."""
    found = list[tuple[str, int, int]]()
    for name in WATCHED:
        path = root / name
        try:
            if path.is_file():
                found.append((name, path.stat().st_mtime_ns, path.stat().st_size))
            elif path.is_dir():
                found += _below(path)
        except OSError:  # gone while we looked
            continue
    return tuple(found)


def _below(folder: Path) -> Iterator[tuple[str, int, int]]:
    folders = [str(folder)]
    while folders:
        with scandir(folders.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir():
                    folders.append(entry.path)
                elif entry.is_file() and not _is_passing(entry):
                    stat = entry.stat()
                    yield entry.path, stat.st_mtime_ns, stat.st_size


def _is_passing(entry: DirEntry[str]) -> bool:
    """Whether it is what editors leave while they write."""
    return bool(re.search(r"^[.#]|~$|\.new$|^4913$", entry.name))
