"""What sources write, as plain text."""

from datetime import UTC, datetime
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.html import plain
from digest.sources.text import (
    excerpt,
    fold,
    moment,
    paragraphs,
    web_address,
)

any_text = st.text(st.characters())  # lone surrogates included


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        # arXiv before November 2025: wrapped, a paragraph starts with two spaces
        (
            "  We study the problem of reaching agreement among processes of which some may\n"
            "be faulty.\n  We show a bound.\n",
            "We study the problem of reaching agreement among processes of which some may be "
            "faulty.\nWe show a bound.",
        ),
        # and since: a line a paragraph
        (f"{'word ' * 40}end.\nA second one.", f"{'word ' * 40}end.\nA second one."),
        ("one\n\ntwo", "one\ntwo"),
        ("short line\nanother", "short line\nanother"),
        ("a\r\n  b\x00\x0bc\u2028d", "a\nbc d"),
        (None, ""),
    ],
)
def test_paragraphs_survive_however_they_were_wrapped(sent: str | None, kept: str) -> None:
    assert paragraphs(sent) == kept


@given(any_text)
def test_text_can_be_written_anywhere(text: str) -> None:
    for found in (fold(text), paragraphs(text), plain(text), excerpt(fold(text))):
        found.encode("utf-8")
        assert not set(found) & set(map(chr, [*range(10), *range(11, 32), 0x7F, 0x85, 0x2028]))


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert paragraphs(paragraphs(text)).split() == paragraphs(text).split()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>A &amp; B &lt;c&gt;</p><p>two<br>three</p>", "A & B <c>\ntwo\nthree"),
        ("<style>p{}</style><script>alert(1)</script>seen<!-- not -->", "seen"),
        ("half<b>a</b>word", "halfaword"),
        ("a &nbsp;&mdash;&#8212; b", "a —— b"),
        ("<li>one</li><li>two</li>", "one\ntwo"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


def test_an_excerpt_says_that_it_is_one() -> None:
    assert excerpt("one two three", words=2) == "one two …"
    assert excerpt("one, two, three", words=2) == "one, two …"
    assert excerpt("one two", words=2) == "one two"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://example.org/a b", "https://example.org/ab"),
        ("HTTP://example.org/", "http://example.org/"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org/", ""),
        ("https:///nowhere", ""),
        ("http://[::1", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_the_web_are_kept(sent: str | None, kept: str) -> None:
    assert web_address(sent) == kept


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("2026-05-14T07:49:27Z", datetime(2026, 5, 14, 7, 49, 27, tzinfo=UTC)),
        ("2003-07-07T13:46:39-04:00", datetime(2003, 7, 7, 17, 46, 39, tzinfo=UTC)),
        ("Mon, 27 Apr 2026 00:00:00 -0400", datetime(2026, 4, 27, 4, tzinfo=UTC)),
        ("2010-10-30", datetime(2010, 10, 30, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_of_every_fashion(sent: str, found: datetime | None) -> None:
    assert moment(sent) == found


@given(any_text)
def test_no_text_breaks_the_reading_of_dates_and_addresses(text: str) -> None:
    found = moment(text)
    assert found is None or found.tzinfo is UTC
    assert web_address(text) == "" or web_address(text).lower().startswith("http")


@pytest.mark.parametrize(
    "marks", ["\u0301", "\u0301\u0327", "\u0f73", "\u0f81\u0301", "\uff9e\u0301"]
)
def test_marks_are_not_heaped_on_a_letter_whatever_they_are_made_of(marks: str) -> None:
    """Composing them takes time that grows with the square of their number."""
    found = normalize("NFKD", fold(f"a{marks * 1000}b"))
    assert len(found) < 100
    assert (found[0], found[-1]) == ("a", "b")


def test_a_few_marks_stay_as_they_are() -> None:
    word = "\u0f40\u0f73\u0f51" * 20
    assert fold(word) == word
