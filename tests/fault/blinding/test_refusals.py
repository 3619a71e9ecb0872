"""What cannot be judged is refused with its fault, and no refusal tells an arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from blinding_trials import ARMS, halves, noise_trial, source

from lupustrial.blinding import predictability
from lupustrial.errors import BlindingError

TRIAL, ROWS = noise_trial(30, 4, np.random.default_rng(1))


def refused(arms: list[str], **more: object) -> BlindingError:
    settings = {"permutations": 19, "repeats": 1, **more}
    with pytest.raises(BlindingError) as caught:
        predictability(TRIAL, source(ROWS, arms), **settings)  # type: ignore[arg-type]
    assert not any(arm in str(caught.value) for arm in ARMS)
    return caught.value


def ids(error: BlindingError) -> list[str]:
    return [fault.id for fault in error.faults]


def test_no_allocation() -> None:
    error = refused([])
    assert ids(error) == ["BLIND-001"]
    assert "--labels dummy" in error.faults[0].hint


def test_an_allocation_of_nobody_with_records() -> None:
    one = source(ROWS, halves(30))
    strangers = one.allocation.with_columns(participant="Q" + one.allocation["participant"])
    with pytest.raises(BlindingError, match="BLIND-001"):
        predictability(TRIAL, replace(one, allocation=strangers))


def test_one_arm() -> None:
    assert ids(refused([ARMS[0]] * 30)) == ["BLIND-002"]


def test_an_arm_of_seven() -> None:
    assert ids(refused([ARMS[0]] * 7 + [ARMS[1]] * 23)) == ["BLIND-003"]
    arms = [ARMS[0]] * 8 + [ARMS[1]] * 22
    report = predictability(TRIAL, source(ROWS, arms), permutations=19, repeats=1)
    assert report.participants == (8, 22)


def test_unknown_roles_are_all_named_with_what_was_meant() -> None:
    error = refused(halves(30), roles=("docter", "visitor"))
    assert ids(error) == ["BLIND-004", "BLIND-004"]
    assert error.faults[0].hint == "did you mean doctor?"


def test_a_study_without_roles() -> None:
    with pytest.raises(BlindingError, match="BLIND-004"):
        predictability(replace(TRIAL, roles=()), source(ROWS, halves(30)))


@pytest.mark.parametrize(
    ("name", "value"), [("permutations", 18), ("folds", 1), ("folds", 9), ("repeats", 0)]
)
def test_numbers_that_cannot_be_meant(name: str, value: int) -> None:
    error = refused(halves(30), **{name: value})
    assert ids(error) == ["BLIND-005"]
    assert error.faults[0].place == name


def test_a_role_that_sees_no_record_is_no_fault() -> None:
    report = predictability(TRIAL, source(ROWS, halves(30)), roles=("engineer",), permutations=19, repeats=1)
    assert report.roles[0].seen is None
    assert report.roles[0].unhidden is not None


def test_records_that_are_the_same_for_all_tell_nothing() -> None:
    same = [one | {"value": "1"} for one in ROWS]
    report = predictability(TRIAL, source(same, halves(30)), permutations=19, repeats=1)
    assert [role.seen for role in report.roles] == [None] * 4
