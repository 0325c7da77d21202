"""The arXiv API: reading its answers, and asking slice by slice."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from asking import NOW, RECORDED, Reply, a_run, in_turn, told
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from server import Paper, Server, papers

from digest.errors import Refused, SourceError
from digest.model import Entry, Link, Markup, Request, SourceHistory, State, Version
from digest.sources import arxiv, arxiv_answer
from digest.sources.arxiv import ArxivApi
from digest.sources.papers import publisher_dois

MORE = Path(__file__).parents[3] / "shared/data/recorded/api"
ANSWERS = sorted([*(RECORDED / "api").glob("*.xml"), *MORE.glob("*.xml")])
SOURCE = ArxivApi(
    name="cs.DC",
    markup=Markup.TEX,
    query="cat:cs.DC",
    back=timedelta(days=10),
    endpoint="http://localhost/api/query",
    pace=3.0,
)
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "x": "http://arxiv.org/schemas/atom",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
}


def parse(body: bytes, seen: date | None = date(2026, 5, 16)) -> arxiv_answer.ApiPage:
    return arxiv_answer.parse(body, SOURCE, date(2026, 5, 16), seen=seen)


def folded(found: str) -> str:
    """As our text is: white space folded, and no C1 controls, which HTML can't hold."""
    return " ".join("".join(c for c in found if not "\x7f" <= c <= "\x9f" or c == "\x85").split())


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_nothing_of_an_answer_is_lost(path: Path) -> None:
    root: Any = etree.fromstring(path.read_bytes())
    if path.stem == "error-400":
        with pytest.raises(Refused, match="arXiv says: incorrect id format for abc"):
            parse(path.read_bytes())
        return
    page = parse(path.read_bytes())
    assert page.total == int(root.xpath("string(o:totalResults)", namespaces=NAMES))
    items = root.xpath("a:entry", namespaces=NAMES)
    assert len(page.entries) == len(items)
    for entry, item in zip(page.entries, items, strict=True):

        def said(query: str, item: Any = item) -> str:
            return folded(item.xpath(f"string({query})", namespaces=NAMES))

        url = said("a:id")
        assert url.endswith(f"/abs/{entry.id.removeprefix('arxiv:')}v{entry.version}")
        assert entry.title == said("a:title")
        assert folded(entry.summary) == said("a:summary")
        authors = item.xpath("a:author/a:name/text()", namespaces=NAMES)
        assert list(entry.authors) == [folded(name) for name in authors]
        terms = item.xpath("a:category/@term", namespaces=NAMES)
        assert sorted(entry.categories) == sorted(terms)
        assert entry.categories[0] == said("x:primary_category/@term")
        assert entry.comment == said("x:comment")
        assert entry.journal_ref == said("x:journal_ref")
        assert entry.doi == said("x:doi").lower()
        assert f"{entry.published:%Y-%m-%dT%H:%M:%SZ}" == said("a:published")
        assert f"{entry.updated:%Y-%m-%dT%H:%M:%SZ}" == said("a:updated")
        newest = Version(number=entry.version, date=entry.updated, seen=date(2026, 5, 16))
        assert entry.versions == (newest,)


def test_an_old_paper() -> None:
    (entry,) = parse((RECORDED / "api/new-old-style-id.xml").read_bytes()).entries
    assert entry.id == "arxiv:astro-ph/0601001"
    assert entry.announced == date(2006, 1, 3)
    assert entry.links == (
        Link(rel="abstract", url="https://arxiv.org/abs/astro-ph/0601001"),
        Link(rel="pdf", url="https://arxiv.org/pdf/astro-ph/0601001"),
    )


def test_a_wrapped_abstract_is_one_paragraph() -> None:
    first, _ = parse((RECORDED / "api/old-2025.xml").read_bytes()).entries
    assert "\n" not in first.summary
    assert first.summary.startswith("To tackle long-horizon tasks, recent hierarchical vision-l")


