"""Sessions end: by time, by what an administrator does, by a changed password, by wrong passwords."""

from __future__ import annotations

import time

import pytest
from capture_door import NEW_PASSWORD, Person, kinds, totp
from capture_site import PASSWORD, CaptureSite
from django.http import HttpRequest
from django.test import Client

pytestmark = pytest.mark.usefixtures("quick_argon")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock of sessions that a test sets: the first element is the time."""
    from lupustrial.capture.accounts import _limits

    now = [time.time()]
    monkeypatch.setattr(_limits, "_now", lambda: int(now[0]))
    return now


def _in(client: Client) -> bool:
    return client.get("/account").status_code == 200


@pytest.mark.requirement("REQ-ACCOUNTS-016")
def test_half_an_hour_without_a_sign_of_life_ends_a_session(site: CaptureSite, clock: list[float]) -> None:
    jane = site.client("monitor")
    assert _in(jane)
    clock[0] += 29 * 60
    assert _in(jane)
    clock[0] += 29 * 60
    assert _in(jane)
    clock[0] += 30 * 60 + 1
    assert not _in(jane)
    assert [data for _, _, data in kinds(site, "signed out")] == [{"account": "monitor", "how": "idle"}]


@pytest.mark.requirement("REQ-ACCOUNTS-016")
def test_twelve_hours_end_a_session_that_was_never_idle(site: CaptureSite, clock: list[float]) -> None:
    jane = site.client("monitor")
    assert _in(jane)
    for _ in range(12 * 3 - 1):
        clock[0] += 20 * 60
        assert _in(jane)
    clock[0] += 20 * 60
    assert not _in(jane)
    assert [data["how"] for _, _, data in kinds(site, "signed out")] == ["age"]


@pytest.mark.parametrize("send", ["/session", "/account"])
def test_what_the_page_sends_by_itself_is_no_sign_of_life(
    site: CaptureSite, clock: list[float], send: str
) -> None:
    jane = site.client("monitor")
    assert _in(jane)
    for _ in range(3):
        clock[0] += 10 * 60
        jane.get(send, headers={"X-Background": "1"})
    assert not _in(jane)


def test_the_page_can_ask_how_long_it_has_and_stay(site: CaptureSite, clock: list[float]) -> None:
    jane = site.client("monitor")
    assert _in(jane)
    clock[0] += 28 * 60
    told = jane.get("/session").json()
    assert told["left"] == 2 * 60
    assert told["extends"] is True
    assert jane.post("/session").json()["left"] == 30 * 60
    clock[0] += 29 * 60
    assert _in(jane)


def test_in_the_last_half_hour_the_page_says_that_staying_is_not_possible(
    site: CaptureSite, clock: list[float]
) -> None:
    jane = site.client("monitor")
    assert _in(jane)
    for _ in range(47):  # 11 h 45 min
        clock[0] += 15 * 60
        assert _in(jane)
    told = jane.get("/session").json()
    assert told["left"] == 15 * 60
    assert told["extends"] is False


@pytest.mark.requirement("REQ-ACCOUNTS-008")
def test_a_changed_password_ends_every_other_session(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = Person(site, "jane", "monitor")
    jane.come_in()
    other = Client()
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    other.post("/login", {"username": "jane", "password": NEW_PASSWORD})
    other.post("/second-factor", {"code": totp(jane.secret, later)})
    assert _in(other)
    new = "seven rivers, one blue door"
    sent = {"old": NEW_PASSWORD, "password": new, "again": new}
    assert jane.client.post("/account/password", sent).status_code == 302
    assert _in(jane.client)
    assert not _in(other)
    assert Client().post("/login", {"username": "jane", "password": NEW_PASSWORD}).status_code == 403


@pytest.mark.requirement("REQ-ACCOUNTS-011")
def test_a_closed_account_and_an_ended_role_are_shut_at_the_next_request(site: CaptureSite) -> None:
    boss = site.client("administrator")
    jane, john = site.client("monitor"), site.client("coordinator")
    assert _in(jane)
    assert john.get("/").status_code == 200
    assert boss.post("/people/monitor", {"action": "close", "why": "left the trial"}).status_code == 302
    sent = {"action": "end", "grant": "coordinator@*", "why": "another task"}
    assert boss.post("/people/coordinator", sent).status_code == 302
    assert not _in(jane)
    assert john.get("/")["Location"] == "/role"


@pytest.mark.requirement("REQ-ACCOUNTS-008")
def test_a_reset_ends_sessions_and_takes_password_and_phone(site: CaptureSite) -> None:
    boss = site.client("administrator")
    jane = Person(site, "jane", "monitor")
    jane.come_in()
    assert _in(jane.client)
    answer = boss.post("/people/jane", {"action": "reset", "why": "phone lost", "second": "1"})
    assert answer.status_code == 200
    assert not _in(jane.client)
    assert jane.give_password().status_code == 403
    link = answer.content.decode().split("/link/")[1].split("<")[0]
    new = {"password": "another blue window", "again": "another blue window"}
    assert jane.client.post(f"/link/{link}", new).status_code == 302
    jane.give_password("another blue window")
    assert jane.client.get("/second-factor")["Location"] == "/second-factor/set"


@pytest.mark.requirement("REQ-ACCOUNTS-005")
def test_wrong_passwords_inside_a_session_lock_the_account_and_end_it(site: CaptureSite) -> None:
    jane = site.client("monitor")
    for at in range(5):
        sent = {"old": f"guess number {at}", "password": NEW_PASSWORD, "again": NEW_PASSWORD}
        answer = jane.post("/account/password", sent)
    assert answer.status_code == 403
    assert "is locked" in answer.content.decode()
    assert not _in(jane)
    assert len(kinds(site, "password refused")) == 5
    assert [data["how"] for _, _, data in kinds(site, "signed out")] == ["locked"]
    assert Client().post("/login", {"username": "monitor", "password": PASSWORD}).status_code == 403


def test_a_right_password_given_again_forgives_the_wrong_ones(site: CaptureSite) -> None:
    from lupustrial.capture.accounts import verify_password

    account = site.account("monitor", "monitor")
    for wrong in ("one", "two", "three", PASSWORD, "four", "five", "six", PASSWORD):
        request = HttpRequest()
        request.method, request.user = "POST", account
        request.session = site.client("monitor").session
        assert verify_password(request, wrong) is (wrong == PASSWORD)


def test_a_password_that_is_too_old_lets_nobody_into_a_role(site: CaptureSite, settings_days: None) -> None:
    del settings_days
    import datetime as dt

    from django.utils import timezone

    from lupustrial.capture.models import Account

    jane = site.client("monitor")
    Account.objects.update(password_set=timezone.now() - dt.timedelta(days=91))
    assert jane.get("/")["Location"] == "/account/password"
    assert _in(jane)
    part = jane.get("/", headers={"HX-Request": "true"})
    assert part.status_code == 401
    assert part["HX-Redirect"] == "/account/password"
    sent = {"old": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert jane.post("/account/password", sent).status_code == 302
    assert jane.get("/").status_code == 200


@pytest.fixture
def settings_days() -> object:
    """Let passwords age after 90 days."""
    from django.test import override_settings

    with override_settings(PASSWORD_DAYS=90):
        yield
