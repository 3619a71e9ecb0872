"""The page on which somebody is randomised."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.allocation.store import Allocated, allocated_to
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._judge import judge, strata_seen
from lupustrial.capture.supply._milestone import milestone_of
from lupustrial.capture.supply._randomise import complete, lacking, randomise
from lupustrial.capture.supply._read import read_day, today
from lupustrial.errors import Fault, LupustrialError
from lupustrial.ledger import entries


@require_http_methods(["GET", "POST"])
def allocate(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show whether somebody can be randomised, and do it; afterwards show the number."""
    if request.method == "GET":
        return _show(request, participant)
    try:
        on = read_day(request.POST)
        with request.trial.reading() as tx:
            had = allocated_to(tx, request.trial.study, participant)
        if had is not None and "complete" in request.POST:
            left = complete(request.trial, request.acting, had, on=on)
        else:
            done = randomise(request.trial, request.acting, participant, on=on)
            left = done.left
            _tell(request, done.allocated, before=done.before)
    except LupustrialError as error:
        return _show(request, participant, error.faults)
    if left:
        return _show(request, participant, left)
    return redirect("allocate", participant=participant)


def _tell(request: CaptureRequest, done: Allocated, *, before: bool) -> None:
    values = {"participant": done.participant, "number": done.number}
    if before:
        text = _("Participant %(participant)s was randomised before: number %(number)s.") % values
        messages.info(request, text)
    else:
        text = _("Participant %(participant)s is randomised: number %(number)s.") % values
        messages.success(request, text)


def _show(request: CaptureRequest, participant: str, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    study, acting = request.trial.study, request.acting
    milestone = milestone_of(study)
    context: dict[str, Any] = {
        "participant": participant,
        "today": today().isoformat(),
        "milestone": milestone,
    }
    with request.trial.reading() as tx:
        had = allocated_to(tx, study, participant)
        if had is not None:
            entry = next(entries(tx, after=had.entry - 1))
            context |= {"allocated": had, "entry": entry, "lacking": lacking(tx, study, had)}
            return page(request, "supply/allocated.html", context, faults=faults)
        judged = judge(tx, request.trial, participant)
    context |= {
        "judged": judged,
        "strata": strata_seen(study, acting, judged.levels),
        "by_site": study.randomisation.by_site,
        "counts": Counter(one.verdict for one in judged.verdicts),
        "able": not judged.faults,
        "no_vault": study.randomisation.method == "minimisation" and request.trial.config.vault is None,
    }
    known = {fault.id for fault in faults}
    against = [fault for fault in judged.faults if fault.id not in known]
    return page(request, "supply/allocate.html", {**context, "against": against}, faults=faults)
