"""What a trial leaves behind before its reveal: no arm, no product, no seed, no salt, no key is in it.

Functions that are *given* an opened list or a key hold it: a report of a crash there is looked at too, and
shows that there are such objects, but nothing of what they hold. Left out are functions whose argument is the
secret itself as bare text, since a report shows arguments: a passphrase or a share that was typed, and the
32 bytes from which a list is made.
"""

from __future__ import annotations

import logging
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import postgres
import pytest
from canary import ARMS, SEED, Search, canary_trial, crash_report
from clients import AllAtOnce
from sealed_trial import COORDINATOR, INVESTIGATOR, MANAGER, STATISTICIAN, SealedTrial, begin

from lupustrial.allocation.sealing import (
    AllocationList,
    Recipient,
    SecretKey,
    combine_shares,
    make_key,
    make_list,
    open_envelope,
    open_list,
    opened,
    packing_list,
    read_key,
    seal,
    split_key,
    write_key,
)
from lupustrial.allocation.store import (
    ASSESSED,
    Candidate,
    allocate,
    assess_unblinding,
    break_code,
    check_list,
    copy_list,
    lock,
    report_unblinding,
    reveal,
    screen,
    set_up,
    verify_store,
)
from lupustrial.errors import LupustrialError
from lupustrial.ledger import Actor, Database, Transaction, export_ledger, open_database

PAGE, HEADER, FIRST_HEADER = 8192, 24, 40  # of a write-ahead log of PostgreSQL


@dataclass(frozen=True, kw_only=True)
class Run:
    """A trial that was run until the lock, and what it left behind on the way."""

    sealed: SealedTrial
    search: Search
    db: Database
    url: str
    folder: Path
    reports: dict[str, bytes]
    shown: str


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run the trial, on SQLite and on a server that logs every statement."""
    folder = tmp_path_factory.mktemp("canary")
    if request.param == "sqlite":
        yield from _run(str(folder / "trial.db"), folder)
        return
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed: nothing was tested on it")
    settings = ("log_statement=all", "log_parameter_max_length=-1", "log_min_messages=debug1")
    with postgres.server(*settings, "wal_level=logical") as url:
        yield from _run(url, folder)


class _Memory(logging.Handler):
    """Keeps all that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record) + repr(record.__dict__))


def _run(url: str, folder: Path) -> Iterator[Run]:
    root, memory = logging.getLogger(), _Memory()
    level = root.level
    root.addHandler(memory)
    root.setLevel(logging.DEBUG)
    try:
        sealed = canary_trial(24)
        search = Search(sealed, split_key(sealed.keys["list"], needed=2, of=3))
        db = open_database(url, create=True)
        reports = _until_the_lock(db, sealed, search, folder)
    finally:
        root.removeHandler(memory)
        root.setLevel(level)
    yield Run(
        sealed=sealed,
        search=search,
        db=db,
        url=url,
        folder=folder,
        reports=reports,
        shown="\n".join(memory.lines),
    )
    db.close()


