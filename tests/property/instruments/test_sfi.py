"""SELENA-SLEDAI flare index: exact three-valued verdicts, monotone rules, nothing that order could change."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import Row, as_frame, completed
from polars.testing import assert_frame_equal

from lupustrial.instruments import score
from lupustrial.instruments._bilag_rules import worst_grade
from lupustrial.instruments._sfi_inputs import CLINICAL_CODES, FLAGS, NUMBERS, SFI, ends_of
from lupustrial.instruments._sfi_revised import ORGANS
from lupustrial.instruments._sfi_rules import (
    CRITERIA,
    criteria,
    derived_action,
    derived_mild,
    derived_severe,
    state_rank,
)

SEEDS = st.integers(0, 2**32 - 1)
OPTIONS = st.fixed_dictionaries(
    {
        "sfi_sledai12_min_rise": st.sampled_from(["1", "3"]),
        "sfi_modified": st.sampled_from(["yes", "no"]),
        "sfi_mycophenolate": st.sampled_from(["yes", "no"]),
    }
)
unhurried = settings(deadline=None, max_examples=15)
RANKS = {"none": 0, "mild_moderate": 1, "severe": 2}
ANSWERS = ["mild_clinical_item", "severe_clinical_item_with_action"]
BLOOD = ("haemoglobin", "platelets")
OTHERS = [*FLAGS, *CLINICAL_CODES, "sfi_action"]


def pool_of(rng: np.random.Generator) -> dict[str, list[Any]]:
    """Return few values of each input, near its thresholds."""
    pool: dict[str, list[Any]] = {name: ["Y", "N"] for name in OTHERS}
    return pool | {
        "sledai": [0, int(rng.integers(8, 12)), 12, 13, 15, 105],
        "pga": [0.0, 1.0, 1.5, 2.5, 2.51, 3.0],
        "prednisone": [0.0, 0.0001, 10.0, 20.0, 30.0, 30.0001, 5000.0],
        "weight_kg": [20.0, 60.0, 300.0],
        "haemoglobin": [0.0, 6.9, 7.0, 10.0, 10.1, 25.0],
        "platelets": [0.0, 50.0, 59.9, 60.0, 3000.0],
    }


def random_rows(rng: np.random.Generator, pool: dict[str, list[Any]]) -> list[Row]:
    """Return two visits, mostly quiet, with the clinical answers or with what stands for them."""
    by_answers = rng.random() < 0.5
    rows = []
    for _ in range(2):
        row = {name: values[int(rng.integers(len(values)))] for name, values in pool.items()}
        for name in OTHERS:
            row[name] = "Y" if rng.random() < 0.1 else "N"
        left_out = (*CLINICAL_CODES, "sfi_action", *BLOOD) if by_answers else ANSWERS
        rows.append(row | dict.fromkeys(left_out))
    return rows


@settings(deadline=None, max_examples=40)
@given(SEEDS, OPTIONS)
def test_the_state_is_told_exactly_when_every_completion_agrees(seed: int, options: dict[str, str]) -> None:
    rng = np.random.default_rng(seed)
    pool = pool_of(rng)
    rows = random_rows(rng, pool)
    # A blank action is no gap: the doses stand for it.
    places = [(1, name) for name, value in rows[1].items() if value is not None and name != "sfi_action"]
    places += [(0, name) for name in ("sledai", "pga", "prednisone", *BLOOD) if rows[0][name] is not None]
    chosen = [places[int(at)] for at in rng.choice(len(places), 3, replace=False)]
    gaps = {place: pool[place[1]] for place in chosen}
    # Two numbers of one comparison: the value that has just risen enough must be among those tried.
    gaps = {
        (at, name): sorted({*values, *_near(name, rows[1 - at][name])}, key=str)
        if name in ("sledai", "pga", "prednisone")
        else values
        for (at, name), values in gaps.items()
    }
    for at, name in gaps:
        rows[at][name] = None
    open_, filled = completed("sfi", rows, gaps, **options)
    ranks = filled["state"].replace_strict(RANKS, return_dtype=pl.Int32)
    assert (RANKS[open_["state_lower"]], RANKS[open_["state_upper"]]) == (ranks.min(), ranks.max())
    for output in ("state", "state_clinical"):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else "undecided"), (output, rows, gaps)
    for output in ("flare", "severe_flare", *CRITERIA):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), (output, rows, gaps)
    assert (open_["completeness"] == "complete") == (open_["state"] != "undecided")


def _near(name: str, other: Any) -> list[Any]:
    """Return values that lie just at and just beside the rise that counts from the other visit."""
    if other is None:
        return []
    steps, high = {
        "sledai": ([-3, -2, -1, 0, 1, 2, 3], 105),
        "pga": ([-1.0, -0.99, -0.01, 0.0, 0.01, 0.99, 1.0], 3.0),
        "prednisone": ([-0.0001, 0.0001], 5000.0),
    }[name]
    values = [round(other + step, 4) for step in steps]
    return [value for value in values if 0 <= value <= high]


@unhurried
@given(SEEDS, OPTIONS)
def test_more_disease_never_makes_a_lesser_flare(seed: int, options: dict[str, str]) -> None:
    rng = np.random.default_rng(seed)
    pool = pool_of(rng)
    before, now = random_rows(rng, pool)
    name = str(rng.choice([name for name, value in now.items() if value is not None]))
    values = [pool[name][0], pool[name][-1]] if name not in OTHERS else ["N", "Y"]
    if name in ("weight_kg", "haemoglobin", "platelets"):
        values.reverse()
    less, more = (
        score("sfi", as_frame(before, now | {name: value}), settings=options).row(1, named=True)
        for value in values
    )
    for end in ("state_lower", "state_upper"):
        assert RANKS[less[end]] <= RANKS[more[end]], (name, before, now)


@unhurried
@given(SEEDS)
def test_order_of_rows_and_columns_and_what_is_left_out_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pool = pool_of(rng)
    people = pl.concat(
        (
            as_frame(*random_rows(rng, pool), *random_rows(rng, pool)).with_columns(USUBJID=pl.lit(f"P{n}"))
            for n in range(3)
        ),
        how="vertical_relaxed",
    )
    found = score("sfi", people)
    shuffled = people.sample(fraction=1, shuffle=True, seed=seed % 1000)
    shuffled = shuffled.select(rng.permutation(people.columns).tolist())
    again = score("sfi", shuffled).select(found.columns).sort("USUBJID", "VISITNUM")
    assert_frame_equal(again, found)
    alone = pl.concat(score("sfi", part) for part in people.partition_by("USUBJID"))
    assert_frame_equal(alone, found)
    plain = score("sfi", people, reasons=False)
    assert_frame_equal(plain.drop("reasons"), found.drop("reasons"))
    assert plain["reasons"].null_count() == plain.height


@unhurried
@given(SEEDS, OPTIONS, st.booleans())
def test_rules_on_every_back_end(seed: int, options: dict[str, str], medication: bool) -> None:  # noqa: FBT001  # drawn
    rng = np.random.default_rng(seed)
    rows = 60

    def numbers() -> dict[str, np.ndarray]:
        return {name: rng.integers(ends_of(name)[0], ends_of(name)[1] + 1, rows) for name in NUMBERS}

    now = numbers() | {name: rng.integers(0, 2, rows) for name in (*FLAGS, *CLINICAL_CODES)}
    now |= {
        "not_due_to_lupus_prednisone": rng.integers(0, 2, rows),
        "platelets": rng.integers(0, 1_200_000, rows),
        "haemoglobin": rng.integers(0, 140_000, rows),
        "sledai": rng.integers(0, 30, rows),
        "prednisone": rng.integers(0, 1_200_000, rows),
    }
    before = {name: now[name][rng.permutation(rows)] for name in NUMBERS}
    agree(lambda *groups: criteria(*groups, options), now, before)
    agree(derived_mild, now)
    agree(derived_severe, now, before)
    agree(derived_action, now, before)
    met = {name: rng.random(rows) < 0.2 for name in (*CRITERIA, "sledai_risen")}
    agree(lambda columns: state_rank(columns, options, medication=medication), met)
    agree(worst_grade, {organ: rng.integers(0, 4, rows) for organ in ORGANS})


@unhurried
@given(SEEDS)
def test_the_revised_index_is_told_exactly_when_every_completion_agrees(seed: int) -> None:
    rng = np.random.default_rng(seed)
    row: Row = {f"rsfi_{organ}": int(rng.integers(0, 4)) * int(rng.random() < 0.3) for organ in ORGANS}
    gaps = {(0, f"rsfi_{organ}"): range(4) for organ in rng.choice(ORGANS, 2, replace=False)}
    for _, name in gaps:
        row[name] = None
    open_, filled = completed("sfi_revised", [row], gaps)
    assert (open_["lower"], open_["upper"]) == (filled["score"].min(), filled["score"].max())
    for output, undecided in (
        ("state", "undecided"),
        ("score", None),
        ("flare", None),
        ("severe_flare", None),
    ):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else undecided), output


def test_every_input_of_the_index_is_read() -> None:
    declared = {each.code for each in SFI.inputs}
    read = {*NUMBERS, *FLAGS, *CLINICAL_CODES}
    assert declared - read == {
        "sfi_action",
        "not_due_to_lupus_prednisone",
        "flare_onset",
        "sledai_lower",
        "sledai_upper",
    }
