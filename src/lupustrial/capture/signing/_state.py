"""Whether a signature still holds, what broke it, and whether it is final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.store import Signature, genuine, holds, unlockings
from lupustrial.ledger import Transaction

#: ``"holds"``: genuine and nothing signed was changed since; ``"broken"``: something was; ``"false"``: its
#: bytes are no signature of what it claims to sign.
State = Literal["holds", "broken", "false"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a signature stands.

    Attributes:
        state: See `State`.
        final: Whether the database was locked after it, is locked still, and the signature holds.
        reopened: When a database that had been locked after it was opened again, UTC; empty where it was not.
    """

    state: State
    final: bool
    reopened: str


def standing_of(tx: Transaction, signature: Signature) -> Standing:
    """Return how a signature stands now."""
    state: State = "holds"
    if not genuine(signature.payload, signature.signature, signature.public):
        state = "false"
    elif signature.broken is not None:
        state = "broken"
    locks = {one.position for one in holds(tx) if one.kind == "locked" and one.everything}
    final = state == "holds" and any(lock > signature.number for lock in locks)
    reopened = "" if final else _reopened(tx, signature.number)
    return Standing(state=state, final=final, reopened=reopened)


def _reopened(tx: Transaction, number: int) -> str:
    """Return when a lock of the whole database that came after a signature was lifted."""
    return next((at for locked, at in unlockings(tx) if locked > number), "")
