"""The one gateway by which an entry comes into the ledger, and the ways to read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lupustrial.errors import Fault, LedgerError
from lupustrial.ledger._database import Transaction
from lupustrial.ledger._entry import Actor, Entry, body_of, canonical, entry_of, hash_of, now

_AT_ONCE = 1000  # rows read in one go


def append(
    tx: Transaction,
    *,
    study: str,
    kind: str,
    by: Actor,
    data: Mapping[str, Any],
    why: str = "",
    at: str | None = None,
) -> Entry:
    """Append an entry.

    Args:
        tx: A transaction of ``Database.writing()``.
        study: Id of the study.
        kind: What happened.
        by: Who did it.
        data: What exactly: texts, whole numbers, truth values, null, lists and objects of these.
        why: The reason, where one is asked for.
        at: When; now, unless records of the past are laid down.

    Returns:
        The entry as stored.

    Raises:
        LedgerError: LEDGER-002, the database holds no ledger.
    """
    position, previous = head(tx)
    body = body_of(at=at or now(), by=by, study=study, kind=kind, data=data, why=why)
    digest = hash_of(position + 1, previous, body)
    tx.run(
        "INSERT INTO ledger (position, previous, hash, body) VALUES (?, ?, ?, ?)",
        position + 1,
        previous,
        digest,
        body,
    )
    tx.run("UPDATE ledger_head SET position = ?, hash = ? WHERE id = 1", position + 1, digest)
    return entry_of(position + 1, previous, body, digest)


def head(tx: Transaction) -> tuple[int, str]:
    """Return position and hash of the last entry; 0 and `GENESIS` for an empty ledger.

    Raises:
        LedgerError: LEDGER-002, the database holds no ledger.
    """
    row = tx.one("SELECT position, hash FROM ledger_head WHERE id = 1")
    if row is None:
        raise LedgerError(
            Fault(
                id="LEDGER-002",
                message="the database holds no ledger",
                place="the database",
                hint="make one with `lupustrial randomise init`",
            )
        )
    return int(row[0]), str(row[1])


def entries(tx: Transaction, *, after: int = 0, kinds: Collection[str] = ()) -> Iterator[Entry]:
    """Give the entries in order, from the one that follows `after`; of some kinds, or of all.

    Raises:
        LedgerError: LEDGER-003, the text of an entry cannot be read.
    """
    told = [f'%"kind":{canonical(kind)}%' for kind in kinds]
    some = f"AND ({' OR '.join('body LIKE ?' for _ in told)}) " if told else ""
    while True:
        rows = tx.all(
            f"SELECT position, previous, hash, body FROM ledger WHERE position > ? {some}"  # noqa: S608 - marks
            "ORDER BY position LIMIT ?",
            after,
            *told,
            _AT_ONCE,
        )
        for position, previous, digest, body in rows:
            try:
                entry = entry_of(position, previous, body, digest)
                if not kinds or entry.kind in kinds:  # a text that somebody wrote may look like a kind
                    yield entry
            except ValueError as error:
                raise LedgerError(
                    Fault(
                        id="LEDGER-003",
                        message="the entry is not what was written",
                        place=f"ledger entry {position}",
                        hint="restore the database from a backup; `verify` names everything that differs",
                    )
                ) from error
            after = position
        if len(rows) < _AT_ONCE:
            return
