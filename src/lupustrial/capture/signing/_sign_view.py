"""The act of signing: what is signed is shown, the meaning is chosen, account and password are given."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.signing._content import content_of, meanings_for, read_scope, write_scope
from lupustrial.capture.signing._series import first_of_series, key_given, series_begun
from lupustrial.capture.signing._sign import sign
from lupustrial.capture.signing._views import scope_title
from lupustrial.capture.store import Place
from lupustrial.errors import CaptureError, Fault

_MOST = 50  # scopes signed at once


def sign_view(request: CaptureRequest) -> HttpResponse:
    """Show what would be signed (``?scope=…``, several allowed), and sign it.

    The first signing of a session asks for account and password, the following ones for the password
    (21 CFR 11.200(a)(1)(i)).
    """
    given = (request.POST if request.method == "POST" else request.GET).getlist("scope")[:_MOST]
    scopes = list(dict.fromkeys(scope for scope in map(read_scope, given) if scope is not None))
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            numbers = _sign(request, scopes)
        except CaptureError as error:
            faults = error.faults
        else:
            done = ngettext(
                "%(count)d signature was given.", "%(count)d signatures were given.", len(numbers)
            )
            messages.success(request, done % {"count": len(numbers)})
            return redirect("signature", number=numbers[0]) if len(numbers) == 1 else redirect("signing")
    with request.trial.reading() as tx:
        contents = [content_of(tx, request.trial, request.acting, scope) for scope in scopes]
    context: dict[str, Any] = {
        "contents": [(one, write_scope(one.scope), scope_title(request, one.scope)) for one in contents],
        "ready": bool(contents) and not any(one.faults for one in contents),
        "meanings": meanings_for(request.trial, request.acting),
        "faults": faults,
        "chosen": request.POST.get("meaning", ""),
        "first": first_of_series(request),
        "labels": _labels(request),
    }
    return render(request, "signing/sign.html", context, status=422 if faults else 200)


def _sign(request: CaptureRequest, scopes: list[Place]) -> list[int]:
    key = key_given(request)
    shown = {scope: request.POST.get(f"digest-{write_scope(scope)}", "") for scope in scopes}
    numbers = sign(request.trial, request.acting, shown, meaning=request.POST.get("meaning", ""), key=key)
    series_begun(request)
    return numbers


def _labels(request: CaptureRequest) -> dict[str, str]:
    found = {form.id: form.title for form in request.trial.study.forms}
    for form in request.trial.study.forms:
        found |= {f"{form.id}.{item.id}": item.label for item in form.items}
    return found
