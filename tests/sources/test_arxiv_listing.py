"""arXiv's daily listings: reading them, and knowing what they mean on a day of the week."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from asking import RECORDED, Reply, a_run, told
from msgspec.structs import replace
from server import Paper, Server

from digest.errors import SourceError
from digest.model import Answer, Entry, Markup, Request, SourceHistory, SourceResult, State
from digest.sources import arxiv, arxiv_listing, arxiv_listing_answer
from digest.sources.arxiv_listing import ArxivListing, CrossLists
from digest.sources.asking import Run

SOURCE = ArxivListing(
    name="cs.DC",
    markup=Markup.TEX,
    categories=("cs.DC",),
    cross_lists=CrossLists.INCLUDE,
    endpoint="http://localhost",
    pace=3.0,
)
TUESDAY = date(2026, 5, 12)
CUT = Path(__file__).parents[3] / "shared/data/recorded/listing"


def parse(name: str) -> arxiv_listing_answer.Listing:
    body = (RECORDED / "listing" / name).read_bytes()
    return arxiv_listing_answer.parse(body, SOURCE, date(2026, 5, 1), seen=date(2026, 5, 1))


def test_a_listing_in_rss() -> None:
    listing = parse("rss-cs-ai.xml")
    assert listing.day == date(2026, 4, 27)
    assert listing.skips == {"Saturday", "Sunday"}
    first = listing.entries[0]
    assert first.id == "arxiv:2604.21935"
    assert first.version == 1
    assert first.summary.startswith("Although language models demonstrate remarkable")
    assert first.authors == ("Michael Cooper", "Samuel Cooper")
    assert first.categories == ("cs.AI", "cs.LG")
    assert first.license == "http://creativecommons.org/licenses/by/4.0/"
    assert first.announce_types == ("new",)
    assert first.listed == first.announced == date(2026, 4, 27)


def test_a_listing_in_atom() -> None:
    listing = parse("atom-cs-ai.xml")
    assert listing.day == date(2025, 8, 20)
    first = listing.entries[0]
    assert (first.id, first.announce_types) == ("arxiv:2508.13426", ("cross",))
    assert first.categories == ("cs.CL", "cs.AI")
    assert first.listed == date(2025, 8, 20)
    assert first.summary.startswith("As large language models")


@pytest.mark.parametrize(
    "path",
    [
        RECORDED / "listing/atom-cut.xml",
        CUT / "atom-cut-mid-entry.xml",
        CUT / "atom-trimmed.xml",
    ],
    ids=lambda path: path.stem,
)
def test_a_cut_listing_is_none(path: Path) -> None:
    if not path.exists():
        pytest.skip("needs the larger recordings")
    with pytest.raises(SourceError, match="broken or cut XML: no element found"):
        arxiv_listing_answer.parse(path.read_bytes(), SOURCE, TUESDAY)


def test_arxivs_own_error_has_its_words() -> None:
    body = (
        b"<rss version='2.0'><channel><title>Feed error for query: cs.XX</title>"
        b"<description>Invalid subject class 'XX'.</description></channel></rss>"
    )
    error = Answer(url="http://localhost/rss/cs.XX", status=400, body=body)
    with pytest.raises(SourceError, match="arXiv says: Invalid subject class 'XX'"):
        told(arxiv_listing.fetch(SOURCE, a_run()), lambda request: error)


@pytest.mark.parametrize(
    ("creators", "names"),
    [
        ("Ann Lee, Bo Chen", ("Ann Lee", "Bo Chen")),
        ("Ann Lee (Acme, Inc.), Bo Chen (ETH (Z), CH)", ("Ann Lee", "Bo Chen")),
        ("Mind Lab :, Song Cao", ("Mind Lab :", "Song Cao")),
        ("Ann Lee (never closed, Bo Chen", ("Ann Lee (never closed", "Bo Chen")),
        ("", ()),
    ],
)
def test_authors_are_parted(creators: str, names: tuple[str, ...]) -> None:
    assert tuple(name.strip() for name in arxiv_listing_answer.names(creators) if name) == names


def kinds() -> list[Paper]:
    """One of each announce type, of Tuesday."""
    monday = datetime(2026, 5, 11, 12, tzinfo=UTC)
    old = datetime(2024, 1, 4, 12, tzinfo=UTC)
    dc, lg = ("cs.DC", "cs.LG"), ("cs.LG", "cs.DC")
    return [
        Paper(number="2605.00001", published=monday, categories=dc),
        Paper(number="2605.00002", published=monday, categories=lg, kind="cross"),
        Paper(number="2401.00003", published=old, categories=lg, kind="cross"),
        Paper(number="2401.00004", published=old, version=2, categories=dc, kind="replace"),
        Paper(number="2401.00005", published=old, version=3, categories=lg, kind="replace-cross"),
    ]


def listing(server: Server, found: list[Paper], day: date) -> bytes:
    """The listing of a day with just these papers."""
    server.corpus = [shifted(paper, day) for paper in found]
    server.today = day
    return server._rss(["cs.DC"]).encode()


def shifted(paper: Paper, day: date) -> Paper:
    """As if listed on this day."""

    class Listed(Paper):
        @property
        def listed(self) -> date:
            return day

    return Listed(**{name: getattr(paper, name) for name in Paper.__dataclass_fields__})


def fetch(
    server: Server,
    source: ArxivListing,
    run: Run,
    found: list[Paper],
    day: date,
    corpus: list[Paper] | None = None,
) -> tuple[SourceResult, list[Request]]:
    """What the source makes of a day's listing and of an API that has `corpus`."""
    document = listing(server, found, day)
    server.corpus = sorted(found if corpus is None else corpus, key=lambda p: p.published)[::-1]

    def reply(request: Request) -> Reply:
        parts = urlsplit(request.url)
        if parts.path.endswith("/api/query"):
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            return server._api(query).encode()
        return document

    return told(arxiv_listing.fetch(source, run), reply)


