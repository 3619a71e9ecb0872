"""Putting a sealed list into the database, once and for all."""

from __future__ import annotations

import base64

from lupustrial.allocation._people import admit
from lupustrial.allocation.kits._pack import pack
from lupustrial.allocation.sealing import Sealed
from lupustrial.allocation.store._tables import create_store
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Database, Entry, append, canonical
from lupustrial.study import Study


def set_up(db: Database, study: Study, sealed: Sealed, by: Actor, *, at: str | None = None) -> Entry:
    """Store a sealed list and publish its commitment in the ledger.

    Args:
        db: The database; tables are made where they are missing.
        study: The study.
        sealed: The sealed list.
        by: Who made it.
        at: When; now by default.

    Returns:
        The entry ``"list sealed"``, whose data are the commitment, its digest, the recipients and the digests
        of all files.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-033, the study has a list already.
    """
    public = sealed.public()
    with db.writing() as tx:
        create_store(tx)
        admit(tx, study, by, "seal")
        if tx.one("SELECT 1 FROM allocation_list WHERE study = ?", study.id) is not None:
            raise AllocationError(
                Fault(
                    id="ALLOC-033",
                    message=f"{study.id} has a sealed list already",
                    place="the database",
                    hint="a list is made once; use another database for a rehearsal",
                )
            )
        entry = append(tx, study=study.id, kind="list sealed", by=by, data=public, at=at)
        tx.run(
            "INSERT INTO allocation_list (study, public, digest) VALUES (?, ?, ?)",
            study.id,
            canonical(public),
            sealed.commitment.digest,
        )
        tx.many(
            "INSERT INTO allocation_slot (study, number, stratum, position, leaf, envelope) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    study.id,
                    slot.number,
                    slot.stratum,
                    slot.position,
                    slot.leaf,
                    base64.b64encode(slot.envelope).decode(),
                )
                for slot in sealed.slots
            ],
        )
        tx.many(
            "INSERT INTO allocation_stratum (study, stratum, next) VALUES (?, ?, 1)",
            [(study.id, stratum) for stratum in dict.fromkeys(slot.stratum for slot in sealed.slots)],
        )
        kits = [(kit.number, slot.number, kit.type, kit.nth) for slot in sealed.slots for kit in slot.kits]
        if kits:
            pack(tx, study, kits, by)
    return entry
