"""BICLA: exact where facts are missing, monotone, blind to order, and one rule on every back end."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.instruments import DOMAINS, score
from lupustrial.instruments._bicla_rules import (
    can_be_not_improved,
    domain_outcomes,
    must_be_not_improved,
    possible_verdicts,
    was_active,
)

GRADES = [f"grade_{domain}" for domain in DOMAINS]
ORDER = "EDCBA"
SEEDS = st.integers(0, 2**32 - 1)
SETTINGS = st.fixed_dictionaries(
    {
        "bicla_no_ab_at_baseline": st.sampled_from(["not_evaluable", "non_responder"]),
        "pga_worse_operator": st.sampled_from([">=", ">"]),
    }
)
Row = dict[str, Any]

#: By grade at baseline, the grades that satisfy rule 1.
BETTER = {"A": "BCDE", "B": "CDE", "C": "ABCDE", "D": "ABCDE", "E": "ABCDE"}


def drawn(rng: np.random.Generator) -> tuple[Row, Row]:
    """A participant with few active domains, so that every verdict is drawn often."""
    few = rng.choice(9, 4, replace=False)
    base: Row = {grade: str(rng.choice(list("CDE"))) for grade in GRADES}
    now: Row = {grade: str(rng.choice(list("CDE"))) for grade in GRADES}
    for n in few:
        base[GRADES[n]], now[GRADES[n]] = str(rng.choice(list("ABBC"))), str(rng.choice(list("ABBCCE")))
    start = int(rng.integers(0, 12))
    base |= {"sledai": start, "pga": 1.0}
    now |= {"sledai": max(start + int(rng.integers(-3, 2)), 0), "pga": float(rng.choice([0.5, 1.29, 1.3]))}
    return base, now | {"treatment_failure": str(rng.choice(["N", "N", "N", "Y"]))}


def frame_of(people: list[tuple[Row, Row]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"USUBJID": f"{n:06d}", "VISITNUM": visit, **row}
            for n, pair in enumerate(people)
            for visit, row in enumerate(pair)
        ],
        schema_overrides={"sledai": pl.Int64, "pga": pl.Float64} | dict.fromkeys(GRADES, pl.String),
        infer_schema_length=None,
    )


def judged(people: list[tuple[Row, Row]], **chosen: str) -> pl.DataFrame:
    return score("bicla", frame_of(people), settings=chosen, reasons=False).filter(pl.col("VISITNUM") == 1)


def by_definition(base: Row, now: Row, chosen: dict[str, str]) -> str:
    """The verdict read off the definition [S10], one participant at a time."""
    before, after = [base[grade] for grade in GRADES], [now[grade] for grade in GRADES]
    if not {"A", "B"} & set(before):
        return "not evaluable" if chosen["bicla_no_ab_at_baseline"] == "not_evaluable" else "non-responder"
    pairs = list(zip(before, after, strict=True))
    new_a = sum(y == "A" and x != "A" for x, y in pairs)
    new_b = sum(y == "B" and x in "CDE" for x, y in pairs)
    rise = round(100 * now["pga"]) - round(100 * base["pga"])
    holds = (
        all(y in BETTER[x] for x, y in pairs)
        and new_a == 0
        and new_b <= 1
        and now["sledai"] <= base["sledai"]
        and (rise < 30 if chosen["pga_worse_operator"] == ">=" else rise <= 30)
        and now["treatment_failure"] == "N"
    )
    return "responder" if holds else "non-responder"


@given(SEEDS, SETTINGS)
@settings(max_examples=30, deadline=None)
def test_what_is_complete_is_judged_by_the_definition(seed: int, chosen: dict[str, str]) -> None:
    rng = np.random.default_rng(seed)
    people = [drawn(rng) for _ in range(40)]
    assert judged(people, **chosen)["state"].to_list() == [by_definition(*pair, chosen) for pair in people]


POOLS = {grade: list(ORDER) for grade in GRADES} | {"sledai": [0, 105], "pga": [0.0, 3.0]}


@given(SEEDS, SETTINGS)
@settings(max_examples=60, deadline=None)
def test_a_verdict_is_given_exactly_when_every_completion_agrees(seed: int, chosen: dict[str, str]) -> None:
    """Grades missing at baseline cut both ways, so two of a domain and two of others are left out."""
    rng = np.random.default_rng(seed)
    pair = drawn(rng)
    places = [(row, grade) for grade in rng.choice(GRADES, 2, replace=False) for row in (0, 1)]
    gaps = [places[n] for n in rng.choice(4, 3, replace=False)] + (
        [(int(rng.integers(2)), str(rng.choice(["sledai", "pga"])))] if rng.random() < 0.3 else []
    )
    holes = [dict(row) for row in pair]
    for row, name in gaps:
        holes[row][name] = None
    filled = []
    for values in itertools.product(*(POOLS[name] for _, name in gaps)):
        full = [dict(row) for row in pair]
        for (row, name), value in zip(gaps, values, strict=True):
            full[row][name] = value
        filled.append((full[0], full[1]))
    found = judged([(holes[0], holes[1]), *filled], **chosen)
    states = set(found["state"][1:])
    assert states <= {"responder", "non-responder", "not evaluable"}
    assert found["state"][0] == (states.pop() if len(states) == 1 else "undecided")
    for flag in ("bilag_improved_ok", "bilag_ok", "sledai_ok", "pga_ok", "n_new_a", "n_new_b"):
        seen = set(found[flag][1:])
        assert found[flag][0] == (seen.pop() if len(seen) == 1 else None), flag


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_bounds_of_grades_and_sledai_are_used_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pair = drawn(rng)
    holes, gaps = [dict(row) for row in pair], []
    for grade in rng.choice(GRADES, 2, replace=False):
        row, domain = int(rng.integers(2)), str(grade).removeprefix("grade_")
        low, high = sorted(rng.integers(0, 5, 2).tolist())
        holes[row] |= {str(grade): None, f"lower_{domain}": ORDER[low], f"upper_{domain}": ORDER[high]}
        gaps.append((row, str(grade), list(ORDER[low : high + 1])))
    ends = sorted(rng.integers(0, 12, 2).tolist())
    holes[1] |= {"sledai": None, "sledai_lower": ends[0], "sledai_upper": ends[1]}
    gaps.append((1, "sledai", list(range(ends[0], ends[1] + 1))))
    filled = []
    for values in itertools.product(*(pool for *_, pool in gaps)):
        full = [dict(row) for row in pair]
        for (row, name, _), value in zip(gaps, values, strict=True):
            full[row][name] = value
        filled.append((full[0], full[1]))
    found = judged([(holes[0], holes[1]), *filled])
    states = set(found["state"][1:])
    assert found["state"][0] == (states.pop() if len(states) == 1 else "undecided")


@given(SEEDS, st.sampled_from(GRADES))
@settings(max_examples=20, deadline=None)
def test_a_worse_grade_now_never_makes_a_responder(seed: int, grade: str) -> None:
    rng = np.random.default_rng(seed)
    people = [drawn(rng) for _ in range(20)]
    worse = [(base, now | {grade: ORDER[min(ORDER.index(now[grade]) + 1, 4)]}) for base, now in people]
    before, after = judged(people)["responder"], judged(worse)["responder"]
    assert not ((before != "Y") & (after == "Y")).any()


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_order_of_rows_and_columns_changes_nothing_and_scoring_twice_is_scoring_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = frame_of([drawn(rng) for _ in range(10)])
    expected = score("bicla", frame)
    assert_frame_equal(score("bicla", frame), expected)
    columns = [str(name) for name in rng.permutation(frame.columns)]
    shuffled = score("bicla", frame.select(columns))
    assert_frame_equal(shuffled.select(expected.columns), expected)
    rows = rng.permutation(frame.height).tolist()
    assert_frame_equal(score("bicla", frame[rows]), expected[rows])


RANKS = np.array(list(itertools.product(range(5), repeat=4)))
INSIDE = RANKS[(RANKS[:, 0] <= RANKS[:, 1]) & (RANKS[:, 2] <= RANKS[:, 3])]


def test_the_rules_of_one_domain_agree_with_every_completion() -> None:
    """Every pair of bounds, 225 of them, against every pair of grades inside."""
    for start, end, low, high in INSIDE.tolist():
        inside = [
            ORDER[y] not in BETTER[ORDER[x]] for x in range(start, end + 1) for y in range(low, high + 1)
        ]
        ends = [np.array(each) for each in (start, end, low, high)]
        assert bool(can_be_not_improved(ends[0], ends[1], ends[3])) == any(inside)
        assert bool(must_be_not_improved(ends[0], ends[1], ends[2])) == all(inside)


def outcome(pairs: tuple[tuple[int, int], ...]) -> int:
    """0 met, 1 failed, 2 not evaluable, by the grades alone: ranks at baseline and at the visit."""
    letters = [(ORDER[before], ORDER[now]) for before, now in pairs]
    if not any(before in "AB" for before, _ in letters):
        return 2
    bad = any(now not in BETTER[before] or (now == "A" and before != "A") for before, now in letters)
    return int(bad or sum(now == "B" and before in "CDE" for before, now in letters) > 1)


@pytest.mark.parametrize(("domains", "draws"), [(1, None), (2, 400), (3, 60)])
def test_what_grades_allow_is_what_some_completion_is(domains: int, draws: int | None) -> None:
    """All 225 pairs of bounds of one domain, and some of two and three."""
    rng = np.random.default_rng(domains)
    picked = [INSIDE[rng.integers(0, len(INSIDE), draws)] if draws else INSIDE for _ in range(domains)]
    found = [domain_outcomes(*bounds.T) for bounds in picked]
    outcomes = {name: {str(n): one[name] for n, one in enumerate(found)} for name in found[0]}
    possible = np.array(possible_verdicts(outcomes)).T.tolist()
    for row, told in enumerate(possible):
        choices = []
        for bounds in picked:
            start, end, low, high = bounds[row].tolist()
            choices.append(list(itertools.product(range(start, end + 1), range(low, high + 1))))
        seen = {outcome(pairs) for pairs in itertools.product(*choices)}
        assert told == [0 in seen, 1 in seen, 2 in seen]


def verdicts_of(low: Row, high: Row) -> Row:
    by_domain = {
        domain: domain_outcomes(low[domain], high[domain], low[domain], high[domain]) for domain in low
    }
    names = by_domain["renal"]
    outcomes = {name: {domain: by_domain[domain][name] for domain in low} for name in names}
    return dict(zip(("meet", "fail", "out"), possible_verdicts(outcomes), strict=True))


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_one_rule_on_every_back_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = {domain: rng.integers(0, 5, 50, dtype=np.int32) for domain in DOMAINS}
    high = {domain: np.maximum(low[domain], rng.integers(0, 5, 50, dtype=np.int32)) for domain in DOMAINS}
    one = "renal"
    agree(lambda x: was_active(x[one]), low)
    agree(lambda x, y: can_be_not_improved(x[one], y[one], y[one]), low, high)
    agree(lambda x, y: must_be_not_improved(x[one], y[one], x[one]), low, high)
    agree(lambda x, y: domain_outcomes(x[one], y[one], x[one], y[one]), low, high)
    agree(verdicts_of, low, high)
