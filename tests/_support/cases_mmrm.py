"""How the reference cases of mixed models for repeated measures are put to the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from reference_cases import Adapter, Answer, Case

from lupustrial import stats

Numbers = dict[str, float | None]

#: Subject and visit of the data files.
KEYS = {
    "fev_data.csv": ("USUBJID", "AVISIT"),
    "bcva_data.csv": ("USUBJID", "AVISIT"),
    "antidepressant_data.csv": ("PATIENT", "VISIT"),
}
NUMERIC = {"FEV1", "FEV1_BL", "WEIGHT", "VISITN", "VISITN2", "BCVA_BL", "BCVA_CHG", "BASVAL", "CHANGE"}
DEGREES = {
    "satterthwaite": "satterthwaite",
    "kenward-roger": "kenward_roger",
    "kr": "kenward_roger",
    "kr_linear": "kenward_roger",
    "kr linear": "kenward_roger",
    "between-within": "between_within",
    "residual": "residual",
}
SPREADS = {
    "empirical": "empirical",
    "empirical (hc0 sandwich)": "empirical",
    "empirical-jackknife": "empirical_jackknife",
    "empirical-bias-reduced": "empirical_bias_reduced",
}

_EARLY = "stops 5e-6 of -2 log L short of the optimum; see test_mmrm_reference_optimum.py"
#: Numbers of the references that are not of the optimum: case and quantity to the reason.
KNOWN_DIFFERENCES = {
    ("mmrm_fev_us_reml", "beta ARMCDTRT:AVISITVIS2"): f"R mmrm {_EARLY}",
    ("mmrm_fev_us_krlin", "beta ARMCDTRT:AVISITVIS2"): f"R mmrm {_EARLY}",
    ("mmrm_fev_us_empbr", "beta ARMCDTRT:AVISITVIS2"): f"R mmrm {_EARLY}",
    ("mmrm_fev_us_reml", "Sigma[3,4]"): f"R mmrm {_EARLY}",
    ("mmrm_sas_fev_us_type3", "F RACE"): f"SAS {_EARLY}",
}


def _columns(case: Case) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = dict(case.columns)
    for name in NUMERIC & set(columns):
        columns[name] = [None if value == "NA" else float(value) for value in columns[name]]
    return columns


def fit_case(case: Case) -> tuple[stats.Design, stats.MMRM]:
    """Return the design of a case and its fit."""
    spec, columns = case.spec, _columns(case)
    reference = spec.get("ref")
    if not isinstance(reference, Mapping):
        reference = {"SEX": "Male"} if "SEX" in spec["formula"] else None  # R's data has Male first
    design = stats.model_design(
        spec["formula"],
        columns,
        reference=reference,
        missing="drop",
    )
    kept: dict[str, Any] = {name: np.array(values)[design.rows] for name, values in columns.items()}
    subject, visit = KEYS[case.data]
    group, weights, places = spec.get("cov_group"), spec.get("weights"), spec.get("spatial_coords")
    covariance = spec["cov"]
    if covariance.startswith("sp_"):
        covariance = covariance.rstrip("2")
        places = np.column_stack([kept[name].astype(float) for name in places or ["VISITN", "VISITN2"]])
    fit = stats.fit_mmrm(
        design.y,
        design.matrix,
        kept[subject],
        kept[visit],
        covariance=covariance,
        group=None if group is None else kept[group],
        weights=None if weights is None else kept[weights].astype(float),
        method="reml" if spec.get("reml", True) else "ml",
        coordinates=places,
        names=design.names,
    )
    return design, fit


def _options(case: Case) -> dict[str, str]:
    spec = case.spec
    ddfm, vcov = spec.get("ddfm", "satterthwaite").lower(), spec.get("vcov", "default").lower()
    linear = ddfm != "kr" and vcov != "kenward-roger"
    return {
        "df": DEGREES[ddfm],
        "vcov": SPREADS.get(vcov, "model"),
        "parametrisation": "linear" if linear else "natural",
    }


def _coefficients(case: Case) -> Answer:
    _, fit = fit_case(case)
    answer: Numbers = {"minus2_loglik": fit.minus2_log_likelihood}
    for name, test in stats.test_coefficients(fit, **_options(case)).items():
        answer |= {f"beta {name}": test.estimate, f"se {name}": test.standard_error, f"df {name}": test.df}
        answer |= {
            f"df_satt_rounded {name}": test.df,
            f"lower {name}": test.lower,
            f"upper {name}": test.upper,
        }
    sigma = fit.covariances.get(None)
    if sigma is not None:
        for (i, j), value in np.ndenumerate(sigma):
            answer[f"Sigma[{i + 1},{j + 1}]"] = answer[f"Sigma {fit.visits[i]},{fit.visits[j]}"] = float(
                value
            )
    return answer


def _means(case: Case) -> Answer:
    design, fit = fit_case(case)
    rows = stats.lsmean_rows(design, ["ARMCD", "AVISIT"])
    answer: Numbers = {}
    for (arm, visit), row in zip(rows.labels, rows.matrix, strict=True):
        test = stats.test_contrast(fit, row, **_options(case))
        r_names = ("emmean", "SE", "df", "lower.CL", "upper.CL")
        sas_names = ("lsmean", "lsmean_se", "lsmean_df_rounded", "lsmean_lower", "lsmean_upper")
        numbers = (test.estimate, test.standard_error, test.df, test.lower, test.upper)
        for r_name, sas_name, number in zip(r_names, sas_names, numbers, strict=True):
            answer[f"{r_name} {arm} {visit}"] = answer[f"{sas_name} {arm}@{visit}"] = number
    return answer


def _joint(case: Case) -> Answer:
    design, fit = fit_case(case)
    rows = stats.hypothesis_rows(design, "ARMCD:AVISIT")
    test = stats.test_contrast(fit, rows, **_options(case))
    return {
        "num_df": test.numerator_df,
        "denom_df": test.df,
        "f_stat": test.statistic,
        "p_val": test.p_value,
    }


def _terms(case: Case) -> Answer:
    design, fit = fit_case(case)
    answer: Numbers = {}
    for term in design.terms:
        if term.variables:
            rows = stats.hypothesis_rows(design, term.name, kind=case.spec.get("type", "III"))
            test = stats.test_contrast(fit, rows, **_options(case))
            f = test.statistic if test.numerator_df > 1 else test.statistic**2
            for name in ("*".join(term.variables), "*".join(reversed(term.variables))):
                answer |= {f"F {name}": f, f"p {name}": test.p_value, f"dendf {name}": test.df}
                answer[f"numdf {name}"] = test.numerator_df
    return answer


def _intercept(case: Case) -> Answer:
    _, fit = fit_case(case)
    test = stats.test_contrast(fit, [1.0])
    answer: Numbers = {
        "minus2_loglik": fit.minus2_log_likelihood,
        "intercept": test.estimate,
        "intercept_se": test.standard_error,
        "intercept_df_satterthwaite_rounded": test.df,
    }
    group = case.spec.get("cov_group")
    for name, value in zip(fit.theta_names, fit.theta, strict=True):
        first, *label = name.split(" ")
        if group is None:
            answer[f"covparm {first}"] = float(value)
        else:
            sas = "Variance" if first == "Residual" else first
            answer[f"covparm {sas} {group} {label[0]}"] = float(value)
    return answer


METHODS: dict[str, Adapter] = {
    "mmrm_fit": _coefficients,
    "mmrm_full": _coefficients,
    "mmrm_coef_ci": _coefficients,
    "mmrm_kenward_roger": _coefficients,
    "mmrm_empirical_vcov": _coefficients,
    "mmrm_emmeans": _means,
    "mmrm_lsmeans": _means,
    "mmrm_joint_test": _joint,
    "mmrm_type3": _terms,
    "mmrm_anova_type23": _terms,
    "mmrm_intercept_only": _intercept,
}
