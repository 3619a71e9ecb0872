"""Methods on real-looking samples against SciPy, NumPy and hand derivations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats as scipy_stats

from lupustrial.analysis import METHODS
from lupustrial.analysis._method import Settings, attempt


def values(name: str, *samples: Sequence[float], **settings: Any) -> dict[str, Any]:
    results = attempt(
        METHODS[name], [np.array(sample, dtype=float) for sample in samples], Settings(**settings)
    )
    return {result.stat: result.value for result in results}


def pairs(datasets: dict[str, pl.DataFrame], arm: str, week: int) -> tuple[np.ndarray, np.ndarray]:
    rows = datasets["ADQS"].filter(
        pl.col("PARAMCD") == "PGA",
        pl.col("AVISITN") == week,
        pl.col("TRT01P") == arm,
        pl.col("MITTFL") == "Y",
    )
    return rows["BASE"].to_numpy(), rows["AVAL"].to_numpy()


def test_paired_t_is_that_of_scipy(datasets: dict[str, pl.DataFrame], number: Callable[[str], float]) -> None:
    base, later = pairs(datasets, "IL-2", 12)
    theirs = scipy_stats.ttest_rel(later, base)
    low, high = theirs.confidence_interval(0.95)
    found = {
        stat: number(f"A-T2-NUM|PGA|12|IL-2|paired_t|{stat}") for stat in ("p_value", "lower", "upper", "df")
    }
    assert found["p_value"] == pytest.approx(theirs.pvalue, rel=1e-12)
    assert (found["lower"], found["upper"]) == pytest.approx((low, high), rel=1e-10)
    assert found["df"] == 28


def test_mann_whitney_is_the_asymptotic_one_without_continuity_correction(
    datasets: dict[str, pl.DataFrame], number: Callable[[str], float]
) -> None:
    arms = [pairs(datasets, arm, 24)[1] for arm in ("IL-2", "placebo")]
    theirs = scipy_stats.mannwhitneyu(*arms, use_continuity=False, method="asymptotic")
    assert number("A-T2-NUM-ARMS|PGA|24|IL-2 - placebo|mann_whitney|p_value") == pytest.approx(
        theirs.pvalue, rel=1e-9
    )


def test_hodges_lehmann_is_the_median_of_all_differences(
    datasets: dict[str, pl.DataFrame], number: Callable[[str], float]
) -> None:
    first, second = (pairs(datasets, arm, 24)[1] for arm in ("IL-2", "placebo"))
    by_hand = np.median([a - b for a in first for b in second])
    assert number("A-T2-NUM-ARMS|PGA|24|IL-2 - placebo|hodges_lehmann|estimate") == pytest.approx(
        by_hand, abs=1e-12
    )


def test_student_t_has_the_pooled_variance() -> None:
    first, second = [3.1, 4.2, 5.9, 7.0], [1.0, 2.5, 2.0]
    theirs = scipy_stats.ttest_ind(first, second, equal_var=True)
    found = values("t_test", first, second)
    assert found["p_value"] == pytest.approx(theirs.pvalue, rel=1e-12)
    assert found["estimate"] == pytest.approx(5.05 - 5.5 / 3)


def test_quartiles_follow_the_definition_of_the_plan() -> None:
    # 1, 2, 4, 8: (n + 1)p is 1.25 and 3.75 (SPSS); 1 + (n - 1)p is 1.75 and 3.25 (R)
    sample = [8, 1, 4, 2]
    spss, r = values("summary", sample, quantile="hf6"), values("summary", sample, quantile="hf7")
    assert (spss["q1"], spss["q3"]) == (1.25, 7.0)
    assert (r["q1"], r["q3"]) == (1.75, 5.0)
    assert spss["median"] == r["median"] == 3.0


def test_interval_of_a_mean_is_the_t_interval() -> None:
    sample = [4.0, 6.0, 8.0]
    half = scipy_stats.t.ppf(0.975, 2) * 2.0 / np.sqrt(3)
    found = values("summary", sample)
    assert (found["mean_lower"], found["mean_upper"]) == pytest.approx((6 - half, 6 + half))


def test_mcnemar_counts_who_changed_and_the_unpaired_tests_do_not() -> None:
    # 14 with arthritis at baseline; 10 lost it, none gained it: exact binomial 2 * 0.5 ** 10
    base, later = [1] * 14 + [0] * 15, [0] * 10 + [1] * 4 + [0] * 15
    paired = values("mcnemar", base, later)
    assert (paired["lost"], paired["gained"]) == (10, 0)
    assert paired["p_value"] == pytest.approx(2 * 0.5**10)
    # the paper prints 0.010 for 14/29 against 4/29, which is Fisher's test of two independent groups
    assert values("fisher_unpaired", base, later)["p_value"] == pytest.approx(0.010, abs=5e-4)
    chi_square = scipy_stats.chi2_contingency([[14, 15], [4, 25]], correction=False)
    assert values("chi2_unpaired", base, later)["p_value"] == pytest.approx(chi_square.pvalue)
