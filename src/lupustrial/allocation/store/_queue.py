"""Allocation on PostgreSQL: requests wait in a table, and whoever is first answers all that wait.

Allocations of a list come one after the other: the ledger is a chain, and no slot is passed over. If each
were a transaction that its client steers, fifty clients would wait fifty round trips for their turn. So a
client calls a procedure of the database. It puts the request down, which does not wait for others, and queues
for the ledger's lock. Then it answers every request that waits by then, those of a stratum in the order in
which they came, in one transaction; those who queue behind find their answer there. What it does for each is
what `_allocate` does on SQLite.

The tables of requests and answers are unlogged: they are worth nothing once the client is gone. Only slot and
ledger have to be on the disk before the answer is given. A client that is killed while it waits may be
answered all the same; who asks again for the participant is told the number.
"""

from __future__ import annotations

import functools
import secrets
from importlib import resources
from typing import Any

from lupustrial.allocation.store._refusal import REFUSAL, Refusal
from lupustrial.ledger import LOCK, Actor, Database, Transaction, canonical
from lupustrial.ledger import body_of as entry_body
from lupustrial.study import Study

_PATIENCE = 60  # seconds after which a request is given up that nobody answered

#: Requests that wait, and all answers since the server last crashed.
_TABLES = (
    """CREATE UNLOGGED TABLE IF NOT EXISTS allocation_request (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        asked TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
        study TEXT NOT NULL, participant TEXT NOT NULL, person TEXT, at TEXT,
        before_at TEXT NOT NULL, before_number TEXT NOT NULL, after_number TEXT NOT NULL)""",
    """CREATE UNLOGGED TABLE IF NOT EXISTS allocation_answer (
        request BIGINT PRIMARY KEY, number BIGINT, entry BIGINT, refusal TEXT)""",
)


def _routines() -> str:
    """Return function and procedure of the database, with the lock and the rule of refusal filled in."""
    text = resources.files(__package__).joinpath("allocate_waiting.sql").read_text(encoding="utf-8")
    refusal = REFUSAL
    for name in ("w.study", "w.participant", "w.person"):
        refusal = refusal.replace("?", name, 1)
    filled = {
        "@LOCK@": str(LOCK),
        "@PATIENCE@": str(_PATIENCE),
        "@REFUSAL@": refusal,
    }
    for word, value in filled.items():
        text = text.replace(word, value)
    return text


def create_queue(tx: Transaction) -> None:
    """Make the table of requests and the routines that answer them."""
    for statement in (*_TABLES, _routines()):
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
    before_at, before_number, before_participant, rest = _template(study.id, by)
    return before_at, before_number, before_participant + canonical(participant) + rest


@functools.lru_cache(maxsize=256)
def _template(study: str, by: Actor) -> tuple[str, str, str, str]:
    time, number, who = (secrets.token_hex(16) for _ in range(3))
    data = {"number": number, "participant": who}
    body = entry_body(at=time, by=by, study=study, kind="allocated", data=data, why="")
    before_at, rest = body.split(time)
    before_number, rest = rest.split(f'"{number}"')
    before_participant, rest = rest.split(f'"{who}"')
    return before_at, before_number, before_participant, rest
