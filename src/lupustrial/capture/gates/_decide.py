"""Deciding on gates: accepted, placed as it was moved, or rejected; each signed, all of a series or none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.gates._intake import may_not
from lupustrial.capture.gates._shown import ShownGate, shown_gate
from lupustrial.capture.store import decision_payload, signed_with, write
from lupustrial.cytometry.review import with_handles
from lupustrial.errors import CaptureError, CytometryError, Fault
from lupustrial.ledger import Transaction, now

_LONGEST = 2_000  # letters of a reason


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a reader decided on a gate.

    Attributes:
        code: Code of the tube.
        number: Which gate of it, from 1.
        shown: Digest of the gate as it was shown.
        decision: What was decided.
        moved: New numbers of an edited gate, by path (``cytometry.review.handles_of``).
        why: The reason; an edited or rejected gate needs one.
    """

    code: str
    number: int
    shown: str
    decision: Literal["accepted", "edited", "rejected"]
    moved: Mapping[str, float] = field(default_factory=dict)
    why: str = ""


def decide(
    trial: Trial, acting: Acting, decisions: Sequence[Decision], *, key: Ed25519PrivateKey
) -> list[int]:
    """Write decisions, signed, and return their ledger positions. All or none.

    Args:
        trial: The trial.
        acting: The reader; the name as printed is the account's.
        decisions: What was decided.
        key: The reader's key, opened with the password that was given for this signing (21 CFR 11.200(a)).

    Raises:
        CaptureError: CAPT-101, the gate was changed after it was shown, there is none, a reason lacks,
            nothing was moved, or the moved gate is none; CAPT-102, the role may not; CAPT-104, the database
            is held.
    """
    if not acting.may("gate"):
        raise may_not(acting, "gate")
    if not decisions:
        raise CaptureError(_fault("nothing was chosen", "gates", "choose at least one gate"))
    with trial.writing() as tx:
        gates = [shown_gate(tx, one.code, one.number) for one in decisions]
        faults: list[Fault] = []
        ready: list[tuple[Decision, ShownGate, str]] = []
        for one, gate in zip(decisions, gates, strict=True):
            wrong = _wrong(one, gate)
            if wrong is not None:
                faults.append(wrong)
            elif gate is not None:
                ready += _moved(one, gate, faults)
        if faults:
            raise CaptureError(faults)
        return [_write(tx, trial, acting, *each, key) for each in ready]


def _wrong(one: Decision, gate: ShownGate | None) -> Fault | None:
    place, reasoned = place_of(one.code, one.number), bool(one.why.strip())
    if gate is None:
        return _fault("there is no such gate", place, "choose from the list")
    checks = (
        (gate.held.shown != one.shown, "the tube was gated anew after it was shown", "look at it again"),
        (one.decision != "accepted" and not reasoned, "moving or rejecting needs a reason", "say why"),
        (len(one.why) > _LONGEST, f"the reason has more than {_LONGEST} letters", "say it shorter"),
        (one.decision == "edited" and not one.moved, "nothing was moved", "move an edge, or accept the gate"),
        (one.decision != "edited" and bool(one.moved), "the gate was moved", "place it so, or take it back"),
    )
    found = next(((message, hint) for wrong, message, hint in checks if wrong), None)
    return None if found is None else _fault(found[0], place, found[1])


def _moved(one: Decision, gate: ShownGate, faults: list[Fault]) -> list[tuple[Decision, ShownGate, str]]:
    """Return the decision with the plain text of its region; a gate that cannot be becomes a fault."""
    if one.decision != "edited":
        return [(one, gate, "")]
    try:
        region = with_handles(gate.gate.region, one.moved)
    except CytometryError as error:
        faults += [_fault(each.message, place_of(one.code, one.number), each.hint) for each in error.faults]
        return []
    text = json.dumps(region.as_plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return [(one, gate, text)]


def _write(
    tx: Transaction,
    trial: Trial,
    acting: Acting,
    one: Decision,
    gate: ShownGate,
    region: str,
    key: Ed25519PrivateKey,
) -> int:
    at, study, why = now(), trial.study, one.why.strip()
    data = {
        "code": one.code,
        "number": one.number,
        "population": gate.gate.population,
        "file_sha256": gate.tube.file_sha256,
        "gating": gate.tube.gate_hash,
        "shown": one.shown,
        "decision": one.decision,
        "region": region,
    }
    payload = decision_payload(
        study=study.id,
        version=study.version,
        digest=study.digest,
        who=acting.id,
        name=acting.name,
        role=acting.role.id,
        at=at,
        why=why,
        gate=data,
    )
    signed = data | signed_with(payload, key)
    by = acting.actor
    return write(tx, study=study.id, kind="gate decided", by=by, data=signed, why=why, at=at).position


def place_of(code: str, number: int) -> str:
    """Return the words for a gate."""
    return f"tube {code}, gate {number}"


def _fault(message: str, place: str, hint: str) -> Fault:
    return Fault(id="CAPT-101", message=message, place=place, hint=hint)
