"""Fixtures shared by every test. No test touches the network or the clock."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from digest.build import BuildOptions, build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("fuzz", max_examples=100_000, deadline=None)  # see test_fuzz.py

REPOSITORY = Path(__file__).parents[1]
# A busy machine is no failure; CI tries more.
settings.register_profile("ours", deadline=None, max_examples=100 if os.environ.get("CI") else 30)
settings.load_profile("ours")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Tests ask servers of this machine, with whatever proxy it has.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
# A shell's background job ignores Ctrl-C, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
NOW = datetime(2026, 5, 16, 6, tzinfo=UTC)
PATIENCE = 300.0  # seconds until what never comes has failed; a busy machine is no failure


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="accept the output as correct")


def copy_of_repository(root: Path) -> Path:
    """The shipped site in a folder that a test may spoil, before its editor wrote a word."""
    words = shutil.ignore_patterns("notes", "issues", "pages")
    shutil.copytree(REPOSITORY / "content", root / "content", ignore=words)
    shutil.copyfile(REPOSITORY / "site.yaml", root / "site.yaml")
    return root


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`digest` with these arguments, its output in pipes; ended with the block at the latest."""
    command = [sys.executable, "-m", "digest", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped site, built offline under /digest/. Read only."""
    site = tmp_path_factory.mktemp("shipped") / "_site"
    build(REPOSITORY, BuildOptions(now=NOW, out=site, offline=True))
    return site


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder under a path, as a host with a base path does."""

    def __init__(self, *args: Any, base: str, directory: str) -> None:
        self._base = base
        super().__init__(*args, directory=directory)

    def translate_path(self, path: str) -> str:
        inside = path.removeprefix(self._base)
        return super().translate_path(f"/{inside}" if inside != path else "/no-such-path")

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with suppress(ConnectionError):  # a browser that goes on needs no more of it
            super().copyfile(source, outputfile)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path, base: str = "/digest/") -> Iterator[str]:
    """The address of a built site, served from this machine under a path."""
    handler = partial(_Quiet, base=base, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{base}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def served(shipped: Path) -> Iterator[str]:
    """The address of the shipped site, served from this machine under /digest/."""
    with serving(shipped) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # slow to load, and few tests need it

    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()
