"""Dose finding: tests for a dose-response signal, curves, target doses and designs (MCP-Mod).

Equations, assumptions and sources are in docs/methods/dose-finding.md.
"""

from __future__ import annotations

from lupustrial.stats.dose_finding._average import AveragedEffects, average_effects, model_weights
from lupustrial.stats.dose_finding._contrasts import DoseContrasts, optimal_contrasts
from lupustrial.stats.dose_finding._designs import DoseDesign, optimal_design
from lupustrial.stats.dose_finding._effects import DoseEffects, TargetDose, dose_effects, target_dose
from lupustrial.stats.dose_finding._estimates import DoseEstimates, dose_logits, dose_means
from lupustrial.stats.dose_finding._fit import (
    DoseResponseFit,
    fit_dose_response,
    fit_dose_response_general,
)
from lupustrial.stats.dose_finding._guesses import guess_parameters
from lupustrial.stats.dose_finding._models import DoseModel, dose_model
from lupustrial.stats.dose_finding._power import (
    ContrastPower,
    candidate_means,
    power_multiple_contrast,
    power_multiple_contrast_binary,
)
from lupustrial.stats.dose_finding._test import (
    MultipleContrastTest,
    multiple_contrast_test,
    multiple_contrast_test_general,
)

__all__ = [
    "AveragedEffects",
    "ContrastPower",
    "DoseContrasts",
    "DoseDesign",
    "DoseEffects",
    "DoseEstimates",
    "DoseModel",
    "DoseResponseFit",
    "MultipleContrastTest",
    "TargetDose",
    "average_effects",
    "candidate_means",
    "dose_effects",
    "dose_logits",
    "dose_means",
    "dose_model",
    "fit_dose_response",
    "fit_dose_response_general",
    "guess_parameters",
    "model_weights",
    "multiple_contrast_test",
    "multiple_contrast_test_general",
    "optimal_contrasts",
    "optimal_design",
    "power_multiple_contrast",
    "power_multiple_contrast_binary",
    "target_dose",
]
