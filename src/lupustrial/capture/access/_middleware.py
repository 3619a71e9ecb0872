"""Every request passes here: closed unless a rule opens it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lupustrial.capture._trial import trial
from lupustrial.capture.access._acting import Acting, CaptureRequest, acting_of
from lupustrial.capture.access._problem import problem
from lupustrial.capture.access._responses import refuse, shut
from lupustrial.capture.access._rules import RULES, Rule
from lupustrial.capture.access._sight import sees_form
from lupustrial.capture.access._tokens import acting_by_token
from lupustrial.capture.access._unavailable import begin_request, database_failed, unavailable
from lupustrial.capture.models import Account
from lupustrial.capture.store import grants_of, participant_of
from lupustrial.study import Study

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
        asked = cast("CaptureRequest", request)
        asked.trial = trial()
        begin_request(asked)
        return self._next(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Refuse, send to the door, or let through (None)."""
        del view, args
        asked = cast("CaptureRequest", request)
        asked.trial.refresh()
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = RULES.get(name)
        if rule is None:
            _log.error("no rule for the address %s: closed", name)
            return refuse(request, _("This page is closed: no rule opens it."))
        if rule.door == "public":
            return None
        if rule.door == "token":
            return _by_token(asked, rule, kwargs)
        if not request.user.is_authenticated:
            return _to_the_door(request)
        return None if rule.door == "account" else _inside(asked, rule, kwargs)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Say that the database failed (503); any other fault is left to Django (500)."""
        return unavailable(request, error) if database_failed(error) else None


def _inside(request: CaptureRequest, rule: Rule, kwargs: dict[str, Any]) -> HttpResponseBase | None:
    if not second_factor_passed(request):
        return _go(request, "second-factor")
    if password_due(cast("Account", request.user)) and rule.door == "role":
        return _go(request, "password")
    acting = _acting(request)
    if acting is not None:
        request.acting = acting
    if rule.door == "factors":
        return None
    return _go(request, "choose-role") if acting is None else check(request, rule, kwargs)


def _go(request: CaptureRequest, name: str) -> HttpResponseBase:
    """Send somebody to a step of the door; a part of a page is sent there as a whole."""
    if not request.headers.get("HX-Request"):
        return redirect(name)
    response = HttpResponse(status=401)
    response["HX-Redirect"] = reverse(name)
    return response


def password_due(account: Account) -> bool:
    """Whether the password is older than the trial allows (``PASSWORD_DAYS``; 0: any age will do)."""
    days = settings.PASSWORD_DAYS
    held = account.password_set
    return bool(days) and (held is None or timezone.now() - held > dt.timedelta(days=days))


def second_factor_passed(request: HttpRequest) -> bool:
    """Whether the second factor was given in this session."""
    verified: Callable[[], bool] = getattr(request.user, "is_verified", bool)  # added by django_otp
    return verified()


def check(request: CaptureRequest, rule: Rule, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Hold somebody in a role to a rule; None lets through. The programming interface calls it too."""
    if request.acting.shut:
        return shut(request)
    why = _barred(request, rule, kwargs)
    return None if why is None else refuse(request, why)


def _by_token(request: CaptureRequest, rule: Rule, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Hold a program to the same rule as its owner; a session opens nothing here."""
    acting = acting_by_token(request)
    if acting is None:
        response = problem(401, _("No token that is valid was sent (Authorization: Bearer …)."))
        response["WWW-Authenticate"] = "Bearer"
        return response
    request.acting = acting
    if acting.shut:
        return problem(403, _("This role is closed to you."))
    try:
        why = _barred(request, rule, kwargs)
    except Http404:
        return problem(404, _("There is no such thing, or it is not open to this role."))
    return None if why is None else problem(403, why)


def _barred(request: CaptureRequest, rule: Rule, kwargs: dict[str, Any]) -> str | None:
    """Return why a rule bars somebody in a role; None where it does not."""
    acting = request.acting
    if rule.needs and not acting.may(*rule.needs):
        return _("The role %s may not do this.") % acting.role.name
    if rule.writes and request.method not in _READING and not acting.may(*rule.writes):
        return _("The role %s may look, but not change anything here.") % acting.role.name
    if rule.clinical and not acting.role.clinical:
        return _("The role %s sees no clinical data.") % acting.role.name
    if any("\0" in str(value) for value in kwargs.values()):  # PostgreSQL cannot be asked for it
        raise Http404
    participant = kwargs.get("participant")
    if participant is not None:
        with request.trial.reading() as tx:
            found = participant_of(tx, participant)
        if found is None or not acting.at_site(found.site):
            raise Http404
    form = kwargs.get("form")
    if form is not None:
        study = _study_with(request, form, participant, kwargs.get("visit"))
        if not sees_form(study, acting.role.id, form):
            return _("This form is not shown to the role %s.") % acting.role.name
    return None


def _study_with(request: CaptureRequest, form: str, participant: str | None, visit: str | None) -> Study:
    """Return the protocol in force, or the one of the visit where only that has the form."""
    studies = [request.trial.study]
    if participant is not None and visit is not None:
        with request.trial.reading() as tx:
            studies.append(request.trial.study_at(tx, participant, visit))
    for study in studies:
        if any(one.id == form for one in study.forms):
            return study
    raise Http404


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
        response["HX-Redirect"] = reverse("login")
        return response
    return redirect_to_login(request.get_full_path())
