"""Time allocation: many clients at once on PostgreSQL and SQLite, sealing a list, verifying a ledger.

Clients are processes on this machine that ask one after the other, without a pause, after ten allocations
that are not timed. Beside them the same allocation steered by its client with SELECT … FOR UPDATE, in the
same run. Prints medians and what was asked for.

    python benchmarks/allocation.py [--quick] [--figure docs/images/allocation-growth.svg]
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "_support"))

import postgres  # noqa: E402 - found by path
import psycopg  # noqa: E402
from sealed_trial import INVESTIGATOR, SEED, STATISTICIAN, template_study  # noqa: E402

from lupustrial.allocation.sealing import (  # noqa: E402
    PURPOSES,
    Recipient,
    Sealed,
    make_key,
    make_list,
    seal,
)
from lupustrial.allocation.store import allocate, set_up  # noqa: E402
from lupustrial.allocation.store._refusal import REFUSAL  # noqa: E402
from lupustrial.ledger import (  # noqa: E402
    Database,
    Transaction,
    body_of,
    hash_of,
    now,
    open_database,
    verify_ledger,
)
from lupustrial.study import Study  # noqa: E402

CLIENTS: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100)
TAKEN: tuple[int, ...] = (1_000, 10_000, 100_000)
SEALED: tuple[int, ...] = (1_000, 10_000, 100_000)
SQLITE = (1, 2, 8)
MOST = 50  # clients of which a goal is told
GOALS = {"allocate": 20e-3, "seal": 60.0}
PATIENCE = 120.0  # seconds until all clients have begun
SECONDS = 2.0  # of a measurement
SPARE = 80_000  # slots beyond those taken
#: How the naive way finds a slot.
NEXT = "SELECT next FROM allocation_stratum WHERE study = %s AND stratum = 'all' FOR UPDATE"
SLOT = "SELECT number FROM allocation_slot WHERE study = %s AND stratum = 'all' AND position = %s FOR UPDATE"
WARM = 10  # allocations of a client before it is timed
PAST_GUARDS = {
    "postgresql": "SET LOCAL session_replication_role = replica",
    "sqlite": "DROP TRIGGER ledger_follows",
}
CONTEXT = mp.get_context("forkserver")
CONTEXT.set_forkserver_preload(["lupustrial.allocation.store", "psycopg"])


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What clients found."""

    median: float
    p95: float
    rate: float


def study_of(slots: int) -> Study:
    """Return the study of `lupustrial new` with lists of a length."""
    study = template_study()
    return replace(study, randomisation=replace(study.randomisation, slots=slots))


def recipients() -> list[Recipient]:
    """Return one recipient for each purpose."""
    return [Recipient(name=name, purpose=name, public_key=make_key().public_key) for name in PURPOSES]


def as_sealed(study: Study) -> Sealed:
    """Return a list with the envelope of one slot for all, since this part times the database."""
    made = make_list(study, SEED)
    few = seal(study, replace(made, slots=made.slots[:1]), recipients())
    slots = [
        replace(few.slots[0], number=slot.number, stratum=slot.stratum, position=slot.position)
        for slot in made.slots
    ]
    return replace(few, slots=tuple(slots))


def fill(db: Database, study: Study, taken: int, participants: int) -> None:
    """Set a trial up in which slots are taken and participants wait, past the guards."""
    set_up(db, study, as_sealed(study), STATISTICIAN)
    people = [f"01-{number:06d}" for number in range(1, taken + participants + 1)]
    with db.writing() as tx:
        tx.many(
            "INSERT INTO allocation_candidate "
            "(study, participant, site, stratum, levels, consented, eligible, entry) "
            "VALUES (?, ?, '01', 'all', '{}', 1, 1, 1)",
            [(study.id, who) for who in people],
        )
    if taken:
        take(db, study, people[:taken])
    if db.dialect == "postgresql":
        db.alone().run("VACUUM ANALYZE")


def take(db: Database, study: Study, people: Sequence[str]) -> None:
    """Give slots to people as if they had been allocated: rows and ledger, without a commit for each."""
    with db.writing() as tx:
        tx.run(PAST_GUARDS[tx.dialect])
        rows = tx.all(
            "SELECT number FROM allocation_slot WHERE participant IS NULL ORDER BY position LIMIT ?",
            len(people),
        )
        numbers = [row[0] for row in rows]
        lines = chain(tx, study, zip(numbers, people, strict=True))
        tx.many(
            "UPDATE allocation_slot SET participant = ?, entry = ? WHERE study = ? AND number = ?",
            [(who, line, study.id, number) for who, line, number in zip(people, lines, numbers, strict=True)],
        )
        tx.run("UPDATE allocation_stratum SET next = next + ?", len(people))


