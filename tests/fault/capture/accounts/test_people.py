"""What an administrator can do, and cannot."""

from __future__ import annotations

import re
import sqlite3

import pytest
from capture_door import Person, kinds, unblind
from capture_site import CaptureSite

pytestmark = pytest.mark.usefixtures("quick_argon")


def test_a_new_account_gets_a_link_that_is_shown_once(site: CaptureSite) -> None:
    boss = site.client("administrator")
    sent = {"username": "jane.doe", "full_name": "Jane Doe", "email": "jane@hospital.example"}
    page = boss.post("/people/new", sent).content.decode()
    assert len(re.findall(r"http://testserver/link/[\w-]{43}", page)) == 1
    assert "/link/" not in boss.get("/people/jane.doe").content.decode()
    assert "/link/" not in boss.get("/people").content.decode()


@pytest.mark.requirement("REQ-ACCOUNTS-006")
def test_a_name_is_never_given_twice(site: CaptureSite) -> None:
    boss = site.client("administrator")
    sent = {"username": "jane.doe", "full_name": "Jane Doe"}
    assert boss.post("/people/new", sent).status_code == 200
    boss.post("/people/jane.doe", {"action": "close", "why": "left"})
    answer = boss.post("/people/new", {**sent, "full_name": "Jane Other"})
    assert answer.status_code == 422
    assert "there is an account of this name" in answer.content.decode()


@pytest.mark.requirement("REQ-ACCOUNTS-006")
@pytest.mark.parametrize(
    "name",
    ["new", "review", "system", "lupustrial", "Jane", "jane doe", "j", "1jane", "jane/..", "jané", "ja\0ne"],
)
def test_a_name_that_could_be_taken_for_something_else_is_refused(site: CaptureSite, name: str) -> None:
    boss = site.client("administrator")
    answer = boss.post("/people/new", {"username": name, "full_name": "Jane"})
    assert answer.status_code == 422
    assert kinds(site, "account created") == []


@pytest.mark.requirement("REQ-ACCOUNTS-014")
def test_an_e_mail_address_is_not_in_the_database_in_the_clear(site: CaptureSite) -> None:
    boss = site.client("administrator")
    boss.post(
        "/people/new", {"username": "jane", "full_name": "Jane", "email": "zebra-quagga@hospital.example"}
    )
    assert "zebra-quagga@hospital.example" in boss.get("/people/jane").content.decode()
    with sqlite3.connect(site.trial.config.database) as raw:
        dump = "\n".join(raw.iterdump())
    assert "zebra-quagga" not in dump


@pytest.mark.requirement("REQ-ACCOUNTS-014")
def test_the_secret_of_the_second_factor_and_recovery_codes_are_not_in_the_clear(site: CaptureSite) -> None:
    import base64

    jane = Person(site, "jane", "monitor")
    jane.come_in()
    with sqlite3.connect(site.trial.config.database) as raw:
        dump = "\n".join(raw.iterdump()).casefold()
    assert base64.b32decode(jane.secret).hex() not in dump
    for code in jane.codes:
        assert code.replace("-", "") not in dump


@pytest.mark.requirement("REQ-ACCOUNTS-012")
def test_the_ledger_says_who_granted_and_ended_what_where_and_why(site: CaptureSite) -> None:
    boss = site.client("administrator")
    Person(site, "jane", "")
    answer = boss.post(
        "/people/jane", {"action": "grant", "role": "monitor", "sites": ["01"], "why": "monitors site 01"}
    )
    assert answer.status_code == 302
    boss.post("/people/jane", {"action": "end", "grant": "monitor@01", "why": "site is closed"})
    from lupustrial.ledger import entries

    with site.trial.reading() as tx:
        told = [one for one in entries(tx) if one.data.get("person") == "jane"]
    assert [(one.kind, one.by.id, one.by.role, one.data["sites"], one.why) for one in told] == [
        ("role granted", "administrator", "administrator", ["01"], "monitors site 01"),
        ("role ended", "administrator", "administrator", ["01"], "site is closed"),
    ]


def test_every_act_asks_for_a_reason(site: CaptureSite) -> None:
    boss = site.client("administrator")
    Person(site, "jane", "monitor")
    before = len(kinds(site))
    for sent in (
        {"action": "grant", "role": "monitor", "sites": ["01"]},
        {"action": "end", "grant": "monitor@*"},
        {"action": "close"},
        {"action": "reopen"},
        {"action": "reset"},
    ):
        answer = boss.post("/people/jane", {**sent, "why": "   "})
        assert answer.status_code == 422, sent
    assert len(kinds(site)) == before


