"""OAI-PMH: reading harvests, and going on where one was cut off."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from asking import RECORDED, Reply, a_run, in_turn, told
from msgspec.structs import replace
from server import Paper, Server, papers

from digest.errors import SourceError
from digest.model import Markup, Request, SourceHistory, SourceResult, State
from digest.sources import arxiv_oai
from digest.sources.arxiv_oai import ArxivOai
from digest.sources.asking import Asking

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
SOURCE = ArxivOai(
    name="Backfill",
    markup=Markup.TEX,
    set="cs",
    start=date(2026, 5, 1),
    until=None,
    endpoint="http://localhost/oai",
    pace=3.0,
)
HUNDRED = papers(100, datetime(2026, 5, 19, tzinfo=UTC), timedelta(hours=4))


def parse(body: bytes) -> arxiv_oai.OaiPage:
    return arxiv_oai.parse(body, SOURCE, NOW.date())


def test_a_recorded_harvest() -> None:
    page = parse((RECORDED / "oai/cs-2016.xml").read_bytes())
    assert page.token == "1122234|103001"
    first, second = page.entries[:2]
    assert first.id == "arxiv:math/0611918"
    assert first.authors == ("Martin Hock", "Boaz Tsaban")
    assert first.summary.count("\n") == 3
    assert first.summary.split("\n")[1].startswith("After a self-contained introduction to Garsi")
    assert first.categories == ("math.GR", "cs.CR", "math.AG")
    assert first.license == "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
    assert (first.version, first.versions) == (0, ())  # revised, and nothing says how often
    assert first.published == datetime(2006, 11, 29, tzinfo=UTC)
    assert first.updated == datetime(2010, 10, 30, tzinfo=UTC)
    assert first.announced == first.seen == date(2006, 11, 30)
    assert second.classes == ("68T27", "68T30")
    *_, once = page.entries
    assert (once.version, once.updated) == (1, once.published)


def test_names_with_suffixes_and_published_papers() -> None:
    page = parse((RECORDED / "oai/cs-2016.xml").read_bytes())
    third = page.entries[2]
    assert any(name.endswith((" Jr.", " III", " II", " Jr")) for name in third.authors)
    assert third.doi
    assert third.journal_ref


def document(inside: str) -> bytes:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inside}</OAI-PMH>'.encode()


def test_deleted_records_are_counted_not_read() -> None:
    header = '<header status="deleted"><identifier>oai:arXiv.org:2605.00001</identifier></header>'
    page = parse(document(f"<ListRecords><record>{header}</record></ListRecords>"))
    assert (page.entries, page.deleted, page.refused) == ((), 1, ())


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (document('<error code="badArgument">no such set</error>'), "arXiv says: no such set"),
        (document('<error code="badVerb"/>'), "arXiv says: badVerb"),
        (document(""), "without records"),
        (b"<feed/>", "not an OAI-PMH answer"),
        (document("<ListRecords><record>")[:-10], "broken or cut XML"),
        (b"<html>", "web page"),
    ],
)
def test_what_is_no_harvest_says_why(body: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        parse(body)


def test_a_record_without_id_is_left_out_and_said_so() -> None:
    record = '<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>../x</id></arXiv></metadata>'
    page = parse(document(f"<ListRecords><record>{record}</record><record/></ListRecords>"))
    assert page.entries == ()
    assert page.refused == (
        "'../x' is no arXiv id",
        "a record without arXiv metadata",
    )


@pytest.fixture
def server() -> Server:
    with Server(HUNDRED) as found:
        found.page = 7
        return found


def asked(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def honest(server: Server) -> Callable[[Request], Reply]:
    return lambda request: server._oai(asked(request)).encode()


def harvested(
    asking: Asking, reply: Callable[[Request], Reply]
) -> tuple[SourceResult, list[Request], list[SourceResult]]:
    """The end of a harvest, what it asked, and its pieces."""
    pieces = list[SourceResult]()
    fetched, requests = told(asking, reply, pieces)
    return fetched, requests, pieces


def numbers(*results: SourceResult) -> set[str]:
    return {entry.id[6:] for fetched in results for entry in fetched.entries}


def since(day: date) -> set[str]:
    return {paper.number for paper in HUNDRED if paper.published.date() >= day}


ALL = since(date(2026, 5, 1))


def test_a_harvest_goes_week_by_week_to_its_end(server: Server) -> None:
    fetched, requests, _ = harvested(arxiv_oai.fetch(SOURCE, a_run(NOW)), honest(server))
    assert fetched.state is State.OK
    assert numbers(fetched) == ALL
    first = asked(requests[0])
    assert first == {
        "verb": "ListRecords",
        "metadataPrefix": "arXiv",
        "from": "2026-05-01",
        "until": "2026-05-07",
        "set": "cs",
    }
    assert asked(requests[1])["resumptionToken"] == "2026-05-01|2026-05-07|7"
    assert fetched.resume == "cs|2026-05-01|2026-05-20|"  # today may still grow


def test_the_next_run_asks_for_what_changed_since(server: Server) -> None:
    run = a_run(NOW, past={"Backfill": SourceHistory(resume="cs|2026-05-01|2026-05-18|")})
    fetched, requests, _ = harvested(arxiv_oai.fetch(SOURCE, run), honest(server))
    assert asked(requests[0])["from"] == "2026-05-18"
    assert numbers(fetched) == {
        p.number for p in HUNDRED if p.published.date() >= date(2026, 5, 18)
    }


def test_another_set_starts_anew(server: Server) -> None:
    run = a_run(NOW, past={"Backfill": SourceHistory(resume="math|2026-05-01|2026-05-18|")})
    _, requests, _ = harvested(arxiv_oai.fetch(SOURCE, run), honest(server))
    assert asked(requests[0])["from"] == "2026-05-01"


@pytest.mark.parametrize("cut", range(1, 15))
def test_a_harvest_that_was_cut_off_goes_on_where_it_was(server: Server, cut: int) -> None:
    count = 0

    def silent_after(request: Request) -> Reply:
        nonlocal count
        count += 1
        return SourceError("HTTP 503; given up") if count > cut else honest(server)(request)

    first, before, _ = harvested(arxiv_oai.fetch(SOURCE, a_run(NOW)), silent_after)
    assert first.state is State.PARTIAL
    assert first.problem == "HTTP 503; given up"
    run = a_run(NOW, past={"Backfill": SourceHistory(resume=first.resume)})
    second, after, _ = harvested(arxiv_oai.fetch(SOURCE, run), honest(server))
    assert numbers(first, second) == ALL
    assert after[0].url == before[-1].url  # nothing twice


def test_nothing_at_all_is_a_failure() -> None:
    with pytest.raises(SourceError, match="given up"):
        told(arxiv_oai.fetch(SOURCE, a_run(NOW)), in_turn([SourceError("HTTP 503; given up")]))


def test_a_token_that_died_costs_its_week_alone(server: Server) -> None:
    run = a_run(NOW, past={"Backfill": SourceHistory(resume="cs|2026-05-01|2026-05-08|dead")})

    def reply(request: Request) -> Reply:
        if asked(request).get("resumptionToken") == "dead":
            return document('<error code="badResumptionToken">expired</error>')
        return honest(server)(request)

    fetched, requests, _ = harvested(arxiv_oai.fetch(SOURCE, run), reply)
    assert asked(requests[1])["from"] == "2026-05-08"
    assert numbers(fetched) == since(date(2026, 5, 8))


def test_an_answer_that_cannot_be_right_is_asked_for_again(server: Server) -> None:
    seen = set[str]()

    def once_cut(request: Request) -> Reply:
        whole = honest(server)(request)
        assert isinstance(whole, bytes)
        first = request.url not in seen
        seen.add(request.url)
        return whole[: len(whole) // 2] if first else whole

    fetched, _, _ = harvested(arxiv_oai.fetch(SOURCE, a_run(NOW)), once_cut)
    assert (fetched.state, numbers(fetched)) == (State.OK, ALL)


def test_a_token_that_repeats_itself_ends_the_harvest(server: Server) -> None:
    whole = server._oai({"from": "2026-05-01", "until": "2026-05-07"})
    fetched, requests, _ = harvested(
        arxiv_oai.fetch(SOURCE, a_run(NOW)), lambda request: whole.encode()
    )
    assert fetched.state is State.PARTIAL
    assert len(requests) == 4


def test_a_harvest_that_never_ends_is_an_error() -> None:
    """Ever new tokens bring the same records, or none, for ever."""
    requests = list[Request]()

    def endless(request: Request) -> Reply:
        requests.append(request)
        token = f"<resumptionToken>{len(requests)}</resumptionToken>"
        return document(f"<ListRecords>{token}</ListRecords>")

    with pytest.raises(SourceError, match="over and over"):
        told(arxiv_oai.fetch(SOURCE, a_run(NOW)), endless)
    assert len(requests) < 50


def test_tokens_that_go_round_end_the_harvest(server: Server) -> None:
    whole = server._oai({"from": "2026-05-01", "until": "2026-05-07"})
    token = re.search("<resumptionToken[^>]*>([^<]+)<", whole)
    assert token
    turns = iter(["one", "two"] * 100)
    fetched, requests, _ = harvested(
        arxiv_oai.fetch(SOURCE, a_run(NOW)),
        lambda request: whole.replace(token[1], next(turns)).encode(),
    )
    assert fetched.state is State.PARTIAL
    assert fetched.problem.endswith("over and over")
    assert len(requests) < 50


def test_long_harvests_come_in_pieces_that_need_no_asking_again(server: Server) -> None:
    harvest = partial(arxiv_oai.fetch, SOURCE, piece=10)
    fetched, _, pieces = harvested(harvest(a_run(NOW)), honest(server))
    assert len(pieces) > 3
    assert numbers(fetched, *pieces) == ALL
    for piece, count in zip(pieces, range(1, len(pieces) + 1), strict=True):
        run = a_run(NOW, past={"Backfill": SourceHistory(resume=piece.resume)})
        rest, _, more = harvested(harvest(run), honest(server))
        assert numbers(*pieces[:count], rest, *more) == ALL


def test_a_harvest_with_an_end_is_done_once(server: Server) -> None:
    source = replace(SOURCE, until=date(2026, 5, 10))
    first, _, _ = harvested(arxiv_oai.fetch(source, a_run(NOW)), honest(server))
    run = a_run(NOW, past={"Backfill": SourceHistory(resume=first.resume)})
    fetched, requests, _ = harvested(arxiv_oai.fetch(source, run), honest(server))
    assert (fetched.state, requests) == (State.QUIET, [])


def test_a_gap_of_ones_choice_leaves_the_harvest_where_it_was(server: Server) -> None:
    run = a_run(
        NOW, since=date(2026, 5, 15), past={"Backfill": SourceHistory(resume="cs|2026-05-01|x|y")}
    )
    fetched, requests, _ = harvested(arxiv_oai.fetch(SOURCE, run), honest(server))
    assert asked(requests[0])["from"] == "2026-05-15"
    assert fetched.resume == "cs|2026-05-01|x|y"


def test_a_revised_paper_is_announced_on_its_first_day(server: Server) -> None:
    server.corpus = [
        Paper(
            number="2401.00007",
            published=datetime(2024, 1, 3, 9, tzinfo=UTC),
            updated=datetime(2026, 5, 4, 9, tzinfo=UTC),
        )
    ]
    fetched, _, _ = harvested(arxiv_oai.fetch(SOURCE, a_run(NOW)), honest(server))
    (entry,) = fetched.entries
    assert entry.announced == entry.seen == date(2024, 1, 4)
    assert entry.version == 0
