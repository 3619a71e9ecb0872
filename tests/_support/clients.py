"""Clients of a trial: processes that allocate, note what they are told, and can be killed."""

from __future__ import annotations

import multiprocessing as mp
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from sealed_trial import INVESTIGATOR, STATISTICIAN, SealedTrial, trial

from lupustrial.allocation.store import Candidate, allocate, screen, set_up
from lupustrial.errors import AllocationError, LedgerError
from lupustrial.ledger import Database, Transaction, open_database
from lupustrial.study import Factor, Level, Randomisation, Study

#: Forks from one process that has read the package, since a new interpreter takes a second to do so.
PROCESSES = mp.get_context("forkserver")
PROCESSES.set_forkserver_preload(["lupustrial.allocation.store", "psycopg"])

STRATA = ("low", "high")


def stratified_trial(slots: int) -> SealedTrial:
    """Seal a trial with two strata."""
    levels = [Level(id=one, name=one, when="true") for one in STRATA]
    factor = Factor(id="activity", name="Activity", weight=1, levels=tuple(levels))
    rule = Randomisation(
        method="permuted_blocks", ratio={"ACT": 1, "PBO": 1}, block_sizes=(4, 6), strata=(factor,)
    )
    return trial(randomisation=rule, slots=slots)


def begin_stratified(db: Database, sealed: SealedTrial, participants: int) -> list[str]:
    """Set the trial up and screen participants, who belong to the strata in turn; return their numbers."""
    set_up(db, sealed.study, sealed.sealed, STATISTICIAN)
    names = [f"01-{number:04d}" for number in range(1, participants + 1)]
    with db.writing() as tx:
        for place, name in enumerate(names):
            who = Candidate(participant=name, site="01", consented=True, eligible=True)
            who = replace(who, levels={"activity": STRATA[place % len(STRATA)]})
            screen(AllAtOnce(tx), sealed.study, who, INVESTIGATOR)
    return names


class AllAtOnce(Database):
    """A database in which everything is written in one transaction that is open."""

    def __init__(self, tx: Transaction) -> None:
        """Keep the transaction."""
        self.dialect, self._tx = tx.dialect, tx

    def writing(self) -> AbstractContextManager[Transaction]:
        """Return the transaction, to be ended elsewhere."""
        return nullcontext(self._tx)

    reading = writing

    def alone(self) -> Transaction:
        """Return the transaction."""
        return self._tx

    def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client was told: a number, or the id of a fault."""

    participant: str
    number: int | None
    told: str


def client(url: str, study: Study, names: Sequence[str], note: Path) -> None:
    """Allocate one after the other; note every answer before the next is asked for."""
    handle = os.open(note, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    db = open_database(url)
    for name in names:
        try:
            told = f"{allocate(db, study, name, INVESTIGATOR).number} -"
        except (AllocationError, LedgerError) as error:
            told = f"- {error.faults[0].id} {error.faults[0].message}"
        os.write(handle, f"{name} {told}\n".encode())
    db.close()


def start(url: str, study: Study, shares: Iterable[Sequence[str]], folder: Path) -> list[BaseProcess]:
    """Start a client for each share of the participants."""
    folder.mkdir(exist_ok=True)
    asked = [
        PROCESSES.Process(target=client, args=(url, study, names, folder / f"{time.time_ns()}-{place}"))
        for place, names in enumerate(shares)
    ]
    for process in asked:
        process.start()
    return list(asked)


def finish(processes: Iterable[BaseProcess]) -> None:
    """Wait until all have done their work."""
    for process in processes:
        process.join(60)
        assert process.exitcode == 0, f"a client ended with {process.exitcode}"


def answers(folder: Path) -> list[Answer]:
    """Return what was answered; a line is written at once, so that no line is cut."""
    found = []
    for note in sorted(folder.iterdir()):
        for line in note.read_text().splitlines():
            participant, number, told = line.split(" ", 2)
            found.append(
                Answer(participant=participant, number=None if number == "-" else int(number), told=told)
            )
    return found


def deal(names: Sequence[str], clients: int) -> list[Sequence[str]]:
    """Deal participants out to clients."""
    return [names[place::clients] for place in range(clients)]
