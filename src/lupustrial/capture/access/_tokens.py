"""Programs: a token stands for its owner in one role. Only the hash of a token is kept."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.http import HttpRequest
from django.utils import timezone

from lupustrial.capture._trial import trial
from lupustrial.capture.access._acting import Acting, acting_of
from lupustrial.capture.models import ApiToken
from lupustrial.capture.store import grants_of

_LONGEST = 200
_TOLD_EVERY = dt.timedelta(minutes=5)


def digest_of_token(token: str) -> str:
    """Return the hash under which a token is kept. It has 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def acting_by_token(request: HttpRequest) -> Acting | None:
    """Return who acts by the token of a request; None where none is sent that is valid now.

    It must be neither ended nor past its day, its owner's account open, and the role still held.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
        return None
    now = timezone.now()
    found = (
        ApiToken.objects.select_related("account")
        .filter(digest=digest_of_token(token), ended__isnull=True, expires__gt=now, account__is_active=True)
        .first()
    )
    if found is None:
        return None
    if found.last_used is None or now - found.last_used > _TOLD_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used=now)
    person = found.account.username
    running = trial()
    with running.reading() as tx:
        held = grants_of(tx, person)
        return acting_of(
            tx, running.study, person=person, name=found.account.full_name, role=found.role, held=held
        )
