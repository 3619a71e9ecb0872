"""The page of source-data verification: what is left of each participant, and the values to compare."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.queries._verify import Checked, checked_of, sampling, verify, withdraw_verification
from lupustrial.capture.queries._views import labels
from lupustrial.capture.store import participant_of, participants_of
from lupustrial.errors import CaptureError
from lupustrial.study import Study


def verification_view(request: CaptureRequest) -> HttpResponse:
    """Show what is left, or with ``?participant=`` the values of a participant; record comparisons."""
    participant = request.GET.get("participant", "")
    if participant:
        return _of_participant(request, participant)
    with request.trial.reading() as tx:
        rows = [
            (who, _counts(checked_of(tx, request.trial, request.acting, who.participant)))
            for who in participants_of(tx, request.acting.sites)
        ]
    totals = {
        state: sum(counts[state] for _, counts in rows) for state in ("verified", "lost", "left", "spared")
    }
    context = {
        "rows": rows,
        "totals": totals,
        "plan": request.trial.study.verification,
        "sampling": sampling(request.trial),
    }
    return render(request, "queries/verification.html", context)


def _of_participant(request: CaptureRequest, participant: str) -> HttpResponse:
    with request.trial.reading() as tx:
        who = participant_of(tx, participant)
        if who is None or not request.acting.at_site(who.site):
            raise Http404
    faults: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            count = _record(request, participant)
        except CaptureError as error:
            faults = error.faults
        else:
            done = ngettext("%(count)d value was recorded.", "%(count)d values were recorded.", count)
            messages.success(request, done % {"count": count})
            return redirect(f"{reverse('verification')}?participant={participant}#done")
    with request.trial.reading() as tx:
        checked = checked_of(tx, request.trial, request.acting, participant)
    context = {
        "who": who,
        "visits": _by_visit(request.trial.study, checked),
        "counts": _counts(checked),
        "faults": faults,
        "labels": labels(request),
        "may_verify": request.acting.may("verify"),
    }
    return render(request, "queries/verification_of.html", context, status=422 if faults else 200)


def _record(request: CaptureRequest, participant: str) -> int:
    """Record what was sent: the values that were ticked, or every one of a page or visit that was shown."""
    scope = request.POST.get("scope", "")
    name = "value" if scope in ("", "withdraw") else "shown"
    keys = request.POST.getlist(name)
    if name == "shown":
        keys = [key for key in keys if key.startswith(f"{scope}|")]
    if scope == "withdraw":
        why = request.POST.get("why", "")
        return withdraw_verification(request.trial, request.acting, participant, keys, why=why)
    return verify(request.trial, request.acting, participant, keys)


def _counts(checked: Sequence[Checked]) -> dict[str, int]:
    counts = dict.fromkeys(("verified", "lost", "left", "spared"), 0)
    for one in checked:
        counts[one.state] += 1
    return counts


def _by_visit(study: Study, checked: Sequence[Checked]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Group values by visit and page, in the order of the study."""
    visits = [visit.id for visit in study.visits]
    forms = [form.id for form in study.forms]
    items = {(form.id, item.id): n for form in study.forms for n, item in enumerate(form.items)}

    def key(one: Checked) -> tuple[Any, ...]:
        place = one.place
        where = visits.index(place.visit) if place.visit in visits else len(visits)
        return (where, place.visit, forms.index(place.form), place.repeat, items[place.form, one.item])

    found = []
    for visit, of_visit in groupby(sorted(checked, key=key), key=lambda one: one.place.visit):
        pages = []
        for place, values in groupby(list(of_visit), key=lambda one: one.place):
            of_page = list(values)
            todo = [one for one in of_page if one.state in ("left", "lost")]
            pages.append({"place": place, "values": of_page, "todo": todo})
        found.append((visit, pages))
    return found
