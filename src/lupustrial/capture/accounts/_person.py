"""One account, for who administers: roles at sites, closing, reopening, resetting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.accounts import _manage
from lupustrial.capture.accounts._forms import Granting, Reason
from lupustrial.capture.accounts._listing import Listed, listed, site_name
from lupustrial.capture.store import EVERY_SITE, Grant
from lupustrial.errors import CaptureError


@dataclass(kw_only=True)
class _Shown:
    """What the page shows beside the account: a form that was sent and refused, and why."""

    listed: Listed
    action: str = ""
    form: Reason | None = None
    fault: str = ""
    unusual: list[str] = field(default_factory=list)


def person(request: CaptureRequest, account: str) -> HttpResponse:
    """Show an account; POST does one thing to it (``action``)."""
    found = listed(request.trial, account)
    if not found:
        raise Http404
    shown = _Shown(listed=found[0])
    if request.method != "POST":
        return _page(request, shown)
    shown.action = request.POST.get("action", "")
    act = _ACTIONS.get(shown.action)
    if act is None:
        shown.fault = _("Nothing of this kind can be done to an account.")
        return _page(request, shown)
    try:
        return act(request, shown) or _page(request, shown)
    except CaptureError as error:
        shown.fault = f"{error.faults[0].message}; {error.faults[0].hint}"
        return _page(request, shown)


def _grant(request: CaptureRequest, shown: _Shown) -> HttpResponse | None:
    form = Granting(request.POST, **_choices(request))
    shown.form = form
    if not form.is_valid():
        return None
    given, account = form.cleaned_data, shown.listed.account
    sites = [EVERY_SITE] if EVERY_SITE in given["sites"] else given["sites"]
    shown.unusual = _manage.warnings_of(
        request.trial, account.username, given["role"], by=request.acting.actor
    )
    if shown.unusual and not given["confirmed"]:
        form.add_error("confirmed", _("Confirm that this is meant."))
        return None
    _manage.grant_role(
        request.trial, account, given["role"], sites, by=request.acting.actor, why=given["why"]
    )
    return _done(request, shown, _("The role is granted."))


def _end(request: CaptureRequest, shown: _Shown) -> HttpResponse | None:
    why = _reason(request, shown)
    held = {f"{one.role}@{one.site}": one for role in shown.listed.held for one in role.grants}
    ended: list[Grant] = [held[key] for key in request.POST.getlist("grant") if key in held]
    if not ended:
        shown.fault = _("Choose what is to end.")
    if why is None or not ended:
        return None
    _manage.end_grants(request.trial, shown.listed.account, ended, by=request.acting.actor, why=why)
    return _done(request, shown, _("The role has ended."))


def _close(request: CaptureRequest, shown: _Shown) -> HttpResponse | None:
    why = _reason(request, shown)
    if why is None:
        return None
    _manage.close_account(request.trial, shown.listed.account, by=request.acting.actor, why=why)
    return _done(request, shown, _("The account is closed."))


def _reopen(request: CaptureRequest, shown: _Shown) -> HttpResponse | None:
    why = _reason(request, shown)
    if why is None:
        return None
    _manage.reopen_account(request.trial, shown.listed.account, by=request.acting.actor, why=why)
    return _done(request, shown, _("The account is open again."))


def _reset(request: CaptureRequest, shown: _Shown) -> HttpResponse | None:
    why = _reason(request, shown)
    if why is None:
        return None
    second = bool(request.POST.get("second"))
    account = shown.listed.account
    secret = _manage.reset_account(request.trial, account, by=request.acting.actor, why=why, second=second)
    link = request.build_absolute_uri(reverse("one-time-link", args=[secret]))
    return render(request, "accounts/link_made.html", {"link": link, "account": account, "is_new": False})


_ACTIONS: dict[str, Callable[[CaptureRequest, _Shown], HttpResponse | None]] = {
    "grant": _grant,
    "end": _end,
    "close": _close,
    "reopen": _reopen,
    "reset": _reset,
}


def _reason(request: CaptureRequest, shown: _Shown) -> str | None:
    form = Reason(request.POST)
    shown.form = form
    return str(form.cleaned_data["why"]) if form.is_valid() else None


def _done(request: CaptureRequest, shown: _Shown, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect("person", shown.listed.account.username)


def _page(request: CaptureRequest, shown: _Shown) -> HttpResponse:
    refused = request.method == "POST"
    context = {
        "person": shown.listed,
        "email": _manage.email_of(shown.listed.account),
        "action": shown.action,
        "form": shown.form,
        "fault": shown.fault,
        "unusual": shown.unusual,
        "own": shown.listed.account.username == request.acting.id,
        **_choices(request),
    }
    return render(request, "accounts/person.html", context, status=422 if refused else 200)


def _choices(request: CaptureRequest) -> dict[str, Any]:
    study = request.trial.study
    sites = [(EVERY_SITE, _("every site")), *((site.id, site_name(study, site.id)) for site in study.sites)]
    return {"roles": [(role.id, role.name) for role in study.roles], "sites": sites}
