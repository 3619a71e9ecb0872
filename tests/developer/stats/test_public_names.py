"""The public names of the room, and rules that a change must not break unseen."""

from __future__ import annotations

import dataclasses
import math

import pytest

from lupustrial import stats

NAMES = set(
    """
    MMRM Ancova ClosedTest ClosureWeights ContrastTest Design Estimate ExactLevel ExactSampleSize
    FallbackAttempt FallbackFit GComputation GeeFit GraphStep GraphTest GroupSizes HypothesisTest
    LinearEstimate LinearFit LinearFunctions LogisticFit MeanTest MultipleTest MultiplicityGraph
    OneSampleSize OrderedShift PermutationTest PreparedMMRM RiskContrast SampleSize
    SimultaneousBounds Summary Term adjust_p_values aligned_wilcoxon ancova
    approximate_power_two_proportions barnard blocked_wilcoxon boschloo brunner_munzel
    clopper_pearson closed_test closure_weights contrast_rows detectable_rate enumerate_p_values
    exact_level_two_proportions exact_sample_size_two_proportions fallback fallback_graph fisher
    fisher_midp fit_mmrm fit_mmrm_with_fallback fixed_sequence_graph friedman g_computation
    gatekeeping gee graph_bounds graph_test hodges_lehmann hodges_lehmann_paired
    hodges_lehmann_stratified holm_graph hypothesis_rows inflate_for_dropout jonckheere_terpstra
    kruskal_wallis likelihood_ratio linear_estimates linear_model logistic_regression logit_wald
    lsmean_rows mann_whitney mann_whitney_binary mcnemar miettinen_nurminen model_design
    multiplicity_graph n_minus_1 newcombe odds_ratio one_sample_t paired_t parallel_graph pearson
    permutation_test power_ancova power_one_proportion power_paired_means power_ranks
    power_two_means power_two_proportions prepare_mmrm quantile rerandomisation_test risk_ratio
    sample_size_ancova sample_size_one_proportion sample_size_paired_means sample_size_ranks
    sample_size_two_means sample_size_two_proportions shift_of_categories sign_flip_test single_step
    summarise t_test t_test_binary t_test_summary term_test test_coefficients test_contrast
    unconditional_score van_elteren wald_difference wald_interval wilcoxon_signed_rank wilson
    win_probability win_probability_interval win_probability_of_shift yates
    STRATEGIES Analysis CompositeResponses ConditionalMeans Imputations JackknifeEstimate
    LongitudinalData PooledEstimate PooledRate PooledResponses PooledWald ShiftedDifference
    TippingCurve TippingGrid analyse_conditional_mean analyse_multiple ancova_by_visit carry_forward
    delta_adjustment impute_binary impute_composite impute_conditional impute_conditional_mean
    impute_multiple impute_normal longitudinal_data pool_responses pool_rubin pool_wald
    shifted_difference tipping_curve tipping_grid
    CrossTable StratifiedEstimate breslow_day cmh cmh_exact cochran_armitage conditional_odds_ratio
    cross_tabulate generalised_cmh mantel_haenszel_difference mantel_haenszel_odds_ratio
    mantel_haenszel_risk_ratio minimum_risk score_homogeneity stratified_miettinen_nurminen
    stratified_newcombe stratified_wald stratified_wilson
    CombinationTest DesignCharacteristics FisherDesign GroupSequentialDesign SequentialPower
    StoppingChances beta_spending_design combination_test_rates conditional_power_rates
    design_characteristics error_spent fisher_design group_sequential_design power_sequential_rates
    repeated_testing_error stopping_chances
    Estimates blaker exact_unconditional_interval exact_unconditional_test fisher_blaker midp
    miettinen_nurminen_many mover_jeffreys paired_difference paired_odds_ratio paired_risk_ratio
    skewness_corrected
    AveragedEffects ContrastPower DoseContrasts DoseDesign DoseEffects DoseEstimates DoseModel
    DoseResponseFit MultipleContrastTest TargetDose average_effects candidate_means dose_effects
    dose_logits dose_means dose_model fit_dose_response fit_dose_response_general guess_parameters
    model_weights multiple_contrast_test multiple_contrast_test_general optimal_contrasts
    optimal_design power_multiple_contrast power_multiple_contrast_binary target_dose
    """.split()  # noqa: SIM905 - forty names read better as prose
)


def test_public_names_are_pinned() -> None:
    assert set(stats.__all__) == NAMES
    assert len(stats.__all__) == len(NAMES)
    assert all(hasattr(stats, name) for name in NAMES)


