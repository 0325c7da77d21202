"""A site that is built anew whenever something it is made of changes."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from os import DirEntry, scandir
from pathlib import Path
from threading import Condition, Event

from watchfiles import watch

from digest.errors import DigestError
from digest.output.inputs import OF_SITE

_PAUSE = 0.05  # seconds in which a file that is being written changes again
_TIMEOUT = 1_000  # milliseconds after which to look where no system call told of a change
State = tuple[tuple[str, int, int], ...]


class Preview:
    """The site as it was last built, what is wrong with it now, and who waits for news of it."""

    def __init__(
        self,
        root: Path,
        out: Path,
        rebuild: Callable[[], str],
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Nothing is built yet.

        Args:
            root: the site's folder.
            out: where `rebuild` puts the site.
            rebuild: builds, and returns the path under which the site is to be served.
            tell: gets what happened, a line at a time.
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

    def watch(self, end: Event, changes: Iterable[object] | None = None) -> None:
        """Build whenever a file changes, until `end` is set.

        Args:
            changes: gives something whenever a file may have changed; None: the system tells.
        """
        for _ in _changes(self.root, end) if changes is None else changes:
            self._settle(end)
            self.look()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _settle(self, end: Event) -> None:
        """Wait until no file changes: one that is being written is first cut short."""
        before, now = self._state, state_of(self.root)
        while now != before and not end.wait(_PAUSE):
            before, now = now, state_of(self.root)

    def newer_than(self, version: int, timeout: float) -> int:
        """The present version once it is another one, or after `timeout` seconds; 0: it is over."""
        with self._news:
            self._news.wait_for(lambda: self._ended or self.version != version, timeout)
            return 0 if self._ended else self.version


def state_of(root: Path) -> State:
    """What the site is made of: every file's path, time of change and size."""
    found = list[tuple[str, int, int]]()
    for name in OF_SITE:
        path = root / name
        try:
            if path.is_file():
                found.append((name, path.stat().st_mtime_ns, path.stat().st_size))
            elif path.is_dir():
                found += _below(path)
        except OSError:  # gone while we looked
            continue
    return tuple(found)


def _changes(root: Path, end: Event) -> Iterator[object]:
    """Something whenever a file of the site may have changed, until `end` is set.

    Of the root, which also holds what is built, only the files beside site.yaml are watched.
    """
    while not end.is_set():
        tops = [root / name for name in OF_SITE]
        folders = [path for top in tops for path in (top, *top.rglob("*/")) if path.is_dir()]
        for found in watch(
            root,
            *folders,
            recursive=False,
            watch_filter=None,
            step=int(_PAUSE * 1_000),
            rust_timeout=_TIMEOUT,
            yield_on_timeout=True,
            stop_event=end,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            yield found
            if any(Path(path).is_dir() for _, path in found):
                break  # watch it too


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
