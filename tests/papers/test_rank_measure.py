"""How early picks stand, held to scikit-learn's numbers and to a count by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple
from sklearn.metrics import roc_auc_score

from digest.papers.rank.measure import Measure, mean, measure, spread

days = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=60)


@given(days)
def test_auc_is_that_of_scikit_learn(day: list[tuple[int, bool]]) -> None:
    scores, picked = [score for score, _ in day], [is_picked for _, is_picked in day]
    found = measure(scores, picked)
    if len(set(picked)) == 1:
        assert found is None
    else:
        assert found is not None
        assert found.auc == pytest.approx(roc_auc_score(picked, scores))


def test_a_day_is_measured_by_where_its_picks_stand() -> None:
    picked = [place in {0, 4, 11, 29} for place in range(40)]
    found = measure([-place for place in range(40)], picked)
    assert found is not None
    assert astuple(found) == pytest.approx((106 / 144, 0.2, 0.75, 30 / 40))


def test_equal_scores_stand_in_the_order_of_the_list() -> None:
    found = measure([0.0] * 20, [place == 19 for place in range(20)])
    assert found == Measure(0.5, 0.0, 1.0, 1.0)


def test_days_are_averaged_with_their_spread() -> None:
    found = [Measure(0.5, 0.1, 0.2, 0.9), Measure(0.7, 0.3, 0.2, 0.5)]
    assert astuple(mean(found)) == pytest.approx((0.6, 0.2, 0.2, 0.7))
    assert astuple(spread(found)) == pytest.approx((0.1, 0.1, 0.0, 0.2))
