"""How the reference cases of dose finding (MCP-Mod) are put to the package."""

from __future__ import annotations

from typing import Any

import numpy as np
from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats

_RANDOM = (
    "pmvt of R integrates at random shifts with an error of 1e-5; an integral over the sphere, with an error "
    "below 1e-6, gives our number (tests/independent/stats/test_dose_finding_by_hand.py)"
)
KNOWN_DIFFERENCES = {
    ("mcp_biom_test", "adj_p_emax1"): _RANDOM,
    ("mcp_biom_test", "adj_p_emax2"): _RANDOM,
    ("mcp_ibs_test", "adj_p_emax"): _RANDOM,
}


def _numbers(values: Any) -> list[float]:
    return [float(value) for value in np.atleast_1d(values).tolist()]


def _models(models: Spec, spec: Spec) -> list[stats.DoseModel]:
    """Return the candidates of a spec: several guesses of one nonlinear parameter are several candidates."""
    offset, scale = (models.get(name, spec.get(name)) for name in ("off", "scal"))
    found = []
    for model, guesses in models.items():
        if model in {"off", "scal"}:
            continue
        if guesses in (True, None):
            rows: list[Any] = [()]
        elif model in {"emax", "exponential", "quadratic"}:
            rows = _numbers(guesses)
        else:
            rows = guesses if isinstance(guesses[0], list) else [guesses]
        found += [stats.dose_model(model, row, offset=offset, scale=scale) for row in rows]
    return found


def _trial(case: Case) -> dict[str, list[float]]:
    return {name: [float(value) for value in case.columns[name]] for name in ("dose", "resp")}


def _gender(case: Case) -> list[float]:
    return [float(value == "2") for value in case.columns["gender"]]


def _contrast(case: Case) -> Answer:
    spec = case.spec
    weights = None if spec.get("w") == "equal" else spec.get("w")
    found = stats.optimal_contrasts(_models(spec["models"], spec), spec["doses"], weights=weights)
    return {
        f"contrast_{name}[{place}]": value
        for name, row in zip(found.names, found.contrasts.tolist(), strict=True)
        for place, value in enumerate(row, 1)
    }


def _tested(result: stats.MultipleContrastTest, letter: str) -> Answer:
    answer: dict[str, float | None] = dict.fromkeys(("critical_value", "critVal"), result.critical_value)
    for name, statistic, p in zip(result.names, result.statistics, result.adjusted, strict=True):
        answer |= {f"{letter}_{name}": float(statistic), f"adj_p_{name}": float(p)}
    return answer


def _test(case: Case) -> Answer:
    trial = _trial(case)
    result = stats.multiple_contrast_test(
        _models(case.spec["models"], case.spec),
        dose=trial["dose"],
        response=trial["resp"],
        covariates=_gender(case) if case.spec.get("addCovars") == "gender" else None,
        alpha=case.spec["alpha"],
    )
    return _tested(result, "t")


def _logits(case: Case) -> stats.DoseEstimates:
    """Return the log odds of the counts of a spec, or of the data file."""
    spec = case.spec
    if "x" in spec:
        return stats.dose_logits(doses=spec["dose"], x=spec["x"], n=spec["n"])
    return stats.dose_logits(
        doses=[float(value) for value in case.columns["dose"]],
        x=[int(value) for value in case.columns["painfree"]],
        n=[int(value) for value in case.columns["ntrt"]],
    )


def _binary_test(case: Case) -> Answer:
    spec = case.spec
    logits = _logits(case)
    result = stats.multiple_contrast_test_general(
        _models(spec["models"], spec),
        doses=logits.doses,
        estimates=logits.estimates,
        covariance=logits.covariance,
        alpha=spec["alpha"],
    )
    return _tested(result, "z")


def _bounds(spec: Spec) -> list[list[float]] | None:
    """Return one pair a nonlinear parameter; a pair alone is for the models that have one."""
    given = spec.get("bounds")
    if given is None or spec["model"] in {"linear", "linlog", "quadratic"}:
        return None
    return [list(pair) for pair in np.reshape(given, (-1, 2)).tolist()]


