"""One's own account: who one is here, language, password, second factor, signing key."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticToken

from lupustrial.capture.access import CaptureRequest, password_due
from lupustrial.capture.accounts._ending import actor_of
from lupustrial.capture.accounts._forms import ChangePassword
from lupustrial.capture.accounts._next import remember_next
from lupustrial.capture.accounts._passwords import check_new, set_password, verify_password
from lupustrial.capture.accounts._roles import choices_of
from lupustrial.capture.models import Account


def account(request: CaptureRequest) -> HttpResponse:
    """Show one's own account."""
    me = _me(request)
    shown = {
        "me": me,
        "choices": choices_of(request),
        "languages": settings.LANGUAGES,
        "codes_left": StaticToken.objects.filter(device__user=me).count(),
        "tokens": _tokens_address(),
        "password_due": password_due(me),
    }
    return render(request, "accounts/account.html", shown)


def password(request: CaptureRequest) -> HttpResponse:
    """Change one's own password: the old one is asked for; every other session ends."""
    me = _me(request)
    form = ChangePassword(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _changed(request, me, form):
        messages.success(request, _("The password is changed. Other sessions of yours have ended."))
        return redirect("account")
    shown = {"form": form, "due": password_due(me)}
    return render(request, "accounts/password.html", shown, status=422 if form.errors else 200)


def language(request: CaptureRequest) -> HttpResponse:
    """Choose the language of the pages; kept in the account of who is signed in, and in a cookie."""
    if request.method != "POST":
        return redirect("home")
    wanted = request.POST.get("language", "")
    remember_next(request, request.POST.get("next", ""))
    response = redirect(request.session.pop("next", None) or "login")
    if wanted in dict(settings.LANGUAGES):
        if isinstance(request.user, Account):
            Account.objects.filter(pk=request.user.pk).update(language=wanted)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            samesite="Lax",
            secure=settings.CONFIG.secure,
            httponly=True,
        )
    return response


def _changed(request: CaptureRequest, me: Account, form: ChangePassword) -> bool:
    given = form.cleaned_data
    if not verify_password(request, given["old"]):
        form.add_error("old", _("This is not your password."))
        return False
    try:
        check_new(me, given["password"])
    except ValidationError as error:
        form.add_error("password", error)
        return False
    set_password(request.trial, me, given["password"], by=actor_of(request), old=given["old"])
    update_session_auth_hash(request, me)
    return True


def _tokens_address() -> str:
    try:
        return reverse("tokens")
    except NoReverseMatch:  # a server without doors for programs
        return ""


def _me(request: CaptureRequest) -> Account:
    if not isinstance(request.user, Account):  # the rule of the address lets nobody else in
        raise TypeError(request.user)
    return Account.objects.get(pk=request.user.pk)
