"""What CTCAE v5 grading reads: results with limits of normal, reports, and grades that a person gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.instruments._ctcae5_rules import DECIMALS, ROWS
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._spec import Check, Input, Instrument, Kind
from lupustrial.instruments._tables import read_table, scale

TABLE = read_table("ctcae5_inputs")
TERMS: tuple[str, ...] = tuple(dict.fromkeys(row["term"] for row in TABLE))
ROLES: Mapping[str, str] = {row["code"]: row["role"] for row in TABLE}
#: Reports of an event, of which a blank may mean that it did not happen.
REPORTS: tuple[str, ...] = ("life_threatening", "death", "steroids")

_TEXT, _WHOLE = pl.String(), pl.Int32()
_KINDS: Mapping[str, Kind] = {"num": "num", "ord": "ord", "flag": "flag"}
_PARTS: Mapping[str, pl.DataType] = {
    "grade": _WHOLE,
    "lower": _WHOLE,
    "upper": _WHOLE,
    "completeness": _TEXT,
    "baseline": _WHOLE,
    "shift": _TEXT,
    "emergent": _TEXT,
}


def _input(row: Mapping[str, str]) -> Input:
    decimals = DECIMALS if row["kind"] == "num" else 0
    return Input(
        code=row["code"],
        label=row["label"],
        kind=_KINDS[row["kind"]],
        unit=row["unit"],
        decimals=decimals,
        low=scale(row["low"], decimals),
        high=scale(row["high"], decimals),
        item=row["role"] in ("value", "entry"),
        definition=row["definition"],
        source=row["source"],
        trust=row["trust"],
        aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
        lookalike=row["lookalike"],
    )


INPUTS: tuple[Input, ...] = tuple(_input(row) for row in TABLE)


def _checks() -> Iterator[Check]:
    for part in ("neut", "lymph", "eos"):
        yield Check(
            id="CTC-Q01",
            item=part,
            when=pl.col(part) > pl.col("wbc"),
            message="More than all white cells: verify both, and whether it is a percentage.",
            shows=(part, "wbc"),
        )
    hot = next(row["limit"] for row in ROWS if row["term"] == "temp" and row["grade"] == "3")
    yield Check(
        id="CTC-Q02",
        item="temp_hours",
        when=(pl.col("temp_hours") > 0) & (pl.col("temp") <= scale(hot, DECIMALS)),
        message=f"Hours above {hot} C, yet the temperature is not above it: verify both.",
        shows=("temp_hours", "temp"),
    )
    mild = next(row["limit"] for row in ROWS if row["term"] == "hb" and row["grade"] == "3")
    yield Check(
        id="CTC-Q03",
        item="hb_life_threatening",
        when=(pl.col("hb_life_threatening") == 1) & (pl.col("hb") >= scale(mild, DECIMALS)),
        message=f"Life-threatening anaemia, yet haemoglobin is {mild} g/dL or more: verify both.",
        shows=("hb_life_threatening", "hb"),
    )
    yield Check(
        id="CTC-Q04",
        item="eos_steroids",
        when=(pl.col("eos_steroids") == 1) & (pl.col("eos") <= pl.col("eos_uln")),
        message="Steroids started for eosinophilia, yet eosinophils are not raised: verify both.",
        shows=("eos_steroids", "eos", "eos_uln"),
    )


CTCAE5 = Instrument(
    id="ctcae5",
    title="CTCAE v5.0, a subset for lupus trials",
    version="1.0",
    summary="Grades 0 to 5 of laboratory results, fever and reactions; shift from baseline; emergent or not.",
    inputs=INPUTS,
    settings=settings_of("ctcae5"),
    outputs={
        "worst_grade": _WHOLE,
        **{f"{part}_{term}": dtype for term in TERMS for part, dtype in _PARTS.items()},
        "completeness": _TEXT,
        "lower": _WHOLE,
        "upper": _WHOLE,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("CTCAE v5.0 (2017)",),
    checks=tuple(_checks()),
)
