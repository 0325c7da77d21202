"""A run ends: at its deadline, and at hosts that answer nobody; what came is kept."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import PATIENCE
from hypothesis import given
from hypothesis import strategies as st
from server import Fault, Reply, Server, cut, papers, serving, slow, status
from test_client import Clock, redirect
from test_fetch import API, FEED, FEED_PAGE, LISTING, OAI, Place

from digest.archive.ledger import validators
from digest.cli import main
from digest.errors import SourceError, TooLate, Unreachable
from digest.fetch import LEDGER
from digest.model import Gap, Request, State
from digest.sources.client import PAUSES, Limits, Web
from digest.sources.hosts import Turns

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)  # a Wednesday
HURRY = Limits(read=0.2, arxiv_read=0.2, least=0.1)


class Silence:
    """A server that takes requests and answers none; those that it has are let go at the end."""

    def __init__(self) -> None:
        self.end, self.asked = threading.Event(), threading.Event()

    def __call__(self, reply: Reply) -> Reply:
        self.asked.set()
        self.end.wait(PATIENCE)
        return reply


@pytest.fixture
def silence() -> Iterator[Silence]:
    found = Silence()
    yield found
    found.end.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock, silence: Silence) -> Iterator[Server]:
    with serving() as found:
        found.clock = clock
        found.documents["/feed"] = Reply(body=b"<rss/>")
        found.always["/hang"] = silence
        try:
            yield found
        finally:
            silence.end.set()


@pytest.fixture
def place(tmp_path: Path, server: Server, clock: Clock) -> Place:
    return Place(tmp_path, server, clock)


def web(clock: Clock, deadline: float = 1200, limits: Limits = HURRY, **more: object) -> Web:
    options: dict[str, object] = {"sleep": clock.sleep, "jitter": lambda: 0.0, "proxies": {}}
    return Web(
        "https://example.org/",
        deadline=deadline,
        limits=limits,
        clock=clock,
        **{**options, **more},  # type: ignore[arg-type]
    )


def ask(server: Server, path: str = "/feed", pace: float = 0) -> Request:
    return Request(url=server.url + path, pace=pace)


def taking(clock: Clock, seconds: float, fault: Fault = lambda reply: reply) -> Fault:
    """An answer for which time passes."""

    def fault_that_takes(reply: Reply) -> Reply:
        clock.now += seconds
        return fault(reply)

    return fault_that_takes


def test_after_the_deadline_nobody_is_asked(server: Server, clock: Clock) -> None:
    client = web(clock, deadline=60)
    assert client.get(ask(server)).body == b"<rss/>"
    clock.now += 60
    with pytest.raises(TooLate, match=r"^not reached in time: the 60 s of this run are over$"):
        client.get(ask(server))
    assert len(server.requests) == 1


def test_the_distance_between_requests_counts(server: Server, clock: Clock) -> None:
    client = web(clock, deadline=7)
    for _ in range(3):
        client.get(ask(server, pace=3))
    with pytest.raises(TooLate):
        client.get(ask(server, pace=3))
    assert (len(server.requests), clock.slept) == (3, [3, 3])


@pytest.mark.parametrize("fault", [status(503, Retry_After="100"), status(429), status(500), cut])
def test_pauses_and_tries_count(server: Server, clock: Clock, fault: Fault) -> None:
    server.always["/feed"] = taking(clock, 10, fault)
    client = web(clock, deadline=60)
    with pytest.raises(TooLate):
        client.get(ask(server))
    assert sum(clock.slept) < 60


def test_redirects_count(server: Server, clock: Clock) -> None:
    server.always["/feed"] = taking(clock, 10, redirect("/feed"))
    with pytest.raises(TooLate):
        web(clock, deadline=25).get(ask(server))
    assert len(server.requests) == 3


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_an_answer_that_does_not_come_counts(server: Server, clock: Clock, path: str) -> None:
    server.documents["/drip"] = Reply(body=b"x" * 10_000)
    server.always["/drip"] = slow(chunk=1, pause=0.02)
    with pytest.raises(TooLate):
        web(clock, deadline=0.3, limits=Limits()).get(ask(server, path))


def test_waiting_for_a_turn_counts(server: Server, silence: Silence) -> None:
    client = Web("https://example.org/", deadline=0.5, proxies={})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.get, ask(server, "/hang"))
        assert silence.asked.wait(PATIENCE)
        with pytest.raises(TooLate):
            client.get(ask(server))
        assert isinstance(first.exception(), TooLate)
    assert len(server.requests) == 1


def test_a_host_that_let_one_request_time_out_is_asked_no_more(
    server: Server, clock: Clock
) -> None:
    client = web(clock)
    with pytest.raises(SourceError, match=r"no whole answer: nothing came for 0\.1 s"):
        client.get(ask(server, "/hang"))
    for path in ("/hang", "/feed"):
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 was not asked: no whole answer"):
            client.get(ask(server, path))
    assert len(server.requests) == 2
    assert clock.slept == [PAUSES[0]]


def test_all_who_wait_are_asked_before_a_host_is_given_up(
    server: Server, clock: Clock, silence: Silence
) -> None:
    """One document that never comes need not cost those that do."""
    answered = threading.Event()

    def sleep(seconds: float) -> None:
        assert answered.wait(PATIENCE)

    client = web(clock, sleep=sleep)

    def feed() -> bytes:
        found = client.get(ask(server)).body
        answered.set()
        return found

    with ThreadPoolExecutor(2) as pool:
        hanging = pool.submit(client.get, ask(server, "/hang"))
        assert silence.asked.wait(PATIENCE)
        assert pool.submit(feed).result() == b"<rss/>"
        assert isinstance(hanging.exception(), SourceError)
    with pytest.raises(Unreachable, match="was not asked: no whole answer"):
        client.get(ask(server))


def test_a_host_that_took_too_long_gets_ever_less_time(server: Server, clock: Clock) -> None:
    """However many of its documents trickle, those that don't have their turn."""
    first = threading.Event()

    def dripping(reply: Reply) -> Reply:
        first.set()
        return Reply(body=b"x" * 10_000, chunk=1, pause=0.02)

    server.always["/drip"] = dripping
    client = web(clock, limits=Limits(whole=0.4, least=0.05))
    assert client.get(ask(server)).body == b"<rss/>"
    with ThreadPoolExecutor(4) as pool:
        drips = [pool.submit(client.get, ask(server, "/drip/0"))]
        assert first.wait(PATIENCE)
        drips += [pool.submit(client.get, ask(server, f"/drip/{n}")) for n in (1, 2)]
        while len(client._of(server.url)[0].turns._queue) < 3:
            threading.Event().wait(0.001)
        good = pool.submit(client.get, ask(server))
        said = sorted(str(drip.exception()).partition(" from ")[0] for drip in drips)
        assert said == [f"no whole answer in {seconds} s" for seconds in ("0.05", "0.1", "0.4")]
        assert good.result().body == b"<rss/>"


