"""Clinical SLEDAI, M-SLEDAI, S2K RI-50, change: exact bounds, monotone, indifferent to order, back ends."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.instruments import INSTRUMENTS, score
from lupustrial.instruments._s2k_ri50 import score_ri50
from lupustrial.instruments._sledai_change import activity_band, has_flared, has_improved
from lupustrial.instruments._sledai_family import score_without

SEEDS = st.integers(0, 2**32 - 1)
CODES = [item.code for item in INSTRUMENTS["selena_sledai"].items]
CHOSEN = {"clinical_sledai": {}, "m_sledai": {"m_sledai_definition": "without_dna"}, "s2k_ri50": {}}
Row = dict[str, Any]
unhurried = settings(deadline=None, max_examples=15)


def answers(rng: np.random.Generator, codes: Sequence[str]) -> Row:
    return {code: str(rng.choice(["Y", "N"])) for code in codes}


def completions(rows: list[Row], gaps: list[tuple[int, str]], pool: Sequence[Any]) -> pl.DataFrame:
    """Return the rows as participant 0, then once for every way to fill the gaps."""
    people = [rows]
    for values in itertools.product(pool, repeat=len(gaps)):
        filled = [dict(row) for row in rows]
        for (row, code), value in zip(gaps, values, strict=True):
            filled[row][code] = value
        people.append(filled)
    return pl.DataFrame(
        [
            {"USUBJID": f"{n:05d}", "VISITNUM": v, **row}
            for n, person in enumerate(people)
            for v, row in enumerate(person)
        ],
        infer_schema_length=None,
    )


@unhurried
@given(SEEDS, st.sampled_from(["clinical_sledai", "m_sledai"]))
def test_bounds_are_reached_and_never_left(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    gaps = [(0, str(code)) for code in rng.choice(CODES, 5, replace=False)]
    row = answers(rng, CODES) | {code: None for _, code in gaps}
    found = score(name, completions([row], gaps, ["Y", "N"]), settings=CHOSEN[name], reasons=False)
    open_, filled = found.row(0, named=True), found[1:]
    assert (filled["score"].min(), filled["score"].max()) == (open_["lower"], open_["upper"])
    assert (open_["score"] is not None) == (open_["lower"] == open_["upper"])
    assert open_["completeness"] == ("incomplete" if open_["score"] is None else "complete")
    assert set(filled["completeness"]) == {"complete"}


@unhurried
@given(SEEDS)
def test_ri50_bounds_are_reached_and_never_left(seed: int) -> None:
    """What is not known may be present now, present at baseline, or at least half better."""
    rng = np.random.default_rng(seed)
    codes = [str(code) for code in rng.choice(CODES, 3, replace=False)]
    base, now = answers(rng, CODES), answers(rng, [*CODES, *(f"{code}_half" for code in CODES)])
    base |= {f"{code}_half": None for code in CODES}
    columns = [(0, codes[0]), (1, codes[0]), (1, f"{codes[0]}_half"), (0, codes[1]), (1, f"{codes[2]}_half")]
    gaps = [columns[n] for n in rng.choice(len(columns), 4, replace=False)]
    rows = [base, now]
    for row, code in gaps:
        rows[row][code] = None
    found = score("s2k_ri50", completions(rows, gaps, ["Y", "N"]), reasons=False)
    for visit in (0, 1):
        seen = found.filter(pl.col("VISITNUM") == visit)
        open_, filled = seen.row(0, named=True), seen[1:]
        assert (filled["score"].min(), filled["score"].max()) == (open_["lower"], open_["upper"])
        assert open_["score"] == (open_["lower"] if open_["lower"] == open_["upper"] else None)
        assert (open_["completeness"] == "complete") == (open_["lower"] == open_["upper"])


@unhurried
@given(SEEDS, st.sampled_from(["four", "five"]), st.sampled_from(["previous_visit", "baseline"]))
def test_change_is_decided_exactly_when_every_completion_agrees(
    seed: int, bands: str, reference: str
) -> None:
    rng = np.random.default_rng(seed)
    low = int(rng.integers(0, 12))
    pool = list(range(low, low + int(rng.integers(2, 5))))
    rows: list[Row] = [{"sledai": int(rng.integers(0, 16))} for _ in range(3)]
    gaps = [(int(n), "sledai") for n in rng.choice(3, 2, replace=False)]
    bounds = {"sledai": None, "sledai_lower": pool[0], "sledai_upper": pool[-1]}
    rows = [row | (bounds if (n, "sledai") in gaps else {}) for n, row in enumerate(rows)]
    chosen = {"sledai_bands": bands, "sledai_change_reference": reference}
    found = score("sledai_change", completions(rows, gaps, pool), settings=chosen, reasons=False)
    for visit in range(3):
        seen = found.filter(pl.col("VISITNUM") == visit)
        for flag in ("band", "improved", "flare", "change", "score"):
            values = set(seen[flag][1:])
            assert seen[flag][0] == (values.pop() if len(values) == 1 else None), (flag, visit)
        decided = all(len(set(seen[flag][1:])) == 1 for flag in ("band", "improved", "flare"))
        assert (seen["completeness"][0] == "complete") == decided


@unhurried
@given(SEEDS, st.sampled_from(list(CHOSEN)))
def test_one_more_descriptor_never_lowers_a_score(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    row, code = answers(rng, CODES), str(rng.choice(CODES))
    rows = [{"USUBJID": "A", "VISITNUM": 1, **row}, {"USUBJID": "B", "VISITNUM": 1, **row, code: "Y"}]
    first, second = score(name, pl.DataFrame(rows), settings=CHOSEN[name], reasons=False)["score"]
    assert second >= first


@pytest.mark.parametrize("name", list(CHOSEN))
@settings(deadline=None, max_examples=2)
@given(seed=SEEDS)
def test_order_of_rows_and_columns_changes_nothing_nor_does_scoring_twice(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = [each.code for each in INSTRUMENTS[name].inputs]
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n}", "VISITNUM": v} | {code: rng.choice(["Y", "N", None]) for code in wanted}
            for n in range(4)
            for v in range(3)
        ],
        infer_schema_length=None,
    )
    expected = score(name, frame, settings=CHOSEN[name])
    assert_frame_equal(score(name, frame, settings=CHOSEN[name]), expected)
    shuffled = frame.select("USUBJID", "VISITNUM", *(str(code) for code in rng.permutation(wanted)))
    assert_frame_equal(score(name, shuffled, settings=CHOSEN[name]), expected)
    rows = rng.permutation(frame.height).tolist()
    assert_frame_equal(score(name, frame[rows], settings=CHOSEN[name]), expected[rows])
    silent = score(name, frame, settings=CHOSEN[name], reasons=False)
    assert_frame_equal(silent.drop("reasons"), expected.drop("reasons"))


@settings(deadline=None, max_examples=4)
@given(SEEDS)
def test_rules_agree_on_every_back_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second, third = ({code: rng.integers(0, 2, 40) for code in CODES} for _ in range(3))
    agree(lambda present: score_without(present, ("COMP", "DNA")), first)
    agree(score_ri50, first, second, third)
    scores = {name: rng.integers(0, 106, 40) for name in ("before", "now")}
    agree(lambda columns: has_improved(columns["before"], columns["now"]), scores)
    agree(lambda columns: has_flared(columns["before"], columns["now"]), scores)
    for scheme in ("four", "five"):
        agree(lambda columns, scheme=scheme: activity_band(columns["now"], scheme), {"now": scores["now"]})
