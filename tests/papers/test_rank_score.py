"""Terms of a paper, its score, and the reasons that make it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Entry
from digest.papers.rank.features import terms
from digest.papers.rank.lessons import lesson
from digest.papers.rank.model import Model
from digest.papers.rank.score import Reason, points, reasons, score, total
from digest.papers.rank.words import phrases, singular

DAY = date(2026, 5, 16)


def paper(title: str, summary: str = "", authors: tuple[str, ...] = ()) -> Entry:
    return Entry(
        id="arxiv:2605.00001",
        title=title,
        summary=summary,
        authors=authors,
        categories=("cs.LG",),
        announced=DAY,
        seen=DAY,
    )


def model(weights: dict[str, int], *, both: bool = False) -> Model:
    return Model(day=DAY, papers=9, picks=3, weights=weights, both=both)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("models", "model"),
        ("Queries", "query"),
        ("GPUs", "gpu"),
        ("GPS", "gps"),
        ("boxes", "box"),
        ("caches", "cache"),
        ("approaches", "approach"),
        ("generalizes", "generalize"),
        ("analysis", "analysis"),
        ("class", "class"),
        ("ties", "tie"),
        ("gas", "gas"),
    ],
)
def test_a_word_loses_its_simple_plural(word: str, expected: str) -> None:
    assert singular(word) == expected


def test_phrases_are_compared_without_case_accents_hyphens_and_plural() -> None:
    one = {phrase for phrase, _ in phrases("Speculative-Decoding for Kähler manifolds")}
    other = {phrase for phrase, _ in phrases("speculative decodings, Kahler manifold")}
    assert one == other


def test_a_phrase_spans_neither_a_comma_nor_a_function_word() -> None:
    found = {phrase for phrase, _ in phrases("draft, verify and accept tokens")}
    assert found == {"draft", "verify", "accept", "token", "accept token"}


def test_a_term_is_shown_as_the_paper_writes_it() -> None:
    found = terms(paper("Kähler GPUs", "kahler gpu", ("A", "B")))
    assert found["word: kahler gpu"] == "Kahler GPUs"
    assert found["form: authors < 3"] == "2 authors"


def test_markup_is_no_word() -> None:
    found = terms(paper(r"The \emph{fast} $O(n^2)$ \textbf{sort}"))
    assert "word: fast" in found
    assert not any("emph" in term or "textbf" in term for term in found)


def test_a_score_is_the_sum_of_its_terms() -> None:
    weights = model(
        {
            "word: speculative decoding": 210,
            "word: decoding": 5,
            "author: Tim Roughgarden": 140,
            "word: survey": -80,
        }
    )
    entry = paper("Speculative decoding", "A survey.", ("Tim Roughgarden", "Someone Else"))
    found = score(entry, weights)
    assert found.total == 210 + 5 + 140 - 80
    assert [(part.term, part.weight) for part in found.parts] == [
        ("word: speculative decoding", 210),
        ("author: Tim Roughgarden", 140),
        ("word: survey", -80),
        ("word: decoding", 5),
    ]


def test_each_next_author_counts_half_as_much() -> None:
    weights = model({"author: Ann A": 101, "author: Bob B": 300, "author: Cy C": 100})
    entry = paper("T", authors=("Ann A.", "Bob B.", "B, Bob", "Cy C."))
    assert score(entry, weights).total == 300 + 50 + 25


def test_an_authors_name_takes_nothing_away() -> None:
    entry = paper("T", authors=("Ann A.",))
    assert score(entry, model({"author: Ann A": -50})).total == 0
    assert score(entry, model({"author: Ann A": -50}, both=True)).total == -50


def test_a_phrase_and_its_words_are_one_reason() -> None:
    weights = model(
        {"word: speculative decoding": 210, "word: decoding": 5, "word: speculative": -10}
    )
    found = reasons(score(paper("Speculative decoding"), weights))
    assert found.shown == (Reason("Speculative decoding", 205),)
    assert (found.others, found.rest) == (0, 0)


def test_steps_of_a_number_are_one_reason() -> None:
    weights = model({"form: authors >= 5": 20, "form: authors >= 6": 15, "form: authors < 4": 9})
    found = reasons(score(paper("T", authors=tuple("abcdefg")), weights))
    assert found.shown == (Reason("7 authors", 35),)


def test_weights_are_shown_with_their_sign() -> None:
    assert [points(each) for each in (210, -85, 0, 5, 1234)] == [
        "+2.1",
        "−0.85",
        "+0.0",
        "+0.05",
        "+12.34",
    ]


vocabulary = ["draft", "model", "speculative", "decoding", "survey", "token", "cache", "of"]
titles = st.lists(st.sampled_from(vocabulary), max_size=30).map(" ".join)
authors = st.lists(st.sampled_from(["Ann A", "Bob B", "Cy C", "Dee D", ":"]), max_size=6)
weighted = st.dictionaries(
    st.one_of(
        st.sampled_from(vocabulary).map("word: {}".format),
        st.tuples(st.sampled_from(vocabulary), st.sampled_from(vocabulary)).map(
            lambda pair: f"word: {pair[0]} {pair[1]}"
        ),
        st.sampled_from(["author: Ann A", "author: Bob B", "author: Cy C", "category: cs.LG"]),
        st.sampled_from(["form: authors < 3", "form: authors < 2", "form: numbers < 1"]),
    ),
    st.integers(-500, 500),
)


@given(titles, titles, authors, weighted, st.booleans(), st.integers(0, 7))
def test_shown_reasons_and_the_rest_add_up_to_the_score(
    title: str, summary: str, names: list[str], weights: dict[str, int], both: bool, limit: int
) -> None:
    entry = paper(title, summary, tuple(names))
    ours = Model(day=DAY, papers=9, picks=3, weights=weights, both=both)
    found = score(entry, ours)
    told = reasons(found, limit)
    assert found.total == sum(part.weight for part in found.parts)
    assert found.total == sum(reason.weight for reason in told.shown) + told.rest
    assert len(told.shown) <= limit
    taught = lesson(entry)
    assert found.total == total(ours, taught.terms, taught.authors)
