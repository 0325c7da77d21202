"""What a source sends costs no other source, and one item costs no other item."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from server import Fault, Reply, Server, bombed, charset, cut, serving, status
from test_client import Clock

from digest import archive
from digest.archive import ledger
from digest.cli import main
from digest.config import load_site
from digest.errors import SourceError
from digest.fetch import (
    ARCHIVE,
    LEDGER,
    FetchReport,
    fetch,
)
from digest.model import Markup, State
from digest.sources import (
    arxiv_answer,
    arxiv_listing_answer,
    arxiv_oai,
    bibtex,
    feed,
    jsonl,
    xml,
)
from digest.sources.client import Limits as Patience
from digest.sources.client import Web
from digest.sources.feed import WebFeed
from digest.sources.file import LocalFile
from digest.sources.scanning import Limits

NOW = datetime(2026, 5, 11, 12, tzinfo=UTC)
TODAY = NOW.date()
SOURCE = WebFeed(name="A blog", markup=Markup.PLAIN, url="https://example.org/feed", full=False)
GOOD = "<item><guid>tag:example.org,2026:good</guid><title>Good</title></item>"
# What feedparser doesn't cope with.
CHAPTERS = 'xmlns:x="http://podlove.org/simple-chapters" version="1"'
CHAPTER = f"<x:chapters {CHAPTERS}><x:chapter/></x:chapters>"
NAMES = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def rss(items: str, before: str = "", channel: str = "") -> bytes:
    return f'{before}<rss version="2.0" {NAMES}><channel>{channel}{items}</channel></rss>'.encode()


def item(inside: str, name: str = "bad") -> str:
    return f"<item><guid>tag:example.org,2026:{name}</guid>{inside}</item>"


def json_feed(*items: object) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": list(items)}
    ).encode()


def parse(body: bytes, limits: Limits | None = None) -> feed.Page:
    return feed.parse(body, SOURCE, TODAY, seen=TODAY, url=SOURCE.url, limits=limits or Limits())


def names(page: feed.Page) -> list[str]:
    return [entry.id.rpartition(":")[2] for entry in page.entries]


def document(body: bytes) -> Fault:
    return lambda reply: Reply(headers={"Content-Type": "application/rss+xml"}, body=body)


NESTED = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>"
# Forty ways of a feed to go wrong.
FAULTS: dict[str, Fault] = {
    "status 404": status(404),
    "status 410": status(410),
    "status 500": status(500),
    "status 503": status(503),
    "status 429": status(429, Retry_After="9"),
    "a redirect to itself": status(302, Location="/faulty/a redirect to itself"),
    "a redirect to a file": status(302, Location="file:///etc/hostname"),
    "a redirect to nowhere": status(301),
    "an empty body": document(b""),
    "a page": document(b"<!doctype html><p>Hello"),
    "a page behind comments": document(b"<!-- -->\n" * 24 + b"<html><p>Hello</html>"),
    "comments without end": document(b"<!-- -->\n" * 2000),
    "cut in the transfer": cut,
    "a bomb": bombed,
    "called packed": lambda reply: replace(reply, headers={"Content-Encoding": "gzip"}),
    "a wrong charset": charset("utf-16"),
    "cut": document(rss(GOOD)[:-20]),
    "doubled": document(rss(GOOD) * 2),
    "an unknown encoding": document(rss(GOOD, '<?xml version="1.0" encoding="none-such"?>')),
    "a slow encoding": document(rss(GOOD, '<?xml version="1.0" encoding="punycode"?>') * 9),
    "bytes of nothing": document(bytes(range(256)) * 64),
    "an authors element": document(rss(item("<authors>Ann Lee</authors>"))),
    "a reference of 4,301 digits": document(rss(item(f"<title>&#{'9' * 4301};</title>"))),
    "an escaped one": document(rss(item(f"<title>&amp;#{'9' * 4301};</title>"))),
    "an undefined entity": document(rss(item("<title>a&nosuch;b</title>"))),
    "entities of entities": document(rss(item("<title>&b;</title>"), NESTED)),
    "an entity of a file": document(
        rss(item("<title>&f;</title>"), "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>")
    ),
    "nested 30,000 deep": document(rss("<x>" * 30000 + "</x>" * 30000)),
    "an item nested 30,000 deep": document(rss(item("<x>" * 30000 + "</x>" * 30000))),
    "an author of 64 KB": document(rss(item(f"<author>{'a' * 65536}</author>"))),
    "a guid of 100 KB": document(rss(f"<item><guid>tag:{'a' * 100_000}</guid></item>")),
    "a guid of many ids": document(
        rss(f"<item><guid>{'arxiv.org/abs/2605.13319/' * 4000}\nx</guid></item>")
    ),
    "10,000 attributes": document(
        rss(item("<x " + " ".join(f"a{n}='b'" for n in range(10_000)) + "/>"))
    ),
    "10,000 namespaces": document(
        rss(item("".join(f"<x xmlns:a{n}='b{n}'/>" for n in range(10_000))))
    ),
    "10,000 tags": document(
        rss(item("".join(f"<category>{n}</category>" for n in range(10_000))))
    ),
    "items within items": document(rss(item("<x>" + GOOD * 100 + "</x>"))),
    "a date beyond time": document(rss(item("<pubDate>Mon, 99 Foo 99999 99:99:99</pubDate>"))),
    "JSON of another kind": document(b'{"version": 3, "items": "none"}'),
    "JSON nested 100,000 deep": document(b'{"items":' + b"[" * 100_000),
    "JSON with items of all kinds": document(json_feed(None, 1, [], "x", {"id": {}}, {"id": "a"})),
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        found.clock = Clock()
        for name in FAULTS:
            found.documents[f"/{name}".replace(" ", "%20")] = Reply(body=rss(GOOD))
        found.documents["/good"] = Reply(body=rss(GOOD.replace("good", "the-good-one")))
        yield found


def site(root: Path, lines: list[str]) -> None:
    sources = "\n".join(f"  - {{{line}}}" for line in lines)
    text = f"title: T\nurl: https://example.org/\nsources:\n{sources}\n"
    (root / "site.yaml").write_text(text + "themes:\n  - {id: all, title: All, any: [good]}\n")


def fetched(root: Path, now: datetime = NOW) -> FetchReport:
    clock = Clock()
    patience = Patience(body=2**20)
    web = Web("https://example.org/", limits=patience, clock=clock, sleep=clock.sleep)
    return fetch(root, load_site(root / "site.yaml"), web, now)


def test_beside_forty_faulty_feeds_the_good_one_is_archived_at_every_run(
    tmp_path: Path, server: Server
) -> None:
    assert len(FAULTS) == 40
    lines = []
    for name, fault in FAULTS.items():
        path = f"/{name}".replace(" ", "%20")
        server.always[path] = fault
        lines.append(f"name: '{name}', kind: feed, url: '{server.url}{path}'")
    site(tmp_path, [*lines, f"name: Good, kind: feed, url: '{server.url}/good'"])
    for run in range(3):
        now = NOW + timedelta(days=run)
        server.documents["/good"] = Reply(body=rss(GOOD.replace("good", f"good-{run}")))
        news = fetched(tmp_path, now)
        states = {found.source: found.state for found in news.fetched}
        assert states.pop("Good") is State.OK, news.fetched[-1].problem
        assert len(states) == 40
        ids = {entry.id for entry in archive.load(tmp_path / ARCHIVE)}
        assert {f"tag:example.org,2026:good-{n}" for n in range(run + 1)} <= ids
        told = [line for line in ledger.load(tmp_path / LEDGER) if line.when == now]
        assert len(told) == 41
        assert all(line.problem for line in told if line.state in {State.FAILED, State.PARTIAL})


class _Broken:
    """A client with a fault of its own."""

    def get(self, request: object) -> object:
        raise RecursionError("too deep")


def test_whatever_a_source_meets_makes_it_failed_with_name_and_place(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text(
        '{"id":"2605.00001","title":"t","abstract":"a","authors":[],"categories":["cs.DC"]}\n'
    )
    site(
        tmp_path,
        [
            "name: Bad, kind: feed, url: 'https://example.org/feed'",
            "name: Good, kind: file, path: good.jsonl",
        ],
    )
    news = fetch(tmp_path, load_site(tmp_path / "site.yaml"), _Broken(), NOW)  # type: ignore[arg-type]
    bad, good = news.fetched
    assert (bad.state, good.state) == (State.FAILED, State.OK)
    assert bad.problem.startswith("RecursionError at test_faulty_feeds:")
    assert bad.problem.endswith(": too deep")
    assert len(news.entries) == 1


def test_the_command_ends_well_counts_what_is_left_out_and_shows_the_traceback_when_asked(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id":"2605.00001","title":"t","abstract":"a","authors":[],"categories":["cs.DC"]}\n'
        '{"id":"2605.00002","title":"t","abstract":"a","authors":[],"categories":["cs.DC"],'
        '"updated":"0001-01-01T00:00:00+23:59","version":"9"}\n'
    )
    (tmp_path / "b.json").write_bytes(json_feed({"id": {}}, {"id": "tag:x"}, {"id": []}))
    site(tmp_path, ["name: A, kind: file, path: a.jsonl", "name: B, kind: file, path: b.json"])
    asked = ["--root", str(tmp_path), "--now", "2026-05-11T12:00Z"]
    said = CliRunner().invoke(main, ["fetch", *asked])
    assert said.exit_code == 0
    assert "warning: B: partial: b.json: 2 items left out, the first: Expected" in said.stderr
    assert "Traceback" not in said.output
    health = CliRunner().invoke(main, ["status", *asked]).output
    assert "2 items left out, the first" in health


def test_a_traceback_is_shown_when_asked_for(tmp_path: Path, server: Server) -> None:
    server.documents["/bad"] = Reply(body=rss(item(CHAPTER) + GOOD))
    site(tmp_path, [f"name: Bad, kind: feed, url: '{server.url}/bad'"])
    asked = ["fetch", "--root", str(tmp_path), "--now", "2026-05-11T12:00Z"]
    said = CliRunner().invoke(main, asked)
    assert (said.exit_code, "Traceback" in said.output) == (0, False)
    assert "1 item left out: TypeError at " in said.stderr
    debugged = CliRunner().invoke(main, [*asked, "--debug"])
    assert (debugged.exit_code, "Traceback" in debugged.stderr) == (0, True)
    assert "TypeError" in debugged.stderr


def test_a_feed_item_that_cannot_be_read_costs_that_item_alone() -> None:
    page = parse(rss(item(CHAPTER) + GOOD + item(CHAPTER, "other")))
    assert "good" in names(page)
    assert page.problem.startswith(("1 item left out: TypeError at ", "2 items left out"))


def test_a_json_item_that_cannot_be_read_costs_that_item_alone() -> None:
    page = parse(json_feed({"id": ["no"]}, {"id": "tag:x:good"}, {"id": "tag:x:too", "tags": 3}))
    assert names(page) == ["good"]
    assert page.problem.startswith("2 items left out, the first: Expected")


API = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">'
    "<o:totalResults>2</o:totalResults><o:startIndex>0</o:startIndex>{}</feed>"
)
LISTING = (
    '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" version="2.0"><channel>{}</channel></rss>'
)
OAI = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{}</ListRecords></OAI-PMH>'
)
RECORD = (
    '<record><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{}</id></arXiv></metadata>'
    "</record>"
)
OF_ARXIV: dict[str, tuple[Callable[[bytes], tuple[int, int]], str, str]] = {
    "api": (
        lambda body: _counts(arxiv_answer.parse(body, SOURCE, TODAY)),
        API,
        "<entry><id>http://arxiv.org/abs/{}v1</id></entry>",
    ),
    "listing": (
        lambda body: _counts(arxiv_listing_answer.parse(body, SOURCE, TODAY)),
        LISTING,
        "<item><guid>oai:arXiv.org:{}v1</guid></item>",
    ),
    "oai": (lambda body: _counts(arxiv_oai.parse(body, SOURCE, TODAY)), OAI, RECORD),
}


def _counts(
    page: arxiv_answer.ApiPage | arxiv_listing_answer.Listing | arxiv_oai.OaiPage,
) -> tuple[int, int]:
    return len(page.entries), len(page.refused)


@pytest.mark.parametrize("kind", OF_ARXIV)
def test_a_paper_that_cannot_be_read_costs_that_paper_alone(kind: str) -> None:
    read, frame, one = OF_ARXIV[kind]
    papers = one.format("2605.00001") + one.format("none") + one.format("9912.99999")
    assert read(frame.format(papers).encode()) == (2, 1)


def test_a_line_and_a_record_that_cannot_be_read_cost_themselves_alone() -> None:
    local = LocalFile(name="x", markup=Markup.TEX, path="*")
    line = '{"id":"2605.00001","title":"t","abstract":"a","authors":[],"categories":[]}'
    found = list(jsonl.parse([b"[" * 100_000, line.encode(), b"\xff"], local, TODAY))
    assert [isinstance(one, SourceError) for one in found] == [True, False, True]
    records = bibtex.parse("@a{k,title={}}@a{l,title={T}}@a{m,title={", local, TODAY)
    assert sorted(isinstance(one, SourceError) for one in records) == [False, True, True]


@pytest.mark.parametrize("body", ["rss", "json"])
def test_of_too_many_items_the_first_are_read_and_that_is_said(body: str) -> None:
    made = {
        "rss": rss("".join(item("", f"n{n}") for n in range(9))),
        "json": json_feed(*({"id": f"tag:x:n{n}"} for n in range(9))),
    }
    page = parse(made[body], Limits(items=4))
    assert names(page) == ["n0", "n1", "n2", "n3"]
    assert page.problem == "it has more than 4 items, of which the first are read"
    assert not parse(made[body], Limits(items=9)).problem


def test_a_field_that_is_too_long_is_left_out_and_that_is_said() -> None:
    page = parse(rss(item(f"<description>{'a ' * 99}</description>") + GOOD), Limits(field=100))
    assert names(page) == ["bad", "good"]
    assert page.entries[0].summary == ""
    assert page.problem == "1 field is left out, too long, too deep or too many"


def test_an_author_of_64_kb_of_letters_costs_that_field_alone() -> None:
    page = parse(rss(item(f"<title>A title</title><author>{'a' * 65536}</author>")))
    assert (page.entries[0].title, page.entries[0].authors) == ("A title", ())
    assert page.problem.startswith("1 field is left out")


def test_three_thousand_authors_are_no_such_field() -> None:
    people = ", ".join(f"Ann Lee{n}" for n in range(3000))
    page = parse(rss(item(f"<dc:creator>{people}</dc:creator>")))
    assert (len(page.entries[0].authors), page.problem) == (3000, "")


def test_what_is_nested_too_deep_is_left_out_or_refused() -> None:
    deep = "<x>" * 200 + "</x>" * 200
    page = parse(rss(item(deep) + GOOD))
    assert (names(page), page.problem[:7]) == (["bad", "good"], "1 field")
    with pytest.raises(SourceError, match="more than 100 deep"):
        parse(rss(deep))
    with pytest.raises(SourceError, match="more than 100 deep"):
        xml.read(f"<opml><body>{deep}</body></opml>".encode())


def test_a_reference_to_a_number_that_is_no_character_ends_nothing() -> None:
    title = f"<title>A&amp;#{'9' * 4301};B&amp;#x{'f' * 5000};</title>"
    assert parse(rss(item(title))).entries[0].title == "A\ufffdB\ufffd"
    page = parse(rss(item(f"<title>&#{'9' * 4301};</title>")))
    assert (names(page), page.problem[:19]) == (["bad"], "read all the same, ")


@pytest.mark.parametrize(
    ("doctype", "title"),
    [
        ("<!ENTITY nbsp '&#160;'><!ENTITY name 'Ann Lee'>", "a b Ann Lee"),
        ("<!ENTITY nbsp ' '><!ENTITY name '€'>", "a b €"),
    ],
)
def test_a_feeds_own_short_entities_are_read(doctype: str, title: str) -> None:
    body = rss(item("<title>a&nbsp;b &name;</title>"), f"<!DOCTYPE rss [\n{doctype}\n]>\n")
    assert parse(body).entries[0].title == title


@pytest.mark.parametrize("value", ["a" * 101, "&amp;a;&amp;a;", "&a;&a;", "&#60;item>&#60;/item>"])
def test_an_entity_that_could_grow_is_refused(value: str) -> None:
    before = f"<!DOCTYPE rss [<!ENTITY a 'x'><!ENTITY b '{value}'>]>"
    with pytest.raises(SourceError, match=r"could grow|entity"):
        parse(rss(item("<title>&b;</title>"), before))


@pytest.mark.parametrize("piece", [1, 300, 2**20])
def test_a_feed_is_the_same_in_pieces_of_any_size(piece: int) -> None:
    made = "".join(
        f"<item><!-- {n} --><guid isPermaLink='false'>tag:x:{n}</guid><x a='>'/>"
        f"<title><![CDATA[</item> {n}]]></title><link>https://x.example/{n}</link></item>"
        for n in range(20)
    )
    page = parse(rss(made, channel="<title>t</title><author/>"), Limits(piece=piece))
    assert names(page) == [f"{n}" for n in range(20)]
    assert page == parse(rss(made))
    assert page.entries[3].title == "</item> 3"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "koi8-r", "utf-16-le"])
def test_a_feed_may_be_in_any_encoding_that_it_names(encoding: str) -> None:
    named = encoding.removesuffix("-le")
    declaration = f'<?xml version="1.0" encoding="{named}"?>'
    body = rss(item("<title>Привет</title>"), declaration).decode().encode(encoding)
    assert parse(body).entries[0].title == "Привет"


def test_a_whole_window_that_is_suddenly_new_is_a_warning(tmp_path: Path, server: Server) -> None:
    site(tmp_path, [f"name: Blog, kind: feed, url: '{server.url}/blog'"])

    def run(day: int, first: int) -> tuple[State, str]:
        body = rss("".join(item("", f"n{n}") for n in range(first, first + 5)))
        server.documents["/blog"] = Reply(body=body)
        (found,) = fetched(tmp_path, NOW + timedelta(days=day)).fetched
        return found.state, found.problem

    assert run(0, 0) == (State.OK, "")
    assert run(1, 4) == (State.OK, "")
    state, problem = run(2, 100)
    assert state is State.OK
    assert problem.startswith("all 5 entries are new, though the archive has earlier ones")
    assert ledger.load(tmp_path / LEDGER)[-1].problem == problem
    asked = ["status", "--root", str(tmp_path), "--now", "2026-05-13T13:00Z"]
    assert "all 5 entries are new" in CliRunner().invoke(main, asked).output
    assert date(2026, 5, 13) in {entry.seen for entry in archive.load(tmp_path / ARCHIVE)}


def test_half_a_character_in_json_costs_no_item() -> None:
    page = parse(
        json_feed(
            {"id": "tag:a:half", "title": "a\ud800b"},
            {"id": "tag:a:whole", "title": "\U0001d538 \\ud800"},
        )
    )
    assert [entry.title for entry in page.entries] == ["a\ufffdb", "\U0001d538 \\ud800"]
    assert not page.problem
