"""Sealing: the list, the packing list and the seed as age files, and one envelope for each slot."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lupustrial.allocation.sealing._commitment import Commitment, commit, leaf_of
from lupustrial.allocation.sealing._keys import Recipient, SecretKey, check_recipients, opened, sealed_for
from lupustrial.allocation.sealing._list import AllocationList, PackedKit, Slot, parsed, told
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import canonical
from lupustrial.study import Study

#: Files of a sealed list and the purpose of those who can open them.
FILES: Mapping[str, str] = {"list.age": "list", "production.age": "production", "seed.age": "escrow"}
_TOLD = 500  # slots between two words on the progress


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedSlot:
    """A slot as the server keeps it: where it stands, its kits, and ciphertext."""

    number: int
    stratum: str
    position: int
    kits: tuple[PackedKit, ...]
    leaf: str
    envelope: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the envelope."""
        return hashlib.sha256(self.envelope).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed list: nothing in it tells an arm to whoever has no key.

    Attributes:
        commitment: What is published.
        recipients: Who can open what.
        slots: In the order of the list.
        files: Name to content of the age files.
    """

    commitment: Commitment
    recipients: tuple[Recipient, ...]
    slots: tuple[SealedSlot, ...]
    files: Mapping[str, bytes]

    def public(self) -> dict[str, Any]:
        """Return what ``commitment.json`` holds: the commitment, the recipients, and digests of the rest."""
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        digests["slots.csv"] = hashlib.sha256(slots_table(self.slots)).hexdigest()
        return {
            "commitment": self.commitment.as_json(),
            "digest": self.commitment.digest,
            "files": digests,
            "recipients": [
                {"name": one.name, "public_key": one.public_key, "purpose": one.purpose}
                for one in self.recipients
            ],
        }


def seal(
    study: Study,
    made: AllocationList,
    recipients: Sequence[Recipient],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Sealed:
    """Seal a list for its recipients.

    Args:
        study: The study.
        made: The list.
        recipients: Who can open what; every purpose but ``escrow`` needs somebody.
        progress: Called with the slots sealed so far and their number.

    Raises:
        AllocationError: ALLOC-013 or ALLOC-014, a recipient is at fault or missing.
    """
    check_recipients(recipients)
    files = _files(study, made, recipients)
    breakers = [one for one in recipients if one.purpose == "code_break"]
    width = max((len(_envelope_text(slot)) for slot in made.slots), default=0)
    slots = []
    for count, slot in enumerate(made.slots, start=1):
        slots.append(_sealed_slot(slot, width, breakers))
        if progress is not None and (count % _TOLD == 0 or count == len(made.slots)):
            progress(count, len(made.slots))
    return Sealed(commitment=commit(made), recipients=tuple(recipients), slots=tuple(slots), files=files)


# What is secret stands in functions that do nothing else: whoever reports a crash often shows the variables.
def _files(study: Study, made: AllocationList, recipients: Sequence[Recipient]) -> dict[str, bytes]:
    able = {purpose: [one for one in recipients if one.purpose == purpose] for purpose in set(FILES.values())}
    contents = {
        "list.age": made.to_json() + b" " * _shorter(made, {}),
        "production.age": packing_list(study, made) + b"\n" * _shorter(made, _products(study), kits=True),
        "seed.age": made.seed.hex().encode(),
    }
    return {
        name: sealed_for(contents[name], able[purpose]) for name, purpose in FILES.items() if able[purpose]
    }


def _sealed_slot(slot: Slot, width: int, breakers: Sequence[Recipient]) -> SealedSlot:
    """Seal the envelope of a slot; all have one length, so that it tells nothing."""
    return SealedSlot(
        number=slot.number,
        stratum=slot.stratum,
        position=slot.position,
        kits=slot.kits,
        leaf=leaf_of(slot).hex(),
        envelope=sealed_for(_envelope_text(slot).ljust(width), breakers),
    )


def slots_table(slots: Sequence[SealedSlot]) -> bytes:
    """Return ``slots.csv``: number, stratum, position, leaf and digest of the envelope, in list order."""
    rows = "".join(
        f"{slot.number},{_quoted(slot.stratum)},{slot.position},{_quoted(slot.leaf)},{slot.digest}\n"
        for slot in slots
    )
    return f"number,stratum,position,leaf,envelope\n{rows}".encode()


def packing_list(study: Study, made: AllocationList) -> bytes:
    """Return the list for who packs the kits, in the order of their numbers: CSV with the product of each."""
    product = _products(study)
    rows = sorted(
        (kit.number, kit.type, kit.nth, slot.number, product[slot.arm])
        for slot in made.slots
        for kit in slot.kits
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("kit", "type", "nth", "slot", "product"))
    writer.writerows(rows)
    return text.getvalue().encode()


def _products(study: Study) -> dict[str, str]:
    return {arm.id: arm.dosing.product if arm.dosing is not None else arm.id for arm in study.arms}


def _shorter(made: AllocationList, name: Mapping[str, str], *, kits: bool = False) -> int:
    """Return by how much names of arms are shorter than the longest: filled up, a length tells nothing."""
    size = {arm: len(name.get(arm, arm).encode()) for arm in made.parameters["arms"]}
    longest = max(size.values())
    return sum((longest - size[slot.arm]) * (len(slot.kits) if kits else 1) for slot in made.slots)


def open_list(sealed: bytes, key: SecretKey, place: str = "list.age") -> AllocationList:
    """Open ``list.age``.

    Raises:
        AllocationError: ALLOC-015, the key does not open it or it was changed; ALLOC-020, it holds no list.
    """
    return told(parsed(opened(sealed, key, place)), place)


def open_envelope(sealed: SealedSlot, key: SecretKey) -> Slot:
    """Open the envelope of one slot and check it against its leaf in the commitment.

    Raises:
        AllocationError: ALLOC-015, the key does not open it or it was changed; ALLOC-021, what it holds is
            not what was committed to for this slot.
    """
    place = f"envelope of slot {sealed.number}"
    slot = _slot_in(opened(sealed.envelope, key, place), sealed)
    if slot is None:
        raise AllocationError(
            Fault(
                id="ALLOC-021",
                message="the envelope does not hold what was committed to",
                place=place,
                hint="envelopes were exchanged or forged: do not act on it; ask the holder of the list",
            )
        )
    return slot


def _slot_in(content: bytes, sealed: SealedSlot) -> Slot | None:
    """Return the slot that an envelope tells; None where it is not the one that was committed to."""
    try:
        parts = json.loads(content)
        slot = Slot(
            number=parts["number"],
            stratum=parts["stratum"],
            position=parts["position"],
            arm=parts["arm"],
            kits=sealed.kits,
            salt=bytes.fromhex(parts["salt"]),
        )
        whole = leaf_of(slot).hex() == sealed.leaf and slot.number == sealed.number
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return slot if whole else None


def _envelope_text(slot: Slot) -> bytes:
    return canonical(
        {
            "arm": slot.arm,
            "number": slot.number,
            "position": slot.position,
            "salt": slot.salt.hex(),
            "stratum": slot.stratum,
        }
    ).encode()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text
