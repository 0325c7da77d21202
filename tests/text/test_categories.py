"""arXiv's categories, and which names of them are one."""

from datetime import date

import pytest

from digest.config.rules import Fact
from digest.model import Entry, Markup
from digest.papers.versions import cross_listed
from digest.sources.arxiv_listing import ArxivListing, CrossLists
from digest.text import categories

PAIRS = [
    ("cs.NA", "math.NA"),
    ("cs.SY", "eess.SY"),
    ("math.IT", "cs.IT"),
    ("math.MP", "math-ph"),
    ("stat.TH", "math.ST"),
    ("q-fin.EC", "econ.GN"),
]
DAY = date(2026, 5, 14)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_merged_category_is_one_by_either_name(one: str, other: str) -> None:
    for followed, primary in ((one, other), (other, one), (one, one)):
        assert categories.is_within(primary, [followed])
        assert Fact("primary", followed).meets(primary)
        assert Fact("category", followed).meets(primary)
    assert categories.same(one) == categories.same(other) == other


def test_a_category_is_within_its_archive_by_either_name() -> None:
    assert categories.is_within("math.NA", ["cs"])
    assert categories.is_within("math-ph", ["math"])
    assert Fact("category", "cs.*").meets("math.NA")
    assert not categories.is_within("math.CO", ["cs", "stat.ML"])
    assert not Fact("source", "cs.NA").meets("math.NA")


@pytest.mark.parametrize("code", ["68T50", "E.4", "networks", "Primary", "H.1.1", "05C10 (68R10)"])
def test_codes_and_words_are_no_categories(code: str) -> None:
    assert not categories.is_category(code)


@pytest.mark.parametrize("name", [*categories.CATEGORIES, "cmp-lg", "cs.XX", "q-alg"])
def test_what_arxiv_has_or_had_is_a_category(name: str) -> None:
    assert categories.is_category(name)


def listing(choice: CrossLists) -> ArxivListing:
    return ArxivListing(
        name="L",
        markup=Markup.TEX,
        categories=("cs.NA",),
        cross_lists=choice,
        endpoint="https://rss.arxiv.org",
        pace=3,
    )


@pytest.mark.parametrize(
    ("choice", "primary", "expected"),
    [
        (CrossLists.LABEL, "cs.LG", True),
        (CrossLists.LABEL, "cs.NA", False),
        (CrossLists.LABEL, "math.NA", False),
        (CrossLists.INCLUDE, "cs.LG", False),
        (CrossLists.EXCLUDE, "cs.LG", False),
    ],
)
def test_cross_lists_are_labelled_where_that_is_asked(
    choice: CrossLists, primary: str, expected: bool
) -> None:
    entry = Entry(
        id="arxiv:2605.00001",
        title="T",
        categories=(primary, "cs.NA"),
        announced=DAY,
        seen=DAY,
        sources=("L",),
    )
    assert cross_listed(entry, [listing(choice)]) is expected