@pytest.mark.parametrize("fault", ["/hang", "/drip"])
def test_a_feed_that_waits_behind_forty_that_never_come_is_read(
    server: Server, clock: Clock, fault: str
) -> None:
    """Even where the server has answered nobody, and however many of the others take their time."""
    server.always["/drip"] = slow(chunk=1, pause=0.02)
    server.documents.update((f"/drip/{n}", Reply(body=b"x" * 10_000)) for n in range(40))
    limits = Limits(read=0.1, whole=0.1 if fault == "/drip" else 60, least=0.05)
    client = web(clock, limits=limits)
    turns = client._of(server.url)[0].turns
    assert turns.acquire(0)
    with ThreadPoolExecutor(41) as pool:
        waiting = []
        for path in (*(f"{fault}/{number}" for number in range(40)), "/feed"):
            waiting.append(pool.submit(client.get, ask(server, path)))
            while len(turns._queue) <= len(waiting):
                threading.Event().wait(0.0001)
        turns.release()
        *faulty, good = waiting
        assert good.result().body == b"<rss/>"
        assert all(isinstance(one.exception(), SourceError) for one in faulty)
    assert len(server.requests) <= 42  # one of those that hang was asked again


def test_a_host_that_never_gives_a_whole_answer_is_asked_no_more(
    server: Server, clock: Clock
) -> None:
    server.always["/feed"] = cut
    client = web(clock)
    with pytest.raises(SourceError, match="given up"):
        client.get(ask(server))
    with pytest.raises(Unreachable, match="was not asked: no whole answer"):
        client.get(ask(server, "/else"))
    assert len(server.requests) == len(PAUSES) + 1


