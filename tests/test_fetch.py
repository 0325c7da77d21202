"""A whole fetch, against a server that behaves as arXiv does and misbehaves on command."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from server import (
    Fault,
    Paper,
    Reply,
    Server,
    body,
    bombed,
    charset,
    cut,
    cut_clean,
    doubled,
    empty,
    packed,
    papers,
    serving,
    slow,
)
from server import status as answers
from test_client import Clock

from digest import archive
from digest.archive import ledger
from digest.cli import main
from digest.config import load_site
from digest.errors import DigestError
from digest.fetch import (
    ARCHIVE,
    LEDGER,
    FetchReport,
    fetch,
    plan,
    status,
)
from digest.files import files
from digest.model import Entry, Site, State
from digest.sources.client import PAUSES, Limits, Web
from digest.sources.politeness import DEADLINE
from digest.text.mailing import listing_date

MONDAY = datetime(2026, 5, 11, 12, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
LIMITS = Limits(body=2**20)
HURRY = Limits(read=0.5, whole=0.5, body=2**20)  # for answers without end

API = "kind: arxiv, query: 'cat:cs.DC', endpoint: '{url}/api/query', pace: {pace}"
LISTING = "kind: arxiv-listing, categories: [cs.DC], endpoint: '{url}', pace: {pace}"
OAI = "kind: arxiv-oai, set: cs, from: 2026-05-01, endpoint: '{url}/oai', pace: {pace}"
FEED = "kind: feed, url: '{url}/feed.xml'"


@dataclass
class Place:
    """A site, its server, and a clock that only sleep moves."""

    root: Path
    server: Server
    clock: Clock
    limits: Limits = LIMITS

    def sources(self, *kinds: str, pace: float = 0) -> None:
        """Make these the site's sources, named A, B, and so on."""
        lines = [
            f"  - {{name: {chr(65 + n)}, {kind.format(url=self.server.url, pace=pace)}}}"
            for n, kind in enumerate(kinds)
        ]
        text = "title: T\nurl: https://example.org/\nsources:\n" + "\n".join(lines)
        text += "\nthemes:\n  - {id: all, title: All, any: [problem]}\n"
        (self.root / "site.yaml").write_text(text)

    @property
    def site(self) -> Site:
        return load_site(self.root / "site.yaml")

    def fetch(self, now: datetime, deadline: float = DEADLINE, **more: object) -> FetchReport:
        client = Web(
            "https://example.org/",
            deadline=deadline,
            limits=self.limits,
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )
        return fetch(self.root, self.site, client, now, **more)  # type: ignore[arg-type]

    def archived(self) -> set[str]:
        return {entry.id[6:] for entry in archive.load(self.root / ARCHIVE)}

    def lines(self) -> tuple[ledger.LedgerLine, ...]:
        return ledger.load(self.root / LEDGER)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    clock = Clock()
    with serving() as server:
        server.clock = clock
        yield Place(tmp_path, server, clock)


def corpus(now: datetime, count: int) -> list[Paper]:
    """Papers that are in the listing of `now`, submitted on the morning of the closing before."""
    days = (now - timedelta(days=n) for n in range(1, 5))
    return papers(count, next(day for day in days if listing_date(day) == now.date()))


def numbers(found: list[Paper]) -> set[str]:
    return {paper.number for paper in found}


FEED_PAGE = Reply(
    headers={"Content-Type": "text/xml", "ETag": '"1"'},
    body=b"<rss version='2.0'><channel><title>t</title><item><title>Post</title>"
    b"<link>https://arxiv.org/abs/2605.09999</link></item></channel></rss>",
)

