"""What holds for every vault, whoever comes in whatever order, and whatever is sent to it."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaults import (
    ARMS,
    PROFILES,
    ask,
    asked,
    decide,
    imbalance_of,
    minimising_study,
    minimising_trial,
    naive_decisions,
    opened,
)

from lupustrial.allocation.sealing import make_list
from lupustrial.allocation.vault import Vault
from lupustrial.allocation.vault._decide import Decider

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=15, deadline=None)
@given(people=st.lists(st.sampled_from(PROFILES), max_size=14), stop=st.integers(0, 14))
def test_every_order_of_participants_gives_different_slots_that_can_be_repeated(
    people: list[tuple[str, ...]], stop: int
) -> None:
    trial = minimising_trial()
    with tempfile.TemporaryDirectory() as name:
        with opened(trial, Path(name)) as vault:
            first = decide(vault, trial.made, people[:stop])
        with opened(trial, Path(name)) as vault:
            slots = decide(vault, trial.made, people)
    assert slots[: len(first)] == first
    assert len(set(slots)) == len(people)
    assert slots == naive_decisions(trial.made, people)


def test_margins_are_balanced_better_than_by_tossing_a_coin() -> None:
    study = minimising_study(slots=120)
    minimised, tossed = [], []
    for count in range(30):
        draw = random.Random(count)  # noqa: S311 - participants of a test
        made = make_list(study, draw.randbytes(32))
        people = draw.choices(PROFILES, k=60)
        decider = Decider(study, made)
        minimised.append(imbalance_of(made, people, [decider.decide(profile) or 0 for profile in people]))
        slots = {arm: [slot.number for slot in made.slots if slot.arm == arm] for arm in ARMS}
        tossed.append(imbalance_of(made, people, [slots[draw.choice(ARMS)].pop() for _ in people]))
    assert sum(minimised) < sum(tossed) / 2
    assert sum(one < two for one, two in zip(minimised, tossed, strict=True)) > 24


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    trial = minimising_trial()
    people = tmp_path_factory.mktemp("people") / "people"
    people.write_text("ines=age1\n")
    people.chmod(0o600)
    more = {"code_break_key": trial.keys["code_break"], "recipients": people}
    with opened(trial, tmp_path_factory.mktemp("vault"), **more) as made:
        yield made


def _one_fault(answer: bytes) -> bool:
    assert answer.endswith(b"\n")
    assert answer.count(b"\n") == 1
    assert not any(arm.encode() in answer for arm in ARMS)
    return "faults" in json.loads(answer)


@settings(max_examples=150, deadline=None)
@given(line=st.binary(max_size=200))
def test_bytes_that_are_no_request_are_refused_in_one_line(vault: Vault, line: bytes) -> None:
    assert _one_fault(vault.answer(line + b"\n"))


@settings(max_examples=80, deadline=None)
@given(
    operation=st.sampled_from(["allocate", "break"]),
    request=st.dictionaries(
        st.sampled_from(
            [
                "participant",
                "profile",
                "history",
                "free",
                "number",
                "stratum",
                "position",
                "kits",
                "leaf",
                "envelope",
                "to_name",
                "to_key",
            ]
        ),
        JSON,
    ),
)
def test_requests_of_any_shape_are_refused_in_one_line(
    vault: Vault, operation: str, request: dict[str, object]
) -> None:
    line = json.dumps({**request, "op": operation}).encode()
    assert _one_fault(vault.answer(line))


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 50_000,
        b'{"op":' * 20_000,
        b'{"op":"allocate","participant":"\\ud800","profile":[],"history":[],"free":[]}',
        b'{"op":"allocate","participant":"1","profile":["\\ud800"],"history":[],"free":[]}',
        b'{"op":"allocate","participant":"1","profile":["F","EAST"],"history":[[1e400,[]]],"free":[]}',
        b'{"op":"allocate","participant":"1","profile":["F","EAST"],"history":[],"free":[NaN]}',
        b'{"op":"allocate","participant":"1","profile":["F","EAST"],"history":[],"free":'
        + b"9" * 6000
        + b"}",
        b'{"op":["hello"]}',
        b'{"op":{"hello":1}}',
        b"null",
        b"",
    ],
    ids=lambda line: repr(line[:30]),
)
def test_what_parsers_stumble_over_is_refused_in_one_line(vault: Vault, line: bytes) -> None:
    assert _one_fault(vault.answer(line))


def test_after_all_that_the_vault_decides_as_before(vault: Vault) -> None:
    trial = minimising_trial()
    answer = ask(vault, "01-1", PROFILES[0], **asked(trial.made, []))
    assert [answer["number"]] == naive_decisions(trial.made, PROFILES[:1])