def _fit(case: Case) -> stats.DoseResponseFit:
    spec = case.spec
    if "painfree" in case.columns:
        return _fit_of_logits(case)
    trial = _trial(case)
    return stats.fit_dose_response(
        spec["model"],
        dose=trial["dose"],
        response=trial["resp"],
        covariates=_gender(case) if spec.get("addCovars") == "gender" else None,
        bounds=_bounds(spec),
        offset=spec.get("off"),
        scale=spec.get("scal"),
    )


def _fitted(case: Case) -> Answer:
    fit = _fit(case)
    answer: dict[str, float | None] = dict(zip(fit.names, fit.coefficients.tolist(), strict=True))
    if fit.covariate_coefficients.size:
        answer["gender2"] = float(fit.covariate_coefficients[0])
    return answer | {"RSS": fit.rss, "AIC": fit.aic}


def _fit_of_logits(case: Case) -> stats.DoseResponseFit:
    spec, logits = case.spec, _logits(case)
    return stats.fit_dose_response_general(
        spec["model"],
        doses=logits.doses,
        estimates=logits.estimates,
        covariance=logits.covariance,
        bounds=_bounds(spec),
        offset=spec.get("off"),
        scale=spec.get("scal"),
    )


def _fitted_logits(case: Case) -> Answer:
    fit = _fit_of_logits(case)
    return dict(zip(fit.names, fit.coefficients.tolist(), strict=True)) | {"gAIC": fit.aic}


def _target(case: Case) -> Answer:
    return {"TD": stats.target_dose(_fit(case), case.spec["Delta"]).dose}


def _effects(case: Case) -> Answer:
    found = stats.dose_effects(_fit(case), case.spec["dose"])
    assert found.standard_errors is not None
    answer: dict[str, float | None] = {}
    for place, value in enumerate(found.effects.tolist(), 1):
        answer |= {
            f"effect[{place}]": value,
            f"effect_se[{place}]": float(found.standard_errors[place - 1]),
        }
    return answer


def _power(case: Case) -> Answer:
    spec = case.spec
    families = {name: spec[name] for name in ("emax", "sigEmax", "betaMod") if name in spec}
    found = stats.power_multiple_contrast_binary(
        _models(families, spec),
        spec["doses"],
        n=spec["n"],
        placebo_rate=spec["placEffu"],
        highest_rate=spec["placEffu"] + spec["maxEffu"],
        alpha=spec["alpha"],
    )
    return {f"power[{place}]": value for place, value in enumerate(found.power.tolist(), 1)}


#: Names of the shape parameters of a design case in the order of the package.
SHAPES = {
    "emax": ("ed50",),
    "sigEmax": ("ed50", "h"),
    "logistic": ("ed50", "delta"),
    "exponential": ("delta",),
    "betaMod": ("delta1", "delta2"),
    "quadratic": ("delta",),
    "linear": (),
    "linlog": (),
}


def _design(case: Case) -> Answer:
    spec = case.spec
    (family,) = set(spec) & set(SHAPES)
    given = spec[family]
    model = stats.dose_model(
        family,
        [given[name] for name in SHAPES[family]],
        scale=given.get("scal"),
        offset=given.get("off"),
    )
    found = stats.optimal_design([model], spec["doses"], maximum=given["maxEff"], target=spec["Delta"])
    return {f"weights[{place}]": value for place, value in enumerate(found.weights.tolist(), 1)}


METHODS: dict[str, Adapter] = {
    "optimal_contrast": _contrast,
    "mct_normal": _test,
    "mct_normal_ancova": _test,
    "mct_general_binary": _binary_test,
    "dose_response_fit": _fitted,
    "dose_response_fit_ancova": _fitted,
    "dose_response_fit_general": _fitted_logits,
    "target_dose": _target,
    "effect_curve": _effects,
    "mct_power_binary_logit": _power,
    "optimal_design_TD": _design,
}
