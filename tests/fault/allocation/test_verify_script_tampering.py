"""Whatever is changed in commitment, revealed list or ledger, the verification script finds and names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verify_script import KITS, NAMES, Told, factor, rule, verify, whole_trial

SEX = factor("sex", "F", "M")
PEOPLE = [("F",), ("M",), ("F",), ("F",), ("M",)]
BLOCKS = rule("permuted_blocks", block_sizes=(4,), strata=(SEX,), slots=8)
MINIMISED = rule("minimisation", probability="0.8", imbalance="range", strata=(SEX,), slots=12)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A trial with two strata and kits, beside another study."""
    return whole_trial(tmp_path_factory.mktemp("blocks"), BLOCKS, PEOPLE, kits=KITS, beside=True)


@pytest.fixture(scope="module")
def minimised(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A trial that minimises."""
    return whole_trial(tmp_path_factory.mktemp("pool"), MINIMISED, PEOPLE)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A trial whose files are short."""
    how = rule("permuted_blocks", block_sizes=(2,), slots=2)
    return whole_trial(tmp_path_factory.mktemp("small"), how, [()], kits=KITS[1:])


def _wrong(told: Told, folder: Path) -> list[str]:
    """Return what was found wrong, by name."""
    status, printed = told.verify(folder)
    assert status == 1, printed
    assert printed.splitlines()[-1] == "verdict: WRONG"
    return [line.split(": ", 1)[1] for line in printed.splitlines() if line.startswith("WRONG: ")]


def _named(told: Told, folder: Path, *names: str) -> None:
    wrong = _wrong(told, folder)
    assert [one.partition(": no. ")[0] for one in wrong] == list(names), wrong


def test_nothing_is_wrong_where_nothing_was_changed(
    trial: Told, minimised: Told, small: Told, tmp_path: Path
) -> None:
    for told in (trial, minimised, small, trial.without(), trial.consistent()):
        assert told.verify(tmp_path)[0] == 0


@pytest.mark.parametrize(("name", "step"), [(NAMES[0], 2), (NAMES[1], 2), (NAMES[2], 7)])
@pytest.mark.parametrize("mask", [0x01, 0x20], ids=["a bit", "upper and lower case"])
def test_every_byte_counts(name: str, step: int, mask: int, small: Told, tmp_path: Path) -> None:
    """The revealed list is looked at without the ledger, which has its digest."""
    texts = small.texts()
    for one, text in texts.items():
        (tmp_path / one).write_bytes(text)
    paths = [tmp_path / one for one in (NAMES[:2] if name == NAMES[1] else NAMES)]
    content, missed = texts[name], []
    for place in range(0 if mask == 1 else 1, len(content.rstrip()), step):
        forged = bytes([*content[:place], content[place] ^ mask, *content[place + 1 :]])
        (tmp_path / name).write_bytes(forged)
        status, told = verify(*paths)
        if status not in {1, 2} or "WRONG: " not in told:
            missed.append((place, content[max(0, place - 20) : place + 20]))
    assert missed == []


def _swap_arms(slots: list[dict[str, Any]]) -> None:
    other = next(i for i, slot in enumerate(slots) if slot["arm"] != slots[0]["arm"])
    slots[0]["arm"], slots[other]["arm"] = slots[other]["arm"], slots[0]["arm"]


def _swap_slots(slots: list[dict[str, Any]]) -> None:
    slots[1], slots[2] = slots[2], slots[1]


def _swap_numbers(slots: list[dict[str, Any]]) -> None:
    slots[1]["number"], slots[2]["number"] = slots[2]["number"], slots[1]["number"]


def _swap_kits(slots: list[dict[str, Any]]) -> None:
    slots[1]["kits"], slots[2]["kits"] = slots[2]["kits"], slots[1]["kits"]


def _change_kit(slots: list[dict[str, Any]]) -> None:
    slots[3]["kits"][1] += 1


def _change_salt(slots: list[dict[str, Any]]) -> None:
    slots[3]["salt"] = slots[4]["salt"]


def _change_stratum(slots: list[dict[str, Any]]) -> None:
    slots[0]["stratum"] = "M"


def _change_position(slots: list[dict[str, Any]]) -> None:
    slots[0]["position"] = True  # equal to 1, but not it


def _leave_out(slots: list[dict[str, Any]]) -> None:
    del slots[-1]


def _add(slots: list[dict[str, Any]]) -> None:
    slots.append(slots[-1])


def _say_more(slots: list[dict[str, Any]]) -> None:
    slots[0]["remark"] = ""


@pytest.mark.parametrize(
    "change",
    [
        _swap_arms,
        _swap_slots,
        _swap_numbers,
        _swap_kits,
        _change_kit,
        _change_salt,
        _change_stratum,
        _change_position,
        _leave_out,
        _add,
        _say_more,
    ],
)
def test_a_revealed_slot_that_was_changed(
    change: Callable[[list[dict[str, Any]]], None], trial: Told, tmp_path: Path
) -> None:
    told = trial.copy()
    change(told.revealed["slots"])
    _named(told, tmp_path, "revealed: the slots of that list", "ledger: this very reveal")
    _named(told.consistent(), tmp_path, "revealed: the slots of that list")  # by whoever has the ledger too
    assert verify(*(tmp_path / name for name in NAMES[:2]))[0] == 1  # without a ledger


def test_another_seed(trial: Told, tmp_path: Path) -> None:
    told = trial.copy()
    told.revealed["seed"] = bytes(32).hex()
    wrong = _wrong(told.consistent(), tmp_path)
    assert wrong[0].startswith("commitment: to this seed: no. 1 is ")
    assert wrong[1].startswith("commitment: to the list it gives")
    told.revealed["seed"] = trial.revealed["seed"].upper()
    assert _wrong(told, tmp_path)[0].startswith("revealed: the rest: no. 3 is ")


@pytest.mark.parametrize(
    ("key", "value"), [("format", 2), ("parameters", {"arms": ["PBO", "ACT"]}), ("parameters", {})]
)
def test_what_stands_beside_the_slots(key: str, value: object, trial: Told, tmp_path: Path) -> None:
    told = trial.copy()
    told.revealed[key] = value
    _named(told.consistent(), tmp_path, "revealed: the rest")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ratio", [2, 1]),
        ("arms", ["PBO", "ACT"]),
        ("block_sizes", [8]),
        ("method", "complete"),
        ("slots", 7),
        ("kits", []),
    ],
)
def test_other_parameters_give_another_list(key: str, value: object, trial: Told, tmp_path: Path) -> None:
    told = trial.copy()
    told.public["commitment"]["parameters"][key] = told.revealed["parameters"][key] = value
    names = [one.partition(": no. ")[0] for one in _wrong(told, tmp_path)]
    assert {"commitment: its digest", "ledger: this very commitment"} <= set(names)
    names = [one.partition(": no. ")[0] for one in _wrong(told.consistent(), tmp_path)]
    assert {"commitment: to the list it gives", "revealed: the slots of that list"} <= set(names)


