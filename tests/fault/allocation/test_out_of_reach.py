"""Databases that cannot be used: the fault says what is wrong, and shows no password and no account."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import pytest
from clients import PROCESSES
from sealed_trial import INVESTIGATOR, begin, template_study, trial

from lupustrial.allocation.store import Candidate, allocate, screen, verify_store
from lupustrial.errors import Fault, LedgerError, LupustrialError
from lupustrial.ledger import Actor, Database, _database, append, open_database

SECRETS = ("hunter2", "secret-account")


def fault_of(call: Callable[[], object]) -> Fault:
    """Return the one fault of a call, which is clear and tells no secret."""
    with pytest.raises(LedgerError) as raised:
        call()
    (fault,) = raised.value.faults
    assert fault.message
    assert fault.place
    assert fault.hint
    assert not [secret for secret in SECRETS if secret in str(raised.value)]
    return fault


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://secret-account:hunter2@127.0.0.1:1/trial?connect_timeout=2",
        "postgresql://secret-account:hun/ter2@127.0.0.1:1/trial",
        "postgres://secret-account:hunter2@[::1/trial",
        "postgresql://secret-account:hunter2@/trial?host=/nowhere&connect_timeout=2",
        "postgresql:/secret-account:hunter2@/trial?host=/nowhere",
        "host=127.0.0.1 user=secret-account password=hunter2 dbname=trial",
        "secret-account:hunter2@127.0.0.1/trial",
        "mysql://secret-account:hunter2@127.0.0.1/trial",
        "mongodb+srv://secret-account:hunter2@127.0.0.1/trial",
    ],
)
def test_an_address_that_leads_nowhere(url: str) -> None:
    fault = fault_of(lambda: open_database(url))
    assert fault.id == "LEDGER-001"
    assert "ter2" not in str(fault)


def test_an_unknown_database_and_account_of_a_server_that_runs(postgres_url: str) -> None:
    for url in (
        postgres_url.replace("/postgres?", "/no_such_trial?"),
        postgres_url.replace("postgres@", "secret-account:hunter2@"),
    ):
        assert fault_of(lambda url=url: open_database(url)).id == "LEDGER-001"  # type: ignore[misc]


def test_no_file_and_no_folder_to_make_it_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    assert fault_of(lambda: open_database(str(tmp_path / "none.db"))).message == "there is no such file"
    assert fault_of(lambda: open_database(str(tmp_path / "file" / "new.db"), create=True)).id == "LEDGER-001"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "trial.db").write_bytes(b"participant,arm\n" * 100)
    assert "not a database" in fault_of(lambda: open_database(str(tmp_path / "trial.db"))).message


def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "new" / "trial.db"), create=True)
    begin(database, trial(slots=4))
    kept = sorted((tmp_path / "new").iterdir())
    assert [path.name for path in kept] == ["trial.db", "trial.db-shm", "trial.db-wal"]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_database_without_ledger(database: Database) -> None:
    study = template_study()
    who = Candidate(participant="01-0001", site="01", consented=True, eligible=True)

    def write() -> None:
        with database.writing() as tx:
            append(tx, study=study.id, kind="note", by=INVESTIGATOR, data={})

    for call in (
        lambda: allocate(database, study, "01-0001", INVESTIGATOR),
        lambda: screen(database, study, who, INVESTIGATOR),
        lambda: verify_store(database, study),
        write,
    ):
        fault = fault_of(call)
        assert (fault.id, fault.message) == ("LEDGER-002", "the database holds no ledger")


def test_sqlite_locked_by_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_database, "_PATIENCE", 0.1)
    path = str(tmp_path / "trial.db")
    database = open_database(path, create=True)
    sealed = trial(slots=4)
    first, second = begin(database, sealed, 2)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    fault = fault_of(lambda: allocate(database, sealed.study, first, INVESTIGATOR))
    assert (fault.id, fault.place) == ("LEDGER-006", path)
    assert "locked" in fault.message
    holder.rollback()
    assert allocate(database, sealed.study, first, INVESTIGATOR).number == sealed.made.slots[0].number
    holder.close()
    assert second


def test_a_commit_that_fails_leaves_the_connection_usable(database: Database) -> None:
    sealed = trial(slots=4)
    (name,) = begin(database, sealed, 1)
    if database.dialect == "sqlite":
        setting = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    else:
        setting = ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    database.alone().run(setting[0])
    fault = fault_of(lambda: allocate(database, sealed.study, name, INVESTIGATOR))
    assert fault.id == "LEDGER-006"
    assert "read" in fault.message
    database.alone().run(setting[1])
    assert allocate(database, sealed.study, name, INVESTIGATOR).number == sealed.made.slots[0].number


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_goes_away(database: Database, database_url: str) -> None:
    sealed = trial(slots=4)
    (name,) = begin(database, sealed, 1)

    def end_connections() -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def write() -> None:
        with database.writing() as tx:
            append(tx, study=sealed.study.id, kind="note", by=INVESTIGATOR, data={})
            end_connections()
            append(tx, study=sealed.study.id, kind="note", by=INVESTIGATOR, data={})

    before = verify_store(database, sealed.study)
    fault = fault_of(write)  # in the middle of a transaction: never tried again
    assert fault.id == "LEDGER-006"
    assert "connection" in fault.message
    assert verify_store(database, sealed.study) == before
    end_connections()  # between transactions: the next one gets a new connection
    assert allocate(database, sealed.study, name, INVESTIGATOR).number == sealed.made.slots[0].number


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_account_of_the_server_without_rights(database: Database, database_url: str) -> None:
    sealed = trial(slots=4)
    (name,) = begin(database, sealed, 1)
    database.alone().run('CREATE ROLE "secret-account" LOGIN')
    try:
        other = open_database(database_url.replace("postgres@", "secret-account:hunter2@"))
        fault = fault_of(lambda: allocate(other, sealed.study, name, INVESTIGATOR))
        other.close()
    finally:
        database.alone().run('DROP ROLE "secret-account"')
    assert fault.id == "LEDGER-006"
    assert "permission denied" in fault.message


def _in_a_process(act: Callable[..., None], *arguments: object) -> str:
    """Return what a process of its own sends, since what it does to itself cannot be taken back."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=act, args=(theirs, *arguments))
    process.start()
    theirs.close()
    told: str = ours.recv()
    process.join()
    ours.close()
    return told


