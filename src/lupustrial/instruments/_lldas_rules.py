"""LLDAS: five criteria that all must hold [S11]. Rules on columns without missing values.

Every criterion is monotone: more descriptors now, fewer at the previous assessment, a higher total, PGA or
dose, and a yes to any question but ``criterion5_met`` and ``other_treatment_ok`` can only break it.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, any_of
from lupustrial.instruments._sledai import CODES
from lupustrial.instruments._state_inputs import DECIMALS
from lupustrial.instruments._tables import read_table, scale

_LIMITS = {row["name"]: row["value"] for row in read_table("lldas")}

#: Limits of criteria 1, 3 and 4: points, and units of the last decimal.
SLEDAI_LIMIT: int = int(_LIMITS["sledai_at_most"])
PGA_LIMIT: int = scale(_LIMITS["pga_at_most"], DECIMALS)
DOSE_LIMIT: int = scale(_LIMITS["prednisolone_at_most"], DECIMALS)

#: Descriptors of which none may be present, whatever the total.
MAJOR: tuple[str, ...] = tuple(row["code"] for row in read_table("lldas_major"))

#: Highest maintenance doses of criterion 5, in units of the last decimal.
CEILINGS: Mapping[str, int] = {
    row["code"]: scale(row["ceiling"], DECIMALS) for row in read_table("lldas_treatments")
}

#: The criteria, in the order of the definition.
CRITERIA: tuple[str, ...] = ("activity", "new", "pga", "dose", "treatment")


def has_major_activity(present: Columns) -> Column:
    """Return where a descriptor of a major organ system is present; 24 columns of 1 and 0."""
    return any_of(present[code] == 1 for code in MAJOR)


def has_new_activity(present: Columns, before: Columns) -> Column:
    """Return where a descriptor is present that was absent at the previous assessment."""
    return any_of((present[code] == 1) & (before[code] == 0) for code in CODES)


def are_doses_standard(doses: Columns) -> Column:
    """Return where criterion 5 holds by its dose ceilings.

    Args:
        doses: The six doses (scaled), ``investigational_drug`` and ``other_treatment_ok`` (1 or 0).
    """
    above = any_of(doses[code] > ceiling for code, ceiling in CEILINGS.items())
    return ~above & (doses["investigational_drug"] == 0) & (doses["other_treatment_ok"] == 1)


def criteria(facts: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return where each of the five criteria holds.

    Args:
        facts: ``sledai`` (points), ``major_organ_activity``, ``haemolytic_anaemia``, ``gi_activity``,
            ``new_activity``, ``criterion5_met`` (1 or 0), ``pga``, ``prednisolone_mg`` (scaled).
        settings: Resolved settings; ``lldas_criterion1`` is read.
    """
    low = (facts["sledai"] <= SLEDAI_LIMIT) & (facts["major_organ_activity"] == 0)
    if settings["lldas_criterion1"] == "full":
        low = low & (facts["haemolytic_anaemia"] == 0) & (facts["gi_activity"] == 0)
    return {
        "activity": low,
        "new": facts["new_activity"] == 0,
        "pga": facts["pga"] <= PGA_LIMIT,
        "dose": facts["prednisolone_mg"] <= DOSE_LIMIT,
        "treatment": facts["criterion5_met"] == 1,
    }
