"""BICLA: every A and B of baseline better, nowhere worse, SLEDAI not above baseline, PGA not worse [S10].

New A and new B are those of SRI. Without an A or B at baseline there is nothing that could improve: not
evaluable, or by a setting a non-responder. So a baseline grade that is not known cuts both ways, A or B
makes the participant evaluable and must improve, and the corners of its bounds do not tell what is
possible. `domain_outcomes` and `possible_verdicts` do: a domain is one of five things, whatever the others
are.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._columns import Column, Columns, any_of, count
from lupustrial.instruments._sri_rules import can_be_new_b

#: New B that are tolerated.
MOST_NEW_B = 1


def was_active(baseline: Column) -> Column:
    """Return where a domain was A or B at baseline; ranks 4 = A to 0 = E."""
    return baseline >= RANK["B"]


def can_be_not_improved(low: Column, high: Column, visit_high: Column) -> Column:
    """Return where a domain between the baseline bounds may have failed to improve: A to A, B to B or A."""
    was_a = (high == RANK["A"]) & (visit_high == RANK["A"])
    was_b = (low <= RANK["B"]) & (high >= RANK["B"]) & (visit_high >= RANK["B"])
    return was_a | was_b


def must_be_not_improved(low: Column, high: Column, visit_low: Column) -> Column:
    """Return where a domain failed to improve wherever it is between its bounds."""
    was_b = (high == RANK["B"]) & (visit_low >= RANK["B"])
    return was_active(low) & (was_b | (visit_low == RANK["A"]))


def domain_outcomes(base_low: Column, base_high: Column, low: Column, high: Column) -> dict[str, Column]:
    """Return what a domain may be, anywhere between its bounds (ranks) at baseline and at the visit.

    ``better``: was A or B and improved. ``worse``: was A or B and did not. ``new_a``, ``new_b``: was C, D or
    E and is A, or B. ``idle``: was C, D or E and is so. ``out``: was C, D or E.
    """
    out = ~was_active(base_low)
    was_a = (base_high == RANK["A"]) & (low < RANK["A"])
    was_b = (base_low <= RANK["B"]) & was_active(base_high) & (low < RANK["B"])
    return {
        "better": was_a | was_b,
        "worse": can_be_not_improved(base_low, base_high, high),
        "new_a": out & (high == RANK["A"]),
        "new_b": can_be_new_b(base_low, low, high),
        "idle": out & (low < RANK["B"]),
        "out": out,
    }


def possible_verdicts(outcomes: Mapping[str, Columns]) -> tuple[Column, Column, Column]:
    """Return where the grades can meet BICLA, can fail it, can make it not evaluable; at least one is true.

    Args:
        outcomes: By outcome as ``domain_outcomes`` returns it, where each domain may be it.

    Returns:
        Whether the grades alone can meet the index (A or B at baseline, all improved, no new A, at most one
        new B); whether they can fail it with an A or B at baseline; whether there may be no A or B at
        baseline.
    """
    better, idle, new_b = outcomes["better"], outcomes["idle"], outcomes["new_b"]
    surely_new_b = count(new_b[one] & ~better[one] & ~idle[one] for one in better)
    any_bad = any_of(~(new_b[one] | better[one] | idle[one]) for one in better)
    can_meet = ~any_bad & (surely_new_b <= MOST_NEW_B) & any_of(better.values())
    # It fails by a domain that did not improve, or by new grades beside one that did. Need they be other
    # domains? One that may be both was perhaps B and is perhaps B or A: it may not have improved, and fails.
    new = any_of(outcomes["new_a"].values()) | (count(new_b.values()) > MOST_NEW_B)
    can_fail = any_of(outcomes["worse"].values()) | (any_of(better.values()) & new)
    return can_meet, can_fail, ~any_of(~one for one in outcomes["out"].values())
