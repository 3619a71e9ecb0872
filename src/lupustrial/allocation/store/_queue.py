"""Allocation on PostgreSQL: requests wait in a table, and whoever is first answers all that wait.

Allocations of a list come one after the other: the ledger is a chain, and no slot is passed over. If each
were a transaction that its client steers, fifty clients would wait fifty round trips for their turn. So a
client calls a procedure of the database. It puts the request down, which does not wait for others, and queues
for the ledger's lock. Then it answers every request that waits by then, in the order in which they came, in
one transaction; those who queue behind find their answer there. What it does for each is what `_allocate`
does on SQLite.

The table of requests is unlogged: a request is worth nothing once its client is gone, and only the answer has
to be on the disk before it is given. A client that is killed while it waits may be answered all the same; who
asks again for the participant is told the number.
"""

from __future__ import annotations

import secrets
from importlib import resources
from typing import Any

from lupustrial.allocation.store._refusal import NEXT_SLOT, REFUSAL, Refusal
from lupustrial.ledger import LOCK, Actor, Database, Transaction
from lupustrial.ledger import body_of as entry_body
from lupustrial.study import Study

_PATIENCE = 60  # seconds after which a request is given up that nobody answered

_TABLE = """CREATE UNLOGGED TABLE IF NOT EXISTS allocation_waiting (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, asked TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    study TEXT NOT NULL, participant TEXT NOT NULL, person TEXT, at TEXT,
    before_at TEXT NOT NULL, before_number TEXT NOT NULL, after_number TEXT NOT NULL,
    number BIGINT, entry BIGINT, refusal TEXT)"""

_INDEX = """CREATE INDEX IF NOT EXISTS allocation_waiting_open ON allocation_waiting (id)
    WHERE number IS NULL AND refusal IS NULL"""


def _procedure() -> str:
    """Return the procedure of the database, with the lock and the rules filled in."""
    text = resources.files(__package__).joinpath("allocate_waiting.sql").read_text(encoding="utf-8")
    filled = {
        "@LOCK@": str(LOCK),
        "@PATIENCE@": str(_PATIENCE),
        "@REFUSAL@": _with(REFUSAL, "w.study", "w.participant", "w.person"),
        "@NEXT_SLOT@": _with(NEXT_SLOT, "w.study", "list", "w.study", "list"),
    }
    for word, value in filled.items():
        text = text.replace(word, value)
    return text


def _with(statement: str, *variables: str) -> str:
    for name in variables:
        statement = statement.replace("?", name, 1)
    return statement


def create_queue(tx: Transaction) -> None:
    """Make the table of requests and the procedure that answers them."""
    for statement in (_TABLE, _INDEX, _procedure()):
        tx.run(statement)


def ask(
    db: Database, study: Study, participant: str, by: Actor, *, blinded: bool, at: str | None
) -> tuple[int, int] | Refusal:
    """Ask for an allocation and wait for the answer: (number, ledger position), or why not."""
    before_at, before_number, after_number = parts_of(study, participant, by)
    answer: Any = db.alone().one(
        "CALL allocate_waiting(?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
        study.id,
        participant,
        by.id if blinded else None,
        at,
        before_at,
        before_number,
        after_number,
    )
    number, entry, reason = answer
    code: Refusal = reason
    return code if number is None else (int(number), int(entry))


def parts_of(study: Study, participant: str, by: Actor) -> tuple[str, str, str]:
    """Return the body of the ledger entry, cut where the database puts in the time and the number."""
    time, number = secrets.token_hex(16), secrets.token_hex(16)
    body = entry_body(
        at=time,
        by=by,
        study=study.id,
        kind="allocated",
        data={"number": number, "participant": participant},
        why="",
    )
    before_at, rest = body.split(time)
    before_number, after_number = rest.split(f'"{number}"')
    return before_at, before_number, after_number
