"""CLASI: activity and damage of cutaneous lupus as sums of what the worst lesion of each area shows [S28].

Activity: redness and scale of 13 areas, mucosal lesion, hair loss, alopecia; 0 to 70. Damage: dyspigmentation
of 13 areas, doubled when it usually lasts 12 months or more, scarring of 12 areas and of the scalp; 0 to 56.
Whether mucosal dyspigmentation counts is uncertain [X?]: with it the printed maximum of 56 is exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, total, where
from lupustrial.instruments._tables import read_table

ITEMS = read_table("clasi_items")
VALUES: Mapping[str, tuple[int, ...]] = {
    row["code"]: tuple(int(value) for value in row["values"].split()) for row in ITEMS
}
ACTIVITY: tuple[str, ...] = tuple(row["code"] for row in ITEMS if row["part"] == "activity")
DAMAGE: tuple[str, ...] = tuple(row["code"] for row in ITEMS if row["part"] == "damage")
#: Whether dyspigmentation usually lasts 12 months or more.
LASTING = "dyspigmentation_12_months"
MUCOSAL = "mucosal_dyspigmentation"

_GROUP: Mapping[str, str] = {row["code"]: row["group"] for row in ITEMS}
_LIMITS: Mapping[str, int] = {row["name"]: int(row["value"]) for row in read_table("clasi_limits")}
#: Percent by which activity must fall for CLASI-50.
RESPONSE_PERCENT = _LIMITS["response_percent"]
BANDS: tuple[str, ...] = ("mild", "moderate", "severe")


def score_activity(items: Columns) -> Column:
    """Return the activity score, 0 to 70."""
    return total(items[code] for code in ACTIVITY)


def score_damage(items: Columns, mucosal: str) -> Column:
    """Return the damage score; `items` also has ``dyspigmentation_12_months`` as 1 or 0.

    `mucosal` is the option of ``clasi_mucosal_dyspigmentation``.
    """
    pigment = total(items[code] for code in DAMAGE if _GROUP[code] == "dyspigmentation")
    scars = total(items[code] for code in DAMAGE if _GROUP[code] == "scarring")
    if mucosal == "counted_and_doubled":
        pigment = pigment + items[MUCOSAL]
    doubled = where(items[LASTING] == 1, _LIMITS["dyspigmentation_doubled"] * pigment, pigment)
    damage = doubled + scars
    return damage + items[MUCOSAL] if mucosal == "counted" else damage


def severity(activity: Column) -> Column:
    """Return the band of an activity score as its place in ``BANDS``."""
    upper = where(activity >= _LIMITS["severe_from"], 2, 1)
    return where(activity >= _LIMITS["moderate_from"], upper, 0)
