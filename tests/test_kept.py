"""What rules made of a month is used again, and only while nothing that decides has changed."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import entries
from test_themes import theme

from digest.model import Entry
from digest.themes import Matcher
from digest.themes.kept import grouped

MATCHER = Matcher([theme("any: [draft*]", "drafts"), theme("any: [cat]", "cats")])


def paper(number: int, title: str, month: int = 5) -> Entry:
    day = date(2026, month, 1)
    return Entry(id=f"arxiv:2605.{number:05}", title=title, announced=day, seen=day)


PAPERS = (paper(1, "A draft"), paper(2, "A cat"), paper(3, "A dog"), paper(4, "Drafts", month=4))


def doctored(kept: bytes) -> bytes:
    """As if every paper had been found to have no theme: shows what is used again."""
    data = msgspec.msgpack.decode(kept)
    for month in data["months"].values():
        month["matches"] = {}
    return msgspec.msgpack.encode(data)


@given(st.lists(entries(), max_size=6, unique_by=lambda entry: entry.id))
def test_grouping_by_month_is_grouping(found: list[Entry]) -> None:
    matches, kept = grouped(found, MATCHER)
    assert matches == {e.id: MATCHER.matches(e) for e in found if MATCHER.matches(e)}
    assert grouped(found, MATCHER, kept=kept) == (matches, kept)


def test_a_month_that_stays_as_it_is_is_not_read_again() -> None:
    _, kept = grouped(PAPERS, MATCHER)
    more = (*PAPERS, paper(5, "Another draft"))
    assert grouped(more, MATCHER, kept=doctored(kept))[0].keys() == {
        "arxiv:2605.00001",  # this month is new
        "arxiv:2605.00002",
        "arxiv:2605.00005",
    }


@pytest.mark.parametrize(
    ("matcher", "code"),
    [
        (Matcher([theme("any: [draft]", "drafts"), theme("any: [cat]", "cats")]), ""),
        (Matcher([theme("any: [cat]", "cats"), theme("any: [draft*]", "drafts")]), ""),
        (MATCHER, "another version of ours"),
    ],
)
def test_other_rules_or_other_code_begin_anew(matcher: Matcher, code: str) -> None:
    _, kept = grouped(PAPERS, MATCHER)
    again, _ = grouped(PAPERS, matcher, code, doctored(kept))
    assert again == {e.id: matcher.matches(e) for e in PAPERS if matcher.matches(e)}


def test_words_about_a_theme_change_nothing() -> None:
    _, kept = grouped(PAPERS, MATCHER)
    themes = [replace(theme("any: [draft*]", "drafts"), title="New"), theme("any: [cat]", "cats")]
    assert grouped(PAPERS, Matcher(themes), kept=doctored(kept))[0] == {}


@pytest.mark.parametrize("kept", [b"", b"\xc1", b"{}", b"\x81\xa4mark\xa1x", b"\xa1\xff"])
def test_what_was_damaged_is_passed_over(kept: bytes) -> None:
    assert grouped(PAPERS, MATCHER, kept=kept) == grouped(PAPERS, MATCHER)
