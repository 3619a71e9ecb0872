"""Consistency checks of SLEDAI answers against laboratory values, and of the values themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import polars as pl

from lupustrial.instruments._sledai_labs_inputs import BY_ITEM, FACTOR, NUMBERS, PROPOSED, RESULTS
from lupustrial.instruments._sledai_labs_rules import ROWS
from lupustrial.instruments._spec import Check


def _shows(item: str, also: Mapping[str, str]) -> tuple[str, ...]:
    """Return answer, proposal and the results, with their limits, that decide a descriptor."""
    bounds = {row["input"]: row["limit"] or row["factor"] for row in ROWS}
    seen = [name for code in BY_ITEM[item] for name in (code, bounds.get(code), also.get(code)) if name]
    return (item, f"{item}_proposed", *dict.fromkeys(seen))


def lab_checks(also: Mapping[str, str] = MappingProxyType({})) -> Iterator[Check]:
    """Yield the checks; `also` names, by kind of result, another instrument's item that stands in for it."""
    for item in PROPOSED:
        proposed = pl.col(f"{item}_proposed")
        yield Check(
            id="LABS-Q01",
            item=item,
            when=(pl.col(item) == 1) & (proposed == "N"),
            message=f"{item} is answered yes, and by the results it is absent: verify answer and results",
            shows=_shows(item, also),
        )
        yield Check(
            id="LABS-Q02",
            item=item,
            when=(pl.col(item) == 0) & (proposed == "Y"),
            message=f"{item} is answered no, and by the results it is present: verify, "
            "or record its other cause",
            shows=_shows(item, also),
        )
    for code in RESULTS:
        yield Check(
            id="LABS-Q03",
            item=code,
            when=pl.col(f"_outside_{code}"),
            message="the result lies outside the window of the visit and is not used: verify its date",
            shows=(code, f"{code}_date"),
        )
    for row in ROWS:
        if row["limit"]:
            yield Check(
                id="LABS-Q04",
                item=row["limit"],
                when=pl.col(row["input"]).is_not_null() & pl.col(row["limit"]).is_null(),
                message="a result has no limit of normal and cannot be judged: give the laboratory's own",
                shows=(row["input"],),
            )
        if row["factor"]:
            yield Check(
                id="LABS-Q05",
                item=FACTOR,
                when=(pl.col(row["input"]) > 0) & pl.col(FACTOR).is_null(),
                message="cells per microlitre cannot be judged without the laboratory's factor: ask for it",
                shows=(row["input"],),
            )
    for code in NUMBERS:
        yield Check(
            id="LABS-Q06",
            item=code,
            when=pl.col(code).is_not_null() & (pl.col(f"{code}_to") < pl.col(code)),
            message="the range ends below its start: verify",
            shows=(code, f"{code}_to"),
        )


#: The checks of ``sledai_labs``.
LAB_CHECKS: tuple[Check, ...] = tuple(lab_checks())
