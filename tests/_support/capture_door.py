"""Signing in as a person does: link, password, second factor. The codes are written from RFC 6238 here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import pytest
from capture_site import CaptureSite

NEW_PASSWORD = "blue window seven rivers"  # noqa: S105 - of accounts that live for a test


@pytest.fixture
def quick_argon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make argon2 cheap: what it costs is tested once, elsewhere."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    from lupustrial.capture.accounts import _signing

    for name, value in (("time_cost", 1), ("memory_cost", 64), ("parallelism", 1)):
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
    for name, value in (("_TIME", 1), ("_MEMORY", 64), ("_LANES", 1)):
        monkeypatch.setattr(_signing, name, value)


def totp(secret: str, at: float, *, digits: int = 6) -> str:
    """Return the code of RFC 6238 (SHA-1, 30 s) for a secret in base 32, written from the RFC."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    counter = struct.pack(">Q", int(at) // 30)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def kinds(site: CaptureSite, *wanted: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what the ledger says, in order: kind, account that did it, data; of some kinds, or of all."""
    from lupustrial.ledger import entries

    with site.trial.reading() as tx:
        return [
            (one.kind, one.by.id, dict(one.data)) for one in entries(tx) if not wanted or one.kind in wanted
        ]


def secret_of(page: str) -> str:
    """Return the secret that the page of the second factor shows."""
    found = re.search(r'class="mono secret">([A-Z2-7 ]+)<', page)
    assert found is not None, "no secret on the page"
    return found.group(1).replace(" ", "")


def recovery_codes(page: str) -> list[str]:
    """Return the recovery codes that the page shows."""
    return re.findall(r"<li>(\w{5}-\w{5})</li>", page)


class Person:
    """Somebody with an account and a browser."""

    def __init__(self, site: CaptureSite, name: str, role: str, sites: tuple[str, ...] = ("*",)) -> None:
        """Make the account, with a role, without a password."""
        from django.test import Client

        from lupustrial.capture.accounts import create_account, grant_role
        from lupustrial.ledger import Actor

        self.site = site
        self.name = name
        self.client = Client()
        by = Actor(id="setup", role="administrator")
        self.account = create_account(site.trial, username=name, full_name=name.title(), by=by)
        if role:
            grant_role(site.trial, self.account, role, sites, by=by, why="set up for a test")
        self.secret = ""
        self.codes: list[str] = []

    def set_password(self, password: str = NEW_PASSWORD) -> None:
        """Follow a one-time link."""
        from lupustrial.capture.accounts import make_link

        address = f"/link/{make_link(self.account)}"
        answer = self.client.post(address, {"password": password, "again": password})
        assert answer.status_code == 302, answer.content.decode()

    def give_password(self, password: str = NEW_PASSWORD, **data: str) -> Any:
        """Send the form of the door."""
        return self.client.post("/login", {"username": self.name, "password": password, **data})

    def enrol(self) -> None:
        """Set the second factor up; afterwards it has been passed."""
        self.secret = secret_of(self.client.get("/second-factor/set").content.decode())
        answer = self.client.post("/second-factor/set", {"code": totp(self.secret, time.time())})
        assert answer.status_code == 200, answer.content.decode()
        self.codes = recovery_codes(answer.content.decode())

    def come_in(self) -> None:
        """Go the whole way for the first time."""
        self.set_password()
        assert self.give_password().status_code == 302
        self.enrol()
        assert self.client.get("/role").status_code == 302


def unblind(site: CaptureSite, person: str) -> None:
    """Note that somebody knows a treatment, as a code break does."""
    from lupustrial.allocation._people import note_unblinded

    with site.trial.writing() as tx:
        note_unblinded(tx, site.trial.study, person, 1)
