"""The page of the audit-trail review: findings computed on demand, notes of reviewers, the anchor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.review._evidence import evidence_of
from lupustrial.capture.review.findings import METHODS, Finding
from lupustrial.capture.store import kept_anchors, review_notes, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import anchor

VERDICTS = ("finding", "no finding")
_LONGEST = 2000  # characters of a note


def review_view(request: CaptureRequest) -> HttpResponse:
    """Show the methods; with ``?method=`` what one finds now, or all of them."""
    acting, study = request.acting, request.trial.study
    asked = request.GET.get("method", "")
    site = request.GET.get("site", "")
    if site and (site not in {one.id for one in study.sites} or not acting.at_site(site)):
        raise Http404
    found: list[tuple[Any, list[Finding]]] = []
    with request.trial.reading() as tx:
        notes = review_notes(tx)
        if asked:
            chosen = (
                list(METHODS.values()) if asked == "all" else [METHODS[asked]] if asked in METHODS else []
            )
            if not chosen:
                raise Http404
            evidence = evidence_of(tx, study, acting, site)
            found = [(method, list(method.find(evidence))) for method in chosen]
        context = {
            "methods": METHODS.values(),
            "asked": asked,
            "site": site,
            "sites": [one for one in study.sites if acting.at_site(one.id)],
            "found": found,
            "notes": {note.finding: note for note in notes},
            "anchor": str(anchor(tx)),
            "anchors": kept_anchors(tx)[::-1][:20],
            "may_note": acting.may("review"),
        }
    return render(request, "review/review.html", context)


def finding_view(request: CaptureRequest) -> HttpResponse:
    """Record a reviewer's note on a finding: finding, or no finding, and why."""
    if request.method != "POST":
        return redirect("review")
    key = request.POST.get("finding", "")
    method = key.partition(":")[0]
    try:
        _note(request, key, request.POST.get("verdict", ""), request.POST.get("text", ""))
    except CaptureError as error:
        return render(request, "review/faults.html", {"faults": error.faults}, status=422)
    messages.success(request, _("Your note is on the ledger."))
    return redirect(f"{reverse('review')}?method={method}")


def anchor_view(request: CaptureRequest) -> HttpResponse:
    """Record that somebody took the head of the ledger away, to be kept elsewhere."""
    if request.method == "POST":
        with request.trial.writing() as tx:
            head = str(anchor(tx))
            data = {"anchor": head}
            write(tx, study=request.trial.study.id, kind="anchor kept", by=request.acting.actor, data=data)
        messages.success(request, _("Keep this line outside the system: %(anchor)s") % {"anchor": head})
    return redirect("review")


def _note(request: CaptureRequest, key: str, verdict: str, text: str) -> None:
    method, _sep, subject = key.partition(":")
    with request.trial.reading() as tx:
        known = method in METHODS and any(
            one.key == key
            for one in METHODS[method].find(evidence_of(tx, request.trial.study, request.acting))
        )
    if not known or not subject:
        message, hint = "there is no such finding (any more)", "open the review again"
        raise CaptureError(Fault(id="CAPT-050", message=message, place="audit-trail review", hint=hint))
    if verdict not in VERDICTS or not text.strip() or len(text) > _LONGEST:
        message, hint = "a verdict and a reason are needed", "say what was looked at, in a sentence or two"
        raise CaptureError(Fault(id="CAPT-050", message=message, place="audit-trail review", hint=hint))
    with request.trial.writing() as tx:
        data = {"finding": key, "verdict": verdict, "text": text.strip()}
        write(tx, study=request.trial.study.id, kind="trail reviewed", by=request.acting.actor, data=data)
