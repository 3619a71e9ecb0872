"""Every number that R, SAS, StatXact, rpact, ratesci and others gave for the methods built here.

The vectors lie in the shared reference folder, each with its own tolerance; no other tolerance is used.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lupustrial import stats

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "reference" / "statistics"
FILES = (
    "proportions_2x2.csv",
    "nonparametric_cmh_ancova_rubin.csv",
    "power_groupsequential_adaptive.csv",
)
MEASURES = {"RD": "risk difference", "RR": "risk ratio", "OR": "odds ratio"}
Spec = dict[str, Any]
Answer = dict[str, float | None]


def _counts(spec: Spec) -> dict[str, int]:
    return {name: spec[name] for name in ("x1", "n1", "x2", "n2")}


def _test(function: Callable[..., stats.HypothesisTest], **options: Any) -> Callable[[Spec], Answer]:
    def answer(spec: Spec) -> Answer:
        result = function(**_counts(spec), **options)
        return {"p_value": result.p_value, "statistic": result.statistic}

    return answer


def _limits(estimate: stats.Estimate) -> Answer:
    return {"ci_lower": estimate.lower, "ci_upper": estimate.upper}


def _one(function: Callable[..., stats.Estimate]) -> Callable[[Spec], Answer]:
    return lambda spec: _limits(function(x=spec["x"], n=spec["n"], confidence_level=spec["conf_level"]))


def _newcombe(spec: Spec) -> Answer:
    return _limits(stats.newcombe(**_counts(spec), confidence_level=spec["conf_level"]))


def _score(*, correction: bool) -> Callable[[Spec], Answer]:
    return lambda spec: _limits(
        stats.miettinen_nurminen(
            **_counts(spec),
            measure=MEASURES[spec["contrast"]],
            confidence_level=spec["conf_level"],
            variance_correction=correction,
        )
    )


def _t(variances: str) -> Callable[[Spec], Answer]:
    def answer(spec: Spec) -> Answer:
        result = stats.t_test(spec["x"], spec["y"], variances=variances)
        return {"t": result.statistic, "df": result.df, "p_value": result.p_value} | {
            "ci_lower": result.lower,
            "ci_upper": result.upper,
        }

    return answer


def _paired(spec: Spec) -> Answer:
    result = stats.paired_t(spec["pre"], spec["post"])
    return {
        "t": result.statistic,
        "df": result.df,
        "p": result.p_value,
        "mean_diff_ci[1]": result.lower,
        "mean_diff_ci[2]": result.upper,
    }


def _ranks(**options: Any) -> Callable[[Spec], Answer]:
    def answer(spec: Spec) -> Answer:
        result = stats.mann_whitney(spec["x"], spec["y"], **options)
        return {"U": result.statistic, "p_value": result.p_value}

    return answer


def _changes(spec: Spec) -> list[float]:
    return [round(after - before, 6) for before, after in zip(spec["pre"], spec["post"], strict=True)]


def _signed(**options: Any) -> Callable[[Spec], Answer]:
    def answer(spec: Spec) -> Answer:
        result = stats.wilcoxon_signed_rank(_changes(spec), **options)
        return {"V": result.statistic, "p_value": result.p_value}

    return answer


def _shift(interval: str) -> Callable[[Spec], Answer]:
    def answer(spec: Spec) -> Answer:
        result = stats.hodges_lehmann(spec["x"], spec["y"], interval=interval)
        return {"estimate_median_pairwise": result.estimate} | _limits(result)

    return answer


def _mcnemar(form: str) -> Callable[[Spec], Answer]:
    return lambda spec: {
        "p_value": stats.mcnemar(lost=spec["table"][1], gained=spec["table"][2], form=form).p_value
    }


def _power(test: str) -> Callable[[Spec], Answer]:
    def answer(spec: Spec) -> Answer:
        sizes = {"n1": spec["n1"], "n2": spec["n2"], "alpha": spec["alpha"], "test": test}
        return {
            "power": stats.power_two_proportions(p1=spec["p1"], p2=spec["p2"], **sizes),
            "type1_at_p2": stats.power_two_proportions(p1=spec["p2"], p2=spec["p2"], **sizes),
        }

    return answer


def _size(spec: Spec) -> Answer:
    options = {name: spec[name] for name in ("p1", "p2", "power", "alpha", "ratio")}
    size = stats.sample_size_two_proportions(**options)
    return {
        "n_total_unrounded": size.n1_unrounded + size.n2_unrounded,
        "n_per_group_unrounded": size.n1_unrounded,
    }


METHODS: dict[str, Callable[[Spec], Answer]] = {
    "pearson_chi2": _test(stats.pearson),
    "n_minus_1_chi2": _test(stats.n_minus_1),
    "yates_chi2": _test(stats.yates),
    "fisher_two_sided": _test(stats.fisher),
    "midp_central_2x2": _test(stats.fisher_midp, two_sided="doubled"),
    "boschloo_one_sided_greater": _test(stats.boschloo, alternative="greater"),
    "uncond_exact_score_rd_central": _test(stats.unconditional_score),
    "barnard_wald_pooled_two_sided": _test(stats.barnard),
    "barnard_wald_pooled_one_sided_p2_gt_p1": _test(stats.barnard, alternative="less"),
    "clopper_pearson": _one(stats.clopper_pearson),
    "wilson": _one(stats.wilson),
    "newcombe_hybrid_score": _newcombe,
    "miettinen_nurminen": _score(correction=True),
    "mee": _score(correction=False),
    "t_pooled": _t("pooled"),
    "t_welch": _t("welch"),
    "paired_t": _paired,
    "mann_whitney_normal_cc1": _ranks(),
    "mann_whitney_normal_cc0": _ranks(continuity=False),
    "mann_whitney_exact": _ranks(method="exact"),
    "mann_whitney_exact_permutation_ties": _ranks(method="exact"),
    "win_probability": lambda spec: {"P(X>Y)+0.5P(X=Y)": stats.win_probability(spec["x"], spec["y"])},
    "wilcoxon_signed_rank_normal_cc1": _signed(),
    "wilcoxon_signed_rank_normal_cc0": _signed(continuity=False),
    "wilcoxon_signed_rank_exact_ties_dropzero": _signed(method="exact"),
    "hodges_lehmann": _shift("moses"),
    "hodges_lehmann_moses_ci": _shift("moses"),
    "hodges_lehmann_exact_ci": _shift("exact"),
    "hodges_lehmann_one_sample": lambda spec: {
        "estimate": stats.hodges_lehmann_paired(_changes(spec)).estimate
    },
    "mcnemar_exact": _mcnemar("exact"),
    "mcnemar_nocc": _mcnemar("chi_square"),
    "mcnemar_cc": _mcnemar("chi_square_corrected"),
    "exact_power_pearson_chi2": _power("pearson"),
    "exact_power_fisher": _power("fisher"),
    "samplesize_rates_pooled_null": _size,
    "power_prop_test_R": _size,
}
# Intervals of the exact unconditional method are not built; only its p values are compared.
NOT_BUILT = {("uncond_exact_score_rd_central", name) for name in ("ci_lower", "ci_upper", "ci[1]", "ci[2]")}


def _vectors() -> list[dict[str, str]]:
    rows = []
    for name in FILES:
        if (FOLDER / name).exists():
            with (FOLDER / name).open(encoding="utf-8", newline="") as file:
                rows += list(csv.DictReader(file))
    return [
        row for row in rows if row["method"] in METHODS and (row["method"], row["quantity"]) not in NOT_BUILT
    ]


VECTORS = _vectors()


@pytest.mark.skipif(not VECTORS, reason=f"the shared reference vectors are absent: {FOLDER.name}")
def test_every_method_mapped_here_has_vectors_and_none_is_lost() -> None:
    assert {row["method"] for row in VECTORS} == set(METHODS)
    assert len(VECTORS) >= 260


@pytest.mark.parametrize(
    "row", VECTORS, ids=[f"{row['case_id']}-{row['method']}-{row['quantity']}" for row in VECTORS]
)
def test_reference_software_gives_the_same_number(row: dict[str, str]) -> None:
    answer = METHODS[row["method"]](json.loads(row["spec"]))[row["quantity"]]
    expected = float(row["expected"])
    assert answer is not None
    assert abs(answer - expected) <= float(row["atol"]) + float(row["rtol"]) * abs(expected)
