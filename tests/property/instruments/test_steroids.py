"""Glucocorticoid course: exact with gaps, monotone, indifferent to order, equal on every back end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import score, steroid_doses
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._steroid_equivalent import DRUGS, prednisone_equivalent
from lupustrial.instruments._steroid_rules import area, is_low, is_tapered, is_worsening, lasts
from lupustrial.instruments._steroids import is_reduced

SEEDS = st.integers(0, 2**32 - 1)
NAMES = st.sampled_from(
    ["steroid_reduction", "steroid_taper_tabalumab", "steroid_taper_40_52", "steroid_any_increase"]
)
DOSES = [0.0, 3.75, 5.0, 6.0, 7.5, 7.6, 10.0, 15.0, 5000.0]
WEEKS = [0.0, 24.0, 36.0, 40.0, 48.0, 52.0]


def course(name: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    rows = [{"dose": rng.choice(DOSES[3:8]).item()} for _ in WEEKS]
    rows[0]["dose"] = rng.choice([8.0, 10.0, 15.0, 5000.0]).item()
    if name.startswith("steroid_taper"):
        rows = [row | {"week": week} for row, week in zip(rows, WEEKS, strict=True)]
    if name == "steroid_taper_40_52":
        rows = [row | {"n_new_a": 0, "n_new_b": int(rng.integers(0, 2))} for row in rows]
    return rows


def frame_of(people: Sequence[Sequence[dict[str, Any]]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"USUBJID": f"{n:04d}", "VISITNUM": v, **row}
            for n, each in enumerate(people)
            for v, row in enumerate(each)
        ],
        infer_schema_length=None,
    )


@given(SEEDS, NAMES)
@settings(max_examples=80, deadline=None)
def test_decided_exactly_when_every_completion_agrees(seed: int, name: str) -> None:
    """Doses after baseline are missing; whoever is judged is told by baseline."""
    rng = np.random.default_rng(seed)
    rows = course(name, rng)
    gaps = rng.choice(np.arange(1, len(WEEKS)), 2, replace=False)
    people = [[row | ({"dose": None} if n in gaps else {}) for n, row in enumerate(rows)]]
    for values in itertools.product(DOSES, repeat=2):
        filled = [dict(row) for row in rows]
        for at, value in zip(gaps, values, strict=True):
            filled[at]["dose"] = value
        people.append(filled)
    chosen = {
        one.name: str(rng.choice(one.allowed)) for one in settings_of(name) if "integer" not in one.allowed[0]
    }
    found = score(name, frame_of(people), settings=chosen, reasons=False)
    output = "met" if name == "steroid_any_increase" else "responder"
    for visit in range(len(WEEKS)):
        at_visit = found.filter(pl.col("VISITNUM") == visit)
        seen = set(at_visit[1:][output])
        assert at_visit[output][0] == (seen.pop() if len(seen) == 1 else None), visit


@given(SEEDS, NAMES)
@settings(max_examples=40, deadline=None)
def test_a_lower_dose_can_only_help_and_order_does_not_matter(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    rows, last = course(name, rng), len(WEEKS) - 1
    people = [[*rows[:last], rows[last] | {"dose": dose}] for dose in DOSES]
    frame = frame_of(people)
    straight = score(name, frame)
    mixed = frame.sample(fraction=1.0, shuffle=True, seed=seed % 1000).select(
        sorted(frame.columns, reverse=True)
    )
    assert score(name, mixed).sort("USUBJID", "VISITNUM").select(straight.columns).equals(straight)
    output, good = ("met", "N") if name == "steroid_any_increase" else ("responder", "Y")
    flags = [flag == good for flag in straight.filter(pl.col("VISITNUM") == last)[output]]
    assert flags == sorted(flags, reverse=True)


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_bounds_of_a_cumulative_dose_hold_every_completion(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [{"dose": rng.choice(DOSES[:8]).item(), "week": week} for week in WEEKS]
    gap = int(rng.integers(0, len(WEEKS)))
    people = [[row | ({"dose": None} if n == gap else {}) for n, row in enumerate(rows)]]
    people += [[row | ({"dose": dose} if n == gap else {}) for n, row in enumerate(rows)] for dose in DOSES]
    rule = str(rng.choice(["trapezoid", "step"]))
    found = score("steroid_cumulative", frame_of(people), settings={"dose_area": rule}, reasons=False)
    for visit in range(len(WEEKS)):
        at_visit = found.filter(pl.col("VISITNUM") == visit)
        scores = at_visit[1:]["score"]
        assert (at_visit["lower"][0], at_visit["upper"][0]) == (scores.min(), scores.max())
        known = scores.n_unique() == 1
        assert at_visit["score"][0] == (scores[0] if known else None)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_mean_of_a_log_is_the_mean_of_its_days(seed: int) -> None:
    """Another way to count: every day of the window by itself."""
    rng = np.random.default_rng(seed)
    start = date(2020, 1, 1)
    spans = [sorted(rng.integers(0, 60, 2).tolist()) for _ in range(5)]
    mg = rng.integers(1, 40, 5).tolist()
    log = pl.DataFrame(
        {
            "USUBJID": ["P"] * 5,
            "CMTRT": ["prednisone"] * 5,
            "CMDOSE": mg,
            "CMDOSFRQ": ["QD"] * 5,
            "CMSTDTC": [str(start + timedelta(days=low)) for low, _ in spans],
            "CMENDTC": [str(start + timedelta(days=high)) for _, high in spans],
        }
    )
    at = pl.DataFrame({"USUBJID": ["P", "P"], "ADT": [str(start + timedelta(days=n)) for n in (20, 45)]})

    def on(day: int) -> int:
        return sum(dose for dose, (low, high) in zip(mg, spans, strict=True) if low <= day <= high)

    for window in (1, 7, 14, 28):
        found = steroid_doses(log, at, settings={"visit_dose_window": window})["dose"].to_list()
        days = [range(20 - window, 20), range(45 - window + 1, 46)]
        assert found == [round(sum(map(on, each)) / window, 9) for each in days]
    cumulative = steroid_doses(log, at)["cumulative"].to_list()
    assert cumulative == [float(on(20)), float(sum(map(on, range(20, 46))))]
    shuffled = log.sample(fraction=1.0, shuffle=True, seed=seed % 1000)
    assert (
        steroid_doses(shuffled, at)
        .drop("note", "records")
        .equals(steroid_doses(log, at).drop("note", "records"))
    )


@given(SEEDS)
@settings(max_examples=4, deadline=None)
def test_every_back_end_gives_the_same(seed: int) -> None:
    rng, rows = np.random.default_rng(seed), 50
    doses = {name: rng.integers(0, 200_000, rows) for name in ("base", "now", "days")}
    weeks = {name: rng.integers(0, 6000, rows) for name in ("first", "last")}
    counts = {name: rng.integers(0, 3, rows) for name in ("a", "b")}
    agree(lambda one: is_tapered(one["base"], one["now"]), doses)
    agree(lambda one: is_reduced(one["base"], one["now"], 50), doses)
    agree(lambda one: is_low(one["now"]), doses)
    agree(lambda one: lasts(one["first"], one["last"], 84), weeks)
    agree(lambda one: is_worsening(one["a"], one["b"]), counts)
    for rule in ("trapezoid", "step"):
        agree(lambda one, rule=rule: area(one["base"], one["now"], one["days"], rule), doses, rtol=1e-12)
    taken = {code: rng.integers(0, 200_000, rows) for code in DRUGS}
    agree(lambda one: prednisone_equivalent(one, {"deflazacort_mg": "7.5"}), taken, rtol=1e-12)
