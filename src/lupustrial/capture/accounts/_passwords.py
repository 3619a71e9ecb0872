"""Passwords: setting one, asking for it again, and the signing key that goes with it."""

from __future__ import annotations

import axes.utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lupustrial.capture._trial import Trial, trial
from lupustrial.capture.accounts._ending import actor_of
from lupustrial.capture.accounts._signing import make_key, open_key, seal_key
from lupustrial.capture.accounts._told import tell
from lupustrial.capture.models import Account
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Actor


def set_password(
    running: Trial, account: Account, password: str, *, by: Actor, old: str | None = None
) -> None:
    """Set a password. Every session of the account ends.

    The caller keeps its own with ``django.contrib.auth.update_session_auth_hash``.

    Args:
        running: The trial.
        account: Whose.
        password: The new one.
        by: Who sets it.
        old: The old password, under which the signing key is sealed. Without it a new key is made; what was
            signed with the old one can still be checked.

    Raises:
        django.core.exceptions.ValidationError: The password is too weak, or the old one (`check_new`).
        CaptureError: CAPT-081, the old password does not open the signing key.
    """
    check_new(account, password)
    made = _key_under(account, password, old)
    account.set_password(password)
    account.password_set = timezone.now()
    account.save(update_fields=["password", "password_set", "signing_public", "signing_private"])
    tell(running, "password set", by=by, data={"account": account.username})
    if made:
        _tell_key(running, account, by)


def check_new(account: Account, password: str) -> None:
    """See that a password may be set.

    Raises:
        django.core.exceptions.ValidationError: It is too weak, with every reason, or the one that is held.
    """
    validate_password(password, account)
    if check_password(password, account.password):
        raise ValidationError(_("This is the password that you have; choose another."))


def verify_password(request: HttpRequest, password: str) -> bool:
    """Whether somebody who is signed in gave his or her own password again.

    A wrong one is on the ledger and counts towards the lock-out; when the account is locked, the session ends
    with the answer to this request.
    """
    name = request.user.get_username()
    found = authenticate(request, username=name, password=password)
    if found is not None and found.get_username() == name:
        axes.utils.reset(username=name)
        if isinstance(request.user, Account) and request.user.password != found.password:
            update_session_auth_hash(request, found)  # the hash was renewed at a higher cost: stay signed in
        return True
    tell(trial(), "password refused", by=actor_of(request), data={"account": name})
    return False


def signing_key(account: Account, password: str) -> Ed25519PrivateKey:
    """Return the key with which somebody signs; made, and put on the ledger, where there is none yet.

    Call it outside ``Trial.writing()``: it may write.

    Raises:
        CaptureError: CAPT-081, the password is not the one that seals it.
    """
    if not account.signing_private:
        if not account.check_password(password):
            raise CaptureError(
                Fault(id="CAPT-081", message="the password is wrong", place="your account", hint="try again")
            )
        account.signing_public, account.signing_private = make_key(account.username, password)
        account.save(update_fields=["signing_public", "signing_private"])
        _tell_key(trial(), account, Actor(id=account.username, role=""))
    return open_key(account.signing_private, account.username, password)


def _key_under(account: Account, password: str, old: str | None) -> bool:
    if old is not None and account.signing_private:
        key = open_key(account.signing_private, account.username, old)
        account.signing_private = seal_key(key, account.username, password)
        return False
    account.signing_public, account.signing_private = make_key(account.username, password)
    return True


def _tell_key(running: Trial, account: Account, by: Actor) -> None:
    data = {"account": account.username, "public": account.signing_public}
    tell(running, "signing key made", by=by, data=data)
