"""What lies where: stock, the list of kits, and the accounts of what was handed out."""

from __future__ import annotations

from typing import Any, Literal, get_args
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from lupustrial.allocation.kits import Kit, State, accounts, expiring, reconcile, stock
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.store import all_records
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._places import at_place, kits_here
from lupustrial.capture.supply._read import today
from lupustrial.study import visible_records

DEPOT = "depot"
_SOON = 60  # days
_AT_ONCE = 100  # kits on a page


@require_GET
def stock_lines(request: CaptureRequest) -> HttpResponse:
    """Show how many kits lie where in which state, and which cannot be handed out much longer."""
    study = request.trial.study
    with request.trial.reading() as tx:
        kits = kits_here(tx, study, request.acting)
    context = {
        "lines": stock(study, kits),
        "soon": expiring(study, kits, on=today(), within=_SOON),
        "within": _SOON,
    }
    return page(request, "supply/stock.html", context)


@require_GET
def kit_list(request: CaptureRequest) -> HttpResponse:
    """List kits in the order of their numbers, which chance drew; never with their slots."""
    study, acting = request.trial.study, request.acting
    asked = {
        name: request.GET.get(name, "").strip() for name in ("place", "state", "who", "shipment", "number")
    }
    if not acting.role.clinical:
        asked["who"] = ""
    with request.trial.reading() as tx:
        kits = [kit for kit in kits_here(tx, study, acting) if _wanted(kit, asked)]
    places = [DEPOT] if at_place(acting, None) else []
    places += [site.id for site in study.sites if acting.at_site(site.id)]
    asked_for = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "asked": asked,
        "turn": f"{asked_for}&" if asked_for else "",
        "shown": Paginator(kits, _AT_ONCE).get_page(request.GET.get("page")),
        "count": len(kits),
        "places": places,
        "states": get_args(State),
        "clinical": acting.role.clinical,
        "lifts": acting.may("supply") and not acting.may("dispense"),
    }
    return page(request, "supply/kits.html", context)


@require_GET
def accountability(request: CaptureRequest) -> HttpResponse:
    """Show units handed out, used, unused, lost and not back, and what does not agree with the records."""
    study, acting = request.trial.study, request.acting
    per = _grouping(request.GET.get("per", ""))
    with request.trial.reading() as tx:
        kits = [kit for kit in kits_here(tx, study, acting) if kit.participant is not None]
        records = all_records(tx, study.id, acting.sites)
    found = reconcile(study, kits, visible_records(study, acting.role.id, records))
    context: dict[str, Any] = {
        "per": per,
        "accounts": accounts(study, kits, per),
        "differences": found.differences,
    }
    return page(request, "supply/accountability.html", context)


def _grouping(text: str) -> Literal["participant", "kit", "site"]:
    return "kit" if text == "kit" else "site" if text == "site" else "participant"


def _wanted(kit: Kit, asked: dict[str, str]) -> bool:
    digits = "".join(asked["number"].rpartition(":")[2].split())
    return (
        (not asked["place"] or (kit.site or DEPOT) == asked["place"])
        and (not asked["state"] or kit.state == asked["state"])
        and (not asked["who"] or kit.participant == asked["who"])
        and (not asked["shipment"] or str(kit.shipment or "") == asked["shipment"])
        and (not digits or digits in str(kit.number))
    )
