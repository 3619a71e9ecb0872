"""The one gateway by which trial data is written, and the projection of the ledger that it keeps.

Everything that changes trial data is an entry of the ledger. A family of tables holds what is true now; it is
made from the entries alone, by one function for each kind of entry, so that it can be built anew at any time
and compared with what the database holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lupustrial.ledger import Entry, Transaction

#: Brings the tables to what an entry says.
Fold = Callable[[Transaction, Entry], None]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Tables that are made from the ledger, and the kinds of entry that make them.

    Attributes:
        tables: Statement that makes each table, by name. Types TEXT and BIGINT only, which SQLite and
            PostgreSQL share; every table has a primary key.
        indexes: Statements that make indexes.
        folds: What each kind of entry does to the tables.
        kept: Tables that are not made from the ledger and stay when the others are made anew: encrypted
            texts, of which the ledger holds the hash alone, so that they can be erased.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()
    folds: Mapping[str, Fold] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)


def nothing_to_fold(tx: Transaction, entry: Entry) -> None:
    """Fold an entry that changes no table."""
    del tx, entry


def create_family(tx: Transaction, family: Family) -> None:
    """Make the tables of a family where they are missing."""
    for statement in (*family.tables.values(), *family.kept.values(), *family.indexes):
        tx.run(statement)
