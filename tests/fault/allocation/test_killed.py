"""Clients and servers killed in the middle: what was confirmed is there, and nothing is half there."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import postgres
import psycopg
import pytest
from clients import answers, begin_stratified, deal, finish, start, stratified_trial
from sealed_trial import SealedTrial

from lupustrial.allocation.store import verify_store
from lupustrial.errors import LedgerError
from lupustrial.ledger import Database, entries, open_database

CLIENTS, PARTICIPANTS = 6, 300

Strike = Callable[[list[BaseProcess]], None]


@pytest.mark.requirement("REQ-FAULT-001")
def test_clients_killed(database: Database, database_url: str, tmp_path: Path) -> None:
    def strike(running: list[BaseProcess]) -> None:
        for process in running[:4]:
            process.kill()

    _survives(database, database_url, tmp_path / "notes", strike, rounds=3)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_server_stopped_at_once(database: Database, database_url: str, tmp_path: Path) -> None:
    _survives(database, database_url, tmp_path / "notes", lambda _: postgres.crash(database_url), rounds=2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_process_of_the_server_killed(database: Database, database_url: str, tmp_path: Path) -> None:
    def strike(running: list[BaseProcess]) -> None:
        del running
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL allocate_waiting%' "
                "AND pid <> pg_backend_pid() ORDER BY state_change DESC LIMIT 1"
            ).fetchone()
        assert row is not None
        os.kill(row[0], signal.SIGKILL)

    _survives(database, database_url, tmp_path / "notes", strike, rounds=2)


def _survives(database: Database, url: str, notes: Path, strike: Strike, *, rounds: int) -> None:
    sealed = stratified_trial(slots=PARTICIPANTS)
    names = begin_stratified(database, sealed, PARTICIPANTS)
    for _ in range(rounds):
        left = _unconfirmed(names, notes)
        enough = len(names) - len(left) + min(40, len(left) // 4)
        running = start(url, sealed.study, deal(left, CLIENTS), notes)
        _wait(lambda enough=enough: len(_confirmed(notes)) >= enough)  # type: ignore[misc]
        strike(running)
        for process in running:
            process.join(60)
        _holds(url, sealed, _confirmed(notes))
    assert _unconfirmed(names, notes), "everything was done before the last strike: nothing was tested"
    finish(start(url, sealed.study, deal(_unconfirmed(names, notes), CLIENTS), notes))
    told = _confirmed(notes)
    for answer in answers(notes):  # whose answer was lost is told the number that he or she has
        if answer.told.startswith("ALLOC-035"):
            told.setdefault(answer.participant, int(answer.told.rsplit(" ", 1)[1]))
    assert sorted(told) == names
    assert _holds(url, sealed, told) == told


def _holds(url: str, sealed: SealedTrial, confirmed: dict[str, int]) -> dict[str, int]:
    """Check the database as it lies there, with all that was confirmed; return who has which slot."""
    db = _opened(url)
    assert verify_store(db, sealed.study).faults == ()
    with db.reading() as tx:
        allocated = [entry.data for entry in entries(tx) if entry.kind == "allocated"]
    db.close()
    found = {one["participant"]: one["number"] for one in allocated}
    assert len(found) == len(allocated) == len(set(found.values()))
    assert confirmed.items() <= found.items()
    return found


def _opened(url: str) -> Database:
    """Open a database whose server may be recovering."""
    until = time.monotonic() + 30
    while True:
        try:
            return open_database(url)
        except LedgerError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _confirmed(notes: Path) -> dict[str, int]:
    found = answers(notes) if notes.is_dir() else []
    return {answer.participant: answer.number for answer in found if answer.number is not None}


def _unconfirmed(names: list[str], notes: Path) -> list[str]:
    confirmed = _confirmed(notes)
    return [name for name in names if name not in confirmed]


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not ready():
        assert time.monotonic() < until, "the clients do not get on"
        time.sleep(0.005)
