"""How long a session lasts: half an hour without a sign of life, twelve hours at most.

Every request counts as a sign of life, but for those that the page sends by itself (`QUIET`). The cookie
tells nothing: both times stand in the session, on the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lupustrial.capture.accounts._ending import How, end_session

_BEGAN, _SEEN = "began", "seen"
_GRAIN = 30  # seconds: a sign of life is written down no more often

#: Addresses that are asked for by the page itself, not by a person.
QUIET = frozenset({"session-left"})

#: Header by which a script marks what it sends by itself.
BACKGROUND = "X-Background"


def begin_session(request: HttpRequest) -> None:
    """Start the clocks of a session that has just begun."""
    request.session[_BEGAN] = request.session[_SEEN] = _now()


class SessionLimits:
    """End a session that was idle for too long, or is too old, before anything else looks at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; `process_view` decides."""
        return self._next(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """End the session, or note the sign of life."""
        del view, args, kwargs
        if not request.user.is_authenticated:
            return
        now = _now()
        how = _over(request, now)
        if how is not None:
            end_session(request, how)
            return
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in QUIET or request.headers.get(BACKGROUND):
            return
        if now - _at(request, _SEEN, 0) >= _GRAIN:
            request.session[_SEEN] = now


@require_http_methods(["GET", "POST"])
def session_left(request: HttpRequest) -> JsonResponse:
    """Tell a page how many seconds are left, and in which words to warn; POST is a sign of life."""
    now = _now()
    if request.method == "POST":
        request.session[_SEEN] = now
    idle = _at(request, _SEEN, now) + settings.SESSION_IDLE - now
    age = _at(request, _BEGAN, now) + settings.SESSION_COOKIE_AGE - now
    return JsonResponse(
        {
            "left": max(0, min(idle, age)),
            "warn": settings.SESSION_WARNING,
            "extends": age > idle,
            "door": reverse("login"),
            "title": _("Are you still there?"),
            "text": _(
                "The session ends soon. What you typed into a form of a participant is kept as a draft."
            ),
            "seconds": _("seconds left"),
            "stay": _("Stay signed in"),
            "last": _("It cannot be made longer: save now, then sign in again."),
        }
    )


def _over(request: HttpRequest, now: int) -> How | None:
    if _BEGAN not in request.session:  # a session that did not begin at the door, of a test
        begin_session(request)
    age = now - _at(request, _BEGAN, now)
    # One that begins later than now began before the clock was set back: how old it is, nobody knows.
    if age >= settings.SESSION_COOKIE_AGE or age < -settings.SESSION_IDLE:
        return "age"
    return "idle" if now - _at(request, _SEEN, now) >= settings.SESSION_IDLE else None


def _at(request: HttpRequest, name: str, default: int) -> int:
    return cast("int", request.session.get(name, default))


def _now() -> int:
    return int(time.time())
