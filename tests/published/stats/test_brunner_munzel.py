"""The worked example of Brunner and Munzel (2000, Biometrical Journal 42:17), shoulder pain after surgery."""

from __future__ import annotations

import pytest

from lupustrial import stats

X, Y = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]


def test_pain_scores_of_the_paper_give_the_printed_numbers() -> None:
    """Printed: t = 3.1375, df = 17.683, p = 0.005786, estimate 0.788961, interval 0.595 to 0.983."""
    test = stats.brunner_munzel(Y, X)
    assert test.statistic == pytest.approx(3.1375, abs=5e-5)
    assert test.df == pytest.approx(17.683, abs=5e-4)
    assert test.p_value == pytest.approx(0.005786, abs=5e-7)
    interval = stats.win_probability_interval(Y, X, interval="brunner_munzel")
    assert interval.estimate == pytest.approx(0.788961, abs=5e-7)
    assert (interval.lower, interval.upper) == pytest.approx((0.5952169, 0.9827052), abs=5e-8)
