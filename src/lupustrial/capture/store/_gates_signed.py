"""Decisions on gates as they are signed, and whether what the ledger holds of gates is genuine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from lupustrial.capture.store._signed import genuine
from lupustrial.errors import Fault
from lupustrial.ledger import Entry, Transaction, canonical, entries

#: What a signature under a decision means (21 CFR 11.50(a)(3)).
MEANINGS: Mapping[str, str] = {
    "accepted": "I looked at this gate and accept it.",
    "edited": "I moved this gate; it is to be placed as I drew it.",
    "rejected": "I looked at this gate and reject it.",
}
_OF_GATE = ("code", "number", "population", "file_sha256", "gating", "shown", "decision", "region")


def decision_payload(
    *, study: str, version: str, digest: str, who: str, name: str, role: str, at: str, why: str,
    gate: Mapping[str, Any],
) -> str:  # fmt: skip
    """Return the canonical JSON that is signed with a decision.

    Args:
        study: Id of the study.
        version: Version of the protocol.
        digest: SHA-256 over its files.
        who: Account of the reader.
        name: Printed name (21 CFR 11.50(a)(1)).
        role: Role in which is signed.
        at: When, UTC (11.50(a)(2)).
        why: The reason; empty where none was asked for.
        gate: ``code, number, population, file_sha256, gating, shown, decision, region``.
    """
    return canonical(
        {
            "study": study,
            "version": version,
            "digest": digest,
            "who": who,
            "name": name,
            "role": role,
            "meaning": MEANINGS[gate["decision"]],
            "at": at,
            "why": why,
            "gate": {key: gate[key] for key in _OF_GATE},
        }
    )


def verify_gates(tx: Transaction, study: str) -> list[Fault]:
    """Return what is wrong with gates (CAPT-103): signatures that are none, material that was changed.

    Checked of each decision: the bytes of its signature, that the key is one that the ledger names for the
    reader, and that reader, role, time, reason and gate are those of the entry.
    """
    faults: list[Fault] = []
    keys: dict[str, set[str]] = {}
    told: dict[str, str] = {}
    for entry in entries(tx):
        if entry.kind == "signing key made":
            keys.setdefault(entry.data["account"], set()).add(entry.data["public"])
        elif entry.study == study and entry.kind == "gates brought in":
            told |= {tube["digest"]: tube["code"] for tube in entry.data["tubes"]}
        elif entry.study == study and entry.kind == "gate decided":
            message = _wrong(entry, keys)
            if message:
                place = f"decision {entry.position} of {entry.by.id} on gate {entry.data['code']}"
                hint = "the decision proves nothing: find out who changed it, and have it made again"
                faults.append(Fault(id="CAPT-103", message=message, place=place, hint=hint))
    held = {str(key): str(body) for key, body in tx.all("SELECT digest, body FROM capture_gate_material")}
    for digest in sorted(told.keys() | held.keys()):
        body = held.get(digest)
        if digest in told and body is not None and hashlib.sha256(body.encode()).hexdigest() == digest:
            continue
        message = "the material of a tube is lacking, was changed, or is not on the ledger"
        place = f"capture_gate_material, tube {told.get(digest, 'unknown')}"
        hint = "restore it from a backup, or bring the same file in again"
        faults.append(Fault(id="CAPT-103", message=message, place=place, hint=hint))
    return faults


def _wrong(entry: Entry, keys: Mapping[str, set[str]]) -> str:
    data = entry.data
    if not genuine(data["payload"], data["signature"], data["public"]):
        return "the signature is not one over what it claims to sign"
    if data["public"] not in keys.get(entry.by.id, ()):
        return "the key is not one that the ledger names for the reader"
    payload = json.loads(data["payload"])
    told = [payload[key] for key in ("who", "role", "at", "study", "why", "gate")]
    gate = {key: data[key] for key in _OF_GATE}
    if told != [entry.by.id, entry.by.role, entry.at, entry.study, entry.why, gate]:
        return "reader, role, time, study, reason or gate are not those of the entry"
    return ""
