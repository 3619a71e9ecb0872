"""The damage index: exact bounds, one rule on every back end, agreement with a plain count."""

from __future__ import annotations

import numpy as np
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from one_participant import completed
from random_rows import chosen_gaps

from lupustrial.instruments._sdi import CODES, DOMAINS, score_sdi

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_the_rule_agrees_on_every_back_end_and_with_a_plain_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    events = {code: rng.choice([0, 0, 1, 2, 3], 40) for code in CODES}
    agree(score_sdi, events)
    twice = {"SDI_05", "SDI_17", "SDI_23", "SDI_25", "SDI_33", "SDI_41"}
    for row, found in enumerate(score_sdi(events)["score"]):
        expected = 0
        for code in CODES:
            number = int(events[code][row])
            if code == "SDI_10":
                expected += 3 * (number > 0)
            elif code not in ("SDI_08", "SDI_09") or not events["SDI_10"][row]:
                expected += min(number, 2 if code in twice else 1)
        assert found == expected


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_bounds_are_reached_and_never_left(seed: int) -> None:
    rng = np.random.default_rng(seed)
    row = {code: int(rng.choice([0, 0, 1, 2])) for code in CODES}
    codes = [*chosen_gaps(rng, CODES, 2), *chosen_gaps(rng, ["SDI_08", "SDI_09", "SDI_10"], 2)]
    row |= dict.fromkeys(codes)
    open_, filled = completed("sdi", [row], {(0, code): [0, 1, 2] for code in set(codes)})
    assert (filled["score"].min(), filled["score"].max()) == (open_["lower"], open_["upper"])
    for output in ("score", *(f"domain_{domain}" for domain in DOMAINS)):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output
    assert (open_["completeness"] == "complete") == (filled["score"].n_unique() == 1)
