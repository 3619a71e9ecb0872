"""The protocol: a line of JSON asks, a line of JSON answers. ``docs/allocation/vault.md`` states it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lupustrial.allocation.sealing import PackedKit, Recipient, SealedSlot
from lupustrial.allocation.vault._allocations import Question
from lupustrial.errors import AllocationError, Fault

FORMAT = 1
_SHORT = 200  # characters of a name


def encode(message: Mapping[str, Any]) -> bytes:
    """Return a message as a line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Read a line; AllocationError ALLOC-092 where it holds no JSON object."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise malformed("it is not one line with a JSON object")
    return message


def faults_of(error: AllocationError) -> dict[str, Any]:
    """Return the answer that tells why there is none."""
    names = ("id", "message", "place", "hint")
    return {"faults": [{name: getattr(fault, name) for name in names} for fault in error.faults]}


def malformed(message: str) -> AllocationError:
    """Return the error of a request that is none. It does not repeat the request."""
    return AllocationError(
        Fault(
            id="ALLOC-092",
            message=f"the request cannot be understood: {message}",
            place="vault",
            hint="docs/allocation/vault.md tells the protocol; client and vault have to be of one version",
        )
    )


def question_of(request: Mapping[str, Any]) -> Question:
    """Return what an ``allocate`` request asks; ALLOC-092 where something is not of its kind."""
    profile, history, free = (_list(request, name) for name in ("profile", "history", "free"))
    if not all(isinstance(level, str) and level.isprintable() for level in profile):
        raise malformed("`profile` has a level that is no text")
    return Question(
        participant=_text(request, "participant"), profile=tuple(profile), history=history, free=free
    )


def break_of(request: Mapping[str, Any]) -> tuple[SealedSlot, str, Recipient]:
    """Return what a ``break`` request asks: slot, participant, recipient; ALLOC-092 as `question_of`."""
    to = Recipient(name=_text(request, "to_name"), purpose="code_break", public_key=_text(request, "to_key"))
    try:
        kits = tuple(
            PackedKit(number=_whole(number), type=str(kind), nth=_whole(nth))
            for number, kind, nth in _list(request, "kits")
        )
        slot = SealedSlot(
            number=_whole(request["number"]),
            stratum=str(request["stratum"]),
            position=_whole(request["position"]),
            kits=kits,
            leaf=str(request["leaf"]),
            envelope=base64.b64decode(request["envelope"], validate=True),
        )
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise malformed("it does not hold a sealed slot") from None
    return slot, _text(request, "participant"), to


def asks_allocate(
    participant: str,
    profile: Sequence[str],
    history: Sequence[tuple[int, Sequence[str]]],
    free: Sequence[int],
) -> dict[str, Any]:
    """Return an ``allocate`` request."""
    return {
        "op": "allocate",
        "participant": participant,
        "profile": list(profile),
        "history": [[number, list(levels)] for number, levels in history],
        "free": list(free),
    }


def asks_break(slot: SealedSlot, participant: str, to: Recipient) -> dict[str, Any]:
    """Return a ``break`` request."""
    return {
        "op": "break",
        "participant": participant,
        "number": slot.number,
        "stratum": slot.stratum,
        "position": slot.position,
        "kits": [[kit.number, kit.type, kit.nth] for kit in slot.kits],
        "leaf": slot.leaf,
        "envelope": base64.b64encode(slot.envelope).decode(),
        "to_name": to.name,
        "to_key": to.public_key,
    }


def _whole(value: object) -> int:
    if type(value) is not int:  # not True either
        raise TypeError
    return value


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _SHORT or not value.isprintable():
        raise malformed(f"`{name}` is no text of 1 to {_SHORT} printed characters")
    return value


def _list(request: Mapping[str, Any], name: str) -> list[Any]:
    value = request.get(name)
    if not isinstance(value, list):
        raise malformed(f"`{name}` is no list")
    return value
