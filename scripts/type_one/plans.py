"""The analyses that the IL-2 study ships, as its plans declare them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lupustrial.analysis import METHODS, STRUCTURES, Method

# What `analyse` does with the rows of one trial is private; here it is what is to be measured.
from lupustrial.analysis._method import Settings, attempt, attempt_model
from lupustrial.analysis._model_rows import ModelRows, Values
from lupustrial.study import Model, load_study

STUDY = Path(__file__).resolve().parents[2] / "studies" / "il2-sle"
_BETWEEN = re.compile(r"; |covariance:? ")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one analysis said of one trial; None where it does not say that, or was not defined.

    Attributes:
        p_value: Two-sided p.
        estimate: Difference, as the analysis gives it.
        standard_error: Of the estimate.
        limits: Confidence limits of the estimate.
        covariance: Covariance that the mixed model used in the end.
        failure: Why the analysis gave nothing; empty where it gave something.
    """

    p_value: float | None = None
    estimate: float | None = None
    standard_error: float | None = None
    limits: tuple[float, float] | None = None
    covariance: str | None = None
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """A method of an analysis, with the settings of its plan."""

    analysis: str
    method: Method
    model: Model
    settings: Settings

    def outcomes(
        self, rows: ModelRows, weeks: Sequence[int], *, model: Model | None = None
    ) -> dict[int, Outcome]:
        """Apply the method as `lupustrial.analysis.analyse` does, and read its results of some weeks."""
        if self.method.level == "model":
            results = attempt_model(self.method, rows, model or self.model, self.settings)
            return {week: _outcome(results[week]) for week in weeks}
        return {
            week: _outcome(attempt(self.method, self._samples(rows, week), self.settings)) for week in weeks
        }

    @staticmethod
    def _samples(rows: ModelRows, week: int) -> list[Values]:
        values = rows.values[:, rows.weeks.index(week)]
        known = ~np.isnan(values)
        return [values[known & rows.treated], values[known & ~rows.treated]]


@cache
def shipped() -> dict[tuple[str, str], Shipped]:
    """Return every method of the analyses of both plans, by the ids of analysis and method."""
    study = load_study(STUDY)
    plans = [study.plan, *(study.under(name).plan for name in study.further_plans)]
    return {
        (analysis.id, name): Shipped(
            analysis=analysis.id,
            method=METHODS[name],
            model=analysis.model,
            settings=Settings(
                confidence=float(plan.confidence), alpha=float(plan.alpha), quantile=plan.quantile
            ),
        )
        for plan in plans
        for analysis in plan.analyses
        for name in analysis.methods
    }


def varied(
    model: Model, *, imputations: int, seed: int, reference: Any = None, covariance: str | None = None
) -> Model:
    """Return the model with other imputations and seed, perhaps another strategy or a single covariance."""
    if covariance is not None:
        model = replace(model, covariance=covariance, fallback=())
    return replace(model, imputations=imputations, seed=seed, reference=reference or model.reference)


def _outcome(results: Sequence[Any]) -> Outcome:
    by_name = {result.stat: result for result in results}
    failures = {result.error for result in results if result.error and result.stat != "statistic"}
    if failures:
        return Outcome(failure="; ".join(sorted(failures)))
    value = {name: result.value for name, result in by_name.items()}
    return Outcome(
        p_value=value.get("p_value"),
        estimate=value.get("estimate"),
        standard_error=value.get("se"),
        limits=(value["lower"], value["upper"]) if "lower" in value else None,
        covariance=_used(by_name["estimate"].text) if "df" in by_name else None,
    )


def _used(text: str | None) -> str | None:
    """Return the name of the covariance that the text of a mixed model says was used."""
    for part in _BETWEEN.split(text or ""):
        if part.endswith(" used") and " not used" not in part:
            named = [name for name, words in STRUCTURES.items() if part.startswith((words, f"{name}:"))]
            return max(named, key=lambda name: len(STRUCTURES[name]), default=part)
    return None
