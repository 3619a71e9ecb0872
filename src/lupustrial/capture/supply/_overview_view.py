"""Where the supply begins: what waits for somebody, by role."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from lupustrial.allocation.kits import Kit, expiring, read_places, read_shipments
from lupustrial.allocation.store import list_state
from lupustrial.capture.access import Acting, CaptureRequest
from lupustrial.capture.store import participants_of
from lupustrial.capture.supply._frame import opens, page
from lupustrial.capture.supply._places import at_place, kits_here
from lupustrial.capture.supply._read import today
from lupustrial.capture.supply._unblindings import unblindings_seen
from lupustrial.ledger import Transaction
from lupustrial.study import Study

_SOON = 30  # days


@require_GET
def overview(request: CaptureRequest) -> HttpResponse:
    """Show what waits: who can be randomised, kits to receive and to hand out, unblindings to assess."""
    study, acting = request.trial.study, request.acting
    context: dict[str, Any] = {}
    with request.trial.reading() as tx:
        context["list"] = list_state(tx, study)
        if opens(acting, "allocate"):
            people = participants_of(tx, acting.sites)
            context["screening"] = [one for one in people if one.state == "screening"]
        if study.kits and opens(acting, "stock"):
            context |= _of_kits(tx, study, acting)
        if opens(acting, "unblindings"):
            found = unblindings_seen(tx, study, acting)
            context["unassessed"] = [one for one in found if not one.assessed]
    return page(request, "supply/overview.html", context)


def _of_kits(tx: Transaction, study: Study, acting: Acting) -> dict[str, Any]:
    kits = kits_here(tx, study, acting)
    underway = [one for one in read_shipments(tx, study.id).values() if one.received_on is None]
    soon = expiring(study, kits, on=today(), within=_SOON)
    found: dict[str, Any] = {
        "in_stock": sum(kit.state in ("received", "released") for kit in kits),
        "quarantined": sum(kit.state == "quarantined" for kit in kits),
        "missing": sum(kit.state == "missing" for kit in kits),
        "soon": len(soon),
        "arriving": [one for one in underway if at_place(acting, one.site)],
    }
    if opens(acting, "dispense"):
        found["enrolled"] = _enrolled(tx, study, acting, kits)
    return found


def _enrolled(tx: Transaction, study: Study, acting: Acting, kits: list[Kit]) -> list[dict[str, Any]]:
    """Return who has a slot at somebody's sites, with the visits at which kits were handed out."""
    visits = [visit.id for visit in study.visits if any(visit.id in kind.dispensed for kind in study.kits)]
    states = {one.participant: one.state for one in participants_of(tx, acting.sites)}
    had: dict[str, list[Kit]] = {}
    for kit in kits:
        if kit.participant is not None:
            had.setdefault(kit.participant, []).append(kit)
    rows = []
    for place in read_places(tx, study.id).values():
        who = place.participant
        if who is None or place.site is None or not acting.at_site(place.site):
            continue
        mine = had.get(who, [])
        given = {kit.visit for kit in mine}
        rows.append(
            {
                "participant": who,
                "state": states.get(who, ""),
                "given": [visit for visit in visits if visit in given],
                "next": next((visit for visit in visits if visit not in given), ""),
                "out": sum(kit.state == "dispensed" for kit in mine),
            }
        )
    return sorted(rows, key=lambda row: row["participant"])
