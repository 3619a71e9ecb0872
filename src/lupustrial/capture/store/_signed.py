"""What a signature is made over, and whether one is genuine (Ed25519 over canonical JSON; 21 CFR 11.70).

The payload names study and version of the protocol, signer, role, meaning, time, scope and pages, and holds
the SHA-256 of every value that was signed. Change any byte of it, or of a value, and the signature is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lupustrial.capture.store._pages import Page, Place
from lupustrial.errors import Fault
from lupustrial.ledger import Entry, Transaction, canonical, entries

#: A value as it is signed: visit, form, repeat, item, value, unit, status, ledger position.
Value = list[str | int | None]


def values_of(pages: Iterable[Page]) -> list[Value]:
    """Return the values of pages as they are signed, in order."""
    return _in_order(
        [page.place.visit, page.place.form, page.place.repeat, item, *_held(held)]
        for page in pages
        for item, held in page.items.items()
    )


def values_at(tx: Transaction, places: Iterable[Place], position: int) -> list[Value]:
    """Return the values that pages had when an entry was written, from the audit trail."""
    found = []
    for place in places:
        rows = tx.all(
            "SELECT item, new_value, new_unit, new_status, position FROM capture_change "
            "WHERE participant = ? AND position < ? AND kind = 'page saved' AND visit = ? AND form = ? "
            "AND repeat = ? ORDER BY position, n",
            place.participant,
            position,
            place.visit,
            place.form,
            place.repeat,
        )
        last = {row[0]: row for row in rows}
        found += [
            [place.visit, place.form, place.repeat, row[0], row[1], row[2], row[3], int(row[4])]
            for row in last.values()
            if row[3] is not None
        ]
    return _in_order(found)


def digest_of(values: Sequence[Value]) -> str:
    """Return the SHA-256 of the canonical JSON of values."""
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def payload_of(
    *,
    study: str,
    version: str,
    digest: str,
    who: str,
    name: str,
    role: str,
    meaning: str,
    at: str,
    scope: Place,
    pages: Sequence[Place],
    left_out: Sequence[str],
    values: Sequence[Value],
) -> str:
    """Return the canonical JSON that is signed.

    Args:
        study: Id of the study.
        version: Version of the protocol.
        digest: SHA-256 over its files.
        who: Account of the signer.
        name: Printed name (21 CFR 11.50(a)(1)).
        role: Role in which is signed.
        meaning: What the signature means, in words (11.50(a)(3)).
        at: When, UTC (11.50(a)(2)).
        scope: What is signed; form and visit empty, repeat 0 where it is more than a page.
        pages: The pages that are covered.
        left_out: Ids of the forms within the scope that are not covered.
        values: Every value of the pages (`values_of`).
    """
    return canonical(
        {
            "study": study,
            "version": version,
            "digest": digest,
            "who": who,
            "name": name,
            "role": role,
            "meaning": meaning,
            "at": at,
            "scope": [scope.participant, scope.visit, scope.form, scope.repeat],
            "pages": sorted([page.visit, page.form, page.repeat] for page in pages),
            "left_out": sorted(left_out),
            "values": digest_of(values),
        }
    )


def signed_with(payload: str, key: Ed25519PrivateKey) -> dict[str, str]:
    """Return what the ledger keeps of a signature: payload, signature and public key, the last two as hex."""
    return {
        "payload": payload,
        "signature": key.sign(payload.encode()).hex(),
        "public": key.public_key().public_bytes_raw().hex(),
    }


def genuine(payload: str, signature: str, public: str) -> bool:
    """Whether a signature (hexadecimal) is one over a payload, by the key (hexadecimal)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), payload.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_signatures(tx: Transaction, study: str) -> list[Fault]:
    """Return what is wrong with the signatures on the ledger (CAPT-048); empty when each is genuine.

    Checked of each: its bytes, that the key is one that the ledger names for the signer, that signer, role,
    time and scope are those of the entry, and that the values are those which the ledger tells of the pages
    at that moment.
    """
    faults: list[Fault] = []
    pages: dict[tuple[Any, ...], dict[str, list[Any]]] = {}
    keys: dict[str, set[str]] = {}
    for entry in entries(tx):
        if entry.kind == "signing key made":
            keys.setdefault(entry.data["account"], set()).add(entry.data["public"])
        elif entry.study != study:
            continue
        elif entry.kind == "page saved":
            _follow(pages, entry)
        elif entry.kind == "signed":
            faults += [
                Fault(
                    id="CAPT-048",
                    message=message,
                    place=f"signature {entry.position} of {entry.by.id}",
                    hint="the signature proves nothing: find out who changed it, and have it signed again",
                )
                for message in _wrong(entry, pages, keys)
            ]
    return faults


def _wrong(
    entry: Entry, pages: Mapping[tuple[Any, ...], Mapping[str, list[Any]]], keys: Mapping[str, set[str]]
) -> list[str]:
    data = entry.data
    if not genuine(data["payload"], data["signature"], data["public"]):
        return ["the signature is not one over what it claims to sign"]
    payload = json.loads(data["payload"])
    found = []
    if data["public"] not in keys.get(entry.by.id, ()):
        found.append("the key is not one that the ledger names for the signer")
    told = [payload["who"], payload["role"], payload["at"], payload["study"], payload["scope"]]
    scope = [data["participant"], data["visit"], data["form"], data["repeat"]]
    if told != [entry.by.id, entry.by.role, entry.at, entry.study, scope]:
        found.append("signer, role, time, study or scope are not those of the entry")
    values = _in_order(
        [*page, item, *held]
        for page in payload["pages"]
        for item, held in pages.get((data["participant"], *page), {}).items()
    )
    if digest_of(values) != payload["values"]:
        found.append("the values are not those that the pages had")
    return found


def _follow(pages: dict[tuple[Any, ...], dict[str, list[Any]]], entry: Entry) -> None:
    data = entry.data
    page = pages.setdefault((data["participant"], data["visit"], data["form"], data["repeat"]), {})
    for item, change in data["changes"].items():
        to = change["to"]
        if to is None:
            page.pop(item, None)
        else:
            page[item] = [to["value"], to["unit"], to["status"], entry.position]


def _held(held: Any) -> list[Any]:
    return [held.value, held.unit, held.status, held.position]


def _in_order(values: Iterable[list[Any]]) -> list[Value]:
    return sorted(values, key=lambda value: value[:4])
