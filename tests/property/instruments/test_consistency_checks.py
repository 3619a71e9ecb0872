"""Queries ask about what was seen: what is not done raises none, and they change no score."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from asked import asked_each
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import INSTRUMENTS, Check
from lupustrial.instruments._bilag_checks import CHECKS
from lupustrial.instruments._sledai_checks import ORIGINAL_CHECKS, SELENA_CHECKS

OWN: dict[str, tuple[Check, ...]] = {
    "bilag2004": CHECKS,
    "selena_sledai": SELENA_CHECKS,
    "sledai_1992": ORIGINAL_CHECKS,
}
NAMES = [*OWN, "clinical_sledai", "s2k_ri50", "sledai_labs", "cross_checks", "pga"]
SEEDS = st.integers(0, 2**32 - 1)


def random_row(rng: np.random.Generator, name: str, *, gaps: float) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for each in INSTRUMENTS[name].inputs:
        if each.kind == "date" or each.code.endswith(("_sign", "_to")) or rng.random() < gaps:
            row[each.code] = None
        elif each.kind in ("yn", "flag"):
            row[each.code] = str(rng.choice(["Y", "N"]))
        elif each.kind == "grade":
            row[each.code] = str(rng.choice(list("ABCDE")))
        elif each.kind == "ord":
            row[each.code] = int(rng.integers(each.low, min(each.high, 4) + 1))
        else:
            low, high = each.low / 10**each.decimals, each.high / 10**each.decimals
            row[each.code] = float(np.round(rng.uniform(low, min(high, low + 200)), 1))
    return row


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_done_raises_no_query(name: str) -> None:
    blank = {each.code: None for each in INSTRUMENTS[name].inputs}
    assert asked_each(name, [[blank] * 3], checks=OWN.get(name)) == [[]]


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=3)
@given(seed=SEEDS)
def test_queries_of_a_visit_are_those_declared_in_their_order(name: str, seed: int) -> None:
    """Values at random, half of them missing."""
    rng = np.random.default_rng(seed)
    people = [[random_row(rng, name, gaps=0.5) for _ in range(3)] for _ in range(4)]
    declared = [(check.id, check.item) for check in OWN.get(name) or INSTRUMENTS[name].checks]
    for queries in asked_each(name, people, checks=OWN.get(name)):
        for visit in range(3):
            seen = [declared.index((one, item)) for at, one, item in queries if at == visit]
            assert seen == sorted(seen)


@pytest.mark.parametrize("name", NAMES)
def test_checks_are_declared_once_and_name_columns_of_their_instrument(name: str) -> None:
    checks = OWN.get(name) or INSTRUMENTS[name].checks
    known = {each.code for each in INSTRUMENTS[name].inputs} | set(INSTRUMENTS[name].outputs)
    assert all(check.item in known for check in checks)
    assert all(code in known or code.endswith("_proposed") for check in checks for code in check.shows)
    assert len({(check.id, check.item, check.shows, check.message) for check in checks}) == len(checks)
    assert all(check.message[-1] not in ".!" and len(check.message) < 200 for check in checks)
    assert isinstance(checks[0].when, pl.Expr)
