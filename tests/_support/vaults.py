"""A trial that minimises, and vaults for it: in a thread of the test, or as a process of their own."""

from __future__ import annotations

import base64
import functools
import json
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from naive_allocation import Words, naive_minimisation
from sealed_trial import SEED, SealedTrial, template_study

from lupustrial.allocation.sealing import (
    PURPOSES,
    AllocationList,
    Recipient,
    SecretKey,
    make_key,
    make_list,
    seal,
)
from lupustrial.allocation.vault import Server, Vault, VaultClient, open_vault
from lupustrial.allocation.vault._journal import Journal
from lupustrial.allocation.vault._protocol import asks_allocate, encode
from lupustrial.errors import AllocationError
from lupustrial.study import Factor, Level, Randomisation, Study

#: Labels that stand nowhere by chance, of different length.
ARMS = ("KESTREL-ARM", "OSPREY-ARM-LONGER")
FACTORS = (("sex", 1, ("F", "M")), ("region", 2, ("NORTH", "EAST", "SOUTH")))
PROFILES = tuple((sex, region) for sex in FACTORS[0][2] for region in FACTORS[1][2])
PROBABILITY, IMBALANCE = "0.8", "range"


def minimising_study(*, slots: int = 40, ratio: Sequence[int] = (1, 1)) -> Study:
    """Return the study of `lupustrial new` with two factors that minimisation balances."""
    study = template_study()
    factors = tuple(
        Factor(id=name, name=name, weight=weight, levels=tuple(Level(id=k, name=k, when="true") for k in ks))
        for name, weight, ks in FACTORS
    )
    rule = Randomisation(
        method="minimisation",
        ratio=dict(zip(ARMS, ratio, strict=True)),
        probability=Decimal(PROBABILITY),
        imbalance="range",
        strata=factors,
        slots=slots,
    )
    arms = tuple(replace(arm, id=name, name=name) for arm, name in zip(study.arms, ARMS, strict=True))
    return replace(study, arms=arms, randomisation=rule)


@functools.cache
def minimising_trial(slots: int = 40, ratio: tuple[int, ...] = (1, 1)) -> SealedTrial:
    """Seal the list of a trial that minimises."""
    study = minimising_study(slots=slots, ratio=ratio)
    keys = {purpose: make_key() for purpose in PURPOSES}
    recipients = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    made = make_list(study, SEED)
    return SealedTrial(study=study, made=made, sealed=seal(study, made, recipients), keys=keys)


def naive_decisions(made: AllocationList, people: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the slots of participants by the page alone: no state is kept, everything is done again."""
    ratio = dict(zip(made.parameters["arms"], made.parameters["ratio"], strict=True))
    weights = [weight for _, weight, _ in FACTORS]
    arms = naive_minimisation(ratio, made.seed, list(people), weights, PROBABILITY, IMBALANCE)
    words = Words(made.seed, "vault")
    given: list[int] = []
    for arm in arms:
        free = [slot.number for slot in made.slots if slot.arm == arm and slot.number not in given]
        given.append(free[words.below(len(free))])
    return given


def asked(made: AllocationList, before: Sequence[tuple[int, tuple[str, ...]]]) -> dict[str, Any]:
    """Return history and free slots as a client tells them."""
    taken = {number for number, _ in before}
    free = [slot.number for slot in made.slots if slot.number not in taken]
    return {"history": list(before), "free": free}


def private(folder: Path) -> Path:
    """Make a folder of mode 0700."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def short_folder() -> Iterator[Path]:
    """Make a folder whose path is short enough for a socket, mode 0700."""
    with tempfile.TemporaryDirectory(prefix="vault-") as name:
        yield Path(name)


@contextmanager
def opened(trial: SealedTrial, folder: Path, **more: Any) -> Iterator[Vault]:
    """Open a vault that allocates; its files are in a folder."""
    sealed = trial.write(folder / "sealed")
    keys: dict[str, Any] = {"list_key": trial.keys["list"], **more}
    vault, _ = open_vault(trial.study, sealed, private(folder / "vault") / "journal", **keys)
    try:
        yield vault
    finally:
        vault.close()


def ask(
    vault: Vault, participant: str, profile: Sequence[str], history: Sequence[Any], free: Sequence[int]
) -> dict[str, Any]:
    """Ask a vault that is here to allocate; return its answer."""
    answer: dict[str, Any] = json.loads(
        vault.answer(encode(asks_allocate(participant, profile, history, free)))
    )
    return answer


def decide(vault: Vault, made: AllocationList, people: Sequence[tuple[str, ...]]) -> list[int]:
    """Let a vault that is here decide for participants 1, 2, … and return the slots."""
    before: list[tuple[int, tuple[str, ...]]] = []
    for count, profile in enumerate(people, start=1):
        before.append((ask(vault, f"01-{count}", profile, **asked(made, before))["number"], profile))
    return [number for number, _ in before]


def told(error: pytest.ExceptionInfo[AllocationError]) -> list[str]:
    """Return the ids of the faults of an error."""
    return [fault.id for fault in error.value.faults]


@contextmanager
def serving(vault: Vault, path: Path, **more: Any) -> Iterator[VaultClient]:
    """Serve a vault in a thread; give a client."""
    server, ready = Server(vault, path, **more), threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            server.run(ready.set)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(10)
        if failed:
            raise failed[0]
        yield VaultClient(path, patience=10)
    finally:
        server.stop()
        thread.join(10)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


@contextmanager
def process(trial: SealedTrial, folder: Path, *, killed: int = 0) -> Iterator[BaseProcess]:
    """Run a vault as a process on ``folder/vault/socket``.

    It is killed after the journal line of an allocation, before the answer (`killed`, 0: never).
    """
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    running = context.Process(target=_serve, args=(trial, folder, killed, ready.set))
    running.start()
    try:
        assert ready.wait(20)
        yield running
    finally:
        running.terminate()
        running.join(10)


def _serve(trial: SealedTrial, folder: Path, killed: int, ready: Callable[[], None]) -> None:
    write, count = Journal.append, 0

    def append(journal: Journal, record: Mapping[str, Any]) -> None:
        nonlocal count
        write(journal, record)
        count += record["kind"] == "decided"
        if record["kind"] == "decided" and count == killed:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.append = append  # type: ignore[method-assign]
    with opened(trial, folder) as vault:
        Server(vault, folder / "vault" / "socket").run(ready)


def secrets_of(trial: SealedTrial) -> dict[str, bytes]:
    """Return everything that must not leave the vault, by what it is, as it might be written."""
    made = trial.made
    found = {f"arm {number}": arm.encode() for number, arm in enumerate(ARMS)}
    found |= {"seed in hexadecimal": made.seed.hex().encode(), "seed": made.seed}
    found["seed in base64"] = base64.b64encode(made.seed)[:40]
    found |= {f"salt of {slot.number}": slot.salt.hex().encode() for slot in made.slots}
    found |= {f"key for {name}": _text(key) for name, key in trial.keys.items()}
    return found


def _text(key: SecretKey) -> bytes:
    return key.text.encode()


def imbalance_of(made: AllocationList, people: Sequence[tuple[str, ...]], numbers: Sequence[int]) -> Fraction:
    """Return the sum over all levels of the difference between the arms (ratio 1:1)."""
    arms: Mapping[int, str] = {slot.number: slot.arm for slot in made.slots}
    total = 0
    for place, (_, _, levels) in enumerate(FACTORS):
        for level in levels:
            has = [arms[n] for n, profile in zip(numbers, people, strict=True) if profile[place] == level]
            total += abs(has.count(ARMS[0]) - has.count(ARMS[1]))
    return Fraction(total)
