"""Coming in and going out: name and password; the second factor is asked next (``_second``)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.accounts._ending import end_session
from lupustrial.capture.accounts._forms import SignIn
from lupustrial.capture.accounts._limits import begin_session
from lupustrial.capture.accounts._next import remember_next
from lupustrial.capture.accounts._told import tell
from lupustrial.capture.models import Account
from lupustrial.ledger import Actor

_NOBODY = Actor(id="nobody", role="")


def enter(request: CaptureRequest) -> HttpResponse:
    """Ask for name and password. Every refusal looks the same, whether or not there is such an account."""
    if request.method != "POST":
        remember_next(request, request.GET.get("next", ""))
        return _page(request)
    form = SignIn(request.POST)
    if not form.is_valid():
        return _page(request, refused=True)
    name = form.cleaned_data["username"].strip().casefold()
    found = authenticate(request, username=name, password=form.cleaned_data["password"])
    if not isinstance(found, Account):
        _refused(request, name)
        return _page(request, refused=True, name=name)
    login(request, found)
    begin_session(request)
    response = redirect("second-factor")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, found.language, samesite="Lax", secure=settings.CONFIG.secure
    )
    return response


def leave(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.method == "POST":
        end_session(request, "signed out")
        return redirect("login")
    return render(request, "accounts/logout.html")


def locked(request: HttpRequest, response: HttpResponse, credentials: object = None) -> HttpResponse:
    """Answer where an account is locked (``AXES_LOCKOUT_CALLABLE``).

    At the door the answer is that of any refusal; the session of somebody who is signed in ends.
    """
    del credentials
    if not request.user.is_authenticated:
        return response
    end_session(request, "locked")
    return render(request, "accounts/locked.html", status=403)


def _refused(request: CaptureRequest, name: str) -> None:
    known = Account.objects.filter(username=name).first()
    if known is None:
        tell(request.trial, "sign-in refused", by=_NOBODY, data={"account": None, "how": "password"})
        return
    how = "closed" if not known.is_active else "password"
    if getattr(request, "axes_locked_out", False):
        how = "locked"
    tell(request.trial, "sign-in refused", by=_NOBODY, data={"account": known.username, "how": how})


def _page(request: CaptureRequest, *, refused: bool = False, name: str = "") -> HttpResponse:
    shown = {"refused": refused, "name": name, "languages": settings.LANGUAGES, "demo": _demo(request)}
    return render(request, "accounts/login.html", shown, status=403 if refused else 200)


def _demo(request: CaptureRequest) -> str:
    """Return the address of the doors of the demonstration, where one is served."""
    return reverse("demo") if request.trial.config.demo else ""
