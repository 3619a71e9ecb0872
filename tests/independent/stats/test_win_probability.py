"""The chance to win: SciPy's Brunner-Munzel, DeLong's variance by hand, Newcombe's equation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from lupustrial import stats

X, Y = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("reference", ["t", "normal"])
def test_brunner_munzel_is_scipys(alternative: str, reference: str) -> None:
    ours = stats.brunner_munzel(X, Y, reference=reference, alternative=alternative)
    # SciPy's statistic rises with the second sample, and its alternatives are about the first
    theirs = scipy_stats.brunnermunzel(X, Y, distribution=reference, alternative=alternative)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert ours.statistic == pytest.approx(-theirs.statistic, rel=1e-12)


def test_delong_and_logit_by_hand() -> None:
    """Take x = 2, 5 against y = 1, 4, 6: placements 1/3, 2/3 and 1, 1/2, 0 (share of x above each y)."""
    s10 = ((1 / 3 - 1 / 2) ** 2 + (2 / 3 - 1 / 2) ** 2) / 1
    s01 = (0.5**2 + 0 + 0.5**2) / 2
    error = math.sqrt(s10 / 2 + s01 / 3)
    z = 1.959963984540054
    delong = stats.win_probability_interval([2, 5], [1, 4, 6], interval="delong", confidence_level=0.5)
    z_half = 0.6744897501960817
    assert (delong.lower, delong.upper) == pytest.approx((0.5 - z_half * error, 0.5 + z_half * error))
    logit = stats.win_probability_interval([2, 5], [1, 4, 6], interval="logit")
    half = z * error / 0.25
    assert (logit.lower, logit.upper) == pytest.approx((1 / (1 + math.exp(half)), 1 / (1 + math.exp(-half))))


def test_newcombe_limits_solve_his_equation() -> None:
    found = stats.win_probability_interval(Y, X)
    m, n, z = len(Y), len(X), 1.959963984540054
    middle = (m + n) / 2 - 1
    for limit in (found.lower, found.upper):
        spread = 1 + middle * (1 - limit) / (2 - limit) + middle * limit / (1 + limit)
        error = math.sqrt(limit * (1 - limit) * spread / (m * n))
        assert abs(found.estimate - limit) == pytest.approx(z * error, rel=1e-9)
    assert found.estimate == pytest.approx(np.mean(np.greater.outer(Y, X) + np.equal.outer(Y, X) / 2))
