"""Every request passes here: closed unless a rule opens it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from lupustrial.capture._trial import trial
from lupustrial.capture.access._acting import Acting, CaptureRequest, acting_of
from lupustrial.capture.access._responses import refuse
from lupustrial.capture.access._rules import RULES, Rule
from lupustrial.capture.access._sight import sees_form
from lupustrial.capture.models import Account
from lupustrial.capture.store import grants_of, participant_of

_log = logging.getLogger(__name__)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

#: Key of the session under which the role stands in which somebody acts.
ACTING = "acting"


class AccessMiddleware:
    """Hold every request to the rule of its address (``_rules.py``)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; `process_view` decides."""
        return self._next(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Refuse, send to the door, or let through (None)."""
        del view, args
        asked = cast("CaptureRequest", request)
        asked.trial = trial()
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = RULES.get(name)
        if rule is None:
            _log.error("no rule for the address %s: closed", name)
            return refuse(request, "This page is closed: no rule opens it.")
        if rule.door == "public":
            return None
        if not request.user.is_authenticated:
            return _to_the_door(request)
        return None if rule.door == "account" else _in_a_role(asked, rule, kwargs)


def _in_a_role(request: CaptureRequest, rule: Rule, kwargs: dict[str, Any]) -> HttpResponseBase | None:
    if not second_factor_passed(request):
        return redirect("second-factor")
    acting = _acting(request)
    if acting is None:
        return redirect("choose-role")
    request.acting = acting
    return check(request, rule, kwargs)


def second_factor_passed(request: HttpRequest) -> bool:
    """Whether the second factor was given in this session."""
    verified: Callable[[], bool] = getattr(request.user, "is_verified", bool)  # added by django_otp
    return verified()


def check(request: CaptureRequest, rule: Rule, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Hold somebody in a role to a rule; None lets through. The programming interface calls it too."""
    acting = request.acting
    if acting.shut:
        return refuse(request, "You know the treatment of a participant: this blinded role is closed to you.")
    if rule.needs and not acting.may(*rule.needs):
        return refuse(request, f"The role {acting.role.name} may not do this.")
    if rule.writes and request.method not in _READING and not acting.may(*rule.writes):
        return refuse(request, f"The role {acting.role.name} may look, but not change anything here.")
    if rule.clinical and not acting.role.clinical:
        return refuse(request, f"The role {acting.role.name} sees no clinical data.")
    participant = kwargs.get("participant")
    if participant is not None:
        with request.trial.reading() as tx:
            found = participant_of(tx, participant)
        if found is None or not acting.at_site(found.site):
            raise Http404
    form = kwargs.get("form")
    if form is not None:
        if form not in {one.id for one in request.trial.study.forms}:
            raise Http404
        if not sees_form(request.trial.study, acting.role.id, form):
            return refuse(request, f"This form is not shown to the role {acting.role.name}.")
    return None


def _acting(request: CaptureRequest) -> Acting | None:
    account = request.user
    with request.trial.reading() as tx:
        held = grants_of(tx, account.get_username())
        roles = sorted({grant.role for grant in held})
        chosen = request.session.get(ACTING)
        if chosen is None and len(roles) == 1:
            chosen = roles[0]
        if chosen is None:
            return None
        return acting_of(
            tx,
            request.trial.study,
            person=account.get_username(),
            name=account.get_full_name() if isinstance(account, Account) else "",
            role=chosen,
            held=held,
        )


def _to_the_door(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = "/login"
        return response
    return redirect_to_login(request.get_full_path())
