"""BILAG from grades alone and the systems tally: exact bounds, nothing that order could change."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import Row, as_frame, completed
from polars.testing import assert_frame_equal

from lupustrial.instruments import INSTRUMENTS, score
from lupustrial.instruments._bilag_classic_rules import CODES, DERIVED, grade_classic
from lupustrial.instruments._bilag_tally import CATEGORIES, can_be

SEEDS = st.integers(0, 2**32 - 1)
unhurried = settings(deadline=None, max_examples=20)
ENTRY = ("bilag_classic", "bilag2004_numeric", "bilag2004_bst")
ROWS = 60


def grades_of(name: str) -> list[str]:
    return [each.code for each in INSTRUMENTS[name].items if each.kind == "grade"]


def random_visits(rng: np.random.Generator, name: str, visits: int) -> list[Row]:
    return [{code: str(rng.choice(list("ABCCDDEE"))) for code in grades_of(name)} for _ in range(visits)]


def with_gaps(
    rng: np.random.Generator, rows: list[Row], name: str
) -> tuple[list[Row], dict[tuple[int, str], list[Any]]]:
    """Blank three grades, some of them within bounds."""
    gaps: dict[tuple[int, str], list[Any]] = {}
    places = [(at, code) for at in range(len(rows)) for code in grades_of(name)]
    for place in rng.choice(len(places), 3, replace=False):
        at, code = places[int(place)]
        low, high = sorted(rng.choice(5, 2)) if rng.random() < 0.5 else (0, 4)
        domain = code.removeprefix("grade_")
        rows[at] |= {code: None, f"lower_{domain}": "EDCBA"[low], f"upper_{domain}": "EDCBA"[high]}
        gaps[at, code] = list("EDCBA"[low : high + 1])
    return rows, gaps


@pytest.mark.parametrize("name", ["bilag_classic", "bilag2004_numeric"])
@unhurried
@given(SEEDS)
def test_bounds_are_reached_and_never_left(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, gaps = with_gaps(rng, random_visits(rng, name, 1), name)
    open_, filled = completed(name, rows, gaps)
    assert (open_["lower"], open_["upper"]) == (filled["numeric"].min(), filled["numeric"].max())
    for output in ("numeric", "worst", "active"):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output
    assert (open_["completeness"] == "complete") == (filled.height == 1)
    assert set(filled["completeness"]) == {"complete"}


@unhurried
@given(SEEDS, st.sampled_from(["baseline", "previous_visit"]))
def test_tally_is_told_exactly_when_every_completion_agrees(seed: int, reference: str) -> None:
    rng = np.random.default_rng(seed)
    rows, gaps = with_gaps(rng, random_visits(rng, "bilag2004_bst", 2), "bilag2004_bst")
    open_, filled = completed("bilag2004_bst", rows, gaps, bst_reference=reference)
    counts = [f"n_{name}" for name in CATEGORIES]
    for output in counts:
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output
    assert set(filled.select(pl.sum_horizontal(counts)).to_series()) == {9}
    assert (open_["completeness"] == "complete") == (filled.select(counts).unique().height == 1)


@pytest.mark.parametrize("domain", DERIVED)
@unhurried
@given(SEEDS)
def test_classic_grades_from_items_are_exact(domain: str, seed: int) -> None:
    """Items not done at the first or the second visit: the latter's grade may be D or E for them."""
    rng = np.random.default_rng(seed)
    codes = CODES[domain]
    rows: list[Row] = [{code: int(rng.choice([0, 0, 0, 0, 0, 1, 2])) for code in codes} for _ in range(2)]
    if rng.random() < 0.3:
        rows[0][f"grade_{domain}"] = str(rng.choice(list("CDE")))
    gaps = {(int(rng.integers(2)), str(code)): range(5) for code in rng.choice(codes, 2, replace=False)}
    for at, code in gaps:
        rows[at][code] = None
    open_, filled = completed("bilag_classic", rows, gaps, bilag_classic_derive="on")
    seen = set(filled[f"derived_{domain}"])
    assert open_[f"derived_{domain}"] == (seen.pop() if len(seen) == 1 else None)


@pytest.mark.parametrize("name", ENTRY)
@unhurried
@given(SEEDS)
def test_order_of_rows_and_columns_changes_nothing(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = pl.concat(
        as_frame(*random_visits(rng, name, 3)).with_columns(USUBJID=pl.lit(f"P{n}")) for n in range(3)
    )
    found = score(name, people)
    shuffled = people.sample(fraction=1, shuffle=True, seed=seed % 1000)
    shuffled = shuffled.select(rng.permutation(people.columns).tolist())
    again = score(name, shuffled).select(found.columns).sort("USUBJID", "VISITNUM")
    assert_frame_equal(again, found)
    plain = score(name, people, reasons=False)
    assert_frame_equal(plain.drop("reasons"), found.drop("reasons"))
    assert plain["reasons"].null_count() == plain.height


@unhurried
@given(SEEDS)
def test_rules_on_every_back_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for domain in DERIVED:
        values = {code: rng.choice([0, 0, 0, 0, 1, 2, 3, 4], ROWS) for code in CODES[domain]}
        agree(lambda given, of=domain: grade_classic(of, given), values)
    ends = [np.sort(rng.integers(0, 5, (2, ROWS)), axis=0) for _ in range(2)]
    agree(can_be, *({"low": low, "high": high} for low, high in ends))
