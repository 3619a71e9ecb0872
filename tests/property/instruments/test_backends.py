"""A rule is one function: NumPy, Polars, JAX and Numba give the same, and so do narrow whole numbers."""

from __future__ import annotations

import numpy as np
import pytest
from back_ends import Arrays, agree
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import DOMAINS
from lupustrial.instruments._acr1997 import CODES as ACR_CODES
from lupustrial.instruments._acr1997 import count_criteria
from lupustrial.instruments._bilag_items import BY_DOMAIN
from lupustrial.instruments._bilag_renal import COMPARED, QUANTITATIVE, grade_renal, renal_features
from lupustrial.instruments._bilag_rules import (
    ITEMISED,
    grade_constitutional,
    grade_haematological,
    grade_itemised,
    is_active,
    numeric_score,
    with_history,
    worst_grade,
)
from lupustrial.instruments._he2020_renal import is_complete, is_partial
from lupustrial.instruments._pga import is_worse
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._sledai import CODES, score_sledai
from lupustrial.instruments._sledai_labs_rules import scores_protein
from lupustrial.instruments._sri_rules import bilag_holds, fell_by, new_grades
from lupustrial.instruments._steroids import is_reduced

SEEDS = st.integers(0, 2**32 - 1)
ROWS = 60
unhurried = settings(deadline=None, max_examples=50)


def whole(rng: np.random.Generator, names: list[str], high: int) -> Arrays:
    return {name: rng.integers(0, high + 1, ROWS) for name in names}


def flags(rng: np.random.Generator, names: list[str]) -> Arrays:
    return {name: rng.random(ROWS) < 0.5 for name in names}


def bilag_values(rng: np.random.Generator, domain: str) -> Arrays:
    return {
        item.code: rng.integers(min(item.best, item.worst), max(item.best, item.worst) // 3 + 1, ROWS)
        if item.kind == "num"
        else rng.integers(0, item.worst + 1, ROWS)
        for item in BY_DOMAIN[domain]
    }


@pytest.mark.parametrize("back_end", ["numba", "jax"])
def test_back_end_is_installed(back_end: str) -> None:
    pytest.importorskip(back_end, reason=f"{back_end} is not installed: NO rule is checked on it")


@unhurried
@given(SEEDS)
def test_sledai(seed: int) -> None:
    agree(score_sledai, whole(np.random.default_rng(seed), list(CODES), 1))


@unhurried
@given(SEEDS)
def test_acr(seed: int) -> None:
    agree(count_criteria, whole(np.random.default_rng(seed), list(ACR_CODES), 1))


@unhurried
@given(SEEDS, st.sampled_from(ITEMISED))
def test_itemised_domains(seed: int, domain: str) -> None:
    agree(lambda values: grade_itemised(domain, values), bilag_values(np.random.default_rng(seed), domain))


@unhurried
@given(SEEDS, st.sampled_from(["split", "single_b", "single_c"]))
def test_constitutional_and_haematological(seed: int, bands: str) -> None:
    rng = np.random.default_rng(seed)
    agree(grade_constitutional, bilag_values(rng, "constitutional"))
    values = bilag_values(rng, "haematological")
    agree(lambda columns: grade_haematological(columns, bands=bands), values)


OPTIONS = {s.name: s.allowed for s in settings_of("bilag2004") if not s.allowed[0].startswith("integer")}


@unhurried
@given(SEEDS, st.fixed_dictionaries({name: st.sampled_from(allowed) for name, allowed in OPTIONS.items()}))
def test_renal(seed: int, chosen: dict[str, str]) -> None:
    rng = np.random.default_rng(seed)
    now = bilag_values(rng, "renal")
    before = {code: now[code][rng.permutation(ROWS)] for code in COMPARED}
    columns = (now, flags(rng, list(QUANTITATIVE)), before, flags(rng, list(COMPARED)))
    agree(lambda *groups: renal_features(*groups, chosen), *columns)
    agree(lambda *groups: grade_renal(renal_features(*groups, chosen)), *columns)


@unhurried
@given(SEEDS, st.sampled_from(["12-8-1", "9-3-1", "12-5-1"]))
def test_summaries_of_grades(seed: int, scheme: str) -> None:
    rng = np.random.default_rng(seed)
    ranks = whole(rng, list(DOMAINS), 4)
    agree(lambda columns: numeric_score(columns, scheme), ranks)
    agree(is_active, ranks)
    agree(worst_grade, ranks)
    agree(lambda columns: with_history(columns["now"], columns["ever"]), whole(rng, ["now", "ever"], 1))


@unhurried
@given(SEEDS, st.sampled_from([0, 1]), st.sampled_from([">=", ">"]), st.sampled_from([4, 5, 6, 7, 8]))
def test_sri(seed: int, most: int, operator: str, points: int) -> None:
    rng = np.random.default_rng(seed)
    base, now = whole(rng, list(DOMAINS), 4), whole(rng, list(DOMAINS), 4)
    agree(lambda old, new: bilag_holds(*new_grades(old, new), most), base, now)
    numbers = whole(rng, ["base", "now"], 105)
    agree(lambda columns: fell_by(points, columns["base"], columns["now"]), numbers)
    agree(lambda columns: is_worse(columns["base"], columns["now"], operator), numbers)
    agree(lambda columns: is_reduced(columns["base"], columns["now"], 50), numbers)


@pytest.mark.parametrize("version", ["selena", "original", "sledai2k"])
@unhurried
@given(SEEDS)
def test_protein(version: str, seed: int) -> None:
    values = whole(np.random.default_rng(seed), ["now", "before"], 15_000)
    agree(lambda columns: scores_protein(columns["now"], columns["before"], version), values)


@unhurried
@given(
    SEEDS, st.sampled_from(["halved_subnephrotic", "halved_below_3", "halved_creatinine_25"]), st.booleans()
)
def test_renal_remission(seed: int, partial: str, strict: bool) -> None:  # noqa: FBT001  # drawn
    rng = np.random.default_rng(seed)
    chosen = {
        "he2020_partial": partial,
        "he2020_sediment": "rbc_below_5" if strict else "rbc_wbc_at_most_5",
        "he2020_creatinine_normal": "within_range" if strict else "not_above_uln",
    }
    now = whole(rng, ["creatinine", "creatinine_uln", "creatinine_lln", "protein24"], 20_000)
    now |= whole(rng, ["urine_rbc", "urine_wbc"], 80_000) | whole(rng, ["casts"], 1)
    base = whole(rng, ["creatinine", "protein24"], 20_000)
    agree(lambda *groups: is_complete(*groups, chosen), now, base)
    agree(lambda *groups: is_partial(*groups, chosen), now, base)
