"""Rules of the renal remission of He et al. 2020, on columns without missing values."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns
from lupustrial.instruments._tables import read_table, scale

DECIMALS = 4
_LIMITS: Mapping[str, str] = {row["name"]: row["value"] for row in read_table("he2020_renal")}


def limit(name: str) -> int:
    """Return a limit of the table in units of the last decimal."""
    return scale(_LIMITS[name], DECIMALS)


def percent(name: str) -> int:
    """Return a percentage of the table."""
    return int(_LIMITS[name])


def is_sediment_inactive(now: Columns, setting: str) -> Column:
    """Return where there are no casts and few cells per high-power field."""
    no_casts = now["casts"] == 0
    if setting == "rbc_below_5":
        return no_casts & (now["urine_rbc"] < limit("sediment_rbc_below"))
    cells = limit("sediment_cells_at_most")
    return no_casts & (now["urine_rbc"] <= cells) & (now["urine_wbc"] <= cells)


def complete_parts(now: Columns, base: Columns, settings: Mapping[str, str]) -> dict[str, Column]:
    """Return the four conditions of complete remission."""
    normal = now["creatinine"] <= now["creatinine_uln"]
    if settings["he2020_creatinine_normal"] == "within_range":
        normal = normal & (now["creatinine"] >= now["creatinine_lln"])
    return {
        "creatinine normal": normal,
        "creatinine stable": 100 * now["creatinine"]
        <= percent("creatinine_stable_percent") * base["creatinine"],
        "sediment inactive": is_sediment_inactive(now, settings["he2020_sediment"]),
        "protein normal": now["protein24"] < limit("protein_complete_below"),
    }


def is_complete(now: Columns, base: Columns, settings: Mapping[str, str]) -> Column:
    """Return where all four conditions of complete remission hold."""
    first, *others = complete_parts(now, base, settings).values()
    for part in others:
        first = first & part
    return first


def is_partial(now: Columns, base: Columns, settings: Mapping[str, str]) -> Column:
    """Return where the chosen definition of partial remission holds (complete remission or not)."""
    option = settings["he2020_partial"]
    halved = (base["protein24"] > 0) & (
        100 * now["protein24"] <= percent("protein_partial_percent") * base["protein24"]
    )
    below = limit("protein_partial_below_3" if option == "halved_below_3" else "protein_partial_below")
    stable = 100 * now["creatinine"] <= percent("creatinine_stable_percent") * base["creatinine"]
    if option == "halved_creatinine_25":
        risen = 100 * now["creatinine"] <= percent("creatinine_partial_percent") * base["creatinine"]
        stable = risen | (now["creatinine"] <= now["creatinine_uln"])
    return halved & (now["protein24"] < below) & stable
