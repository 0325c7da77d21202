"""A linear support vector machine with squared hinge loss, by dual coordinate descent. Pure.

Source: C.-J. Hsieh and others, A dual coordinate descent method for large-scale linear SVM,
    ICML 2008, algorithm 1; scikit-learn's LinearSVC finds the same minimum by the same method.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from random import Random

import msgspec


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What is learnt from: features that a row has or lacks, and one number a row."""

    features: Sequence[Sequence[int]]  # of each row: the features that it has, each once
    scales: Sequence[float]  # of each feature: the value that it has where a row has it
    numbers: Sequence[float]  # of each row
    labels: Sequence[bool]
    importances: Sequence[float] = ()  # of each row, factors of the strength; empty: all 1


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """The minimum: Σ weights × values + number_weight × number + bias is above 0 for a True."""

    weights: list[float]  # of each feature, for the value 1
    number_weight: float
    bias: float
    duals: list[float]  # of each row; where a later fit may start


def fit(
    rows: Rows,
    strength: float,
    *,
    start: Sequence[float] = (),
    tolerance: float = 0.1,
    passes: int = 200,
) -> Fit:
    """Minimise ½(|w|² + b²) + strength × Σ importance × max(0, 1 − y(w·x + b))².

    Args:
        start: duals of an earlier fit of the first of these rows.
        tolerance: largest violation of the optimality conditions at which to stop.
        passes: over all rows, at most.
    """
    descent = _Descent(rows, strength, start)
    everything = list(range(len(rows.labels)))
    order, bound = everything.copy(), inf
    shuffle = Random(0).shuffle
    for _ in range(passes):
        shuffle(order)
        looked_at = len(order)
        worst, order = descent.one_pass(order, bound, tolerance / 4)
        bound = worst
        if worst <= tolerance:
            if looked_at == len(everything):
                break
            order, bound = everything.copy(), inf  # look again at the settled rows
    return descent.result()


class _Descent:
    """The weights and duals on their way. A weight is kept times its scale: a sum is w·x."""

    def __init__(self, rows: Rows, strength: float, start: Sequence[float]) -> None:
        self._features, self._numbers, self._scales = rows.features, rows.numbers, rows.scales
        self._signs = [1.0 if label else -1.0 for label in rows.labels]
        importances = rows.importances or [1.0] * len(rows.labels)
        self._slacks = [0.5 / (strength * importance) for importance in importances]
        self._squares = [scale * scale for scale in rows.scales]
        self._products = [0.0] * len(rows.scales)  # weight × scale
        self._number_weight = self._bias = 0.0
        self._duals = [*start, *[0.0] * (len(rows.labels) - len(start))]
        self._curvatures = [
            1 + number * number + slack + sum(map(self._squares.__getitem__, features))
            for features, number, slack in zip(
                rows.features, rows.numbers, self._slacks, strict=True
            )
        ]
        for row, dual in enumerate(self._duals):
            self._move(row, dual * self._signs[row])

    def one_pass(
        self, order: Sequence[int], bound: float, negligible: float
    ) -> tuple[float, list[int]]:
        """Look at rows in an order: the largest violation, and the rows that are not settled.

        Args:
            bound: a row that is further than this on its right side counts as settled.
            negligible: violations up to this are left as they are.
        """
        worst, unsettled = 0.0, list[int]()
        get, duals, signs = self._products.__getitem__, self._duals, self._signs
        for row in order:
            dual, sign = duals[row], signs[row]
            value = sum(map(get, self._features[row]), self._bias)
            value += self._number_weight * self._numbers[row]
            gradient = sign * value - 1 + self._slacks[row] * dual
            if dual == 0.0 and gradient >= 0:
                if gradient <= bound:
                    unsettled.append(row)
                continue
            unsettled.append(row)
            worst = max(worst, abs(gradient))
            if abs(gradient) <= negligible:
                continue
            duals[row] = max(dual - gradient / self._curvatures[row], 0.0)
            self._move(row, (duals[row] - dual) * sign)
        return worst, unsettled

    def _move(self, row: int, step: float) -> None:
        if step == 0.0:
            return
        products, squares = self._products, self._squares
        for feature in self._features[row]:
            products[feature] += step * squares[feature]
        self._number_weight += step * self._numbers[row]
        self._bias += step

    def result(self) -> Fit:
        pairs = zip(self._products, self._scales, strict=True)
        weights = [product / scale if scale else 0.0 for product, scale in pairs]
        return Fit(
            weights=weights,
            number_weight=self._number_weight,
            bias=self._bias,
            duals=self._duals,
        )
