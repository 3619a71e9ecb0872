"""Handing a kit out to somebody, and counting kits that come back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.allocation import kits as room
from lupustrial.allocation.store import allocated_to
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.store import participant_of
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._places import check_here, kits_here
from lupustrial.capture.supply._read import read_count, read_day, read_kit, today
from lupustrial.errors import AllocationError, CaptureError, Fault, LupustrialError
from lupustrial.ledger import Transaction
from lupustrial.study import Study


@require_http_methods(["GET", "POST"])
def dispense(request: CaptureRequest, participant: str) -> HttpResponse:
    """Name the kit for a visit, have its number or code confirmed, and record that it was handed out."""
    if request.method == "GET":
        return _show(request, participant, request.GET)
    given, study = request.POST, request.trial.study
    try:
        visit, kind = given.get("visit", ""), given.get("kind", "") or None
        number, on = read_kit(study, given), read_day(given)
        replacement = bool(given.get("replacement"))
        with request.trial.writing() as tx:
            known = room.read_kits(tx, study.id, [number]).get(number)
            if known is not None and _done(known, participant, visit):
                return _again(request, participant)
            _check_state(tx, participant)
            done = room.dispense(
                tx,
                study,
                participant,
                visit,
                on=on,
                by=request.acting.actor,
                kit=number,
                kind=kind,
                replacement=replacement,
                why=given.get("why", "").strip(),
            )
    except LupustrialError as error:
        return _show(request, participant, given, error.faults)
    values = {"kit": room.printed(done.kit.number), "participant": participant, "day": done.last_dose}
    text = _("Kit %(kit)s was handed out to %(participant)s. Its last dose is due on %(day)s.")
    messages.success(request, text % values)
    for warning in done.warnings:
        messages.warning(request, f"{warning.message}: {warning.hint}")
    return redirect("dispense", participant=participant)


@require_http_methods(["GET", "POST"])
def returns(request: CaptureRequest) -> HttpResponse:
    """Count a kit that came back; counting it again needs a reason."""
    study, given = request.trial.study, request.POST
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            number, on = read_kit(study, given), read_day(given)
            counts = {name: read_count(given, name) for name in ("used", "unused", "lost")}
            with request.trial.writing() as tx:
                check_here(tx, study, request.acting, [number])
                why = given.get("why", "").strip()
                room.return_kit(tx, study, number, on=on, by=request.acting.actor, why=why, **counts)
        except LupustrialError as error:
            faults = error.faults
        else:
            values = {"kit": room.printed(number), **counts}
            text = _("Kit %(kit)s is counted: %(used)s used, %(unused)s unused, %(lost)s lost.")
            messages.success(request, text % values)
            return redirect("returns")
    with request.trial.reading() as tx:
        kits = kits_here(tx, study, request.acting)
    out = [kit for kit in kits if kit.state == "dispensed"]
    context = {
        "out": sorted(out, key=lambda kit: (kit.participant or "", kit.number)),
        "kit": request.GET.get("kit", ""),
        "today": today().isoformat(),
        "units": {kind.id: f"{kind.units} × {kind.unit}" for kind in study.kits},
    }
    return page(request, "supply/returns.html", context, faults=faults)


def _done(kit: room.Kit, participant: str, visit: str) -> bool:
    """Whether just this was recorded already: the button was pressed twice."""
    return kit.state == "dispensed" and (kit.participant, kit.visit) == (participant, visit)


def _again(request: CaptureRequest, participant: str) -> HttpResponse:
    messages.info(
        request, _("This kit was recorded as handed out at this visit before; nothing was changed.")
    )
    return redirect("dispense", participant=participant)


def _check_state(tx: Transaction, participant: str) -> None:
    who = participant_of(tx, participant)
    if who is not None and who.state == "withdrawn":
        message = f"participant {participant} has left the trial: no kit is handed out"
        hint = "kits that are out are counted when they come back"
        raise CaptureError(
            Fault(id="CAPT-055", message=message, place=f"participant {participant}", hint=hint)
        )


def _show(
    request: CaptureRequest,
    participant: str,
    asked: QueryDict,
    faults: tuple[Fault, ...] = (),
) -> HttpResponse:
    study = request.trial.study
    with request.trial.reading() as tx:
        allocated = allocated_to(tx, study, participant)
        mine = [kit for kit in kits_here(tx, study, request.acting) if kit.participant == participant]
        visits = _visits(study, mine)
        visit = asked.get("visit", "") or next((one["id"] for one in visits if not one["kits"]), "")
        kinds = [kind for kind in study.kits if visit in kind.dispensed]
        kind = asked.get("kind", "") or (kinds[0].id if kinds else "")
        replacement = bool(asked.get("replacement"))
        named: room.Kit | None = None
        why_none: tuple[Fault, ...] = ()
        if allocated is not None and visit:
            try:
                named = room.next_kit(
                    tx, study, participant, visit, on=today(), kind=kind or None, replacement=replacement
                )
            except AllocationError as error:
                why_none = error.faults
    context: dict[str, Any] = {
        "participant": participant,
        "allocated": allocated,
        "visits": visits,
        "visit": visit,
        "kinds": kinds,
        "kind": kind,
        "replacement": replacement,
        "named": named,
        "why_none": why_none,
        "mine": mine,
        "today": today().isoformat(),
        "asked": asked,
    }
    return page(request, "supply/dispense.html", context, faults=faults)


def _visits(study: Study, mine: list[room.Kit]) -> list[dict[str, Any]]:
    """Return the visits at which kits are handed out, with those that were."""
    return [
        {
            "id": visit.id,
            "name": visit.name,
            "kits": [kit for kit in mine if kit.visit == visit.id],
        }
        for visit in study.visits
        if any(visit.id in kind.dispensed for kind in study.kits)
    ]
