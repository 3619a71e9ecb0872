"""Invariants of the instruments of skin, joints, damage, classification and safety."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from random_rows import random_frame, values_of

from lupustrial.instruments import INSTRUMENTS, score

SEEDS = st.integers(0, 2**32 - 1)
NAMES = ["clasi", "clasi50", "joints28", "sdi", "acr1997", "slicc2012", "eular_acr2019", "ctcae5"]
few = settings(max_examples=3, deadline=None)


def frame_of(name: str, seed: int, people: int = 4, visits: int = 3) -> pl.DataFrame:
    frame = random_frame(np.random.default_rng(seed), INSTRUMENTS[name], people, visits)
    # Bounds of an activity that is not known may not cross.
    return frame.drop("clasi_upper") if name == "clasi50" else frame


@pytest.mark.parametrize("name", NAMES)
@given(SEEDS)
@few
def test_order_of_rows_and_columns_changes_nothing(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(name, seed)
    keys = ["USUBJID", "VISITNUM"]
    codes = [column for column in frame.columns if column not in keys]
    expected = score(name, frame)
    assert_frame_equal(score(name, frame.select(*keys, *map(str, rng.permutation(codes)))), expected)
    rows = rng.permutation(frame.height).tolist()
    assert_frame_equal(score(name, frame[rows]), expected[rows])


@pytest.mark.parametrize("name", NAMES)
@given(SEEDS)
@few
def test_participants_do_not_influence_each_other(name: str, seed: int) -> None:
    frame = frame_of(name, seed)
    alone = [score(name, part) for part in frame.partition_by("USUBJID", maintain_order=True)]
    assert_frame_equal(pl.concat(alone), score(name, frame))


@pytest.mark.parametrize("name", NAMES)
@given(SEEDS)
@few
def test_scoring_twice_is_scoring_once_and_reasons_change_no_score(name: str, seed: int) -> None:
    frame = frame_of(name, seed)
    once = score(name, frame)
    assert_frame_equal(score(name, frame), once)
    silent = score(name, frame, reasons=False)
    assert silent["reasons"].null_count() == silent.height
    assert_frame_equal(silent.drop("reasons"), once.drop("reasons"))


@pytest.mark.parametrize("name", ["clasi", "joints28", "sdi", "acr1997", "eular_acr2019"])
@given(SEEDS)
@few
def test_one_item_more_never_lowers_a_bound(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of(name, seed, visits=1)
    before = score(name, frame)
    each = INSTRUMENTS[name].items[rng.integers(len(INSTRUMENTS[name].items))]
    highest = "Y" if each.kind == "yn" else values_of(each)[-1]
    after = score(name, frame.with_columns(pl.lit(highest).alias(each.code)))
    for end in ("lower", "upper"):
        assert (after[end] >= before[end]).all(), each.code
