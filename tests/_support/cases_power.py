"""How the reference cases of sample size and power are put to the package."""

from __future__ import annotations

from typing import Any

from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats


def _alternative(spec: Spec, effect: float) -> str:
    """Two-sided, or one-sided on the side of the effect."""
    return "two-sided" if spec.get("sided", 2) == 2 else "greater" if effect > 0 else "less"


def _exact(test: str) -> Adapter:
    def answer(case: Case) -> Answer:
        spec = case.spec
        options: dict[str, Any] = {name: spec[name] for name in ("n1", "n2", "alpha")}
        options |= {"test": test, "alternative": _alternative(spec, spec["p1"] - spec["p2"])}
        return {
            "power": stats.power_two_proportions(p1=spec["p1"], p2=spec["p2"], **options),
            "type1_at_p1": stats.power_two_proportions(p1=spec["p1"], p2=spec["p1"], **options),
            "type1_at_p2": stats.power_two_proportions(p1=spec["p2"], p2=spec["p2"], **options),
            "type1_max": stats.exact_level_two_proportions(**options).level,
        }

    return answer


def _groups(size: stats.SampleSize) -> Answer:
    return {
        "n_total_unrounded": size.n1_unrounded + size.n2_unrounded,
        "n_per_group_unrounded": size.n1_unrounded,
        "n1_unrounded": size.n1_unrounded,
        "n2_unrounded": size.n2_unrounded,
    }


def _rates(variance: str, *, first_per_second: bool = True) -> Adapter:
    """Put two rates; gsDesign gives the ratio as participants of the second group for each of the first."""

    def answer(case: Case) -> Answer:
        spec = case.spec
        ratio, margin = spec.get("ratio", 1), spec.get("delta0", 0.0)
        return _groups(
            stats.sample_size_two_proportions(
                p1=spec["p1"],
                p2=spec["p2"],
                power=spec["power"],
                alpha=spec["alpha"],
                ratio=ratio if first_per_second else 1 / ratio,
                alternative=_alternative(spec, spec["p1"] - spec["p2"] - margin),
                variance=variance,
                margin=margin,
            )
        )

    return answer


def _means(case: Case) -> Answer:
    spec = case.spec
    return _groups(
        stats.sample_size_two_means(
            difference=spec["delta"],
            sd=spec["sd"],
            power=spec["power"],
            alpha=spec["alpha"],
            ratio=spec.get("ratio", 1),
            alternative=_alternative(spec, spec["delta"]),
        )
    )


METHODS: dict[str, Adapter] = {
    "exact_power_pearson_chi2": _exact("pearson"),
    "exact_power_fisher": _exact("fisher"),
    "samplesize_rates_pooled_null": _rates("pooled"),
    "power_prop_test_R": _rates("pooled"),
    "nBinomial_farrington_manning": _rates("farrington_manning", first_per_second=False),
    "samplesize_two_sample_t_R": _means,
    "samplesize_means_t": _means,
}
