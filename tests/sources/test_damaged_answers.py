"""Answers that were damaged, repeated, put in another order: never more than a SourceError.

`pytest tests/sources/test_damaged_answers.py --hypothesis-profile=fuzz` tries 100,000 of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from asking import RECORDED
from hypothesis import example, given, settings
from hypothesis import strategies as st
from server import Paper, Server, papers
from test_feed import FORMATS
from test_file import BIBTEX, LINES
from test_file import jsonl as as_lines

from digest import archive
from digest.errors import SourceError
from digest.model import Entry, Markup
from digest.sources import (
    arxiv_answer,
    arxiv_listing_answer,
    arxiv_oai,
    feed,
    file,
    jsonl,
)
from digest.sources.file import LocalFile
from digest.text.ids import slug

TODAY = date(2026, 5, 16)
SOURCE = LocalFile(name="S", markup=Markup.TEX, path="*")
Parse = Callable[[bytes], Iterable[Entry]]


def _lines(body: bytes) -> list[Entry]:
    found = jsonl.parse(body.split(b"\n"), SOURCE, TODAY)
    return [item for item in found if isinstance(item, Entry)]


def _file(body: bytes) -> list[Entry]:
    return [item for item in file.parse(body, SOURCE, TODAY) if isinstance(item, Entry)]


@dataclass(frozen=True)
class Kind:
    """A parser, and answers that it reads."""

    parse: Parse
    bodies: tuple[bytes, ...]


def recorded(folder: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((RECORDED / folder).glob("*.xml")))


POSTS = tuple(text.encode() for text in FORMATS.values())
KINDS = {
    "api": Kind(lambda body: arxiv_answer.parse(body, SOURCE, TODAY).entries, recorded("api")),
    "listing": Kind(
        lambda body: arxiv_listing_answer.parse(body, SOURCE, TODAY, seen=TODAY).entries,
        recorded("listing"),
    ),
    "oai": Kind(lambda body: arxiv_oai.parse(body, SOURCE, TODAY).entries, recorded("oai")),
    "feed": Kind(
        lambda body: feed.parse(body, SOURCE, TODAY, seen=TODAY, url="https://e.org/").entries,
        (*POSTS, *recorded("listing")),
    ),
    "lines": Kind(_lines, (as_lines(LINES),)),
    "file": Kind(_file, (BIBTEX.encode(), *recorded("oai"), *POSTS)),
}
ARCHIVE = KINDS["api"].parse(Path(RECORDED.parents[1] / "content/start/seed.atom.xml").read_bytes())

TOKENS = [
    b"<entry>", b"</entry>", b"<item>", b"</feed>", b"]]>", b"<![CDATA[", b"<!--", b"&#0;", b"&lt;",
    b"&a;", b"\x00", b"\xff", b"\xc2\x85", b"\xe2\x80\xa8", b"<", b">", b'"', b"v99999", b"..",
    b"9" * 400, b"-1", b"javascript:", b"2613.00001", b"arxiv:", b"10.1/x", b"{", b"[", b"\n", b"/",
    b"9999-12-31T23:59:59-23:59", b"0000-00-00", b"new", b"cross", b"null", b"true", b"\\ud800",
    "é".encode(), "\u202e".encode(), b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"@misc{", b"(", b",",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """An answer after some accidents, and its kind."""
    name = draw(st.sampled_from(sorted(KINDS)))
    body = draw(st.sampled_from(KINDS[name].bodies))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.sampled_from([0, 1, 3, 20, 300, 4000])))
        accident = draw(st.integers(0, 4))
        if accident == 0:
            put = draw(st.sampled_from(TOKENS))
        elif accident == 1:
            put = draw(st.binary(max_size=8))
        elif accident == 2:
            put = body[start:end] * 2
        elif accident == 3:
            other = draw(st.integers(0, len(body)))
            put = body[other : other + (end - start)]
        else:
            put = b""
        body = body[:start] + put + body[end:]
    return name, body


@settings(deadline=None)
@given(damaged())
@example(("file", b"{"))
@example(("file", b"@"))
@example(("lines", b'{"id":"2605.00001","title":"","abstract":"","authors":[],"categories":[]}'))
def test_a_damaged_answer_is_an_error_or_entries_and_harms_no_other(
    case: tuple[str, bytes],
) -> None:
    name, body = case
    try:
        entries = tuple(KINDS[name].parse(body))
    except SourceError:
        return
    for entry in entries:
        assert is_fit(entry), entry
    merged = archive.merge(ARCHIVE, entries)
    names = {name for entry in merged.entries for name in (entry.id, *entry.aliases)}
    assert {entry.id for entry in ARCHIVE} <= names
    assert archive.merge(merged.entries, entries).entries == merged.entries


def is_fit(entry: Entry) -> bool:
    """True of what may go into the archive: it survives there, and its address is a plain name."""
    again = msgspec.json.decode(msgspec.json.encode(entry), type=Entry)
    links = all(re.match(r"https?://", link.url, re.I) for link in entry.links)
    plain = re.fullmatch(r"[a-z0-9.-]+", slug(entry.id)) and ".." not in slug(entry.id)
    return again == entry and links and bool(plain) and entry.announced <= entry.seen


# The same answers in any order.

FEW = papers(6, datetime(2026, 5, 11, 12, tzinfo=UTC))


def answers() -> list[tuple[Entry, ...]]:
    """What API, listing and OAI say of six papers, in parts that overlap, at two times."""
    revised = [
        replace(paper, version=2, updated=paper.published + timedelta(days=2), title="Revised")
        for paper in FEW[:2]
    ]
    found = list[tuple[Entry, ...]]()
    with Server() as server:
        for corpus, seen in (([*FEW], date(2026, 5, 12)), ([*FEW[2:], *revised], TODAY)):
            server.corpus = corpus
            for start, count in ((0, 3), (2, 4), (0, 6)):
                found.append(api(server, start, count, seen))
            server.today = date(2026, 5, 12)
            listing = server._rss(["cs.DC"]).encode()
            found.append(arxiv_listing_answer.parse(listing, SOURCE, seen, seen=seen).entries)
            harvest = server._oai({"from": "2026-05-01", "until": "2026-05-31"}).encode()
            found.append(arxiv_oai.parse(harvest, SOURCE, TODAY).entries)
    return found


def api(server: Server, start: int, count: int, seen: date) -> tuple[Entry, ...]:
    query = {"search_query": "all", "start": str(start), "max_results": str(count)}
    return arxiv_answer.parse(server._api(query).encode(), SOURCE, seen, seen=seen).entries


ANSWERS = answers()


@settings(deadline=None)
@given(st.permutations(range(len(ANSWERS))), st.lists(st.integers(0, len(ANSWERS) - 1), max_size=6))
def test_the_same_answers_in_any_order_however_often_give_one_archive(
    order: list[int], again: list[int]
) -> None:
    straight = archive.merge(*ANSWERS).entries
    merged: tuple[Entry, ...] = ()
    for number in (*order, *again):
        merged = archive.merge(merged, ANSWERS[number]).entries
    assert merged == straight
    assert len(merged) == 6


def test_papers_of_two_names_are_told_apart() -> None:
    """A server may know a paper that another server calls by another number."""
    one = Paper(number="2605.00001", published=FEW[0].published)
    with Server([one, replace(one, number="2605.00002")]) as server:
        assert len(archive.merge(api(server, 0, 2, TODAY)).entries) == 2
