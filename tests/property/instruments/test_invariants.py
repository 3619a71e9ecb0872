"""Invariants of the scores: monotone, blind to order, idempotent."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.instruments import DOMAINS, INSTRUMENTS, score, settings_hash

SEEDS = st.integers(0, 2**32 - 1)
SLEDAI = [item.code for item in INSTRUMENTS["selena_sledai"].items]
ORDINAL = [item.code for item in INSTRUMENTS["bilag2004"].items if item.kind == "ord"]
RANK = {"E": 0, "D": 1, "C": 2, "B": 3, "A": 4}


def sledai_frame(rng: np.random.Generator, people: int) -> pl.DataFrame:
    answers = np.array(["Y", "N", None], dtype=object)
    rows = [{code: answers[rng.choice(3, p=[0.2, 0.7, 0.1])] for code in SLEDAI} for _ in range(people)]
    return pl.DataFrame([{"USUBJID": f"{n:03d}", "VISITNUM": 1} | row for n, row in enumerate(rows)])


def bilag_frame(rng: np.random.Generator, people: int, visits: int = 2) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for person in range(people):
        for visit in range(visits):
            row: dict[str, Any] = {"USUBJID": f"{person:03d}", "VISITNUM": float(visit)}
            row |= {code: int(rng.choice(5, p=[0.92, 0.02, 0.02, 0.02, 0.02])) for code in ORDINAL}
            row |= {
                "REN_P24": float(rng.choice([0.1, 0.4, 0.8, 1.5, 2.0])),
                "HAE_HB": float(rng.uniform(6, 14)),
            }
            rows.append(row)
    return pl.DataFrame(rows)


@given(SEEDS, st.sampled_from(SLEDAI), st.sampled_from(["selena_sledai", "sledai_1992", "sledai_2k"]))
@settings(max_examples=20, deadline=None)
def test_one_more_active_descriptor_never_lowers_sledai(seed: int, code: str, name: str) -> None:
    frame = sledai_frame(np.random.default_rng(seed), 20)
    before, after = (score(name, f) for f in (frame, frame.with_columns(pl.lit("Y").alias(code))))
    assert (after["lower"] >= before["lower"]).all()
    both = pl.DataFrame({"old": before["score"], "new": after["score"]}).drop_nulls()
    assert (both["new"] >= both["old"]).all()


@given(SEEDS, st.sampled_from(ORDINAL))
@settings(max_examples=20, deadline=None)
def test_a_worse_ordinal_item_never_improves_a_bilag_grade(seed: int, code: str) -> None:
    frame = bilag_frame(np.random.default_rng(seed), 10)
    if code == "REN_DIP":
        frame = frame.with_columns(REN_P24=pl.lit(None, dtype=pl.Float64), REN_DIP=pl.lit(1))
    worse = frame.with_columns(pl.when(pl.col("VISITNUM") == 1).then(4).otherwise(pl.col(code)).alias(code))
    before, after = (score("bilag2004", f, reasons=False) for f in (frame, worse))
    for domain in DOMAINS:
        old, new = (x[f"grade_{domain}"].replace_strict(RANK, return_dtype=pl.Int32) for x in (before, after))
        assert (new >= old).all(), domain


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_order_of_columns_and_rows_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = bilag_frame(rng, 8, visits=3)
    keys = ["USUBJID", "VISITNUM"]
    items = [column for column in frame.columns if column not in keys]
    shuffled = frame.select(*keys, *(str(code) for code in rng.permutation(items)))
    expected = score("bilag2004", frame)
    assert_frame_equal(score("bilag2004", shuffled), expected)
    rows = rng.permutation(frame.height).tolist()
    assert_frame_equal(score("bilag2004", frame[rows]), expected[rows])


@given(SEEDS)
@settings(max_examples=4, deadline=None)
def test_participants_do_not_influence_each_other(seed: int) -> None:
    frame = bilag_frame(np.random.default_rng(seed), 5, visits=3)
    alone = [score("bilag2004", part) for part in frame.partition_by("USUBJID", maintain_order=True)]
    assert_frame_equal(pl.concat(alone), score("bilag2004", frame))


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_scoring_twice_is_scoring_once_and_reasons_change_no_score(seed: int) -> None:
    frame = sledai_frame(np.random.default_rng(seed), 10)
    once, twice = (score("selena_sledai", frame) for _ in range(2))
    assert_frame_equal(once, twice)
    silent = score("selena_sledai", frame, reasons=False)
    assert silent["reasons"].null_count() == silent.height
    assert_frame_equal(silent.drop("reasons"), once.drop("reasons"))


@settings(deadline=None)
@given(st.permutations([("sri_points", "6"), ("sri_max_new_b", "0"), ("pga_worse_operator", ">")]))
def test_hash_of_settings_ignores_their_order_and_spelling_of_defaults(pairs: list[tuple[str, str]]) -> None:
    assert settings_hash("sri", dict(pairs)) == settings_hash("sri", {**dict(pairs), "sri_points": 6})
    assert settings_hash("sri", dict(pairs)) != settings_hash("sri")
    assert settings_hash("sri", {"sri_points": 4}) == settings_hash("sri")
