"""Exact intervals that StatXact 11, SAS 9.4 and the book of Fagerland, Lydersen and Laake (2017) print.

The StatXact and SAS numbers are those against which exact2x2 1.7 is tested; there the second group is
compared with the first, so the groups are exchanged here.
"""

from __future__ import annotations

from typing import Any

import pytest

from lupustrial import stats

SMALL = {"x1": 6, "n1": 13, "x2": 2, "n2": 7}
APART = {"x1": 13, "n1": 13, "x2": 0, "n2": 7}
HIGH = {"x1": 11, "n1": 13, "x2": 2, "n2": 7}
LARGER = {"x1": 24, "n1": 61, "x2": 10, "n2": 35}
RATIO, ODDS = {"measure": "risk ratio"}, {"measure": "odds ratio"}

PRINTED: list[
    tuple[dict[str, int], dict[str, Any], tuple[float, float, float], tuple[float, float, float]]
] = [
    # table, options, p value and limits, half a unit of the last digit printed
    (SMALL, {}, (0.5569, -0.3108, 0.5787), (5e-5, 5e-5, 5e-5)),
    (SMALL, {"two_sided": "square"}, (0.5374, -0.3079, 0.5542), (5e-5, 5e-5, 5e-5)),
    (APART, {}, (4.758e-6, 0.5904, 1.0), (5e-10, 5e-5, 5e-5)),
    (APART, {"berger_boos": 1e-6}, (6.758e-6, 0.5904, 1.0), (5e-10, 5e-5, 5e-5)),
    (HIGH, RATIO, (0.02064, 1.078, 29.1), (5e-6, 5e-4, 0.05)),
    (LARGER, {}, (0.4284, -0.09922, 0.2949), (5e-5, 5e-6, 5e-5)),
    ({"x1": 7, "n1": 12, "x2": 2, "n2": 12}, ODDS, (0.045, 1.04, 103.0), (5e-4, 5e-3, 0.5)),
    # exact2x2 itself; StatXact gives another interval
    (HIGH, {**RATIO, "two_sided": "square"}, (0.0134, 1.14, 14.45), (5e-5, 5e-3, 5e-3)),
]


@pytest.mark.parametrize(("table", "options", "printed", "halves"), PRINTED)
def test_exact_unconditional_p_and_limits_are_those_printed(
    table: dict[str, int],
    options: dict[str, Any],
    printed: tuple[float, float, float],
    halves: tuple[float, float, float],
) -> None:
    interval = stats.exact_unconditional_interval(**table, **options)
    p_value = stats.exact_unconditional_test(**table, **options).p_value
    for ours, theirs, half in zip((p_value, interval.lower, interval.upper), printed, halves, strict=True):
        assert ours == pytest.approx(theirs, abs=1.02 * half)


def test_one_proportion_is_that_of_the_book() -> None:
    # complete response in 13 of 16; 1 of 100
    midp, blaker = stats.midp(x=13, n=16), stats.blaker(x=1, n=100)
    assert (midp.lower, midp.upper) == pytest.approx((0.5699, 0.95), abs=5e-5)
    assert (blaker.lower, blaker.upper) == pytest.approx((0.0005, 0.0513), abs=5e-5)


def test_newcombes_paired_interval_is_that_of_the_book() -> None:
    # complete response before and after consolidation, Cavo et al. 2012; the book takes before - after
    change = stats.paired_difference(both=59, lost=6, gained=16, neither=80, interval="newcombe")
    assert (change.estimate, change.lower, change.upper) == pytest.approx((0.0621, 0.0046, 0.1186), abs=5e-5)