@pytest.fixture
def server() -> Server:
    with Server() as found:
        return found


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_dates_and_comments_come_from_the_api(server: Server) -> None:
    fetched, asked = fetch(server, SOURCE, a_run(at(TUESDAY)), kinds(), TUESDAY)
    assert fetched.state is State.OK
    assert [urlsplit(request.url).path for request in asked] == ["/rss/cs.DC", "/api/query"]
    assert parse_qs(urlsplit(asked[1].url).query)["max_results"] == ["5"]
    new = [entry for entry in fetched.entries if entry.id == "arxiv:2605.00001"]
    assert [entry.comment for entry in new] == ["", "12 pages"]
    assert [entry.listed for entry in new] == [TUESDAY, None]
    assert fetched.listing == fetched.covers == TUESDAY


def test_what_the_archive_has_in_full_is_not_asked_for_again(server: Server) -> None:
    first, _ = fetch(server, SOURCE, a_run(at(TUESDAY)), kinds(), TUESDAY)
    archive = {entry.id: entry for entry in first.entries}  # the API's, which come last
    _, asked = fetch(server, SOURCE, a_run(at(TUESDAY), known=archive.get), kinds(), TUESDAY)
    assert len(asked) == 1


def test_a_replacement_is_never_listed_as_new(server: Server) -> None:
    fetched, _ = fetch(server, SOURCE, a_run(at(TUESDAY)), kinds(), TUESDAY)
    listed = {entry.id[6:]: entry.listed for entry in fetched.entries if entry.announce_types}
    assert listed == {
        "2605.00001": TUESDAY,
        "2605.00002": TUESDAY,
        "2401.00003": None,  # cross-listed years after
        "2401.00004": None,
        "2401.00005": None,
    }


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [
        (
            CrossLists.INCLUDE,
            {"2605.00001", "2605.00002", "2401.00003", "2401.00004", "2401.00005"},
        ),
        (CrossLists.LABEL, {"2605.00001", "2605.00002", "2401.00003", "2401.00004", "2401.00005"}),
        (CrossLists.EXCLUDE, {"2605.00001", "2401.00004"}),
    ],
)
def test_cross_lists_are_wanted_or_not(
    server: Server, choice: CrossLists, numbers: set[str]
) -> None:
    source = replace(SOURCE, cross_lists=choice)
    fetched, _ = fetch(server, source, a_run(at(TUESDAY)), kinds(), TUESDAY)
    assert {entry.id[6:] for entry in fetched.entries} == numbers


def one(number: str, submitted: datetime) -> Paper:
    return Paper(number=number, published=submitted)


FRIDAY = date(2026, 5, 15)


