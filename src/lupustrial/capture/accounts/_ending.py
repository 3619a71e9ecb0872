"""How a session ends: signed out, too long idle, too old, locked."""

from __future__ import annotations

from typing import Literal, cast

from django.contrib.auth import logout
from django.http import HttpRequest

from lupustrial.capture._trial import trial
from lupustrial.capture.access import ACTING
from lupustrial.capture.accounts._told import tell
from lupustrial.ledger import Actor

How = Literal["signed out", "idle", "age", "locked", "demonstration"]


def actor_of(request: HttpRequest) -> Actor:
    """Return who is signed in, in the role that was chosen; the role is empty before one is."""
    return Actor(id=request.user.get_username(), role=cast("str", request.session.get(ACTING, "")))


def end_session(request: HttpRequest, how: How) -> None:
    """End the session and put it on the ledger."""
    if request.user.is_authenticated:
        by = actor_of(request)
        tell(trial(), "signed out", by=by, data={"account": by.id, "how": how})
    logout(request)
