"""CLASI: exact bounds, exact verdicts, one rule on every back end."""

from __future__ import annotations

import numpy as np
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import completed
from random_rows import chosen_gaps, random_rows, values_of

from lupustrial.instruments import INSTRUMENTS
from lupustrial.instruments._clasi_rules import (
    ACTIVITY,
    DAMAGE,
    LASTING,
    VALUES,
    score_activity,
    score_damage,
    severity,
)

SEEDS = st.integers(0, 2**32 - 1)
CLASI = INSTRUMENTS["clasi"]
POOLS = {each.code: values_of(each) for each in CLASI.inputs}
MUCOSAL = ("not_counted", "counted", "counted_and_doubled")


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_rules_agree_on_every_back_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = {code: rng.choice(VALUES[code], 40) for code in (*ACTIVITY, *DAMAGE)}
    items[LASTING] = rng.integers(0, 2, 40)
    agree(score_activity, items)
    for option in MUCOSAL:
        agree(lambda columns, option=option: score_damage(columns, option), items)
    agree(lambda columns: severity(columns["activity"]), {"activity": rng.integers(0, 71, 40)})


@pytest.mark.parametrize("mucosal", MUCOSAL)
@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_bounds_are_reached_and_never_left(mucosal: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    (row,) = random_rows(rng, CLASI, 1, missing=0)
    codes = [*chosen_gaps(rng, [*ACTIVITY, *DAMAGE], 3), LASTING]
    row |= dict.fromkeys(codes)
    gaps = {(0, code): POOLS[code] for code in codes}
    open_, filled = completed("clasi", [row], gaps, clasi_mucosal_dyspigmentation=mucosal)
    for score, low, high in (("score", "lower", "upper"), ("damage", "lower_damage", "upper_damage")):
        assert (filled[score].min(), filled[score].max()) == (open_[low], open_[high])
        assert open_[score] == (filled[score][0] if filled[score].n_unique() == 1 else None)
    states = set(filled["state"])
    assert open_["state"] == (states.pop() if len(states) == 1 else "undecided")


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_the_response_is_decided_exactly_when_every_completion_agrees(seed: int) -> None:
    """Activity between 0 and about 15 at baseline and half of that at the visit, some items not done."""
    rng = np.random.default_rng(seed)
    rows = []
    for most in (1, 0.5):
        items = {code: int(rng.random() < 0.45 * most) for code in ACTIVITY}
        rows.append(items)
    gaps = {}
    for code in chosen_gaps(rng, ACTIVITY, 3):
        at = int(rng.integers(2))
        rows[at][code] = None
        gaps[at, code] = POOLS[code]
    open_, filled = completed("clasi50", rows, gaps)
    for output, undecided in (("state", "undecided"), ("responder", None)):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else undecided)
    assert (open_["completeness"] == "incomplete") == (open_["state"] == "undecided")
