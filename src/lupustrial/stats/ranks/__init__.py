"""Stratified rank tests, the chance to win, and rank tests of several groups (means-and-ranks.md)."""

from __future__ import annotations

from lupustrial.stats.ranks._several_groups import friedman, kruskal_wallis
from lupustrial.stats.ranks._stratified import aligned_wilcoxon, blocked_wilcoxon, van_elteren
from lupustrial.stats.ranks._stratified_shift import hodges_lehmann_stratified
from lupustrial.stats.ranks._trend import jonckheere_terpstra
from lupustrial.stats.ranks._win_probability import brunner_munzel, win_probability_interval

__all__ = [
    "aligned_wilcoxon",
    "blocked_wilcoxon",
    "brunner_munzel",
    "friedman",
    "hodges_lehmann_stratified",
    "jonckheere_terpstra",
    "kruskal_wallis",
    "van_elteren",
    "win_probability_interval",
]
