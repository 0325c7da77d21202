"""However a program ends, it leaves no process and no lock behind; who waits says for whom."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest
from conftest import NOW, PATIENCE, running
from test_golden import SITE
from test_incremental import contents

from digest.build import BuildOptions, build
from digest.files.files import in_turn
from digest.output.processes import spread

TIMES = 20 if os.environ.get("CI") else 4
COMMAND = ["build", "--offline", "--now", "2026-05-16T06:00:00Z"]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# A build by two processes, however small the site; says a line for each part that is done. Whoever
# reads what it says comes to the end when none of its processes is left.
BUILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from digest.build import BuildLimits, BuildOptions, build
from digest.cli import ended_by_signals

def track(parts, total):
    for part in parts:
        print(total, flush=True)
        yield part

root, out, now = Path(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 5, 16, 6, tzinfo=UTC)
with ended_by_signals():
    limits = BuildLimits(worth=0, shard=1)
    options = BuildOptions(now=now, out=out, offline=True, jobs=2, track=track, limits=limits)
    build(root, options)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(SITE, tmp_path / "root")
    return tmp_path / "root"


@contextmanager
def building(root: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    """A build that renders."""
    command = [sys.executable, "-c", BUILD, str(root), str(out)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_build_that_is_killed_leaves_no_process_and_the_next_one_is_right(
    root: Path, tmp_path: Path
) -> None:
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    build(root, BuildOptions(now=NOW, out=fresh, offline=True))
    for time in range(TIMES):
        shutil.rmtree(out, ignore_errors=True)
        with building(root, out) as process:
            assert process.stdout
            total = int(process.stdout.readline())
            assert total > TIMES
            for _ in range(time * (total - 2) // TIMES):
                process.stdout.readline()
            process.kill()
            process.communicate(timeout=PATIENCE)  # until nobody is left to say anything
        with in_turn(out / ".digest-lock", "it", wait=0):
            pass
        build(root, BuildOptions(now=NOW, out=out, offline=True, wait=0))
        assert contents(out) == contents(fresh)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_build_with_all_its_processes(
    number: signal.Signals, root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with building(root, out) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert said.count("Traceback") == 1  # of the first process alone
    assert not (out / ".digest-lock").exists()
    assert [path for path in out.rglob("*.new") if path.parent != out] == []


def test_a_build_leaves_nothing_among_temporary_files(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above all no compiled template: whatever such a file says would run."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    with running(*COMMAND, "--root", str(root)) as child:
        child.communicate(timeout=PATIENCE)
    assert child.returncode == 0
    assert list(scratch.iterdir()) == []


def test_processes_hold_no_lock_of_the_one_that_made_them(tmp_path: Path) -> None:
    lock, both = tmp_path / "lock", get_context("fork").Barrier(2)
    with ExitStack() as ours:
        ours.enter_context(in_turn(lock, "it"))
        done = spread(lambda number: both.wait(PATIENCE), 4, 2)
        next(done)
        ours.close()
        with in_turn(lock, "it", wait=0):
            assert len(list(done)) == 3


def test_a_build_that_waits_says_for_whom_and_goes_on_when_it_is_done(
    root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with ExitStack() as other:
        other.enter_context(in_turn(out / ".digest-lock", "it"))
        with running(*COMMAND, "--root", str(root), "--out", str(out)) as child:
            assert child.stderr
            who = rf"another digest \(process {os.getpid()}, since \d\d:\d\d:\d\d UTC\)"
            said = f"warning: {who} is at work on {out}; waiting for it, at most 300 s\n"
            assert re.fullmatch(said, child.stderr.readline())
            other.close()
            child.communicate(timeout=PATIENCE)
            assert child.returncode == 0
    assert (out / "index.html").exists()
    assert not (out / ".digest-lock").exists()


@pytest.mark.parametrize("said", [b"", b"-1\n", b"\xff\n", b"9" * 5000, b"1; rm -rf\n"])
def test_a_build_gives_up_after_a_time_whatever_the_lock_says(
    said: bytes, root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with in_turn(out / ".digest-lock", "it"):
        (out / ".digest-lock").write_bytes(said)
        with running(*COMMAND, "--root", str(root), "--out", str(out), "--wait", "0") as child:
            _, told = child.communicate(timeout=PATIENCE)
    assert child.returncode == 1
    end = "given up after 0 s: end it, or --wait longer"
    assert told == f"Error: another digest is at work on {out}; {end}\n"
    assert not (out / "index.html").exists()


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("../victim"), os.mkfifo])
def test_a_lock_that_is_no_file_is_made_anew(make: object, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    make(out / ".digest-lock")  # type: ignore[operator]
    build(root, BuildOptions(now=NOW, out=out, offline=True, wait=0))
    assert (out / "index.html").exists()
    assert not (tmp_path / "victim").exists()