# What goes wrong once, and for ever: the state that each must give.
FAULTS: dict[str, tuple[Fault, State, State]] = {
    "406": (answers(406), State.OK, State.FAILED),
    "429 with Retry-After": (answers(429, Retry_After="9"), State.OK, State.FAILED),
    "429 without": (answers(429), State.OK, State.FAILED),
    "500": (answers(500), State.OK, State.FAILED),
    "503": (answers(503), State.OK, State.FAILED),
    "slow": (slow(chunk=400, pause=0.002), State.OK, State.OK),
    "byte by byte without end": (slow(chunk=1, pause=0.05), State.FAILED, State.FAILED),
    "cut in the transfer": (cut, State.OK, State.FAILED),
    "gzip bomb": (bombed, State.FAILED, State.FAILED),
    "packed": (packed, State.OK, State.OK),
    "redirect loop": (
        lambda reply: Reply(status=302, headers={"Location": "/api/query"}),
        State.FAILED,
        State.FAILED,
    ),
    "wrong content type": (
        lambda reply: replace(reply, headers={"Content-Type": "image/png"}),
        State.OK,
        State.OK,
    ),
    "wrong charset": (charset("utf-16"), State.OK, State.OK),
    "404": (answers(404), State.FAILED, State.FAILED),
    "an empty body": (body(b""), State.OK, State.FAILED),
    "HTML": (body(b"<!doctype html><p>Rate exceeded."), State.OK, State.FAILED),
    "a cut document": (cut_clean, State.OK, State.FAILED),
    "a doubled document": (doubled, State.OK, State.FAILED),
    "empty under a positive total": (empty, State.OK, State.FAILED),
}
SOURCES = {"api": (API, "/api/query"), "listing": (LISTING, "/rss/cs.DC"), "oai": (OAI, "/oai")}


OF_THE_API_ALONE = {"empty under a positive total", "redirect loop"}
CASES = [
    (kind, fault)
    for kind in SOURCES
    for fault in FAULTS
    if kind == "api" or fault not in OF_THE_API_ALONE
]


@pytest.mark.parametrize(("kind", "fault"), CASES)
@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
def test_every_fault_gives_its_state_and_loses_nothing(
    place: Place, kind: str, fault: str, for_ever: bool
) -> None:
    line, path = SOURCES[kind]
    place.sources(line)
    place.server.corpus = corpus(MONDAY, 4)
    assert place.fetch(MONDAY).fetched[0].state is State.OK
    before = place.archived()
    assert before == numbers(place.server.corpus)

    today = [replace(paper, number=f"2605.1{paper.number[-4:]}") for paper in corpus(TUESDAY, 5)]
    place.server.corpus = sorted([*today, *place.server.corpus], key=lambda p: p.published)[::-1]
    broken, once, always = FAULTS[fault]
    if for_ever:
        place.server.always[path] = broken
    else:
        place.server.faults[path] = [broken]
    expected = always if for_ever else once
    place.limits = HURRY if fault.endswith("without end") else LIMITS
    news = place.fetch(TUESDAY)
    (found,) = news.fetched
    assert found.state is expected, found.problem
    assert place.lines()[-1].state is expected
    assert bool(found.problem) is (expected is State.FAILED)
    assert "\n" not in found.problem
    assert place.archived() == before | (numbers(today) if expected is State.OK else set())

    place.server.always.clear()
    place.server.faults.clear()
    place.limits = LIMITS
    healed = place.fetch(TUESDAY + timedelta(hours=2))
    assert healed.fetched[0].state in {State.OK, State.QUIET}
    assert place.archived() == before | numbers(today)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("503", State.FAILED),
        ("HTML", State.FAILED),
        ("a cut document", State.FAILED),
        ("a doubled document", State.PARTIAL),
        ("wrong charset", State.OK),
        ("gzip bomb", State.FAILED),
    ],
)
def test_a_feeds_faults_cost_no_other_source(place: Place, fault: str, state: State) -> None:
    place.sources(FEED, API)
    place.server.corpus = corpus(MONDAY, 3)
    place.server.documents["/feed.xml"] = FEED_PAGE
    place.server.always["/feed.xml"] = FAULTS[fault][0]
    feed, api = place.fetch(MONDAY).fetched
    assert (feed.state, api.state) == (state, State.OK)
    assert numbers(place.server.corpus) <= place.archived()


