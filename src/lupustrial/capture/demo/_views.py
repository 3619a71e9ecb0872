"""The door of the demonstration: sign in as anybody with one button."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django_otp import login as pass_second_factor
from django_otp.plugins.otp_static.models import StaticDevice

from lupustrial.capture._trial import trial
from lupustrial.capture.access import ACTING
from lupustrial.capture.demo._people import DEVICE, PASSWORD
from lupustrial.capture.models import Account
from lupustrial.capture.store import demonstration_of

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


@csrf_protect
def demo(request: HttpRequest) -> HttpResponse:
    """Show everybody of the demonstration; a button signs in, second factor and all.

    It is there only where three things come together: the server was started with ``--demo``, the database is
    one that the demonstration made (an entry of the ledger says so), and the visitor is on this machine.

    Raises:
        Http404: It is not.
    """
    origin = _origin(request)
    if origin is None:
        raise Http404
    roles = {role.id: role for role in trial().study.roles}
    accounts = {one.username: one for one in Account.objects.filter(staticdevice__name=DEVICE)}
    if request.method == "POST":
        return _enter(request, accounts.get(request.POST.get("role", "")))
    people = [(roles[id_], accounts[id_]) for id_ in roles if id_ in accounts]
    return render(request, "demo/demo.html", {"people": people, "password": PASSWORD, "origin": origin})


def _enter(request: HttpRequest, account: Account | None) -> HttpResponse:
    if account is None:
        raise Http404
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    pass_second_factor(request, StaticDevice.objects.get(user=account, name=DEVICE))
    request.session[ACTING] = account.username
    return redirect("home")


def _origin(request: HttpRequest) -> str | None:
    running = trial()
    if not running.config.demo or running.config.secure or request.META.get("REMOTE_ADDR") not in _LOOPBACK:
        return None
    with running.reading() as tx:
        return demonstration_of(tx)
