"""All families of the projection, in the order in which their tables are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lupustrial.capture.store import _grants, _holds, _pages, _participants, _queries
from lupustrial.capture.store._projection import Family, Fold, create_family, record
from lupustrial.ledger import Actor, Entry, Transaction, create_ledger

FAMILIES: tuple[Family, ...] = (
    _grants.FAMILY,
    _participants.FAMILY,
    _pages.FAMILY,
    _holds.FAMILY,
    _queries.FAMILY,
)

#: What each kind of entry does; entries of other kinds (of the allocation) belong to other rooms.
FOLDS: Mapping[str, Fold] = {kind: fold for family in FAMILIES for kind, fold in family.folds.items()}

#: The tables of the projection.
TABLES: tuple[str, ...] = tuple(name for family in FAMILIES for name in family.tables)


def create_tables(tx: Transaction) -> None:
    """Make the ledger and the tables of the projection where they are missing."""
    create_ledger(tx)
    for family in FAMILIES:
        create_family(tx, family)


def write(
    tx: Transaction,
    *,
    study: str,
    kind: str,
    by: Actor,
    data: Mapping[str, Any],
    why: str = "",
    at: str | None = None,
) -> Entry:
    """Write trial data: append to the ledger and bring the projection to what the entry says.

    Args:
        tx: A transaction of ``Database.writing()``.
        study: Id of the study.
        kind: What happened: a kind that a family folds.
        by: Who did it, in which role.
        data: What exactly, as the family's fold tells.
        why: The reason, where one is asked for.
        at: When; now, unless records of the past are laid down.

    Raises:
        KeyError: No family knows the kind.
    """
    return record(tx, FOLDS, study=study, kind=kind, by=by, data=data, why=why, at=at)
