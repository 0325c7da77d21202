"""The same site from the same papers, by digest and by Hugo: `make bench`."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).parent))
import corpus

DIGEST = [sys.executable, "-m", "digest", "build", "--offline", "--now", "2026-05-16T06:00:00Z"]


@dataclass(frozen=True)
class Run:
    """What one process and its children took."""

    wall: float  # seconds
    cpu: float  # seconds
    memory: float  # MB at the fullest moment, pages that processes share counted once


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("counts", nargs="*", type=int, default=[1_000, 10_000, 50_000])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument(
        "--papers", type=Path, default=corpus.HERE.parents[1] / "shared/data/papers.jsonl.gz"
    )
    options.add_argument("--folder", type=Path, help="where the sites go; a RAM disk is steady")
    options.add_argument("--markdown", action="store_true", help="give Hugo a file a paper")
    options.add_argument("--alone", action="store_true", help="digest alone, once")
    given = options.parse_args()
    known = corpus.texts(given.papers)
    print(f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, {hugo_version()}")
    print(f"{'papers':>8} {'':8} {'wall s':>9} {'cpu s':>9} {'MB':>7} {'ms/page':>8} {'files':>8}")
    for count in given.counts:
        if given.alone:
            alone(corpus.papers(known, count), count, given.folder)
            continue
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            compare(Path(folder), list(corpus.papers(known, count)), given.runs, given.markdown)


def alone(entries: Iterable[corpus.Entry], count: int, where: Path | None) -> None:
    """Build once, and print what it took."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        corpus.for_digest(Path(folder), entries)
        run = measure([*DIGEST, "--root", folder])
        show(count, "digest", run, sum(len(names) for _, _, names in os.walk(f"{folder}/_site")))


def show(count: int, name: str, run: Run, files: int) -> None:
    each = 1000 * run.wall / files
    print(
        f"{count:8,} {name:8} {run.wall:9.2f} {run.cpu:9.2f} {run.memory:7.0f} "
        f"{each:8.3f} {files:8,}",
        flush=True,
    )


def compare(folder: Path, entries: Sequence[corpus.Entry], runs: int, markdown: bool) -> None:
    """Build with both in turn, and print medians and their ratios."""
    ours, theirs = folder / "digest", folder / "hugo"
    corpus.for_digest(ours, entries)
    corpus.for_hugo(theirs, entries, markdown=markdown)
    commands = {
        "digest": ([*DIGEST, "--root", str(ours)], ours / "_site"),
        "hugo": ([hugo(), "build", "--quiet", "--source", str(theirs)], theirs / "public"),
    }
    done: dict[str, list[Run]] = {name: [] for name in commands}
    files = dict[str, int]()
    for _ in range(runs):
        for name, (command, out) in commands.items():
            shutil.rmtree(out, ignore_errors=True)
            done[name].append(measure(command))
            files[name] = sum(path.is_file() for path in out.rglob("*"))
    middle = {name: median(found) for name, found in done.items()}
    for name, run in middle.items():
        show(len(entries), name, run, files[name])
    a, b = middle["digest"], middle["hugo"]
    ratios = f"{a.wall / b.wall:9.2f} {a.cpu / b.cpu:9.2f} {a.memory / b.memory:7.2f}"
    print(f"{'':8} {'ratio':8} {ratios}", flush=True)


def median(runs: Sequence[Run]) -> Run:
    return Run(
        wall=statistics.median(run.wall for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        memory=statistics.median(run.memory for run in runs),
    )


def measure(command: Sequence[str]) -> Run:
    """Run a command to its end."""
    before, start = os.times(), time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        end, peak = Event(), [0.0]
        watcher = Thread(target=watch, args=(process.pid, end, peak))
        watcher.start()
        status = process.wait()
        wall = time.perf_counter() - start
        end.set()
        watcher.join()
    if status:
        raise SystemExit(f"{command[0]} failed with {status}")
    after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    return Run(wall=wall, cpu=cpu, memory=peak[0])


def watch(pid: int, end: Event, peak: list[float]) -> None:
    """Keep the most memory that a process and its children have together, in MB."""
    while not end.wait(0.05):
        peak[0] = max(peak[0], sum(map(proportional, family(pid))))


def family(pid: int) -> list[int]:
    found = [pid]
    for one in found:  # grows while it is walked
        try:
            found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
    return found


def proportional(pid: int) -> float:
    """A process's resident memory in MB, a page that n processes share counted 1/n."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def hugo() -> str:
    """Hugo itself; the command that its package installs starts a Python first."""
    try:
        folder = Path(str(distribution("hugo").locate_file("hugo/binaries")))
    except PackageNotFoundError:
        raise SystemExit("Hugo is not installed; `make bench` installs it") from None
    return str(next(folder.glob("hugo*")))


def hugo_version() -> str:
    said = subprocess.run([hugo(), "version"], capture_output=True, text=True, check=True).stdout
    return " ".join(word for word in said.split() if word.startswith("v"))[:20]


if __name__ == "__main__":
    main()
