"""Means, ranks and quantiles against R 4.2.2, whose printed numbers stand beside the calls that gave them."""

from __future__ import annotations

import pytest

from lupustrial import stats

X = [12, 8, 27, 14, 10, 9, 11, 16, 8, 12, 20, 13]
Y = [6, 4, 10, 8, 9, 11, 4, 14, 6, 0]
BEFORE = [15, 12.5, 20, 10, 30, 7.5, 40, 25, 10, 5, 60, 50]
AFTER = [10, 12.5, 10, 10, 15, 7.5, 45, 12.5, 5, 7.5, 30, 20]
CHANGES = [after - before for before, after in zip(BEFORE, AFTER, strict=True)]


def test_welch_t_is_that_of_r() -> None:
    result = stats.t_test(X, Y)  # t.test(x, y)
    assert result.statistic == pytest.approx(3.001580127057, rel=1e-12)
    assert result.df == pytest.approx(19.73888830152, rel=1e-12)
    assert result.p_value == pytest.approx(0.00712197233409, rel=1e-11)
    assert (result.lower, result.upper) == pytest.approx((1.86732446875632, 10.39934219791035), rel=1e-12)


def test_pooled_t_is_that_of_r_from_data_and_from_summaries() -> None:
    result = stats.t_test(X, Y, variances="pooled")  # t.test(x, y, var.equal=TRUE)
    assert result.statistic == pytest.approx(2.917072519987, rel=1e-12)
    assert result.df == 20
    assert result.p_value == pytest.approx(0.00852270083928, rel=1e-11)
    assert (result.lower, result.upper) == pytest.approx((1.7474604914445, 10.5192061752222), rel=1e-12)
    one, two = stats.summarise(X), stats.summarise(Y)
    again = stats.t_test_summary(
        mean1=one.mean or 0,
        sd1=one.sd or 0,
        n1=one.n,
        mean2=two.mean or 0,
        sd2=two.sd or 0,
        n2=two.n,
        variances="pooled",
    )
    assert again.p_value == pytest.approx(result.p_value, rel=1e-12)


def test_paired_t_is_that_of_r() -> None:
    result = stats.paired_t(BEFORE, AFTER)  # t.test(after, before, paired=TRUE)
    assert result.statistic == pytest.approx(-2.448377096919, rel=1e-12)
    assert result.p_value == pytest.approx(0.03233874189, rel=1e-9)
    assert (result.lower, result.upper) == pytest.approx((-15.824639727206058, -0.842026939460607), rel=1e-12)
    assert stats.one_sample_t(CHANGES).p_value == result.p_value


def test_mann_whitney_with_ties_is_that_of_r() -> None:
    corrected = stats.mann_whitney(X, Y)  # wilcox.test(x, y, exact=FALSE)
    assert corrected.statistic == 100
    assert corrected.p_value == pytest.approx(0.00898355246348342, rel=1e-12)
    plain = stats.mann_whitney(X, Y, continuity=False)  # ... correct=FALSE
    assert plain.p_value == pytest.approx(0.0081509715935027, rel=1e-12)


def test_signed_rank_with_ties_and_zeros_is_that_of_r() -> None:
    corrected = stats.wilcoxon_signed_rank(CHANGES)  # wilcox.test(after - before, exact=FALSE)
    assert corrected.statistic == 4
    assert corrected.p_value == pytest.approx(0.0322038783724284, rel=1e-12)
    plain = stats.wilcoxon_signed_rank(CHANGES, continuity=False)  # ... correct=FALSE
    assert plain.p_value == pytest.approx(0.0277100366591356, rel=1e-12)


def test_exact_rank_sum_and_its_interval_are_those_of_r() -> None:
    # wilcox.test(u, v, conf.int=TRUE, exact=TRUE): p 0.180652680652681, interval -0.8 4.2, estimate 2.05
    u, v = [1.1, 2.3, 0.4, 5.2, 3.9, 4.8, 6.1], [0.2, 1.9, 2.5, 0.9, 1.4, 3.1]
    assert stats.mann_whitney(u, v, method="exact").p_value == pytest.approx(0.180652680652681, rel=1e-12)
    shift = stats.hodges_lehmann(u, v, interval="exact")
    assert (shift.estimate, shift.lower, shift.upper) == pytest.approx((2.05, -0.8, 4.2), rel=1e-12)


def test_exact_signed_rank_and_its_interval_are_those_of_r() -> None:
    # wilcox.test(e, conf.int=TRUE, exact=TRUE): p 0.078125, interval -0.275 2.200, estimate 1.05
    e = [1.3, -0.4, 2.2, 0.9, 3.1, -1.1, 0.55, 1.7]
    assert stats.wilcoxon_signed_rank(e, method="exact").p_value == pytest.approx(0.078125, rel=1e-12)
    centre = stats.hodges_lehmann_paired(e, interval="exact")
    assert (centre.estimate, centre.lower, centre.upper) == pytest.approx((1.05, -0.275, 2.2), rel=1e-12)


@pytest.mark.parametrize(
    ("p", "hf6", "hf7"),
    [(0.1, 5.75, 7.75), (0.25, 10, 10), (0.5, 17.5, 17.5), (0.75, 37.5, 32.5), (0.9, 57, 49)],
)
def test_quantiles_are_those_of_r(p: float, hf6: float, hf7: float) -> None:
    # in R: quantile(before, p, type=6) and type=7
    assert stats.quantile(BEFORE, p) == pytest.approx(hf6, rel=1e-12)
    assert stats.quantile(BEFORE, p, definition="hf7") == pytest.approx(hf7, rel=1e-12)


def test_quantiles_of_two_values_stay_within_them_as_in_r() -> None:
    # quantile(c(3, 9), c(.1, .25, .9), type=6): 3 3 9
    assert [stats.quantile([9, 3], p) for p in (0.1, 0.25, 0.9)] == [3, 3, 9]