def big() -> list[Paper]:
    return papers(5000, MONDAY - timedelta(days=1), timedelta(minutes=1))


def test_five_thousand_papers_with_a_hole_and_a_pause_all_arrive(place: Place) -> None:
    """Three slices of 2,000; the second is empty at first, the third "503" at first."""
    place.sources(API, pace=3)
    place.limits = Limits()
    place.server.corpus = big()[::-1]
    place.server.faults["/api/query"] = [None, empty, None, answers(503), None]
    (found,) = place.fetch(MONDAY).fetched
    assert (found.state, found.problem) == (State.OK, "")
    assert len(place.archived()) == 5000
    assert found.answered == "4 × 200"
    assert min(b - a for a, b in pairwise(place.server.times)) >= 3
    assert PAUSES[0] in place.clock.slept


def test_with_the_hole_for_ever_the_rest_is_kept(place: Place) -> None:
    place.sources(API, pace=3)
    place.limits = Limits()
    place.server.corpus = big()[::-1]
    place.server.always["/api/query"] = lambda reply: (
        empty(reply) if b"startIndex>2000<" in reply.body else reply
    )
    (found,) = place.fetch(MONDAY).fetched
    assert found.state is State.PARTIAL
    assert found.problem.startswith("2,000 of 5,000 papers did not come")
    assert len(place.archived()) == 3000
    assert min(b - a for a, b in pairwise(place.server.times)) >= 3


def test_a_weekend_gives_no_alarm(place: Place) -> None:
    """Friday to Monday, once a day."""
    place.sources(LISTING)
    friday = datetime(2026, 5, 15, 12, tzinfo=UTC)
    place.server.corpus = [
        *corpus(friday + timedelta(days=3), 3),
        *(replace(p, number=f"2605.1000{n}") for n, p in enumerate(corpus(friday, 3))),
    ]
    found = []
    for days in range(4):
        now = friday + timedelta(days=days)
        place.server.today = now.date()
        found.append(place.fetch(now).fetched[0])
    assert [one.state for one in found] == [State.OK, State.QUIET, State.QUIET, State.OK]
    assert [one.problem for one in found] == [""] * 4
    assert len(place.archived()) == 6
    (health,) = status(place.root, place.site, friday + timedelta(days=3, hours=1))
    assert (health.gaps, health.failed_days) == ((), 0)


def test_a_day_that_failed_is_healed_by_the_next(place: Place) -> None:
    place.sources(LISTING)
    place.server.corpus = corpus(MONDAY, 3)
    place.fetch(MONDAY)
    tuesday = [replace(p, number=f"2605.1000{n}") for n, p in enumerate(corpus(TUESDAY, 3))]
    wednesday = TUESDAY + timedelta(days=1)
    later = [replace(p, number=f"2605.2000{n}") for n, p in enumerate(corpus(wednesday, 3))]
    place.server.corpus = [*later, *tuesday, *place.server.corpus]
    place.server.always["/rss/cs.DC"] = answers(503)
    assert place.fetch(TUESDAY).fetched[0].state is State.FAILED
    (health,) = status(place.root, place.site, TUESDAY)
    assert (health.failed_days, health.gaps) == (1, (TUESDAY.date(),))
    place.server.always.clear()
    place.server.today = wednesday.date()
    assert place.fetch(wednesday).fetched[0].state is State.OK
    assert numbers(tuesday) <= place.archived()
    (health,) = status(place.root, place.site, wednesday)
    assert (health.failed_days, health.gaps) == (0, ())
    assert place.lines()[-1].late == 0  # Tuesday was never fetched whole, so nothing is late
    dates = {entry.id[6:]: entry.announced for entry in archive.load(place.root / ARCHIVE)}
    assert {dates[paper.number] for paper in tuesday} == {TUESDAY.date()}


