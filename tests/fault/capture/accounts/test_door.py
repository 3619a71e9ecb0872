"""The door against who should not come in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from capture_door import NEW_PASSWORD, Person, kinds
from capture_site import CaptureSite
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

pytestmark = pytest.mark.usefixtures("quick_argon")


def _bare(answer: Any, name: str) -> str:
    """Return a page without what differs by chance or was typed: the mark against forgery, the name."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", answer.content.decode())
    return text.replace(name, "")


@pytest.mark.requirement("REQ-ACCOUNTS-018")
def test_every_refusal_looks_the_same(site: CaptureSite) -> None:
    known, closed = Person(site, "jane-1", "monitor"), Person(site, "jane-2", "monitor")
    waiting = Person(site, "jane-3", "monitor")
    for one in (known, closed):
        one.set_password()
    type(closed.account).objects.filter(username=closed.name).update(is_active=False)
    locked = Person(site, "jane-4", "monitor")
    locked.set_password()
    for _ in range(6):
        locked.give_password("wrong wrong wrong")
    right = {closed.name: NEW_PASSWORD, locked.name: NEW_PASSWORD}
    seen = {}
    for name in (known.name, closed.name, locked.name, waiting.name, "jane-5"):
        sent = {"username": name, "password": right.get(name, "wrong wrong wrong")}
        answer = Client().post("/login", sent)
        seen[name] = (answer.status_code, _bare(answer, name), sorted(answer.cookies))
    assert len(set(map(str, seen.values()))) == 1
    assert seen[known.name][0] == 403


@pytest.mark.requirement("REQ-ACCOUNTS-018")
def test_an_unknown_account_costs_as_many_hashes_as_a_known_one(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, waiting = Person(site, "known", "monitor"), Person(site, "waiting", "monitor")
    known.set_password()
    counted: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda *given: counted.append("hash") or encode(*given)
    )
    monkeypatch.setattr(
        Argon2PasswordHasher, "verify", lambda *given: counted.append("hash") or verify(*given)
    )
    costs = []
    for name in ("known", waiting.name, "never.was"):
        counted.clear()
        Client().post("/login", {"username": name, "password": "wrong wrong wrong"})
        costs.append(len(counted))
    assert costs == [1, 1, 1]


@pytest.mark.requirement("REQ-ACCOUNTS-005")
def test_the_sixth_try_fails_even_with_the_right_password(site: CaptureSite) -> None:
    jane = Person(site, "jane", "monitor")
    jane.set_password()
    for _ in range(5):
        assert jane.give_password("wrong wrong wrong").status_code == 403
    assert jane.give_password().status_code == 403
    told = [data["how"] for _, _, data in kinds(site, "sign-in refused")]
    assert told == ["password"] * 4 + ["locked"] * 2


def test_the_lock_is_on_the_account_not_on_the_address(site: CaptureSite) -> None:
    jane, john = Person(site, "jane", "monitor"), Person(site, "john", "monitor")
    john.set_password()
    for at in range(5):
        jane.client.post(
            "/login",
            {"username": "JANE ", "password": "wrong wrong wrong"},
            REMOTE_ADDR=f"10.0.0.{at}",
            HTTP_USER_AGENT=f"browser {at}",
        )
    assert john.give_password().status_code == 302
    jane.set_password()
    for _ in range(5):
        jane.give_password("wrong wrong wrong")
    assert Client().post("/login", {"username": "jane", "password": NEW_PASSWORD}).status_code == 403


def test_the_lock_ends_after_half_an_hour(site: CaptureSite) -> None:
    import datetime as dt

    from axes.models import AccessAttempt
    from django.db.models import F

    jane = Person(site, "jane", "monitor")
    jane.set_password()
    for _ in range(5):
        jane.give_password("wrong wrong wrong")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - dt.timedelta(minutes=29))
    assert jane.give_password().status_code == 403
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - dt.timedelta(minutes=2))
    assert jane.give_password().status_code == 302


