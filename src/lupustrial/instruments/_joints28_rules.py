"""Counts of 28 joints: tender, swollen, active (both), scaled where few joints are missing [S35][D]."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._tables import read_table

JOINTS = read_table("joints28")
NAMES: tuple[str, ...] = tuple(f"{row['side']}_{row['joint']}" for row in JOINTS)
ALL = len(NAMES)
COUNTS: tuple[str, ...] = ("tender", "swollen", "active")

_LIMITS: Mapping[str, int] = {row["name"]: int(row["value"]) for row in read_table("joints28_limits")}
#: Percent by which the count must fall for joint-50.
RESPONSE_PERCENT = _LIMITS["response_percent"]
#: Joints of a 68-joint count that are not among the 28.
OUTSIDE = _LIMITS["joints_most"] - ALL
_MOST_MISSING = _LIMITS["missing_percent_most"] * ALL // 100
#: Most active joints that are no arthritis in SLEDAI 1992 and SELENA-SLEDAI.
_NO_ARTHRITIS_MOST = next(int(row["threshold"]) for row in read_table("sledai_labs") if row["item"] == "ARTH")


def count_joints(found: Columns) -> dict[str, Column]:
    """Return how many joints are tender, swollen, and active.

    Args:
        found: ``tender_<joint>`` and ``swollen_<joint>`` as integers 1 (yes) or 0.
    """
    return {
        "tender": total(found[f"tender_{name}"] for name in NAMES),
        "swollen": total(found[f"swollen_{name}"] for name in NAMES),
        "active": total(found[f"tender_{name}"] * found[f"swollen_{name}"] for name in NAMES),
    }


def may_scale(missing: Column) -> Column:
    """Return where so few joints are missing that a count may be scaled to all joints."""
    return missing <= _MOST_MISSING


def is_arthritis_selena(active: Column) -> Column:
    """Return where active joints make SLEDAI arthritis in the 1992 and SELENA versions."""
    return active > _NO_ARTHRITIS_MOST


def is_arthritis_2k(active: Column, least: int) -> Column:
    """Return where active joints make arthritis in SLEDAI-2K; `least` is 2 or 3."""
    return active >= least