def _told(result: Connection, act: Callable[[], object]) -> None:
    try:
        act()
    except LupustrialError as error:
        result.send(str(error))
    else:
        result.send("done")


def _on_full_disk(result: Connection, path: str, name: str, room: int) -> None:
    """Allocate where no file may grow beyond a size, which looks to SQLite like a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    sealed = trial(slots=4)
    database = open_database(path)
    _told(result, lambda: allocate(database, sealed.study, name, INVESTIGATOR))


@pytest.mark.requirement("REQ-FAULT-001")
def test_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "trial.db"
    database = open_database(str(path), create=True)
    sealed = trial(slots=4)
    (name,) = begin(database, sealed, 1)
    log = (tmp_path / "trial.db-wal").stat().st_size
    told = _in_a_process(_on_full_disk, str(path), name, log + 5000)
    assert "LEDGER-006" in told
    assert "disk" in told
    assert verify_store(database, sealed.study).allocated == 0
    assert allocate(database, sealed.study, name, INVESTIGATOR).number == sealed.made.slots[0].number
    assert verify_store(database, sealed.study).faults == ()


def _as_somebody_else(result: Connection, path: str, name: str) -> None:
    sealed = trial(slots=4)  # before the rights go with which modules are read
    if os.geteuid() == 0:
        os.setgid(65_534)
        os.setuid(65_534)
    _told(result, lambda: allocate(open_database(path), sealed.study, name, INVESTIGATOR))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other accounts can read."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_file_that_may_only_be_read(open_folder: Path) -> None:
    path = open_folder / "trial.db"
    database = open_database(str(path), create=True)
    (name,) = begin(database, trial(slots=4), 1)
    for file in open_folder.iterdir():
        file.chmod(0o444)
    told = _in_a_process(_as_somebody_else, str(path), name)
    assert "LEDGER-00" in told
    assert "readonly" in told
    assert path.name in told


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    fault = fault_of(lambda: open_database("postgresql://secret-account:hunter2@/trial"))
    assert (fault.id, fault.hint) == ("LEDGER-001", "install lupustrial[postgres]")


def test_values_that_have_no_canonical_form_are_refused(database: Database) -> None:
    begin(database, trial(slots=4))
    with pytest.raises(ValueError, match="no canonical form"), database.writing() as tx:
        append(tx, study="S", kind="note", by=Actor(id="a", role="b"), data={"dose": [{"mg": 0.1}]})
