"""All families of the projection, in the order in which their tables are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lupustrial.capture.store import (
    _answers,
    _automatic,
    _consents,
    _demonstration,
    _eligibility,
    _gates,
    _grants,
    _history,
    _holds,
    _notes,
    _pages,
    _participants,
    _protocols,
    _queries,
    _query_notes,
    _sealed,
    _signatures,
    _tally,
    _transfers,
    _verification,
    _visits,
)
from lupustrial.capture.store._holds import refuse_held
from lupustrial.capture.store._projection import Family, Fold, create_family
from lupustrial.ledger import Actor, Entry, Transaction, append, create_ledger

FAMILIES: tuple[Family, ...] = (
    _demonstration.FAMILY,
    _grants.FAMILY,
    _participants.FAMILY,
    _tally.FAMILY,  # before the pages: it counts what changes
    _pages.FAMILY,
    _visits.FAMILY,
    _protocols.FAMILY,
    _eligibility.FAMILY,
    _consents.FAMILY,
    _sealed.FAMILY,
    _holds.FAMILY,
    _queries.FAMILY,
    _query_notes.FAMILY,
    _automatic.FAMILY,
    _verification.FAMILY,
    _signatures.FAMILY,
    _history.FAMILY,
    _notes.FAMILY,
    _answers.FAMILY,
    _transfers.FAMILY,
    _gates.FAMILY,
)


def _folds() -> dict[str, Fold]:
    found: dict[str, list[Fold]] = {}
    for family in FAMILIES:
        for kind, fold in family.folds.items():
            found.setdefault(kind, []).append(fold)
    return {kind: folds[0] if len(folds) == 1 else _in_turn(folds) for kind, folds in found.items()}


def _in_turn(folds: Sequence[Fold]) -> Fold:
    def fold(tx: Transaction, entry: Entry) -> None:
        for each in folds:
            each(tx, entry)

    return fold


#: What each kind of entry does, in the order of the families; entries of other kinds (of the allocation)
#: belong to other rooms.
FOLDS: Mapping[str, Fold] = _folds()

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
        CaptureError: CAPT-002, CAPT-043 or CAPT-104, what would be changed is frozen or locked.
    """
    refuse_held(tx, kind, data)
    fold = FOLDS[kind]
    entry = append(tx, study=study, kind=kind, by=by, data=data, why=why, at=at)
    fold(tx, entry)
    return entry
