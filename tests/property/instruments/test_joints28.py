"""28-joint counts: exact bounds, exact verdicts, one rule on every back end."""

from __future__ import annotations

import numpy as np
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import Row, completed
from random_rows import chosen_gaps

from lupustrial.instruments._joints28_rules import (
    COUNTS,
    NAMES,
    count_joints,
    is_arthritis_2k,
    is_arthritis_selena,
    may_scale,
)

SEEDS = st.integers(0, 2**32 - 1)
CODES = [f"{sign}_{name}" for sign in ("tender", "swollen") for name in NAMES]
YES_NO = ["Y", "N"]


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_rules_agree_on_every_back_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    agree(count_joints, {code: rng.integers(0, 2, 40) for code in CODES})
    number = {"joints": rng.integers(0, 29, 40)}
    agree(lambda columns: may_scale(columns["joints"]), number)
    agree(lambda columns: is_arthritis_selena(columns["joints"]), number)
    for least in (2, 3):
        agree(lambda columns, least=least: is_arthritis_2k(columns["joints"], least), number)


def visit(rng: np.random.Generator, share: float) -> Row:
    return {code: "Y" if rng.random() < share else "N" for code in CODES}


@pytest.mark.parametrize("counts", ["tender_and_swollen", "tender_plus_swollen"])
@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_bounds_and_verdicts_are_exact(counts: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [visit(rng, 0.45), visit(rng, 0.3)]
    gaps = {}
    for code in chosen_gaps(rng, CODES, 5):
        at = int(rng.integers(2))
        rows[at][code] = None
        gaps[at, code] = YES_NO
    open_, filled = completed("joints28", rows, gaps, joint50_counts=counts)
    for name in COUNTS:
        ends = (open_[f"lower_{name}"], open_[f"upper_{name}"])
        assert (filled[name].min(), filled[name].max()) == ends
        assert ends[0] <= open_[name] <= ends[1] + 1e-9  # a scaled count lies between its bounds
    seen = set(filled["state"])
    assert open_["state"] == (seen.pop() if len(seen) == 1 else "undecided")
    for output in ("responder", "sledai_arth_selena", "sledai_arth_2k"):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output


@given(SEEDS, st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_scaling_is_the_rule_of_three(seed: int, undone: int) -> None:
    """Sum of the examined joints, times 28, by the examined joints; nothing from six missing on."""
    rng = np.random.default_rng(seed)
    row = visit(rng, 0.4)
    missed = chosen_gaps(rng, NAMES, undone)
    row |= {f"{sign}_{name}": None for name in missed for sign in ("tender", "swollen")}
    open_, _ = completed("joints28", [row], {})
    examined = [name for name in NAMES if name not in missed]
    tender = sum(row[f"tender_{name}"] == "Y" for name in examined)
    assert open_["assessed"] == len(examined)
    assert open_["tender"] == (pytest.approx(tender / len(examined) * 28) if undone <= 5 else None)
