"""DORIS remission: 2021 [S14] and the four states of the 2017 framework [S15]. Rules on complete columns.

Every condition is monotone: more clinical SLEDAI, PGA, dose or serology, an immunosuppressant or biologic,
and a background that is not stable can only break it.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, where
from lupustrial.instruments._state_inputs import DECIMALS
from lupustrial.instruments._tables import read_table, scale

_LIMITS = {row["name"]: row["value"] for row in read_table("doris")}

#: Clinical SLEDAI of remission, in points; limits of PGA and dose, in units of the last decimal.
CLINICAL: int = int(_LIMITS["clinical_sledai"])
PGA_LIMIT: int = scale(_LIMITS["pga_limit"], DECIMALS)
DOSE_LIMIT: int = scale(_LIMITS["prednisolone_limit"], DECIMALS)
DOSE_OFF: int = scale(_LIMITS["prednisolone_off"], DECIMALS)

#: The states of the 2017 framework, by the number that ``state_2017`` returns.
STATES: tuple[str, ...] = ("none", "clinical_on", "complete_on", "clinical_off", "complete_off")


def is_within(value: Column, limit: int, operator: str) -> Column:
    """Return where the value is at most (``<=``) or below (``<``) the limit."""
    return value <= limit if operator == "<=" else value < limit


def is_background_allowed(facts: Columns, required: str) -> Column:
    """Return where the background treatment does not stand against remission by the 2021 definition.

    Args:
        facts: ``immunosuppressant_or_biologic`` and ``background_stable``, 1 or 0.
        required: What must be stable: ``all`` background treatment, an ``immunosuppressant_or_biologic``, or
            ``nothing``.
    """
    stable = facts["background_stable"] == 1
    if required == "all":
        return stable
    excused = facts["immunosuppressant_or_biologic"] == 0
    return stable | excused if required == "immunosuppressant_or_biologic" else stable | ~stable


def criteria_2021(facts: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return where each of the four conditions of DORIS 2021 holds.

    Args:
        facts: ``clinical_sledai`` (points), ``pga`` and ``prednisolone_mg`` (scaled),
            ``immunosuppressant_or_biologic`` and ``background_stable`` (1 or 0).
        settings: Resolved settings.
    """
    return {
        "clinical": facts["clinical_sledai"] == CLINICAL,
        "pga": is_within(facts["pga"], PGA_LIMIT, settings["doris_pga_operator"]),
        "dose": is_within(facts["prednisolone_mg"], DOSE_LIMIT, settings["doris_prednisolone_operator"]),
        "background": is_background_allowed(facts, settings["doris_stable_background"]),
    }


def criteria_2017(facts: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return where clinical SLEDAI, PGA, serology, off-therapy and on-therapy conditions hold.

    Args:
        facts: As ``criteria_2021``, with ``COMP`` and ``DNA`` (1 present, 0 absent).
        settings: Resolved settings.
    """
    untreated = facts["immunosuppressant_or_biologic"] == 0
    low = is_within(facts["prednisolone_mg"], DOSE_LIMIT, settings["doris_prednisolone_operator"])
    return {
        "clinical": facts["clinical_sledai"] == CLINICAL,
        "pga": is_within(facts["pga"], PGA_LIMIT, settings["doris_pga_operator"]),
        "serology": (facts["COMP"] == 0) & (facts["DNA"] == 0),
        "off_therapy": (facts["prednisolone_mg"] == DOSE_OFF) & untreated,
        "on_therapy": low & (untreated | (facts["background_stable"] == 1)),
    }


def state_2017(held: Columns) -> Column:
    """Return the number of the state in ``STATES``, from the flags of ``criteria_2017``.

    Who is off therapy meets the conditions of on therapy too; the stricter state is returned.
    """
    remission = held["clinical"] & held["pga"]
    off = where(held["serology"], 4, 3)
    on = where(held["serology"], 2, 1)
    treated = where(held["off_therapy"], off, where(held["on_therapy"], on, 0))
    return where(remission, treated, 0)
