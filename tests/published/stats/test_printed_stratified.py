"""Numbers on proportions in strata that manuals, vignettes and papers print, to the places printed."""

from __future__ import annotations

import pytest

from lupustrial import stats

# Gender; Active v Placebo; Better. SAS/STAT, PROC FREQ, example "Cochran-Mantel-Haenszel Statistics".
MIGRAINE = {"x1": [16, 12], "n1": [27, 28], "x2": [5, 7], "n2": [25, 26]}
# Nine trials of compression stockings (Roderick et al. 2005), in the vignette on strata of ratesci.
STOCKINGS = {
    "x1": [15, 0, 11, 4, 7, 8, 5, 0, 7],
    "n1": [97, 8, 50, 110, 65, 25, 126, 104, 80],
    "x2": [37, 5, 23, 16, 7, 8, 17, 4, 16],
    "n2": [103, 10, 48, 110, 32, 25, 126, 92, 81],
}
# Torres et al. 2018 by region, in the vignette "Hypothesis tests" of ratesci.
REPROVE = {
    "x1": [21, 76, 73, 75],
    "n1": [29, 96, 124, 107],
    "x2": [19, 73, 91, 87],
    "n2": [27, 95, 130, 118],
}
# The data that the tests of tern draw (R, seeds 1 and 2), counted; its expected values are also those of SAS.
TERN = {
    "x1": [8, 4, 2, 5, 6, 5],
    "n1": [9, 4, 5, 7, 7, 8],
    "x2": [3, 6, 2, 3, 3, 3],
    "n2": [6, 12, 5, 4, 8, 5],
}
TERN_CMH = {
    "x1": [3, 2, 1, 8, 2, 1],
    "n1": [8, 9, 4, 9, 6, 6],
    "x2": [1, 8, 3, 4, 9, 7],
    "n2": [4, 11, 8, 11, 13, 11],
}


def test_migraine_example_of_sas() -> None:
    test = stats.cmh(**MIGRAINE)
    assert (test.statistic, test.p_value) == pytest.approx((8.3052, 0.0040), abs=6e-5)
    odds = stats.mantel_haenszel_odds_ratio(**MIGRAINE)
    assert (odds.estimate, odds.lower, odds.upper) == pytest.approx((3.3132, 1.4456, 7.5934), abs=6e-5)
    risk = stats.mantel_haenszel_risk_ratio(**MIGRAINE)
    assert (risk.estimate, risk.lower, risk.upper) == pytest.approx((2.1636, 1.2336, 3.7948), abs=6e-5)
    same = stats.breslow_day(**MIGRAINE, tarone=False)
    assert (same.statistic, same.p_value) == pytest.approx((1.4929, 0.2218), abs=6e-5)


def test_skewness_corrected_difference_of_the_stocking_trials() -> None:
    ours = stats.stratified_miettinen_nurminen(**STOCKINGS, skewness_correction=True)
    assert (ours.lower, ours.estimate, ours.upper) == pytest.approx((-0.1632, -0.1242, -0.0866), abs=6e-5)
    assert ours.p_value == pytest.approx(8.248e-11, rel=1e-4)
    homogeneity = stats.score_homogeneity(**STOCKINGS, skewness_correction=True)
    assert homogeneity.statistic == pytest.approx(14.41529, abs=6e-6)
    assert (homogeneity.df, homogeneity.p_value) == pytest.approx((8, 0.07156), abs=6e-6)


def test_non_inferiority_of_the_pneumonia_trial() -> None:
    options = {"skewness_correction": True, "null_value": -0.125}
    greater = stats.stratified_miettinen_nurminen(**REPROVE, **options, alternative="greater")
    less = stats.stratified_miettinen_nurminen(**REPROVE, **options, alternative="less")
    assert greater.p_value == pytest.approx(0.00711, abs=6e-6)
    assert less.p_value == pytest.approx(0.993, abs=6e-4)
    assert stats.cmh(**REPROVE).p_value == pytest.approx(0.206, abs=6e-4)


def test_stratified_newcombe_and_wilson_as_in_tern_and_sas() -> None:
    ours = stats.stratified_newcombe(**TERN)
    assert (ours.estimate, ours.lower, ours.upper) == pytest.approx(
        (0.25390590, 0.03467969, 0.44544132), abs=6e-9
    )
    heuristic = stats.stratified_newcombe(**TERN, weighting="wilson")
    # tern stops its iteration when the weights move by less than 0.001 in all
    assert (heuristic.estimate, heuristic.lower, heuristic.upper) == pytest.approx(
        (0.2587, 0.0391, 0.4501), abs=2e-4
    )
    both = {"x": [11, 10, 4, 8, 9, 8], "n": [15, 16, 10, 11, 15, 13]}
    wilson = stats.stratified_wilson(**both, weights=[1, 2, 3, 4, 5, 6])
    assert (wilson.lower, wilson.upper) == pytest.approx((0.4867191, 0.7186381), abs=6e-8)


def test_stratified_wilson_weights_as_in_tern() -> None:
    ours = stats.stratified_wilson(x=[12, 7, 5, 9, 8, 8], n=[22, 18, 17, 17, 14, 12], confidence_level=0.9)
    expected = (0.2074199, 0.1776464, 0.1915610, 0.1604678, 0.1351096, 0.1277952)
    # tern stops its iteration when the weights move by less than 0.001 in all
    assert ours.weights == pytest.approx(expected, abs=1e-6)


def test_mantel_haenszel_differences_as_in_tern() -> None:
    wald = stats.stratified_wald(**TERN_CMH, confidence_level=0.9)
    assert (wald.estimate, wald.lower, wald.upper, wald.standard_error) == pytest.approx(
        (-0.1376866, -0.285363076, 0.009989872, 0.08978092), abs=6e-8
    )
    sato = stats.mantel_haenszel_difference(**TERN_CMH, confidence_level=0.9)
    assert (sato.lower, sato.upper, sato.standard_error) == pytest.approx(
        (-0.31541846, 0.04004526, 0.1080533), abs=6e-8
    )
    score = stats.stratified_miettinen_nurminen(**TERN_CMH, confidence_level=0.9)
    # uniroot of R stops at 1.2e-4
    assert (score.lower, score.upper) == pytest.approx((-0.302144371774, 0.0345069418895), abs=2e-5)


def test_trend_over_the_doses_of_sifalimumab() -> None:
    # 49, 63, 61, 64 of 108, 108, 108, 107 responded (SRI-4 at week 52); the paper prints p = 0.053
    ours = stats.cochran_armitage(x=[49, 63, 61, 64], n=[108, 108, 108, 107])
    assert ours.p_value == pytest.approx(0.053, abs=6e-4)
    assert ours.statistic is not None
    assert ours.statistic > 0
