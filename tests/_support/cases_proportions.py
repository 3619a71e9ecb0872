"""How the reference cases of one and two proportions, not stratified, are put to the package."""

from __future__ import annotations

from collections.abc import Callable

from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats

MEASURES = {"RD": "risk difference", "RR": "risk ratio", "OR": "odds ratio"}

_UNIROOT = "fisher.test finds it to 1e-4 of its inverse only; see test_r_exact_proportions.py"
_PRINTED = "not a limit of this method: the p value there is far from 0.025; see test_r_exact_proportions.py"
#: Tables for which R's upper limit of the conditional odds ratio is off by more than its tolerance.
UNIROOT = ("t2_il2_sri4_w24", "t2_il2_ln_cr_w12", "t2_il2_ln_cr_w24", "t2_il2_isr")
#: Numbers of the references that are not what they are said to be: case, method and quantity to the reason.
KNOWN_DIFFERENCES = {(case, "fisher_conditional_or", "ci_upper"): f"R {_UNIROOT}" for case in UNIROOT} | {
    ("agresti_min", "uncond_exact_score_or_central", limit): f"Agresti and Min {_PRINTED}"
    for limit in ("ci[1]", "ci[2]")
}


def _counts(spec: Spec) -> dict[str, int]:
    return {name: spec[name] for name in ("x1", "n1", "x2", "n2")}


def _turned(spec: Spec) -> dict[str, int]:
    """Return the counts with the groups exchanged: StatXact, SAS and exact2x2 take second against first."""
    return {"x1": spec["x2"], "n1": spec["n2"], "x2": spec["x1"], "n2": spec["n1"]}


def _test(function: Callable[..., stats.HypothesisTest]) -> Adapter:
    return lambda case: {"p_value": function(**_counts(case.spec)).p_value}


def _one(function: Callable[..., stats.Estimate]) -> Adapter:
    def answer(case: Case) -> Answer:
        found = function(x=case.spec["x"], n=case.spec["n"], confidence_level=case.spec["conf_level"])
        return {"ci_lower": found.lower, "ci_upper": found.upper}

    return answer


def _two(function: Callable[..., stats.Estimate]) -> Adapter:
    def answer(case: Case) -> Answer:
        found = function(
            **_counts(case.spec),
            measure=MEASURES[case.spec["contrast"]],
            confidence_level=case.spec["conf_level"],
        )
        return {"ci_lower": found.lower, "ci_upper": found.upper}

    return answer


def _conditional(case: Case) -> Answer:
    found = stats.conditional_odds_ratio(**{name: [count] for name, count in _counts(case.spec).items()})
    return {"estimate": found.estimate, "ci_lower": found.lower, "ci_upper": found.upper}


def _unconditional(measure: str, statistic: str = "score", two_sided: str = "central") -> Adapter:
    def answer(case: Case) -> Answer:
        # cases of StatXact and SAS (ci[1], ci[2]) are second against first group
        turned = any(number.quantity.startswith("ci[") for number in case.numbers)
        counts = _turned(case.spec) if turned else _counts(case.spec)
        options = {"measure": measure, "statistic": statistic, "two_sided": two_sided}
        found = stats.exact_unconditional_interval(**counts, **options)
        p_value = stats.exact_unconditional_test(**counts, **options).p_value
        limits = {"ci_lower": found.lower, "ci_upper": found.upper}
        return {"p_value": p_value, "ci[1]": found.lower, "ci[2]": found.upper} | limits

    return answer


METHODS: dict[str, Adapter] = {
    "midp_exact": _one(stats.midp),
    "blaker": _one(stats.blaker),
    "blaker_2x2": _test(stats.fisher_blaker),
    "scas": _two(stats.skewness_corrected),
    "mover_jeffreys": _two(stats.mover_jeffreys),
    "fisher_conditional_or": _conditional,
    "uncond_exact_score_rd_central": _unconditional("risk difference"),
    "uncond_exact_score_rd_square": _unconditional("risk difference", two_sided="square"),
    "uncond_exact_score_rr_central": _unconditional("risk ratio"),
    "uncond_exact_score_or_central": _unconditional("odds ratio"),
    "exact_unconditional_rd_ci_score": _unconditional("risk difference"),
    "exact_unconditional_rd_ci_unstandardised": _unconditional("risk difference", "unstandardised"),
    "exact_unconditional_rr_ci_score": _unconditional("risk ratio"),
}