def test_a_broken_document_does_not_hold_up_the_others_of_its_host(
    server: Server, clock: Clock
) -> None:
    server.always["/broken"] = status(500)
    asked = threading.Event()
    answered = threading.Event()

    def sleep(seconds: float) -> None:
        asked.set()
        assert answered.wait(PATIENCE)

    client = web(clock, sleep=sleep)
    with ThreadPoolExecutor(1) as pool:
        broken = pool.submit(client.get, ask(server, "/broken"))
        assert asked.wait(PATIENCE)
        assert client.get(ask(server)).body == b"<rss/>"
        answered.set()
        assert isinstance(broken.exception(), SourceError)
    assert client.get(ask(server)).body == b"<rss/>"


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, order = Turns(), list[int]()
    assert turns.acquire(0)

    def take(number: int) -> None:
        assert turns.acquire(PATIENCE)
        order.append(number)
        turns.release()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for count, thread in enumerate(threads, start=2):
        thread.start()
        while len(turns._queue) < count:
            threading.Event().wait(0.001)
    assert not turns.acquire(0.01)  # who does not wait for it loses it
    turns.release()
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert turns.acquire(0)


def test_every_arxiv_request_accepted_and_never_answered(place: Place, silence: Silence) -> None:
    """What other hosts gave is archived; no source costs more than the first."""
    place.sources(LISTING, *[API] * 9)
    with serving(host="127.0.0.2") as good:
        good.documents["/feed.xml"] = FEED_PAGE
        with (place.root / "site.yaml").open("r+") as file:
            text = file.read()
            feed = f"  - {{name: Good, kind: feed, url: '{good.url}/feed.xml'}}\nthemes:"
            file.seek(0)
            file.write(text.replace("themes:", feed, 1))
        place.server.always["/"] = silence
        place.limits = HURRY
        news = place.fetch(NOW)
    assert [found.state for found in news.fetched] == [*[State.FAILED] * 10, State.OK]
    assert place.archived() == {"2605.09999"}
    assert len(place.server.requests) == 11
    assert [line.state for line in place.lines()].count(State.FAILED) == 10


def test_what_came_by_the_deadline_is_archived_and_the_rest_is_failed(place: Place) -> None:
    place.sources(FEED, API)
    place.server.documents["/feed.xml"] = FEED_PAGE
    place.server.always["/"] = taking(place.clock, 100)
    news = place.fetch(NOW, deadline=100)
    states = {found.state: found.problem for found in news.fetched}
    assert states.keys() == {State.OK, State.FAILED} or states.keys() == {State.QUIET, State.FAILED}
    assert states[State.FAILED].startswith("not reached in time")
    assert any("not reached in time" in line.problem for line in place.lines())


KINDS = {"api": f"{API}, back: 1d", "listing": LISTING, "oai": OAI}
SINCE = date(2026, 5, 1)


def checkout(place: Place, root: Path) -> Place:
    """What a clone has of a site: nothing but the files that are committed."""
    shutil.copytree(place.root, root, ignore=lambda _, names: {n for n in names if n[0] == "."})
    return Place(root, place.server, place.clock, place.limits)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("again", [None, SINCE], ids=["by itself", "when asked again"])
