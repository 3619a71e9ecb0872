"""The short way from a frame to its scores gives what the careful way gives, for any frame and any settings.

Without reasons SLEDAI and BILAG-2004 are read from memory and scored in blocks; with reasons the frame is
checked and converted by expressions first. Scores, bounds and faults must be the same.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.errors import InstrumentError
from lupustrial.instruments import INSTRUMENTS, Input, _blocks, _score, score
from lupustrial.instruments._registry import BLOCK_SCORERS

SEEDS = st.integers(0, 2**32 - 1)
#: Values at and around thresholds, so that grades of all letters come up.
NUMBERS = {
    "REN_SBP": (110, 190), "REN_DBP": (60, 120), "REN_ACR": (0, 200), "REN_PCR": (0, 200),
    "REN_P24": (0, 3), "REN_CREAT": (50, 300), "REN_GFR": (20, 120), "HAE_HB": (6, 14),
    "HAE_WBC": (0.5, 6), "HAE_NEUT": (0.2, 4), "HAE_LYMPH": (0.5, 3), "HAE_PLT": (10, 250),
}  # fmt: skip
WHOLE = (pl.Int8, pl.UInt8, pl.Int32, pl.Int64, pl.Float64, pl.Float32, pl.String)


def column(each: Input, rng: np.random.Generator, rows: int, gaps: float) -> pl.Series:
    missing = rng.random(rows) < gaps
    if each.kind in ("yn", "flag"):
        flags = rng.random(rows) < (0.1 if each.code.startswith("not_due") else rng.choice([0.05, 0.4]))
        if rng.random() < 0.3:
            return pl.Series(
                [None if no else bool(flag) for flag, no in zip(flags, missing, strict=True)],
                dtype=pl.Boolean,
            )
        yes, no_ = (["Y", "yes", "true"], ["N", "no", "false"]) if rng.random() < 0.2 else (["Y"], ["N"])
        texts = [
            None if no else str(rng.choice(yes if flag else no_))
            for flag, no in zip(flags, missing, strict=True)
        ]
        return pl.Series(texts, dtype=pl.String if rng.random() < 0.8 else pl.Categorical)
    if each.kind == "ord":
        values = (rng.random(rows) < rng.choice([0.1, 0.5])) * rng.integers(0, 5, rows)
        kind = WHOLE[rng.integers(len(WHOLE))]
        return pl.Series(
            [None if no else int(value) for value, no in zip(values, missing, strict=True)], dtype=pl.Int64
        ).cast(kind)
    values = np.round(rng.uniform(*NUMBERS[each.code], rows), int(rng.integers(0, 6)))
    numbers = pl.Series(
        [None if no else float(value) for value, no in zip(values, missing, strict=True)], dtype=pl.Float64
    )
    return numbers.round(0).cast(pl.Int64) if rng.random() < 0.1 else numbers


def keys(rng: np.random.Generator) -> dict[str, Any]:
    ids, visits, dates = [], [], []
    for person in range(int(rng.integers(1, 6))):
        day = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 60)))
        for visit in range(int(rng.integers(1, 9))):
            ids.append(f"P{person * 7 % 5}")
            visits.append(visit + 1)
            dates.append(day)
            day += timedelta(days=int(rng.integers(1, 60)))
    result: dict[str, Any] = {"USUBJID": ids}
    timing = rng.integers(0, 5)
    if timing != 1:
        result["VISITNUM"] = visits
    if timing == 2:
        dates = [day if rng.random() < 0.8 else None for day in dates]
    if timing:
        result["ADT"] = pl.Series(dates, dtype=pl.Date).cast(pl.Date if timing < 4 else pl.String)
    if rng.random() < 0.2:
        result["ABLFL"] = pl.Series(["Y" if visit == 2 else None for visit in visits], dtype=pl.String)
    return result


def drawn(name: str, seed: int) -> tuple[pl.DataFrame, dict[str, str]]:
    rng = np.random.default_rng(seed)
    columns = keys(rng)
    rows, gaps, absent = len(columns["USUBJID"]), rng.choice([0, 0.02, 0.3, 0.9]), rng.choice([0, 0.1, 0.5])
    for each in INSTRUMENTS[name].inputs:
        if rng.random() >= absent:
            columns[each.code] = column(each, rng, rows, gaps)
    frame = pl.DataFrame(columns)
    if not any(each.code in columns for each in INSTRUMENTS[name].items):
        frame = frame.with_columns(pl.lit(None).alias(INSTRUMENTS[name].items[0].code))
    if rng.random() < 0.4:
        frame = frame.sample(fraction=1, shuffle=True, seed=int(rng.integers(1000)))
    if rng.random() < 0.2:
        frame = pl.concat([frame[: rows // 2], frame[rows // 2 :]], rechunk=False)
    chosen = {}
    for one in INSTRUMENTS[name].settings:
        if rng.random() < 0.4:
            options = one.allowed if not one.allowed[0].startswith("integer") else ("0", "1", "28", "60")
            chosen[one.name] = str(rng.choice(options))
    return frame, chosen


def outcome(name: str, frame: pl.DataFrame, chosen: dict[str, str], *, reasons: bool) -> Any:
    try:
        return score(name, frame, settings=chosen, reasons=reasons).drop("reasons")
    except InstrumentError as error:
        return error.faults


@pytest.mark.parametrize("name", sorted(BLOCK_SCORERS))
@settings(deadline=None, max_examples=60)
@given(SEEDS, st.sampled_from([1, 7, 1 << 16]))
def test_both_ways_give_the_same(name: str, seed: int, size: int) -> None:
    frame, chosen = drawn(name, seed)
    careful = outcome(name, frame, chosen, reasons=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_blocks, "_ROWS", size)
        if isinstance(careful, pl.DataFrame):  # then the short way must have been able to tell
            patch.setattr(_score, "checked", None)
        short = outcome(name, frame, chosen, reasons=False)
    assert careful.equals(short) if isinstance(careful, pl.DataFrame) else careful == short
    if isinstance(careful, pl.DataFrame):
        assert careful.schema == short.schema


@pytest.mark.parametrize("name", ["selena_sledai", "bilag2004"])
@settings(deadline=None, max_examples=40)
@given(SEEDS)
def test_both_ways_list_the_same_faults(name: str, seed: int) -> None:
    frame, chosen = drawn(name, seed)
    rng = np.random.default_rng(seed)
    spoiled = frame.columns[int(rng.integers(len(frame.columns)))]
    row = pl.int_range(pl.len()) == int(rng.integers(frame.height))
    wrong: Any = {"USUBJID": None, "VISITNUM": None, "ADT": None, "ABLFL": "x"}.get(spoiled, "maybe")
    if frame.schema[spoiled].is_numeric() and spoiled != "VISITNUM":
        wrong = rng.choice([77.0, -3.0, float("nan"), 1.5])
        frame = frame.with_columns(pl.col(spoiled).cast(pl.Float64))
    if frame.schema[spoiled] == pl.Boolean or frame.schema[spoiled] == pl.Categorical:
        frame = frame.with_columns(pl.col(spoiled).cast(pl.String))
    frame = frame.with_columns(pl.when(~row).then(spoiled).otherwise(pl.lit(wrong)).alias(spoiled))
    careful = outcome(name, frame, chosen, reasons=True)
    short = outcome(name, frame, chosen, reasons=False)
    assert careful.equals(short) if isinstance(careful, pl.DataFrame) else careful == short


@pytest.mark.parametrize("name", sorted(BLOCK_SCORERS))
@pytest.mark.parametrize("reasons", [False, True])
def test_a_frame_without_rows(name: str, reasons: bool) -> None:  # noqa: FBT001  # a parameter of the test
    frame, _ = drawn(name, 0)
    empty = score(name, frame.clear(), reasons=reasons)
    assert empty.height == 0
    assert empty.select(list(INSTRUMENTS[name].outputs)).schema == INSTRUMENTS[name].outputs
