"""How far the allocation has come, as anybody may know it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lupustrial.allocation.store._allocate import Allocated
from lupustrial.allocation.store._candidates import Candidate
from lupustrial.ledger import Transaction
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True, slots=True)
class ListState:
    """The sealed list of a study.

    Attributes:
        digest: Digest of its commitment.
        locked: Ledger position of the lock; None while participants are allocated.
        revealed: Ledger position of the reveal; None before it.
    """

    digest: str
    locked: int | None
    revealed: int | None


def list_state(tx: Transaction, study: Study) -> ListState | None:
    """Return the state of the list; None where none was sealed."""
    row = tx.one("SELECT digest, locked, revealed FROM allocation_list WHERE study = ?", study.id)
    return None if row is None else ListState(digest=row[0], locked=row[1], revealed=row[2])


def allocated_to(tx: Transaction, study: Study, participant: str) -> Allocated | None:
    """Return the allocation of a participant; None where he or she has none."""
    row = tx.one(
        "SELECT number, entry FROM allocation_slot WHERE study = ? AND participant = ?", study.id, participant
    )
    return None if row is None else Allocated(participant=participant, number=int(row[0]), entry=int(row[1]))


def candidate_of(tx: Transaction, study: Study, participant: str) -> Candidate | None:
    """Return how somebody was judged at screening, `facts` left out; None where he or she was not."""
    row = tx.one(
        "SELECT site, consented, eligible, levels FROM allocation_candidate "
        "WHERE study = ? AND participant = ?",
        study.id,
        participant,
    )
    if row is None:
        return None
    return Candidate(
        participant=participant,
        site=str(row[0]),
        consented=bool(row[1]),
        eligible=bool(row[2]),
        levels=json.loads(row[3]),
    )
