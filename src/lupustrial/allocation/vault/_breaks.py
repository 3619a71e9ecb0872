"""Breaking codes inside the vault: the envelope is opened here, and the arm leaves sealed for one person."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lupustrial.allocation.sealing import Recipient, SealedSlot
from lupustrial.allocation.store import Breaker
from lupustrial.allocation.vault._journal import Journal
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import now

_WRITABLE = 0o022  # by group or others


class Breaks:
    """Code breaks for the people whom the holder of the key named, of slots as they were sealed.

    Whoever reaches the socket may ask for a break, so the answer helps only those who were named beforehand,
    and each is in the journal, to be compared with the ledger.
    """

    def __init__(self, breaker: Breaker, folder: Path, recipients: Path, journal: Journal) -> None:
        """Read which slots were sealed.

        Args:
            breaker: What opens an envelope and seals the arm.
            folder: The sealed folder.
            recipients: Who may get an arm: lines of ``ACCOUNT=age1…``. Read anew for each break.
            journal: Where each break is written down.

        Raises:
            AllocationError: ALLOC-050, ``slots.csv`` or ``commitment.json`` is missing or was changed;
                ALLOC-099, the recipients cannot be read, or others can write them.
        """
        self._breaker, self._journal, self._path = breaker, journal, recipients
        self._slots = _sealed_slots(folder)
        self._recipients()

    def answer(self, slot: SealedSlot, participant: str, to: Recipient) -> bytes:
        """Return the age file with the arm of a slot, for its recipient.

        Raises:
            AllocationError: ALLOC-015 or ALLOC-021, the envelope cannot be opened; ALLOC-099, the recipient
                is not one of those named, or the slot is not as it was sealed.
            JournalLostError: ALLOC-097, the break could not be written down, so nothing is given.
        """
        if self._recipients().get(to.name) != to.public_key:
            message = f"{to.name} is not named, with this key, among those who may get an arm"
            hint = f"the holder of the code-break key adds a line {to.name}=age1… to the vault's recipients"
            raise _refused(message, f"recipient {to.name}", hint)
        if self._slots.get(slot.number) != (slot.leaf, slot.digest):
            message = "the slot is not as it was sealed"
            raise _refused(message, f"slot {slot.number}", "do not act on it; verify the database")
        sealed = self._breaker(slot, participant, to)
        self._journal.append(
            {
                "at": now(),
                "kind": "broken",
                "number": slot.number,
                "participant": participant,
                "sealed": hashlib.sha256(sealed).hexdigest(),
                "to": to.name,
                "to_key": to.public_key,
            }
        )
        return sealed

    def recipients(self) -> dict[str, str]:
        """Return who may get an arm, account to public key; ALLOC-099 as at the start."""
        return self._recipients()

    def _recipients(self) -> dict[str, str]:
        try:
            with self._path.open(encoding="utf-8") as file:
                mode = os.fstat(file.fileno()).st_mode
                lines = [line.strip() for line in file]
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise _refused(
                f"they cannot be read ({reason})", f"recipients {self._path}", "name a text file"
            ) from None
        if mode & _WRITABLE or not stat.S_ISREG(mode):
            raise _refused("others can change them", f"recipients {self._path}", "chmod 644 or less")
        pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
        return {name.strip(): public_key.strip() for name, _, public_key in pairs}


def read_public(folder: Path) -> dict[str, Any]:
    """Return what ``commitment.json`` of a sealed folder holds; ALLOC-050 where it is none."""
    try:
        public: dict[str, Any] = json.loads((folder / "commitment.json").read_bytes())
        whole = isinstance(public["digest"], str) and isinstance(public["files"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise _changed(folder / "commitment.json")
    return public


def _sealed_slots(folder: Path) -> Mapping[int, tuple[str, str]]:
    """Return leaf and digest of the envelope of each slot."""
    path = folder / "slots.csv"
    digest = read_public(folder)["files"].get("slots.csv")
    try:
        content = path.read_bytes()
    except OSError:
        raise _changed(path) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise _changed(path)
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return {int(row["number"]): (row["leaf"], row["envelope"]) for row in rows}


def _changed(path: Path) -> AllocationError:
    return AllocationError(
        Fault(
            id="ALLOC-050",
            message="the file is missing, or is not the one that was sealed",
            place=str(path),
            hint="give the folder that `randomise init` sealed",
        )
    )


def _refused(message: str, place: str, hint: str) -> AllocationError:
    return AllocationError(Fault(id="ALLOC-099", message=message, place=place, hint=hint))
