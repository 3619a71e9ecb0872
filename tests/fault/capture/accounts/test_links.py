"""One-time links: once, for a day, and only the last one."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest
from capture_door import NEW_PASSWORD, Person
from capture_site import CaptureSite
from django.test import Client
from django.utils import timezone

pytestmark = [
    pytest.mark.usefixtures("quick_argon"),
    pytest.mark.requirement("REQ-ACCOUNTS-008"),
]
TWICE = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}


def _link(person: Person) -> str:
    from lupustrial.capture.accounts import make_link

    return f"/link/{make_link(person.account)}"


def test_a_link_works_once_and_looking_at_it_uses_nothing_up(site: CaptureSite) -> None:
    link = _link(Person(site, "jane", "monitor"))
    for _ in range(3):
        assert Client().get(link).status_code == 200
    assert Client().post(link, TWICE).status_code == 302
    assert Client().get(link).status_code == 404
    assert Client().post(link, TWICE).status_code == 404


def test_a_link_ends_after_a_day(site: CaptureSite) -> None:
    from lupustrial.capture.models import OneTimeLink

    link = _link(Person(site, "jane", "monitor"))
    made = OneTimeLink.objects.get()
    day = dt.timedelta(hours=24)
    assert day - dt.timedelta(minutes=1) < made.expires - timezone.now() <= day
    OneTimeLink.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    assert Client().post(link, TWICE).status_code == 404


def test_a_new_link_ends_the_one_before(site: CaptureSite) -> None:
    jane = Person(site, "jane", "monitor")
    first, second = _link(jane), _link(jane)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_the_link_of_a_closed_account_opens_nothing(site: CaptureSite) -> None:
    jane = Person(site, "jane", "monitor")
    link = _link(jane)
    type(jane.account).objects.update(is_active=False)
    assert Client().get(link).status_code == 404


def test_the_database_holds_no_secret_of_a_link(site: CaptureSite) -> None:
    secret = _link(Person(site, "jane", "monitor")).removeprefix("/link/")
    with sqlite3.connect(site.trial.config.database) as raw:
        dump = "\n".join(raw.iterdump())
    assert secret not in dump
    assert len(secret) >= 43  # 256 bits in base 64


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("guess", ["x", "0" * 43, "%00", "..%2f", "é"])
def test_a_guess_opens_nothing(guess: str) -> None:
    assert Client().get(f"/link/{guess}").status_code == 404


def test_a_weak_or_mistyped_password_uses_nothing_up(site: CaptureSite) -> None:
    link = _link(Person(site, "jane", "monitor"))
    for password, again in (
        ("short", "short"),
        ("12345678901234", "12345678901234"),
        (NEW_PASSWORD, "x"),
        ("", ""),
    ):
        answer = Client().post(link, {"password": password, "again": again})
        assert answer.status_code == 422
        assert 'class="fault"' in answer.content.decode()
    assert Client().post(link, TWICE).status_code == 302


def test_the_address_of_a_link_is_told_to_nobody(site: CaptureSite) -> None:
    answer = Client().get(_link(Person(site, "jane", "monitor")))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