@pytest.mark.parametrize(
    ("field", "dois"),
    [
        ("10.1145/1.2 10.1145/3.4", ["10.1145/1.2", "10.1145/3.4"]),
        ("10.1145/1.2, 10.1145/3.4", ["10.1145/1.2", "10.1145/3.4"]),
        ("10.1145/1.2; doi:10.1145/3.4", ["10.1145/1.2", "10.1145/3.4"]),
        ("10.1145/1.2 https://doi.org/10.1145/3.4", ["10.1145/1.2", "10.1145/3.4"]),
        ("10.1145/1.2 10.1145/1.2", ["10.1145/1.2"]),
    ],
)
def test_several_dois_of_one_field_are_several(field: str, dois: list[str]) -> None:
    assert list(publisher_dois(field)) == dois


def test_codes_of_acm_and_msc_stand_apart() -> None:
    body = answer([Paper(number="2605.00001", published=NOW, categories=("cs.IT", "math.IT"))])
    body = body.replace(
        b'<category term="math.IT"/>',
        b'<category term="math.IT"/><category term="E.4; H.1.1"/><category term="68T27, 68T30"/>',
    )
    (entry,) = parse(body).entries
    assert entry.categories == ("cs.IT", "math.IT")
    assert entry.classes == ("E.4", "H.1.1", "68T27", "68T30")


def test_a_revision_is_a_paper_of_its_first_day() -> None:
    path = RECORDED.parent.parent / "content/start/seed.atom.xml"
    entries = {entry.id: entry for entry in parse(path.read_bytes()).entries}
    assert len(entries) == 15
    assert sum(entry.version > 1 for entry in entries.values()) == 7
    echo = entries["arxiv:2604.09603"]
    assert (echo.version, echo.announced, echo.seen) == (2, date(2026, 4, 2), date(2026, 5, 16))
    mint = entries["arxiv:2605.13779"]
    assert "Mind Lab :" in mint.authors


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the answer is empty"),
        (b" \r\n", "the answer is empty"),
        (b"<!DOCTYPE html><html><body>Rate exceeded.</body></html>", "web page"),
        (b"<html><head>", "web page"),
        (b"Rate exceeded.", "broken or cut XML"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>", "broken or cut XML"),
        (b"<rss/>", "no Atom feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "no totalResults"),
        (b'<!DOCTYPE f [<!ENTITY a "b">]><feed>&a;</feed>', "document type"),
        (b'<!DOCTYPE f SYSTEM "file:///etc/passwd"><feed/>', "document type"),
        (b"<feed>&nbsp;</feed>", "undefined entity"),
        (b"\x1f\x8b\x08\x00", "broken or cut XML"),
    ],
)
def test_what_is_no_answer_says_why(body: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem) as error:
        parse(body)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name",
    ["http://arxiv.org/abs/../../etc/passwdv1", "javascript:alert(1)", "", "abs/2613.00001v1"],
)
def test_an_entry_without_arxiv_id_is_left_out_and_said_so(name: str) -> None:
    two = [Paper(number=f"2605.0000{n}", published=NOW) for n in (1, 2)]
    page = parse(answer(two).replace(b"http://arxiv.org/abs/2605.00001v1", name.encode()))
    assert [entry.id for entry in page.entries] == ["arxiv:2605.00002"]
    assert "is no arXiv id" in page.refused[0]


def test_very_many_authors_come_whole() -> None:
    authors = tuple(f"Ann {n} Lee" for n in range(3303))
    (entry,) = parse(answer([Paper(number="2605.00001", published=NOW, authors=authors)])).entries
    assert entry.authors == authors


# Asking.

FIVE_THOUSAND = papers(5000, NOW - timedelta(days=1))


def answer(found: list[Paper], start: int = 0, most: int = 2000) -> bytes:
    """What the API says of these papers."""
    with Server(found) as server:
        query = {"search_query": "all", "start": str(start), "max_results": str(most)}
        return server._api(query).encode()


