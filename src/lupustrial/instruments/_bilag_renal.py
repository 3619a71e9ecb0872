"""BILAG-2004, renal domain: six features of grade A, and what makes B and C.

Source: the renal algorithm of ``02-bilag2004`` in the reference [S51]; where the sheet and the legacy program
differ, a setting decides. Feature numbers are those of the reference.

A value that was not done arrives as the value that changes nothing (lower bound) or as the worst possible one
(upper bound); `measured` and `had` say what is known now and at the previous visit.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._bilag_items import RANK, renal_limit, renal_percent
from lupustrial.instruments._columns import Column, Columns, any_of, count, where

#: Quantitative methods; any that was measured may fire, and then the dipstick is not used.
QUANTITATIVE: tuple[str, ...] = ("REN_P24", "REN_PCR", "REN_ACR")

#: Methods that assess proteinuria by rule set; when one was done the others are not missing.
METHODS: Mapping[str, tuple[str, ...]] = {"2009": (*QUANTITATIVE, "REN_DIP"), "2005": ("REN_P24", "REN_DIP")}

#: Items compared with the previous visit.
COMPARED: tuple[str, ...] = (*QUANTITATIVE, "REN_DIP", "REN_SBP", "REN_DBP", "REN_CREAT", "REN_GFR")

#: Features A1 to A6, then those that give B, then those that give C.
SEVERE: tuple[str, ...] = (
    "severe proteinuria",
    "accelerated hypertension",
    "severe loss of function",
    "active sediment",
    "active nephritis in biopsy",
    "nephrotic syndrome",
)
DECISIVE: tuple[str, ...] = (SEVERE[0], SEVERE[3], SEVERE[4])
SEVERE_NEEDED = 2

#: Plus-levels of the dipstick by which it must rise, or which it must reach.
TWO_LEVELS = 2

MODERATE: tuple[str, ...] = ("moderate proteinuria", "moderate loss of function")
MILD: tuple[str, ...] = ("mild proteinuria", "raised blood pressure")


def renal_features(
    now: Columns, measured: Columns, before: Columns, had: Columns, settings: Mapping[str, str]
) -> dict[str, Column]:
    """Return which of the ten renal features are present.

    Args:
        now: The twelve renal items as scaled integers.
        measured: Per quantitative method, whether it was measured at this visit.
        before: Values of the previous visit of the `COMPARED` items; anything where `had` is false.
        had: Per compared item, whether the previous value is known.
        settings: Resolved settings of BILAG-2004.
    """
    rules = _proteinuria_2009 if settings["bilag_renal_rules"] == "2009" else _proteinuria_2005
    severe, moderate, mild = rules(now, measured, before, had, settings)
    loss, some_loss = _loss_of_function(now, before, had, settings)
    pressure = (
        (now["REN_SBP"] > renal_limit("sbp", "REN_SBP"))
        & (now["REN_DBP"] > renal_limit("dbp", "REN_DBP"))
        & had["REN_SBP"]
        & had["REN_DBP"]
        & (now["REN_SBP"] - before["REN_SBP"] >= renal_limit("sbp_rise", "REN_SBP"))
        & (now["REN_DBP"] - before["REN_DBP"] >= renal_limit("dbp_rise", "REN_DBP"))
    )
    return {
        "severe proteinuria": severe,
        "accelerated hypertension": now["REN_ACCHTN"] >= 1,
        "severe loss of function": loss,
        "active sediment": now["REN_SEDIMENT"] >= 1,
        "active nephritis in biopsy": now["REN_BIOPSY"] >= 1,
        "nephrotic syndrome": now["REN_NEPHROTIC"] >= 1,
        "moderate proteinuria": moderate & ~severe,
        "moderate loss of function": some_loss,
        "mild proteinuria": mild & ~severe & ~moderate,
        "raised blood pressure": pressure,
    }


def grade_renal(features: Columns) -> Column:
    """Return the rank of renal activity: A needs two severe features, one of them decisive."""
    severe = [features[name] for name in SEVERE]
    grade_a = (count(severe) >= SEVERE_NEEDED) & any_of(features[name] for name in DECISIVE)
    grade_b = any_of([*severe, *(features[name] for name in MODERATE)])
    grade_c = any_of(features[name] for name in MILD)
    return where(grade_a, RANK["A"], where(grade_b, RANK["B"], where(grade_c, RANK["C"], 0)))


def _proteinuria_2009(
    now: Columns, measured: Columns, before: Columns, had: Columns, settings: Mapping[str, str]
) -> tuple[Column, Column, Column]:
    """Proteinuria A1, B2, C1 of the 2009 form."""
    by_dipstick = ~any_of(measured[code] for code in QUANTITATIVE)
    dip, rise = now["REN_DIP"], now["REN_DIP"] - before["REN_DIP"]
    known = had["REN_DIP"]
    severe = by_dipstick & known & (rise >= TWO_LEVELS)
    if settings["renal_first_visit"] == "legacy":
        severe = severe | (by_dipstick & ~known & (dip >= TWO_LEVELS))
    moderate = by_dipstick & known & (rise >= 1) & (dip >= TWO_LEVELS)
    mild = by_dipstick & (dip >= 1)
    for code in QUANTITATIVE:
        value, kind = now[code], "p24" if code == "REN_P24" else "ratio"
        lasting = _not_improved(code, now, before, had, settings)
        severe = severe | ((value > renal_limit(f"{kind}_severe", code)) & lasting)
        moderate = moderate | ((value >= renal_limit(f"{kind}_moderate", code)) & lasting)
        some = value > renal_limit(f"{kind}_mild", code)
        if settings["renal_c_requires_not_falling"] == "yes" and code != "REN_ACR":
            some = some & (~had[code] | (value >= before[code]))
        mild = mild | some
    return severe, moderate, mild


def _not_improved(
    code: str, now: Columns, before: Columns, had: Columns, settings: Mapping[str, str]
) -> Column:
    """Fell by less than a quarter, or no previous value [S51]."""
    share, previous = 100 * now[code], renal_percent("improved_percent") * before[code]
    strict = settings["renal_fall25_inclusive"] == "yes" or code == "REN_ACR"
    return ~had[code] | (share > previous if strict else share >= previous)


def _proteinuria_2005(
    now: Columns,
    measured: Columns,  # noqa: ARG001  # same signature as the 2009 rule
    before: Columns,
    had: Columns,
    settings: Mapping[str, str],  # noqa: ARG001  # idem
) -> tuple[Column, Column, Column]:
    """Proteinuria of the 2005-style text [S05][S06]: dipstick and 24-h protein, either may fire."""
    dip, rise, protein = now["REN_DIP"], now["REN_DIP"] - before["REN_DIP"], now["REN_P24"]
    last, known = before["REN_P24"], had["REN_P24"]
    above = protein > renal_limit("p24_severe", "REN_P24")
    from_low = last < renal_limit("p24_2005_low", "REN_P24")
    doubled = (last > renal_limit("p24_severe", "REN_P24")) & (
        100 * protein >= renal_percent("p24_2005_severe_percent") * last
    )
    severe = (had["REN_DIP"] & (rise >= TWO_LEVELS)) | (above & (~known | from_low | doubled))
    risen = known & (100 * protein >= renal_percent("p24_2005_moderate_percent") * last)
    moderate = (had["REN_DIP"] & (rise >= 1) & (dip >= TWO_LEVELS)) | (above & risen)
    return severe, moderate, (dip >= 1) | (protein > renal_limit("p24_mild", "REN_P24"))


def _loss_of_function(
    now: Columns, before: Columns, had: Columns, settings: Mapping[str, str]
) -> tuple[Column, Column]:
    """Severe (A3) and moderate (B3) loss of renal function."""
    creatinine, high = 100 * now["REN_CREAT"], now["REN_CREAT"] > renal_limit("creatinine", "REN_CREAT")
    limit = renal_percent("creatinine_severe_percent") * before["REN_CREAT"]
    beyond = creatinine >= limit if settings["renal_creat130_inclusive"] == "yes" else creatinine > limit
    risen = creatinine >= renal_percent("creatinine_moderate_percent") * before["REN_CREAT"]
    known = had["REN_CREAT"]
    gfr, last, gfr_known = now["REN_GFR"], before["REN_GFR"], had["REN_GFR"]
    low = gfr < renal_limit("gfr_fall", "REN_GFR")
    fallen = low & gfr_known & (100 * gfr < renal_percent("gfr_fall_percent") * last)
    newly_low = (gfr < renal_limit("gfr_low", "REN_GFR")) & (
        ~gfr_known | (last > renal_limit("gfr_low", "REN_GFR"))
    )
    severe = (high & known & beyond) | fallen | newly_low
    if settings["renal_first_visit"] == "legacy":
        severe = severe | (high & ~known) | (low & ~gfr_known)
    return severe, high & known & risen & ~beyond