@pytest.mark.parametrize("key", ["root", "seed", "slots"])
def test_a_commitment_that_was_changed(key: str, trial: Told, tmp_path: Path) -> None:
    told = trial.copy()
    told.public["commitment"][key] = 15 if key == "slots" else "0" * 64
    assert _wrong(told, tmp_path)[0].startswith("commitment: its digest: no. 1 is ")
    assert _wrong(told.consistent(), tmp_path)[0].startswith("commitment: to ")


def test_a_list_that_was_liked_better(trial: Told, tmp_path: Path) -> None:
    """Commitment and list agree, and are not those that were published."""
    other = whole_trial(tmp_path, BLOCKS, PEOPLE, kits=KITS, seed=bytes(32))
    told = replace(trial, public=other.public, revealed=other.revealed)
    _named(told, tmp_path, "ledger: this very commitment", "ledger: this very reveal", NEXT)


@pytest.mark.parametrize("key", ["files", "recipients"])
def test_what_stands_beside_the_commitment(key: str, trial: Told, tmp_path: Path) -> None:
    told = trial.copy()
    told.public[key] = type(told.public[key])()
    _named(told, tmp_path, "ledger: this very commitment")


def test_an_entry_that_was_removed_or_changed(trial: Told, tmp_path: Path) -> None:
    for place in range(len(trial.entries)):
        cut = replace(trial, entries=trial.entries[:place] + trial.entries[place + 1 :])
        assert _wrong(cut, tmp_path)[0].startswith("ledger")
        entry = trial.entries[place] | {"body": trial.entries[place]["body"].replace('"why":""', '"why":"x"')}
        bent = replace(trial, entries=(*trial.entries[:place], entry, *trial.entries[place + 1 :]))
        wrong = _wrong(bent, tmp_path)
        assert f": no. {place + 1} is " in wrong[0]


