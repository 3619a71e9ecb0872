"""The page of eligibility: every criterion with its verdict and the facts that it saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.participants._course import frame, known
from lupustrial.capture.participants._eligibility import (
    Fact,
    Verdict,
    confirm,
    confirmed,
    digest,
    eligibility_of,
    overall,
    shown,
)
from lupustrial.errors import LupustrialError
from lupustrial.study import Study

_WHOLE = {
    "age": gettext_lazy("Age in completed years at consent"),
    "consented": gettext_lazy("Informed consent is dated"),
    "randomised": gettext_lazy("Randomised"),
    "injections": gettext_lazy("Injections given"),
}


@dataclass(frozen=True, kw_only=True)
class FactLine:
    """A fact as the page shows it."""

    label: Any
    value: str | None
    address: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A criterion as the page shows it; without facts where the role may not know them."""

    verdict: Verdict
    state: str
    facts: tuple[FactLine, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def eligibility_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show eligibility as it is judged now; who may screen confirms it."""
    faults: list[str] = []
    if request.method == "POST":
        try:
            confirm(
                request.trial,
                request.acting,
                participant,
                seen=request.POST.get("seen", ""),
                why=request.POST.get("why", "").strip()[:2000],
            )
        except LupustrialError as error:
            faults = [f"{one.message}: {one.hint}" if one.hint else one.message for one in error.faults]
        else:
            messages.success(request, _("Eligibility is confirmed."))
            return redirect("eligibility", participant)
    context = {**_context(request, request.trial, participant), "faults": faults}
    return render(request, "participants/eligibility.html", context, status=422 if faults else 200)


def _context(request: CaptureRequest, trial: Trial, participant: str) -> dict[str, Any]:
    with trial.reading() as tx:
        person = known(tx, participant)
        study = trial.study_at(tx, participant, trial.study.eligibility.at)
        verdicts = eligibility_of(tx, study, participant)
        held, holds = confirmed(tx, study, participant)
    sees = [shown(study, request.acting, one) for one in verdicts]
    lines = [_line(study, participant, one, seen=seen) for one, seen in zip(verdicts, sees, strict=True)]
    everything = all(sees)
    return {
        **frame(request, person),
        "at": study.visit(study.eligibility.at),
        "version": study.version,
        "lists": [
            (_("Inclusion criteria"), [one for one in lines if one.verdict.kind == "inclusion"]),
            (_("Exclusion criteria"), [one for one in lines if one.verdict.kind == "exclusion"]),
        ],
        "everything": everything,
        "overall": {True: "met", False: "not met", None: "not decided"}[overall(verdicts)],
        "seen": digest(verdicts),
        "confirmed": held,
        "holds": holds,
        "may_confirm": everything
        and request.acting.may("screen")
        and person.state == "screening"
        and overall(verdicts) is not None
        and not holds,
    }


def _line(study: Study, participant: str, verdict: Verdict, *, seen: bool) -> Line:
    if not seen:
        return Line(verdict=verdict, state="not shown", facts=())
    facts = tuple(_fact(study, participant, fact) for fact in verdict.facts)
    return Line(verdict=verdict, state=verdict.verdict, facts=facts)


def _fact(study: Study, participant: str, fact: Fact) -> FactLine:
    if fact.form in ("participant", "planned"):
        return FactLine(label=_WHOLE.get(fact.item, fact.item), value=fact.value, address="")
    form = study.form(fact.form)
    item = form.item(fact.item)
    decodes = {one.value: one.decode for one in study.codelists.get(item.codelist or "", ())}
    value = None if fact.value is None else decodes.get(fact.value, fact.value)
    if value is not None and item.unit:
        value = f"{value} {item.unit}"
    at = study.eligibility.at
    order = [visit.id for visit in study.visits]
    before = [one for one in form.visits if order.index(one) <= order.index(at)]
    visit = at if at in form.visits else (before or list(form.visits))[-1]
    repeat = 1
    address = reverse("page", args=(participant, visit, form.id, repeat))
    return FactLine(label=item.label, value=value, address=address)
