"""Classic BILAG: grades of the two domains whose items and rules are known well enough [S06].

Each item is scored 0 to 4 (2 same, 3 worse, 4 new; 1 improving). Unlike BILAG-2004 an A-item that improves
gives C. Values 2 to 4 and 1 each have their grade in the table.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._bilag_rules import ACTIVE, worst
from lupustrial.instruments._columns import Column, Columns
from lupustrial.instruments._tables import read_table

#: Items of the domains that can be derived, in form order.
ITEMS: tuple[dict[str, str], ...] = read_table("bilag_classic_items")

#: Domains whose grade can be derived from items.
DERIVED: tuple[str, ...] = tuple(dict.fromkeys(row["domain"] for row in ITEMS))

#: Codes of the items by domain.
CODES: Mapping[str, tuple[str, ...]] = {
    domain: tuple(row["code"] for row in ITEMS if row["domain"] == domain) for domain in DERIVED
}


def grade_classic(domain: str, values: Columns) -> Column:
    """Return the rank of present activity, 4 = A, 3 = B, 2 = C, 0 none, of a domain from its items."""
    flags: dict[str, list[Column]] = {"A": [], "B": [], "C": []}
    for row in ITEMS:
        if row["domain"] == domain:
            value = values[row["code"]]
            flags[row["grade_active"]].append(value >= ACTIVE)
            if row["grade_improving"]:
                flags[row["grade_improving"]].append(value >= 1)
    return worst(flags)


#: Lowest rank that is present activity.
LEAST_ACTIVE = RANK["C"]
