"""Permutation and re-randomisation tests (docs/methods/permutation.md)."""

from __future__ import annotations

from lupustrial.stats.permutation._permutation import permutation_test
from lupustrial.stats.permutation._rerandomisation import rerandomisation_test
from lupustrial.stats.permutation._result import PermutationTest
from lupustrial.stats.permutation._sign_flips import sign_flip_test

__all__ = [
    "PermutationTest",
    "permutation_test",
    "rerandomisation_test",
    "sign_flip_test",
]
