"""Exact sizes of small trials, counted by hand, and a second enumeration of the stratified test."""

from __future__ import annotations

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from scipy.stats import chi2
from type_one_script import exact, plans


@pytest.mark.parametrize(("rate", "size"), [(0.5, 2 / 64), (0.2, 2 * 0.16**3), (0.0, 0.0)])
def test_pearson_of_three_and_three_rejects_the_two_extreme_tables_only(rate: float, size: float) -> None:
    # 3/3 v 0/3: chi-square 6, p 0.014. Next 3/3 v 1/3: chi-square 3, p 0.083.
    found = exact.tables(plans.shipped()["A-SRI4", "pearson"], 3, 3)
    assert found.rejects.sum() == 2
    assert float(exact.power(found.rejects, rate, rate)) == pytest.approx(size, abs=1e-15)


def test_the_worst_rate_of_three_and_three_is_a_half() -> None:
    found = exact.worst(exact.tables(plans.shipped()["A-SRI4", "pearson"], 3, 3).rejects)
    assert found.size == pytest.approx(2 / 64, abs=1e-9)
    assert found.rates == pytest.approx((0.5,), abs=1e-3)


def test_two_strata_of_two_and_two() -> None:
    """Count the tables that CMH rejects, at a half in either stratum.

    A stratum with 2, 1 or 3 responders has the variance 1/3, 1/4 or 1/4. Both strata extreme in one
    direction: 2^2/(1/3 + 1/3) = 6, in 2 of 256 trials. One extreme, the other with one or three responders,
    the odd one on the same side: 1.5^2/(1/3 + 1/4) = 3.857 > 3.841, in 8 of 128. One extreme alone: at most
    1/(1/3) = 3. Neither extreme: at most 1/(1/4 + 1/4) = 2.
    """
    chances = exact.stratified_size((2, 2), (2, 2))
    assert exact.size_at(chances, (0.5, 0.5)) == pytest.approx(2 / 256 + 8 / 128, abs=1e-14)


@pytest.mark.parametrize("rates", [(0.3, 0.3), (0.1, 0.7), (0.95, 0.5)])
def test_the_stratified_size_is_that_of_all_tables_counted_one_by_one(rates: tuple[float, float]) -> None:
    n1, n2 = (4, 2), (3, 5)
    chances = exact.stratified_size(n1, n2)
    assert exact.size_at(chances, rates) == pytest.approx(_counted(n1, n2, rates), abs=1e-13)


def _counted(n1: tuple[int, int], n2: tuple[int, int], rates: tuple[float, float]) -> float:
    total = 0.0
    for x in product(*(range(n + 1) for n in (*n1, *n2))):
        responders = [x[0] + x[2], x[1] + x[3]]
        everybody = [n1[0] + n2[0], n1[1] + n2[1]]
        above = sum(x[k] - n1[k] * m / n for k, (m, n) in enumerate(zip(responders, everybody, strict=True)))
        variance = sum(
            n1[k] * n2[k] * m * (n - m) / (n**2 * (n - 1))
            for k, (m, n) in enumerate(zip(responders, everybody, strict=True))
        )
        if variance > 0 and chi2.sf(above**2 / variance, 1) < 0.05:
            sizes, by_group = (*n1, *n2), (*rates, *rates)
            total += prod(
                comb(n, k) * rate**k * (1 - rate) ** (n - k)
                for n, k, rate in zip(sizes, x, by_group, strict=True)
            )
    return total


def test_coverage_of_an_interval_counted_one_by_one() -> None:
    n1, n2, rate1, rate2 = 5, 4, 0.6, 0.3
    found = exact.tables(plans.shipped()["A-SRI4", "newcombe"], n1, n2)
    total = 0.0
    for x1, x2 in product(range(n1 + 1), range(n2 + 1)):
        low, high = _newcombe(x1, n1, x2, n2)
        if low <= rate1 - rate2 <= high:
            total += comb(n1, x1) * 0.6**x1 * 0.4 ** (n1 - x1) * comb(n2, x2) * 0.3**x2 * 0.7 ** (n2 - x2)
    assert exact.coverage(found, rate1, rate2) == pytest.approx(total, abs=1e-13)


def _newcombe(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    z = 1.959963984540054
    ends = []
    for x, n in ((x1, n1), (x2, n2)):
        half = z * np.sqrt(x * (n - x) / n + z**2 / 4)
        ends.append(((x + z**2 / 2 - half) / (n + z**2), (x + z**2 / 2 + half) / (n + z**2)))
    (low1, high1), (low2, high2) = ends
    p1, p2 = x1 / n1, x2 / n2
    below = np.hypot(p1 - low1, high2 - p2)
    above = np.hypot(high1 - p1, p2 - low2)
    return p1 - p2 - below, p1 - p2 + above
