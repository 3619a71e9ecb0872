"""Classification criteria: exact bounds and verdicts, one rule on every back end."""

from __future__ import annotations

import numpy as np
import pytest
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import completed
from random_rows import chosen_gaps

from lupustrial.instruments import INSTRUMENTS
from lupustrial.instruments import _eular_acr2019 as eular
from lupustrial.instruments import _slicc2012 as slicc

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_rules_agree_on_every_back_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    met = {code: rng.integers(0, 2, 40) for code in (*slicc.CODES, slicc.BIOPSY)}
    agree(slicc.count_criteria, met)
    agree(slicc.is_classified, met)
    met = {code: rng.integers(0, 2, 40) for code in (eular.ENTRY, *eular.CODES)}
    agree(eular.score_domains, met)
    agree(eular.is_classified, met)


@pytest.mark.parametrize("name", ["acr1997", "slicc2012", "eular_acr2019"])
@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_bounds_and_verdicts_are_exact(name: str, seed: int) -> None:
    """With few criteria met, so that those not done decide; haemolysis and Coombs are often among them."""
    rng = np.random.default_rng(seed)
    codes = [item.code for item in INSTRUMENTS[name].items]
    row: dict[str, str | None] = {code: "Y" if rng.random() < 0.25 else "N" for code in codes}
    missed = set(chosen_gaps(rng, codes, 4))
    if name == "slicc2012":
        missed |= {"HAEMOL"}
        row["COOMBS"] = "Y"
    row |= dict.fromkeys(missed)
    open_, filled = completed(name, [row], {(0, code): ["Y", "N"] for code in missed})
    assert (filled["score"].min(), filled["score"].max()) == (open_["lower"], open_["upper"])
    counted = [column for column in filled.columns if column.startswith(("n_", "domain_"))]
    for output in ("score", "classified", *counted):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output
