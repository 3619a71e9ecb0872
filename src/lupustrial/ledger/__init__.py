"""An append-only, hash-chained ledger on SQLite and PostgreSQL.

Everything that changes a trial is written through `append`, in a transaction of ``Database.writing()``. The
database refuses to change or remove an entry; `verify_ledger` finds what was changed behind its back, and an
`Anchor` kept elsewhere finds what was cut off.
"""

from lupustrial.ledger._append import append, entries, head
from lupustrial.ledger._database import LOCK, Database, Transaction, open_database
from lupustrial.ledger._entry import GENESIS, Actor, Entry, body_of, canonical, hash_of, now
from lupustrial.ledger._tables import create_ledger, refuse_changes
from lupustrial.ledger._verify import (
    Anchor,
    anchor,
    export_ledger,
    verify_chain,
    verify_export,
    verify_ledger,
)

__all__ = [
    "GENESIS",
    "LOCK",
    "Actor",
    "Anchor",
    "Database",
    "Entry",
    "Transaction",
    "anchor",
    "append",
    "body_of",
    "canonical",
    "create_ledger",
    "entries",
    "export_ledger",
    "hash_of",
    "head",
    "now",
    "open_database",
    "refuse_changes",
    "verify_chain",
    "verify_export",
    "verify_ledger",
]