def test_a_paper_that_turns_up_late_is_counted_and_listed(place: Place) -> None:
    place.sources(API)
    first, held = (
        corpus(MONDAY, 3),
        Paper(number="2605.00099", published=MONDAY - timedelta(days=4)),
    )
    place.server.corpus = first
    place.fetch(MONDAY)
    place.server.corpus = [*first, held]
    place.fetch(TUESDAY)
    assert place.lines()[-1].late == 1
    found = next(e for e in archive.load(place.root / ARCHIVE) if e.id == "arxiv:2605.00099")
    assert (found.announced, found.seen) == (date(2026, 5, 8), TUESDAY.date())


def test_nothing_new_is_told_apart_without_a_body(place: Place) -> None:
    place.sources(FEED)
    place.server.documents["/feed.xml"] = FEED_PAGE
    assert place.fetch(MONDAY).fetched[0].state is State.OK
    second = place.fetch(TUESDAY).fetched[0]
    assert (second.state, second.answered) == (State.QUIET, "1 × 304")
    shutil.rmtree(place.root / ARCHIVE)  # what the marks vouch for is gone
    third = place.fetch(TUESDAY, allow_shrink=True).fetched[0]
    assert (third.state, third.answered) == (State.OK, "1 × 200")
    assert place.archived() == {"2605.09999"}


def test_a_failed_answer_leaves_no_mark(place: Place) -> None:
    place.sources(LISTING)
    place.server.corpus = corpus(MONDAY, 3)
    place.server.always["/rss/cs.DC"] = lambda reply: replace(
        reply, headers={**reply.headers, "ETag": '"2"'}
    )
    assert place.fetch(MONDAY + timedelta(days=2)).fetched[0].state is State.STALE
    assert place.fetch(MONDAY + timedelta(days=2)).fetched[0].answered == "1 × 200"


def test_on_a_machine_without_network_nothing_is_written(place: Place) -> None:
    place.sources(API, LISTING, FEED)
    text = (place.root / "site.yaml").read_text().replace("127.0.0.1", "no-such-host.invalid")
    (place.root / "site.yaml").write_text(text)
    news = place.fetch(MONDAY)
    assert [found.state for found in news.fetched] == [State.FAILED] * 3
    assert not any(found.reached for found in news.fetched)
    assert sorted(path.name for path in place.root.rglob("*")) == ["site.yaml"]


def test_one_source_may_be_asked_alone_and_typos_are_named(place: Place) -> None:
    place.sources(API, FEED)
    place.server.corpus = corpus(MONDAY, 3)
    assert [found.source for found in place.fetch(MONDAY, names=["A"]).fetched] == ["A"]
    with pytest.raises(DigestError, match="unknown source 'AA'"):
        place.fetch(MONDAY, names=["AA"])


def test_a_gap_is_filled_and_what_fills_it_sinks_to_its_place(place: Place) -> None:
    place.sources(API)
    old = Paper(number="2604.00007", published=datetime(2026, 4, 6, 12, tzinfo=UTC))
    place.server.corpus = [*corpus(MONDAY, 3), old]
    place.fetch(MONDAY)
    assert old.number not in place.archived()
    place.fetch(MONDAY, since=date(2026, 4, 1))
    found = next(e for e in archive.load(place.root / ARCHIVE) if e.id == "arxiv:2604.00007")
    assert found.seen == found.announced == date(2026, 4, 7)


DOCUMENT = """<feed xmlns="http://www.w3.org/2005/Atom"><updated>2026-04-07T00:00:00Z</updated>
<totalResults xmlns="http://a9.com/-/spec/opensearch/1.1/">1</totalResults>
<startIndex xmlns="http://a9.com/-/spec/opensearch/1.1/">0</startIndex>
<entry><id>http://arxiv.org/abs/2604.00007v1</id><title>T</title><summary>S</summary>
<published>2026-04-06T12:00:00Z</published><updated>2026-04-06T12:00:00Z</updated>
<doi xmlns="http://arxiv.org/schemas/atom">10.1145/1</doi></entry></feed>"""


