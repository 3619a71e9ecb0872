"""BILAG-2004 flare: exact three-valued verdicts, monotone rules, nothing that order could change."""

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

from lupustrial.instruments import DOMAINS, INSTRUMENTS, score
from lupustrial.instruments._bilag_deciding import SCORED, is_decided
from lupustrial.instruments._bilag_flare_rules import STATES, flare_rank, new_counts, new_grade
from lupustrial.instruments._bilag_items import BY_DOMAIN

SEEDS = st.integers(0, 2**32 - 1)
OPTIONS = st.fixed_dictionaries(
    {
        "bilag_flare_still_a": st.sampled_from(["not_new", "new"]),
        "bilag_flare_deciding_item": st.sampled_from(["scored_domains", "all_domains", "no_domain"]),
    }
)
unhurried = settings(deadline=None, max_examples=25)
GRADES = [f"grade_{domain}" for domain in DOMAINS]
DECIDING = [f"deciding_{domain}" for domain in DOMAINS]
COUNTS = ("n_new_a", "n_new_b", "n_new_c")
ROWS = 60


def random_visits(rng: np.random.Generator) -> list[Row]:
    return [
        {name: str(rng.choice(list("AABBCCCDEEEE"))) for name in GRADES}
        | {name: str(rng.choice(list("YYYN"))) for name in DECIDING}
        for _ in range(2)
    ]


@settings(deadline=None, max_examples=40)
@given(SEEDS, OPTIONS)
def test_the_state_is_told_exactly_when_every_completion_agrees(seed: int, options: dict[str, str]) -> None:
    rng = np.random.default_rng(seed)
    rows = random_visits(rng)
    places = [(1, name) for name in (*GRADES, *DECIDING)] + [(0, name) for name in GRADES]
    chosen = [places[int(at)] for at in rng.choice(len(places), 3, replace=False)]
    gaps = {place: list("ABCDE") if "grade" in place[1] else ["Y", "N"] for place in chosen}
    for at, name in gaps:
        rows[at][name] = None
        if "grade" in name and at and rng.random() < 0.5:  # known within bounds
            low, high = sorted(rng.choice(5, 2))
            domain = name.removeprefix("grade_")
            rows[at] |= {f"lower_{domain}": "EDCBA"[low], f"upper_{domain}": "EDCBA"[high]}
            gaps[at, name] = list("EDCBA"[low : high + 1])
    check(*completed("bilag2004_flare", rows, gaps, **options), counts=True)


def check(open_: Row, filled: pl.DataFrame, *, counts: bool) -> None:
    ranks = filled["state"].replace_strict(
        {name: at for at, name in enumerate(STATES)}, return_dtype=pl.Int32
    )
    assert (STATES.index(open_["state_lower"]), STATES.index(open_["state_upper"])) == (
        ranks.min(),
        ranks.max(),
    )
    seen = set(filled["state"])
    assert open_["state"] == (seen.pop() if len(seen) == 1 else "undecided")
    for output in ("flare", "severe_flare", *(COUNTS if counts else ())):
        seen = set(filled[output])
        assert open_[output] == (seen.pop() if len(seen) == 1 else None), output


QUIET: Row = {item.code: {"ord": 0, "yn": "N"}.get(item.kind) for item in INSTRUMENTS["bilag2004"].items} | {
    "REN_SBP": 120.0,
    "REN_DBP": 70.0,
    "REN_P24": 0.1,
    "REN_CREAT": 70.0,
    "REN_GFR": 100.0,
    "HAE_HB": 13.0,
    "HAE_WBC": 6.0,
    "HAE_NEUT": 4.0,
    "HAE_LYMPH": 1.5,
    "HAE_PLT": 250.0,
}


