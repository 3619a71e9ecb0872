"""The page of exports."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.doors._sent import sent
from lupustrial.capture.doors.export import exportable, make_export, select
from lupustrial.errors import CaptureError, Fault


@require_http_methods(["GET", "POST"])
def export(request: CaptureRequest) -> HttpResponseBase:
    """Show what can be exported; make it and send it."""
    if request.method != "POST":
        return _page(request)
    try:
        chosen = select(
            request.trial.study,
            request.acting,
            format=request.POST.get("format", "")[:20],
            sites=request.POST.getlist("site"),
            visits=request.POST.getlist("visit"),
            forms=request.POST.getlist("form"),
        )
        made = make_export(request.trial, request.acting, chosen)
    except CaptureError as error:
        return _page(request, error.faults)
    return sent(made)


def _page(request: CaptureRequest, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    study, acting = request.trial.study, request.acting
    context = {
        "faults": faults,
        "sites": [site for site in study.sites if acting.at_site(site.id)],
        "visits": study.visits,
        "forms": exportable(study, acting),
    }
    return render(request, "doors/export.html", context, status=400 if faults else 200)
