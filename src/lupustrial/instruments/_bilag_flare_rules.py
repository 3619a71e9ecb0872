"""Flare by BILAG-2004: which grades are new since the previous visit, and what they add up to [S20].

Severe: at least one new A. Moderate: no new A and at least two new B. Mild: exactly one new B, or at least
three new C. A grade is new where it is higher than before and decided by an item that is worse (3) or new
(4); a B that was an A is an improving A.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._columns import Column, Columns, count, number, where
from lupustrial.instruments._tables import read_table

#: States by rank.
STATES: tuple[str, ...] = ("none", "mild", "moderate", "severe")

_LIMITS: Mapping[str, int] = {row["name"]: int(row["value"]) for row in read_table("bilag2004_flare_limits")}

#: Domains that are graded from numbers, whose grade has no item scored 3 or 4 [D].
NUMERIC: tuple[str, ...] = ("renal", "haematological")


def new_grade(before: Column, now: Column, deciding: Column, *, still_a: bool) -> Column:
    """Return the rank of a grade that is new (4 = A, 3 = B, 2 = C), else 0.

    Args:
        before: Rank at the previous visit, 4 = A to 0 = E.
        now: Rank at the visit.
        deciding: Whether an item scored 3 or 4 decides the grade.
        still_a: Whether A after A is new too, where such an item decides it.
    """
    risen = now > before
    if still_a:
        risen = risen | (now == RANK["A"])
    return where(risen & deciding & (now >= RANK["C"]), now, 0)


def new_counts(new: Columns) -> dict[str, Column]:
    """Return how many domains are new A, new B and new C; `new` as ``new_grade`` gives it, by domain."""
    return {
        f"n_new_{letter.lower()}": count(rank == RANK[letter] for rank in new.values()) for letter in "ABC"
    }


def flare_rank(counts: Columns) -> Column:
    """Return 0 none, 1 mild, 2 moderate, 3 severe from the numbers of new A, B and C."""
    mild = (counts["n_new_b"] >= _LIMITS["mild_new_b"]) | (counts["n_new_c"] >= _LIMITS["mild_new_c"])
    moderate = counts["n_new_b"] >= _LIMITS["moderate_new_b"]
    return where(counts["n_new_a"] >= _LIMITS["severe_new_a"], 3, where(moderate, 2, number(mild)))
