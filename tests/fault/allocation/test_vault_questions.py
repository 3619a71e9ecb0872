"""The vault is no oracle: it answers one question after each allocation, and nothing that was made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sealed_trial import SealedTrial, template_study
from sealed_trial import trial as block_trial
from vaults import PROFILES, ask, asked, decide, minimising_study, minimising_trial, opened, private, told

from lupustrial.allocation.sealing import make_key, make_list
from lupustrial.allocation.vault import Vault, open_vault
from lupustrial.errors import AllocationError

Before = list[tuple[int, tuple[str, ...]]]
NEXT = PROFILES[3]


@pytest.fixture
def trial() -> SealedTrial:
    return minimising_trial()


@pytest.fixture
def vault(trial: SealedTrial, tmp_path: Path) -> Iterator[Vault]:
    with opened(trial, tmp_path) as made:
        yield made


@pytest.fixture
def before(vault: Vault, trial: SealedTrial) -> Before:
    """Four allocations that the vault decided: the history of the next question."""
    return list(zip(decide(vault, trial.made, PROFILES[:4]), PROFILES[:4], strict=True))


def _refused(vault: Vault, participant: str, profile: Any, history: Any, free: Any) -> tuple[str, str]:
    (fault,) = ask(vault, participant, profile, history, free)["faults"]
    return fault["id"], fault["message"]


def test_a_history_that_was_made_up_is_refused(vault: Vault, trial: SealedTrial, before: Before) -> None:
    unused = asked(trial.made, before)["free"][0]
    forged: list[Before] = [
        [(before[1][0], before[0][1]), (before[0][0], before[1][1]), *before[2:]],  # slots exchanged
        [*before[:2], (before[2][0], PROFILES[5]), before[3]],  # another profile
        [*before[:3], (unused, before[3][1])],  # another slot
        [*before, (unused, NEXT)],  # one that was never decided
        before[1:],
        before[::-1],
    ]
    for history in forged:
        assert _refused(vault, "01-5", NEXT, **asked(trial.made, history))[0] == "ALLOC-093"
    assert "number" in ask(vault, "01-5", NEXT, **asked(trial.made, before))  # none of them counted


def test_free_slots_are_the_pool_without_the_history_in_its_order(
    vault: Vault, trial: SealedTrial, before: Before
) -> None:
    right = asked(trial.made, before)["free"]
    for free in (right[:-1], right[:1], [], right[::-1], [*right, right[0]], [*right, before[0][0]], [1]):
        assert _refused(vault, "01-5", NEXT, before, free)[0] == "ALLOC-094"
    assert ask(vault, "01-5", NEXT, before, right)["number"] in right


def test_the_same_question_gets_the_same_answer_and_no_other_is_answered(
    vault: Vault, trial: SealedTrial, before: Before
) -> None:
    question = asked(trial.made, before)
    number = ask(vault, "01-5", NEXT, **question)["number"]
    for _ in range(3):
        assert ask(vault, "01-5", NEXT, **question)["number"] == number
        for participant, profile in (("01-6", NEXT), ("01-5", PROFILES[0]), ("01-6", PROFILES[0])):
            fault, message = _refused(vault, participant, profile, **question)
            assert fault == "ALLOC-095"
            assert message == "an allocation was begun for 01-5 and not finished"
    ask(vault, "01-6", PROFILES[0], **asked(trial.made, [*before, (number, NEXT)]))


def test_a_database_that_lost_allocations_may_only_repeat_them(
    vault: Vault, trial: SealedTrial, before: Before
) -> None:
    assert _refused(vault, "01-9", before[2][1], **asked(trial.made, before[:2]))[0] == "ALLOC-095"
    again = ask(vault, "01-3", before[2][1], **asked(trial.made, before[:2]))
    assert again["number"] == before[2][0]


def test_nobody_is_allocated_twice(vault: Vault, trial: SealedTrial, before: Before) -> None:
    assert _refused(vault, "01-2", NEXT, **asked(trial.made, before))[0] == "ALLOC-035"


def test_a_profile_that_does_not_fit_draws_nothing(vault: Vault, trial: SealedTrial, before: Before) -> None:
    question = asked(trial.made, before)
    for profile in ((), ("F",), ("F", "WEST"), ("F", "EAST", "01")):
        assert _refused(vault, "01-5", profile, **question)[0] == "ALLOC-004"
    given = [number for number, _ in before] + [ask(vault, "01-5", NEXT, **question)["number"]]
    assert len(set(given)) == 5


def test_a_finished_pool_is_told_without_the_arm_and_once_for_all(tmp_path: Path) -> None:
    trial = minimising_trial(6)
    by_slot = {slot.number: slot.arm for slot in trial.made.slots}
    with opened(trial, tmp_path) as vault:
        before: Before = []
        answer: dict[str, Any] = {}
        for count in range(1, 8):
            profile = PROFILES[count % 2]
            answer = ask(vault, f"01-{count}", profile, **asked(trial.made, before))
            if "number" not in answer:
                break
            before.append((answer["number"], profile))
        (fault,) = answer["faults"]
        assert fault["id"] == "ALLOC-096"
        assert fault["message"] == "the pool is finished, and nobody is allocated any more"
        left = {arm for number, arm in by_slot.items() if number not in dict(before)}
        assert len(left) <= 1  # of the other arm there may be slots: what is said does not tell
        for profile in PROFILES:  # nor do answers to other profiles
            assert _refused(vault, "01-0", profile, **asked(trial.made, before))[0] == "ALLOC-096"
    with opened(trial, tmp_path) as vault:
        assert _refused(vault, "01-0", PROFILES[0], **asked(trial.made, before))[0] == "ALLOC-096"


def test_a_wrong_key_opens_nothing(trial: SealedTrial, tmp_path: Path) -> None:
    for key in (make_key(), trial.keys["code_break"], trial.keys["production"]):
        with pytest.raises(AllocationError) as error, opened(trial, tmp_path, list_key=key):
            pass
        assert told(error) == ["ALLOC-015"]


def test_another_list_than_the_one_that_was_committed_to_is_refused(
    trial: SealedTrial, tmp_path: Path
) -> None:
    other = minimising_trial(38)
    sealed = other.write(tmp_path / "sealed")
    (sealed / "commitment.json").write_bytes(
        (trial.write(tmp_path / "right") / "commitment.json").read_bytes()
    )
    with pytest.raises(AllocationError) as error:
        open_vault(other.study, sealed, private(tmp_path / "v") / "j", list_key=other.keys["list"])
    assert told(error) == ["ALLOC-048"]


def test_a_study_that_was_changed_since_is_refused(trial: SealedTrial, tmp_path: Path) -> None:
    changed = replace(minimising_study(slots=40, ratio=(2, 1)))
    with pytest.raises(AllocationError) as error, opened(replace(trial, study=changed), tmp_path):
        pass
    assert told(error) == ["ALLOC-048"]


def test_an_amendment_that_leaves_the_allocation_alone_is_no_fault(
    trial: SealedTrial, tmp_path: Path
) -> None:
    """A new version of the protocol: the list was made by the old one, and is still the right one."""
    amended = replace(trial.study, version="2.0", digest="0" * 64)
    with opened(replace(trial, study=amended), tmp_path):
        pass


def test_a_folder_without_list_or_commitment_is_refused(trial: SealedTrial, tmp_path: Path) -> None:
    for missing, content in (("list.age", None), ("commitment.json", None), ("commitment.json", "[]")):
        sealed = trial.write(tmp_path / "sealed")
        (sealed / missing).unlink()
        if content is not None:
            (sealed / missing).write_text(content)
        with pytest.raises(AllocationError) as error:
            open_vault(trial.study, sealed, private(tmp_path / "v") / "j", list_key=trial.keys["list"])
        assert told(error) == ["ALLOC-050"]


def test_a_study_that_allocates_from_lists_needs_no_vault(tmp_path: Path) -> None:
    with pytest.raises(AllocationError) as error, opened(block_trial(slots=12), tmp_path):
        pass
    assert told(error) == ["ALLOC-092"]
    assert make_list(template_study(), bytes(32)).slots  # it has a list all the same


def test_a_vault_without_keys_serves_nothing(trial: SealedTrial, tmp_path: Path) -> None:
    with (
        pytest.raises(AllocationError) as error,
        opened(trial, tmp_path, list_key=None, code_break_key=trial.keys["code_break"]),
    ):
        pass
    assert told(error) == ["ALLOC-092"]
