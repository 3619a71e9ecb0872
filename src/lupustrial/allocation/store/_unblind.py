"""Unblinding one participant: an emergency code break, and the record of one that happened by mistake.

Who breaks the code does not see the arm: it is sealed for the person who needs it. Every unblinding is in the
ledger with its reason, is told to sponsor and investigator, and asks for an assessment of what it did
(ICH E6(R3) 4.1.4).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lupustrial.allocation._people import admit, note_unblinded
from lupustrial.allocation.sealing import (
    PackedKit,
    Recipient,
    SealedSlot,
    SecretKey,
    Slot,
    open_envelope,
    sealed_for,
)
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Database, Entry, Transaction, append, entries
from lupustrial.study import Study

#: What an assessment of an unblinding says (ICH E6(R3) 4.1.4); `by_mistake` cases ask for the same.
ASSESSED: Mapping[str, str] = {
    "who_knows": "who knows the arm now",
    "effect_on_participant": "what it means for the participant's treatment and stay in the trial",
    "effect_on_results": "what it means for assessments, analysis sets and results",
    "measures": "what was done so that nobody else is unblinded",
}

#: Opens the envelope of a participant's slot and seals the arm for somebody, as an age file. It runs where
#: the code-break key is: here (`local_breaker`), or in the vault.
Breaker = Callable[[SealedSlot, str, Recipient], bytes]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What has to be told to somebody; it holds no arm."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class CodeBreak:
    """A broken code.

    Attributes:
        entry: The ledger entry.
        sealed: An age file with the arm, for the recipient alone.
        notices: For sponsor and investigator.
    """

    entry: Entry
    sealed: bytes = field(repr=False)
    notices: tuple[Notice, ...]


def local_breaker(study: Study, key: SecretKey) -> Breaker:
    """Return the breaker that opens envelopes with a key that is here."""

    def sealed(slot: SealedSlot, participant: str, to: Recipient) -> bytes:
        opened = open_envelope(slot, key)
        text = _told(study, opened, participant, to)
        arms = study.randomisation.ratio
        width = max(len(_told(study, replace(opened, arm=arm), participant, to)) for arm in arms)
        return sealed_for(text.ljust(width), [to])  # so that the length tells nothing

    return sealed


def break_code(
    db: Database,
    study: Study,
    participant: str,
    by: Actor,
    *,
    to: Recipient,
    key: SecretKey | Breaker,
    why: str,
    notify: Sequence[str] = ("sponsor", "investigator"),
    at: str | None = None,
) -> CodeBreak:
    """Break the code of one participant for one recipient.

    Args:
        db: The database.
        study: The study.
        participant: Whose code.
        by: Who executes it; learns nothing unless he or she is the recipient.
        to: Who gets to know the arm, by account and public key; cannot act in a blinded role from then on.
        key: A key for which the envelopes were sealed, or what breaks the code elsewhere: the vault.
        why: The medical reason.
        notify: Who is told that it happened.
        at: When; now by default.

    Raises:
        AllocationError: ALLOC-015 or ALLOC-021, the envelope cannot be opened; ALLOC-030 to ALLOC-032, who
            may not; ALLOC-044, no reason; ALLOC-045, the participant has no slot.
    """
    _ask_reason(why)
    breaker = local_breaker(study, key) if isinstance(key, SecretKey) else key
    with db.writing() as tx:
        admit(tx, study, by, "break code")
        slot = sealed_slot(tx, study, participant)
        sealed = breaker(slot, participant, to)
        entry = append(
            tx,
            study=study.id,
            kind="code broken",
            by=by,
            why=why,
            at=at,
            data={
                "notified": list(notify),
                "number": slot.number,
                "participant": participant,
                "sealed": hashlib.sha256(sealed).hexdigest(),
                "to": to.name,
                "to_key": to.public_key,
            },
        )
        note_unblinded(tx, study, to.name, entry.position)
    return CodeBreak(entry=entry, sealed=sealed, notices=_notices(study, entry, notify))


def report_unblinding(
    db: Database,
    study: Study,
    participant: str,
    by: Actor,
    *,
    person: str,
    why: str,
    at: str | None = None,
) -> Entry:
    """Record that somebody came to know an arm in another way: by mistake, or from what he or she saw.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-044, not told how; ALLOC-045, the
            participant has no slot.
    """
    _ask_reason(why)
    with db.writing() as tx:
        admit(tx, study, by, "assess")
        number = sealed_slot(tx, study, participant).number
        entry = append(
            tx,
            study=study.id,
            kind="unblinding reported",
            by=by,
            why=why,
            at=at,
            data={"number": number, "participant": participant, "to": person},
        )
        note_unblinded(tx, study, person, entry.position)
    return entry


def assess_unblinding(
    db: Database,
    study: Study,
    position: int,
    by: Actor,
    assessment: Mapping[str, str],
    *,
    at: str | None = None,
) -> Entry:
    """Record what an unblinding did; `position` is its ledger entry, `assessment` has the keys of `ASSESSED`.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, who may not; ALLOC-046, there is no such unblinding, or the
            assessment leaves something out.
    """
    missing = [what for key, what in ASSESSED.items() if not assessment.get(key, "").strip()]
    place = f"ledger entry {position}"
    if missing:
        message = f"the assessment does not say {'; '.join(missing)}"
        hint = "say it, if only that it means nothing and why"
        raise AllocationError(Fault(id="ALLOC-046", message=message, place=place, hint=hint))
    with db.writing() as tx:
        admit(tx, study, by, "assess")
        known = (entry for entry in entries(tx) if entry.study == study.id)
        if position not in {entry.position for entry in unblindings(known)}:
            message = "this entry is no unblinding"
            hint = "`randomise verify` lists those that were not assessed"
            raise AllocationError(Fault(id="ALLOC-046", message=message, place=place, hint=hint))
        data = {"of": position, **{key: assessment[key] for key in ASSESSED}}
        return append(tx, study=study.id, kind="unblinding assessed", by=by, data=data, at=at)


def unblindings(known: Iterable[Entry]) -> list[Entry]:
    """Return those entries of a study that unblinded a single participant."""
    return [entry for entry in known if entry.kind in ("code broken", "unblinding reported")]


def sealed_slot(tx: Transaction, study: Study, participant: str) -> SealedSlot:
    """Return the slot of a participant as the server keeps it; ALLOC-045 where there is none."""
    row = tx.one(
        "SELECT number, stratum, position, leaf, envelope FROM allocation_slot "
        "WHERE study = ? AND participant = ?",
        study.id,
        participant,
    )
    if row is None:
        raise AllocationError(
            Fault(
                id="ALLOC-045",
                message=f"participant {participant} has no slot, so there is no code to break",
                place=f"{study.id}, participant {participant}",
                hint="give the participant number as it was allocated",
            )
        )
    return stored_slot(tx, study, row)


def stored_slot(tx: Transaction, study: Study, row: tuple[object, ...]) -> SealedSlot:
    """Return a slot from a row (number, stratum, position, leaf, envelope)."""
    number, stratum, position, leaf, envelope = row
    kits = tx.all(
        "SELECT number, type, nth FROM kit WHERE study = ? AND slot = ? ORDER BY type, nth", study.id, number
    )
    order = {kit.id: place for place, kit in enumerate(study.kits)}
    packed = [PackedKit(number=int(kit), type=str(kind), nth=int(nth)) for kit, kind, nth in kits]
    return SealedSlot(
        number=int(str(number)),
        stratum=str(stratum),
        position=int(str(position)),
        kits=tuple(sorted(packed, key=lambda kit: (order.get(kit.type, 0), kit.nth))),
        leaf=str(leaf),
        envelope=base64.b64decode(str(envelope)),
    )


def _told(study: Study, slot: Slot, participant: str, to: Recipient) -> bytes:
    name = next((arm.name for arm in study.arms if arm.id == slot.arm), slot.arm)
    return (
        f"{study.id}: code break\nparticipant: {participant}\nrandomisation number: {slot.number}\n"
        f"arm: {slot.arm} ({name})\nfor: {to.name}\n"
    ).encode()


def _ask_reason(why: str) -> None:
    if not why.strip():
        raise AllocationError(
            Fault(
                id="ALLOC-044",
                message="no reason is given",
                place="unblinding",
                hint="say why the arm has to be known, or how it came to be known",
            )
        )


def _notices(study: Study, entry: Entry, notify: Sequence[str]) -> tuple[Notice, ...]:
    data = entry.data
    text = (
        f"The code of participant {data['participant']} (randomisation number {data['number']}) of "
        f"{study.id}, {study.short_title}, was broken.\nWhen: {entry.at}\n"
        f"Executed by: {entry.by.id} ({entry.by.role})\n"
        f"Reason: {entry.why}\nThe arm was given to: {data['to']}, sealed; it stands nowhere else.\n"
        f"Ledger entry {entry.position}. What the unblinding means has to be assessed:\n"
        f"lupustrial randomise assess … --entry {entry.position}\n"
    )
    subject = f"{study.id}: code of participant {data['participant']} broken"
    return tuple(Notice(to=who, subject=subject, text=text) for who in notify)
