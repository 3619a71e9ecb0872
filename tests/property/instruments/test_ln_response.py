"""Renal responses: exact with gaps, monotone, indifferent to order and unit, equal on every back end."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
from back_ends import agree
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lupustrial.instruments import INSTRUMENTS, score
from lupustrial.instruments._ln_rules import has_fallen, is_response, response_parts
from lupustrial.instruments._ln_table import DEFINITIONS
from lupustrial.instruments._settings import settings_of

SEEDS = st.integers(0, 2**32 - 1)
NAMES = st.sampled_from(list(DEFINITIONS))
RATIOS = [0.0, 0.3, 0.44, 0.45, 0.4999, 0.5, 0.7, 0.71, 0.95, 1.0, 1.4, 1.5, 2.0, 2.6, 3.0, 3.1, 6.0, 50.0]
RATES = [0.0, 48.0, 54.0, 60.0, 70.0, 72.0, 80.0, 81.0, 85.0, 89.9, 90.0, 100.0, 120.0, 400.0]
POOLS: dict[str, list[Any]] = {
    "upcr_g_g": RATIOS,
    "egfr": RATES,
    "egfr_preflare": RATES,
    "prednisone_over_10_consecutive_days": [0, 2, 3, 70],
    "prednisone_over_10_days": [0, 2, 6, 7, 70],
    "prednisone_over_10_from_week_24": ["Y", "N"],
    "protein24": [0.0, 0.3, 0.4, 0.41, 1.0, 2.0, 3.4, 3.5, 8.0, 50.0],
    "creatinine": [10.0, 60.0, 80.0, 100.0, 104.0, 105.0, 125.0, 130.0, 3000.0],
    "creatinine_uln": [10.0, 104.0, 3000.0],
    "albumin": [0.0, 29.0, 30.0, 34.0, 35.0, 100.0],
    "urine_rbc": [0.0, 4.0, 5.0, 6.0, 10000.0],
    "urine_wbc": [0.0, 5.0, 10000.0],
    "casts": ["Y", "N"],
}
OPEN = {"preflare_egfr_unknown": "undecided", "steroid_rule_blank": "undecided"}


def open_settings(name: str, rng: np.random.Generator) -> dict[str, str]:
    """Draw every setting; a blank is always a gap."""
    drawn = {one.name: str(rng.choice(one.allowed)) for one in settings_of(name)}
    asked = {one for one in OPEN if one in drawn}
    return drawn | {one: OPEN[one] for one in asked} | {"protein_surrogate": "no"}


def person(name: str, rng: np.random.Generator, visits: int = 3) -> list[dict[str, Any]]:
    """Draw a participant who is never far from a limit; nobody breaks a rule that days would contradict."""
    codes = [each.code for each in INSTRUMENTS[name].inputs if each.code in POOLS]
    rows = [{code: rng.choice(POOLS[code]).item() for code in codes} for _ in range(visits)]
    for row in rows:
        if "prednisone_over_10_days" in row:
            row["prednisone_over_10_consecutive_days"] = min(
                row["prednisone_over_10_consecutive_days"], row["prednisone_over_10_days"]
            )
        if "egfr_preflare" in row:
            row["egfr_preflare"] = rows[0]["egfr_preflare"]
    for row, before in zip(rows[1:], rows, strict=False):
        if before.get("prednisone_over_10_from_week_24") == "Y":
            row["prednisone_over_10_from_week_24"] = "Y"
    return rows


def contradicts_itself(rows: list[dict[str, Any]]) -> bool:
    """Return whether a run is longer than all the days, or what ever was so is no longer so."""
    over = [row.get("prednisone_over_10_from_week_24", "N") for row in rows]
    runs = [row.get("prednisone_over_10_consecutive_days", 0) for row in rows]
    days = [row.get("prednisone_over_10_days", 0) for row in rows]
    return over != sorted(over) or any(run > day for run, day in zip(runs, days, strict=True))


def completions(rows: list[dict[str, Any]], gaps: list[tuple[int, str]]) -> pl.DataFrame:
    """Return the rows with gaps as participant 0, then every way to fill the gaps."""
    people = []
    for values in itertools.product(*(POOLS[code] for _, code in gaps)):
        filled = [dict(row) for row in rows]
        for (row, code), value in zip(gaps, values, strict=True):
            filled[row][code] = value
        if not contradicts_itself(filled):
            people.append(filled)
    with_gaps = [dict(row) for row in rows]
    for row, code in gaps:
        with_gaps[row][code] = None
    return pl.DataFrame(
        [
            {"USUBJID": f"{n:05d}", "VISITNUM": v, **row}
            for n, each in enumerate([with_gaps, *people])
            for v, row in enumerate(each)
        ],
        infer_schema_length=None,
    )


WORDS = {
    frozenset({"partial", "none"}): "partial or none",
    frozenset({"complete", "partial"}): "complete or partial",
}


@example(21996, "blissln_perr")
@given(SEEDS, NAMES)
@settings(max_examples=150, deadline=None)
def test_decided_exactly_when_every_completion_agrees(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    rows, chosen = person(name, rng), open_settings(name, rng)
    # A rate before the flare is one fact of the participant, so it is no gap of one row.
    free = [(n, code) for n in range(3) for code in rows[0] if code != "egfr_preflare"]
    picked = rng.choice(len(free), 2, replace=False)
    gaps = [free[at] for at in picked]
    found = score(name, completions(rows, gaps), settings=chosen, reasons=False)
    last = found.filter(pl.col("VISITNUM") == 2)
    open_, filled = last.row(0, named=True), last[1:]
    for output in (one for one in filled.columns if one.endswith("_ok") or one == "responder"):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output
    states = frozenset(filled["state"])
    one = next(iter(states)) if len(states) == 1 else WORDS.get(states, "undecided")
    assert open_["state"] == one
    assert (open_["completeness"] == "complete") == (open_["responder"] is not None)
    assert set(filled["completeness"]) == {"complete"}


#: Whether more of it can only help (1) or only harm (-1).
DIRECTIONS = {
    "upcr_g_g": -1,
    "protein24": -1,
    "egfr": 1,
    "egfr_preflare": -1,
    "creatinine": -1,
    "creatinine_uln": 1,
    "albumin": 1,
    "urine_rbc": -1,
    "urine_wbc": -1,
}


@given(SEEDS, NAMES.filter(lambda name: name != "acr2024_prr"))
@settings(max_examples=60, deadline=None)
def test_monotone_in_every_value_of_the_visit(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    rows, chosen = person(name, rng, visits=2), open_settings(name, rng) | {"ln_confirmation": "single_visit"}
    code = str(rng.choice([code for code in rows[1] if code in DIRECTIONS]))
    people = [[rows[0], rows[1] | {code: value}] for value in POOLS[code]]
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n:02d}", "VISITNUM": v, **row}
            for n, each in enumerate(people)
            for v, row in enumerate(each)
        ]
    )
    found = score(name, frame, settings=chosen, reasons=False).filter(pl.col("VISITNUM") == 1)
    flags = [flag == "Y" for flag in found["responder"]]
    assert flags == sorted(flags, reverse=DIRECTIONS[code] < 0)


@given(SEEDS, NAMES)
@settings(max_examples=12, deadline=None)
def test_order_of_rows_and_columns_and_a_second_run_change_nothing(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    people = [person(name, rng) for _ in range(4)]
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n}", "VISITNUM": v, **row}
            for n, each in enumerate(people)
            for v, row in enumerate(each)
        ]
    )
    chosen = open_settings(name, rng)
    straight = score(name, frame, settings=chosen)
    mixed = frame.sample(fraction=1.0, shuffle=True, seed=seed % 1000).select(
        sorted(frame.columns, reverse=True)
    )
    again = score(name, mixed, settings=chosen).sort("USUBJID", "VISITNUM")
    assert again.select(straight.columns).equals(straight)
    assert score(name, frame, settings=chosen).equals(straight)
    assert score(name, frame, settings=chosen, reasons=False).drop("reasons").equals(straight.drop("reasons"))


@given(SEEDS, NAMES.filter(lambda name: not name.startswith("cn")))
@settings(max_examples=30, deadline=None)
def test_a_ratio_gives_the_same_in_either_unit(seed: int, name: str) -> None:
    """Ratios that are whole in both units: a multiple of 0.0125 g/g is one of 1.414 mg/mmol."""
    rng = np.random.default_rng(seed)
    rows = person(name, rng)
    steps = rng.integers(0, 300, len(rows))
    chosen = open_settings(name, rng)
    both = []
    for unit, step in (("upcr_g_g", 0.0125), ("upcr_mg_mmol", 1.414)):
        given_in = [
            {code: value for code, value in row.items() if code != "upcr_g_g"} | {unit: float(n * step)}
            for row, n in zip(rows, steps, strict=True)
        ]
        frame = pl.DataFrame([{"USUBJID": "P", "VISITNUM": v, **row} for v, row in enumerate(given_in)])
        found = score(name, frame, settings=chosen, reasons=False)
        both.append(found.select("responder", "state").rows())
    assert both[0] == both[1]


@given(SEEDS, NAMES)
@settings(max_examples=60, deadline=None)
def test_every_back_end_gives_the_same(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    one, rows = DEFINITIONS[name], 40
    chosen = {each.name: str(rng.choice(each.allowed)) for each in settings_of("ln_response")}
    ratio, rate, whole = 113_120_000, 10**6, 10**4
    now = {
        "protein": rng.integers(0, 40, rows) * (ratio // 10),
        "protein_base": rng.integers(0, 80, rows) * (ratio // 10),
        "egfr": rng.integers(40, 130, rows) * rate,
        "egfr_reference": rng.integers(40, 130, rows) * rate,
        "egfr_before": rng.integers(40, 130, rows) * rate,
        "creatinine": rng.integers(60, 140, rows) * whole,
        "creatinine_uln": rng.integers(90, 120, rows) * whole,
        "creatinine_base": rng.integers(60, 140, rows) * whole,
        "albumin": rng.integers(25, 40, rows) * whole,
        "urine_rbc": rng.integers(0, 8, rows) * whole,
        "urine_wbc": rng.integers(0, 8, rows) * whole,
        "casts": rng.integers(0, 2, rows),
        "failed": rng.integers(0, 2, rows),
        "over_10_from_week_24": rng.integers(0, 2, rows),
        "over_10_run": rng.integers(0, 5, rows),
        "over_10_days": rng.integers(0, 9, rows),
    }
    agree(lambda columns: response_parts(one, columns, chosen), now)
    agree(lambda columns: is_response(one, columns, chosen), now)
    agree(lambda columns: has_fallen(50, columns["protein_base"], columns["protein"]), now)
