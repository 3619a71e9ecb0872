"""A password whose hash the server renews when it is asked for again: the person stays signed in."""

from __future__ import annotations

import pytest
from capture_site import PASSWORD, CaptureSite


def test_a_hash_that_is_renewed_ends_no_session(site: CaptureSite, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth import HASH_SESSION_KEY
    from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

    from lupustrial.capture.accounts import verify_password

    account = site.account("jane", "investigator")
    with monkeypatch.context() as cheap:
        for name, value in (("time_cost", 1), ("memory_cost", 64), ("parallelism", 1)):
            cheap.setattr(Argon2PasswordHasher, name, value)
        account.password = old = make_password(PASSWORD)
        account.save()
    request = site.client("investigator", person="jane").get("/").wsgi_request
    assert request.user.password == old
    assert not verify_password(request, "wrong")
    assert request.session[HASH_SESSION_KEY] == account.get_session_auth_hash()
    assert verify_password(request, PASSWORD)
    account.refresh_from_db()
    assert account.password != old
    assert request.session[HASH_SESSION_KEY] == account.get_session_auth_hash()
