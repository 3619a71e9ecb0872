"""Facts of the exact and paired intervals at the edges, and what their results are called."""

from __future__ import annotations

import math

import pytest

from lupustrial import stats

RATIOS = ("risk ratio", "odds ratio")


def test_results_say_what_was_done() -> None:
    table = {"x1": 6, "n1": 13, "x2": 2, "n2": 7}
    found = stats.exact_unconditional_interval(**table, two_sided="square", berger_boos=1e-4)
    assert (found.method, found.note) == ("exact_unconditional_score_square", "Berger-Boos 0.0001")
    assert found.measure == "risk difference"
    test = stats.exact_unconditional_test(**table, alternative="greater", statistic="unstandardised")
    assert (test.method, test.statistic) == ("exact_unconditional_unstandardised", None)
    score = stats.exact_unconditional_test(**table, null=0.1)
    assert score.method == "exact_unconditional_score_central"
    # by hand: the estimate is 0.1758, so the score of 0.1 is positive, that of 0.3 negative
    assert score.statistic is not None
    assert 0 < score.statistic < 1
    above = stats.exact_unconditional_test(**table, null=0.3)
    assert above.statistic is not None
    assert above.statistic < 0


def test_all_against_none_reaches_the_end_of_the_range() -> None:
    table = {"x1": 6, "n1": 6, "x2": 0, "n2": 5}
    difference = stats.exact_unconditional_interval(**table)
    assert (difference.estimate, difference.upper) == (1.0, 1.0)
    turned = stats.exact_unconditional_interval(x1=0, n1=5, x2=6, n2=6)
    assert (turned.estimate, turned.lower) == (-1.0, -1.0)
    for measure in RATIOS:
        ratio = stats.exact_unconditional_interval(**table, measure=measure)
        assert ratio.estimate == ratio.upper == math.inf
        assert 1 < ratio.lower < math.inf
        back = stats.exact_unconditional_interval(x1=0, n1=5, x2=6, n2=6, measure=measure)
        assert (back.estimate, back.lower) == (0.0, 0.0)
        assert back.upper == pytest.approx(1 / ratio.lower)


@pytest.mark.parametrize("two_sided", ["central", "square"])
def test_nobody_in_either_group_leaves_a_difference_about_zero(two_sided: str) -> None:
    found = stats.exact_unconditional_interval(x1=0, n1=8, x2=0, n2=8, two_sided=two_sided)
    assert -1 < found.lower < 0 < found.upper < 1
    assert found.lower == pytest.approx(-found.upper, abs=1e-12)
    assert stats.exact_unconditional_test(x1=0, n1=8, x2=0, n2=8, two_sided=two_sided).p_value == 1.0
    # 0/0 says nothing of a ratio
    for measure in RATIOS:
        test = stats.exact_unconditional_test(x1=0, n1=8, x2=0, n2=8, measure=measure, null=2.0)
        assert test.p_value == pytest.approx(1.0)


def test_one_participant_a_group_excludes_little() -> None:
    found = stats.exact_unconditional_interval(x1=1, n1=1, x2=0, n2=1)
    # by hand: T >= T(1, 0) only for that table; its largest probability at a difference d is ((1 + d) / 2)^2
    assert found.lower == pytest.approx(2 * math.sqrt(0.025) - 1, abs=2e-7)
    assert found.upper == 1.0


def test_very_unequal_groups_are_searched_from_the_very_end() -> None:
    found = stats.exact_unconditional_interval(x1=1, n1=200, x2=1, n2=1, two_sided="square")
    assert found.lower > -1
    assert found.upper < 0
    ratio = stats.exact_unconditional_interval(
        x1=1, n1=150, x2=1, n2=1, two_sided="square", measure="odds ratio"
    )
    assert (ratio.estimate, ratio.lower) == (0.0, 0.0)


