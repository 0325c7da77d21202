"""The preview: GitHub Pages' habits, errors shown in the page, and browsers told of news."""

import http.client
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest
from conftest import NOW, PATIENCE, copy_of_repository, running
from hypothesis import given
from hypothesis import strategies as st

from digest.build import BuildOptions, build
from digest.commands.preview import Preview, state_of
from digest.commands.serve import (
    dressed,
    is_named,
    locate,
    serving,
)
from digest.config import load_site
from digest.errors import ConfigError, DigestError

PAGE = (
    '<!doctype html><html><head><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; script-src 'none'\"></head><body class=x>{}</body></html>"
)


class Site:
    """A site whose build copies one file, and fails where that says so."""

    def __init__(self, root: Path) -> None:
        self.root, self.out, self.said = root / "root", root / "out", list[str]()
        self.source = self.root / "site.yaml"
        self.root.mkdir()
        self.out.mkdir()
        self.source.write_text("first", "utf-8")
        (self.out / "404.html").write_text(PAGE.format("Nothing here"), "utf-8")
        self.preview = Preview(self.root, self.out, self.rebuild, self.said.append)

    def rebuild(self) -> str:
        text = self.source.read_text("utf-8")
        if text.startswith("bad"):
            raise ConfigError("no <good>", self.source, 1)
        if text.startswith("bug"):
            raise ZeroDivisionError("nought")
        (self.out / "index.html").write_text(PAGE.format(text), "utf-8")
        return "/digest/"


def save(path: Path, text: str) -> None:
    """As editors do, in one step: a file that is read half written is another error."""
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@contextmanager
def connected(
    site: Site, host: str = "127.0.0.1", allowed: tuple[str, ...] = ()
) -> Iterator[http.client.HTTPConnection]:
    with (
        serving(site.preview, host, 0, allowed) as address,
        closing(
            http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
        ) as connection,
    ):
        yield connection


def get(connection: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, str]:
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read().decode()
    return response.status, response.getheader("Location") or body


def test_a_path_is_found_as_github_pages_finds_it(tmp_path: Path) -> None:
    for name in ("index.html", "about.html", "themes/index.html", "empty/feed.xml", "a", "a.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert locate(tmp_path, "") == tmp_path / "index.html"
    assert locate(tmp_path, "about") == tmp_path / "about.html"
    assert locate(tmp_path, "themes/") == tmp_path / "themes/index.html"
    assert locate(tmp_path, "themes") == "themes/"
    assert locate(tmp_path, "empty") is None
    assert locate(tmp_path, "empty/") is None
    assert locate(tmp_path, "a") == tmp_path / "a"
    assert locate(tmp_path, "about.html/") is None
    assert locate(tmp_path, "x" * 5000) is None


paths = st.lists(st.sampled_from(["..", ".", "/", "\\", "\0", "%2e", "secret", "out", "link", "a"]))


@given(paths.map("/".join) | paths.map("".join))
def test_nothing_outside_the_site_is_found(
    tmp_path_factory: pytest.TempPathFactory, path: str
) -> None:
    root = tmp_path_factory.mktemp("site")
    (root / "secret").touch()
    out = root / "out"
    out.mkdir()
    (out / ".hidden").touch()
    (out / "link").symlink_to(root / "secret")
    (out / "a").touch()
    assert locate(out, path) in {None, out / "a"}
    assert locate(out, ".hidden") is None


def test_a_page_gets_what_reloads_it_and_a_policy_that_allows_it() -> None:
    shown = dressed(PAGE.format("x").encode(), 7, "").decode()
    assert "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'\"" in shown
    assert 'reload.js?since=7" defer></script></head>' in shown
    assert "alert" not in shown


def test_a_problem_is_shown_on_top_of_the_page_and_is_harmless() -> None:
    shown = dressed(PAGE.format("x").encode(), 7, "site.yaml:1: <b>").decode()
    assert '<body class=x><pre class="digest-preview" role="alert">site.yaml:1: &lt;b&gt;' in shown


def test_the_site_is_served_under_its_path(site: Site) -> None:
    with connected(site) as connection:
        assert get(connection, "/") == (301, "/digest/")
        status, page = get(connection, "/digest/")
        assert (status, "first" in page) == (200, True)
        assert get(connection, "/digest/nowhere")[0] == 404
        assert "Nothing here" in get(connection, "/elsewhere")[1]
        assert get(connection, "/digest/..%2f..%2froot/site.yaml")[0] == 404
        assert get(connection, "/digest/index?x=1")[0] == 200
        connection.request("HEAD", "/digest/")
        response = connection.getresponse()
        assert int(response.headers["Content-Length"]) > 0
        assert response.read() == b""


PATHS = ("/", "/digest/", "/digest/nowhere", "/.digest-preview/news", "/.digest-preview/reload.js")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_preview_asked_with_another_host_refuses(site: Site, host: str) -> None:
    """A name that leads here by DNS rebinding is not one that was given, wherever we listen."""
    with connected(site, host) as connection:
        for stranger in (f"evil.example:{connection.port}", f"{host}.evil.example", "localhost:1"):
            for path in PATHS:
                status, said = get(connection, path, Host=stranger)
                assert (status, said.count("\n")) == (421, 1)
                assert "not a name of this preview" in said
        for name in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
            assert get(connection, "/digest/", Host=f"{name}:{connection.port}")[0] == 200


def test_whoever_posts_to_another_name_is_refused_too(site: Site) -> None:
    with connected(site) as connection:
        connection.request("POST", "/digest/", body=b"x", headers={"Host": "evil.example"})
        assert connection.getresponse().status == 421


def test_a_preview_answers_to_the_names_that_it_was_given(site: Site) -> None:
    with connected(site, "127.0.0.2", ("Box.lan", "tunnel.example:9000")) as connection:
        status = {
            host: get(connection, "/digest/", Host=host)[0]
            for host in (
                f"127.0.0.2:{connection.port}",
                "box.lan",
                "box.lan:1234",
                "tunnel.example:9000",
                "tunnel.example",
                "lan",
            )
        }
    assert list(status.values()) == [200, 200, 200, 200, 421, 421]


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["box:80", "box:80"],
        ["box:80, evil.example"],
        ["box:80@evil.example"],
        ["box:80/"],
        ["evil.example/box:80"],
        ["box:80:80"],
        [" box:80"],
        ["[box]:80"],
        ["box.:80"],
    ],
)
def test_what_is_no_name_or_two_is_nobodys(hosts: list[str]) -> None:
    assert not is_named(hosts, {"box:80"})
    assert is_named(["box"], {"box:80"})


