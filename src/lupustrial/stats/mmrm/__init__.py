"""Mixed models for repeated measures: fit, tests of coefficients, fallback (docs/methods/mmrm.md)."""

from __future__ import annotations

from lupustrial.stats.mmrm._contrast import ContrastTest, test_coefficients, test_contrast
from lupustrial.stats.mmrm._fallback import FallbackAttempt, FallbackFit, fit_mmrm_with_fallback
from lupustrial.stats.mmrm._fit import fit_mmrm, prepare_mmrm
from lupustrial.stats.mmrm._prepared import PreparedMMRM
from lupustrial.stats.mmrm._result import MMRM

__all__ = [
    "MMRM",
    "ContrastTest",
    "FallbackAttempt",
    "FallbackFit",
    "PreparedMMRM",
    "fit_mmrm",
    "fit_mmrm_with_fallback",
    "prepare_mmrm",
    "test_coefficients",
    "test_contrast",
]
