"""Numbers printed in papers and textbooks."""

from __future__ import annotations

import pytest

from lupustrial import stats

# Newcombe 1998, Stat Med 17:873, table II: methods 5 (Mee), 6 (Miettinen-Nurminen) and 10 (hybrid score)
NEWCOMBE = [
    ("mee", (56, 70, 48, 80), (0.0533, 0.3377)),
    ("mn", (9, 10, 3, 10), (0.1700, 0.8406)),
    ("mn", (6, 7, 2, 7), (0.0342, 0.8534)),
    ("hybrid", (6, 7, 2, 7), (0.0582, 0.8062)),
    ("mee", (5, 56, 0, 29), (-0.0313, 0.1926)),
]


@pytest.mark.parametrize(("method", "table", "limits"), NEWCOMBE)
def test_intervals_printed_by_newcombe_in_1998(
    method: str, table: tuple[int, int, int, int], limits: tuple[float, float]
) -> None:
    x1, n1, x2, n2 = table
    if method == "hybrid":
        interval = stats.newcombe(x1=x1, n1=n1, x2=x2, n2=n2)
    else:
        interval = stats.miettinen_nurminen(x1=x1, n1=n1, x2=x2, n2=n2, variance_correction=method == "mn")
    assert (round(interval.lower, 4), round(interval.upper, 4)) == limits


def test_fishers_lady_tasting_tea() -> None:
    # Fisher 1935: 3 of 4 cups told right; (16 + 1) / 70 one-sided
    cups = {"x1": 3, "n1": 4, "x2": 1, "n2": 4}
    assert stats.fisher(**cups, alternative="greater").p_value == 17 / 70
    assert stats.fisher(**cups).p_value == 34 / 70


def test_student_1908_sleep() -> None:
    # Student 1908, Biometrika 6:1: ten participants, two drugs; t = 4.06, p = 0.0028
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    result = stats.paired_t(first, second)
    assert (round(result.estimate, 2), round(result.statistic, 4), round(result.p_value, 6)) == (
        1.58,
        4.0621,
        0.002833,
    )


def test_hollander_wolfe_depression_scale() -> None:
    # Hollander and Wolfe 1973, p. 29: T+ = 40 (before - after), p = 0.020 one-sided; estimate -0.46 with 96 %
    # interval -0.786 to -0.010 for after - before
    before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    changes = [round(b - a, 3) for a, b in zip(before, after, strict=True)]
    test = stats.wilcoxon_signed_rank([-change for change in changes], method="exact")
    assert (test.statistic, test.p_value) == (40, pytest.approx(2 * 0.01953125))
    centre = stats.hodges_lehmann_paired(changes, interval="exact")
    assert (centre.estimate, centre.lower, centre.upper) == pytest.approx((-0.46, -0.786, -0.010))


def test_il2_trial_differences() -> None:
    # He 2020: 16/29 v 9/30 at week 12; Newcombe's limits in points as given with the published facts
    interval = stats.newcombe(x1=16, n1=29, x2=9, n2=30)
    assert [round(100 * v, 1) for v in (interval.estimate, interval.lower, interval.upper)] == [
        25.2,
        0.1,
        46.3,
    ]
    # 19/29 v 11/30 at week 24, chi-square, printed 0.027
    assert round(stats.pearson(x1=19, n1=29, x2=11, n2=30).p_value, 3) == 0.027


def test_pilot_sample_size_of_the_il2_trial() -> None:
    # He 2020, Statistics: 13 per group for 90 % power; the pilot had 36 of 40 responders
    rate = stats.detectable_rate(p1=36 / 40, n=13, power=0.9)
    assert rate is not None
    assert round(rate, 2) == 0.33
