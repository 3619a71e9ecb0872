"""Headers, cookies, and how much may be sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from capture_site import STUDY, CaptureSite
from django.test import Client

PAGES = ["/login", "/nope", "/link/x", "/healthz"]


@pytest.mark.usefixtures("site")
@pytest.mark.requirement("REQ-ACCOUNTS-015")
@pytest.mark.parametrize("address", PAGES)
def test_every_answer_has_the_headers(address: str) -> None:
    answer = Client().get(address)
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")


@pytest.mark.requirement("REQ-ACCOUNTS-015")
def test_no_page_of_ours_needs_what_the_policy_forbids(site: CaptureSite) -> None:
    import re

    boss = site.client("administrator")
    for address in ("/login", "/account", "/people", "/people/administrator", "/people/review", "/role"):
        text = boss.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), address
        assert not re.search(r"\s(style|on\w+|hx-on[:\w-]*)\s*=", text), address
        assert "<style" not in text, address
        assert not re.search(r'(src|href|action)="(https?:)?//', text), address


@pytest.mark.requirement("REQ-ACCOUNTS-015")
def test_cookies_are_shut_to_scripts_and_other_sites(site: CaptureSite) -> None:
    client = Client()
    client.get("/login", {"next": "/account"})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"] is True, name
        assert cookie["samesite"] == "Lax", name
    assert client.cookies["sessionid"]["expires"] == ""  # ends with the browser
    del site


@pytest.mark.requirement("REQ-ACCOUNTS-015")
def test_behind_tls_the_deployment_checks_of_django_find_nothing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            **{name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"},
            "DJANGO_SETTINGS_MODULE": "lupustrial.capture.settings",
            "LUPUSTRIAL_STUDY": str(STUDY),
            "DATABASE_URL": str(tmp_path / "t.db"),
            "LUPUSTRIAL_KEYS": str(tmp_path / "keys"),
            "LUPUSTRIAL_HOSTS": "trial.example",
            "LUPUSTRIAL_SECURE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout + told.stderr


@pytest.mark.usefixtures("site")
def test_too_many_fields_and_too_much_are_refused_without_a_fault_of_the_server() -> None:
    many = {f"f{at}": "x" for at in range(6_000)}
    assert Client().post("/login", many).status_code == 400
    assert Client().post("/login", {"username": "x" * 11_000_000}).status_code in (400, 413)
    odd = Client().post("/login", b"\xff\xfe\x00", content_type="application/x-www-form-urlencoded")
    assert odd.status_code in (400, 403)
    broken = Client().post("/login", b"--x\r\nnope", content_type="multipart/form-data; boundary=y")
    assert broken.status_code in (400, 403)


def test_a_fault_of_the_server_shows_nothing_of_itself(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lupustrial.capture.accounts import _people

    def fail(*_: object) -> None:
        raise RuntimeError("secret of participant 01-001")

    monkeypatch.setattr(_people, "listed", fail)
    boss = site.client("administrator")
    boss.raise_request_exception = False
    answer = boss.get("/people")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "01-001" not in text
    assert "RuntimeError" not in text
    assert "Traceback" not in text


def test_a_failed_database_is_told_as_such(site: CaptureSite, monkeypatch: pytest.MonkeyPatch) -> None:
    from lupustrial.capture.accounts import _people
    from lupustrial.errors import Fault, LedgerError

    def fail(*_: object) -> None:
        raise LedgerError(Fault(id="LEDGER-006", message="the database failed (gone)", place="host secret"))

    monkeypatch.setattr(_people, "listed", fail)
    answer = site.client("administrator").get("/people")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "secret" not in answer.content.decode()
