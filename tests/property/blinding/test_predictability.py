"""What must not matter does not; what tells is found; what is hidden is as if it were not there."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import polars as pl
import pytest
from blinding_trials import ARMS, form, halves, names, noise_trial, number, row, source, study
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.blinding import BlindingReport, predictability
from lupustrial.blinding._features import features_of
from lupustrial.study import Source, Study

FAST = {"permutations": 39, "repeats": 2}
SEEDS = st.integers(0, 2**32 - 1)


def judged(trial: Study, given_source: Source, **more: object) -> BlindingReport:
    return predictability(trial, given_source, **{"roles": ("doctor",), **FAST, **more})  # type: ignore[arg-type]


def planted(shift: float, seed: int = 1) -> tuple[Study, Source]:
    """Sixty columns of noise; the last one of the first arm is shifted by so many standard deviations."""
    rng = np.random.default_rng(seed)
    trial, rows = noise_trial(40, 60, rng)
    arms = halves(40, rng)
    for one in rows:
        if one["item"] == "X59" and arms[int(str(one["participant"])[1:])] == ARMS[0]:
            one["value"] = str(float(str(one["value"])) + shift)
    return trial, source(rows, arms)


def hiding(trial: Study) -> Study:
    (lab,) = trial.forms
    items = tuple(replace(one, reveals_treatment=one.id == "X59") for one in lab.items)
    return replace(trial, forms=(replace(lab, items=items),))


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_the_names_of_the_arms_do_not_matter(seed: int) -> None:
    trial, one = planted(1.0, seed)
    swapped = one.allocation.with_columns(
        arm=pl.col("arm").replace_strict({ARMS[0]: ARMS[1], ARMS[1]: ARMS[0]})
    )
    assert judged(trial, one) == judged(trial, replace(one, allocation=swapped))


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_records_and_allocation_does_not_matter(seed: int) -> None:
    trial, one = planted(1.0, seed)
    shuffled = replace(
        one,
        records=one.records.sample(fraction=1.0, shuffle=True, seed=seed),
        allocation=one.allocation.sample(fraction=1.0, shuffle=True, seed=seed),
    )
    assert judged(trial, one) == judged(trial, shuffled)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_what_is_hidden_tells_as_much_as_what_was_never_recorded(seed: int) -> None:
    trial, one = planted(3.0, seed)
    without = replace(one, records=one.records.filter(pl.col("item") != "X59"))
    hidden = judged(hiding(trial), one).roles[0]
    assert hidden.seen == judged(trial, without).roles[0].seen
    assert hidden.hidden_items == ("lab.X59",)


@pytest.mark.parametrize("seed", range(5))
def test_a_strong_effect_among_noise_is_found_and_named(seed: int) -> None:
    trial, one = planted(3.0, seed)
    told = judged(trial, one).roles[0].seen
    assert told is not None
    assert told.p_value == 1 / 40
    assert told.lower > told.null[1]
    assert told.singles[0].item == "lab.X59"
    assert told.singles[0].p_value == 1 / 40


def test_hiding_it_takes_the_roles_back_to_chance_and_the_report_tells_what_that_buys() -> None:
    results = [judged(hiding(trial), one).roles[0] for trial, one in (planted(3.0, s) for s in range(20))]
    assert all(role.unhidden is not None and role.unhidden.p_value == 1 / 40 for role in results)
    told = [role.seen.p_value for role in results if role.seen is not None]
    assert len(told) == 20
    assert sum(p <= 0.1 for p in told) <= 6  # of 20 at a level of 0.1: beyond it 1 in 400


def test_the_same_key_gives_the_same_report_and_another_key_other_permutations() -> None:
    trial, one = planted(0.5)
    assert judged(trial, one) == judged(trial, one)
    assert judged(trial, one) != judged(trial, one, seed=3)


def test_of_three_arms_the_one_that_is_told_is_named() -> None:
    rng = np.random.default_rng(2)
    trial, rows = noise_trial(45, 20, rng)
    arms = [("A", "B", "C")[place] for place in rng.permutation(np.arange(45) % 3)]
    for each in rows:
        if each["item"] == "X3" and arms[int(str(each["participant"])[1:])] == "B":
            each["value"] = str(float(str(each["value"])) + 4)
    told = judged(trial, source(rows, arms)).roles[0].seen
    assert told is not None
    assert (told.arm, told.p_value, told.singles[0].item) == ("B", 1 / 40, "lab.X3")


def test_dummy_labels_have_nothing_to_do_with_the_allocation() -> None:
    trial, one = planted(6.0)
    dummy = judged(trial, one, labels="dummy")
    none = replace(one, allocation=one.allocation.clear())
    assert dummy == judged(trial, none, labels="dummy")
    assert dummy.labels == "dummy"
    assert dummy.participants == (20, 20)


def test_the_visit_at_hand_is_judged_visit_by_visit() -> None:
    """Only the difference between two visits tells the arm: nothing for who sees one visit at a time."""
    rng = np.random.default_rng(4)
    arms = halves(60, rng)
    start = rng.normal(size=60) * 100
    rows = []
    for place, name in enumerate(names(60)):
        change = 1.0 if arms[place] == ARMS[0] else -1.0
        rows += [row(name, "V0", "lab.X", start[place]), row(name, "V2", "lab.X", start[place] + change)]
        rows += [row(name, "V4", "lab.X", start[place] + change)]
    trial = study(form("lab", number("X"), hidden_earlier_from=("assessor",)))
    report = judged(trial, source(rows, arms), roles=("assessor", "doctor"))
    doctor, assessor = report.roles[0].seen, report.roles[1].seen
    assert doctor is not None
    assert assessor is not None
    assert doctor.auc > 0.99
    assert assessor.p_value > 0.1
    assert assessor.at in ("V0", "V2", "V4")


def test_a_column_that_repeats_one_of_its_item_is_left_out() -> None:
    rows = [row(name, visit, "lab.X", place) for place, name in enumerate(names(8)) for visit in ("V2", "V4")]
    trial = study(form("lab", number("X")))
    assert features_of(trial, source(rows, halves(8)).records, names(8)).wheres == ("V2",)


def test_a_report_holds_no_arm_of_a_participant() -> None:
    trial, one = planted(3.0)
    assert not any(arm in str(asdict(judged(trial, one))) for arm in ARMS)
