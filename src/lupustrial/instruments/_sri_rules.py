"""SRI: SLEDAI down by the points, no new BILAG A, at most one new BILAG B, PGA not worse [S09][S36].

"New" is against baseline. The published abstract says "no new A or no more than one new B"; what is
meant, and applied, is *and*: one new A fails, two new B fail, one new B alone passes. A at baseline and B
now is not a new B.
"""

from __future__ import annotations

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._columns import Column, Columns, count


def fell_by(points: int, baseline: Column, visit: Column) -> Column:
    """Return where SLEDAI fell by at least `points`."""
    return baseline - visit >= points


def is_new_a(baseline: Column, visit: Column) -> Column:
    """Return where a domain is A and was not A at baseline; ranks 4 = A to 0 = E."""
    return (visit == RANK["A"]) & (baseline < RANK["A"])


def is_new_b(baseline: Column, visit: Column) -> Column:
    """Return where a domain is B and was C, D or E at baseline."""
    return (visit == RANK["B"]) & (baseline < RANK["B"])


def can_be_new_b(baseline_low: Column, visit_low: Column, visit_high: Column) -> Column:
    """Return where B lies between the bounds of the visit, and less than B between those of baseline."""
    between = (visit_low <= RANK["B"]) & (visit_high >= RANK["B"])
    return between & (baseline_low < RANK["B"])


def new_grades(baseline: Columns, visit: Columns) -> tuple[Column, Column]:
    """Return how many domains are new A and how many are new B; ranks by domain, of either BILAG."""
    new_a = count(is_new_a(baseline[domain], visit[domain]) for domain in baseline)
    new_b = count(is_new_b(baseline[domain], visit[domain]) for domain in baseline)
    return new_a, new_b


def bilag_holds(new_a: Column, new_b: Column, most_new_b: int) -> Column:
    """Return where BILAG did not worsen: no new A and at most `most_new_b` new B."""
    return (new_a == 0) & (new_b <= most_new_b)
