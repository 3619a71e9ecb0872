"""SRI over classic BILAG, SRI-50, and the denominator: exact where components are missing."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import INSTRUMENTS, score
from lupustrial.instruments._sri_rules import bilag_holds, can_be_new_b, fell_by, is_new_b, new_grades

SEEDS = st.integers(0, 2**32 - 1)
Row = dict[str, Any]


def grades_of(name: str) -> list[str]:
    return [each.code for each in INSTRUMENTS[name].items if each.kind == "grade"]


def drawn(rng: np.random.Generator, name: str) -> tuple[Row, Row]:
    base: Row = {grade: str(rng.choice(list("BCDE"))) for grade in grades_of(name)}
    now = base | {str(g): str(rng.choice(list("ABC"))) for g in rng.choice(grades_of(name), 2)}
    start = int(rng.integers(2, 12))
    later = max(start - int(rng.integers(2, 7)), 0)
    now |= {"sledai": later, "pga": float(rng.choice([0.5, 1.29, 1.3]))}
    base |= {"sledai": start, "pga": 1.0}
    if name == "sri50":
        base["s2k_ri50"], now["s2k_ri50"] = float(start), later + float(rng.choice([0.0, 0.5]))
    return base, now


def judged(name: str, people: list[tuple[Row, Row]], **chosen: str) -> pl.DataFrame:
    frame = pl.DataFrame(
        [
            {"USUBJID": f"{n:06d}", "VISITNUM": visit, **row}
            for n, pair in enumerate(people)
            for visit, row in enumerate(pair)
        ],
        infer_schema_length=None,
    )
    return score(name, frame, settings=chosen, reasons=False).filter(pl.col("VISITNUM") == 1)


@pytest.mark.parametrize("name", ["sri", "sri_classic", "sri50"])
@given(seed=SEEDS, counted=st.sampled_from(["all", "baseline_sledai_at_least_x"]))
@settings(max_examples=25, deadline=None)
def test_a_verdict_is_given_exactly_when_every_completion_agrees(name: str, seed: int, counted: str) -> None:
    rng = np.random.default_rng(seed)
    pair = drawn(rng, name)
    pools: dict[str, list[Any]] = {grade: list("ABCDE") for grade in grades_of(name)}
    pools |= {"sledai": [0, 3, 4, 7, 8, 105], "pga": [0.0, 1.3, 3.0], "s2k_ri50": [0.0, 3.5, 4.0, 105.0]}
    gaps = [(int(rng.integers(2)), str(one)) for one in rng.choice(grades_of(name), 2, replace=False)]
    gaps.append((int(rng.integers(2)), str(rng.choice(["sledai", "pga"]))))
    if name == "sri50":
        gaps[0] = (1, "s2k_ri50")
    holes = [dict(row) for row in pair]
    for row, column in gaps:
        holes[row][column] = None
    filled = []
    for values in itertools.product(*(pools[column] for _, column in gaps)):
        full = [dict(row) for row in pair]
        for (row, column), value in zip(gaps, values, strict=True):
            full[row][column] = value
        filled.append((full[0], full[1]))
    found = judged(name, [(holes[0], holes[1]), *filled], sri_denominator=counted)
    states = set(found["state"][1:])
    assert found["state"][0] == (states.pop() if len(states) == 1 else "undecided")
    for flag in ("sledai_ok", "bilag_ok", "pga_ok", "n_new_a", "n_new_b"):
        seen = set(found[flag][1:])
        assert found[flag][0] == (seen.pop() if len(seen) == 1 else None), flag


def test_where_a_new_b_is_possible_some_completion_is_one() -> None:
    for start, low, high in itertools.product(range(5), repeat=3):
        inside = [
            bool(is_new_b(np.array(x), np.array(y))) for x in range(start, 5) for y in range(low, high + 1)
        ]
        assert bool(can_be_new_b(np.array(start), np.array(low), np.array(high))) == any(inside)


@given(SEEDS, st.sampled_from(["sri", "sri_classic"]))
@settings(max_examples=10, deadline=None)
def test_one_rule_on_every_back_end(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    domains = [grade.removeprefix("grade_") for grade in grades_of(name)]
    base, now = ({domain: rng.integers(0, 5, 50, dtype=np.int32) for domain in domains} for _ in range(2))
    agree(lambda x, y: dict(zip("ab", new_grades(x, y), strict=True)), base, now)
    agree(lambda x, y: bilag_holds(*new_grades(x, y), 1), base, now)
    agree(lambda x, y: can_be_new_b(x["renal"], y["renal"], y["mucocutaneous"]), base, now)
    agree(lambda x, y: fell_by(3, x["renal"], y["renal"]), base, now)
