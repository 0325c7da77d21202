"""A build that is killed at any moment leaves whole files, and the next one makes all right."""

import os
import random
import shutil
import signal
import sys
from pathlib import Path

import pytest
from conftest import NOW
from killed import Doom
from test_golden import SITE
from test_incremental import contents, new_paper, rule, setting

from digest.build import BuildOptions, build

MOMENTS = 50
OURS = ("output.py", "files.py", "shelf.py", "build.py", "render.py")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def run_until(root: Path, out: Path, line: int) -> int:
    """Build in a child that dies at a line; gives how many it ran, 0 where it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        doom = Doom(line, OURS)
        sys.settrace(doom)
        build(root, BuildOptions(now=NOW, out=out, offline=True, jobs=1))
        sys.settrace(None)
        os.write(writing, str(doom.count).encode())
        os._exit(0)
    os.close(writing)
    _, code = os.waitpid(child, 0)
    said = os.read(reading, 100)
    os.close(reading)
    assert said or os.WTERMSIG(code) == signal.SIGKILL, code
    return int(said or 0)


def test_killed_at_fifty_moments(tmp_path: Path) -> None:
    root, out, fresh = tmp_path / "root", tmp_path / "out", tmp_path / "fresh"
    shutil.copytree(SITE, root)
    build(root, BuildOptions(now=NOW, out=out, offline=True))
    before = contents(out)
    new_paper(root, out, 3)
    rule(root, out, 2)
    setting(root, out, 4)
    build(root, BuildOptions(now=NOW, out=fresh, offline=True))
    after = contents(fresh)
    shutil.copytree(out, tmp_path / "whole")
    lines = run_until(root, tmp_path / "whole", -1)
    chance = random.Random(2026)
    for moment in sorted(chance.sample(range(1, lines), MOMENTS)):
        folder = tmp_path / "killed"
        shutil.copytree(out, folder)
        assert run_until(root, folder, moment) == 0
        for name, data in contents(folder).items():
            hidden = any(part.startswith(".") for part in name.split("/"))
            assert hidden or data in (before.get(name), after.get(name)), name
        build(root, BuildOptions(now=NOW, out=folder, offline=True))
        assert contents(folder) == after
        shutil.rmtree(folder)