@given(st.text(max_size=30), st.sets(st.sampled_from(["box", "box:80", "[::1]:80"])))
def test_no_host_but_a_name_itself_is_that_name(host: str, names: set[str]) -> None:
    if is_named([host], names):
        assert host.lower() in names or f"{host.lower()}:80" in names or host.startswith("box:")


def test_a_change_reaches_the_browser(site: Site) -> None:
    with connected(site) as connection:
        version = site.preview.version
        connection.request("GET", f"/.digest-preview/news?since={version}")
        news = connection.getresponse()
        save(site.source, "second")
        assert b"data: changed" in news.readline() + news.readline()
        connection.close()
        assert "second" in get(connection, "/digest/")[1]
        assert len(site.said) == 2


def test_a_page_that_missed_a_change_is_told_at_once(site: Site) -> None:
    with connected(site) as connection:
        connection.request("GET", "/.digest-preview/news?since=5")
        assert connection.getresponse().readline() == b"retry: 500\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [("bad", "site.yaml:1: no &lt;good&gt;"), ("bug", "ZeroDivisionError: nought")],
)
def test_a_broken_file_is_shown_and_the_server_lives_on(site: Site, text: str, said: str) -> None:
    with connected(site) as connection:
        for content, shown, hidden in ((text, said, "third"), ("third", "third", said)):
            version = site.preview.version
            save(site.source, f"{content}{version}")
            assert site.preview.newer_than(version, timeout=PATIENCE) != version
            page = get(connection, "/digest/")[1]
            assert shown in page
            assert hidden not in page
    assert said.partition(":")[0] in site.said[1]


def test_a_site_that_was_never_built_says_why(site: Site) -> None:
    site.source.write_text("bad", "utf-8")
    (site.out / "404.html").unlink()
    with connected(site) as connection:
        assert "no &lt;good&gt;" in get(connection, "/")[1]


class Steps(Event):
    """What happens between two looks at the files; the watching ends after the last."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self.steps = list(steps)

    def wait(self, timeout: float | None = None) -> bool:
        if self.steps:
            self.steps.pop(0)()
        return not self.steps


def test_a_file_seen_half_written_is_not_built(site: Site) -> None:
    site.preview.look()
    half, whole = (partial(site.source.write_text, text) for text in ("bad", "second"))
    nothing = partial(int)
    half()
    site.preview.watch(Steps(whole, nothing, nothing), changes=[None])
    assert [line.split(" ")[0] for line in site.said] == ["built", "built"]
    assert not site.preview.problem


def test_a_port_that_is_taken_is_an_error(site: Site) -> None:
    with (
        serving(site.preview, "127.0.0.1", 0) as address,
        pytest.raises(DigestError, match="cannot listen on"),
        serving(site.preview, "127.0.0.1", urlsplit(address).port or 0),
    ):
        pass


def test_what_editors_leave_while_they_write_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "content/notes").mkdir(parents=True)
    (tmp_path / "content/notes/a.md").touch()
    before = state_of(tmp_path)
    for name in (".a.md.swp", "a.md~", "#a.md#", "4913"):
        (tmp_path / "content/notes" / name).touch()
    assert state_of(tmp_path) == before
    (tmp_path / "content/notes/b.md").touch()
    assert state_of(tmp_path) != before


def test_the_shipped_site_shows_a_broken_site_yaml_and_recovers(tmp_path: Path) -> None:
    root = copy_of_repository(tmp_path)
    out = tmp_path / "scratch"

    def rebuild() -> str:
        build(root, BuildOptions(now=NOW, out=out, offline=True, drafts=True))
        return load_site(root / "site.yaml").base

    def changed(path: Path, text: str, page: str = "") -> str:
        version = preview.version
        save(path, text)
        assert preview.newer_than(version, timeout=PATIENCE) != version
        return get(connection, f"/digest/{page}")[1]

    site_yaml = root / "site.yaml"
    good = site_yaml.read_text("utf-8")
    preview = Preview(root, out, rebuild)
    with (
        serving(preview, "127.0.0.1", 0) as address,
        closing(
            http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
        ) as connection,
    ):
        assert "site.yaml:1: unknown key" in changed(site_yaml, f"titel: T\n{good}")
        assert "digest-preview" not in changed(site_yaml, good).partition("<body")[2]
        note = root / "content/notes/2605.13319.md"
        assert "Just in." in changed(note, "Just in.\n", "papers/2605.13319/")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_command_says_where_and_a_signal_ends_it_and_its_scratch_folder(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_of_repository(tmp_path / "root")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    with running("serve", "--port", "0", "--root", str(root)) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Serving"):
                break
        found = re.search(r"http://127\.0\.0\.1:(\d+)/digest/", line)
        assert found
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=PATIENCE)
        assert get(connection, "/digest/themes/")[0] == 200
        connection.close()
        assert list(scratch.iterdir())
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    assert list(scratch.iterdir()) == []
