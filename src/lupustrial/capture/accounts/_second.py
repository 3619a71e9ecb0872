"""The second factor: a code of an app, or a recovery code. No role without it."""

from __future__ import annotations

import base64

import django_otp
import segno
from django.http import HttpResponse
from django.shortcuts import redirect, render

from lupustrial.capture.access import CaptureRequest, second_factor_passed
from lupustrial.capture.accounts._devices import begin_device, confirm_device, has_device, match_device
from lupustrial.capture.accounts._forms import Code
from lupustrial.capture.accounts._told import tell
from lupustrial.capture.models import Account, Authenticator
from lupustrial.ledger import Actor


def give(request: CaptureRequest) -> HttpResponse:
    """Ask for a code."""
    account = _account(request)
    if second_factor_passed(request):
        return redirect("choose-role")
    if not has_device(account):
        return redirect("second-factor-set")
    if request.method != "POST":
        return render(request, "accounts/second.html")
    form = Code(request.POST)
    device = match_device(account, form.cleaned_data["code"]) if form.is_valid() else None
    if device is None:
        data = {"account": account.username, "how": "second factor"}
        tell(request.trial, "sign-in refused", by=Actor(id=account.username, role=""), data=data)
        return render(request, "accounts/second.html", {"refused": True}, status=403)
    _passed(request, device, "app" if isinstance(device, Authenticator) else "recovery code")
    return redirect("choose-role")


def set_up(request: CaptureRequest) -> HttpResponse:
    """Set the second factor up: scan, give a code, keep the recovery codes.

    Somebody who has one must have passed it in this session to put another in its place.
    """
    account = _account(request)
    if has_device(account) and not second_factor_passed(request):
        return redirect("second-factor")
    refused = False
    if request.method == "POST":
        form = Code(request.POST)
        made = confirm_device(account, form.cleaned_data["code"]) if form.is_valid() else None
        if made is not None:
            device, codes = made
            by = Actor(id=account.username, role="")
            tell(request.trial, "second factor set", by=by, data={"account": account.username})
            if second_factor_passed(request):
                django_otp.login(request, device)
            else:
                _passed(request, device, "app")
            return render(request, "accounts/recovery.html", {"codes": codes})
        refused = True
    shown = {"refused": refused, **_shown(begin_device(account), request.trial.study.short_title)}
    return render(request, "accounts/second_set.html", shown, status=403 if refused else 200)


def _passed(request: CaptureRequest, device: object, second: str) -> None:
    django_otp.login(request, device)
    request.session.cycle_key()  # what was known of the session before is worth nothing now
    name = request.user.get_username()
    tell(request.trial, "signed in", by=Actor(id=name, role=""), data={"account": name, "second": second})


def _shown(device: Authenticator, issuer: str) -> dict[str, str]:
    address = device.config_url
    issued = f"{address}&issuer={_quoted(issuer)}"
    image = segno.make(issued, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000")
    secret = base64.b32encode(device.bin_key).decode()
    return {"image": image, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text.replace(":", ""), safe="")


def _account(request: CaptureRequest) -> Account:
    if not isinstance(request.user, Account):  # the rule of the address lets nobody else in
        raise TypeError(request.user)
    return request.user
