"""Estimators and tests as pure functions of counts and arrays.

Counts are keyword-only (``x1=16, n1=29, x2=9, n2=30``); differences and ratios are first against second
group. Results are frozen records and never hold NaN; what a method is not defined for raises
`StatisticsError` with every fault. Formulas, sources and the list of faults are in docs/methods.
"""

from __future__ import annotations

from lupustrial.stats._chi_square import likelihood_ratio, n_minus_1, pearson, yates
from lupustrial.stats._coding import Term
from lupustrial.stats._descriptive import quantile, summarise
from lupustrial.stats._design import Design, model_design
from lupustrial.stats._fisher import fisher, fisher_midp
from lupustrial.stats._hodges_lehmann import hodges_lehmann, hodges_lehmann_paired
from lupustrial.stats._linear_functions import LinearFunctions, contrast_rows, hypothesis_rows, lsmean_rows
from lupustrial.stats._mcnemar import mcnemar
from lupustrial.stats._one_proportion import clopper_pearson, wilson
from lupustrial.stats._rank_tests import mann_whitney, wilcoxon_signed_rank, win_probability
from lupustrial.stats._results import Estimate, HypothesisTest, MeanTest, Summary
from lupustrial.stats._score_interval import miettinen_nurminen
from lupustrial.stats._t_tests import one_sample_t, paired_t, t_test, t_test_summary
from lupustrial.stats._two_proportions import newcombe, odds_ratio, risk_ratio, wald_interval
from lupustrial.stats._unconditional import barnard, boschloo, unconditional_score
from lupustrial.stats._wald import logit_wald, mann_whitney_binary, t_test_binary, wald_difference
from lupustrial.stats.power import (
    ExactLevel,
    ExactSampleSize,
    GroupSizes,
    OneSampleSize,
    OrderedShift,
    SampleSize,
    approximate_power_two_proportions,
    detectable_rate,
    enumerate_p_values,
    exact_level_two_proportions,
    exact_sample_size_two_proportions,
    inflate_for_dropout,
    power_ancova,
    power_one_proportion,
    power_paired_means,
    power_ranks,
    power_two_means,
    power_two_proportions,
    sample_size_ancova,
    sample_size_one_proportion,
    sample_size_paired_means,
    sample_size_ranks,
    sample_size_two_means,
    sample_size_two_proportions,
    shift_of_categories,
    win_probability_of_shift,
)

__all__ = [
    "Design",
    "Estimate",
    "ExactLevel",
    "ExactSampleSize",
    "GroupSizes",
    "HypothesisTest",
    "LinearFunctions",
    "MeanTest",
    "OneSampleSize",
    "OrderedShift",
    "SampleSize",
    "Summary",
    "Term",
    "approximate_power_two_proportions",
    "barnard",
    "boschloo",
    "clopper_pearson",
    "contrast_rows",
    "detectable_rate",
    "enumerate_p_values",
    "exact_level_two_proportions",
    "exact_sample_size_two_proportions",
    "fisher",
    "fisher_midp",
    "hodges_lehmann",
    "hodges_lehmann_paired",
    "hypothesis_rows",
    "inflate_for_dropout",
    "likelihood_ratio",
    "logit_wald",
    "lsmean_rows",
    "mann_whitney",
    "mann_whitney_binary",
    "mcnemar",
    "miettinen_nurminen",
    "model_design",
    "n_minus_1",
    "newcombe",
    "odds_ratio",
    "one_sample_t",
    "paired_t",
    "pearson",
    "power_ancova",
    "power_one_proportion",
    "power_paired_means",
    "power_ranks",
    "power_two_means",
    "power_two_proportions",
    "quantile",
    "risk_ratio",
    "sample_size_ancova",
    "sample_size_one_proportion",
    "sample_size_paired_means",
    "sample_size_ranks",
    "sample_size_two_means",
    "sample_size_two_proportions",
    "shift_of_categories",
    "summarise",
    "t_test",
    "t_test_binary",
    "t_test_summary",
    "unconditional_score",
    "wald_difference",
    "wald_interval",
    "wilcoxon_signed_rank",
    "wilson",
    "win_probability",
    "win_probability_of_shift",
    "yates",
]
