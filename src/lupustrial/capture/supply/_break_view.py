"""The page of an emergency code break, and the page on which its sealed answer is taken."""

from __future__ import annotations

import base64
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lupustrial.allocation.store import allocated_to
from lupustrial.capture.access import CaptureRequest, second_factor_passed
from lupustrial.capture.accounts import verify_password
from lupustrial.capture.store import SealedAnswer, answers_for, participant_of
from lupustrial.capture.supply._breaks import REASONS, Vault, ask_vault, break_for, reason_of
from lupustrial.capture.supply._frame import page
from lupustrial.capture.supply._mail import people_told, tell_by_mail
from lupustrial.errors import CaptureError, Fault, LupustrialError
from lupustrial.ledger import Transaction


@require_http_methods(["GET", "POST"])
def code_break(request: CaptureRequest, participant: str) -> HttpResponse:
    """Break the code of a participant for one recipient, through the vault; or say how without it."""
    vault = ask_vault(request.trial)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            return _break(request, participant, vault)
        except LupustrialError as error:
            faults = error.faults
    study = request.trial.study
    with request.trial.reading() as tx:
        allocated = allocated_to(tx, study, participant)
    context: dict[str, Any] = {
        "participant": participant,
        "allocated": allocated,
        "vault": vault,
        "reasons": REASONS,
        "role": request.acting.role.id,
        "account": request.acting.id,
    }
    return page(request, "supply/code_break.html", context, faults=faults)


def _break(request: CaptureRequest, participant: str, vault: Vault) -> HttpResponse:
    given, trial = request.POST, request.trial
    why = reason_of(given.get("reason", ""), given.get("text", ""))
    if not verify_password(request, given.get("password", "")):
        hint = "type the password with which you sign in; after several wrong ones the account is locked"
        message = "this is not your password: nothing was done"
        raise CaptureError(Fault(id="CAPT-060", message=message, place="password", hint=hint))
    recipient = given.get("recipient", "")
    done = break_for(trial, request.acting, participant, recipient=recipient, vault=vault, why=why)
    with trial.reading() as tx:
        site = _site(tx, participant)
        people = people_told(tx, trial.study, site)
    tell_by_mail(trial.study, people, done.entry.position)
    text = _("The code of %(participant)s is broken. The answer is sealed for %(recipient)s alone.")
    messages.success(request, text % {"participant": participant, "recipient": recipient})
    return redirect("sealed-answers")


def _site(tx: Transaction, participant: str) -> str:
    who = participant_of(tx, participant)
    return "" if who is None else who.site


@require_GET
def sealed_answers(request: HttpRequest) -> HttpResponseBase:
    """List the sealed answers that somebody may take, also after his or her blinded role was shut."""
    asked = cast("CaptureRequest", request)
    if not second_factor_passed(request):
        return redirect("second-factor")
    return render(request, "supply/answers.html", {"answers": _mine(asked), "account": _account(request)})


@require_GET
def sealed_answer(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give the age file of a code break to its recipient, or to who broke the code and hands it on."""
    asked = cast("CaptureRequest", request)
    if not second_factor_passed(request):
        return redirect("second-factor")
    found = next((one for one in _mine(asked) if one.of == number), None)
    if found is None:
        raise Http404
    response = HttpResponse(base64.b64decode(found.sealed), content_type="application/octet-stream")
    name = f"code-break-{found.participant}-{found.of}.age"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _mine(request: CaptureRequest) -> list[SealedAnswer]:
    with request.trial.reading() as tx:
        return answers_for(tx, _account(request))


def _account(request: HttpRequest) -> str:
    return str(request.user.get_username())
