"""Rules of the glucocorticoid course: tapering, worsening, increase, area under the curve of the dose."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column
from lupustrial.instruments._steroids import is_reduced
from lupustrial.instruments._tables import read_table, scale

#: Decimals of doses and of weeks.
DOSE_DECIMALS, WEEK_DECIMALS = 4, 2

_TABLE: Mapping[tuple[str, str], str] = {
    (row["endpoint"], row["name"]): row["value"] for row in read_table("steroid_tapers")
}


def dose_limit(endpoint: str, name: str) -> int:
    """Return a dose of the table in units of its last decimal."""
    return scale(_TABLE[endpoint, name], DOSE_DECIMALS)


def week_limit(endpoint: str, name: str) -> int:
    """Return a week of the table in units of its last decimal."""
    return scale(_TABLE[endpoint, name], WEEK_DECIMALS)


def is_tapered(baseline: Column, visit: Column) -> Column:
    """Return where the dose is low enough and has fallen enough (tabalumab trials)."""
    percent = int(_TABLE["tabalumab", "fall_percent"])
    return (visit <= dose_limit("tabalumab", "dose_at_most")) & is_reduced(baseline, visit, percent)


def lasts(first: Column, last: Column, days: int) -> Column:
    """Return where at least `days` lie between two weeks."""
    return 7 * (last - first) >= days * 10**WEEK_DECIMALS


def is_low(visit: Column) -> Column:
    """Return where the dose is low enough (weeks 40 to 52)."""
    return visit <= dose_limit("week_40_52", "dose_at_most")


def is_worsening(new_a: Column, new_b: Column) -> Column:
    """Return where BILAG has a new A, or more new B than are allowed, since the last visit."""
    return (new_a > 0) | (new_b > int(_TABLE["week_40_52", "most_new_b"]))


def area(before: Column, now: Column, days: Column, rule: str) -> Column:
    """Return the dose between two visits, in the unit of the doses times days.

    By ``trapezoid`` the dose runs straight from one visit to the other, by ``step`` it stays until the next.
    """
    return (before + now) * days / 2 if rule == "trapezoid" else before * days
