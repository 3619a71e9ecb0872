"""The pages of consent: what is signed, what is due, the text to be signed, and scans of signed documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lupustrial.capture._clock import day_at
from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.participants._consent import (
    ConsentState,
    consent_state,
    digest_of_document,
    document_of,
    file_document,
    open_document,
    record_consent,
    withdraw_consent,
)
from lupustrial.capture.participants._course import frame, known
from lupustrial.capture.participants._fields import Field, day_of, faults_by_place
from lupustrial.capture.participants._markup import blocks_of
from lupustrial.capture.store import Participant, sealed_of
from lupustrial.errors import CaptureError, LupustrialError

_SIGNERS = (
    ("participant", gettext_lazy("The participant")),
    ("representative", gettext_lazy("A legal representative")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def consents_view(request: CaptureRequest, participant: str) -> HttpResponse:
    """Show the consents; record one on paper, a withdrawal, or a scan."""
    person, today, state = _state(request, participant)
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            done = _record(request, person, today)
        except LupustrialError as error:
            faults = faults_by_place(error)
        else:
            messages.success(request, done)
            return redirect("consents", participant)
    with request.trial.reading() as tx:
        files = sealed_of(tx, participant, "document")
    acting = request.acting
    context: dict[str, Any] = {
        **frame(request, person),
        "consent": state,
        "study_has_versions": bool(request.trial.study.consent),
        "files": files,
        "opens_files": acting.may("enter", "verify"),
        "paper": _paper(request, state, faults, today),
        "leaving": _leaving(request, faults, today),
        "faults": faults,
        "withdrawable": bool(state.given) and state.withdrawn is None,
    }
    return render(request, "participants/consents.html", context, status=422 if faults else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent_sign_view(request: CaptureRequest, participant: str, version: str) -> HttpResponse:
    """Show the text of a version to the participant, and take the signature on the screen."""
    person, today, state = _state(request, participant)
    chosen = next((one for one in state.valid if one.version == version), None)
    if chosen is None:
        raise Http404
    with request.trial.reading() as tx:
        text = document_of(tx, request.trial.study, chosen)
    faults: dict[str, str] = {}
    given = request.POST
    if request.method == "POST":
        missing = {
            name: _("This has to be ticked by who signs.")
            for name in ("read", "agree")
            if not given.get(name)
        }
        try:
            if not missing:
                record_consent(
                    request.trial,
                    request.acting,
                    person,
                    version=version,
                    date=today,
                    mode="screen",
                    signer=given.get("signer", ""),
                    witness=bool(given.get("witness")),
                    signature=given.get("signature", ""),
                    shown=given.get("shown", ""),
                    today=today,
                )
        except LupustrialError as error:
            faults = faults_by_place(error)
        else:
            if not missing:
                messages.success(request, _("The consent is recorded."))
                return redirect("consents", participant)
            faults = missing
    context = {
        **frame(request, person),
        "version": chosen,
        "blocks": blocks_of(text),
        "digest": digest_of_document(text),
        "fields": _signing(given, faults),
        "fault": faults.get("version", "") or faults.get("date", ""),
    }
    return render(request, "participants/consent_sign.html", context, status=422 if faults else 200)


@never_cache
@require_POST
def consent_file_view(request: CaptureRequest, participant: str, number: int) -> HttpResponse:
    """Send a scan of a signed consent; that it was opened goes on the ledger."""
    with request.trial.reading() as tx:
        files = sealed_of(tx, participant, "document")
    found = next((one for one in files if one.position == number), None)
    if found is None:
        raise Http404
    try:
        content, media, ending = open_document(request.trial, request.acting, found)
    except CaptureError as error:
        messages.error(request, f"{error.faults[0].message}: {error.faults[0].hint}")
        return redirect("consents", participant)
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="consent-{participant}-{number}.{ending}"'
    return response


def _state(request: CaptureRequest, participant: str) -> tuple[Participant, dt.date, ConsentState]:
    with request.trial.reading() as tx:
        person = known(tx, participant)
        today = day_at(request.trial.study, person.site)
        return person, today, consent_state(tx, request.trial.study, person, today)


def _record(request: CaptureRequest, person: Participant, today: dt.date) -> str:
    given, trial, acting = request.POST, request.trial, request.acting
    what = given.get("what", "")
    date = day_of(given.get("date", "")) or today + dt.timedelta(days=1)  # no day is a day that cannot be
    if what == "paper":
        record_consent(
            trial,
            acting,
            person,
            version=given.get("version", ""),
            date=date,
            mode="paper",
            signer=given.get("signer", ""),
            witness=bool(given.get("witness")),
            signature="",
            shown="",
            today=today,
        )
        return _("The consent is recorded.")
    if what == "withdrawal":
        withdraw_consent(trial, acting, person, date=date, why=given.get("why", "")[:2000], today=today)
        return _("The withdrawal is recorded.")
    upload = request.FILES.get("file")
    content = upload.read() if upload is not None and not isinstance(upload, list) else b""
    file_document(
        trial, acting, person, content=content, version=given.get("version", ""), what="signed consent"
    )
    return _("The file is kept, encrypted.")


def _paper(
    request: CaptureRequest, state: ConsentState, faults: dict[str, str], today: dt.date
) -> tuple[Field, ...]:
    given = request.POST if request.POST.get("what") == "paper" else {}
    mine = faults if given else {}
    newest = state.valid[-1].version if state.valid else ""
    versions = tuple((one.version, one.version) for one in reversed(state.valid))
    return (
        Field(
            name="version",
            label=_("Version of the document"),
            kind="choice",
            choices=versions,
            value=str(given.get("version", newest)),
            fault=mine.get("version", ""),
        ),
        Field(
            name="date",
            label=_("Signed on"),
            kind="date",
            value=str(given.get("date", today.isoformat())),
            fault=mine.get("date", ""),
        ),
        Field(
            name="signer",
            label=_("Signed by"),
            kind="choice",
            choices=_SIGNERS,
            value=str(given.get("signer", "participant")),
            fault=mine.get("signer", ""),
        ),
        Field(
            name="witness",
            label=_("An impartial witness signed too"),
            kind="tick",
            value=str(given.get("witness", "")),
            required=False,
        ),
    )


def _leaving(request: CaptureRequest, faults: dict[str, str], today: dt.date) -> tuple[Field, ...]:
    given = request.POST if request.POST.get("what") == "withdrawal" else {}
    return (
        Field(
            name="date",
            label=_("Withdrawn on"),
            kind="date",
            value=str(given.get("date", today.isoformat())),
            fault=faults.get("date", "") if given else "",
        ),
        Field(
            name="why",
            label=_("Reason, if the participant wishes to give one"),
            kind="area",
            value=str(given.get("why", "")),
            required=False,
        ),
    )


def _signing(given: Any, faults: dict[str, str]) -> tuple[Field, ...]:
    return (
        Field(
            name="read",
            label=_("I have read this text, or it was read to me, and my questions were answered."),
            kind="tick",
            value=given.get("read", ""),
            fault=faults.get("read", ""),
        ),
        Field(
            name="agree",
            label=_("I agree to take part. I know that I can leave at any time, without a reason."),
            kind="tick",
            value=given.get("agree", ""),
            fault=faults.get("agree", ""),
        ),
        Field(
            name="signer",
            label=_("Who signs"),
            kind="choice",
            choices=_SIGNERS,
            value=given.get("signer", "participant"),
            fault=faults.get("signer", ""),
        ),
        Field(
            name="signature",
            label=_("Full name of who signs"),
            hint=_("It is encrypted and kept apart from clinical data."),
            value=given.get("signature", ""),
            fault=faults.get("signature", ""),
        ),
        Field(
            name="witness",
            label=_("An impartial witness was there and confirms it"),
            kind="tick",
            value=given.get("witness", ""),
            required=False,
        ),
    )
