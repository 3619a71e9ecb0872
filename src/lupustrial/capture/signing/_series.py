"""What signing asks for: at the first of a session account and password, then the password (11.200(a)(1))."""

from __future__ import annotations

from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.accounts import signing_key, verify_password
from lupustrial.capture.models import Account
from lupustrial.errors import CaptureError, Fault

#: Key of the session under which it stands that somebody signed in it with both components, and as whom.
_SERIES = "signed_as"


def first_of_series(request: CaptureRequest) -> bool:
    """Whether nothing was signed in this session yet, so that the account is asked for too."""
    return bool(request.session.get(_SERIES) != request.acting.id)


def series_begun(request: CaptureRequest) -> None:
    """Note that somebody signed in this session."""
    request.session[_SERIES] = request.acting.id


def key_given(request: CaptureRequest) -> Ed25519PrivateKey:
    """Return the signer's key, opened with what was typed (``account``, ``password``).

    Raises:
        CaptureError: CAPT-047, account or password is not right.
    """
    if first_of_series(request) and request.POST.get("account", "").strip() != request.acting.id:
        raise _refused("the account is not the one that is signed in", "type your own account")
    password = request.POST.get("password", "")
    if not verify_password(request, password):
        raise _refused("the password is not right; nothing was signed", "type your own password again")
    return signing_key(cast("Account", request.user), password)


def _refused(message: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-047", message=message, place="signature", hint=hint))
