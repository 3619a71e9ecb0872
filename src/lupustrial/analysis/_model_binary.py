"""Methods that compare a response of an arm and the reference within strata, week by week."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._between import results_of_test
from lupustrial.analysis._method import Method, Settings
from lupustrial.analysis._model_rows import ModelRows
from lupustrial.errors import StatisticsError
from lupustrial.study import Model

ARM, REFERENCE = "arm", "reference"
_PERCENT = 100.0
_INTERVAL = ("estimate", "lower", "upper")


def by_week(
    rows: ModelRows, stats_of: Sequence[str], one: Callable[[int], Sequence[Result]]
) -> dict[int, Sequence[Result]]:
    """Apply a function to the place of each week; where it is not defined the week's results say why."""
    results: dict[int, Sequence[Result]] = {}
    for place, week in enumerate(rows.weeks):
        try:
            results[week] = one(place)
        except StatisticsError as error:
            reason = " ".join(fault.message for fault in error.faults)
            results[week] = [Result(stat=stat, error=reason) for stat in stats_of]
    return results


def counts_by_stratum(rows: ModelRows, place: int) -> dict[str, Any]:
    """Return events and participants of both groups, one number a stratum; who has no value takes no part."""
    values = rows.values[:, place]
    known = ~np.isnan(values)
    strata = range(int(rows.stratum.max()) + 1)
    groups = [
        [known & (rows.treated == treated) & (rows.stratum == stratum) for stratum in strata]
        for treated in (True, False)
    ]
    return {
        f"{letter}{number}": [int(values[who].sum() if letter == "x" else who.sum()) for who in group]
        for number, group in enumerate(groups, start=1)
        for letter in ("x", "n")
    }


def estimate_of(found: Any, *, scale: float = _PERCENT, text: str | None = None) -> list[Result]:
    """Lay an estimate with limits out; proportions per cent."""
    note = getattr(found, "note", "") or None
    return [
        Result(stat=name, value=scale * getattr(found, name), text=text, warning=note) for name in _INTERVAL
    ]


def _cmh(rows: ModelRows, _model: Model, _settings: Settings) -> Mapping[int, Sequence[Result]]:
    def one(place: int) -> list[Result]:
        return results_of_test(stats.cmh(**counts_by_stratum(rows, place)))

    return by_week(rows, ("statistic", "p_value"), one)


def _score(rows: ModelRows, _model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    def one(place: int) -> list[Result]:
        counts = counts_by_stratum(rows, place)
        found = stats.stratified_miettinen_nurminen(**counts, confidence_level=settings.confidence)
        told = f"weights: {found.weighting}; {found.strata} strata"
        return [*estimate_of(found, text=told), Result(stat="p_value", value=found.p_value)]

    return by_week(rows, (*_INTERVAL, "p_value"), one)


def _newcombe(rows: ModelRows, _model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    def one(place: int) -> list[Result]:
        counts = counts_by_stratum(rows, place)
        found = stats.stratified_newcombe(**counts, confidence_level=settings.confidence)
        return estimate_of(found, text=f"weights: {found.weighting}; {found.strata} strata")

    return by_week(rows, _INTERVAL, one)


def _g_computation(rows: ModelRows, _model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    def one(place: int) -> list[Result]:
        known = np.flatnonzero(~np.isnan(rows.values[:, place]))
        columns: dict[str, Any] = {
            "response": rows.values[known, place],
            "arm": [ARM if treated else REFERENCE for treated in rows.treated[known]],
        }
        terms = ["arm"]
        for number in range(len(rows.strata_names)):
            has = rows.strata[known, number]
            if has.any() and not has.all():
                columns[f"stratum{number}"] = has.astype(np.float64)
                terms.append(f"stratum{number}")
        design = stats.model_design(f"response ~ {' + '.join(terms)}", columns, reference={"arm": REFERENCE})
        found = stats.g_computation(
            design,
            "arm",
            variance="ge",
            covariance="HC3",
            confidence_level=settings.confidence,
        )
        contrast = found.contrasts[0]
        told = f"variance: {found.variance}"
        return [*estimate_of(contrast, text=told), Result(stat="p_value", value=contrast.p_value)]

    return by_week(rows, (*_INTERVAL, "p_value"), one)


BINARY = (
    Method(
        id="cmh",
        label="Cochran-Mantel-Haenszel test",
        level="model",
        suits="binary",
        stats=("statistic", "p_value"),
        definition=(
            "Chi-square with 1 degree of freedom within the strata of the analysis, without continuity "
            "correction, two-sided."
        ),
        source="Cochran, Biometrics 1954;10:417; Mantel and Haenszel, J Natl Cancer Inst 1959;22:719",
        fit=_cmh,
        joint=True,
    ),
    Method(
        id="stratified_miettinen_nurminen",
        label="Stratified risk difference with Miettinen and Nurminen's interval",
        level="model",
        suits="binary",
        stats=(*_INTERVAL, "p_value"),
        definition=(
            "Difference of percentages (percentage points) over the strata of the analysis with "
            "Mantel-Haenszel weights, score interval and the test that belongs to it."
        ),
        source="Miettinen and Nurminen, Stat Med 1985;4:213-226",
        fit=_score,
        joint=True,
    ),
    Method(
        id="stratified_newcombe",
        label="Stratified risk difference with the interval of Yan and Su",
        level="model",
        suits="binary",
        stats=_INTERVAL,
        definition=(
            "Difference of percentages (percentage points) over the strata of the analysis with "
            "Mantel-Haenszel weights; limits from stratified Wilson intervals of both groups."
        ),
        source="Yan and Su, Stat Biopharm Res 2010;2:329-335",
        fit=_newcombe,
        joint=True,
    ),
    Method(
        id="g_computation",
        label="Risk difference by standardisation (g-computation)",
        level="model",
        suits="binary",
        stats=(*_INTERVAL, "p_value"),
        definition=(
            "Logistic regression on arm and the strata of the analysis; risks under either arm are averaged "
            "over all participants; difference in percentage points, variance of Ge with HC3, normal limits."
        ),
        source="FDA, Adjusting for covariates, 2023; Ge et al., Drug Inf J 2011;45:481-493",
        fit=_g_computation,
        joint=True,
    ),
)
