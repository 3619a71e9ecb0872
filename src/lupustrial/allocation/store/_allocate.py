"""Allocating: the next slot of the stratum, once, in order, without knowing an arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lupustrial.allocation._people import role_of, unblinded
from lupustrial.allocation.store._candidates import (
    allocated_already,
    allocated_profiles,
    candidate_profile,
    slot_of,
    stratum_in,
)
from lupustrial.allocation.store._queue import ask
from lupustrial.allocation.store._refusal import REFUSAL, Refusal, refused
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Database, Transaction, append
from lupustrial.study import Role, Study

#: Chooses a slot for the next participant where arms are needed for it: given the profile, the slots taken so
#: far with their profiles in order, and the slots that are free. It runs where the key is, not here.
Chooser = Callable[[str, tuple[str, ...], Sequence[tuple[int, tuple[str, ...]]], Sequence[int]], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Allocated:
    """An allocation.

    Attributes:
        participant: Who.
        number: The randomisation number.
        entry: Position of the allocation in the ledger.
    """

    participant: str
    number: int
    entry: int


def allocate(
    db: Database,
    study: Study,
    participant: str,
    by: Actor,
    *,
    choose: Chooser | None = None,
    at: str | None = None,
) -> Allocated:
    """Allocate a participant: in one transaction check, take the slot and append to the ledger.

    Args:
        db: The database.
        study: The study.
        participant: Who, screened before.
        by: Who allocates.
        choose: For minimisation: the vault.
        at: When; now by default.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-035, allocated already; ALLOC-036 to
            ALLOC-040, no list, locked, not screened, no consent, not eligible; ALLOC-041, no slot is left;
            ALLOC-042, minimisation without a vault; ALLOC-043, too late.
    """
    role = role_of(study, by, "allocate")
    if study.randomisation.method == "minimisation":
        if choose is None:
            raise AllocationError(
                Fault(
                    id="ALLOC-042",
                    message="minimisation needs the vault, which alone knows the arms",
                    place=study.id,
                    hint="start `lupustrial vault` and name its socket with --vault",
                )
            )
        return _by_vault(db, study, participant, by, role, choose, at)
    if db.dialect == "postgresql":
        answer = ask(db, study, participant, by, blinded=role.blinded, at=at)
        if isinstance(answer, tuple):
            return Allocated(participant=participant, number=answer[0], entry=answer[1])
        with db.reading() as tx:
            raise _error(answer, study, participant, by, slot_of(tx, study, participant))
    with db.writing() as tx:
        _check(tx, study, participant, by, role)
        stratum = stratum_in(tx, study, participant)
        row = tx.one(
            "SELECT s.number FROM allocation_stratum n JOIN allocation_slot s "
            "ON s.study = n.study AND s.stratum = n.stratum AND s.position = n.next "
            "WHERE n.study = ? AND n.stratum = ?",
            study.id,
            stratum,
        )
        if row is None:
            raise refused("exhausted", study, participant)
        allocated = _take(tx, study, participant, by, int(row[0]), (), at)
        tx.run(
            "UPDATE allocation_stratum SET next = next + 1 WHERE study = ? AND stratum = ?", study.id, stratum
        )
        return allocated


def _by_vault(
    db: Database,
    study: Study,
    participant: str,
    by: Actor,
    role: Role,
    choose: Chooser,
    at: str | None,
) -> Allocated:
    with db.writing() as tx:
        _check(tx, study, participant, by, role)
        free = tx.all(
            "SELECT number FROM allocation_slot WHERE study = ? AND participant IS NULL ORDER BY position",
            study.id,
        )
        if not free:
            raise refused("exhausted", study, participant)
        profile = candidate_profile(tx, study, participant)
        history = allocated_profiles(tx, study)
        number = choose(participant, profile, history, [int(row[0]) for row in free])
        return _take(tx, study, participant, by, number, profile, at)


def _check(tx: Transaction, study: Study, participant: str, by: Actor, role: Role) -> None:
    row = tx.one(REFUSAL, study.id, participant, by.id if role.blinded else None)
    code: Refusal | None = None if row is None else row[0]
    if code is not None:
        raise _error(
            code, study, participant, by, slot_of(tx, study, participant) if code == "allocated" else None
        )


def _take(
    tx: Transaction,
    study: Study,
    participant: str,
    by: Actor,
    number: int,
    profile: tuple[str, ...],
    at: str | None,
) -> Allocated:
    data = {"number": number, "participant": participant, **({"profile": list(profile)} if profile else {})}
    entry = append(tx, study=study.id, kind="allocated", by=by, data=data, at=at)
    tx.run(
        "UPDATE allocation_slot SET participant = ?, entry = ? WHERE study = ? AND number = ?",
        participant,
        entry.position,
        study.id,
        number,
    )
    return Allocated(participant=participant, number=number, entry=entry.position)


def _error(code: Refusal, study: Study, participant: str, by: Actor, number: int | None) -> AllocationError:
    if code == "allocated":
        return allocated_already(participant, number)
    if code == "unblinded":
        return unblinded(study, by)
    return refused(code, study, participant)


__all__ = ["Allocated", "Chooser", "allocate"]
