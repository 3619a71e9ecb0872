"""Consistency checks on the components of SRI and BICLA."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._history import highest_before
from lupustrial.instruments._spec import Check


def component_checks(domains: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks, over the domains of either BILAG."""
    grades = tuple(f"grade_{domain}" for domain in domains)
    severe = pl.any_horizontal(pl.col(grade) == RANK["A"] for grade in grades)
    return (
        Check(
            id="RESP-Q01",
            item="treatment_failure",
            when=(pl.col("treatment_failure") == 0) & (highest_before(pl.col("treatment_failure")) == 1),
            message="A failure stays, yet none is recorded after an earlier one: verify which is right.",
            shows=("treatment_failure",),
        ),
        *(
            Check(
                id="RESP-Q02",
                item=grade,
                when=(pl.col(grade) == RANK["E"]) & (highest_before(pl.col(grade)) >= RANK["D"]),
                message="E (never involved) after an earlier A to D: verify both grades.",
                shows=(grade,),
            )
            for grade in grades
        ),
        Check(
            id="RESP-Q03",
            item="pga",
            when=(pl.col("pga") == 0) & severe,
            message="PGA is 0 while a BILAG domain is A: verify both.",
            shows=("pga", *grades),
        ),
        Check(
            id="RESP-Q04",
            item="sledai",
            when=(pl.col("sledai") == 0) & severe,
            message="SLEDAI is 0 while a BILAG domain is A: verify both.",
            shows=("sledai", *grades),
        ),
    )
