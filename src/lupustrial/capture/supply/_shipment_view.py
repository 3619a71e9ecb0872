"""Shipments: what is on its way, sending kits, and receiving them with the temperatures of their log."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.allocation import kits as room
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._places import at_place, check_here, concerns, kits_here
from lupustrial.capture.supply._read import read_day, read_degrees, read_kits_named, today
from lupustrial.capture.supply._stock_view import DEPOT
from lupustrial.errors import CaptureError, Fault, LupustrialError


@require_http_methods(["GET", "POST"])
def shipments(request: CaptureRequest) -> HttpResponse:
    """List the shipments of somebody's places, and send kits off."""
    study, acting = request.trial.study, request.acting
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            made = _send(request)
        except LupustrialError as error:
            faults = error.faults
        else:
            messages.success(request, _("Shipment %(number)s is on its way.") % {"number": made.number})
            return redirect("shipment", number=made.number)
    with request.trial.reading() as tx:
        every = room.read_shipments(tx, study.id).values()
        counts: dict[int, int] = {}
        for kit in kits_here(tx, study, acting):
            if kit.shipment is not None:
                counts[kit.shipment] = counts.get(kit.shipment, 0) + 1
    rows = [(one, counts.get(one.number, 0)) for one in every if concerns(acting, one)]
    context = {
        "rows": sorted(rows, key=lambda row: (row[0].received_on is not None, -row[0].number)),
        "targets": [DEPOT, *(site.id for site in study.sites)],
        "kits": request.GET.get("kits", ""),
        "to": request.GET.get("to", ""),
        "today": today().isoformat(),
    }
    return page(request, "supply/shipments.html", context, faults=faults)


@require_http_methods(["GET", "POST"])
def shipment(request: CaptureRequest, number: int) -> HttpResponse:
    """Show a shipment; who is where it goes receives it whole."""
    study, acting = request.trial.study, request.acting
    with request.trial.reading() as tx:
        found = room.read_shipments(tx, study.id).get(number)
        if found is None or not concerns(acting, found):
            raise Http404
        kits = [kit for kit in room.read_kits(tx, study.id).values() if kit.shipment == number]
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            done = _receive(request, found)
        except LupustrialError as error:
            faults = error.faults
        else:
            _tell(request, done)
            return redirect("shipment", number=number)
    context = {
        "shipment": found,
        "kits": [kit for kit in kits if found.received_on is None or at_place(acting, kit.site)],
        "can_receive": found.received_on is None and at_place(acting, found.site),
        "storage": {kind.storage for kind in study.kits if kind.storage is not None},
        "today": today().isoformat(),
        "ticked": {name: set(request.POST.getlist(name)) for name in ("damaged", "missing")},
    }
    return page(request, "supply/shipment.html", context, faults=faults)


def _send(request: CaptureRequest) -> room.Shipment:
    study, given = request.trial.study, request.POST
    numbers, on, to = read_kits_named(study, given), read_day(given), given.get("to", "")
    with request.trial.writing() as tx:
        check_here(tx, study, request.acting, numbers)
        site = None if to == DEPOT else to
        return room.ship(tx, study, numbers, to=site, on=on, by=request.acting.actor)


def _receive(request: CaptureRequest, found: room.Shipment) -> room.Received:
    study, given = request.trial.study, request.POST
    if not at_place(request.acting, found.site):
        message, hint = "this shipment does not come to a place of yours", "who is there receives it"
        raise CaptureError(Fault(id="CAPT-058", message=message, place="shipment", hint=hint))
    low, high, on = read_degrees(given, "low"), read_degrees(given, "high"), read_day(given)
    lists = {
        name: read_kits_named(study, {"kits": "\n".join(given.getlist(name))})
        for name in ("damaged", "missing")
    }
    with request.trial.writing() as tx:
        return room.receive(
            tx, study, found.number, on=on, by=request.acting.actor, low=low, high=high, **lists
        )


def _tell(request: CaptureRequest, done: room.Received) -> None:
    values = {
        "number": done.shipment,
        "intact": len(done.intact),
        "quarantined": len(done.quarantined),
        "missing": len(done.missing),
    }
    text = _(
        "Shipment %(number)s is received: %(intact)s kits in stock, %(quarantined)s in quarantine, "
        "%(missing)s missing."
    )
    say = messages.warning if done.quarantined or done.missing else messages.success
    say(request, text % values)
    for kit, reason in done.quarantined[:10]:
        messages.warning(request, _("Kit %(kit)s is in quarantine: %(why)s.") % {"kit": kit, "why": reason})
