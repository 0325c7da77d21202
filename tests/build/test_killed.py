"""A fetch that is killed, or has no room on the disk, loses nothing; the next one completes it."""

import os
import re
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import PATIENCE, running
from server import Reply, papers, serving

HERE = Path(__file__).parents[1]
TUESDAY = datetime(2026, 5, 12, 12, tzinfo=UTC)
SITE = """\
title: T
url: https://example.org/
sources:
  - {{name: A, kind: arxiv, query: 'cat:cs.DC', endpoint: '{url}/api/query', pace: 0}}
  - {{name: B, kind: arxiv-oai, set: cs, from: 2026-04-01, endpoint: '{url}/oai', pace: 0}}
  - {{name: C, kind: feed, url: '{url}/feed.xml'}}
  - {{name: D, kind: file, path: '*.xml'}}
themes:
  - {{id: all, title: All, any: [problem]}}
"""
FEED = b"""<rss version='2.0'><channel><title>t</title><item><title>Post</title>
<link>https://example.org/1</link></item></channel></rss>"""
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_killed_at_a_hundred_points(tmp_path: Path) -> None:
    root = tmp_path / "site"
    (root / "content").mkdir(parents=True)
    (root / "few.xml").write_bytes((HERE / "recorded/api/new-search.xml").read_bytes())
    corpus = papers(5, TUESDAY - timedelta(days=1), timedelta(days=5))  # of two months
    with serving(corpus) as server:
        server.page = 2
        server.documents["/feed.xml"] = Reply(
            headers={"Content-Type": "text/xml", "ETag": '"1"'}, body=FEED
        )
        (root / "site.yaml").write_text(SITE.format(url=server.url))
        done = python(str(HERE / "killed.py"), str(root), "100")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "killed 100 times\n"


FULL_DISK = """
import resource, sys
from digest.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # no file may grow beyond
sys.argv = ["digest", "fetch", "--root", sys.argv[1], "--now", "2026-05-12T12:00:00Z"]
main()
"""


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "few.xml").write_bytes((HERE / "recorded/api/new-old-style-id.xml").read_bytes())
    (tmp_path / "site.yaml").write_text(
        SITE.partition("  - ")[0] + "  - {name: D, kind: file, path: '*.xml'}\n"
        "themes:\n  - {id: all, title: All, any: [problem]}\n"
    )
    first = python("-m", "digest", "fetch", "--root", str(tmp_path), "--now", "2026-05-11T12:00Z")
    assert first.returncode == 0, first.stderr
    archive = tmp_path / "content/archive"
    before = {path.name: path.read_bytes() for path in archive.iterdir()}
    (tmp_path / "few.xml").write_bytes((HERE / "recorded/api/old-author.xml").read_bytes())
    full = python("-c", FULL_DISK, str(tmp_path))
    assert full.returncode == 1
    assert re.fullmatch(r"Error: .*\.jsonl cannot be written: File too large\n", full.stderr)
    after = {path.name: path.read_bytes() for path in archive.iterdir()}
    assert before.items() <= after.items()
    assert not [name for name in after if name.endswith(".new")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_fetch_that_waits(number: signal.Signals, tmp_path: Path) -> None:
    """A server asks for patience; the person at the terminal has none."""
    with serving() as server:
        asked = threading.Event()

        def busy(reply: Reply) -> Reply:
            asked.set()
            return Reply(status=503, headers={"Retry-After": "200"})

        server.always["/"] = busy
        (tmp_path / "site.yaml").write_text(SITE.format(url=server.url))
        with running("fetch", "--root", str(tmp_path)) as child:
            assert asked.wait(PATIENCE)
            child.send_signal(number)
            _, said = child.communicate(timeout=PATIENCE)
    assert child.returncode == 1
    assert said.strip() == "Aborted!"
    assert not (tmp_path / ".digest-lock").exists()
