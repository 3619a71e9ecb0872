"""The overview: where everybody begins."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.dashboards._panel import Asked
from lupustrial.capture.dashboards._parts import PARTS
from lupustrial.capture.dashboards._today import needs_of, next_visits, visits_waiting


@require_safe
def home(request: CaptureRequest) -> HttpResponse:
    """Show what needs somebody today; the parts that count the trial come one by one."""
    with request.trial.reading() as tx:
        asked = Asked(trial=request.trial, acting=request.acting, tx=tx)
        found = visits_waiting(asked)
        context = {
            "needs": needs_of(asked, found),
            "visits": next_visits(asked, found),
            "parts": list(PARTS) if request.acting.role.clinical else [],
        }
    return render(request, "dashboards/home.html", context)


@require_safe
def part(request: CaptureRequest, part: str) -> HttpResponse:
    """Show a part of the overview: beside others, or as a page of its own.

    Raises:
        Http404: There is no such part.
    """
    maker = PARTS.get(part)
    if maker is None:
        raise Http404
    with request.trial.reading() as tx:
        panel = maker(Asked(trial=request.trial, acting=request.acting, tx=tx))
    if request.htmx:
        return render(request, "dashboards/panel.html", {"panel": panel})
    return render(request, "dashboards/part.html", {"panel": panel})
