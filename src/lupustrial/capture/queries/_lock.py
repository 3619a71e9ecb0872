"""The lock of the database: after its checklist, with the allocation, and opened again by password alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lupustrial.allocation.store import lock as lock_allocation
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.queries._checklist import Line, checklist
from lupustrial.capture.store import Hold, all_records, holds, write
from lupustrial.errors import AllocationError, CaptureError, Fault
from lupustrial.ledger import Transaction

#: Faults of the allocation that leave the lock as it is: no list was sealed, or it was locked before.
_NO_LIST, _LOCKED = "ALLOC-036", "ALLOC-047"
_MORE = " and more, not shown to your role"


@dataclass(frozen=True, kw_only=True)
class Locked:
    """What became of a lock.

    Attributes:
        number: Ledger position of the lock.
        allocation: Whether the allocation is locked too; None where the trial has sealed no list.
        blockers: The lines that were overridden.
    """

    number: int
    allocation: bool | None
    blockers: tuple[Line, ...]


def database_lock(held: Sequence[Hold]) -> Hold | None:
    """Return the lock of the whole database among holds; None while it is open."""
    return next((one for one in held if one.kind == "locked" and one.everything), None)


def lock_database(trial: Trial, acting: Acting, *, why: str, override: bool = False) -> Locked:
    """Lock the whole database and the allocation.

    Args:
        trial: The trial.
        acting: Who locks.
        why: The reason; with `override` it is the justification for every line that is not clear.
        override: Whether to lock although the checklist is not clear.

    Raises:
        CaptureError: CAPT-041, the role may not, no reason is given, or it is locked already; CAPT-042, the
            checklist is not clear.
    """
    _admit(acting, why)
    with trial.reading() as tx:
        looked = _last(tx)
    lines = checklist(trial, acting)
    blockers = tuple(line for line in lines if not line.clear)
    if blockers and not override:
        raise CaptureError(
            [
                Fault(
                    id="CAPT-042",
                    message=f"{line.label}: {line.count}" + (_MORE * line.hidden),
                    place="the whole database",
                    hint="settle it first, or lock in spite of it with a justification",
                )
                for line in blockers
            ]
        )
    with trial.writing() as tx:
        if database_lock(holds(tx)) is not None:
            message = "the database is locked already"
            raise CaptureError(Fault(id="CAPT-041", message=message, place="the whole database"))
        if _last(tx) != looked:
            message, hint = "something was saved while the checklist was made", "look at it again"
            raise CaptureError(Fault(id="CAPT-042", message=message, place="the whole database", hint=hint))
        digest = hashlib.sha256(all_records(tx, trial.study.id).write_csv().encode()).hexdigest()
        data = {
            "hold": "locked",
            "site": "",
            "participant": "",
            "visit": "",
            "form": "",
            "repeat": 0,
            "checklist": {line.id: line.count for line in lines if line.asked},
            "records": digest,
        }
        entry = write(tx, study=trial.study.id, kind="hold set", by=acting.actor, data=data, why=why.strip())
    allocation = _lock_allocation(trial, acting, digest, why)
    return Locked(number=entry.position, allocation=allocation, blockers=blockers)


def allocation_locked(trial: Trial) -> bool | None:
    """Whether the allocation is locked; None where no list was sealed."""
    with trial.reading() as tx:
        row = tx.one("SELECT locked FROM allocation_list WHERE study = ?", trial.study.id)
    return None if row is None else row[0] is not None


def _last(tx: Transaction) -> int:
    row = tx.one("SELECT position FROM capture_change ORDER BY position DESC LIMIT 1")
    return 0 if row is None else int(row[0])


def _lock_allocation(trial: Trial, acting: Acting, digest: str, why: str) -> bool | None:
    try:
        lock_allocation(trial.db, trial.study, acting.actor, source={"records.csv": digest}, why=why.strip())
    except AllocationError as error:
        if error.faults[0].id == _NO_LIST:
            return None
        if error.faults[0].id != _LOCKED:
            raise
    return True


def _admit(acting: Acting, why: str) -> None:
    if not acting.may("lock"):
        message = f"the role {acting.role.name} may not lock the database"
        raise CaptureError(Fault(id="CAPT-041", message=message, place="the whole database"))
    if acting.sites is not None:
        message = "your role is held at single sites alone"
        raise CaptureError(Fault(id="CAPT-041", message=message, place="the whole database"))
    if not why.strip():
        hint = "say why, in a sentence"
        raise CaptureError(
            Fault(id="CAPT-041", message="a reason is needed", place="the whole database", hint=hint)
        )