def test_a_backfill_stops_at_the_deadline_and_goes_on_at_the_next_run(
    place: Place, tmp_path_factory: pytest.TempPathFactory, kind: str, again: date | None
) -> None:
    place.sources(KINDS[kind].replace("from: 2026-05-01", "from: 2026-05-19"))
    server = place.server
    server.corpus = papers(60, datetime(2026, 5, 19, 12, tzinfo=UTC), timedelta(hours=7))[::-1]
    server.slice = server.page = 4
    every = {paper.number for paper in server.corpus}
    server.always["/"] = taking(place.clock, 100)
    first = place.fetch(NOW, since=SINCE, deadline=1000)
    assert first.fetched[0].state is State.PARTIAL
    assert "not reached in time" in first.fetched[0].problem
    assert "are left to the next run" in first.fetched[0].problem
    came = place.archived()
    assert 0 < len(came) < len(every)

    place = checkout(place, tmp_path_factory.mktemp("clone") / "site")
    assert place.archived() == came
    states, before = list[State](), len(server.requests)
    for run in range(1, 6):
        news = place.fetch(NOW + timedelta(hours=run), since=again, deadline=1000)
        states.append(news.fetched[0].state)
        if states[-1] is not State.PARTIAL:
            break
    assert states[-1] is State.OK
    assert place.archived() == every
    assert validators.load(place.root / LEDGER).gaps == {}
    assert len(server.requests) - before < 30
    assert place.fetch(NOW + timedelta(days=1)).fetched[0].state in {
        State.OK,
        State.QUIET,
        State.STALE,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_backfill_that_never_began_begins_at_the_next_run(place: Place, kind: str) -> None:
    place.sources(KINDS[kind].replace("from: 2026-05-01", "from: 2026-05-19"))
    place.server.corpus = papers(20, datetime(2026, 5, 19, 12, tzinfo=UTC), timedelta(hours=20))
    place.server.always["/"] = taking(place.clock, 100, status(404))
    assert place.fetch(NOW, since=SINCE, deadline=50).fetched[0].state is State.FAILED
    assert validators.load(place.root / LEDGER).gaps == {"A": Gap(SINCE, SINCE, NOW.date())}
    place.server.always.clear()
    assert place.fetch(NOW).fetched[0].state is State.OK
    assert {paper.number for paper in place.server.corpus if paper.published.date() > SINCE} <= (
        place.archived()
    )
    assert validators.load(place.root / LEDGER).gaps == {}


def test_a_machine_without_network_begins_no_backfill(place: Place) -> None:
    place.sources(API.replace("{url}", "http://nobody.invalid"))
    assert place.fetch(NOW, since=SINCE).fetched[0].state is State.FAILED
    assert not (place.root / LEDGER).exists()


gaps = st.tuples(st.dates(), st.dates(), st.dates()).map(lambda days: Gap(*sorted(days)))


@given(st.dictionaries(st.text(min_size=1, max_size=5), gaps, max_size=4))
def test_what_is_left_of_backfills_is_read_as_it_was_kept(
    tmp_path_factory: pytest.TempPathFactory, left: dict[str, Gap]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    kept = validators.Validators(gaps=left, resume={"B": "mark"})
    validators.save(folder, kept)
    assert validators.load(folder) == kept


@pytest.mark.parametrize(
    "gap",
    [
        '{"since":"2026-05-01","first":"2026-05-02","last":"2026-05-01"}',
        '{"since":"2026-05-01","first":"x","last":"y"}',
        '{"first":"2026-05-01","last":"2026-05-01"}',
        '"2026-05-02"',
        "7",
    ],
)
def test_what_is_no_span_of_days_is_no_backfill(tmp_path: Path, gap: str) -> None:
    (tmp_path / "marks.jsonl").write_text(f'{{"source":"A","gap":{gap}}}\n')
    assert validators.load(tmp_path) == validators.Validators()


@pytest.mark.parametrize("command", ["fetch", "build"])
def test_a_command_ends_at_its_deadline(place: Place, silence: Silence, command: str) -> None:
    place.sources(FEED, API)
    place.server.always["/"] = silence
    said = CliRunner().invoke(main, [command, "--root", str(place.root), "--deadline", "1s"])
    assert said.exit_code == 0, said.output
    assert said.stderr.count("not reached in time: the 1 s of this run are over") == 2


@pytest.mark.parametrize("text", ["20", "0m", "-5m", "1d", "1.5h", "20 m", "99999s", "m", ""])
def test_what_is_no_duration_is_wrong_usage(place: Place, text: str) -> None:
    said = CliRunner().invoke(main, ["fetch", "--root", str(place.root), "--deadline", text])
    assert said.exit_code == 2
    assert f"{text!r} is no duration such as 90s, 20m or 2h" in said.stderr
