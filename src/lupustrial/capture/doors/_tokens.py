"""The page on which somebody makes and ends tokens for programs."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.capture.access import CaptureRequest, digest_of_token
from lupustrial.capture.accounts import verify_password
from lupustrial.capture.models import Account, ApiToken
from lupustrial.capture.store import write

_DAYS = 365
_NAME = 100
_MOST = 20  # tokens of one person that are valid at a time


@require_http_methods(["GET", "POST"])
def tokens(request: CaptureRequest) -> HttpResponse:
    """Show one's own tokens; make one, which is shown once; end one."""
    if request.method != "POST":
        return _page(request)
    ended = request.POST.get("end", "")
    return _end(request, ended) if ended else _make(request)


def _make(request: CaptureRequest) -> HttpResponse:
    name = request.POST.get("name", "").strip()
    days = request.POST.get("days", "")
    faults = {}
    if not 0 < len(name) <= _NAME or not name.isprintable():
        faults["name"] = _("Say what the token is for, in at most 100 signs.")
    if not (days.isascii() and days.isdecimal() and len(days) < 4 and 1 <= int(days) <= _DAYS):  # noqa: PLR2004 - digits
        faults["days"] = _("Choose 1 to 365 days.")
    if _mine(request).filter(ended__isnull=True, expires__gt=timezone.now()).count() >= _MOST:
        faults["name"] = _("You have 20 tokens: end one first.")
    if not faults and not verify_password(request, request.POST.get("password", "")):
        faults["password"] = _("This is not your password.")
    if faults:
        return _page(request, faults=faults, status=422)
    secret = f"lup_{secrets.token_urlsafe(32)}"
    made = ApiToken.objects.create(
        account=_account(request),
        name=name,
        digest=digest_of_token(secret),
        role=request.acting.role.id,
        expires=timezone.now() + dt.timedelta(days=int(days)),
    )
    _tell(request, "token made", made, {"expires": made.expires.date().isoformat()})
    return _page(request, secret=secret)


def _end(request: CaptureRequest, number: str) -> HttpResponse:
    known = number.isascii() and number.isdecimal() and len(number) < 16  # noqa: PLR2004 - digits
    found = _mine(request).filter(pk=int(number), ended__isnull=True).first() if known else None
    if found is not None:
        found.ended = timezone.now()
        found.save(update_fields=["ended"])
        _tell(request, "token ended", found, {})
        messages.success(request, _("The token was ended. No program can use it any more."))
    return redirect("tokens")


def _page(
    request: CaptureRequest, *, faults: dict[str, str] | None = None, secret: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "tokens": _mine(request).order_by("-pk"),
        "faults": faults or {},
        "secret": secret,
        "now": timezone.now(),
        "given": request.POST if faults else {},
    }
    response = render(request, "doors/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _mine(request: CaptureRequest) -> Any:
    return ApiToken.objects.filter(account=_account(request))


def _account(request: CaptureRequest) -> Account:
    return cast("Account", request.user)


def _tell(request: CaptureRequest, kind: str, token: ApiToken, more: dict[str, str]) -> None:
    """Put it on the ledger: which token, by its number, never its secret or its name (free text)."""
    data = {"account": request.acting.id, "token": token.pk, "role": token.role, **more}
    with request.trial.writing() as tx:
        write(tx, study=request.trial.study.id, kind=kind, by=request.acting.actor, data=data)
