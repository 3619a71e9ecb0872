"""SELENA-SLEDAI flare index: criteria of a mild or moderate and of a severe flare [S19][S19b][S27].

Each rule compares a visit (`now`) with the previous visit (`before`). Numbers other than SLEDAI are integers
of the fourth decimal.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, any_of, number, where
from lupustrial.instruments._tables import read_table, scale

#: The criteria by code, in the order in which they are told: severe first.
CRITERIA: Mapping[str, Mapping[str, str]] = {row["code"]: row for row in read_table("sfi_criteria")}

_SEVERE = {code for code, row in CRITERIA.items() if row["level"] == "severe"}

#: Single manifestations by level, from which the two clinical answers can be derived.
CLINICAL: tuple[dict[str, str], ...] = read_table("sfi_clinical")

#: Decimals of the scaled numbers.
DECIMALS = 4

#: States by rank.
STATES: tuple[str, ...] = ("none", "mild_moderate", "severe")

_LIMITS: Mapping[str, str] = {row["name"]: row["value"] for row in read_table("sfi_limits")}

#: Rises that count for a mild or moderate flare: points of SLEDAI, scaled PGA.
SLEDAI_RISE = scale(_LIMITS["sledai_rise"], 0)
PGA_RISE = scale(_LIMITS["pga_rise"], DECIMALS)


def _above_dose_per_kg(now: Columns) -> Column:
    """Return where prednisone is above 0.5 mg/kg/day; dose and weight have the same scale."""
    return 10 * now["prednisone"] > scale(_LIMITS["dose_per_kg_above"], 1) * now["weight_kg"]


def _sledai(now: Columns, before: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    rise = now["sledai"] - before["sledai"]
    risen, above = rise >= SLEDAI_RISE, now["sledai"] > scale(_LIMITS["sledai_above"], 0)
    return {
        "sledai_risen": risen,
        "sledai_mild": risen & ~above,
        "sledai_severe": above & (rise >= int(settings["sfi_sledai12_min_rise"])),
    }


def _pga(now: Columns, before: Columns) -> dict[str, Column]:
    above = now["pga"] > scale(_LIMITS["pga_above"], DECIMALS)
    return {
        "pga_mild": (now["pga"] - before["pga"] >= PGA_RISE) & ~above,
        "pga_severe": above & (now["pga"] > before["pga"]),
    }


def _prednisone(now: Columns, before: Columns) -> dict[str, Column]:
    raised = (now["prednisone"] > before["prednisone"]) & (now["not_due_to_lupus_prednisone"] == 0)
    above = _above_dose_per_kg(now)
    return {"prednisone_mild": raised & ~above, "prednisone_severe": raised & above}


def criteria(now: Columns, before: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return which criteria are met, by the codes of ``CRITERIA``, and where SLEDAI rose by 3 or more."""
    drugs = now["new_cyc_aza_mtx"] == 1
    if settings["sfi_mycophenolate"] == "yes":
        drugs = drugs | (now["new_mycophenolate"] == 1)
    return {
        **_sledai(now, before, settings),
        **_pga(now, before),
        "clinical_mild": now["mild_clinical_item"] == 1,
        "clinical_severe": now["severe_clinical_item_with_action"] == 1,
        **_prednisone(now, before),
        "drugs_mild": now["added_nsaid_or_hcq"] == 1,
        "drugs_severe": drugs,
        "hospital_severe": now["hospital_for_lupus"] == 1,
    }


def state_rank(met: Columns, settings: Mapping[str, str], *, medication: bool) -> Column:
    """Return 0 none, 1 mild or moderate, 2 severe.

    Args:
        met: What ``criteria`` returns.
        settings: With ``sfi_modified`` yes, SLEDAI above 12 is no severe criterion: it counts as a rise.
        medication: Whether the criteria of medication count.
    """
    counted = [code for code, row in CRITERIA.items() if medication or row["medication"] == "N"]
    if settings["sfi_modified"] == "yes":
        counted.remove("sledai_severe")
    severe = any_of(met[code] for code in counted if code in _SEVERE)
    mild = any_of(met[code] for code in (*counted, "sledai_risen") if code not in _SEVERE)
    return where(severe, 2, number(mild))


def derived_mild(now: Columns) -> Column:
    """Return where one of the mild manifestations is new or worse."""
    return any_of(now[row["code"]] == 1 for row in CLINICAL if row["level"] == "mild")


def derived_severe(now: Columns, before: Columns) -> Column:
    """Return where one of the severe manifestations is new or worse, whatever was done about it."""
    fall = before["haemoglobin"] - now["haemoglobin"]
    anaemia = (now["haemoglobin"] < scale(_LIMITS["haemoglobin_below"], DECIMALS)) | (
        fall > scale(_LIMITS["haemoglobin_fall_above"], DECIMALS)
    )
    few = now["platelets"] < scale(_LIMITS["platelets_below"], DECIMALS)
    return any_of(
        [
            *(now[row["code"]] == 1 for row in CLINICAL if row["level"] == "severe"),
            few & (now["platelets"] < before["platelets"]),
            (now["haemolytic_anaemia"] == 1) & anaemia,
        ]
    )


def derived_action(now: Columns, before: Columns) -> Column:
    """Return where prednisone for lupus was at least doubled or is above 0.5 mg/kg/day, or on admission."""
    dose, earlier = now["prednisone"], before["prednisone"]
    doubled = (dose > earlier) & (dose >= int(_LIMITS["dose_doubled"]) * earlier)
    treated = (doubled | _above_dose_per_kg(now)) & (now["not_due_to_lupus_prednisone"] == 0)
    return treated | (now["hospital_for_lupus"] == 1)
