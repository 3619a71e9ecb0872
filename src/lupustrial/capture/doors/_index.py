"""Where data goes in and out: what each role can do there, and what one did last."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from lupustrial.capture.access import CaptureRequest, forms_seen
from lupustrial.capture.store import participants_of, transfers_of

_LISTED = 20


def doors(request: CaptureRequest) -> HttpResponse:
    """Show the doors that are open to the role."""
    acting = request.acting
    with request.trial.reading() as tx:
        last = transfers_of(tx, acting.id, limit=_LISTED)
        people = participants_of(tx, acting.sites)
    context = {
        "imports": acting.may("import"),
        "exports": acting.may("export"),
        "forms": forms_seen(request.trial.study, acting),
        "people": people,
        "last": [one for one in last if one.role == acting.role.id],
    }
    return render(request, "doors/doors.html", context)
