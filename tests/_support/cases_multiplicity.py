"""How the reference cases of multiple tests are put to the package."""

from __future__ import annotations

import re
from typing import Any

from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats


def _named(quantity: str, values: tuple[Any, ...]) -> dict[str, float | None]:
    return {f"{quantity}[{number}]": float(value) for number, value in enumerate(values, start=1)}


def _graph(spec: Spec) -> stats.MultiplicityGraph:
    return stats.multiplicity_graph(spec["weights"], spec["transitions"])


def _decisions(result: stats.MultipleTest) -> dict[str, float | None]:
    return _named("adjusted_p", result.adjusted) | _named("rejected", result.rejected)


def _adjust(method: str) -> Adapter:
    def answer(case: Case) -> Answer:
        spec = case.spec
        return _decisions(stats.adjust_p_values(spec["p"], method=method, alpha=spec.get("alpha", 0.05)))

    return answer


def _shortcut(case: Case) -> Answer:
    result = stats.graph_test(case.spec["p"], _graph(case.spec), alpha=case.spec["alpha"])
    return _decisions(result) | _named("final_weights", result.final.weights)


def _correlation(spec: Spec) -> Any:
    """Return the matrix, or the number in ``"0.5 exchangeable"``."""
    given = spec.get("corr")
    if not isinstance(given, str):
        return given
    return float(re.findall(r"-?[\d.]+", given)[0])


def _closed(test: str) -> Adapter:
    def answer(case: Case) -> Answer:
        return _decisions(
            stats.closed_test(
                case.spec["p"],
                _graph(case.spec),
                test=test,
                correlation=_correlation(case.spec),
                alpha=case.spec["alpha"],
            )
        )

    return answer


def _closure(case: Case) -> Answer:
    closure = stats.closure_weights(_graph(case.spec))
    found: dict[str, float | None] = {}
    for code, weights in zip(closure.codes, closure.weights, strict=True):
        found |= _named(f"w[{code}]", weights)
    return found


METHODS: dict[str, Adapter] = {
    "graphical_bonferroni_shortcut": _shortcut,
    "graphical_simes_closure": _closed("simes"),
    "graphical_parametric_closure": _closed("parametric"),
    "closure_weights": _closure,
    "p_adjust_bonferroni": _adjust("bonferroni"),
    "p_adjust_holm": _adjust("holm"),
    "p_adjust_hochberg": _adjust("hochberg"),
}

#: Methods of which the folder may hold no case.
OTHERS: dict[str, Adapter] = {
    "p_adjust_hommel": _adjust("hommel"),
    "p_adjust_BH": _adjust("benjamini_hochberg"),
    "p_adjust_fdr": _adjust("benjamini_hochberg"),
    "p_adjust_BY": _adjust("benjamini_yekutieli"),
}
