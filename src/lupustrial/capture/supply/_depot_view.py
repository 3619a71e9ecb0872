"""The sponsor's side: releasing a wave of kits, and what the sites will need."""

from __future__ import annotations

import csv
import math
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lupustrial.allocation import kits as room
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._read import today
from lupustrial.errors import CaptureError, Fault, LupustrialError
from lupustrial.study import Study

_LARGEST = 2 * 1024 * 1024  # bytes of a packager's file
_MONTH = 365.25 / 12  # days
_FARTHEST = 730  # days
_FASTEST = 1_000  # participants a month at a site


@require_http_methods(["GET", "POST"])
def release(request: CaptureRequest) -> HttpResponse:
    """Give a wave of kits the batch label and expiry date of the packager's file."""
    study = request.trial.study
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            done = _release(request)
        except LupustrialError as error:
            faults = error.faults
        else:
            text = ngettext("%(count)s kit is released.", "%(count)s kits are released.", len(done))
            messages.success(request, text % {"count": len(done)})
            return redirect("release")
    with request.trial.reading() as tx:
        packed = [kit for kit in room.read_kits(tx, study.id).values() if kit.state == "packed"]
    context = {"packed": len(packed), "gaps": room.label_gaps(study)}
    return page(request, "supply/release.html", context, faults=faults)


@require_GET
def resupply(request: CaptureRequest) -> HttpResponse:
    """Predict what each site needs; the kits to ship are listed by their numbers, never by slot."""
    study, given = request.trial.study, request.GET
    faults: list[Fault] = []
    days = _number(given.get("days", "21"), "days", faults, largest=_FARTHEST)
    quantile = _number(given.get("quantile", "0.95"), "quantile", faults, largest=1.0)
    with request.trial.reading() as tx:
        kits = list(room.read_kits(tx, study.id).values())
        places = room.read_places(tx, study.id)
        sent = list(room.read_shipments(tx, study.id).values())
    rates = room.observed_rates(study, places, sent, today())
    for site in study.sites:
        text = given.get(f"rate-{site.id}", "")
        if text:
            rates[site.id] = _number(text, f"rate-{site.id}", faults, largest=_FASTEST) / _MONTH
    answer = None
    if not faults:
        try:
            answer = room.predict(
                study, kits, places, on=today(), days=int(days), rates=rates, quantile=quantile
            )
        except LupustrialError as error:
            faults += error.faults
    if answer is not None and given.get("format") == "csv":
        return _csv(answer, [site.id for site in study.sites])
    context = {
        "answer": answer,
        "days": given.get("days", "21"),
        "quantile": given.get("quantile", "0.95"),
        "sites": [
            {
                "id": site.id,
                "name": site.name,
                "rate": given.get(f"rate-{site.id}", ""),
                "seen": f"{rates.get(site.id, 0.0) * _MONTH:.2g}",
                **_of_site(answer, site.id),
            }
            for site in study.sites
        ],
        "query": given.urlencode(),
    }
    return page(request, "supply/resupply.html", context, faults=faults)


def _release(request: CaptureRequest) -> list[room.Kit]:
    study, file = request.trial.study, request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size or file.size > _LARGEST:
        message = "no file was given, or it is empty or larger than 2 MB"
        hint = "choose the packager's CSV file: kit,batch,expiry and nothing else"
        raise CaptureError(Fault(id="CAPT-064", message=message, place="file", hint=hint))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.csv"
        path.write_bytes(file.read())
        lines = _read(study, path)
    with request.trial.writing() as tx:
        why = request.POST.get("why", "").strip()
        return room.release(tx, study, lines, request.acting.actor, place="release.csv", why=why)


def _read(study: Study, path: Path) -> list[room.Released]:
    try:
        return room.read_release(study, path)
    except csv.Error:
        message, hint = "this is no CSV file", "choose the packager's CSV file: kit,batch,expiry"
        raise CaptureError(Fault(id="CAPT-064", message=message, place="file", hint=hint)) from None


def _number(text: str, field: str, faults: list[Fault], *, largest: float) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found <= largest:
        hint = f"write a number from 0 to {largest:g}"
        faults.append(Fault(id="CAPT-059", message="this number cannot be meant", place=field, hint=hint))
        return 0.0
    return found


def _of_site(answer: room.Resupply | None, site: str) -> dict[str, Any]:
    """Return what a site needs; the lines of kits say nothing on their slots."""
    if answer is None:
        return {"needs": [], "ship": [], "lacking": []}
    needs = [need for need in answer.needs if need.site == site]
    order: list[room.Need] = sorted(needs, key=lambda need: (need.due.visit, need.step))
    groups: dict[tuple[str, str], int] = {}
    for need in order:
        groups[need.due.visit, need.step] = groups.get((need.due.visit, need.step), 0) + 1
    new = [one for one in answer.recruits if one.site == site]
    return {
        "needs": [(visit, step, count) for (visit, step), count in groups.items()],
        "ship": answer.to_ship(site),
        "lacking": sorted({need.due.participant or "" for need in needs if need.step == "none"} - {""}),
        "expected": sum(one.expected for one in new),
        "upper": sum(one.upper for one in new),
    }


def _csv(answer: room.Resupply, sites: list[str]) -> HttpResponse:
    rows = "".join(f"{kit},{site}\n" for site in sites for kit in answer.to_ship(site))
    response = HttpResponse("kit,site\n" + rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="to-ship.csv"'
    return response
