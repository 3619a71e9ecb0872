"""The link by which a password is set, once. It opens nothing else: signing in comes after."""

from __future__ import annotations

import axes.utils
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.accounts._forms import NewPassword
from lupustrial.capture.accounts._passwords import check_new, set_password
from lupustrial.capture.accounts._tokens import account_of, use_link
from lupustrial.ledger import Actor


def follow(request: CaptureRequest, secret: str) -> HttpResponse:
    """Set a password. Looking at the page uses nothing up (programs that check mail follow links)."""
    account = account_of(secret)
    if account is None:
        return _quiet(render(request, "accounts/link_gone.html", status=404))
    form = NewPassword(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            check_new(account, form.cleaned_data["password"])
        except ValidationError as error:
            form.add_error("password", error)
        else:
            if not use_link(secret):
                return _quiet(render(request, "accounts/link_gone.html", status=404))
            by = Actor(id=account.username, role="")
            set_password(request.trial, account, form.cleaned_data["password"], by=by)
            axes.utils.reset(username=account.username)
            logout(request)
            messages.success(request, _("The password is set. Sign in with it."))
            return redirect("login")
    shown = {"form": form, "account": account}
    return _quiet(render(request, "accounts/link.html", shown, status=422 if form.errors else 200))


def _quiet(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"  # the address is a secret
    return response