@pytest.mark.parametrize(
    ("now", "day", "count", "state"),
    [
        (FRIDAY, FRIDAY, 1, State.OK),
        (date(2026, 5, 16), date(2026, 5, 16), 0, State.QUIET),  # Saturday
        (date(2026, 5, 17), date(2026, 5, 17), 0, State.QUIET),  # Sunday
        (date(2026, 5, 18), date(2026, 5, 18), 1, State.OK),  # Monday
        (date(2026, 5, 18), date(2026, 5, 15), 1, State.STALE),  # still Friday's
        (date(2026, 5, 19), date(2026, 5, 19), 0, State.PARTIAL),  # an empty Tuesday
        (date(2026, 5, 16), FRIDAY, 1, State.OK),  # Saturday: Friday's is the newest there is
        (date(2026, 7, 6), date(2026, 7, 6), 0, State.QUIET),  # the Monday after a free Friday
        (date(2026, 1, 20), date(2026, 1, 20), 0, State.QUIET),  # the day after a holiday
    ],
)
def test_a_day_of_the_week(server: Server, now: date, day: date, count: int, state: State) -> None:
    found = [one(f"{day:%y%m}.0000{n}", at(day - timedelta(days=1))) for n in range(1, count + 1)]
    fetched, _ = fetch(server, SOURCE, a_run(at(now)), found, day)
    assert fetched.state is state
    assert bool(fetched.problem) is (state in {State.STALE, State.PARTIAL})


def test_yesterdays_listing_is_not_stale_before_todays_is_made(server: Server) -> None:
    paper = one("2605.00001", at(date(2026, 5, 11)))
    late = datetime(2026, 5, 13, 3, tzinfo=UTC)  # 23:00 Eastern on Tuesday
    assert fetch(server, SOURCE, a_run(late), [paper], TUESDAY)[0].state is State.OK
    later = datetime(2026, 5, 13, 5, tzinfo=UTC)
    assert fetch(server, SOURCE, a_run(later), [paper], TUESDAY)[0].state is State.STALE


def archive_of(*results: SourceResult) -> dict[str, Entry]:
    return {entry.id: entry for fetched in results for entry in fetched.entries}


def test_the_same_listing_twice_a_day_is_quiet(server: Server) -> None:
    paper = one("2605.00001", at(date(2026, 5, 11)))
    first, _ = fetch(server, SOURCE, a_run(at(TUESDAY)), [paper], TUESDAY)
    run = a_run(
        at(TUESDAY, 20),
        known=archive_of(first).get,
        past={"cs.DC": SourceHistory(whole=True, listing=TUESDAY)},
    )
    assert fetch(server, SOURCE, run, [paper], TUESDAY)[0].state is State.QUIET


def test_nothing_new_is_quiet_or_stale_by_the_listing_we_had() -> None:
    for had, state in ((TUESDAY, State.QUIET), (date(2026, 5, 11), State.STALE)):
        run = a_run(at(TUESDAY), past={"cs.DC": SourceHistory(whole=True, listing=had)})
        fetched, (request,) = told(arxiv_listing.fetch(SOURCE, run), lambda request: 304)
        assert request.conditional
        assert fetched.state is state


def test_an_old_listing_under_a_new_date_is_stale(server: Server) -> None:
    papers = [one(f"2605.0000{n}", at(date(2026, 5, 8))) for n in (1, 2)]
    monday, tuesday = date(2026, 5, 11), TUESDAY
    first, _ = fetch(server, SOURCE, a_run(at(monday)), papers, monday)
    listed = {entry.id: entry for entry in first.entries if entry.listed}
    fetched, _ = fetch(server, SOURCE, a_run(at(tuesday), known=listed.get), papers, tuesday)
    assert fetched.state is State.STALE
    assert fetched.problem == "the listing of 2026-05-12 repeats that of 2026-05-11"


def test_a_missed_listing_is_asked_of_the_api(server: Server) -> None:
    """Friday's listing never came: Monday's run asks for what was submitted around then."""
    friday = one("2605.00001", datetime(2026, 5, 14, 12, tzinfo=UTC))
    monday = one("2605.00002", datetime(2026, 5, 15, 12, tzinfo=UTC))
    run = a_run(
        at(date(2026, 5, 18)), past={"cs.DC": SourceHistory(whole=False, listing=date(2026, 5, 14))}
    )
    fetched, asked = fetch(
        server, SOURCE, run, [monday], date(2026, 5, 18), corpus=[friday, monday]
    )
    assert fetched.state is State.OK
    assert fetched.covers == FRIDAY
    lost = next(entry for entry in fetched.entries if entry.id == "arxiv:2605.00001")
    assert (lost.announced, lost.seen) == (FRIDAY, date(2026, 5, 18))
    assert "(cat:cs.DC) AND submittedDate:[202605110000 TO " in unquote(asked[1].url).replace(
        "+", " "
    )


