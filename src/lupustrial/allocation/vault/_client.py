"""The client: what a server without any key asks the vault."""

from __future__ import annotations

import base64
import binascii
import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lupustrial.allocation.methods import Profile
from lupustrial.allocation.sealing import Recipient, SealedSlot
from lupustrial.allocation.vault._protocol import asks_allocate, asks_break, encode
from lupustrial.errors import AllocationError, Fault

_PATIENCE = 5.0  # seconds: a writer of the ledger waits meanwhile
_PIECE = 1 << 16
_LONGEST = 1 << 20  # bytes of an answer


class VaultClient:
    """Asks the vault that listens on a socket; each request has a connection of its own.

    ``allocate(…, choose=client.choose)`` and ``break_code(…, key=client.break_code)`` use it.
    """

    def __init__(self, path: Path, *, patience: float = _PATIENCE) -> None:
        """Prepare; nothing is asked yet.

        Args:
            path: The socket.
            patience: Seconds within which an answer has to be there.
        """
        self._path, self._patience = path, patience

    def hello(self) -> dict[str, Any]:
        """Return ``format``, ``study``, ``list`` (digest of the commitment) and ``serves`` of the vault.

        Where it breaks codes, also ``recipients``: who may get an arm, account to public key.

        Raises:
            AllocationError: ALLOC-090, no vault can be reached; ALLOC-091, no answer came; ALLOC-099, its
                recipients cannot be read.
        """
        return self._ask({"op": "hello"})

    def choose(
        self,
        participant: str,
        profile: Profile,
        history: Sequence[tuple[int, Profile]],
        free: Sequence[int],
    ) -> int:
        """Return the slot of the next participant: a `Chooser` for ``allocate``.

        Args:
            participant: Who.
            profile: Levels of the factors.
            history: Number and profile of each allocation so far, in the order of the ledger.
            free: Slots that nobody has, in the order of the list.

        Raises:
            AllocationError: ALLOC-090 or ALLOC-091, as `hello`; ALLOC-004, ALLOC-035 and ALLOC-092 to
                ALLOC-097 from the vault.
        """
        number = self._ask(asks_allocate(participant, profile, history, free)).get("number")
        if type(number) is not int or number not in free:
            raise self._silent("its answer is no free slot")
        return number

    def break_code(self, slot: SealedSlot, participant: str, to: Recipient) -> bytes:
        """Return the arm of a slot as an age file for one person: a `Breaker` for ``break_code``.

        Raises:
            AllocationError: ALLOC-090 or ALLOC-091, as `hello`; ALLOC-015, ALLOC-021, ALLOC-092, ALLOC-097
                and ALLOC-099 from the vault.
        """
        try:
            return base64.b64decode(self._ask(asks_break(slot, participant, to))["sealed"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise self._silent("its answer is no sealed arm") from None

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            line = self._exchange(encode(request))
        except TimeoutError:
            raise self._silent(f"no answer came within {self._patience:g} seconds") from None
        except (ConnectionResetError, BrokenPipeError):
            raise self._silent("it broke off") from None
        except OSError as error:
            raise AllocationError(
                Fault(
                    id="ALLOC-090",
                    message=f"the vault cannot be reached ({error.strerror or error})",
                    place=str(self._path),
                    hint="start `lupustrial vault`, and give this account access to its socket",
                )
            ) from None
        try:
            answer = json.loads(line)
            faults = [Fault(**fault) for fault in answer.get("faults", ())]
        except (ValueError, TypeError, AttributeError):
            raise self._silent("its answer cannot be understood" if line else "it broke off") from None
        if faults:
            raise AllocationError(faults)
        return dict(answer)

    def _exchange(self, line: bytes) -> bytes:
        until = time.monotonic() + self._patience
        received = bytearray()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._patience)
            connection.connect(os.fspath(self._path))
            connection.sendall(line)
            while not received.endswith(b"\n") and len(received) < _LONGEST:
                connection.settimeout(max(until - time.monotonic(), 0.001))
                piece = connection.recv(_PIECE)
                if not piece:
                    return b""
                received += piece
        return bytes(received)

    def _silent(self, message: str) -> AllocationError:
        return AllocationError(
            Fault(
                id="ALLOC-091",
                message=f"the vault gave no answer: {message}",
                place=str(self._path),
                hint="nothing was allocated; ask again for the same participant, who gets the same slot",
            )
        )
