"""Kills a fetch at many points, each in a process of its own: run by test_killed.py.

Usage: killed.py ROOT POINTS

ROOT is a site whose server is up. Each time, archive and ledger must load, and the next fetch must
leave the archive that an undisturbed one leaves. Says "killed N times" at the end.
"""

import os
import shutil
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from digest import archive
from digest.archive import ledger
from digest.config import load_site
from digest.fetch import ARCHIVE, LEDGER, fetch
from digest.sources.client import Web

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
ALL = (".py",)
SAFE = ("files.py", "archive.py", "lines.py", "marks.py", "fetch.py")  # what decides of files


class Doom:
    """Counts the lines of our code that run, and kills the process at one of them."""

    def __init__(self, last: int, only: tuple[str, ...]) -> None:
        self.count, self.last, self.only = 0, last, only

    def __call__(self, frame: FrameType, event: str, arg: Any) -> "Doom | None":
        path = frame.f_code.co_filename
        if f"{os.sep}digest{os.sep}" not in path or not path.endswith(self.only):
            return None
        if event == "line":
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def run(root: Path) -> None:
    client = Web("https://example.org/", sleep=lambda seconds: None)  # in a hurry
    fetch(root, load_site(root / "site.yaml"), client, NOW)


def run_until(root: Path, last: int, only: tuple[str, ...]) -> int:
    """Fetch in a child that dies at a line; gives how many lines it ran, where it lives on."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        doom = Doom(last, only)
        threading.settrace(doom)
        sys.settrace(doom)
        run(root)
        sys.settrace(None)
        os.write(writing, str(doom.count).encode())
        os._exit(0)
    os.close(writing)
    _, code = os.waitpid(child, 0)
    said = os.read(reading, 100)
    os.close(reading)
    if said:
        return int(said)
    assert os.WTERMSIG(code) == signal.SIGKILL, code
    return 0


def main(root: Path, points: int) -> None:
    start = root.with_name("start")
    shutil.copytree(root, start)

    def restart() -> None:
        shutil.rmtree(root)
        shutil.copytree(start, root)

    killed, tries = 0, 0
    lines = {only: run_until(root, 0, only) for only in (ALL, SAFE)}
    whole = archive.load(root / ARCHIVE)
    while killed < points:
        only = (ALL, SAFE)[tries % 2]
        part = tries * 0.6180339887 % 1  # spreads the points evenly, however many there are
        tries += 1
        assert tries < 2 * points, "threads differ, but not that much"
        restart()
        before = {entry.id for entry in archive.load(root / ARCHIVE)}
        killed += run_until(root, 1 + int(part * lines[only]), only) == 0
        after = {entry.id for entry in archive.load(root / ARCHIVE)}
        assert before <= after, "an archived entry was lost"
        ledger.load(root / LEDGER)
        run(root)
        assert archive.load(root / ARCHIVE) == whole, "the next run did not complete it"
    print(f"killed {killed} times")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