def test_values_that_the_box_leaves_out_have_the_probability_that_the_box_fails() -> None:
    # 20/20 v 0/20: no difference lies outside both limits, whatever the common proportion
    test = stats.exact_unconditional_test(x1=20, n1=20, x2=0, n2=20, berger_boos=1e-3)
    assert test.p_value == pytest.approx(2e-3, rel=1e-6)
    greater = stats.exact_unconditional_test(
        x1=20, n1=20, x2=0, n2=20, berger_boos=1e-3, alternative="greater"
    )
    assert greater.p_value == pytest.approx(1e-3, rel=1e-6)


def test_unstandardised_ratio_counts_no_table_without_events() -> None:
    found = stats.exact_unconditional_interval(
        x1=9, n1=11, x2=4, n2=12, measure="risk ratio", statistic="unstandardised"
    )
    assert 0 < found.lower < found.estimate < found.upper < math.inf
    none = stats.exact_unconditional_interval(
        x1=0, n1=11, x2=4, n2=12, measure="risk ratio", statistic="unstandardised"
    )
    assert none.lower == 0.0


def test_a_low_level_gives_a_narrow_interval_about_the_estimate() -> None:
    for function in (stats.blaker, stats.midp):
        found = function(x=3, n=3, confidence_level=0.001)
        assert found.lower <= found.upper == 1.0
    table = {"x1": 3, "n1": 6, "x2": 2, "n2": 6}
    found = stats.exact_unconditional_interval(**table, confidence_level=0.01)
    assert found.lower <= found.estimate <= found.upper
    # at this level even the sample value of 1/4 v 2/4 is excluded on one side; it is the limit then
    table = {"x1": 1, "n1": 4, "x2": 2, "n2": 4}
    found = stats.exact_unconditional_interval(
        **table, measure="odds ratio", two_sided="square", confidence_level=0.001
    )
    assert found.lower == pytest.approx(found.estimate)


def test_pairs_that_all_change_or_never_do() -> None:
    nobody = {"both": 4, "lost": 0, "gained": 0, "neither": 5}
    assert stats.paired_difference(**nobody, interval="wald").note.startswith("width 0")
    for name in ("tango", "newcombe"):
        found = stats.paired_difference(**nobody, interval=name)
        assert found.lower < 0 < found.upper
        assert found.note == ""
    everybody = stats.paired_difference(both=0, lost=0, gained=5, neither=0)
    assert (everybody.estimate, everybody.upper) == (1.0, 1.0)
    ratio = stats.paired_risk_ratio(both=0, lost=0, gained=3, neither=5)
    assert ratio.estimate == ratio.upper == math.inf
    odds = stats.paired_odds_ratio(lost=0, gained=3)
    assert odds.estimate == odds.upper == math.inf
    assert stats.paired_odds_ratio(lost=3, gained=0).lower == 0.0


def test_wald_intervals_of_pairs_by_hand() -> None:
    # 1 lost, 7 gained of 21: difference 6/21, variance (8 - 36/21) / 441; ratio 8/2, variance 8/16; odds 7
    difference = stats.paired_difference(both=1, lost=1, gained=7, neither=12, interval="wald")
    half = 1.959963984540054 * math.sqrt(8 - 36 / 21) / 21
    assert (difference.lower, difference.upper) == pytest.approx((6 / 21 - half, 6 / 21 + half))
    ratio = stats.paired_risk_ratio(both=1, lost=1, gained=7, neither=12, interval="wald")
    assert ratio.upper == pytest.approx(4 * math.exp(1.959963984540054 * math.sqrt(0.5)))
    odds = stats.paired_odds_ratio(lost=1, gained=7, form="wald")
    assert odds.upper == pytest.approx(7 * math.exp(1.959963984540054 * math.sqrt(8 / 7)))


def test_mcnemar_midp_by_hand() -> None:
    # 1 against 7 of 8: 2 P(X = 0) + P(X = 1) = 2/256 + 8/256
    assert stats.mcnemar(lost=1, gained=7, form="midp").p_value == pytest.approx(10 / 256)
    assert stats.mcnemar(lost=0, gained=3, form="midp").p_value == pytest.approx(1 / 8)
    assert stats.mcnemar(lost=4, gained=4, form="midp").p_value == 1.0