@pytest.mark.requirement("REQ-ACCOUNTS-017")
def test_administrators_give_themselves_a_clinical_role_only_after_a_warning(site: CaptureSite) -> None:
    boss = site.client("administrator")
    sent = {"action": "grant", "role": "investigator", "sites": ["*"], "why": "nobody else is here"}
    warned = boss.post("/people/administrator", sent)
    assert warned.status_code == 422
    assert "give yourself a clinical role" in warned.content.decode()
    assert not any(data.get("role") == "investigator" for _, _, data in kinds(site, "role granted"))
    assert boss.post("/people/administrator", {**sent, "confirmed": "1"}).status_code == 302
    granted = kinds(site, "role granted")[-1]
    assert granted[1:] == (
        "administrator",
        {"person": "administrator", "role": "investigator", "sites": ["*"], "unusual": ["own"]},
    )


@pytest.mark.requirement("REQ-ACCOUNTS-004")
def test_a_role_that_unblinds_or_stays_shut_is_warned_of(site: CaptureSite) -> None:
    boss = site.client("administrator")
    Person(site, "jane", "investigator", ("01",))
    knows = {"action": "grant", "role": "unblinded_statistician", "sites": ["*"], "why": "asked for"}
    assert "are closed for good" in boss.post("/people/jane", knows).content.decode()
    Person(site, "john", "")
    unblind(site, "john")
    blind = {"action": "grant", "role": "investigator", "sites": ["01"], "why": "asked for"}
    assert "stays closed" in boss.post("/people/john", blind).content.decode()


def test_the_last_administrator_cannot_be_closed_or_ended(site: CaptureSite) -> None:
    boss = site.client("administrator")
    for sent in ({"action": "close"}, {"action": "end", "grant": "administrator@*"}):
        answer = boss.post("/people/administrator", {**sent, "why": "tidying up"})
        assert answer.status_code == 422
        assert "the last account that can administer" in answer.content.decode()
    site.account("second", "administrator")
    answer = boss.post("/people/second", {"action": "close", "why": "left"})
    assert answer.status_code == 302
    assert boss.post("/people/administrator", {"action": "close", "why": "x"}).status_code == 422
    boss.post("/people/second", {"action": "reopen", "why": "back"})
    assert boss.post("/people/administrator", {"action": "close", "why": "x"}).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "delete", "why": "x"},
        {"action": "grant", "role": "emperor", "sites": ["01"], "why": "x"},
        {"action": "grant", "role": "monitor", "sites": ["99"], "why": "x"},
        {"action": "grant", "role": "monitor", "why": "x"},
        {"action": "end", "grant": "emperor@*", "why": "x"},
        {"action": "end", "why": "x"},
        {"action": "close", "why": "x" * 10_000},
        {"action": "close", "why": "\0"},
    ],
)
def test_nothing_that_is_sent_to_the_page_breaks_it(site: CaptureSite, sent: dict[str, object]) -> None:
    boss = site.client("administrator")
    Person(site, "jane", "monitor")
    before = len(kinds(site))
    assert boss.post("/people/jane", sent).status_code == 422
    assert len(kinds(site)) == before
    assert boss.get("/people/nobody").status_code == 404


@pytest.mark.requirement("REQ-ACCOUNTS-007")
def test_the_review_of_access_shows_last_sign_ins_and_is_on_the_ledger(site: CaptureSite) -> None:
    import datetime as dt

    from django.utils import timezone

    from lupustrial.capture.models import Account

    boss = site.client("administrator")
    site.account("jane", "monitor", ("01",))
    long_ago = timezone.now() - dt.timedelta(days=91)
    Account.objects.filter(username="jane").update(last_login=long_ago)
    page = boss.get("/people/review").content.decode()
    assert f"{long_ago:%Y-%m-%d %H:%M}" in page
    assert "unused for 90 days" in page
    assert boss.post("/people/review", {"why": ""}).status_code == 422
    assert boss.post("/people/review", {"why": "with the sponsor, by telephone"}).status_code == 302
    (told,) = kinds(site, "access reviewed")
    assert told[2] == {"open": ["administrator", "jane"], "closed": []}


@pytest.mark.requirement("REQ-ACCOUNTS-017")
def test_the_pages_of_people_show_no_clinical_data(site: CaptureSite) -> None:
    boss = site.client("administrator")
    site.register("01-001")
    for address in ("/people", "/people/review", "/people/administrator", "/account", "/"):
        assert "01-001" not in boss.get(address).content.decode(), address
    assert boss.get("/participants").status_code == 403
