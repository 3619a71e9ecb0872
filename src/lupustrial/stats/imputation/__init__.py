"""Missing data: multiple imputation, reference-based imputation, delta adjustment, tipping points.

Assumptions, equations and sources are in docs/methods/imputation.md. Every use of random numbers takes a
seed; imputation ``k`` depends on data, options, seed and ``k`` alone.
"""

from __future__ import annotations

from lupustrial.stats.imputation._analysis import Analysis, ancova_by_visit
from lupustrial.stats.imputation._binary import ShiftedDifference, impute_binary, shifted_difference
from lupustrial.stats.imputation._carry_forward import carry_forward
from lupustrial.stats.imputation._composite import CompositeResponses, impute_composite
from lupustrial.stats.imputation._conditional import impute_conditional
from lupustrial.stats.imputation._conditional_mean import (
    ConditionalMeans,
    analyse_conditional_mean,
    impute_conditional_mean,
)
from lupustrial.stats.imputation._delta import delta_adjustment
from lupustrial.stats.imputation._longitudinal import STRATEGIES, LongitudinalData, longitudinal_data
from lupustrial.stats.imputation._multiple import (
    Imputations,
    analyse_multiple,
    impute_multiple,
    impute_normal,
)
from lupustrial.stats.imputation._pooled_wald import pool_wald
from lupustrial.stats.imputation._rates import PooledRate, PooledResponses, pool_responses
from lupustrial.stats.imputation._results import JackknifeEstimate, PooledEstimate, PooledWald
from lupustrial.stats.imputation._rubin import pool_rubin
from lupustrial.stats.imputation._tipping import TippingCurve, TippingGrid, tipping_curve, tipping_grid

__all__ = [
    "STRATEGIES",
    "Analysis",
    "CompositeResponses",
    "ConditionalMeans",
    "Imputations",
    "JackknifeEstimate",
    "LongitudinalData",
    "PooledEstimate",
    "PooledRate",
    "PooledResponses",
    "PooledWald",
    "ShiftedDifference",
    "TippingCurve",
    "TippingGrid",
    "analyse_conditional_mean",
    "analyse_multiple",
    "ancova_by_visit",
    "carry_forward",
    "delta_adjustment",
    "impute_binary",
    "impute_composite",
    "impute_conditional",
    "impute_conditional_mean",
    "impute_multiple",
    "impute_normal",
    "longitudinal_data",
    "pool_responses",
    "pool_rubin",
    "pool_wald",
    "shifted_difference",
    "tipping_curve",
    "tipping_grid",
]
