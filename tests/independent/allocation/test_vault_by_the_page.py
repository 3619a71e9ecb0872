"""The vault gives the slots that docs/allocation/vault.md says, and they tell nothing about the arms."""

from __future__ import annotations

import hashlib
import itertools
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from scipy import stats
from sealed_trial import INVESTIGATOR, MANAGER, STATISTICIAN
from vaults import ARMS, PROFILES, ask, decide, minimising_study, minimising_trial, naive_decisions, opened

from lupustrial.allocation.sealing import AllocationList, make_list
from lupustrial.allocation.store import Candidate, Chooser, allocate, lock, reveal, screen, set_up
from lupustrial.allocation.vault._decide import Decider
from lupustrial.ledger import export_ledger, open_database

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "verify_allocation.py"

PEOPLE = 5
SLOTS = 12
TRIALS = 1500

Trial = tuple[list[str], list[int], AllocationList]  # arms and positions of the participants, and the list


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


def _trials(*, first: bool) -> list[Trial]:
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


def _p_of(table: Counter[tuple[bool, bool]]) -> float:
    counts = [[table[one, two] for two in (False, True)] for one in (False, True)]
    return float(stats.chi2_contingency(counts).pvalue)


def _p_of_order(trials: Sequence[Trial]) -> float:
    """Return p of: whether two slots have the same arm does not depend on which stands first."""
    return _p_of(Counter((place[1] < place[0], arms[0] == arms[1]) for arms, place, _ in trials))


def _p_of_passed_over(trials: Sequence[Trial]) -> float:
    """Return p of: a slot that the first participant's was chosen over is no less often of the same arm."""
    table: Counter[tuple[bool, bool]] = Counter()
    for count, (arms, place, made) in enumerate(trials):
        other = made.slots[-1 if count % 2 else 0]  # one a trial, so that they are independent
        if other.position != place[0]:
            table[other.position < place[0], other.arm == arms[0]] += 1
    return _p_of(table)


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    return _trials(first=False)


def test_the_position_of_a_slot_tells_nothing_about_the_arm(
    trials: Sequence[Trial],
) -> None:
    for place in range(PEOPLE):
        table = Counter((arms[place], positions[place]) for arms, positions, _ in trials)
        counts = [[table[arm, position] for position in range(1, SLOTS + 1)] for arm in ARMS]
        assert stats.chi2_contingency(counts).pvalue > 1e-3


def test_neither_order_nor_slots_passed_over_tell_whether_arms_are_alike(trials: Sequence[Trial]) -> None:
    assert _p_of_order(trials) > 1e-3
    assert _p_of_passed_over(trials) > 1e-3
    control = _trials(first=True)  # so these tests would notice a vault that takes the first
    assert _p_of_order(control) < 1e-9
    assert _p_of_passed_over(control) < 1e-9


def test_the_number_of_a_slot_tells_nothing_about_the_arm(
    trials: Sequence[Trial],
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


def _through_a_trial(folder: Path, choose: Chooser) -> subprocess.CompletedProcess[str]:
    """Minimise, lock and reveal; then let the script that knows nothing of this package check it all."""
    trial = minimising_trial()
    db = open_database(str(folder / "trial.db"), create=True)
    set_up(db, trial.study, trial.sealed, STATISTICIAN)
    for count, profile in enumerate([*PROFILES, *PROFILES, *PROFILES]):
        levels = dict(zip(("sex", "region"), profile, strict=True))
        who = Candidate(participant=f"01-{count:03}", site="01", consented=True, eligible=True, levels=levels)
        screen(db, trial.study, who, INVESTIGATOR)
        allocate(db, trial.study, who.participant, INVESTIGATOR, choose=choose)
    lock(db, trial.study, MANAGER, source={})
    done = reveal(db, trial.study, trial.made, STATISTICIAN)
    with db.reading() as tx:
        export_ledger(tx, folder / "ledger.jsonl")
    db.close()
    (folder / "revealed.json").write_bytes(done.content)
    files = [trial.write(folder / "public") / "commitment.json", folder / "revealed.json"]
    command = [sys.executable, str(SCRIPT), *map(str, files), str(folder / "ledger.jsonl")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_verification_script_agrees_with_every_decision(tmp_path: Path) -> None:
    trial = minimising_trial()
    with opened(trial, tmp_path) as vault:

        def choose(who: str, profile: Sequence[str], history: Sequence[object], free: Sequence[int]) -> int:
            return int(ask(vault, who, profile, history, free)["number"])

        told = _through_a_trial(tmp_path, choose)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "ok: allocations: the next slot each time" in told.stdout


def test_the_verification_script_finds_slots_that_no_vault_chose(tmp_path: Path) -> None:
    told = _through_a_trial(tmp_path, lambda _, __, ___, free: free[0])
    assert told.returncode == 1
    assert "WRONG: allocations: the next slot each time" in told.stdout