@pytest.mark.parametrize("domain", SCORED)
@settings(deadline=None, max_examples=3)
@given(SEEDS)
def test_from_items_the_state_is_told_exactly_when_every_completion_agrees(domain: str, seed: int) -> None:
    """Items not done in one domain at the visit; other domains have new C, so that one C more can matter."""
    rng = np.random.default_rng(seed)
    codes = [item.code for item in BY_DOMAIN[domain]]
    before, now = dict(QUIET), dict(QUIET)
    before |= {code: int(rng.choice([0, 0, 0, 0, 1, 2])) for code in codes}
    now |= {code: int(rng.choice([0, 0, 0, 0, 1, 2, 3, 4])) for code in codes}
    others = {"MUC_ULC_MILD": 4, "OPH_EPISC": 4, "MSK_ART_MILD": 4, "CON_NODES": 4}
    now |= {code: value for code, value in others.items() if code not in codes and rng.random() < 0.6}
    gaps = {(1, str(code)): range(5) for code in rng.choice(codes, 2, replace=False)}
    for _, code in gaps:
        now[code] = None
    check(*completed("bilag2004_flare", [before, now], gaps), counts=False)


@unhurried
@given(SEEDS, OPTIONS)
def test_a_worse_grade_never_makes_a_lesser_flare(seed: int, options: dict[str, str]) -> None:
    rng = np.random.default_rng(seed)
    before, now = random_visits(rng)
    at, name = int(rng.integers(2)), str(rng.choice([*GRADES, *DECIDING]))
    values = sorted(rng.choice(5, 2)) if name in GRADES else [0, 1]
    letters = ["EDCBA"[value] if name in GRADES else "NY"[value] for value in values]
    if at == 0:
        letters.reverse()
    found = []
    for letter in letters:
        visits = [dict(before), dict(now)]
        visits[at][name] = letter
        found.append(score("bilag2004_flare", as_frame(*visits), settings=options)["state"][1])
    assert STATES.index(found[0]) <= STATES.index(found[1])


@unhurried
@given(SEEDS)
def test_order_of_rows_and_domains_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = pl.concat(
        as_frame(*random_visits(rng), *random_visits(rng)).with_columns(USUBJID=pl.lit(f"P{n}"))
        for n in range(3)
    )
    found = score("bilag2004_flare", people)
    shuffled = people.sample(fraction=1, shuffle=True, seed=seed % 1000)
    shuffled = shuffled.select(rng.permutation(people.columns).tolist())
    again = score("bilag2004_flare", shuffled).select(found.columns).sort("USUBJID", "VISITNUM")
    assert_frame_equal(again, found)
    plain = score("bilag2004_flare", people, reasons=False)
    assert_frame_equal(plain.drop("reasons"), found.drop("reasons"))
    # Which scored domain a grade is in does not matter.
    names = dict(zip(SCORED, rng.permutation(SCORED).tolist(), strict=True))
    swapped = people.rename(
        {
            f"{column}_{old}": f"{column}_{new}"
            for old, new in names.items()
            for column in ("grade", "deciding")
        }
    )
    kept = ["USUBJID", "VISITNUM", "state", *COUNTS]
    assert_frame_equal(score("bilag2004_flare", swapped).select(kept), found.select(kept))


@unhurried
@given(SEEDS, st.booleans())
def test_rules_on_every_back_end(seed: int, still_a: bool) -> None:  # noqa: FBT001  # drawn
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {name: rng.integers(0, 5, ROWS) for name in ("before", "now")}
    columns["deciding"] = rng.random(ROWS) < 0.5
    agree(lambda given: new_grade(**given, still_a=still_a), columns)
    new = {domain: rng.choice([0, 2, 3, 4], ROWS, p=[0.7, 0.1, 0.1, 0.1]) for domain in DOMAINS}
    agree(new_counts, new)
    agree(lambda given: flare_rank(new_counts(given)), new)
    for domain in SCORED:
        values = {item.code: rng.choice([0, 0, 0, 1, 2, 3, 4], ROWS) for item in BY_DOMAIN[domain]}
        agree(lambda given, of=domain: is_decided(of, given), values)
