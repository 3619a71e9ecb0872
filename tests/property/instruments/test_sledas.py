"""SLE-DAS: exact bounds, a monotone score, one sum on every back end, nothing that order could change."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from back_ends import Arrays, agree
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.instruments import INSTRUMENTS, score
from lupustrial.instruments._sledas_rules import category, has_arthritis, score_sledas

Row = dict[str, Any]
SEEDS = st.integers(0, 2**32 - 1)
FLAGS = [each.code for each in INSTRUMENTS["sledas"].items if each.kind == "yn"]
POOL: dict[str, list[Any]] = {
    **{code: ["Y", "N"] for code in FLAGS},
    "swollen_joints": [0, 1, 28],
    "protein_mg": [0.0, 500.0, 501.0, 50000.0],
    "platelets": [1.0, 99.0, 100.0, 3000.0],
    "leukocytes": [0.1, 2.9, 3.0, 500.0],
}
ARTHRITIS = st.sampled_from(["joints_or_clinician", "clinician", "joints"])
ROUNDING = st.sampled_from(["rounded", "unrounded"])
unhurried = settings(deadline=None, max_examples=12)
few = settings(deadline=None, max_examples=3)


def visit(rng: np.random.Generator, present: float = 0.1) -> Row:
    row: Row = {code: values[rng.integers(len(values))] for code, values in POOL.items()}
    row |= {code: "Y" if rng.random() < present else "N" for code in FLAGS}
    for code, quiet in (
        ("protein_mg", 100.0),
        ("platelets", 250.0),
        ("leukocytes", 6.0),
        ("swollen_joints", 0),
    ):
        row[code] = quiet if rng.random() < 0.6 else row[code]
    return row | ({"localised_rash": "N"} if row["generalised_rash"] == "Y" else {})


def both_rashes(rows: list[Row]) -> bool:
    return any(row["localised_rash"] == row["generalised_rash"] == "Y" for row in rows)


def frame(people: list[list[Row]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"USUBJID": f"{n:05d}", "VISITNUM": v, **row}
            for n, person in enumerate(people)
            for v, row in enumerate(person)
        ],
        infer_schema_length=None,
    )


@unhurried
@given(SEEDS, ARTHRITIS, ROUNDING)
def test_bounds_are_reached_and_what_all_completions_share_is_given(
    seed: int, arthritis: str, rounding: str
) -> None:
    rng = np.random.default_rng(seed)
    rows = [visit(rng), visit(rng)]
    codes = [str(code) for code in rng.choice(list(POOL), 3, replace=False)]
    codes += ["localised_rash", "generalised_rash"] if rng.random() < 0.4 else []
    codes += ["arthritis", "swollen_joints"] if rng.random() < 0.4 else []
    gaps = sorted({(int(rng.integers(2)) if rng.random() < 0.3 else 1, code) for code in codes[-4:]})
    people = [[dict(row) for row in rows]]
    for at, code in gaps:
        people[0][at][code] = None
    for values in itertools.product(*(POOL[code] for _, code in gaps)):
        filled = [dict(row) for row in rows]
        for (at, code), value in zip(gaps, values, strict=True):
            filled[at][code] = value
        people += [] if both_rashes(filled) else [filled]
    chosen = {"sledas_arthritis": arthritis, "sledas_rounding": rounding, "sledas_arthritis_blank": "unknown"}
    found = score("sledas", frame(people), settings=chosen, reasons=False).filter(pl.col("VISITNUM") == 1)
    open_, full = found.row(0, named=True), found[1:]
    assert set(full["completeness"]) == {"complete"}
    assert (full["score"].min(), full["score"].max()) == (open_["lower"], open_["upper"])
    for column in ("score", "state", "worse", "improved", "worse_baseline", "improved_baseline"):
        seen = set(full[column])
        open_word = "undecided" if column == "state" else None
        assert open_[column] == (seen.pop() if len(seen) == 1 else open_word), column
    assert (open_["completeness"] == "complete") == (full["score"].n_unique() == 1)


@unhurried
@given(SEEDS, st.sampled_from(list(POOL)), ARTHRITIS)
def test_a_worse_parameter_never_lowers_the_score(seed: int, code: str, arthritis: str) -> None:
    rng = np.random.default_rng(seed)
    worst = {"Y": "Y"}.get(POOL[code][0], POOL[code][0 if code in ("platelets", "leukocytes") else -1])
    rows = [visit(rng) for _ in range(10)]
    if code == "localised_rash":
        rows = [row | {"generalised_rash": "N"} for row in rows]
    if code == "generalised_rash":
        rows = [row | {"localised_rash": "N"} for row in rows]
    chosen = {"sledas_arthritis": arthritis}
    before, after = (
        score("sledas", frame([[row | more] for row in rows]), settings=chosen, reasons=False)["score"]
        for more in ({}, {code: worst})
    )
    assert (after >= before).all()


@few
@given(SEEDS)
def test_order_repetition_reasons_and_company_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = [
        [{code: None if rng.random() < 0.03 else v for code, v in visit(rng).items()} for _ in range(3)]
        for _ in "abc"
    ]
    given_ = frame(people)
    expected = score("sledas", given_)
    assert_frame_equal(score("sledas", given_), expected)
    order = rng.permutation(9).tolist()
    columns = ["USUBJID", "VISITNUM", *(str(code) for code in rng.permutation(list(POOL)))]
    assert_frame_equal(score("sledas", given_[order].select(columns)), expected[order])
    silent = score("sledas", given_, reasons=False)
    assert silent["reasons"].null_count() == 9
    assert_frame_equal(silent.drop("reasons"), expected.drop("reasons"))
    alone = [score("sledas", part) for part in given_.partition_by("USUBJID", maintain_order=True)]
    assert_frame_equal(pl.concat(alone), expected)


@pytest.mark.parametrize("arthritis", ["joints_or_clinician", "clinician", "joints"])
@unhurried
@given(SEEDS)
def test_the_rule_on_every_back_end(arthritis: str, seed: int) -> None:
    """Logarithms may differ in their last bits: 1e-12 relative (see tests/tolerances.md)."""
    rng = np.random.default_rng(seed)
    values: Arrays = {code: rng.integers(0, 2, 60) for code in FLAGS}
    values["swollen_joints"] = rng.integers(0, 29, 60)
    for code, edge in (("protein_mg", 5_000_000), ("platelets", 1_000_000), ("leukocytes", 30_000)):
        values[code] = rng.choice([1_000, edge // 2, edge - 1, edge, edge + 1, 9 * edge], 60)
    agree(lambda columns: has_arthritis(columns, arthritis), values)
    agree(lambda columns: score_sledas(columns, arthritis), values, rtol=1e-12)
    scores = {"score": rng.choice([0, 207, 208, 209, 763, 764, 765, 2080, 2081, 7640, 7641], 60)}
    agree(lambda columns: category(columns["score"], 2), scores)
    agree(lambda columns: category(columns["score"], 3), scores)
