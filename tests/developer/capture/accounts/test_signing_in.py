"""Signing in: a link, a password, a second factor, a role; all of it on the ledger."""

from __future__ import annotations

import time

import pytest
from capture_door import NEW_PASSWORD, Person, kinds, totp, unblind
from capture_site import CaptureSite
from django.test import Client

pytestmark = pytest.mark.usefixtures("quick_argon")


@pytest.mark.requirement("REQ-ACCOUNTS-001")
def test_the_whole_way_in_ends_at_the_overview_in_the_only_role(site_anywhere: CaptureSite) -> None:
    jane = Person(site_anywhere, "jane", "investigator", ("01",))
    jane.come_in()
    page = jane.client.get("/")
    assert page.status_code == 200
    assert "Jane" in page.content.decode()


@pytest.mark.requirement("REQ-ACCOUNTS-002")
def test_a_password_alone_opens_no_role(site: CaptureSite) -> None:
    jane = Person(site, "jane", "investigator")
    jane.set_password()
    jane.give_password()
    for address in ("/", "/account", "/role", "/account/password", "/people"):
        answer = jane.client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"] == "/second-factor", address


@pytest.mark.requirement("REQ-ACCOUNTS-002")
def test_who_has_a_second_factor_cannot_set_another_without_it(site: CaptureSite) -> None:
    jane = Person(site, "jane", "investigator")
    jane.come_in()
    thief = Client()
    thief.post("/login", {"username": "jane", "password": NEW_PASSWORD})
    answer = thief.get("/second-factor/set")
    assert answer.status_code == 302
    assert answer["Location"] == "/second-factor"
    assert thief.post("/second-factor/set", {"code": "123456"})["Location"] == "/second-factor"


def test_a_later_sign_in_asks_for_a_code_and_takes_it_once(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = Person(site, "jane", "investigator")
    jane.come_in()
    now = time.time() + 60  # the code that was used for setting up is spent
    monkeypatch.setattr(time, "time", lambda: now)
    code = totp(jane.secret, now)
    for expected in (302, 403):
        again = Client()
        again.post("/login", {"username": "jane", "password": NEW_PASSWORD})
        assert again.post("/second-factor", {"code": code}).status_code == expected


def test_a_recovery_code_lets_in_once(site: CaptureSite) -> None:
    jane = Person(site, "jane", "investigator")
    jane.come_in()
    assert len(set(jane.codes)) == 10
    for expected in (302, 403):
        again = Client()
        again.post("/login", {"username": "jane", "password": NEW_PASSWORD})
        assert again.post("/second-factor", {"code": jane.codes[0].upper()}).status_code == expected


@pytest.mark.requirement("REQ-ACCOUNTS-003")
def test_every_step_is_on_the_ledger(site: CaptureSite) -> None:
    jane = Person(site, "jane", "investigator")
    jane.come_in()
    jane.client.post("/logout")
    jane.give_password("wrong wrong wrong")
    Client().post("/login", {"username": "nobody.here", "password": "wrong wrong wrong"})
    told = [(kind, data) for kind, _, data in kinds(site)]
    public = jane.account.__class__.objects.get(username="jane").signing_public
    assert told[1:] == [
        ("account created", {"account": "jane"}),
        ("role granted", {"person": "jane", "role": "investigator", "sites": ["*"], "unusual": []}),
        ("password set", {"account": "jane"}),
        ("signing key made", {"account": "jane", "public": public}),
        ("second factor set", {"account": "jane"}),
        ("signed in", {"account": "jane", "second": "app"}),
        ("role taken", {"account": "jane", "role": "investigator", "from": None}),
        ("signed out", {"account": "jane", "how": "signed out"}),
        ("sign-in refused", {"account": "jane", "how": "password"}),
        ("sign-in refused", {"account": None, "how": "password"}),
    ]


def test_somebody_with_two_roles_chooses_and_the_change_is_on_the_ledger(site: CaptureSite) -> None:
    from lupustrial.capture.accounts import grant_role
    from lupustrial.ledger import Actor

    jane = Person(site, "jane", "investigator", ("01",))
    by = Actor(id="setup", role="administrator")
    grant_role(site.trial, jane.account, "monitor", ["*"], by=by, why="second role")
    jane.set_password()
    jane.give_password()
    jane.enrol()
    page = jane.client.get("/role").content.decode()
    assert "Work as Investigator" in page
    assert "Work as Monitor" in page
    assert jane.client.post("/role", {"role": "monitor"}).status_code == 302
    assert jane.client.post("/role", {"role": "administrator"}).status_code == 403
    assert jane.client.post("/role", {"role": "investigator"}).status_code == 302
    assert [data["role"] for _, _, data in kinds(site, "role taken")] == ["monitor", "investigator"]


@pytest.mark.requirement("REQ-ACCOUNTS-004")
def test_the_one_way_door_is_shown_and_stays_shut(site: CaptureSite) -> None:
    from lupustrial.capture.accounts import grant_role
    from lupustrial.ledger import Actor

    jane = Person(site, "jane", "investigator", ("01",))
    by = Actor(id="setup", role="administrator")
    grant_role(site.trial, jane.account, "unblinded_statistician", ["*"], by=by, why="second role")
    jane.set_password()
    jane.give_password()
    jane.enrol()
    jane.client.post("/role", {"role": "investigator"})
    assert jane.client.get("/").status_code == 200
    unblind(site, "jane")
    shut = jane.client.get("/")
    assert shut.status_code == 403
    assert "closed to you for good" in shut.content.decode()
    page = jane.client.get("/role").content.decode()
    assert "closed for good" in page
    assert "Work as Investigator" not in page
    assert jane.client.post("/role", {"role": "investigator"}).status_code == 403
