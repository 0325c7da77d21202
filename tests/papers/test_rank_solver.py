"""The solver of rankings, held to scikit-learn's answer."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from digest.papers.rank.solver import Rows, fit


def invented(rows: int, features: int, seed: int) -> Rows:
    """Rows whose labels follow some of their features, with noise."""
    rank = Random(seed)
    given = [sorted(rank.sample(range(features), rank.randint(1, 12))) for _ in range(rows)]
    numbers = [rank.random() for _ in range(rows)]
    values = [
        sum(at < features / 5 for at in row) + n for row, n in zip(given, numbers, strict=True)
    ]
    return Rows(
        features=given,
        scales=[0.1 + rank.random() / 2 for _ in range(features)],
        numbers=numbers,
        labels=[value + rank.gauss(0, 1) > 2.5 for value in values],
        importances=[rank.choice([0.5, 1.0, 2.0]) for _ in range(rows)],
    )


def matrix(rows: Rows) -> np.ndarray:
    found = np.zeros((len(rows.labels), len(rows.scales) + 1))
    for at, (row, number) in enumerate(zip(rows.features, rows.numbers, strict=True)):
        found[at, row] = np.array(rows.scales)[row]
        found[at, -1] = number
    return found


@pytest.mark.parametrize("strength", [0.03, 0.3, 3.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_solver_finds_the_minimum_that_scikit_learn_finds(strength: float, seed: int) -> None:
    rows = invented(400, 60, seed)
    ours = fit(rows, strength, tolerance=1e-7, passes=20_000)
    theirs = LinearSVC(C=strength, tol=1e-9, max_iter=1_000_000)
    theirs.fit(matrix(rows), rows.labels, sample_weight=rows.importances)
    assert [*ours.weights, ours.number_weight] == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert ours.bias == pytest.approx(theirs.intercept_[0], abs=1e-5)


def test_the_usual_tolerance_orders_rows_as_scikit_learn_does() -> None:
    rows = invented(2_000, 200, 3)
    ours = fit(rows, 0.1)
    values = matrix(rows) @ np.array([*ours.weights, ours.number_weight])
    theirs = LinearSVC(C=0.1, tol=1e-9, max_iter=1_000_000)
    theirs.fit(matrix(rows), rows.labels, sample_weight=rows.importances)
    expected = matrix(rows) @ theirs.coef_[0]
    assert np.corrcoef(values.argsort().argsort(), expected.argsort().argsort())[0, 1] > 0.999


def test_a_start_from_an_earlier_fit_ends_at_the_same_minimum() -> None:
    rows = invented(300, 40, 4)
    earlier = fit(
        Rows(
            features=rows.features[:200],
            scales=rows.scales,
            numbers=rows.numbers[:200],
            labels=rows.labels[:200],
            importances=rows.importances[:200],
        ),
        0.1,
    )
    warm = fit(rows, 0.1, start=earlier.duals, tolerance=1e-7, passes=20_000)
    cold = fit(rows, 0.1, tolerance=1e-7, passes=20_000)
    assert warm.weights == pytest.approx(cold.weights, abs=1e-5)


def test_the_same_rows_give_the_same_weights_to_the_last_digit() -> None:
    assert fit(invented(200, 30, 5), 0.1) == fit(invented(200, 30, 5), 0.1)


def test_a_feature_that_no_row_has_weighs_nothing() -> None:
    rows = Rows(features=[[0], []], scales=[1.0, 1.0], numbers=[0, 0], labels=[True, False])
    assert fit(rows, 1.0).weights[1] == 0.0


def test_no_rows_at_all_give_no_weights() -> None:
    assert fit(Rows(features=[], scales=[1.0], numbers=[], labels=[]), 1.0).weights == [0.0]
