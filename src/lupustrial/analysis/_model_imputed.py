"""Methods that impute what is missing, many times, and pool; and how far from it the conclusion tips."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._events import Values
from lupustrial.analysis._method import Method, Settings
from lupustrial.analysis._model_binary import counts_by_stratum, with_p
from lupustrial.analysis._model_number import T_STATS, t_results
from lupustrial.analysis._model_rows import ARM, REFERENCE, ModelRows
from lupustrial.study import Component, Model

_NRI = "NRI"


def _with_base(rows: ModelRows) -> ModelRows:
    """Return the rows of the participants who have a baseline value."""
    kept = ~np.isnan(rows.base)
    return replace(
        rows,
        participants=tuple(name for name, keep in zip(rows.participants, kept, strict=True) if keep),
        treated=rows.treated[kept],
        values=rows.values[kept],
        base=rows.base[kept],
        missing_from=rows.missing_from[kept],
        failed_from=rows.failed_from[kept],
        strata=rows.strata[kept],
    )


@lru_cache(maxsize=1)
def _imputed(everybody: ModelRows, model: Model) -> tuple[Any, Any]:
    """Impute the changes of all weeks; return the imputations and the analysis of one data set.

    Kept for the next method of the same analysis, which takes the same imputations.
    """
    rows = _with_base(everybody)
    visits, arms = len(rows.weeks), rows.labels.tolist()
    covariates = np.column_stack([rows.base, rows.strata[:, rows.varying()].astype(np.float64)])
    after = rows.missing_from < visits
    data = stats.longitudinal_data(
        rows.values - rows.base[:, None],
        arms,
        covariates=covariates,
        covariates_by_visit=False,
        strategy=[model.reference if gone else "MAR" for gone in after],
        event_visit=[
            int(place) if gone else None for place, gone in zip(rows.missing_from, after, strict=True)
        ],
        reference=REFERENCE,
    )
    imputations = stats.impute_multiple(data, imputations=model.imputations, seed=model.seed)
    analysis = stats.ancova_by_visit(arms, reference=REFERENCE, covariates=covariates, visits=rows.weeks)
    return imputations, analysis


def _difference(week: int) -> str:
    return f"difference {ARM} - {REFERENCE}, visit {week}"


def _mi_ancova(rows: ModelRows, model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    imputations, analysis = _imputed(rows, model)
    pooled = stats.analyse_multiple(imputations, analysis, confidence_level=settings.confidence)
    told = f"{model.imputations} imputations, seed {model.seed}, {model.reference} after a hypothetical event"
    return {week: t_results(pooled[_difference(week)], text=told) for week in rows.weeks}


def _tipping_number(rows: ModelRows, model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    """Shift the imputed values of the arm, at the last week, until significance is lost."""
    imputations, analysis = _imputed(rows, model)
    week = rows.weeks[-1]

    def at(delta: float) -> Any:
        shift = stats.delta_adjustment(imputations.data, {ARM: delta})
        pooled = stats.analyse_multiple(
            imputations, analysis, delta=shift, confidence_level=settings.confidence
        )
        return pooled[_difference(week)]

    curve = stats.tipping_curve(at, [float(delta) for delta in model.deltas], alpha=settings.alpha)
    return {week: _curve(curve, scale=1.0)}


def _tipping_binary(rows: ModelRows, model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    """Shift the log odds of response of the arm's missing; then count all missing as no response."""
    pooled = replace(rows, strata=rows.strata[:, :0], strata_names=())
    counts = {name: number[0] for name, number in counts_by_stratum(pooled, len(rows.weeks) - 1).items()}
    gaps = {
        "missing1": int(rows.treated.sum()) - counts["n1"],
        "missing2": int((~rows.treated).sum()) - counts["n2"],
    }

    def at(delta: float, other: float = 0.0) -> Any:
        return stats.shifted_difference(
            **counts, **gaps, delta1=delta, delta2=other, confidence_level=settings.confidence
        )

    deltas = [float(delta) for delta in model.deltas]
    curve = stats.tipping_curve(at, deltas, alpha=settings.alpha)
    nri = at(-math.inf, -math.inf)
    named = [replace(result, stat=f"{result.stat}@{_NRI}") for result in with_p(nri)]
    return {rows.weeks[-1]: [*_curve(curve, scale=100.0), *named]}


def _curve(curve: Any, *, scale: float) -> list[Result]:
    """Lay a tipping curve out: the tipping point, then estimate, limits and p at each delta."""
    reason = None if curve.tipping is not None else curve.note
    results = [Result(stat="tipping", value=curve.tipping, error=reason)]
    for place, delta in enumerate(curve.deltas):
        for stat, values, factor in (
            ("estimate", curve.estimates, scale),
            ("lower", curve.lower, scale),
            ("upper", curve.upper, scale),
            ("p_value", curve.p_values, 1.0),
        ):
            results.append(Result(stat=f"{stat}@{delta:g}", value=factor * values[place]))
    return results


