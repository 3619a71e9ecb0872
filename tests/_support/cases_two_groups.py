"""How the reference cases of tests of two groups, ranks and means are put to the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats

MEASURES = {"RD": "risk difference", "RR": "risk ratio", "OR": "odds ratio"}


def _counts(spec: Spec) -> dict[str, int]:
    return {name: spec[name] for name in ("x1", "n1", "x2", "n2")}


def _test(function: Callable[..., stats.HypothesisTest], **options: Any) -> Adapter:
    def answer(case: Case) -> Answer:
        result = function(**_counts(case.spec), **options)
        return {"p_value": result.p_value, "statistic": result.statistic}

    return answer


def _limits(estimate: stats.Estimate) -> Answer:
    return {"ci_lower": estimate.lower, "ci_upper": estimate.upper}


def _one(function: Callable[..., stats.Estimate]) -> Adapter:
    return lambda case: _limits(
        function(x=case.spec["x"], n=case.spec["n"], confidence_level=case.spec["conf_level"])
    )


def _newcombe(case: Case) -> Answer:
    return _limits(stats.newcombe(**_counts(case.spec), confidence_level=case.spec["conf_level"]))


def _score(*, correction: bool) -> Adapter:
    return lambda case: _limits(
        stats.miettinen_nurminen(
            **_counts(case.spec),
            measure=MEASURES[case.spec["contrast"]],
            confidence_level=case.spec["conf_level"],
            variance_correction=correction,
        )
    )


def _t(variances: str) -> Adapter:
    def answer(case: Case) -> Answer:
        result = stats.t_test(case.spec["x"], case.spec["y"], variances=variances)
        return {"t": result.statistic, "df": result.df, "p_value": result.p_value} | {
            "ci_lower": result.lower,
            "ci_upper": result.upper,
        }

    return answer


def _paired(case: Case) -> Answer:
    result = stats.paired_t(case.spec["pre"], case.spec["post"])
    return {
        "t": result.statistic,
        "df": result.df,
        "p": result.p_value,
        "mean_diff_ci[1]": result.lower,
        "mean_diff_ci[2]": result.upper,
    }


def _ranks(**options: Any) -> Adapter:
    def answer(case: Case) -> Answer:
        result = stats.mann_whitney(case.spec["x"], case.spec["y"], **options)
        return {"U": result.statistic, "p_value": result.p_value}

    return answer


def _changes(spec: Spec) -> list[float]:
    return [round(after - before, 6) for before, after in zip(spec["pre"], spec["post"], strict=True)]


def _signed(**options: Any) -> Adapter:
    def answer(case: Case) -> Answer:
        result = stats.wilcoxon_signed_rank(_changes(case.spec), **options)
        return {"V": result.statistic, "p_value": result.p_value}

    return answer


def _shift(interval: str) -> Adapter:
    def answer(case: Case) -> Answer:
        result = stats.hodges_lehmann(case.spec["x"], case.spec["y"], interval=interval)
        return {"estimate_median_pairwise": result.estimate} | _limits(result)

    return answer


def _mcnemar(form: str) -> Adapter:
    return lambda case: {
        "p_value": stats.mcnemar(lost=case.spec["table"][1], gained=case.spec["table"][2], form=form).p_value
    }


METHODS: dict[str, Adapter] = {
    "pearson_chi2": _test(stats.pearson),
    "n_minus_1_chi2": _test(stats.n_minus_1),
    "yates_chi2": _test(stats.yates),
    "fisher_two_sided": _test(stats.fisher),
    "midp_central_2x2": _test(stats.fisher_midp, two_sided="doubled"),
    "boschloo_one_sided_greater": _test(stats.boschloo, alternative="greater"),
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
    "win_probability": lambda case: {
        "P(X>Y)+0.5P(X=Y)": stats.win_probability(case.spec["x"], case.spec["y"])
    },
    "wilcoxon_signed_rank_normal_cc1": _signed(),
    "wilcoxon_signed_rank_normal_cc0": _signed(continuity=False),
    "wilcoxon_signed_rank_exact_ties_dropzero": _signed(method="exact"),
    "hodges_lehmann": _shift("moses"),
    "hodges_lehmann_moses_ci": _shift("moses"),
    "hodges_lehmann_exact_ci": _shift("exact"),
    "hodges_lehmann_one_sample": lambda case: {
        "estimate": stats.hodges_lehmann_paired(_changes(case.spec)).estimate
    },
    "mcnemar_exact": _mcnemar("exact"),
    "mcnemar_nocc": _mcnemar("chi_square"),
    "mcnemar_cc": _mcnemar("chi_square_corrected"),
}
