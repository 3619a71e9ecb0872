"""From which state a kit may be moved how: the table of states, and the reason and remedy of each refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lupustrial.allocation.kits._kit import Kit, State, place_of
from lupustrial.errors import Fault

Action = Literal["release", "ship", "receive", "find", "quarantine", "lift", "dispense", "return", "destroy"]

#: States in which a kit may be moved so. A returned kit may be counted again.
FROM: Mapping[Action, tuple[State, ...]] = {
    "release": ("packed",),
    "ship": ("released", "received"),
    "receive": ("shipped",),
    "find": ("missing",),
    "quarantine": ("released", "received"),
    "lift": ("quarantined",),
    "dispense": ("received",),
    "return": ("dispensed", "returned"),
    "destroy": ("packed", "released", "received", "quarantined", "returned"),
}
_DONE: Mapping[Action, str] = {
    "release": "released",
    "ship": "shipped",
    "receive": "received",
    "find": "found",
    "quarantine": "put into quarantine",
    "lift": "let out of quarantine",
    "dispense": "dispensed",
    "return": "returned",
    "destroy": "destroyed",
}
#: What to do with a kit that is not there yet, or no longer.
_REMEDY: Mapping[State, str] = {
    "packed": "record its batch and expiry date with `kits release` first",
    "released": "ship it to the site with `kits ship` first",
    "shipped": "receive its shipment with `kits receive` first",
    "received": "it is in stock and needs nothing of the kind",
    "missing": "look for it, and record it with `kits find` when it turns up",
    "quarantined": "use another kit; the sponsor lifts the quarantine with `kits lift` or has it destroyed",
    "dispensed": "use another kit; count this one with `kits return` when it comes back",
    "returned": "use another kit; a kit that came back is never handed out again but destroyed",
    "destroyed": "read the number again: the kit is gone",
}
_ID: Mapping[State, str] = {
    "packed": "ALLOC-071",
    "released": "ALLOC-071",
    "shipped": "ALLOC-071",
    "missing": "ALLOC-071",
    "received": "ALLOC-064",
    "quarantined": "ALLOC-069",
    "dispensed": "ALLOC-070",
    "returned": "ALLOC-070",
    "destroyed": "ALLOC-070",
}
#: Where the remedy of the state would mislead.
_OTHERWISE: Mapping[tuple[Action, State], str] = {
    ("release", "released"): "it has its batch and expiry date already",
    ("release", "received"): "it has its batch and expiry date already",
    ("release", "shipped"): "it has its batch and expiry date already",
    (
        "quarantine",
        "dispensed",
    ): "have it brought back, count it with `kits return`, and hand out a replacement",
    (
        "quarantine",
        "shipped",
    ): "receive it with the temperatures of its log; it goes into quarantine by itself",
    ("quarantine", "quarantined"): "it is in quarantine already",
    ("lift", "dispensed"): "it is in no quarantine",
    ("lift", "released"): "it is in no quarantine",
    ("lift", "received"): "it is in no quarantine",
    ("ship", "shipped"): "it is on its way already; receive its shipment with `kits receive` first",
    ("return", "received"): "it was never handed out; record that with `kits dispense` first",
    ("return", "destroyed"): "what was destroyed cannot be counted any more",
    ("receive", "released"): "it was never shipped; record that with `kits ship` first",
    ("destroy", "shipped"): "receive its shipment first, then destroy it",
    ("destroy", "dispensed"): "count it with `kits return` first",
    ("destroy", "destroyed"): "it was destroyed already",
    ("destroy", "missing"): "what is not there cannot be destroyed; it stays missing",
}


def allowed(action: Action, state: State) -> bool:
    """Whether a kit in this state may be moved so."""
    return state in FROM[action]


def refused(action: Action, kit: Kit) -> Fault | None:
    """Return why a kit cannot be moved so, and what to do; None where it can.

    Faults are ALLOC-071 (not there yet), ALLOC-069 (in quarantine), ALLOC-070 (used up) and ALLOC-064 (there
    is nothing to be done).
    """
    if allowed(action, kit.state):
        return None
    wanted = _DONE[action]
    return Fault(
        id=_ID[kit.state],
        message=f"kit {kit.number} {says(kit)} and cannot be {wanted}",
        place=f"kit {kit.number}",
        hint=_OTHERWISE.get((action, kit.state), _REMEDY[kit.state]),
    )


def says(kit: Kit) -> str:
    """Return in words where a kit is in its life."""
    where = place_of(kit.site)
    words: Mapping[State, str] = {
        "packed": "has no batch and no expiry date yet",
        "released": f"lies at {where}",
        "shipped": f"is on its way to {where} in shipment {kit.shipment}",
        "received": f"lies at {where}",
        "missing": f"was missing from shipment {kit.shipment}",
        "quarantined": f"is in quarantine at {where}",
        "dispensed": "was handed out",
        "returned": "was handed out and came back",
        "destroyed": "was destroyed",
    }
    return words[kit.state]
