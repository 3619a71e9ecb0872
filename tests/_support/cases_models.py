"""How the reference cases of logistic regression, standardisation and GEE are put to the package."""

from __future__ import annotations

from typing import Any

from reference_cases import Adapter, Answer, Case

from lupustrial import stats

MEASURES = {
    "diff": "risk difference",
    "rr": "risk ratio",
    "or": "odds ratio",
    "logrr": "log risk ratio",
    "logor": "log odds ratio",
}
FACTORS = {"trtp", "ARMCD", "AVISIT", "RACE", "SEX", "TRTP"}


def columns(case: Case) -> dict[str, list[Any]]:
    """Return the data of a case: the named factors as texts, all else as numbers where it can be."""
    return {name: [_cell(name, text) for text in texts] for name, texts in case.columns.items()}


def _cell(name: str, text: str) -> str | float | None:
    if text in {"NA", ""}:
        return None
    if name in FACTORS:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _design(case: Case) -> stats.Design:
    reference = {"trtp": case.spec["reference"]} if "reference" in case.spec else None
    return stats.model_design(case.spec["formula"], columns(case), reference=reference, missing="drop")


def _g_computation(variance: str) -> Adapter:
    def answer(case: Case) -> Answer:
        spec, data = case.spec, columns(case)
        options: dict[str, Any] = {"measure": MEASURES[spec.get("contrast", "diff")], "variance": variance}
        if "vcov" in spec:
            options["covariance"] = {"model-based": "model", "HC": "HC0"}.get(spec["vcov"], spec["vcov"])
        if spec.get("mod"):
            options["residual_variance"] = "direct"
        if "strata" in spec:
            options["strata"] = list(zip(*(data[name] for name in _names(spec["strata"])), strict=True))
        result = stats.g_computation(_design(case), "trtp", **options)
        means = {
            f"counterfactual_mean[{place}]": risk for place, risk in enumerate(result.risks.tolist(), start=1)
        }
        return means | {"estimate": result.contrasts[0].estimate, "se": result.contrasts[0].standard_error}

    return answer


def _names(strata: str | list[str]) -> list[str]:
    return [strata] if isinstance(strata, str) else strata


def _coefficients(fit: Any) -> dict[str, float]:
    errors = {
        f"se_{name}": error for name, error in zip(fit.names, fit.standard_errors.tolist(), strict=True)
    }
    return dict(zip(fit.names, fit.coefficients.tolist(), strict=True)) | errors


def _logistic(case: Case) -> Answer:
    fit = stats.logistic_regression(_design(case))
    return _coefficients(fit) | {"deviance": fit.deviance}


def _gee(family: str, response: str, formula: str) -> Adapter:
    """Rows of alpha name neither outcome nor formula; they belong to the same fits."""

    def answer(case: Case) -> Answer:
        data = columns(case)
        name, _, limit = case.spec.get("y", response).partition(">")
        if limit:
            data["resp"] = [None if y is None else float(y > float(limit)) for y in data[name]]
        design = stats.model_design(case.spec.get("formula", formula), data, missing="drop")
        fit = stats.gee(
            design,
            participant=data["USUBJID"],
            visit=data["VISITN"],
            family=family,
            correlation=case.spec["corstr"],
        )
        return _coefficients(fit) | {"alpha": fit.alpha}

    return answer


METHODS: dict[str, Adapter] = {
    "gcomp_Ye": _g_computation("ye"),
    "gcomp_Ge": _g_computation("ge"),
    "gcomp_Ye_stratified_randomisation": _g_computation("ye"),
    "logistic_regression": _logistic,
    "gee_binomial_logit": _gee("binomial", "FEV1>42", "resp~ARMCD*AVISIT"),
    "gee_gaussian": _gee("gaussian", "FEV1", "FEV1~RACE+ARMCD*AVISIT"),
}
