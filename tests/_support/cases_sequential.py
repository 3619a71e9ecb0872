"""How the reference cases of group sequential and adaptive trials are put to the package."""

from __future__ import annotations

from typing import Any

from reference_cases import Adapter, Answer, Case, Spec

from lupustrial import stats

#: rpact's names of kinds without a spending function, and with one.
KINDS = {"OF": "obrien_fleming", "P": "pocock", "WT": "wang_tsiatis", "HP": "haybittle_peto"}
FAMILIES = {
    "asOF": "lan_demets_obrien_fleming",
    "asP": "lan_demets_pocock",
    "asKD": "kim_demets",
    "asHSD": "hwang_shih_decani",
}
#: gsDesign's names of spending functions.
SPENDING = {
    "LDOF": "lan_demets_obrien_fleming",
    "LDPocock": "lan_demets_pocock",
    "HSD": "hwang_shih_decani",
    "Power": "kim_demets",
    "KD": "kim_demets",
}
#: Designs of the adaptive cases; three stages at equal steps.
ADAPTIVE = {
    "invnorm_of": {"typeOfDesign": "OF"},
    "invnorm_p": {"typeOfDesign": "P"},
    "invnorm_pocock": {"typeOfDesign": "P"},
    "invnorm_asof": {"typeOfDesign": "asOF"},
    "invnorm_asp": {"typeOfDesign": "asP"},
}


def _design(spec: Spec) -> stats.GroupSequentialDesign:
    options: dict[str, Any] = {
        "stages": spec.get("kMax"),
        "information": spec.get("informationRates"),
        "alpha": spec["alpha"],
        "sided": "two-sided" if spec.get("sided") == 2 else "one-sided",
        "futility": spec.get("futilityBounds"),
        "binding": bool(spec.get("bindingFutility", False)),
    }
    name = spec["typeOfDesign"]
    if name == "asUser":
        return stats.group_sequential_design(**options, kind="user_spending", spent=spec["userAlphaSpending"])
    if name in FAMILIES:
        return stats.group_sequential_design(
            **options, kind="spending", spending=FAMILIES[name], parameter=spec.get("gammaA")
        )
    parameter = spec.get("deltaWT", spec.get("constantBoundsHP"))
    return stats.group_sequential_design(**options, kind=KINDS[name], parameter=parameter)


def _numbered(**lists: Any) -> Answer:
    return {f"{name}[{i}]": value for name, values in lists.items() for i, value in enumerate(values, 1)}


def _boundaries(case: Case) -> Answer:
    design = _design(case.spec)
    return {"final_critical_z": design.critical[-1]} | dict(
        _numbered(
            critical_z=design.critical, stage_level_one_sided=design.stage_levels, alpha_spent=design.spent
        )
    )


def _characteristics(case: Case) -> Answer:
    found = stats.design_characteristics(_design(case.spec), power=1 - case.spec.get("beta", 0.2))
    return {
        "inflation_factor": found.inflation,
        "asn_ratio_H0": found.expected_null,
        "asn_ratio_H1": found.expected_alternative,
        "max_n_percent_of_fixed": 100 * found.inflation,
        "asn_H0_percent_of_fixed": 100 * found.expected_null,
        "asn_H1_percent_of_fixed": 100 * found.expected_alternative,
    }


def _beta_spending(case: Case) -> Answer:
    spec = case.spec
    upper, lower = SPENDING[spec["sfu"]], SPENDING[spec["sfl"]]
    design = stats.beta_spending_design(
        information=spec["timing"],
        alpha=spec["alpha"],
        beta=spec["beta"],
        spending=upper,
        parameter=spec.get("sfupar"),
        beta_spending=lower,
        beta_parameter=spec.get("sflpar"),
        binding=spec["test_type"] == 3,
    )
    found = stats.design_characteristics(design, power=1 - spec["beta"])
    return _numbered(
        upper=design.critical,
        lower=(*design.futility, design.critical[-1]),
        n_over_nfix=[time * found.inflation for time in design.information],
        expected_n_theta0_theta1=(found.expected_null, found.expected_alternative),
    )


def _spending(case: Case) -> Answer:
    spec = case.spec
    family = SPENDING[spec["family"]]
    parameter = spec["param"] if family in {"hwang_shih_decani", "kim_demets"} else None
    return _numbered(
        spend=stats.error_spent(spec["t"], level=spec["alpha"], spending=family, parameter=parameter)
    )


def _power(case: Case) -> Answer:
    design = _design(case.spec["design"])
    found = [
        stats.power_sequential_rates(design, p1=p1, p2=case.spec["pi2"], n=case.spec["max_n"])
        for p1 in case.spec["pi1.1"]
    ]
    return _numbered(overall_reject=[f.power for f in found], expected_n=[f.expected_n for f in found])


def _adaptive(name: str, stages: int, alpha: float) -> stats.GroupSequentialDesign | stats.FisherDesign:
    if name.startswith("fisher"):
        method = "full_alpha" if "full" in name.lower() else "equal_alpha"
        return stats.fisher_design(stages=stages, alpha=alpha, method=method)
    return _design({"kMax": stages, "alpha": alpha} | ADAPTIVE[name])


def _combination(case: Case) -> Answer:
    spec = case.spec
    found = stats.combination_test_rates(
        _adaptive(spec["design"], spec["kMax"], spec["alpha"]),
        x1=spec["events1"],
        n1=spec["n1"],
        x2=spec["events2"],
        n2=spec["n2"],
    )
    return _numbered(
        critical=found.critical,
        stage_p_value=found.stage_p_values,
        combined_z=found.combined,
        combined_fisher=found.combined,
        repeated_p=found.repeated_p_values,
        rci_lower=found.lower,
        rci_upper=found.upper,
    )


def _conditional(case: Case) -> Answer:
    spec = case.spec
    stages = 1 + len(spec["nPlanned"])
    chances = stats.conditional_power_rates(
        _adaptive(spec["design"], stages, spec.get("alpha", 0.025)),
        x1=[spec["events1"]],
        n1=[spec["n1"]],
        x2=[spec["events2"]],
        n2=[spec["n2"]],
        planned=spec["nPlanned"],
        p1=spec["pi1"],
        p2=spec["pi2"],
        ratio=spec.get("allocationRatioPlanned", 1.0),
    )
    return {f"conditional_power_stage{k}": chance for k, chance in enumerate(chances, 2)}


KNOWN_DIFFERENCES = {
    ("adapt_cp_fisher_equalalpha", "conditional_power_stage3"): (
        "rpact simulates Fisher's product 1,000 times, with a standard error of 0.014; ours is integrated"
    )
}

METHODS: dict[str, Adapter] = {
    "group_sequential_boundaries": _boundaries,
    "group_sequential_characteristics": _characteristics,
    "jennison_turnbull_table": _characteristics,
    "gsDesign_nonbinding": _beta_spending,
    "spending_function": _spending,
    "repeated_testing_type1": lambda case: {
        "type1_error": stats.repeated_testing_error(z=case.spec["z"], stages=case.spec["k"])
    },
    "gs_power_rates": _power,
    "adaptive_combination_rates": _combination,
    "conditional_power_rates": _conditional,
}