def chain(tx: Transaction, study: Study, allocated: Iterable[tuple[int, str]]) -> list[int]:
    """Write entries of allocations into the ledger, past the guards; return their positions."""
    start, previous = tx.all("SELECT position, hash FROM ledger_head")[0]
    lines = []
    for position, (number, who) in enumerate(allocated, start=start + 1):
        data = {"number": number, "participant": who}
        body = body_of(at=now(), by=INVESTIGATOR, study=study.id, kind="allocated", data=data, why="")
        lines.append((position, previous, hash_of(position, previous, body), body))
        previous = lines[-1][2]
    tx.many("INSERT INTO ledger (position, previous, hash, body) VALUES (?, ?, ?, ?)", lines)
    if lines:
        tx.run("UPDATE ledger_head SET position = ?, hash = ? WHERE id = 1", lines[-1][0], previous)
    return [line[0] for line in lines]


def naive(connection: Any, study: Study, participant: str) -> None:
    """Allocate as peers do: a transaction that the client steers, rows locked with SELECT … FOR UPDATE."""
    refusal = REFUSAL.replace("?", "%s::text")
    with connection.transaction():
        head = connection.execute("SELECT position, hash FROM ledger_head WHERE id = 1 FOR UPDATE").fetchone()
        refused = connection.execute(refusal, (study.id, participant, INVESTIGATOR.id)).fetchone()
        if refused[0] is not None:
            raise SystemExit(f"{participant}: {refused[0]}")
        (place,) = connection.execute(NEXT, (study.id,)).fetchone()
        (number,) = connection.execute(SLOT, (study.id, place)).fetchone()
        data = {"number": number, "participant": participant}
        body = body_of(at=now(), by=INVESTIGATOR, study=study.id, kind="allocated", data=data, why="")
        position, digest = head[0] + 1, hash_of(head[0] + 1, head[1], body)
        connection.execute("INSERT INTO ledger VALUES (%s, %s, %s, %s)", (position, head[1], digest, body))
        connection.execute("UPDATE ledger_head SET position = %s, hash = %s WHERE id = 1", (position, digest))
        connection.execute(
            "UPDATE allocation_slot SET participant = %s, entry = %s WHERE study = %s AND number = %s",
            (participant, position, study.id, number),
        )
        connection.execute("UPDATE allocation_stratum SET next = next + 1 WHERE study = %s", (study.id,))


def ours(db: Database, study: Study, participant: str) -> None:
    """Allocate as the package does."""
    allocate(db, study, participant, INVESTIGATOR)


def client(
    how: str, url: str, study: Study, people: Sequence[str], lasts: float, started: Any, found: Any
) -> None:
    """Allocate one after the other for some seconds; send how long each took."""
    if how == "naive":
        connection = psycopg.connect(url, autocommit=True)
        connection.execute("SET enable_seqscan = off; SET jit = off")
        ask = partial(naive, connection, study)
    else:
        ask = partial(ours, open_database(url), study)
    for who in people[:WARM]:
        ask(who)
    started.wait(PATIENCE)
    until, seconds = time.perf_counter() + lasts, []
    for who in people[WARM:]:
        begin = time.perf_counter()
        if begin > until:
            break
        ask(who)
        seconds.append(time.perf_counter() - begin)
    found.put(seconds)


