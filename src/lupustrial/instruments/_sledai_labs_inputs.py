"""The columns from which SLEDAI descriptors are proposed: results, limits of normal, attribution, dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lupustrial.instruments._lab_text import BELOW, RANGE
from lupustrial.instruments._sledai_labs_rules import DECIMALS, ROWS
from lupustrial.instruments._spec import Input
from lupustrial.instruments._tables import scale

#: Descriptors that can be proposed, in the order of the index.
PROPOSED: tuple[str, ...] = ("ARTH", "CAST", "HAEM", "PROT", "PYUR", "COMP", "DNA", "FEVR", "PLT", "WBC")

#: Results that are numbers, and those that are a yes or no, with their labels.
NUMBERS: tuple[str, ...] = tuple(row["input"] for row in ROWS)
ANSWERS: Mapping[str, tuple[str, str]] = {
    "casts": ("CAST", "Red-cell or haem-granular casts"),
    "dsdna_positive": ("DNA", "Anti-dsDNA, result without a number: positive"),
}

#: Every kind of result, and by descriptor those that decide it.
RESULTS: tuple[str, ...] = (*NUMBERS, *ANSWERS)
BY_ITEM: Mapping[str, tuple[str, ...]] = {
    item: (
        *(row["input"] for row in ROWS if row["item"] == item),
        *(code for code, (of, _) in ANSWERS.items() if of == item),
    )
    for item in PROPOSED
}

#: Columns of limits of normal.
LIMITS: tuple[str, ...] = tuple(row["limit"] for row in ROWS if row["limit"])

#: The laboratory's factor: cells per high-power field for one cell per microlitre.
FACTOR = "hpf_per_ul"

_LIMIT_HIGH, _FACTOR_HIGH = scale("10000000", DECIMALS), scale("100", DECIMALS)


def highest(row: Mapping[str, str]) -> int:
    """Return the highest value of a kind of result, in units of the last decimal."""
    return scale(row["high"], DECIMALS)


def _result(row: Mapping[str, str]) -> Iterator[Input]:
    code, low, high = row["input"], scale(row["low"], DECIMALS), highest(row)
    yield Input(
        code=code,
        label=row["label"],
        kind="num",
        unit=row["unit"],
        decimals=DECIMALS,
        low=low,
        high=high,
        source=row["source"],
        trust=row["trust"],
        lookalike=row["lookalike"],
    )
    label = f"What stands before {code}: -2 below, -1 at most, 1 at least, 2 above; 3 it is a range"
    yield Input(code=f"{code}_sign", label=label, kind="ord", low=BELOW, high=RANGE, item=False)
    yield Input(
        code=f"{code}_to",
        label=f"Upper end of {code} where it is a range",
        kind="num",
        unit=row["unit"],
        decimals=DECIMALS,
        low=low,
        high=high,
        item=False,
    )


def _inputs() -> Iterator[Input]:
    for row in ROWS:
        yield from _result(row)
    for code, (_, label) in ANSWERS.items():
        yield Input(code=code, label=label, kind="yn", source="01-sledai", trust="X+")
    for code in LIMITS:
        label = f"Limit of normal of the laboratory that measured it, {code}"
        yield Input(code=code, label=label, kind="num", decimals=DECIMALS, high=_LIMIT_HIGH, item=False)
    label = "The laboratory's factor: cells per high-power field for one cell per microlitre"
    yield Input(code=FACTOR, label=label, kind="num", decimals=DECIMALS, low=1, high=_FACTOR_HIGH, item=False)
    for item in PROPOSED:
        yield Input(
            code=f"not_due_to_lupus_{item}", label=f"{item} is not due to lupus", kind="flag", item=False
        )
    for code in RESULTS:
        yield Input(
            code=f"excluded_{code}",
            label=f"This result of {code} is not due to lupus",
            kind="flag",
            item=False,
        )
    for code in RESULTS:
        yield Input(code=f"{code}_date", label=f"Date of {code}", kind="date", item=False)


#: Every column that is read.
INPUTS: tuple[Input, ...] = tuple(_inputs())