def _until_the_lock(db: Database, sealed: SealedTrial, search: Search, folder: Path) -> dict[str, bytes]:
    sealed.write(folder / "sealed")
    study, names = sealed.study, begin(db, sealed, 8)
    for name in names[:6]:
        allocate(db, study, name, INVESTIGATOR)
    sponsor = Recipient(name="sponsor", purpose="list", public_key=make_key().public_key)
    broken = break_code(
        db, study, names[0], INVESTIGATOR, to=sponsor, key=sealed.keys["code_break"], why="pancytopenia"
    )
    (folder / "broken.age").write_bytes(broken.sealed)
    (folder / "notices.txt").write_text("\n".join(f"{one.subject}\n{one.text}" for one in broken.notices))
    assess_unblinding(db, study, broken.entry.position, INVESTIGATOR, dict.fromkeys(ASSESSED, "nothing"))
    report_unblinding(db, study, names[1], INVESTIGATOR, person="rudi", why="saw a vial")
    board = replace(sponsor, name="board", public_key=make_key().public_key)
    _, copied = copy_list(db, study, sealed.made, STATISTICIAN, to=[board], why="interim 1")
    (folder / "copied.age").write_bytes(copied)
    reports = {name: _report(call) for name, call in _refused(db, sealed, search, names, folder).items()}
    lock(db, study, MANAGER, source={"records.csv": "0" * 64})
    reports |= {
        name: _report(call)
        for name, call in {
            "locked": lambda: allocate(db, study, names[6], INVESTIGATOR),
            "disk full at the reveal": lambda: reveal(_Full(db), study, sealed.made, STATISTICIAN),
        }.items()
    }
    with db.reading() as tx:
        export_ledger(tx, folder / "ledger.jsonl")
    verified = verify_store(db, study, sealed=folder / "sealed")
    (folder / "verified.txt").write_text(repr(verified) + "\n".join(map(str, verified.faults)))
    assert verified.faults == ()
    return reports


class _Full(AllAtOnce):
    """A database on which nothing more can be written."""

    def __init__(self, db: Database) -> None:
        super().__init__(_NoRoom(db.alone()))


