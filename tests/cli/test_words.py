"""What commands say to a person at a terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from conftest import copy_of_repository


def on_a_terminal(*arguments: str) -> str:
    """What `digest` writes to a terminal."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "digest", *arguments]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment):
        os.close(its)
        shown = b""
        try:
            while data := os.read(ours, 65536):
                shown += data
        except OSError:  # all of it was read
            pass
    os.close(ours)
    return shown.decode()


def test_a_terminal_shows_how_far_a_build_and_a_check_are(tmp_path: Path) -> None:
    root = str(copy_of_repository(tmp_path))
    out = str(tmp_path / "out")
    built = on_a_terminal("build", "--offline", "--jobs", "1", "--root", root, "--out", out)
    assert "Rendering  [####################################]  100%" in built
    checked = on_a_terminal("check", out, "--root", root)
    assert "Checking  [####################################]  100%" in checked


def test_a_terminal_shows_how_far_a_fetch_is(tmp_path: Path) -> None:
    (tmp_path / "papers.bib").write_text("@misc{a, title={A}, year={2026}, url={https://a.org}}\n")
    (tmp_path / "site.yaml").write_text(
        "title: T\nurl: https://example.org/\n"
        "sources:\n  - {name: Mine, kind: file, path: papers.bib}\n"
        "themes:\n  - {id: a, title: A, any: [a]}\n",
        "utf-8",
    )
    shown = on_a_terminal("fetch", "--root", str(tmp_path), "--now", "2026-05-18")
    assert "Fetching Mine  [####################################]  100%" in shown
    assert "Mine: ok: 1 entries, 1 new" in shown
