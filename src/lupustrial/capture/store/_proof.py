"""A signature so that anybody can check it without this program (``scripts/verify_signatures.py``)."""

from __future__ import annotations

from typing import Any

from lupustrial.capture.store._signatures import Signature, pages_signed, signatures_of
from lupustrial.capture.store._signed import values_at
from lupustrial.ledger import Transaction, canonical, entries


def proof_of(tx: Transaction, signature: Signature) -> dict[str, Any]:
    """Return what proves a signature: payload, bytes, key, the values as signed, and the ledger entry."""
    entry = next(entries(tx, after=signature.number - 1))
    return {
        "format": 1,
        "number": signature.number,
        "payload": signature.payload,
        "signature": signature.signature,
        "public": signature.public,
        "values": values_at(tx, pages_signed(tx, signature.number), signature.number),
        "entry": {
            "position": entry.position,
            "previous": entry.previous,
            "hash": entry.hash,
            "body": entry.body,
        },
    }


def proof_text(tx: Transaction, signature: Signature) -> str:
    """Return the same as one line of canonical JSON."""
    return canonical(proof_of(tx, signature)) + "\n"


def all_proofs(tx: Transaction) -> str:
    """Return the proofs of every signature, a line each."""
    return "".join(proof_text(tx, one) for one in signatures_of(tx))