def test_late_cross_lists_of_a_missed_listing_come(server: Server) -> None:
    """A paper of April got the category on Friday, whose listing never came; those of before this
    source was read got it nobody knows when.
    """
    late = one("2604.00001", datetime(2026, 4, 14, 12, tzinfo=UTC))
    older = one("2603.00001", datetime(2026, 3, 3, 12, tzinfo=UTC))
    known = one("2604.00002", datetime(2026, 4, 15, 12, tzinfo=UTC))
    run = a_run(
        at(date(2026, 5, 18)),
        past={
            "cs.DC": SourceHistory(whole=True, listing=date(2026, 5, 14), began=date(2026, 4, 1))
        },
    )
    fetched, _ = fetch(server, SOURCE, run, [], date(2026, 5, 18), corpus=[late, known, older])
    assert {entry.id[6:] for entry in fetched.entries} == {"2604.00001", "2604.00002"}
    assert "before 2026-04-01 and cross-listed since 2026-05-15 may be missing" in fetched.problem
    excluding = replace(SOURCE, cross_lists=CrossLists.EXCLUDE)
    fetched, _ = fetch(server, excluding, run, [], date(2026, 5, 18), corpus=[late])
    assert (fetched.entries, "cross-listed" in fetched.problem) == ((), False)


@pytest.mark.parametrize(
    ("followed", "primary"),
    [("cs.NA", "math.NA"), ("cs.SY", "eess.SY"), ("math.IT", "cs.IT"), ("stat.TH", "math.ST")],
)
def test_a_merged_category_without_cross_lists_brings_its_papers(
    server: Server, followed: str, primary: str
) -> None:
    source = replace(SOURCE, categories=(followed,), cross_lists=CrossLists.EXCLUDE)
    paper = Paper(
        number="2605.00001", published=kinds()[0].published, categories=(primary, followed, "cs.DC")
    )
    fetched, _ = fetch(server, source, a_run(at(TUESDAY)), [paper], TUESDAY)
    assert {entry.id for entry in fetched.entries} == {"arxiv:2605.00001"}


def test_a_weekend_without_runs_is_no_gap(server: Server) -> None:
    monday = one("2605.00002", datetime(2026, 5, 15, 12, tzinfo=UTC))
    run = a_run(at(date(2026, 5, 18)), past={"cs.DC": SourceHistory(whole=True, listing=FRIDAY)})
    fetched, asked = fetch(server, SOURCE, run, [monday], date(2026, 5, 18))
    assert [urlsplit(request.url).path for request in asked] == ["/rss/cs.DC", "/api/query"]
    assert fetched.covers == date(2026, 5, 18)


def test_a_gap_of_ones_choice_is_filled(server: Server) -> None:
    old = one("2605.00001", datetime(2026, 5, 4, 12, tzinfo=UTC))
    run = a_run(at(TUESDAY), since=date(2026, 5, 5))
    fetched, _ = fetch(server, SOURCE, run, [], TUESDAY, corpus=[old])
    assert [entry.seen for entry in fetched.entries] == [date(2026, 5, 5)]
    assert fetched.covers == date(2026, 5, 5)


def test_a_listing_stands_where_the_api_fails(server: Server) -> None:
    document = listing(server, kinds(), TUESDAY)
    replies: list[Reply] = [document, SourceError("HTTP 503 from localhost; given up")]
    fetched, _ = told(arxiv_listing.fetch(SOURCE, a_run(at(TUESDAY))), lambda _: replies.pop(0))
    assert fetched.state is State.PARTIAL
    assert len(fetched.entries) == 5
    assert fetched.problem.endswith("HTTP 503 from localhost; given up")


def test_a_mirror_of_listings_alone_is_enough(server: Server) -> None:
    replies: list[Reply] = [listing(server, kinds(), TUESDAY), 404]
    fetched, _ = told(arxiv_listing.fetch(SOURCE, a_run(at(TUESDAY))), lambda _: replies.pop(0))
    assert (fetched.state, len(fetched.entries)) == (State.OK, 5)


def test_arxivs_listing_is_completed_by_arxivs_api(server: Server) -> None:
    source = replace(SOURCE, endpoint="https://rss.arxiv.org", categories=("cs.DC", "cs"))
    _, asked = fetch(server, source, a_run(at(TUESDAY)), kinds(), TUESDAY)
    assert asked[0].url == "https://rss.arxiv.org/rss/cs.DC+cs"
    assert asked[1].url.startswith(f"{arxiv.API}?id_list=")
    assert all(request.pace == 3.0 for request in asked)
