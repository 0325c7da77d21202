"""`rank.tsv`: written, edited by hand, cut, damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.papers.rank.measure import Measure
from digest.papers.rank.model import Model, read, write

PATH = Path("content/rank.tsv")
MODEL = Model(
    day=date(2026, 5, 16),
    papers=300,
    picks=40,
    measured=Measure(0.812, 0.41, 0.5, 0.6),
    days=12,
    weights={
        "author: Tim Roughgarden": 140,
        "word: survey": -80,
        "word: speculative decoding": 210,
    },
)
TEXT = """\
# digest rank, version 1
# day: 2026-05-16
# papers: 300
# picks: 40
# measured days: 12
# AUC: 0.812
# picks among the first 10: 0.410
# found in the first 20: 0.500
# read for 95 %: 0.600
author: Tim Roughgarden\t140
word: speculative decoding\t210
word: survey\t-80
# end
"""


def test_a_model_is_text_a_term_a_line_sorted() -> None:
    assert write(MODEL) == TEXT


def test_what_is_written_is_read_again() -> None:
    assert read(TEXT, PATH) == MODEL


words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
terms = st.builds("{}: {}".format, st.sampled_from(["author", "category", "form", "word"]), words)


@given(st.dictionaries(terms, st.integers(-1_000_000, 1_000_000), max_size=30))
def test_any_terms_are_read_as_they_were_written(weights: dict[str, int]) -> None:
    model = Model(day=date(2026, 1, 1), papers=0, picks=0, weights=weights)
    assert read(write(model), PATH) == model


def test_an_edit_by_hand_counts() -> None:
    edited = TEXT.replace("survey\t-80", "survey\t-300").replace(
        "# end", "theme: caching\t+50\n\n# end"
    )
    weights = read(edited.replace("\n", "\r\n"), PATH).weights
    assert weights["word: survey"] == -300
    assert weights["theme: caching"] == 50


CONFLICT = TEXT.replace("word: survey", "<<<<<<< HEAD\nword: survey")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "content/rank.tsv:1: expected '# digest rank, version 1'"),
        ("term\t1\n", "content/rank.tsv:1: expected '# digest rank, version 1'"),
        (TEXT.replace("version 1", "version 2"), "content/rank.tsv:1: version '2' is not known"),
        (TEXT.removesuffix("# end\n"), "content/rank.tsv:12: cut: the last line is not '# end'"),
        (TEXT[:200], "cut: the last line is not '# end'"),
        (CONFLICT, "content/rank.tsv:12: a conflict of git: keep one side whole"),
        (TEXT + TEXT, "content/rank.tsv:14: a second ranking begins"),
        (
            TEXT.replace("\t-80", "\t-0.8"),
            "content/rank.tsv:12: expected a term, a tab and a whole",
        ),
        (TEXT.replace("\t-80", " -80"), "content/rank.tsv:12: expected a term, a tab and a whole"),
        (TEXT.replace("\t-80", "\t-80000000"), "content/rank.tsv:12: a weight is at most 1000000"),
        (
            TEXT.replace("word: survey", "survey"),
            "content/rank.tsv:12: expected a term that begins",
        ),
        (
            TEXT.replace("word: survey", "author: Tim Roughgarden"),
            "content/rank.tsv:12: 'author: Tim Roughgarden' is there twice: "
            "keep this line or line 10",
        ),
        (TEXT.replace("# day: 2026-05-16\n", ""), "'# day: …' is missing"),
        (TEXT.replace("# papers: 300", "# papers: many"), "a line at the top is damaged"),
    ],
)
def test_what_is_no_model_is_one_line_with_file_and_line(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, PATH)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_author_counts_negatively_only_where_the_editor_allows_it() -> None:
    text = TEXT.replace("Roughgarden\t140", "Roughgarden\t-140")
    assert read(text, PATH).authors == {}
    assert read(text, PATH, both=True).authors == {"tim roughgarden": -140}
