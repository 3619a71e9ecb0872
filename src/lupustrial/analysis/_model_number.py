"""Methods that compare a number of an arm and the reference: by ranks, by a model of a week, of all weeks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._between import results_of_test
from lupustrial.analysis._events import Values
from lupustrial.analysis._method import Method, Settings
from lupustrial.analysis._model_rows import REFERENCE, ModelRows
from lupustrial.analysis._words import DF_METHODS, STRUCTURES
from lupustrial.study import Model

_ALL = 100.0  # per cent

T_STATS = ("estimate", "se", "lower", "upper", "df", "p_value")


def _van_elteren(rows: ModelRows, place: int, _settings: Settings) -> list[Result]:
    values = rows.values[:, place]
    known = ~np.isnan(values)
    return results_of_test(stats.van_elteren(values[known], rows.treated[known], rows.stratum[known]))


def _columns(rows: ModelRows, places: Sequence[int], who: NDArray[np.int64]) -> dict[str, Any]:
    """Return the columns of a long table; a row is a participant (by number) at a week (by place)."""
    columns: dict[str, Any] = {
        "change": rows.values[who, places] - rows.base[who],
        "arm": rows.labels[who].tolist(),
        "base": rows.base[who],
        "week": [str(rows.weeks[place]) for place in places],
    }
    for number in range(len(rows.strata_names)):
        columns[f"stratum{number}"] = ["yes" if has else "no" for has in rows.strata[who, number]]
    return columns


def _strata(rows: ModelRows, who: NDArray[np.int64]) -> str:
    """Return the terms of the strata that differ between the participants who have values."""
    return "".join(f" + stratum{number}" for number in rows.varying(who))


def _ancova(rows: ModelRows, place: int, settings: Settings) -> list[Result]:
    who = np.flatnonzero(~np.isnan(rows.values[:, place]) & ~np.isnan(rows.base))
    found = stats.ancova(
        f"change ~ arm + base{_strata(rows, who)}",
        _columns(rows, [place] * len(who), who),
        treatment="arm",
        reference=REFERENCE,
        confidence_level=settings.confidence,
    )
    return t_results(found.differences[0])


def t_results(found: Any, *, text: str | None = None) -> list[Result]:
    """Lay a t test out: estimate, standard error, limits, degrees of freedom and p."""
    parts = (
        ("estimate", found.estimate),
        ("se", found.standard_error),
        ("lower", found.lower),
        ("upper", found.upper),
        ("df", found.df),
        ("p_value", found.p_value),
    )
    note = getattr(found, "note", "") or None
    return [Result(stat=name, value=float(value), text=text, warning=note) for name, value in parts]


def _mmrm(rows: ModelRows, model: Model, settings: Settings) -> Mapping[int, Sequence[Result]]:
    """Fit change on arm and baseline by week and on strata; compare least-squares means at each week."""
    if model.scale == "logit of percent":
        rows = replace(rows, values=_logits(rows.values), base=_logits(rows.base))
    known = ~np.isnan(rows.values) & ~np.isnan(rows.base)[:, None]
    if not known.any():
        message = "no participant has a baseline and a later value"
        raise ValueError(message)
    who, places = np.nonzero(known)
    weeks = [week for week, of_week in zip(rows.weeks, known.T, strict=True) if of_week.any()]
    columns = _columns(rows, places.tolist(), who)
    change = np.asarray(columns.pop("change"))
    reference = {"arm": REFERENCE, "week": str(weeks[0])}
    if len(weeks) == 1:
        del columns["week"], reference["week"]
    terms = "arm + base" if len(weeks) == 1 else "arm * week + base * week"
    design = stats.model_design(f"~ {terms}{_strata(rows, who)}", columns, reference=reference)
    order = (model.covariance, *(name for name in model.fallback if name != model.covariance))
    found = stats.fit_mmrm_with_fallback(change, design.matrix, who, places, order=order, names=design.names)
    tried = "; ".join(map(_came, found.attempts))
    results: dict[int, Sequence[Result]] = {}
    for week in rows.weeks:
        if week not in weeks:
            reason = "no participant has a baseline and a value at this week"
            results[week] = [Result(stat=stat, error=reason) for stat in T_STATS]
            continue
        at = {"week": str(week)} if len(weeks) > 1 else {}
        difference = stats.contrast_rows(design, "arm", at=at)
        tested = stats.test_contrast(
            found.fit, difference.matrix[0], df=model.df, confidence_level=settings.confidence
        )
        text = f"covariance: {tried}; df: {DF_METHODS[model.df]}"
        if model.scale == "logit of percent":
            text += f"; scale: logit, {_odds_ratio(tested)}"
        results[week] = t_results(tested, text=text)
    return results


def _logits(percent: Values) -> Values:
    """Return the logits of percentages; a missing one stays missing."""
    known = percent[~np.isnan(percent)]
    if known.size and not (known.min() > 0 and known.max() < _ALL):
        message = "a percentage of 0 or 100, or beyond, has no logit"
        raise ValueError(message)
    return np.log(percent) - np.log(_ALL - percent)


def _odds_ratio(tested: Any) -> str:
    ends = (tested.estimate, tested.lower, tested.upper)
    ratio, low, high = (f"{math.exp(end):.2f}" for end in ends)
    return f"odds ratio {ratio} ({low} to {high})"


def _came(attempt: Any) -> str:
    name = STRUCTURES.get(attempt.covariance, attempt.covariance)
    return f"{name} used" if attempt.converged else f"{name} not used ({attempt.reason})"


NUMBER = (
    Method(
        id="van_elteren",
        label="van Elteren's test",
        level="model",
        suits="number",
        stats=("statistic", "p_value"),
        definition=(
            "Wilcoxon's rank sum within the strata of the analysis, weighted by 1/(n+1), two-sided, normal "
            "approximation corrected for ties."
        ),
        source="van Elteren, Bull Int Stat Inst 1960;37:351-361",
        each_week=_van_elteren,
        joint=True,
    ),
    Method(
        id="ancova",
        label="Analysis of covariance of the change",
        level="model",
        suits="number",
        stats=T_STATS,
        definition=(
            "Difference of least-squares means of the change since baseline at the week, adjusted for the "
            "baseline value and the strata of the analysis."
        ),
        source="ICH E9; Senn, Stat Med 1989;8:467-475",
        each_week=_ancova,
        joint=True,
    ),
    Method(
        id="mmrm",
        label="Mixed model for repeated measures of the change",
        level="model",
        suits="number",
        stats=T_STATS,
        definition=(
            "Change since baseline at all weeks of the analysis by REML: arm by week, baseline by week, "
            "strata; covariance over the weeks as prespecified, with its order of fallback; difference of "
            "least-squares means at the week with Kenward-Roger (linear) or Satterthwaite degrees of "
            "freedom. With the scale ``logit of percent`` the logits take the place of the values, and the "
            "difference is a log odds ratio. What is missing is taken to be missing at random."
        ),
        source="Mallinckrodt et al., Drug Inf J 2008;42:303; Kenward and Roger, Biometrics 1997;53:983",
        fit=_mmrm,
        joint=True,
    ),
)