@pytest.mark.parametrize("name", ["arxiv:2604.00007", "doi:10.1145/1"])
def test_a_backfill_moves_no_paper_that_readers_have(place: Place, name: str) -> None:
    monday = MONDAY.date()
    known = Entry(id=name, doi="10.1145/1", title="T", announced=monday, seen=monday)
    archive.save(place.root / ARCHIVE, [known])
    (place.root / "old.xml").write_text(DOCUMENT)
    place.sources("kind: file, path: old.xml")
    assert not place.fetch(TUESDAY).problems
    (found,) = archive.load(place.root / ARCHIVE)
    assert (found.id, found.guid or found.id) == ("arxiv:2604.00007", name)
    assert found.seen == monday
    assert {version.seen for version in found.versions} == {monday}


def test_two_papers_that_claim_one_doi_keep_their_own_ids(place: Place) -> None:
    monday, doi = MONDAY.date(), "10.1145/1"
    other = Entry(
        id="arxiv:2604.00001",
        aliases=(f"doi:{doi}",),
        doi=doi,
        title="O",
        announced=monday,
        seen=monday,
    )
    archive.save(place.root / ARCHIVE, [other])
    (place.root / "old.xml").write_text(DOCUMENT)
    place.sources("kind: file, path: old.xml")
    place.fetch(TUESDAY)
    found = archive.load(place.root / ARCHIVE)
    assert {entry.guid or entry.id for entry in found} == {"arxiv:2604.00001", "arxiv:2604.00007"}


def test_a_plan_asks_nobody(place: Place) -> None:
    place.sources(API, LISTING, OAI, FEED, pace=3)
    found = plan(place.root, place.site, MONDAY)
    assert [one.source for one in found] == ["A", "B", "C", "D"]
    assert [one.start for one in found] == [0.0, 3.0, 6.0, 7.0]  # all on one host here
    assert place.server.requests == []


def test_gaps_of_the_future_are_none(place: Place) -> None:
    place.sources(API)
    with pytest.raises(DigestError, match="2026-05-12 is yet to come"):
        place.fetch(MONDAY, since=date(2026, 5, 12))
    assert place.server.times == []


def test_two_fetches_at_once_are_one_too_many(place: Place) -> None:
    place.sources(API)
    held = files.in_turn(place.root / ".digest-lock", "it")
    who = rf"another digest \(process {os.getpid()}, since .* UTC\)"
    with held, pytest.raises(DigestError, match=f"{who} is at work on .*archive; given up"):
        place.fetch(MONDAY, wait=0)
    place.server.corpus = corpus(MONDAY, 3)
    assert place.fetch(MONDAY).new == 3


def test_a_damaged_archive_or_ledger_stops_the_fetch_and_stays_as_it_is(place: Place) -> None:
    place.sources(API)
    place.server.corpus = corpus(MONDAY, 3)
    place.fetch(MONDAY)
    for folder in (ARCHIVE, LEDGER):
        path = place.root / folder / "2026-05.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole[:-20])
        with pytest.raises(DigestError, match=r"2026-05\.jsonl:\d+: damaged line"):
            place.fetch(TUESDAY)
        assert path.read_bytes() == whole[:-20]
        path.write_bytes(whole)


def test_a_new_version_is_an_update_and_keeps_the_old_words(place: Place) -> None:
    place.sources(API)
    first = corpus(MONDAY, 1)
    place.server.corpus = first
    place.fetch(MONDAY)
    revised = replace(
        first[0], version=2, updated=TUESDAY - timedelta(hours=3), title="On another problem"
    )
    place.server.corpus = [revised]
    place.fetch(TUESDAY)
    (entry,) = archive.load(place.root / ARCHIVE)
    assert (entry.version, entry.seen, entry.announced) == (2, MONDAY.date(), MONDAY.date())
    assert [version.number for version in entry.versions] == [1, 2]
    assert (entry.versions[0].title, entry.title) == ("On the 1th problem", "On another problem")
    line = place.lines()[-1]
    assert (line.new, line.updated) == (0, 1)