def measure(how: str, url: str, study: Study, people: Sequence[str], clients: int) -> Timed:
    """Let clients allocate; the people are used up."""
    started, found = CONTEXT.Barrier(clients + 1), CONTEXT.Queue()
    processes = [
        CONTEXT.Process(
            target=client, args=(how, url, study, people[place::clients], SECONDS, started, found)
        )
        for place in range(clients)
    ]
    for process in processes:
        process.start()
    started.wait(PATIENCE)
    begin = time.perf_counter()
    seconds = sorted(one for _ in processes for one in found.get())
    wall = time.perf_counter() - begin
    for process in processes:
        process.join()
    if len(seconds) + clients * WARM >= len(people):
        raise SystemExit("more participants are needed for a measurement of this length")
    return Timed(
        median=seconds[len(seconds) // 2], p95=seconds[len(seconds) * 95 // 100], rate=len(seconds) / wall
    )


class People:
    """Participants that nobody has allocated yet."""

    def __init__(self, db: Database) -> None:
        """Use a database."""
        self._db = db

    def next(self) -> list[str]:
        """Return all that are left."""
        rows = self._db.alone().all(
            "SELECT c.participant FROM allocation_candidate c LEFT JOIN allocation_slot s "
            "ON s.study = c.study AND s.participant = c.participant WHERE s.number IS NULL ORDER BY 1"
        )
        return [str(row[0]) for row in rows]


@contextmanager
def trial(url: str, taken: int, participants: int) -> Iterator[tuple[Database, Study]]:
    """Make a trial in an empty database."""
    study = study_of(taken + participants)
    db = open_database(url, create=True)
    fill(db, study, taken, participants)
    yield db, study
    db.close()


def fresh(server: str, name: str) -> str:
    """Make an empty database of a server."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # a name made here
    return server.replace("/postgres?", f"/{name}?")


def by_clients(server: str, spare: int) -> dict[str, dict[int, Timed]]:
    """Measure against the number of clients, ours and the naive way in turn."""
    print(f"\nPostgreSQL, clients that ask without a pause for {SECONDS:g} s each")
    _line("clients", "median", "p95", "a second", "naive", "p95", "a second", "naive/ours")
    found: dict[str, dict[int, Timed]] = {"ours": {}, "naive": {}}
    with trial(fresh(server, "clients"), 0, spare) as (db, study):
        url, people = server.replace("/postgres?", "/clients?"), People(db)
        measure("ours", url, study, people.next(), 2)  # warm
        for clients in CLIENTS:
            cells = []
            for how in ("ours", "naive"):
                one = found[how][clients] = measure(how, url, study, people.next(), clients)
                cells += [_ms(one.median), _ms(one.p95), f"{one.rate:,.0f}"]
            ratio = found["naive"][clients].median / found["ours"][clients].median
            goal = _goal("allocate", found["ours"][clients].median) if clients == MOST else ""
            _line(f"{clients}", *cells, f"{ratio:.1f}", goal)
        with db.reading() as tx:
            faults = verify_ledger(tx)
        if faults:
            raise SystemExit(str(faults[0]))
    return found


def by_taken(server: str) -> dict[int, tuple[Timed, Timed]]:
    """Measure against the slots that are taken already."""
    print("\nPostgreSQL, slots taken before")
    _line("slots", "1 client", "p95", f"{MOST} clients", "p95")
    found = {}
    for taken in TAKEN:
        name = f"taken_{taken}"
        with trial(fresh(server, name), taken, SPARE // 3) as (db, study):
            url, people = server.replace("/postgres?", f"/{name}?"), People(db)
            one = measure("ours", url, study, people.next(), 1)
            many = measure("ours", url, study, people.next(), MOST)
        found[taken] = (one, many)
        _line(f"{taken:,}", _ms(one.median), _ms(one.p95), _ms(many.median), _ms(many.p95))
    return found


def on_sqlite() -> None:
    """Measure SQLite for comparison."""
    print("\nSQLite")
    _line("processes", "median", "p95", "a second")
    for clients in SQLITE:
        with tempfile.TemporaryDirectory() as folder:
            url = str(Path(folder) / "trial.db")
            with trial(url, 0, SPARE // 3) as (db, study):
                one = measure("ours", url, study, People(db).next(), clients)
        _line(f"{clients}", _ms(one.median), _ms(one.p95), f"{one.rate:,.0f}")


def sealing() -> dict[int, float]:
    """Measure making and sealing lists."""
    print("\nmaking and sealing a list, one process")
    _line("slots", "list", "sealed", "a slot")
    found = {}
    for slots in SEALED:
        study, people = study_of(slots), recipients()
        begin = time.perf_counter()
        made = make_list(study, SEED)
        listed = time.perf_counter()
        sealed = seal(study, made, people)
        found[slots] = time.perf_counter() - begin
        each = f"{found[slots] / len(sealed.slots) * 1e3:.3f} ms"
        goal = _goal("seal", found[slots]) if slots == max(SEALED) else ""
        _line(f"{slots:,}", f"{listed - begin:.2f} s", f"{found[slots]:.2f} s", each, goal)
    return found


def verifying(server: str) -> None:
    """Measure the verification of a ledger, on both databases."""
    print("\nverifying a ledger, one process")
    _line("entries", "SQLite", "PostgreSQL")
    entries = max(TAKEN)
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for url in (str(Path(folder) / "trial.db"), fresh(server, "verified")):
            study = study_of(entries)
            db = open_database(url, create=True)
            set_up(db, study, as_sealed(study_of(10)), STATISTICIAN)
            with db.writing() as tx:
                tx.run(PAST_GUARDS[tx.dialect])
                chain(tx, study, ((10 + place, f"01-{place:06d}") for place in range(1, entries)))
            begin = time.perf_counter()
            with db.reading() as tx:
                faults = verify_ledger(tx)
            cells.append(f"{time.perf_counter() - begin:.2f} s")
            if faults:
                raise SystemExit(str(faults[0]))
            db.close()
    _line(f"{entries:,}", *cells)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms"


def _line(name: str, *cells: str) -> None:
    print(f"{name:<14}" + "".join(f"{cell:>13}" for cell in cells), flush=True)


def _goal(name: str, found: float) -> str:
    goal = GOALS[name]
    shown = f"{goal * 1e3:g} ms" if goal < 1 else f"{goal:g} s"
    return f"   asked {shown}" + ("" if found <= goal else " MISSED")


def draw(
    clients: dict[str, dict[int, Timed]],
    taken: dict[int, tuple[Timed, Timed]],
    sealed: dict[int, float],
    path: Path,
) -> None:
    """Draw the growth: with the clients, with the slots taken, and of sealing."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    blue, red, grey = ("#2166ac", "o", "-"), ("#b2182b", "s", "--"), ("#666666", "^", ":")
    counts, slots = list(clients["ours"]), list(taken)
    panels = (
        ("clients at once", "ms, median", counts, [
            ("a procedure answers all", [clients["ours"][one].median * 1e3 for one in counts], blue),
            ("SELECT ... FOR UPDATE", [clients["naive"][one].median * 1e3 for one in counts], red),
        ]),
        ("slots taken before", "ms, median", slots, [
            ("1 client", [taken[one][0].median * 1e3 for one in slots], grey),
            (f"{MOST} clients", [taken[one][1].median * 1e3 for one in slots], blue),
        ]),
        ("slots of a list", "s, made and sealed", list(sealed), [("", list(sealed.values()), blue)]),
    )  # fmt: skip
    settings = {"svg.hashsalt": "lupustrial", "font.size": 9, "backend": "svg"}
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # keys are texts here
        figure = Figure(figsize=(9.6, 3.1), layout="constrained")
        for axes, (what, unit, steps, lines) in zip(figure.subplots(1, 3), panels, strict=True):
            for name, values, (colour, marker, line) in lines:
                axes.plot(steps, values, color=colour, marker=marker, linestyle=line, label=name, ms=4)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_xticks(steps, [f"{step:,}" for step in steps])
            axes.minorticks_off()
            axes.set_xlabel(what)
            axes.set_ylabel(unit)
            axes.grid(axis="y", color="#e5e5e5")
            axes.spines[["top", "right"]].set_visible(False)
            if len(lines) > 1:
                axes.legend(frameon=False, fontsize=8)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    print(f"wrote {path}", file=sys.stderr)


def quicken() -> None:
    """Take small sizes, to see that everything runs."""
    global CLIENTS, TAKEN, SEALED, SPARE, SECONDS
    CLIENTS, TAKEN, SEALED, SPARE, SECONDS = (1, 10, 50), (100, 1_000), (100, 1_000), 12_000, 0.5


def main(arguments: Sequence[str]) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description="Time allocation, sealing and verification.")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--figure", type=Path, help="draw the growth there (.svg)")
    given = parser.parse_args(arguments)
    if given.quick:
        quicken()
    load = os.getloadavg()[0]
    told = ", ".join(f"{name} {version(name)}" for name in ("psycopg", "pyrage"))
    print(f"{os.cpu_count()} cores, load before {load:.1f}, Python {platform.python_version()}, {told}")
    sealed = sealing()
    on_sqlite()
    if postgres.binaries() is None:
        print("\nPostgreSQL: NOT RUN, no server is installed")
        return
    with postgres.server() as server:
        clients, taken = by_clients(server, SPARE), by_taken(server)
        verifying(server)
    if given.figure is not None:
        draw(clients, taken, sealed, given.figure)


if __name__ == "__main__":
    main(sys.argv[1:])
