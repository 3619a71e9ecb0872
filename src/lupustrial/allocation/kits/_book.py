"""The one gateway by which kits change: an entry of the ledger first, then the rows that follow from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lupustrial.allocation.kits._apply import RECEIVED, SHIPPED, arrived, moved, shipped
from lupustrial.allocation.kits._kit import Kit, Shipment
from lupustrial.allocation.kits._rows import insert_shipment, read_kits, update_kits, update_shipment
from lupustrial.allocation.kits._scan import check_known
from lupustrial.allocation.kits._transitions import Action, refused
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Transaction, append
from lupustrial.study import Study


def record(
    tx: Transaction,
    study: Study,
    kind: str,
    data: Mapping[str, Any],
    kits: Mapping[int, Kit],
    *,
    by: Actor,
    why: str = "",
    shipment: Shipment | None = None,
) -> list[Kit]:
    """Append an entry and write the kits (and the shipment) as they are after it; return the kits."""
    entry = append(tx, study=study.id, kind=kind, by=by, data=data, why=why)
    after = moved(kind, data, entry.position, kits)
    update_kits(tx, after)
    if kind == SHIPPED:
        insert_shipment(tx, shipped(study.id, data, entry.position))
    if kind == RECEIVED and shipment is not None:
        update_shipment(tx, arrived(shipment, data, entry.position))
    return after


def fetch(
    tx: Transaction, study: Study, numbers: Sequence[int], action: Action
) -> tuple[dict[int, Kit], list[Fault]]:
    """Return the kits that are named, and why each of them cannot be moved so."""
    if not numbers:
        hint = "name at least one"
        fault = Fault(id="ALLOC-061", message="no kit is named", place=f"study {study.id}", hint=hint)
        return {}, [fault]
    kits = read_kits(tx, study.id, numbers)
    faults = check_known(study.id, numbers, kits)
    against = [refused(action, kit) for kit in kits.values()]
    faults += [fault for fault in against if fault is not None]
    return kits, faults


def refuse(faults: Sequence[Fault]) -> None:
    """Raise AllocationError where there is an error among the faults."""
    if any(fault.severity == "error" for fault in faults):
        raise AllocationError(faults)


def need_reason(why: str, what: str) -> list[Fault]:
    """Return ALLOC-076 where no reason is given."""
    if why.strip():
        return []
    hint = "say why in a sentence; it stays in the ledger"
    return [Fault(id="ALLOC-076", message=f"no reason is given to {what}", place="reason", hint=hint)]


def check_day(on: dt.date, what: str, *, since: dt.date | None = None, before: str = "") -> list[Fault]:
    """Return ALLOC-082 where a day is in the future (anywhere on earth), or before what it follows."""
    latest = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date()
    if on > latest:
        message = f"{on}, on which {what}, is in the future"
    elif since is not None and on < since:
        message = f"{on}, on which {what}, is before {since}, on which {before}"
    else:
        return []
    return [Fault(id="ALLOC-082", message=message, place="date", hint="write the day on which it was done")]


def check_site(study: Study, site: str) -> list[Fault]:
    """Return ALLOC-081 where the study has no such site."""
    known = [one.id for one in study.sites]
    if site in known:
        return []
    hint = f"sites: {', '.join(known)}"
    return [Fault(id="ALLOC-081", message=f"the study has no site `{site}`", place="site", hint=hint)]