def test_a_harvest_goes_on_in_the_next_run(place: Place) -> None:
    place.sources(OAI)
    place.server.page = 2
    place.server.corpus = corpus(MONDAY, 7)
    place.server.faults["/oai"] = [None, None, *[answers(503)] * (len(PAUSES) + 1)]
    first = place.fetch(MONDAY).fetched[0]
    assert first.state is State.PARTIAL
    assert len(place.archived()) == 2
    before = len(place.server.requests)
    assert place.fetch(MONDAY).fetched[0].state is State.OK
    assert place.archived() == numbers(place.server.corpus)
    assert "resumptionToken" in place.server.requests[before][0]


STATES: list[tuple[Callable[[Server], None], State]] = [
    (lambda server: None, State.OK),
    (lambda server: server.always.update({"/rss": answers(503)}), State.FAILED),
    (lambda server: setattr(server, "today", MONDAY.date()), State.STALE),
    (lambda server: setattr(server, "corpus", []), State.PARTIAL),
]


@pytest.mark.parametrize(("change", "state"), STATES)
def test_states_of_a_listing(place: Place, change: Callable[[Server], None], state: State) -> None:
    place.sources(LISTING)
    place.server.corpus = corpus(TUESDAY, 3)
    place.server.today = TUESDAY.date()
    change(place.server)
    assert place.fetch(TUESDAY).fetched[0].state is state


def test_the_command_tells_five_states_apart(place: Place) -> None:
    place.sources(API, API, API, API, API, API)
    problem = {State.STALE: "old", State.PARTIAL: "2 of 3", State.FAILED: "HTTP 503"}
    lines = [
        ledger.LedgerLine(
            when=MONDAY, source=name, state=state, answered="1", problem=problem.get(state, "")
        )
        for name, state in zip("ABCDE", State, strict=True)
    ]
    ledger.add(
        place.root / LEDGER,
        [
            ledger.LedgerLine(
                when=MONDAY - timedelta(days=3), source="E", state=State.OK, answered="1"
            ),
            *lines,
        ],
    )
    asked = ["status", "--root", str(place.root), "--now", "2026-05-11T13:00Z"]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code == 0
    first = [line.split() for line in said.output.splitlines() if line[0] != " "]
    assert first == [
        ["ok", "A"],
        ["quiet", "B"],
        ["stale", "C"],
        ["partial", "D"],
        ["failed", "E"],
        ["never", "asked", "F"],
    ]
    assert "last success 2026-05-08 12:00 UTC" in said.output
    assert "without success for 1 day: HTTP 503" in said.output
    assert "digest fetch --source 'E' --since 2026-05-11" in said.output
    found = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)["sources"]
    assert [one["state"] for one in found] == [*State, None]
    assert found[4]["gaps"] == ["2026-05-11"]


def test_the_command_says_what_came_and_what_did_not(place: Place) -> None:
    place.sources(API, FEED)
    place.server.corpus = corpus(MONDAY, 3)
    now = ["--root", str(place.root), "--now", "2026-05-11T12:00Z"]
    said = CliRunner().invoke(main, ["fetch", *now])
    assert said.exit_code == 0
    assert said.stdout.startswith("A: ok: 3 entries, 3 new, 0 updated\nB: failed: 0 entries")
    assert said.stderr == f"warning: B: failed: HTTP 404 from {place.server.url}/feed.xml\n"
    assert CliRunner().invoke(main, ["fetch", "--strict", *now]).exit_code == 3
    planned = CliRunner().invoke(main, ["fetch", "--plan", *now]).output.splitlines()
    assert planned[0].startswith(f"+ 0.0 s  A: {place.server.url}/api/query?search_query=")
    assert planned[1] == f"+ 1.0 s  B: {place.server.url}/feed.xml"
