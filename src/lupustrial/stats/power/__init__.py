"""Sample size and power (docs/methods/power.md)."""

from __future__ import annotations

from lupustrial.stats.power._checks import inflate_for_dropout
from lupustrial.stats.power._enumerated import exact_level_two_proportions, power_two_proportions
from lupustrial.stats.power._means import (
    power_ancova,
    power_paired_means,
    power_two_means,
    sample_size_ancova,
    sample_size_paired_means,
    sample_size_two_means,
)
from lupustrial.stats.power._normal import (
    approximate_power_two_proportions,
    detectable_rate,
    sample_size_two_proportions,
)
from lupustrial.stats.power._one_proportion import power_one_proportion, sample_size_one_proportion
from lupustrial.stats.power._ranks import (
    power_ranks,
    sample_size_ranks,
    shift_of_categories,
    win_probability_of_shift,
)
from lupustrial.stats.power._results import (
    ExactLevel,
    ExactSampleSize,
    GroupSizes,
    OneSampleSize,
    OrderedShift,
    SampleSize,
)
from lupustrial.stats.power._search import exact_sample_size_two_proportions
from lupustrial.stats.power._tables import enumerate_p_values

__all__ = [
    "ExactLevel",
    "ExactSampleSize",
    "GroupSizes",
    "OneSampleSize",
    "OrderedShift",
    "SampleSize",
    "approximate_power_two_proportions",
    "detectable_rate",
    "enumerate_p_values",
    "exact_level_two_proportions",
    "exact_sample_size_two_proportions",
    "inflate_for_dropout",
    "power_ancova",
    "power_one_proportion",
    "power_paired_means",
    "power_ranks",
    "power_two_means",
    "power_two_proportions",
    "sample_size_ancova",
    "sample_size_one_proportion",
    "sample_size_paired_means",
    "sample_size_ranks",
    "sample_size_two_means",
    "sample_size_two_proportions",
    "shift_of_categories",
    "win_probability_of_shift",
]
