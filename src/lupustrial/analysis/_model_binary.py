"""Methods that compare a response of an arm and the reference within strata, week by week."""

from __future__ import annotations

from typing import Any

import numpy as np

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._between import results_of_estimate, results_of_test
from lupustrial.analysis._method import Method, Settings
from lupustrial.analysis._model_rows import REFERENCE, ModelRows

_PERCENT = 100.0
_INTERVAL = ("estimate", "lower", "upper")


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


def _cmh(rows: ModelRows, place: int, _settings: Settings) -> list[Result]:
    return results_of_test(stats.cmh(**counts_by_stratum(rows, place)))


def _score(rows: ModelRows, place: int, settings: Settings) -> list[Result]:
    counts = counts_by_stratum(rows, place)
    found = stats.stratified_miettinen_nurminen(**counts, confidence_level=settings.confidence)
    told = f"weights: {found.weighting}; {found.strata} strata"
    return with_p(found, text=told)


def _newcombe(rows: ModelRows, place: int, settings: Settings) -> list[Result]:
    counts = counts_by_stratum(rows, place)
    found = stats.stratified_newcombe(**counts, confidence_level=settings.confidence)
    told = f"weights: {found.weighting}; {found.strata} strata"
    return results_of_estimate(found, scale=_PERCENT, text=told)


def _g_computation(rows: ModelRows, place: int, settings: Settings) -> list[Result]:
    known = np.flatnonzero(~np.isnan(rows.values[:, place]))
    strata = {f"stratum{number}": rows.strata[known, number] for number in rows.varying(known)}
    columns: dict[str, Any] = {"response": rows.values[known, place], "arm": rows.labels[known].tolist()}
    columns |= {name: has.astype(np.float64) for name, has in strata.items()}
    formula = f"response ~ {' + '.join(('arm', *strata))}"
    design = stats.model_design(formula, columns, reference={"arm": REFERENCE})
    found = stats.g_computation(
        design, "arm", variance="ge", covariance="HC3", confidence_level=settings.confidence
    )
    return with_p(found.contrasts[0], text=f"variance: {found.variance}")


def with_p(found: Any, *, text: str | None = None) -> list[Result]:
    """Lay a difference of percentages out with its limits and p."""
    return [
        *results_of_estimate(found, scale=_PERCENT, text=text),
        Result(stat="p_value", value=found.p_value),
    ]


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
        each_week=_cmh,
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
        each_week=_score,
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
        each_week=_newcombe,
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
        each_week=_g_computation,
        joint=True,
    ),
)
