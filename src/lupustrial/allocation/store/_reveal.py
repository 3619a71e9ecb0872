"""The end: lock, interim copies before it, and the reveal of the list after it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lupustrial.allocation._people import admit, note_unblinded
from lupustrial.allocation.sealing import (
    AllocationList,
    Recipient,
    commit,
    list_from,
    sealed_for,
)
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Database, Entry, Transaction, append, entries
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """A revealed list.

    Attributes:
        entry: The ledger entry.
        content: ``revealed.json``: the list with its seed and salts.
        allocations: Participant, randomisation number and arm, in the order of the ledger.
    """

    entry: Entry
    content: bytes = field(repr=False)
    allocations: tuple[tuple[str, int, str], ...] = field(repr=False)


def lock(
    db: Database,
    study: Study,
    by: Actor,
    *,
    source: Mapping[str, str],
    why: str = "",
    at: str | None = None,
) -> Entry:
    """Lock the database: from then on nobody is allocated, and the list may be revealed.

    Args:
        db: The database.
        study: The study.
        by: Who locks.
        source: SHA-256 of each file of the locked source records, by name.
        why: A remark.
        at: When; now by default.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-036, no list; ALLOC-047, locked already.
    """
    with db.writing() as tx:
        admit(tx, study, by, "lock")
        public, locked, _ = _state(tx, study)
        if locked is not None:
            message, hint = f"the database was locked by ledger entry {locked}", "a lock is made once"
            raise AllocationError(Fault(id="ALLOC-047", message=message, place=study.id, hint=hint))
        data = {"list": public["digest"], "source": dict(source), "study": study.digest}
        entry = append(tx, study=study.id, kind="locked", by=by, data=data, why=why, at=at)
        tx.run("UPDATE allocation_list SET locked = ? WHERE study = ?", entry.position, study.id)
    return entry


def copy_list(
    db: Database,
    study: Study,
    made: AllocationList,
    by: Actor,
    *,
    to: Sequence[Recipient],
    why: str,
    at: str | None = None,
) -> tuple[Entry, bytes]:
    """Seal the arms of those allocated so far for others, e.g. a data monitoring committee.

    Slots that nobody has stay hidden. The recipients cannot act in a blinded role from then on.

    Returns:
        The ledger entry, and an age file with a CSV: participant, number, arm.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-036, no list; ALLOC-044, no reason;
            ALLOC-048, another list than the one that was sealed.
    """
    if not why.strip() or not to:
        message = "an interim copy needs a reason and a recipient"
        hint = "say for which analysis of the protocol it is, and for whom"
        raise AllocationError(Fault(id="ALLOC-044", message=message, place=study.id, hint=hint))
    with db.writing() as tx:
        admit(tx, study, by, "copy list")
        check_list(study, made, _state(tx, study)[0])
        participants, sealed = _copy(tx, study, made, to)
        data = {
            "participants": participants,
            "sealed": hashlib.sha256(sealed).hexdigest(),
            "to": [{"name": one.name, "public_key": one.public_key} for one in to],
        }
        entry = append(tx, study=study.id, kind="list copied", by=by, data=data, why=why, at=at)
        for one in to:
            note_unblinded(tx, study, one.name, entry.position)
    return entry, sealed


def reveal(
    db: Database,
    study: Study,
    made: AllocationList,
    by: Actor,
    *,
    why: str = "",
    at: str | None = None,
) -> Revealed:
    """Reveal the list, after the lock: it is checked against the commitment and against its own seed.

    Revealing it again gives the same, and the entry of the first time.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-036, no list; ALLOC-048, another list than
            the one that was sealed, or one that its seed does not give; ALLOC-049, not locked.
    """
    with db.writing() as tx:
        admit(tx, study, by, "reveal")
        public, locked, revealed = _state(tx, study)
        if locked is None:
            message, hint = "the database is not locked", "lock it first: `lupustrial randomise lock`"
            raise AllocationError(Fault(id="ALLOC-049", message=message, place=study.id, hint=hint))
        check_list(study, made, public)
        if revealed is None:
            digest = hashlib.sha256(made.to_json()).hexdigest()
            data = {"digest": digest, "list": public["digest"], "locked": locked}
            entry = append(tx, study=study.id, kind="revealed", by=by, data=data, why=why, at=at)
            tx.run("UPDATE allocation_list SET revealed = ? WHERE study = ?", entry.position, study.id)
        else:
            entry = next(one for one in entries(tx, after=revealed - 1))
        return Revealed(entry=entry, content=made.to_json(), allocations=_allocations(tx, study, made))


def _copy(tx: Transaction, study: Study, made: AllocationList, to: Sequence[Recipient]) -> tuple[int, bytes]:
    """Return how many are allocated, and their arms, sealed; filled with empty lines to tell nothing."""
    rows = _allocations(tx, study, made)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("participant", "slot", "arm"))
    writer.writerows(rows)
    longest = max(len(arm.id) for arm in study.arms)
    width = len(text.getvalue()) + sum(longest - len(arm) for _, _, arm in rows)
    return len(rows), sealed_for(text.getvalue().ljust(width, "\n").encode(), to)


def note_packing(db: Database, study: Study, packing: bytes, by: Actor, *, at: str | None = None) -> Entry:
    """Record that the packing list was opened; who opened it cannot act in a blinded role from then on.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not.
    """
    with db.writing() as tx:
        admit(tx, study, by, "pack")
        data = {"digest": hashlib.sha256(packing).hexdigest()}
        entry = append(tx, study=study.id, kind="packing list opened", by=by, data=data, at=at)
        note_unblinded(tx, study, by.id, entry.position)
    return entry


def check_list(study: Study, made: AllocationList, public: Mapping[str, Any]) -> None:
    """Check an opened list against what was published, and against its seed.

    Raises:
        AllocationError: ALLOC-048, it is another one, or its seed gives another.
    """
    if made.parameters.get("study") != study.id or commit(made).digest != public["digest"]:
        message = "this is not the list that was committed to"
    elif list_from(made.parameters, made.seed) != made:
        message = "the seed of the list gives another list"
    else:
        return
    hint = "do not use it; `scripts/verify_allocation.py` tells what differs"
    raise AllocationError(Fault(id="ALLOC-048", message=message, place="list.age", hint=hint))


def _state(tx: Transaction, study: Study) -> tuple[dict[str, Any], int | None, int | None]:
    row = tx.one("SELECT public, locked, revealed FROM allocation_list WHERE study = ?", study.id)
    if row is None:
        hint = "make one with `lupustrial randomise init`"
        raise AllocationError(
            Fault(id="ALLOC-036", message="there is no sealed list", place=study.id, hint=hint)
        )
    return json.loads(row[0]), row[1], row[2]


def _allocations(tx: Transaction, study: Study, made: AllocationList) -> tuple[tuple[str, int, str], ...]:
    arms = {slot.number: slot.arm for slot in made.slots}
    rows = tx.all(
        "SELECT participant, number FROM allocation_slot WHERE study = ? AND participant IS NOT NULL "
        "ORDER BY entry",
        study.id,
    )
    return tuple((str(who), int(number), arms[int(number)]) for who, number in rows)
