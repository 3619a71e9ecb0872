"""How the reference cases of Rubin's rules and of rbmi's conditional means are put to the package."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from reference_cases import Adapter, Answer, Case, Spec

from lupustrial.stats import imputation

VISITS = ("4", "5", "6", "7")
STRATEGIES = {"JR": "J2R"}


def _rubin(case: Case) -> Answer:
    spec = case.spec
    pooled = imputation.pool_rubin(spec["est"], spec["se"], df_complete=float(spec["dfcom"]))
    return {
        "estimate": pooled.estimate,
        "se": pooled.standard_error,
        "df": pooled.df,
        "t": pooled.statistic,
        "p_value": pooled.p_value,
        "ci_lower": pooled.lower,
        "ci_upper": pooled.upper,
        "fmi": pooled.fmi,
        "lambda": pooled.lambda_,
        "riv": pooled.riv,
    }


def wide(columns: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Return the antidepressant data with a row a participant: change, arm, baseline."""
    people = sorted(set(columns["PATIENT"]))
    change = np.full((len(people), len(VISITS)), math.nan)
    baseline = np.full(len(people), math.nan)
    arm = np.full(len(people), "", dtype=object)
    for who, visit, therapy, base, value in zip(
        *(columns[name] for name in ("PATIENT", "VISIT", "THERAPY", "BASVAL", "CHANGE")), strict=True
    ):
        row = people.index(who)
        change[row, VISITS.index(visit)] = float(value)
        baseline[row] = float(base)
        arm[row] = therapy
    return {"change": change, "baseline": baseline, "arm": arm}


@lru_cache(maxsize=8)
def _means(case: Case) -> tuple[imputation.ConditionalMeans, imputation.Analysis]:
    data = wide(case.columns)
    strategy = case.spec["strategy"]
    longitudinal = imputation.longitudinal_data(
        data["change"],
        data["arm"].tolist(),
        covariates=data["baseline"],
        strategy=STRATEGIES.get(strategy, strategy),
        reference=case.spec["reference"],
    )
    analysis = imputation.ancova_by_visit(
        data["arm"].tolist(), reference="DRUG", covariates=data["baseline"], visits=VISITS
    )
    return imputation.impute_conditional_mean(longitudinal), analysis


def _delta(spec: Spec, data: imputation.LongitudinalData) -> Any:
    return imputation.delta_adjustment(data, {"DRUG": spec.get("delta_drug_missing", 0)})


def _conditional_mean(case: Case) -> Answer:
    means, analysis = _means(case)
    found = imputation.analyse_conditional_mean(means, analysis, delta=_delta(case.spec, means.data))
    # rbmi's treatment effect is the second minus the first factor level, so its "ref" is DRUG
    names = {"trt": "difference PLACEBO - DRUG", "lsm_ref": "mean DRUG", "lsm_alt": "mean PLACEBO"}
    answer: dict[str, float] = {}
    for visit in VISITS:
        for theirs, ours in names.items():
            result = found[f"{ours}, visit {visit}"]
            numbers = {
                "est": result.estimate,
                "se": result.standard_error,
                "lci": result.lower,
                "uci": result.upper,
                "pval": result.p_value,
            }
            answer |= {f"{number} {theirs}_{visit}": value for number, value in numbers.items()}
    return answer


METHODS: dict[str, Adapter] = {
    "rubin_barnard_rubin": _rubin,
    "rbmi_conditional_mean_jackknife": _conditional_mean,
    "rbmi_conditional_mean_jackknife_delta": _conditional_mean,
}
