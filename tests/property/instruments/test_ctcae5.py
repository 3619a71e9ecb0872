"""CTCAE grades: exact bounds and verdicts, monotone, one rule on every back end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import Row, completed, scored_apart

from lupustrial.instruments import INSTRUMENTS
from lupustrial.instruments._ctcae5_inputs import ROLES, TERMS
from lupustrial.instruments._ctcae5_rules import (
    FALLS,
    grade_alt,
    grade_by_limits,
    grade_creatinine,
    grade_eosinophilia,
    has_risen,
)

SEEDS = st.integers(0, 2**32 - 1)
INPUTS = {each.code: each for each in INSTRUMENTS["ctcae5"].inputs}
OUTPUTS = ("grade", "shift", "emergent")
#: Usual values, in declared units, near which the decisive ones lie.
# fmt: off
USUAL = {
    "wbc": (0.5, 9), "neut": (0.2, 5), "lymph": (0.1, 2), "plt": (10, 300), "hb": (6, 15), "eos": (0.1, 2),
    "temp": (37, 42), "temp_hours": (0, 48), "alt": (5, 900), "creat": (40, 700), "alt_uln": (25, 90),
    "wbc_lln": (2, 5), "neut_lln": (1, 3), "lymph_lln": (0.5, 2), "plt_lln": (100, 200),
    "hb_lln": (9, 14), "creat_uln": (60, 120), "eos_uln": (0.3, 1),
}
# fmt: on


def drawn(rng: np.random.Generator, code: str) -> Any:
    each = INPUTS[code]
    if each.kind == "flag":
        return "Y" if rng.random() < 0.15 else "N"
    if each.kind == "ord":
        return int(rng.integers(0, each.high + 1))
    low, high = USUAL[code]
    return round(float(rng.uniform(low, high)), int(rng.integers(1, 4)))


@given(SEEDS, st.sampled_from(["by_threshold", "grade_0"]))
@settings(max_examples=15, deadline=None)
def test_rules_agree_on_every_back_end(seed: int, within: str) -> None:
    rng = np.random.default_rng(seed)
    found: dict[str, np.ndarray] = {}
    for code, each in INPUTS.items():
        low, high = USUAL.get(code, (0, each.high))
        unit = 10**each.decimals
        found[code] = np.round(rng.uniform(low, high, 60) * unit).astype(np.int64)
    found |= {f"base_{code}": found[code][rng.permutation(60)] for code in ("alt", "alt_uln", "creat", "eos")}
    for term in TERMS:
        agree(lambda columns, term=term: grade_by_limits(term, columns, within), found)
    for rule in (grade_alt, grade_creatinine, grade_eosinophilia, has_risen):
        agree(rule, found)


def pool(code: str, rows: list[Row]) -> list[Any]:
    """Return values for a gap: both ends of what is permitted, and those at which a comparison turns."""
    each = INPUTS[code]
    if each.kind == "flag":
        return ["Y", "N"]
    if each.kind == "ord":
        return list(range(each.high + 1))
    unit = 10**each.decimals
    ends = [each.low / unit, each.high / unit]
    term = code.partition("_")[0]
    near = {row[name] for row in rows for name in (term, f"{term}_uln", f"{term}_lln") if row.get(name)}
    turns = {round(value + step, 4) for value in near for step in (0, 0.0001)}
    return sorted({*ends, *(value for value in turns if ends[0] <= value <= ends[1])})


@pytest.mark.parametrize("term", TERMS)
@given(
    SEEDS,
    st.sampled_from(["baseline_multiples", "uln_multiples"]),
    st.sampled_from(["by_threshold", "grade_0"]),
    st.sampled_from(["no", "unknown"]),
)
@settings(max_examples=12, deadline=None)
def test_bounds_and_verdicts_are_exact(term: str, seed: int, alt: str, within: str, reports: str) -> None:
    rng = np.random.default_rng(seed)
    codes = [code for code in INPUTS if code == term or code.startswith(f"{term}_")]
    rows = [{code: drawn(rng, code) for code in codes} for _ in range(2)]
    places = [(at, code) for at in (0, 1) for code in codes]
    holes = [places[int(n)] for n in rng.choice(len(places), min(3, len(places)), replace=False)]
    for at, code in holes:
        rows[at][code] = None
    gaps = {hole: pool(hole[1], rows) for hole in holes}
    if reports == "no":  # a blank report is no gap
        gaps = {hole: ["N"] if INPUTS[hole[1]].kind == "flag" else values for hole, values in gaps.items()}
    options = {
        "ctcae_alt_abnormal_baseline": alt,
        "ctcae_within_normal": within,
        "ctcae_reports_missing": reports,
    }
    open_, filled = completed("ctcae5", rows, gaps, **options)
    grades = filled[f"grade_{term}"]
    assert grades.null_count() == 0
    assert (grades.min(), grades.max()) == (open_[f"lower_{term}"], open_[f"upper_{term}"])
    for part in OUTPUTS:
        seen = set(filled[f"{part}_{term}"])
        assert open_[f"{part}_{term}"] == (seen.pop() if len(seen) == 1 else None), part


@given(SEEDS)
@settings(max_examples=2, deadline=None)
def test_a_worse_result_never_improves_a_grade(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base: Row = {code: drawn(rng, code) for code in INPUTS}
    for term in ("temp", "wbc", "neut", "lymph", "plt", "hb", "alt", "creat", "eos"):
        assert ROLES[term] == "value"
        values = sorted({drawn(rng, term) for _ in range(10)}, reverse=term in FALLS)
        now = {code: drawn(rng, code) for code in INPUTS}
        rows = scored_apart("ctcae5", *([base, now | {term: value}] for value in values))
        grades = [row[f"grade_{term}"] for row in rows]
        assert grades == sorted(grades), term