def test_results_are_frozen() -> None:
    result = stats.pearson(x1=1, n1=4, x2=2, n2=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.p_value = 0.0  # type: ignore[misc]


@pytest.mark.parametrize("x", [0, 7])
def test_everybody_alike_gives_one_and_says_so(x: int) -> None:
    table = {"x1": x, "n1": 7, "x2": x, "n2": 7}
    for test in (stats.pearson, stats.n_minus_1, stats.yates, stats.likelihood_ratio):
        result = test(**table)
        assert (result.p_value, result.statistic) == (1.0, None)
        assert "same outcome" in result.note
    for exact in (stats.fisher, stats.barnard, stats.boschloo, stats.unconditional_score):
        assert exact(**table).p_value == 1.0
    assert stats.barnard(**table).statistic is None


def test_all_against_none_is_defined_for_score_and_exact_tests() -> None:
    table = {"x1": 6, "n1": 6, "x2": 0, "n2": 5}
    assert stats.fisher(**table).p_value == 1 / math.comb(11, 6)
    assert stats.pearson(**table).statistic == pytest.approx(11)
    interval = stats.miettinen_nurminen(**table)
    assert (interval.estimate, interval.upper) == (1.0, 1.0)
    assert stats.wald_interval(**table).note.startswith("width 0")
    assert stats.miettinen_nurminen(**table, measure="odds ratio").upper == math.inf


def test_ratio_without_events_in_the_second_group_has_no_upper_limit() -> None:
    interval = stats.miettinen_nurminen(x1=4, n1=30, x2=0, n2=30, measure="risk ratio")
    assert interval.estimate == interval.upper == math.inf
    assert 1 < interval.lower < math.inf


def test_ratio_without_events_in_the_first_group_starts_at_zero() -> None:
    interval = stats.miettinen_nurminen(x1=0, n1=30, x2=5, n2=30, measure="risk ratio")
    assert (interval.estimate, interval.lower) == (0.0, 0.0)
    assert 0 < interval.upper < 1


def test_log_intervals_are_symmetric_on_the_log_scale() -> None:
    table = {"x1": 16, "n1": 29, "x2": 9, "n2": 30}
    for function in (stats.odds_ratio, stats.risk_ratio):
        interval = function(**table)
        assert interval.lower * interval.upper == pytest.approx(interval.estimate**2)
    # by hand: OR = 16*21/(9*13), RR = (16/29)/(9/30)
    assert stats.odds_ratio(**table).estimate == pytest.approx(336 / 117)
    assert stats.risk_ratio(**table).estimate == pytest.approx(480 / 261)


def test_nobody_changed_gives_one_and_says_so() -> None:
    result = stats.mcnemar(lost=0, gained=0)
    assert result.p_value == 1.0
    assert "nobody changed" in result.note


def test_equal_values_give_one_and_say_so() -> None:
    result = stats.mann_whitney([3, 3], [3, 3, 3])
    assert (result.p_value, result.statistic, result.note) == (1.0, 3.0, "all values are equal")
    assert stats.mann_whitney([3, 3], [3, 3, 3], method="exact").p_value == 1.0


def test_too_small_for_the_level_gives_the_extremes_and_says_so() -> None:
    shift = stats.hodges_lehmann([1, 2], [0], interval="exact")
    assert (shift.lower, shift.upper) == (1, 2)
    assert "too small" in shift.note
    assert stats.hodges_lehmann(range(20), range(20)).note == ""


def test_summary_of_nothing_and_of_one_value_has_no_numbers_it_cannot_have() -> None:
    nothing = stats.summarise([])
    assert (nothing.n, nothing.mean, nothing.sd, nothing.median, nothing.q1) == (0, None, None, None, None)
    assert (nothing.q3, nothing.minimum, nothing.maximum) == (None, None, None)
    one = stats.summarise([5])
    assert (one.n, one.mean, one.sd, one.median, one.q1, one.q3) == (1, 5, None, 5, 5, 5)
    many = stats.summarise([1, 2, 3, 4, 10], definition="hf7")
    assert (many.mean, many.median, many.q1, many.q3, many.minimum, many.maximum) == (4, 3, 2, 4, 1, 10)


def test_sizes_follow_the_ratio() -> None:
    size = stats.sample_size_two_proportions(p1=0.6, p2=0.3, ratio=2)
    assert size.n1_unrounded == pytest.approx(2 * size.n2_unrounded)
    assert size.n1 >= size.n1_unrounded > size.n1 - 1


def test_no_rate_can_be_told_apart_by_one_participant() -> None:
    assert stats.detectable_rate(p1=0.5, n=1, power=0.9) is None