def test_the_head_tells_that_the_end_was_cut_off(trial: Told, tmp_path: Path) -> None:
    """Nothing in the files tells that somebody was there last, but an anchor does."""
    shorter = trial.without(_allocated(trial)[-1])
    heads = []
    for told in (trial, shorter):
        status, printed = told.verify(tmp_path)
        assert status == 0
        heads.append(printed.splitlines()[5])
    ends = [f"{told.entries[-1]['position']}:{told.entries[-1]['hash']}" for told in (trial, shorter)]
    assert heads == [f"ok: ledger {end}" for end in ends]
    assert ends[0] != ends[1]


@pytest.mark.parametrize("kind", ["list sealed", "locked", "revealed"])
def test_an_entry_that_is_not_there(kind: str, trial: Told, tmp_path: Path) -> None:
    wrong = _wrong(trial.without(*trial.events(kind)), tmp_path)
    assert any(one.startswith("ledger: sealed to revealed in order: no. ") for one in wrong)


def _allocated(told: Told) -> list[int]:
    study = told.public["commitment"]["parameters"]["study"]
    return [i for i in told.events("allocated") if json.loads(told.entries[i]["body"])["study"] == study]


def _data(told: Told, place: int) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(told.entries[place]["body"])["data"]
    return data


NEXT, ONCE = "allocations: the next slot each time", "allocations: one each"


def test_allocations_to_other_slots(trial: Told, tmp_path: Path) -> None:
    places = _allocated(trial)
    numbers = {slot["number"] for slot in trial.revealed["slots"]}
    for place in places:
        for number in (numbers - {_data(trial, place)["number"]}) | {12345, 0}:
            told = trial.changed(place, lambda data, number=number: data.update(number=number))  # type: ignore[misc]
            _named(told, tmp_path, NEXT)


def test_an_allocation_that_was_removed_or_moved(trial: Told, tmp_path: Path) -> None:
    places = _allocated(trial)
    _named(trial.without(places[0]), tmp_path, NEXT)
    _named(trial.moved(places[0], places[2]), tmp_path, NEXT)


def test_somebody_who_was_allocated_twice(trial: Told, tmp_path: Path) -> None:
    first, last = _allocated(trial)[0], _allocated(trial)[3]
    who = _data(trial, first)["participant"]
    _named(trial.changed(last, lambda data: data.update(participant=who)), tmp_path, ONCE)


def test_somebody_of_another_stratum_or_never_screened(trial: Told, tmp_path: Path) -> None:
    screened = trial.events("screened")[1]
    told = trial.changed(screened, lambda data: data.update(stratum="F"))
    _named(told, tmp_path, NEXT)
    _named(trial.without(screened), tmp_path, NEXT)


@pytest.mark.parametrize("kind", ["locked", "revealed"])
def test_an_allocation_after_the_end(kind: str, trial: Told, tmp_path: Path) -> None:
    told = trial.moved(_allocated(trial)[-1], trial.events(kind)[0])
    _named(told, tmp_path, "ledger: sealed to revealed in order")


def test_minimised_slots_that_were_not_drawn(minimised: Told, tmp_path: Path) -> None:
    for place in _allocated(minimised):
        drawn = _data(minimised, place)["number"]
        for number in {slot["number"] for slot in minimised.revealed["slots"]} - {drawn}:
            told = minimised.changed(place, lambda data, number=number: data.update(number=number))  # type: ignore[misc]
            _named(told, tmp_path, NEXT)


def test_a_minimised_list_without_its_first_allocation(minimised: Told, tmp_path: Path) -> None:
    _named(minimised.without(_allocated(minimised)[0]), tmp_path, NEXT)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"\xff\xfe", b"[" * 100_000, b"{}\n{}", b"null", b"[]", b'{"a": 1e999}']
)
def test_files_that_cannot_be_read_are_named(
    name: str, content: bytes | None, small: Told, tmp_path: Path
) -> None:
    small.verify(tmp_path)
    path = tmp_path / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    status, told = verify(*(tmp_path / one for one in NAMES))
    assert status in (1, 2)
    if name == "ledger.jsonl" and content == b"":
        assert "WRONG: ledger: " in told
    else:
        assert status == 2
        assert told.splitlines()[-1].startswith("WRONG: ")
        assert str(path) in told.splitlines()[-1]


@pytest.mark.parametrize("names", [(), NAMES[:1]])
def test_too_few_files(names: tuple[str, ...], small: Told, tmp_path: Path) -> None:
    small.verify(tmp_path)
    assert verify(*(tmp_path / name for name in names))[0] == 2