@pytest.fixture(scope="module")
def pages() -> dict[int, bytes]:
    """The three slices of 5,000 papers, by their start."""
    return {start: answer(FIVE_THOUSAND, start) for start in (0, 2000, 4000)}


def start_of(request: Request) -> int:
    return int(parse_qs(urlsplit(request.url).query)["start"][0])


def ids(entries: tuple[Entry, ...]) -> set[str]:
    return {entry.id for entry in entries}


def test_all_slices_are_asked_for(pages: dict[int, bytes]) -> None:
    fetched, asked = told(arxiv.fetch(SOURCE, a_run()), lambda request: pages[start_of(request)])
    assert fetched.state is State.OK
    assert len(ids(fetched.entries)) == 5000
    assert [start_of(request) for request in asked] == [0, 2000, 4000]
    query = parse_qs(urlsplit(asked[0].url).query)
    assert query["search_query"] == ["(cat:cs.DC) AND submittedDate:[202605051200 TO 202605151200]"]
    assert fetched.covers == date(2026, 5, 5)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("empty", id="empty under a positive total"),
        pytest.param("cut", id="cut"),
        pytest.param("doubled", id="doubled"),
        pytest.param("html", id="a web page"),
        pytest.param("other", id="another slice"),
    ],
)
@pytest.mark.parametrize("where", [0, 2000])
def test_a_slice_that_cannot_be_right_is_asked_for_again(
    pages: dict[int, bytes], bad: str, where: int
) -> None:
    broken = {
        "empty": re.sub(rb"<entry>.*</entry>", b"", pages[where]),
        "cut": pages[where][: len(pages[where]) // 2],
        "doubled": pages[where] * 2,
        "html": b"<html></html>",
        "other": pages[4000],
    }[bad]
    seen = set[int]()

    def once_broken(request: Request) -> Reply:
        start = start_of(request)
        if start == where and start not in seen:
            seen.add(start)
            return broken
        return pages[start]

    fetched, asked = told(arxiv.fetch(SOURCE, a_run()), once_broken)
    assert fetched.state is State.OK
    assert len(ids(fetched.entries)) == 5000
    again = [request for request in asked if start_of(request) == where]
    assert [request.pace for request in again] == [3.0, 6.0]


def test_what_one_bad_slice_lacks_is_said_and_the_rest_kept(pages: dict[int, bytes]) -> None:
    empty = re.sub(rb"<entry>.*</entry>", b"", pages[2000])
    fetched, asked = told(
        arxiv.fetch(SOURCE, a_run()),
        lambda request: empty if start_of(request) == 2000 else pages[start_of(request)],
    )
    assert fetched.state is State.PARTIAL
    assert len(fetched.entries) == 3000
    assert fetched.problem.startswith("2,000 of 5,000 papers did not come; an empty answer")
    assert [start_of(request) for request in asked] == [0, 2000, 2000, 2000, 4000]


def test_when_the_server_goes_silent_what_came_is_kept(pages: dict[int, bytes]) -> None:
    silent = SourceError("HTTP 503 from localhost; given up")
    fetched, asked = told(arxiv.fetch(SOURCE, a_run()), in_turn([pages[0], silent]))
    assert fetched.state is State.PARTIAL
    assert len(fetched.entries) == 2000
    assert "HTTP 503" in fetched.problem
    assert len(asked) == 2


def test_nothing_at_all_under_a_positive_total_is_a_failure(pages: dict[int, bytes]) -> None:
    empty = re.sub(rb"<entry>.*</entry>", b"", pages[0])
    with pytest.raises(SourceError, match="5,000 of 5,000 papers did not come"):
        told(arxiv.fetch(SOURCE, a_run()), lambda request: empty)


def test_a_total_that_shrinks_has_the_slices_asked_for_again(pages: dict[int, bytes]) -> None:
    """One paper was taken back between two requests, so that another slid into the first slice."""
    fewer = FIVE_THOUSAND[:-1]
    after = {start: answer(fewer, start) for start in (0, 2000, 4000)}
    slid = in_turn([pages[0], after[2000], after[4000], after[0], after[2000], after[4000]])
    fetched, asked = told(arxiv.fetch(SOURCE, a_run()), slid)
    assert fetched.state is State.OK
    assert len(ids(fetched.entries)) == 5000
    assert len(asked) == 6


def test_a_quiet_window() -> None:
    fetched, _ = told(arxiv.fetch(SOURCE, a_run()), in_turn([answer([])]))
    assert (fetched.state, fetched.entries, fetched.problem) == (State.QUIET, (), "")


def test_the_apis_own_error_is_not_asked_for_again() -> None:
    error = (RECORDED / "api/error-400.xml").read_bytes()
    with pytest.raises(SourceError, match="arXiv says: incorrect id format for abc"):
        told(arxiv.fetch(SOURCE, a_run()), in_turn([error]))


@pytest.mark.parametrize("code", [403, 404, 503])
def test_an_http_error_is_a_failure(code: int) -> None:
    with pytest.raises(SourceError, match=f"HTTP {code}"):
        told(arxiv.fetch(SOURCE, a_run()), in_turn([code]))


def test_a_known_slice_ends_the_asking_unless_the_last_fetch_had_a_gap(
    pages: dict[int, bytes],
) -> None:
    def reply(request: Request) -> Reply:
        return pages[start_of(request)]

    whole, _ = told(arxiv.fetch(SOURCE, a_run()), reply)
    archive = {entry.id: entry for entry in whole.entries}
    past = {SOURCE.name: SourceHistory(whole=True)}
    again, asked = told(arxiv.fetch(SOURCE, a_run(known=archive.get, past=past)), reply)
    assert (again.state, len(asked)) == (State.OK, 1)
    _, asked = told(arxiv.fetch(SOURCE, a_run(known=archive.get)), reply)
    assert len(asked) == 3
    newest = whole.entries[0].id
    older = {**archive, newest: msgspec.structs.replace(archive[newest], version=0)}
    _, asked = told(arxiv.fetch(SOURCE, a_run(known=older.get, past=past)), reply)
    assert len(asked) == 2  # the first slice has a new version, the second nothing new


def test_a_gap_is_filled_from_its_first_day_and_seen_when_announced() -> None:
    paper = Paper(number="2605.00007", published=datetime(2026, 5, 4, 9, tzinfo=UTC))
    run = a_run(since=date(2026, 5, 1))
    fetched, (request,) = told(arxiv.fetch(SOURCE, run), in_turn([answer([paper])]))
    assert "submittedDate%3A%5B202605010000" in request.url
    assert fetched.entries[0].seen == fetched.entries[0].announced == date(2026, 5, 5)


def test_more_than_the_api_gives_are_asked_for_in_shorter_windows() -> None:
    limits = arxiv.ApiLimits(slice=20, query=300)  # a hundredth of arXiv's
    with Server(papers(1000, NOW - timedelta(hours=1), timedelta(minutes=10))) as server:

        def reply(request: Request) -> Reply:
            query = parse_qs(urlsplit(request.url).query).items()
            return server._api({name: values[0] for name, values in query}).encode()

        fetched, asked = told(arxiv.fetch(SOURCE, a_run(), limits), reply)
    assert fetched.state is State.OK
    assert len(fetched.entries) == 1000
    assert all(start_of(request) + 20 <= 300 for request in asked)


@given(st.data())
def test_slices_of_any_length_give_the_same_papers(
    data: st.DataObject,
) -> None:
    few = FIVE_THOUSAND[:40]
    starts = [0, *sorted(data.draw(st.sets(st.integers(1, 39), max_size=4)))]
    ends = [*starts[1:], 40]
    slices = {
        start: answer(few, start, end - start) for start, end in zip(starts, ends, strict=True)
    }
    fetched, _ = told(arxiv.fetch(SOURCE, a_run()), lambda request: slices[start_of(request)])
    assert fetched.state is State.OK
    assert ids(fetched.entries) == {f"arxiv:{paper.number}" for paper in few}
