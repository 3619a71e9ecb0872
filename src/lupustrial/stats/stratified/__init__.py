"""Proportions in strata: tests, common measures and their intervals (docs/methods/stratified.md)."""

from __future__ import annotations

from lupustrial.stats.stratified._cmh import cmh
from lupustrial.stats.stratified._cross_table import CrossTable, cross_tabulate
from lupustrial.stats.stratified._exact import cmh_exact, conditional_odds_ratio
from lupustrial.stats.stratified._generalised import generalised_cmh
from lupustrial.stats.stratified._homogeneity import breslow_day, score_homogeneity
from lupustrial.stats.stratified._mantel_haenszel import (
    mantel_haenszel_difference,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_ratio,
)
from lupustrial.stats.stratified._newcombe import stratified_newcombe, stratified_wilson
from lupustrial.stats.stratified._results import StratifiedEstimate
from lupustrial.stats.stratified._score import stratified_miettinen_nurminen
from lupustrial.stats.stratified._trend import cochran_armitage
from lupustrial.stats.stratified._wald import minimum_risk, stratified_wald

__all__ = [
    "CrossTable",
    "StratifiedEstimate",
    "breslow_day",
    "cmh",
    "cmh_exact",
    "cochran_armitage",
    "conditional_odds_ratio",
    "cross_tabulate",
    "generalised_cmh",
    "mantel_haenszel_difference",
    "mantel_haenszel_odds_ratio",
    "mantel_haenszel_risk_ratio",
    "minimum_risk",
    "score_homogeneity",
    "stratified_miettinen_nurminen",
    "stratified_newcombe",
    "stratified_wald",
    "stratified_wilson",
]
