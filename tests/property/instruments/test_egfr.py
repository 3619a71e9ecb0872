"""Filtration rate: falls with creatinine and age, bounds hold every completion, equal on every back end."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import score
from lupustrial.instruments._egfr_rules import filtration_rate

SEEDS = st.integers(0, 2**32 - 1)
FORMULAS = st.sampled_from(["ckd_epi_2021", "mdrd6"])
CHILDREN = st.sampled_from(["refuse", "schwartz"])


def people(rng: np.random.Generator, rows: int, youngest: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "USUBJID": [f"{n:03d}" for n in range(rows)],
            "VISITNUM": [1] * rows,
            "sex": rng.choice(["F", "M"], rows),
            "age": rng.integers(youngest, 100, rows),
            "creatinine_umol_l": rng.integers(300, 9000, rows) / 10,
            "height_cm": rng.integers(80, 200, rows) / 1.0,
            "urea_mmol_l": rng.integers(10, 400, rows) / 10,
            "albumin_g_l": rng.integers(15, 55, rows) / 1.0,
            "african_ancestry": rng.choice(["Y", "N"], rows),
        }
    )


@given(SEEDS, FORMULAS, CHILDREN)
@settings(max_examples=12, deadline=None)
def test_bounds_hold_every_value_of_what_is_not_done(seed: int, formula: str, children: str) -> None:
    rng = np.random.default_rng(seed)
    frame = people(rng, 30, 18 if children == "refuse" else 5)
    chosen = {"egfr_formula": formula, "egfr_children": children}
    whole = score("egfr", frame, settings=chosen, reasons=False)
    assert whole["completeness"].unique().to_list() == ["complete"]
    gap = str(rng.choice(frame.columns[2:]))
    gone = score("egfr", frame.with_columns(pl.lit(None).alias(gap)), settings=chosen, reasons=False)
    last_bit = 1 + 1e-12
    assert (gone["lower"] <= whole["score"] * last_bit).all()
    assert (gone["upper"] * last_bit >= whole["score"]).all()
    assert ((gone["completeness"] == "complete") == gone["score"].is_not_null()).all()
    assert ((gone["score"] == whole["score"]) | gone["score"].is_null()).all()


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_falls_with_creatinine_and_age_and_ignores_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = people(rng, 20, 18)
    start = score("egfr", frame)["score"]
    more = frame.with_columns(pl.col("creatinine_umol_l") + 0.1)
    assert (score("egfr", more)["score"] < start).all()
    assert (score("egfr", frame.with_columns(pl.col("age") + 1))["score"] < start).all()
    mixed = frame.select(sorted(frame.columns)).reverse()
    assert score("egfr", mixed)["score"].reverse().to_list() == start.to_list()


@given(SEEDS, FORMULAS, CHILDREN)
@settings(max_examples=12, deadline=None)
def test_every_back_end_gives_the_same(seed: int, formula: str, children: str) -> None:
    rng, rows = np.random.default_rng(seed), 40
    now = {
        "creatinine": rng.integers(30, 900, rows) / 1.0,
        "age": rng.integers(5, 90, rows) / 1.0,
        "female": rng.integers(0, 2, rows) == 1,
        "african_ancestry": rng.integers(0, 2, rows) == 1,
        "urea": rng.integers(1, 40, rows) / 1.0,
        "albumin": rng.integers(15, 55, rows) / 1.0,
        "height": rng.integers(80, 200, rows) / 1.0,
    }
    chosen = {"egfr_formula": formula, "egfr_children": children}
    agree(lambda columns: filtration_rate(columns, chosen), now, rtol=1e-9)


@pytest.mark.parametrize("formula", ["ckd_epi_2021", "mdrd6"])
def test_bounds_are_reached_at_the_ends_of_the_ranges(formula: str) -> None:
    ends = {
        "sex": ["F", "M"],
        "age": [18, 120],
        "creatinine_umol_l": [10.0, 3000.0],
        "urea_mmol_l": [0.5, 150.0],
        "albumin_g_l": [5.0, 100.0],
        "african_ancestry": ["Y", "N"],
    }
    whole = pl.DataFrame(
        {"sex": ["F"], "age": [50], "creatinine_umol_l": [90.0], "urea_mmol_l": [6.0], "albumin_g_l": [38.0]}
    ).with_columns(african_ancestry=pl.lit("N"), USUBJID=pl.lit("P"), VISITNUM=1)
    for name, values in ends.items():
        filled = pl.concat(
            [whole.with_columns(pl.lit(value).alias(name), VISITNUM=n) for n, value in enumerate(values)]
        )
        rates = score("egfr", filled, settings={"egfr_formula": formula})["score"]
        gap = score("egfr", whole.with_columns(pl.lit(None).alias(name)), settings={"egfr_formula": formula})
        assert (gap["lower"][0], gap["upper"][0]) == (rates.min(), rates.max()), name
