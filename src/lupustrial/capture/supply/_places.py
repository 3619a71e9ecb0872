"""At which places somebody handles kits: the sites of the role, and the depot for who supplies or packs.

The rooms of the allocation decide what a role may do with a kit; where it lies is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lupustrial.allocation.kits import Kit, Shipment, read_kits
from lupustrial.capture.access import Acting
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Study


def at_place(acting: Acting, site: str | None) -> bool:
    """Whether a place is one of somebody's: a site, or the depot (None)."""
    return acting.may("supply", "pack") if site is None else acting.at_site(site)


def kits_here(tx: Transaction, study: Study, acting: Acting) -> list[Kit]:
    """Return the kits at somebody's places, in the order of their numbers, which chance drew."""
    return [kit for kit in read_kits(tx, study.id).values() if at_place(acting, kit.site)]


def concerns(acting: Acting, shipment: Shipment) -> bool:
    """Whether a shipment leaves or reaches one of somebody's places."""
    return at_place(acting, shipment.origin) or at_place(acting, shipment.site)


def check_here(tx: Transaction, study: Study, acting: Acting, numbers: Sequence[int]) -> None:
    """Refuse kits that lie elsewhere (CAPT-058); unknown ones are left to the room of the kits."""
    refuse_elsewhere(acting, read_kits(tx, study.id, numbers).values())


def refuse_elsewhere(acting: Acting, kits: Iterable[Kit]) -> None:
    """Raise CaptureError CAPT-058 for each kit that lies at none of somebody's places."""
    faults = [
        Fault(
            id="CAPT-058",
            message=f"kit {kit.number} does not lie at a place of yours",
            place=f"kit {kit.number}",
            hint="read the number again; a kit that belongs elsewhere is put aside and the sponsor told",
        )
        for kit in kits
        if not at_place(acting, kit.site)
    ]
    if faults:
        raise CaptureError(faults)
