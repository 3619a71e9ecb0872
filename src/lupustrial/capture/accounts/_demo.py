"""The door of the demonstration: one press, no password. It is there only while a demonstration is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import django_otp
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect
from django_otp.plugins.otp_static.models import StaticDevice

from lupustrial.capture.access import ACTING, CaptureRequest
from lupustrial.capture.accounts._limits import begin_session
from lupustrial.capture.accounts._next import next_address
from lupustrial.capture.accounts._told import tell
from lupustrial.capture.models import Account
from lupustrial.capture.store import demonstration_of, grants_of
from lupustrial.ledger import Actor


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """An account of the demonstration and its role."""

    account: str
    name: str
    role: str
    role_name: str


def demo_people(request: CaptureRequest) -> Sequence[Somebody]:
    """Return who can be taken for a try, in order of the roles; nobody where no demonstration is served.

    Both must be so: the server was started with ``--demo``, and the ledger of its database begins as one.
    """
    if not request.trial.config.demo:
        return ()
    with request.trial.reading() as tx:
        held = grants_of(tx) if demonstration_of(tx) is not None else []
    names = dict(Account.objects.filter(is_active=True).values_list("username", "full_name"))
    return [
        Somebody(account=grant.person, name=names[grant.person], role=role.id, role_name=role.name)
        for role in request.trial.study.roles
        for grant in held
        if grant.role == role.id and grant.person == role.id and grant.person in names
    ]


def enter_demo(request: CaptureRequest, account: str) -> HttpResponse | None:
    """Sign somebody of the demonstration in; None where there is none of this name."""
    somebody = next((one for one in demo_people(request) if one.account == account), None)
    if somebody is None:
        return None
    found = Account.objects.get(username=account)
    login(request, found, backend="django.contrib.auth.backends.ModelBackend")
    begin_session(request)
    device, _ = StaticDevice.objects.get_or_create(user=found, name="demonstration")
    django_otp.login(request, device)
    request.session[ACTING] = somebody.role
    by = Actor(id=account, role=somebody.role)
    tell(request.trial, "signed in", by=by, data={"account": account, "second": "demonstration"})
    return redirect(next_address(request))