def _mi_composite(rows: ModelRows, model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    """Impute the components of the response over all weeks, derive it, and pool the risk difference."""
    if not model.components:
        message = "mi_composite needs the components of the response (model: components)"
        raise ValueError(message)
    arms = rows.labels.tolist()
    weeks = np.arange(len(rows.weeks))
    bases = [rows.component_bases[one.parameter] for one in model.components if _is_number(one)]
    if any(np.isnan(base).any() for base in bases):
        message = "the baseline of a component is not known of everybody"
        raise ValueError(message)
    found = stats.impute_composite(
        rows.components,
        lambda parts: _response(parts, model.components, rows.component_bases),
        imputations=model.imputations,
        seed=model.seed,
        arm=arms,
        covariates=np.column_stack([*bases, rows.strata.astype(np.float64)]),
        non_responders=weeks >= rows.failed_from[:, None],
        predictors="near",
    )
    told = (
        f"{model.imputations} imputations, seed {model.seed}; {int(found.imputed.sum())} participants imputed"
    )
    results = {}
    for place, week in enumerate(rows.weeks):
        pooled = stats.pool_responses(
            found.responses[:, :, place],
            arms,
            reference=REFERENCE,
            confidence_level=settings.confidence,
        )
        results[week] = [
            replace(result, value=result.value * 100 if result.stat in _SCALED else result.value)
            for result in t_results(pooled.comparisons[ARM], text=told)
            if result.value is not None
        ]
    return results


_SCALED = ("estimate", "se", "lower", "upper")


def _is_number(component: Component) -> bool:
    return component.falls_by is not None or component.rises_by_less_than is not None


def _response(
    parts: Mapping[str, Values], components: Sequence[Component], bases: Mapping[str, Values]
) -> NDArray[np.bool_]:
    """Return whether every component is met. Differences are rounded as CHG is, so that 1.8 - 1.5 is 0.3."""
    met: list[NDArray[np.bool_]] = []
    for one in components:
        values = parts[one.parameter]
        change = np.round(values - bases[one.parameter][:, None], 10)
        if one.falls_by is not None:
            met.append(change <= -float(one.falls_by))
        elif one.rises_by_less_than is not None:
            met.append(change < float(one.rises_by_less_than))
        else:
            met.append(values == 1)
    every: NDArray[np.bool_] = np.all(met, axis=0)
    return every


IMPUTED = (
    Method(
        id="mi_ancova",
        label="Analysis of covariance after multiple imputation",
        level="model",
        suits="number",
        stats=T_STATS,
        definition=(
            "Changes of all weeks of the analysis are imputed from a Bayesian multivariate normal model "
            "(arm by week, baseline, strata; unstructured covariance), after an event with a hypothetical "
            "strategy as `reference` says, else at random; each week is analysed by covariance and pooled by "
            "Rubin's rules with Barnard and Rubin's degrees of freedom."
        ),
        source="Carpenter et al., J Biopharm Stat 2013;23:1352; Barnard and Rubin, Biometrika 1999;86:948",
        fit=_mi_ancova,
        joint=True,
        imputes=True,
    ),
    Method(
        id="mi_composite",
        label="Risk difference after multiple imputation of the components",
        level="model",
        suits="binary",
        stats=T_STATS,
        definition=(
            "The components of the response are imputed over all weeks, arm by arm, by chained equations "
            "with predictive mean matching; the response is derived from them, an event with a composite "
            "strategy being no response; risk differences (percentage points) are pooled by Rubin's rules."
        ),
        source="van Buuren, Stat Methods Med Res 2007;16:219; Rubin 1987",
        fit=_mi_composite,
        joint=True,
        imputes=True,
    ),
    Method(
        id="tipping_point",
        label="Tipping point, continuous",
        level="model",
        suits="number",
        stats=("tipping",),
        definition=(
            "At the last week, each delta is added to the imputed values of the arm (as mi_ancova imputes "
            "them); the tipping point is the delta at which p reaches alpha."
        ),
        source="Yan, Lee and Li, Stat Biopharm Res 2009;1:328; Cro et al., Stat Med 2020;39:2815",
        fit=_tipping_number,
        joint=True,
        imputes=True,
    ),
    Method(
        id="tipping_point_binary",
        label="Tipping point, response",
        level="model",
        suits="binary",
        stats=("tipping",),
        definition=(
            "At the last week, who is missing in the arm responds at odds that differ from the observed by "
            "each delta (log odds ratio), in the reference at those observed; the tipping point is the delta "
            "at which p reaches alpha. `NRI`: all missing of both arms counted as no response."
        ),
        source="White, Higgins and Wood, Stat Med 2008;27:711",
        fit=_tipping_binary,
        joint=True,
        imputes=True,
    ),
)
