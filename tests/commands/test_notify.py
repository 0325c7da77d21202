"""Notices to a WebSub hub: a real one, on this machine."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

from digest.cli import main
from digest.commands.notify import notify
from digest.errors import DigestError
from digest.sources.client import Web

URL = "https://example.org/digest/"


class Hub:
    """Takes notices as PubSubHubbub 0.3 has them, and remembers; refuses what it is told to."""

    def __init__(self) -> None:
        self.told, self.refuse = list[str](), ""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = parse_qs(body, strict_parsing=True)
                right = form.keys() == {"hub.mode", "hub.url"} and form["hub.mode"] == ["publish"]
                (feed,) = form["hub.url"]
                kind = self.headers["Content-Type"]
                bad = not right or kind != "application/x-www-form-urlencoded"
                refused = bad or feed == hub.refuse
                if not refused:
                    hub.told.append(feed)
                self.send_response(400 if refused else 204)
                self.end_headers()
                if refused:
                    self.wfile.write(b"unknown\n topic")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    thread = Thread(target=hub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield hub
    hub.server.shutdown()
    thread.join()
    hub.server.server_close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "_site"
    for name in ("feed.xml", "atom.xml", "themes/a/feed.xml", "feed/2026-04.xml", "index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def tell(site: Path, hub: Hub) -> Callable[[], tuple[str, ...]]:
    web = Web(URL, sleep=lambda seconds: None)
    return lambda: notify(site, URL, hub.url, web.get)


def test_the_hub_hears_of_each_feed_once_and_of_changes(
    site: Path, hub: Hub, tell: Callable[[], tuple[str, ...]]
) -> None:
    every = {f"{URL}feed.xml", f"{URL}atom.xml", f"{URL}themes/a/feed.xml"}
    assert set(tell()) == set(hub.told) == every
    assert tell() == ()
    (site / "themes/a/feed.xml").write_text("news")
    (site / "index.html").write_text("news")
    assert tell() == (f"{URL}themes/a/feed.xml",)
    assert len(hub.told) == 4


def test_a_notice_that_was_refused_is_given_again(
    hub: Hub, tell: Callable[[], tuple[str, ...]]
) -> None:
    hub.refuse = f"{URL}feed.xml"
    with pytest.raises(DigestError, match="did not take the notice: HTTP 400 unknown topic"):
        tell()
    assert hub.told == [f"{URL}atom.xml"]
    hub.refuse = ""
    assert tell() == (f"{URL}feed.xml", f"{URL}themes/a/feed.xml")


def test_a_state_that_is_lost_or_damaged_costs_a_notice_too_many_and_no_more(
    site: Path, tell: Callable[[], tuple[str, ...]]
) -> None:
    assert len(tell()) == 3
    (site / ".digest-notified").write_text("{")
    assert len(tell()) == 3


def test_a_feed_that_is_gone_is_forgotten(site: Path, tell: Callable[[], tuple[str, ...]]) -> None:
    tell()
    (site / "atom.xml").unlink()
    assert tell() == ()
    (site / "atom.xml").write_text("atom.xml")
    assert tell() == (f"{URL}atom.xml",)


def test_a_folder_without_feeds_is_no_site(tmp_path: Path, hub: Hub) -> None:
    with pytest.raises(DigestError, match="holds no feed"):
        notify(tmp_path, URL, hub.url, Web(URL).get)


def test_the_command_takes_hub_and_address_from_site_yaml(
    site: Path, hub: Hub, tmp_path: Path
) -> None:
    said = f"title: T\nurl: {URL}\nsources:\n- {{name: S, kind: file, path: '*.xml'}}\nthemes: []\n"
    (tmp_path / "site.yaml").write_text(said)
    run = CliRunner().invoke(main, ["notify", "--root", str(tmp_path)])
    assert (run.exit_code, run.output) == (
        1,
        f"Error: {tmp_path}/site.yaml names no 'hub' to notify\n",
    )
    (tmp_path / "site.yaml").write_text(f"{said}hub: {hub.url}\n")
    for file in (site / "themes/a/feed.xml", site / "atom.xml"):
        file.unlink()
    run = CliRunner().invoke(main, ["notify", "--root", str(tmp_path)])
    assert run.output == f"1 changed feeds named to {hub.url}\n"
    assert hub.told == [f"{URL}feed.xml"]
