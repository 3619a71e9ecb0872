"""Renal response: the conditions of a definition, each on columns without missing values.

Every condition is monotone: less protein now, more at baseline, a higher eGFR, a lower eGFR to compare with,
and so on can only help. (One limit is the exception: a partial response that ends where the complete one
begins.) Fractions of a percentage are compared by cross-multiplication, so nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, where
from lupustrial.instruments._he2020_rules import is_sediment_inactive
from lupustrial.instruments._ln_table import DECIMALS, Definition
from lupustrial.instruments._tables import read_table, scale

_STEROIDS: Mapping[str, int] = {row["name"]: int(row["value"]) for row in read_table("ln_steroids")}


def has_fallen(percent: int, baseline: Column, visit: Column) -> Column:
    """Return where protein fell by at least `percent` of a baseline above 0."""
    return (baseline > 0) & (100 * (baseline - visit) >= percent * baseline)


def protein_holds(one: Definition, now: Columns, settings: Mapping[str, str]) -> Column:
    """Return where protein is within the limit and has fallen as the definition asks."""
    protein, base = now["protein"], now["protein_base"]
    holds = protein >= 0
    if one.limit:
        limit: Column = one.protein("limit", settings)
        if one.high_baseline:
            high = base > one.protein("high_baseline", settings)
            limit = where(high, one.protein("high_limit", settings), limit)
        holds = protein <= limit if one.operator == "<=" else protein < limit
    if one.fall_percent:
        holds = holds & has_fallen(one.percent("fall_percent", settings), base, protein)
    if one.not_below:
        holds = holds & (protein >= one.protein("not_below", settings))
    return holds


def egfr_holds(one: Definition, now: Columns, settings: Mapping[str, str]) -> Column:
    """Return where the filtration rate is as the definition asks; it must ask something."""
    rate, reference = now["egfr"], now["egfr_reference"]
    share = 100 - one.percent("egfr_fall", settings)
    if one.kidney == "near_normal":
        normal = one.egfr(settings)
        near = 100 * rate >= share * normal
        if settings["eular_near_normal"] == "if_previously_abnormal":
            near = near & (reference < normal)
        return near | (rate >= normal)
    kept = 100 * rate >= share * reference
    if one.confirmable and settings["egfr_fall_confirmed"] == "yes":
        kept = kept | (100 * now["egfr_before"] >= share * reference)
    return kept if one.kidney == "fall" else kept | (rate >= one.egfr(settings))


def creatinine_holds(one: Definition, now: Columns, settings: Mapping[str, str]) -> Column:
    """Return where creatinine is at most its upper limit, or has not risen too far; it must be asked."""
    normal = now["creatinine"] <= now["creatinine_uln"]
    if one.creatinine == "normal":
        return normal
    most = 100 + one.percent("creatinine_rise", settings)
    return normal | (100 * now["creatinine"] <= most * now["creatinine_base"])


def treatment_holds(one: Definition, now: Columns, settings: Mapping[str, str]) -> Column:
    """Return where there is no treatment failure and the glucocorticoid rule is kept."""
    holds = now["failed"] == 0
    if settings["ln_treatment_failure"] == "where_stated" and one.failure_stated == "no":
        holds = now["failed"] >= 0
    if one.steroid == "from_week_24":
        holds = holds & (now["over_10_from_week_24"] == 0)
    if one.steroid == "weeks_44_52":
        run = now["over_10_run"] < _STEROIDS["consecutive_days"]
        holds = holds & run & (now["over_10_days"] < _STEROIDS["days"])
    return holds


def response_parts(one: Definition, now: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return the conditions that the definition has, by name: protein, kidney, albumin, sediment, treatment.

    Args:
        one: The definition.
        now: ``protein`` and ``protein_base`` in millionths of a mg/mmol; ``egfr``, ``egfr_reference`` and
            ``egfr_before`` (the visit before); ``creatinine``, ``creatinine_uln``, ``creatinine_base``,
            ``albumin``; ``urine_rbc``, ``urine_wbc``, ``casts``; ``failed``, ``over_10_from_week_24``
            (1 or 0); ``over_10_run`` and ``over_10_days`` (days above 10 mg of prednisone).
        settings: The settings in force.
    """
    parts = {"protein": protein_holds(one, now, settings)}
    if one.kidney:
        parts["kidney"] = egfr_holds(one, now, settings)
    if one.creatinine:
        parts["kidney"] = creatinine_holds(one, now, settings)
    if one.albumin:
        parts["albumin"] = now["albumin"] >= scale(one.albumin, DECIMALS)
    if one.sediment:
        parts["sediment"] = is_sediment_inactive(now, settings["ln_sediment"])
    parts["treatment"] = treatment_holds(one, now, settings)
    return parts


def is_response(one: Definition, now: Columns, settings: Mapping[str, str]) -> Column:
    """Return where every condition of the definition holds."""
    first, *others = response_parts(one, now, settings).values()
    for part in others:
        first = first & part
    return first
