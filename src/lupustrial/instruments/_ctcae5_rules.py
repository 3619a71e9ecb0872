"""CTCAE v5 grades of laboratory results and fever [X+]; terms that a person grades have no rule.

A grade is the highest of the table's rows that are reached. Numbers are integers of the fourth decimal.
"""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.instruments._columns import Column, Columns, where
from lupustrial.instruments._ladder import Step, highest_reached
from lupustrial.instruments._tables import read_table, scale

DECIMALS = 4
ROWS = read_table("ctcae5_grades")
#: Terms graded from a count or concentration below the lower limit of normal.
FALLS: tuple[str, ...] = tuple(dict.fromkeys(row["term"] for row in ROWS if row["of"] == "lln"))

#: Decimals of a multiple of a limit.
_PLACES = 1


def steps(term: str, of: str, value: Column, limit: Column = 1) -> list[Step]:
    """Return the rows of the table for `term` and `of`: each grade, and where `value` reaches it.

    Rows of ``lln``, ``uln`` and ``baseline`` are multiples of `limit`; the others are fixed numbers.
    """
    rows = [row for row in ROWS if row["term"] == term and row["of"] == of]
    return [(int(row["grade"]), _reached(row, value, limit)) for row in rows]


def _reached(row: Mapping[str, str], value: Column, limit: Column) -> Column:
    if row["of"] in ("lln", "uln", "baseline"):
        value, bound = 10**_PLACES * value, scale(row["limit"], _PLACES) * limit
    else:
        bound = scale(row["limit"], DECIMALS)
    match row["reached"]:
        case "below":
            return value < bound
        case "at_least":
            return value >= bound
        case _:
            return value > bound


def steps_of_fall(term: str, value: Column, lln: Column, within: str) -> list[Step]:
    """Return the steps of white cells, neutrophils, lymphocytes, platelets or haemoglobin.

    `within` is the option of ``ctcae_within_normal`` for a value that is within the laboratory's limits but
    below a fixed threshold.
    """
    fixed = steps(term, "fixed", value)
    if within == "grade_0":
        fixed = [(grade, reached & (value < lln)) for grade, reached in fixed]
    return steps(term, "lln", value, lln) + fixed


def grade_anaemia(found: Columns, within: str) -> Column:
    """Return the grade of ``hb`` with ``hb_lln``, ``hb_life_threatening`` and ``hb_death`` (1 or 0)."""
    return highest_reached(
        steps_of_fall("hb", found["hb"], found["hb_lln"], within)
        + steps("hb", "life_threatening", found["hb_life_threatening"])
        + steps("hb", "death", found["hb_death"])
    )


def grade_fever(found: Columns) -> Column:
    """Return the grade of ``temp`` with ``temp_hours`` above 40 C and ``temp_death`` (1 or 0)."""
    measured = steps("temp", "fixed", found["temp"])
    # Only on the highest fixed step does it matter how long it lasted.
    _, hot = max(measured, key=lambda step: step[0])
    lasting = [(grade, hot & reached) for grade, reached in steps("temp", "hours", found["temp_hours"])]
    return highest_reached(measured + lasting + steps("temp", "death", found["temp_death"]))


def grade_alt(found: Columns) -> Column:
    """Return the grade of ``alt``: by its upper limit, or by baseline where ``base_alt`` was above its own.

    Takes ``alt``, ``alt_uln``, ``base_alt``, ``base_alt_uln``.
    """
    by_limit = highest_reached(steps("alt", "uln", found["alt"], found["alt_uln"]))
    by_baseline = highest_reached(steps("alt", "baseline", found["alt"], found["base_alt"]))
    return where(found["base_alt"] > found["base_alt_uln"], by_baseline, by_limit)


def grade_creatinine(found: Columns) -> Column:
    """Return the grade of ``creat``: the worse of that by ``creat_uln`` and that by ``base_creat``."""
    by_limit = steps("creat", "uln", found["creat"], found["creat_uln"])
    return highest_reached(by_limit + steps("creat", "baseline", found["creat"], found["base_creat"]))


def _steps_of_rise(found: Columns) -> list[Step]:
    """Return the steps of ``eos`` above both ``eos_uln`` and ``base_eos``."""
    by_limit = steps("eos", "uln", found["eos"], found["eos_uln"])
    by_baseline = steps("eos", "baseline", found["eos"], found["base_eos"])
    return [(grade, above & risen) for (grade, above), (_, risen) in zip(by_limit, by_baseline, strict=True)]


def has_risen(found: Columns) -> Column:
    """Return where ``eos`` is above both ``eos_uln`` and ``base_eos``."""
    return highest_reached(_steps_of_rise(found)) > 0


def grade_eosinophilia(found: Columns) -> Column:
    """Return the grade of ``eos``; ``eos_steroids`` (1 or 0) says whether steroids were started for it."""
    return highest_reached(_steps_of_rise(found) + steps("eos", "steroids", found["eos_steroids"]))


def grade_by_limits(term: str, found: Columns, within: str) -> Column:
    """Return the grade of a term where nothing is known of an earlier state: baseline does not enter."""
    match term:
        case "hb":
            return grade_anaemia(found, within)
        case "temp":
            return grade_fever(found)
        case "alt" | "creat":
            return highest_reached(steps(term, "uln", found[term], found[f"{term}_uln"]))
        case "eos":
            risen = steps("eos", "uln", found["eos"], found["eos_uln"])
            return highest_reached(risen + steps("eos", "steroids", found["eos_steroids"]))
        case _ if term in FALLS:
            return highest_reached(steps_of_fall(term, found[term], found[f"{term}_lln"], within))
        case _:
            return found[term]