class _NoRoom(Transaction):
    def __init__(self, tx: Transaction) -> None:
        self.dialect, self._tx = tx.dialect, tx

    def all(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        if statement.startswith("INSERT"):
            raise OSError("no space left on device")
        return self._tx.all(statement, *parameters)

    def many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        raise OSError(f"no space left on device for {len(rows)} rows, {statement[:6]}")


def _damaged(content: bytes) -> bytes:
    """Return other bytes, whatever the last one was."""
    return content[:-1] + bytes([content[-1] ^ 1])


def _refused(
    db: Database, sealed: SealedTrial, search: Search, names: list[str], folder: Path
) -> dict[str, Callable[[], object]]:
    """Return calls that fail, of all public functions that come near a secret."""
    study, keys, made, slots = sealed.study, sealed.keys, sealed.made, sealed.sealed.slots
    sponsor = Recipient(name="sponsor", purpose="list", public_key=make_key().public_key)
    ill = Candidate(participant="01-0009", site="01", consented=True, eligible=False)
    screen(db, study, ill, INVESTIGATOR)
    nobody = Actor(id="eve", role="assessor")
    damaged = replace(slots[0], envelope=_damaged(slots[0].envelope))
    other = replace(made, seed=SEED[::-1])
    forged = [replace(search.shares[0], data=_damaged(search.shares[0].data)), search.shares[1]]
    write_key(keys["list"], folder / "list.key", "correct horse")
    (folder / "text").write_bytes(b"no key")
    stopped = _stop_at(2)
    return {
        "set up again": lambda: set_up(db, study, sealed.sealed, STATISTICIAN),
        "set up by nobody": lambda: set_up(db, study, sealed.sealed, nobody),
        "allocated already": lambda: allocate(db, study, names[0], INVESTIGATOR),
        "not eligible": lambda: allocate(db, study, "01-0009", INVESTIGATOR),
        "not screened": lambda: allocate(db, study, "01-0010", INVESTIGATOR),
        "not by her": lambda: allocate(db, study, names[6], nobody),
        "unblinded": lambda: allocate(db, study, names[6], Actor(id="rudi", role="investigator")),
        "screened again": lambda: screen(db, study, replace(ill, participant=names[0]), INVESTIGATOR),
        "no such key": lambda: break_code(
            db, study, names[2], INVESTIGATOR, to=sponsor, key=keys["list"], why="illness"
        ),
        "no reason": lambda: break_code(
            db, study, names[2], INVESTIGATOR, to=sponsor, key=keys["code_break"], why=" "
        ),
        "nobody's code": lambda: break_code(
            db, study, names[7], INVESTIGATOR, to=sponsor, key=keys["code_break"], why="illness"
        ),
        "disk full at a code break": lambda: break_code(
            _Full(db), study, names[2], INVESTIGATOR, to=sponsor, key=keys["code_break"], why="illness"
        ),
        "damaged envelope": lambda: open_envelope(damaged, keys["code_break"]),
        "exchanged envelope": lambda: open_envelope(
            replace(slots[0], envelope=slots[1].envelope), keys["code_break"]
        ),
        "another key": lambda: open_list(sealed.sealed.files["list.age"], keys["escrow"]),
        "not the list": lambda: open_list(sealed.sealed.files["production.age"], keys["production"]),
        "another list": lambda: check_list(study, other, sealed.sealed.public()),
        "copy of another list": lambda: copy_list(
            db, study, other, STATISTICIAN, to=[sponsor], why="interim"
        ),
        "copy by nobody": lambda: copy_list(db, study, made, COORDINATOR, to=[sponsor], why="interim"),
        "disk full at a copy": lambda: copy_list(
            _Full(db), study, made, STATISTICIAN, to=[sponsor], why="interim"
        ),
        "too early": lambda: reveal(db, study, made, STATISTICIAN),
        "no recipients": lambda: seal(study, made, []),
        "stopped while sealing": lambda: seal(study, made, sealed.sealed.recipients, progress=stopped),
        "key there already": lambda: write_key(keys["list"], folder / "text", None),
        "wrong passphrase": lambda: read_key(folder / "list.key", "wrong"),
        "no key": lambda: read_key(folder / "text"),
        "not a key": lambda: opened(sealed.sealed.files["seed.age"], SecretKey("AGE-SECRET-KEY-1"), "seed"),
        "no quorum": lambda: split_key(keys["list"], needed=1, of=3),
        "one share": lambda: combine_shares(search.shares[:1]),
        "shares that do not fit": lambda: combine_shares(forged),
    }


def _stop_at(count: int) -> Callable[[int, int], None]:
    def progress(done: int, of: int) -> None:
        if done >= min(count, of):
            raise KeyboardInterrupt

    return progress


def _report(call: Callable[[], object]) -> bytes:
    try:
        call()
    except (LupustrialError, OSError, KeyboardInterrupt) as error:
        return crash_report(error)
    raise AssertionError("this was not refused")


def test_the_search_finds_what_is_there(run: Run) -> None:
    """The positive control: each kind of secret is found, in any way of writing it."""
    sealed, search = run.sealed, run.search
    listed = open_list(sealed.sealed.files["list.age"], sealed.keys["list"]).to_json()
    assert {"arm", "seed", "salt"} <= set(search.found(listed))
    assert search.found(packing_list(sealed.study, sealed.made)) == ["product"]
    slot = open_envelope(sealed.sealed.slots[0], sealed.keys["code_break"])
    assert search.found(f"{slot.number},{slot.arm}".encode()) == ["arm"]
    assert search.found(repr(vars(sealed.made)["seed"]).encode()) == ["half a seed", "seed"]
    assert search.found(str(search.shares[1]).replace("-", "").encode()) == ["share"]
    assert search.found(sealed.keys["list"].text.encode()) == ["list key"]
    assert search.found(ARMS[1].encode("utf-16-le")) == ["arm"]
    assert search.found(b'{"arms":["%s","%s"]}' % tuple(arm.encode() for arm in ARMS)) == []
    assert search.found(b'{"arms":["%s","%s"]}' % tuple(arm.encode() for arm in ARMS[::-1])) == ["arm"]


def test_files_that_are_given_away(run: Run) -> None:
    files = [path for path in run.folder.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert {path.suffix for path in files} >= {".age", ".csv", ".json", ".jsonl", ".txt"}
    found = {path.name: run.search.found(path.read_bytes()) for path in files}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


def test_crash_reports_with_the_variables_of_every_frame(run: Run) -> None:
    found = {name: run.search.found(report) for name, report in run.reports.items()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}
    assert len(run.reports) > 30


@pytest.mark.requirement("REQ-SUPPLY-013")
def test_logs_of_all_libraries_at_debug_level(run: Run) -> None:
    assert run.search.found(run.shown.encode()) == []


def test_nothing_is_printed(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    name = next(iter(run.reports))
    with pytest.raises(LupustrialError):
        reveal(run.db, run.sealed.study, replace(run.sealed.made, seed=SEED[::-1]), STATISTICIAN)
    assert name
    assert capfd.readouterr() == ("", "")


def test_what_objects_show_of_themselves(run: Run) -> None:
    sealed = run.sealed
    objects = [
        sealed.made,
        sealed.made.slots[0],
        sealed.sealed,
        sealed.sealed.slots[0],
        sealed.sealed.commitment,
        sealed.keys["list"],
        run.search.shares[0],
        AllocationList.from_json(sealed.made.to_json(), "x"),
        {"nested": [sealed.made, sealed.keys]},
    ]
    for one in objects:
        assert run.search.found(f"{one!r} {one!s}".encode()) == [], type(one)
    assert run.search.found(repr(sealed.keys["list"].identity).encode()) == []
    assert run.search.found(f"{run.search.shares[0]!s}".encode()) in ([], ["share"])  # printed on purpose


@pytest.mark.requirement("REQ-SUPPLY-013")
def test_the_database_and_its_backups(run: Run) -> None:
    for name, content in (_of_sqlite if run.db.dialect == "sqlite" else _of_postgresql)(run):
        assert content, name
        assert run.search.found(content) == [], name


def _of_sqlite(run: Run) -> Iterator[tuple[str, bytes]]:
    path = Path(run.url)
    yield "write-ahead log", path.with_name("trial.db-wal").read_bytes()
    yield "file before it was cleaned", path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        yield "dump", "\n".join(connection.iterdump()).encode()
        with closing(sqlite3.connect(run.folder / "backup.db")) as backup:
            connection.backup(backup)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield "file", path.read_bytes()
    yield "backup", (run.folder / "backup.db").read_bytes()


def _of_postgresql(run: Run) -> Iterator[tuple[str, bytes]]:
    folder, home = postgres.binaries(), postgres.home_of(run.url)
    assert folder is not None
    done = subprocess.run([str(folder / "pg_dump"), "--inserts", run.url], check=True, capture_output=True)
    yield "dump", done.stdout
    run.db.alone().run("CHECKPOINT")
    (row,) = run.db.alone().all("SELECT oid FROM pg_database WHERE datname = current_database()")
    for path in sorted((home / "data" / "base" / str(row[0])).iterdir()):
        if path.stat().st_size:
            yield f"table {path.name}", path.read_bytes()
    log = (home / "log").read_bytes()
    assert b"INSERT INTO allocation_slot" in log
    assert b"CALL allocate_waiting" in log
    yield "log of every statement", log
    for path in sorted((home / "data" / "pg_wal").glob("0*")):
        yield f"write-ahead log {path.name}", _without_headers(path.read_bytes().rstrip(b"\0"))


def _without_headers(log: bytes) -> bytes:
    """Take the headers of pages away, which would cut a text in two."""
    pages = [log[start : start + PAGE] for start in range(0, len(log), PAGE)]
    return b"".join(page[FIRST_HEADER if not number else HEADER :] for number, page in enumerate(pages))


def test_after_the_reveal_it_is_there_and_only_there(run: Run) -> None:
    sealed = run.sealed
    revealed = reveal(run.db, sealed.study, sealed.made, STATISTICIAN)
    assert {"arm", "seed", "salt"} <= set(run.search.found(revealed.content))
    assert run.search.found(repr(revealed).encode()) == []
    test_the_database_and_its_backups(run)
    again = make_list(sealed.study, SEED)
    assert [(number, arm) for _, number, arm in revealed.allocations] == [
        (slot.number, slot.arm) for slot in again.slots[:6]
    ]
