"""Group sequential designs, combination tests and conditional power (docs/methods/group-sequential.md)."""

from __future__ import annotations

from lupustrial.stats.sequential._beta_spending import beta_spending_design
from lupustrial.stats.sequential._characteristics import (
    DesignCharacteristics,
    StoppingChances,
    design_characteristics,
    stopping_chances,
)
from lupustrial.stats.sequential._combination import CombinationTest, combination_test_rates
from lupustrial.stats.sequential._design import group_sequential_design
from lupustrial.stats.sequential._fisher_product import FisherDesign, fisher_design
from lupustrial.stats.sequential._plan import GroupSequentialDesign
from lupustrial.stats.sequential._rates import (
    SequentialPower,
    conditional_power_rates,
    power_sequential_rates,
)
from lupustrial.stats.sequential._repeated_tests import repeated_testing_error
from lupustrial.stats.sequential._spending import error_spent

__all__ = [
    "CombinationTest",
    "DesignCharacteristics",
    "FisherDesign",
    "GroupSequentialDesign",
    "SequentialPower",
    "StoppingChances",
    "beta_spending_design",
    "combination_test_rates",
    "conditional_power_rates",
    "design_characteristics",
    "error_spent",
    "fisher_design",
    "group_sequential_design",
    "power_sequential_rates",
    "repeated_testing_error",
    "stopping_chances",
]
