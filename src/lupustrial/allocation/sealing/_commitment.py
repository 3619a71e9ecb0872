"""The commitment: a hash that is published when a list is made, and that no other list has.

Each slot is a leaf of a hash tree as in RFC 6962, with a salt, so that one slot can be shown to be the one
that was committed to while the others stay hidden.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.allocation.sealing._list import AllocationList, Slot
from lupustrial.ledger import canonical


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """What is published of a list.

    Attributes:
        parameters: What the algorithm needs beside the seed.
        root: Root of the tree over all slots, hexadecimal.
        seed: SHA-256 of the seed, hexadecimal.
        slots: How many there are.
    """

    parameters: dict[str, Any]
    root: str
    seed: str
    slots: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"parameters": self.parameters, "root": self.root, "seed": self.seed, "slots": self.slots}

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical text, hexadecimal: the one number to print in a protocol or a register."""
        return hashlib.sha256(canonical(self.as_json()).encode()).hexdigest()


def commit(made: AllocationList) -> Commitment:
    """Return the commitment to a list."""
    return Commitment(
        parameters=dict(made.parameters),
        root=root_of([leaf_of(slot) for slot in made.slots]).hex(),
        seed=hashlib.sha256(made.seed).hexdigest(),
        slots=len(made.slots),
    )


def leaf_of(slot: Slot) -> bytes:
    """Return the leaf of a slot: SHA-256 of a zero byte and number, stratum, position, arm, kits, salt."""
    kits = ",".join(str(kit.number) for kit in slot.kits)
    lines = (str(slot.number), slot.stratum, str(slot.position), slot.arm, kits, slot.salt.hex())
    return hashlib.sha256(b"\0" + "\n".join(lines).encode()).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root: neighbours are hashed together, one left over goes up as it is, until one is left."""
    level = list(leaves) or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]
