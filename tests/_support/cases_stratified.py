"""How the reference cases of proportions in strata are put to the package."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats

MEASURES = {"RD": "risk difference", "RR": "risk ratio", "OR": "odds ratio"}
WEIGHTINGS = {"MH": "mantel-haenszel", "IVS": "inverse variance of score", "INV": "inverse variance"}
STATISTICS = {
    "General Association": "general association",
    "Row Means": "row means",
    "Correlation": "correlation",
}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "!=": operator.ne,
    "==": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


def _counts(spec: Spec) -> dict[str, list[int]]:
    return {name: spec[name] for name in ("x1", "n1", "x2", "n2")}


def _cmh(case: Case) -> Answer:
    counts = _counts(case.spec)
    test = stats.cmh(**counts, continuity=case.spec.get("correct", False))
    odds = stats.mantel_haenszel_odds_ratio(**counts)
    return {
        "statistic": test.statistic,
        "p_value": test.p_value,
        "mh_common_or": odds.estimate,
        "mh_or_ci_lower": odds.lower,
        "mh_or_ci_upper": odds.upper,
    }


def _exact(case: Case) -> Answer:
    counts = _counts(case.spec)
    odds = stats.conditional_odds_ratio(**counts)
    return {
        "p_value": stats.cmh_exact(**counts).p_value,
        "conditional_or": odds.estimate,
        "ci_lower": odds.lower,
        "ci_upper": odds.upper,
    }


def _limits(estimate: stats.StratifiedEstimate) -> Answer:
    return {
        "estimate": estimate.estimate,
        "ci_lower": estimate.lower,
        "ci_upper": estimate.upper,
        "se": estimate.standard_error,
        "p_two_sided": estimate.p_value,
    }


def _score(case: Case) -> Answer:
    spec = case.spec
    return _limits(
        stats.stratified_miettinen_nurminen(
            **_counts(spec),
            measure=MEASURES[spec["contrast"]],
            weighting=WEIGHTINGS[spec["weighting"]],
            variance_correction=spec["bcf"],
            skewness_correction=spec["skew"],
            confidence_level=spec["conf_level"],
        )
    )


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _matches(row: dict[str, Any], condition: str) -> bool:
    """Evaluate one comparison of R's syntax, e.g. ``AGEGR1 != '>80'``."""
    found = re.fullmatch(r"\s*(\w+)\s*(!=|==|<=|>=|<|>)\s*(.+?)\s*", condition)
    assert found is not None, condition
    name, sign, value = found.groups()
    return OPERATORS[sign](row[name], _number(value.strip("'\"")))


def _generalised(case: Case) -> Answer:
    spec = case.spec
    columns = {name: [_number(text) for text in column] for name, column in case.columns.items()}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for condition in spec.get("filter", "").split("&"):
        rows = [row for row in rows if not condition or _matches(row, condition)]
    table = stats.cross_tabulate(*([row[spec[name]] for row in rows] for name in ("x", "y", "k")))
    scores = {
        f"{side}_scores": levels
        for side, levels in (("row", table.rows), ("column", table.columns))
        if not isinstance(levels[0], str)
    }
    result = stats.generalised_cmh(table.counts, statistic=STATISTICS[spec["statistic"]], **scores)
    return {"chi2": result.statistic, "df": result.df, "p_value": result.p_value}


def _trend(case: Case) -> Answer:
    spec = case.spec
    result = stats.cochran_armitage(x=spec["x"], n=spec["n"], scores=spec["score"])
    assert result.statistic is not None
    return {"p_value": result.p_value, "statistic": result.statistic**2}


METHODS: dict[str, Adapter] = {
    "cmh": _cmh,
    "cmh_exact": _exact,
    "mh_risk_difference_sato": lambda case: _limits(stats.mantel_haenszel_difference(**_counts(case.spec))),
    "stratified_miettinen_nurminen": _score,
    "generalized_cmh": _generalised,
    "cochran_armitage": _trend,
}
