"""One-time links: by which a password is set for the first time, or again after a reset."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from lupustrial.capture.models import Account, OneTimeLink

#: For how long a link can be followed.
VALID = dt.timedelta(hours=24)


def make_link(account: Account) -> str:
    """Make a link for an account; earlier ones cannot be followed any more.

    Returns:
        The secret, the last part of the address. It is kept nowhere: the database holds its hash.
    """
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        OneTimeLink.objects.filter(account=account, used=None).delete()
        OneTimeLink.objects.create(account=account, digest=_digest(secret), expires=timezone.now() + VALID)
    return secret


def account_of(secret: str) -> Account | None:
    """Return whose link it is; None where it was used, has expired, or never was."""
    link = (
        OneTimeLink.objects.select_related("account")
        .filter(digest=_digest(secret), used=None, expires__gt=timezone.now(), account__is_active=True)
        .first()
    )
    return None if link is None else link.account


def use_link(secret: str) -> bool:
    """Mark a link as used; False where somebody else was first."""
    now = timezone.now()
    return (
        OneTimeLink.objects.filter(digest=_digest(secret), used=None, expires__gt=now).update(used=now) == 1
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
