"""Accounts: signing in, second factor, roles, the administrator's pages."""

from lupustrial.capture.accounts._door import locked
from lupustrial.capture.accounts._ending import end_session
from lupustrial.capture.accounts._first import first_link
from lupustrial.capture.accounts._headers import ACCESS_LOG, Headers, route_of
from lupustrial.capture.accounts._limits import BACKGROUND, SessionLimits
from lupustrial.capture.accounts._manage import (
    close_account,
    create_account,
    email_of,
    end_grants,
    grant_role,
    reopen_account,
    reset_account,
)
from lupustrial.capture.accounts._passwords import set_password, signing_key, verify_password
from lupustrial.capture.accounts._throttle import BUCKETS, Buckets, Throttle, address_of
from lupustrial.capture.accounts._tokens import make_link

__all__ = [
    "ACCESS_LOG",
    "BACKGROUND",
    "BUCKETS",
    "Buckets",
    "Headers",
    "SessionLimits",
    "Throttle",
    "address_of",
    "close_account",
    "create_account",
    "email_of",
    "end_grants",
    "end_session",
    "first_link",
    "grant_role",
    "locked",
    "make_link",
    "reopen_account",
    "reset_account",
    "route_of",
    "set_password",
    "signing_key",
    "verify_password",
]
