"""The polite client, against a real server on this machine and a clock of our own."""

import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from conftest import PATIENCE
from server import Fault, Reply, Server, body, bombed, cut, packed, serving, slow, status

from digest import __version__
from digest.errors import SourceError, Unreachable
from digest.model import Request, Validator
from digest.sources.client import (
    PAUSES,
    Limits,
    Web,
)
from digest.sources.politeness import (
    proxy_of,
    redirected,
    retry_after,
    seconds_to_wait,
    timetable,
)


class Clock:
    """Time that passes in sleep alone."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    with serving() as found:
        found.clock = clock
        found.documents["/feed"] = Reply(headers={"Content-Type": "text/xml"}, body=b"<rss/>")
        yield found


def web(
    clock: Clock,
    limits: Limits | None = None,
    jitter: float = 0.0,
    proxies: Mapping[str, str] | None = None,
) -> Web:
    return Web(
        "https://example.org/digest/",
        limits=limits,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: jitter,
        proxies=proxies or {},
    )


def ask(server: Server, pace: float = 0.0, path: str = "/feed", **more: object) -> Request:
    return Request(url=server.url + path, pace=pace, **more)  # type: ignore[arg-type]


def test_we_say_who_we_are_and_what_we_take(server: Server, clock: Clock) -> None:
    answer = web(clock).get(ask(server, accept="application/rss+xml"))
    assert (answer.status, answer.body) == (200, b"<rss/>")
    ((_, headers),) = server.requests
    assert headers["user-agent"] == f"digest/{__version__} (+https://example.org/digest/)"
    assert headers["accept"] == "application/rss+xml"
    assert "if-none-match" not in headers


def test_requests_to_a_host_keep_their_distance(server: Server, clock: Clock) -> None:
    client = web(clock)
    for _ in range(5):
        client.get(ask(server, pace=3.0))
        clock.now += 1  # the answer took a second
    starts = server.times
    assert [round(b - a, 6) for a, b in pairwise(starts)] == [3.0] * 4


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [(None, 5.0, 0.0), (5.0, 5.0, 3.0), (5.0, 6.0, 2.0), (5.0, 9.0, 0.0)],
)
def test_the_distance_is_from_start_to_start(
    last: float | None, now: float, expected: float
) -> None:
    assert seconds_to_wait(last, now, 3.0) == expected


def test_clocks_must_agree() -> None:
    with pytest.raises(ValueError, match="before"):
        seconds_to_wait(5.0, 4.0, 3.0)


def test_all_of_arxivs_hosts_share_one_pace_that_nothing_lowers() -> None:
    urls = [
        "https://rss.arxiv.org/rss/cs.DC",
        "https://export.arxiv.org/api/query",
        "https://example.org/feed",
        "https://oaipmh.arxiv.org./oai",
        "https://arxiv.org.example.org/",
        "https://EXPORT.arxiv.org/api/query",
    ]
    requests = [Request(url=url, pace=0.5) for url in urls]
    assert timetable(requests) == (0.0, 3.0, 0.0, 6.0, 0.0, 9.0)


def test_one_host_is_asked_one_thing_at_a_time(clock: Clock) -> None:
    busy, most = 0, 0
    lock = threading.Lock()

    def counted(reply: Reply) -> Reply:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        threading.Event().wait(0.01)
        with lock:
            busy -= 1
        return reply

    with serving() as server:
        server.documents["/feed"] = Reply(body=b"<rss/>")
        server.always["/feed"] = counted
        client = web(clock)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(client.get, [ask(server)] * 16))
    assert len(answers) == 16
    assert most == 1


@pytest.mark.parametrize("code", [406, 429, 500, 502, 503, 599])
def test_slow_down_is_heard(server: Server, clock: Clock, code: int) -> None:
    server.faults["/feed"] = [status(code), status(code), None]
    assert web(clock).get(ask(server)).body == b"<rss/>"
    assert clock.slept == [PAUSES[0], PAUSES[1]]


def test_pauses_are_jittered(server: Server, clock: Clock) -> None:
    server.faults["/feed"] = [status(503), None]
    web(clock, jitter=1.0).get(ask(server))
    assert clock.slept == [PAUSES[0] * 1.5]


@pytest.mark.parametrize(("said", "pause"), [("7", 7.0), ("soon", PAUSES[0])])
def test_retry_after_is_kept(server: Server, clock: Clock, said: str, pause: float) -> None:
    server.faults["/feed"] = [status(429, Retry_After=said), None]
    web(clock).get(ask(server, pace=3.0))
    assert clock.slept == [pause]


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120.0),
        ("0", None, 0.0),
        ("Fri, 15 May 2026 12:00:30 GMT", "Fri, 15 May 2026 12:00:00 GMT", 30.0),
        ("Fri, 15 May 2026 11:00:00 GMT", "Fri, 15 May 2026 12:00:00 GMT", 0.0),
        ("Fri, 15 May 2026 12:00:30 GMT", None, None),
        ("-1", None, None),
        ("1e9", None, None),
        ("٣", None, None),
        (None, None, None),
    ],
)
def test_what_retry_after_says(value: str | None, date: str | None, seconds: float | None) -> None:
    assert retry_after(value, date) == seconds


def test_patience_ends_and_says_so(server: Server, clock: Clock) -> None:
    server.always["/feed"] = status(503)
    with pytest.raises(SourceError, match=r"HTTP 503 from 127\.0\.0\.1; given up"):
        web(clock).get(ask(server))
    assert len(server.requests) == len(PAUSES) + 1
    assert clock.slept == list(PAUSES)


def test_who_asks_for_an_hour_is_left_alone(server: Server, clock: Clock) -> None:
    server.faults["/feed"] = [status(429, Retry_After="3600")]
    with pytest.raises(SourceError, match=r"HTTP 429 .* asks to wait 3600 s; given up"):
        web(clock).get(ask(server))
    assert clock.slept == []


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_other_answers_are_answers(server: Server, clock: Clock, code: int) -> None:
    server.faults["/feed"] = [status(code)]
    assert web(clock).get(ask(server)).status == code


def test_a_transfer_cut_off_is_tried_again(server: Server, clock: Clock) -> None:
    server.faults["/feed"] = [cut, None]
    assert web(clock).get(ask(server)).body == b"<rss/>"
    server.always["/feed"] = cut
    with pytest.raises(SourceError, match=r"no whole answer .* given up"):
        web(clock).get(ask(server))


def test_nothing_new(server: Server, clock: Clock) -> None:
    tagged = {"ETag": '"1"', "Last-Modified": "Fri, 15 May 2026 12:00:00 GMT"}
    server.documents["/feed"] = Reply(headers=tagged, body=b"<rss/>")
    client = web(clock)
    first = client.get(ask(server))
    assert first.validator == Validator(etag='"1"', modified=tagged["Last-Modified"])
    again = client.get(ask(server, validator=first.validator))
    assert (again.status, again.body) == (304, b"")
    assert server.requests[1][1]["if-modified-since"] == tagged["Last-Modified"]


def test_packed_answers_are_unpacked(server: Server, clock: Clock) -> None:
    server.faults["/feed"] = [packed]
    assert web(clock).get(ask(server)).body == b"<rss/>"
    assert server.requests[0][1]["accept-encoding"] == "gzip, deflate"


def test_a_bomb_ends_as_an_error_in_bounded_memory(server: Server, clock: Clock) -> None:
    bomb = bombed(Reply())
    server.documents["/feed"] = bomb
    client = web(clock, Limits(body=2**20))
    tracemalloc.start()
    with pytest.raises(SourceError, match="more than 1,048,576 bytes"):
        client.get(ask(server))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


@pytest.mark.parametrize(
    "broken", [body(b"\x1f\x8b garbage", "text/xml"), lambda r: Reply(body=b"no gzip")]
)
def test_a_broken_packing_is_no_answer(server: Server, clock: Clock, broken: Fault) -> None:
    server.always["/feed"] = lambda reply: Reply(
        headers={"Content-Encoding": "gzip"}, body=broken(reply).body
    )
    with pytest.raises(SourceError, match="no whole answer"):
        web(clock).get(ask(server))


def redirect(target: str) -> Fault:
    return lambda reply: Reply(status=302, headers={"Location": target})


def test_redirects_are_followed_at_the_hosts_pace(server: Server, clock: Clock) -> None:
    server.documents["/old"] = Reply(status=301, headers={"Location": "/feed#part"})
    answer = web(clock).get(ask(server, path="/old", pace=3.0))
    assert (answer.url, answer.body) == (f"{server.url}/feed", b"<rss/>")
    assert clock.slept == [3.0]


def test_a_redirect_loop_ends(server: Server, clock: Clock) -> None:
    server.always["/feed"] = redirect("/feed")
    with pytest.raises(SourceError, match="more than 5 redirects"):
        web(clock).get(ask(server))
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("https://a.example/x", "/y", "https://a.example/y"),
        ("http://a.example/x", "https://a.example/x", "https://a.example/x"),
        ("http://a.example/x/y?z", "../w", "http://a.example/w"),
        ("https://a.example/", "//b.example/c", "https://b.example/c"),
    ],
)
def test_where_redirects_lead(url: str, location: str, target: str) -> None:
    assert redirected(url, location) == target


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("http://a.example/", "from https down to http"),
        ("file:///etc/passwd", "out of the web"),
        ("ftp://a.example/", "out of the web"),
        ("javascript:alert(1)", "out of the web"),
        ("https://[::1", "to no address"),
    ],
)
def test_where_redirects_must_not_lead(location: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        redirected("https://a.example/x", location)


def closed_port() -> str:
    with Server() as server:
        return server.url


@pytest.mark.parametrize(
    "url", ["http://no-such-host.invalid", closed_port()], ids=["no host", "closed port"]
)
def test_where_nobody_is_nobody_is_asked_again(clock: Clock, url: str) -> None:
    client = web(clock)
    with pytest.raises(Unreachable, match="could not be reached"):
        client.get(Request(url=f"{url}/one"))
    with pytest.raises(Unreachable, match=r"was not asked: .* could not be reached"):
        client.get(Request(url=f"{url}/two"))
    assert clock.slept == []


def test_an_answer_that_never_ends_costs_the_host_its_turn(server: Server, clock: Clock) -> None:
    server.documents["/feed"] = Reply(body=b"x" * 10_000)
    server.always["/feed"] = slow(chunk=1, pause=0.02)
    client = web(clock, Limits(whole=0.2))
    with pytest.raises(SourceError, match=r"no whole answer in 0\.2 s"):
        client.get(ask(server))
    with pytest.raises(SourceError, match="was not asked"):
        client.get(ask(server))
    assert len(server.requests) <= 1  # a busy server may not have read even that


def test_a_slow_answer_that_ends_is_an_answer(server: Server, clock: Clock) -> None:
    server.faults["/feed"] = [slow(chunk=1, pause=0.001)]
    assert web(clock).get(ask(server)).body == b"<rss/>"


def test_silence_is_no_answer(server: Server, clock: Clock) -> None:
    server.always["/feed"] = slow(chunk=1, pause=0.3)
    client = web(clock, Limits(read=0.05, patience=1.0))
    with pytest.raises(SourceError, match="no whole answer"):
        client.get(ask(server))


@pytest.mark.parametrize("url", ["http://a.example:99999999/", "http://[::1/", "http://a:b/"])
def test_what_is_no_address_is_not_asked(clock: Clock, url: str) -> None:
    with pytest.raises(SourceError, match="no address"):
        web(clock).get(Request(url=url))


def test_hosts_do_not_wait_for_each_other(clock: Clock) -> None:
    """Each of two hosts answers only once the other has been asked too."""
    met = threading.Barrier(2, timeout=PATIENCE)

    def meeting(reply: Reply) -> Reply:
        met.wait()
        return reply

    with serving() as one, serving() as other:
        for server in (one, other):
            server.documents["/feed"] = Reply(body=b"<rss/>")
            server.always["/feed"] = meeting
        client = web(clock)
        urls = [f"{one.url}/feed", other.url.replace("127.0.0.1", "localhost") + "/feed"]
        get: Callable[[str], bytes] = lambda url: client.get(Request(url=url)).body  # noqa: E731
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(get, urls)) == [b"<rss/>", b"<rss/>"]


def test_a_connection_that_never_comes_about_is_given_up_in_time(clock: Clock) -> None:
    """Nobody accepts, and the queue is full: what a dead route looks like from here."""
    with socket.socket() as silent, socket.socket() as first, socket.socket() as second:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for caller in (first, second):
            caller.setblocking(False)
            caller.connect_ex(silent.getsockname())
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="could not be reached: timed out"):
            web(clock, Limits(reach=0.2)).get(Request(url=url))


@pytest.mark.parametrize(
    ("url", "proxies", "proxy"),
    [
        ("http://a.example/", {}, ""),
        ("http://a.example/", {"https": "http://p:1"}, ""),
        ("https://a.example/", {"https": "http://p:1"}, "http://p:1"),
        ("https://a.example/", {"https": "p:1"}, "http://p:1"),
        ("http://a.example/", {"all": "https://p"}, "https://p"),
        ("http://a.example/", {"http": "p:1", "no": "b.example"}, "http://p:1"),
        ("http://a.b.example:8000/", {"http": "p:1", "no": "c.example, .b.example"}, ""),
        ("http://127.0.0.1:8000/", {"http": "p:1", "no": "localhost,127.0.0.1"}, ""),
        ("http://a.example/", {"http": "p:1", "no": "*"}, ""),
    ],
)
def test_which_proxy_leads_to_a_server(url: str, proxies: dict[str, str], proxy: str) -> None:
    assert proxy_of(url, proxies) == proxy


@pytest.mark.parametrize("proxy", ["socks5://me:secret@p:1", "http://me:secret@[p", "me:secret@"])
def test_a_proxy_that_we_cannot_use_is_said_without_its_password(clock: Clock, proxy: str) -> None:
    with pytest.raises(Unreachable, match=r"a\.example could not be reached: its proxy") as caught:
        web(clock, proxies={"all": proxy}).get(Request(url="https://a.example/"))
    assert "secret" not in str(caught.value)


def test_a_proxy_is_asked_for_what_it_leads_to(server: Server, clock: Clock) -> None:
    client = web(clock, proxies={"http": server.url.replace("://", "://me:a%40b@")})
    url = "http://no-such-host.invalid/feed"
    answer = client.get(Request(url=url))
    assert (answer.url, answer.body) == (url, b"<rss/>")
    ((target, headers),) = server.requests
    assert target == url
    assert headers["proxy-authorization"] == "Basic bWU6YUBi"


def test_a_proxy_that_lets_nobody_through_is_asked_once(server: Server, clock: Clock) -> None:
    """Our server knows no CONNECT."""
    client = web(clock, proxies={"https": server.url})
    problem = r"a\.example could not be reached: the proxy 127\.0\.0\.1: Tunnel .* failed: 501"
    with pytest.raises(Unreachable, match=problem):
        client.get(Request(url="https://a.example/one"))
    with pytest.raises(Unreachable, match=rf"was not asked: {problem}"):
        client.get(Request(url="https://a.example/two"))
    assert clock.slept == []


def test_a_proxy_that_is_not_there_is_named(clock: Clock) -> None:
    client = web(clock, proxies={"https": closed_port()})
    problem = r"a\.example could not be reached: the proxy 127\.0\.0\.1: Connection refused"
    with pytest.raises(Unreachable, match=problem):
        client.get(Request(url="https://a.example/"))


def test_a_proxy_that_says_nothing_is_given_up_in_time(clock: Clock) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = web(
            clock,
            Limits(reach=0.2, read=30),
            proxies={"https": f"http://127.0.0.1:{silent.getsockname()[1]}"},
        )
        with pytest.raises(Unreachable, match="could not be reached: the proxy"):
            client.get(Request(url="https://a.example/"))
    assert clock.slept == []
