"""The vault gives the slots that docs/allocation/vault.md says, and they tell nothing about the arms."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from scipy import stats
from vaults import ARMS, PROFILES, decide, minimising_study, minimising_trial, naive_decisions, opened

from lupustrial.allocation.sealing import AllocationList, make_list
from lupustrial.allocation.vault._decide import Decider

PEOPLE = 5
SLOTS = 12
TRIALS = 1500


@pytest.mark.parametrize("ratio", [(1, 1), (2, 1)])
def test_slots_are_those_of_the_second_program(ratio: tuple[int, int], tmp_path: Path) -> None:
    trial = minimising_trial(120, ratio)
    draw = random.Random(f"people {ratio}")  # noqa: S311 - participants of a test
    people = [draw.choice(PROFILES) for _ in range(70)]
    with opened(trial, tmp_path) as vault:
        given = decide(vault, trial.made, people)
    assert given == naive_decisions(trial.made, people)


def test_a_vault_that_was_started_again_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    trial = minimising_trial()
    people = [*PROFILES, *PROFILES[::2], *PROFILES]
    for count in (4, 5, len(people)):  # each vault is asked for all again, and goes on
        with opened(trial, tmp_path) as vault:
            given = decide(vault, trial.made, people[:count])
    assert given == naive_decisions(trial.made, people)


class _First:
    """What a vault must not do: take the first free slot of the arm."""

    def below(self, _: int, /) -> int:
        return 0


def _trials(*, first: bool) -> list[tuple[list[str], list[int], AllocationList]]:
    """Return arms, positions and list of the participants of many small trials."""
    study = minimising_study(slots=SLOTS)
    found = []
    for count in range(TRIALS):
        made = make_list(study, hashlib.sha256(f"trial {count}".encode()).digest())
        decider = Decider(study, made)
        if first:
            decider._slots = _First()  # type: ignore[assignment]
        slots = {slot.number: slot for slot in made.slots}
        given = [slots[decider.decide(PROFILES[count % 3]) or 0] for _ in range(PEOPLE)]
        found.append(([slot.arm for slot in given], [slot.position for slot in given], made))
    return found


def _pairs(trials: Sequence[tuple[list[str], list[int], AllocationList]]) -> float:
    """Return p of: a slot that stands before an earlier participant's is as often of the same arm as others."""
    table = Counter(
        (positions[one] > positions[two], arms[one] == arms[two])
        for arms, positions, _ in trials
        for one, two in [(0, 1)]
    )
    return float(
        stats.chi2_contingency([[table[before, same] for same in (0, 1)] for before in (0, 1)]).pvalue
    )


@pytest.fixture(scope="module")
def trials() -> list[tuple[list[str], list[int], AllocationList]]:
    return _trials(first=False)


def test_the_position_of_a_slot_tells_nothing_about_the_arm(
    trials: Sequence[tuple[list[str], list[int], AllocationList]],
) -> None:
    for place in range(PEOPLE):
        table = Counter((arms[place], positions[place]) for arms, positions, _ in trials)
        counts = [[table[arm, position] for position in range(1, SLOTS + 1)] for arm in ARMS]
        assert stats.chi2_contingency(counts).pvalue > 1e-3


def test_the_order_of_two_slots_tells_nothing_about_whether_they_have_the_same_arm(
    trials: Sequence[tuple[list[str], list[int], AllocationList]],
) -> None:
    assert _pairs(trials) > 1e-3
    assert _pairs(_trials(first=True)) < 1e-12  # so the test would notice a vault that takes the first


def test_slots_passed_over_have_each_arm_as_often_as_slots_further_on(
    trials: Sequence[tuple[list[str], list[int], AllocationList]],
) -> None:
    table: Counter[tuple[bool, bool]] = Counter()
    for arms, positions, made in trials:
        for slot in made.slots:
            if slot.position != positions[0]:
                table[slot.position < positions[0], slot.arm == arms[0]] += 1
    counts = [[table[before, same] for same in (False, True)] for before in (False, True)]
    assert stats.chi2_contingency(counts).pvalue > 1e-3


def test_the_number_of_a_slot_tells_nothing_about_the_arm(
    trials: Sequence[tuple[list[str], list[int], AllocationList]],
) -> None:
    numbers: dict[str, list[int]] = {arm: [] for arm in ARMS}
    parities: Counter[tuple[str, int]] = Counter()
    for _, _, made in trials:
        for slot in itertools.islice(made.slots, 4):
            numbers[slot.arm].append(slot.number)
            parities[slot.arm, slot.number % 10] += 1
    assert stats.mannwhitneyu(numbers[ARMS[0]], numbers[ARMS[1]]).pvalue > 1e-3
    digits = [[parities[arm, digit] for digit in range(10)] for arm in ARMS]
    assert stats.chi2_contingency(digits).pvalue > 1e-3