def test_guessing_codes_is_slowed_down_and_told(site: CaptureSite, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    jane = Person(site, "jane", "monitor")
    jane.come_in()
    stopped = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: stopped)
    thief = Client()
    thief.post("/login", {"username": "jane", "password": NEW_PASSWORD})
    for code in ("000000", "111111", jane.codes[0][:-1] + "x"):
        assert thief.post("/second-factor", {"code": code}).status_code == 403
    told = [data["how"] for _, _, data in kinds(site, "sign-in refused")]
    assert told == ["second factor"] * 3
    # the right code comes too early now: each wrong one doubles the wait
    assert thief.post("/second-factor", {"code": jane.codes[1]}).status_code == 403


@pytest.mark.requirement("REQ-ACCOUNTS-018")
@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "/ok\r\nLocation: https://evil.example",
        "evil",
    ],
)
def test_the_door_leads_to_no_other_host(site: CaptureSite, wanted: str) -> None:
    jane = Person(site, "jane", "monitor")
    jane.set_password()
    jane.client.get("/login", {"next": wanted})
    jane.give_password()
    jane.enrol()
    assert jane.client.get("/role")["Location"] == "/"
    answer = Client().post("/language", {"language": "en", "next": wanted})
    assert answer["Location"] == "/login"


def test_the_door_leads_back_to_where_somebody_was(site: CaptureSite) -> None:
    jane = Person(site, "jane", "monitor")
    jane.set_password()
    there = jane.client.get("/account?tab=2")
    jane.client.get(there["Location"])
    jane.give_password()
    jane.enrol()
    assert jane.client.get("/role")["Location"] == "/account?tab=2"


def test_the_session_is_a_new_one_after_each_step(site: CaptureSite) -> None:
    jane = Person(site, "jane", "monitor")
    jane.set_password()
    keys = []
    jane.client.get("/login", {"next": "/account"})
    keys.append(jane.client.session.session_key)
    jane.give_password()
    keys.append(jane.client.session.session_key)
    jane.enrol()
    keys.append(jane.client.session.session_key)
    assert len(set(keys)) == 3


def test_a_session_that_an_attacker_planted_is_not_taken_over(site: CaptureSite) -> None:
    jane, thief = Person(site, "jane", "monitor"), Client()
    jane.set_password()
    thief.get("/login", {"next": "/account"})
    planted = thief.cookies["sessionid"].value
    jane.client.cookies["sessionid"] = planted
    jane.give_password()
    assert jane.client.cookies["sessionid"].value != planted
    assert thief.get("/second-factor")["Location"].startswith("/login")


@pytest.mark.requirement("REQ-ACCOUNTS-018")
def test_a_form_of_another_site_is_refused(site: CaptureSite) -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in ("/login", "/language", "/link/x", "/logout"):
        answer = strict.post(address, {"username": "jane", "password": NEW_PASSWORD})
        assert answer.status_code == 403, address
        assert "lay open too long" in answer.content.decode(), address
    assert kinds(site, "sign-in refused") == []


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"username": "jane"},
        {"username": "ja\0ne", "password": "x" * 20},
        {"username": "j" * 10_000, "password": "x"},
        {"username": "jane", "password": "x" * 100_000},
        {"username": "'; DROP TABLE ledger; --", "password": "x"},
        {"username": "\ud7ff\u202e", "password": "\0"},
    ],
)
def test_nothing_that_is_typed_at_the_door_breaks_it(sent: dict[str, str]) -> None:
    assert Client().post("/login", sent).status_code == 403


@pytest.mark.usefixtures("site")
def test_an_unknown_host_is_refused() -> None:
    answer = Client().get("/login", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_signing_out_takes_a_form_not_a_link(site: CaptureSite) -> None:
    jane = site.client("monitor")
    assert jane.get("/logout").status_code == 200
    assert jane.get("/").status_code == 200
    assert jane.post("/logout").status_code == 302
    assert jane.get("/").status_code == 302
