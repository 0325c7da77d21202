import re
from datetime import date
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://arxiv.org/abs/2605.13319v2", ("2605.13319", 2)),
        ("https://arxiv.org/abs/2605.13319", ("2605.13319", 0)),
        ("https://arxiv.org/pdf/2605.13319v1.pdf", ("2605.13319", 1)),
        ("oai:arXiv.org:2604.21935v1", ("2604.21935", 1)),
        ("oai:arXiv.org:math/0611918", ("math/0611918", 0)),
        ("arXiv:0704.0309", ("0704.0309", 0)),
        ("http://arxiv.org/abs/math.GT/0309136v1", ("math/0309136", 1)),
        ("astro-ph/0601001", ("astro-ph/0601001", 0)),
        ("https://doi.org/10.48550/arXiv.2605.13319", ("2605.13319", 0)),
        ("https://arxiv.org/abs/2605.13319?context=cs", ("2605.13319", 0)),
        ("https://example.org/2605.13319", None),
        ("2613.13319", None),  # no such month
        ("../2605.13319", None),
        ("2605.13319/../../etc", None),
        ("", None),
    ],
)
def test_arxiv_ids_lose_their_version(text: str, expected: tuple[str, int] | None) -> None:
    assert ids.arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://doi.org/10.1145/3555.123", "10.1145/3555.123"),
        ("doi:10.1016/S0377-0427(99)00001-1", "10.1016/s0377-0427(99)00001-1"),
        ("(see doi:10.1145/3555.123).", "10.1145/3555.123"),
        ("10.48550/arXiv.2605.13319", "10.48550/arxiv.2605.13319"),
        ("no doi", ""),
    ],
)
def test_dois_are_bare_and_lower_case(text: str, expected: str) -> None:
    assert ids.doi(text) == expected


def test_months_of_ids() -> None:
    assert ids.id_month("arxiv:2604.09603") == date(2026, 4, 1)
    assert ids.id_month("arxiv:math/9911001") == date(1999, 11, 1)
    assert ids.id_month("doi:10.1145/1") is None


def test_paths_of_papers() -> None:
    assert ids.paper_path("arxiv:2605.13319") == "papers/2605.13319/"
    assert ids.paper_path("arxiv:cs/0601001") == "papers/cs-0601001/"
    assert ids.slug("https://a.example/post") != ids.slug("https://a.example/post/")


@given(st.text())
def test_a_slug_is_one_safe_part_of_a_path(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", ids.slug(name.removeprefix("arxiv:")))


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("arxiv:2605.13319", True),
        ("arxiv:0704.0001", True),
        ("arxiv:math/0309136", True),
        ("arxiv:math.GT/0309136", False),
        ("arxiv:2605.13319v2", False),
        ("arxiv:2613.13319", False),
        ("arXiv:2605.13319", False),
        ("arxiv:arxiv:2605.13319", False),
        ("arxiv:2605.13319\n", False),
        ("2605.13319", False),
        ("doi:10.48550/arxiv.2605.13319", False),
        ("", False),
    ],
)
def test_a_name_is_spelled_as_ours_are(name: str, is_one: bool) -> None:
    assert ids.is_arxiv_name(name) is is_one


@given(st.text(st.sampled_from("aéÉßΣ가\u0301\u0323\u0f73\uff9e ")))
def test_names_are_sorted_without_their_accents(name: str) -> None:
    """As after taking the accents off the whole, which takes the square of their number."""
    parts = normalize("NFKD", name.lower())
    assert ids.unaccented(name) == "".join(part for part in parts if not combining(part))
