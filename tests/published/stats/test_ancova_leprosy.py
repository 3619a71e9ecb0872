"""Analysis of covariance of the leprosy trial (Snedecor and Cochran 1967, p. 422), as SAS/STAT prints it."""

from __future__ import annotations

import pytest

from lupustrial import stats

BEFORE = {
    "A": [11, 8, 5, 14, 19, 6, 10, 6, 11, 3],
    "D": [6, 6, 7, 8, 18, 8, 19, 8, 5, 15],
    "F": [16, 13, 11, 9, 21, 16, 12, 12, 7, 12],
}
AFTER = {
    "A": [6, 0, 2, 8, 11, 4, 13, 1, 8, 0],
    "D": [0, 2, 3, 1, 18, 4, 14, 9, 1, 9],
    "F": [13, 10, 18, 5, 23, 12, 5, 16, 1, 20],
}
COLUMNS = {
    "drug": [drug for drug, values in AFTER.items() for _ in values],
    "before": [value for values in BEFORE.values() for value in values],
    "after": [value for values in AFTER.values() for value in values],
}


def test_adjusted_means_and_type_three_tests_are_those_printed() -> None:
    result = stats.ancova("after ~ drug + before", COLUMNS, treatment="drug", reference="F")
    assert result.fit.residual_sd == pytest.approx(4.005778, abs=5e-7)
    assert [mean.estimate for mean in result.means] == pytest.approx(
        [10.1611017, 6.7149635, 6.8239348], abs=6e-8
    )
    assert [one.estimate for one in result.differences] == pytest.approx(
        [-3.446138280, -3.337166948], abs=6e-10
    )
    assert [one.standard_error for one in result.differences] == pytest.approx(
        [1.88678065, 1.85386642], abs=6e-9
    )
    drug, before = (stats.term_test(result.fit, term) for term in ("drug", "before"))
    assert (drug.statistic, drug.p_value) == pytest.approx((2.14, 0.1384), abs=5e-3)
    assert drug.p_value == pytest.approx(0.1384, abs=6e-5)
    assert before.statistic == pytest.approx(36.01, abs=5e-3)
