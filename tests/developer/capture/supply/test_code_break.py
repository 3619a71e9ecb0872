"""The emergency code break: reason, password, a named recipient; ciphertext; the door shuts; all are told."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from capture_site import PASSWORD, CaptureSite
from django.core import mail
from django.test import Client
from supply_site import DOCTOR, Supplied, code_breaks
from vaults import short_folder

from lupustrial.allocation.sealing import make_key, opened
from lupustrial.ledger import entries

PAGE = "/supply/code-break/01-001"
GIVEN = {
    "reason": "serious adverse event",
    "text": "septic shock, treatment depends on it",
    "recipient": "doctor",
    "password": PASSWORD,
}


@pytest.fixture
def broken(supplied: Supplied) -> Iterator[Supplied]:
    """A vault that breaks codes for `doctor` and for the investigator."""
    with short_folder() as folder:
        named = {"doctor": DOCTOR, "investigator": make_key()}
        with code_breaks(supplied.site, supplied.sealed, folder, named):
            yield supplied


def _post(site: CaptureSite, **changed: str) -> Any:
    return site.client("investigator").post(PAGE, {**GIVEN, **changed})


def _entry(site: CaptureSite) -> Mapping[str, Any] | None:
    with site.trial.reading() as tx:
        return next((one.data for one in entries(tx, kinds=("code broken",))), None)


@pytest.mark.requirement("REQ-SUPPLY-009")
def test_the_answer_is_ciphertext_that_the_recipient_alone_opens(broken: Supplied) -> None:
    site = broken.site
    client = site.client("investigator")
    page = client.get(PAGE).content.decode()
    assert "doctor" in page
    assert client.post(PAGE, GIVEN)["Location"] == "/supply/answers"
    entry = _entry(site)
    assert entry is not None
    assert entry["to"] == "doctor"
    listed = client.get("/supply/answers").content.decode()
    assert "01-001" in listed
    with site.trial.reading() as tx:
        (position,) = (one.position for one in entries(tx, kinds=("code broken",)))
    file = client.get(f"/supply/answers/{position}")
    assert file["Cache-Control"] == "no-store"
    content = b"".join(file) if file.streaming else file.content
    arms = {slot.number: slot.arm for slot in broken.sealed.made.slots}
    told = opened(content, DOCTOR, "answer")
    assert f"arm: {arms[broken.number]} ".encode() in told
    assert arms[broken.number].encode() not in content


@pytest.mark.requirement("REQ-SUPPLY-009")
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"reason": ""}, "no reason is chosen"),
        ({"reason": "curiosity"}, "no reason is chosen"),
        ({"text": "shock"}, "10 to 2000 characters"),
        ({"password": "wrong"}, "this is not your password"),
        ({"recipient": "eve"}, "nobody whom the holder of the code-break key named"),
        ({"recipient": ""}, "nobody whom the holder of the code-break key named"),
    ],
)
def test_without_reason_password_or_named_recipient_nothing_is_done(
    broken: Supplied, changed: dict[str, str], reason: str
) -> None:
    response = _post(broken.site, **changed)
    assert response.status_code == 422
    shown = response.content.decode()
    assert reason in shown
    assert PASSWORD not in shown
    assert _entry(broken.site) is None


@pytest.mark.requirement("REQ-SUPPLY-010")
def test_the_door_shuts_at_once_for_who_learns_the_arm(broken: Supplied) -> None:
    site = broken.site
    client = site.client("investigator")
    assert client.get("/supply").status_code == 200
    client.post(PAGE, {**GIVEN, "recipient": "investigator"})
    for address in ("/", "/supply", "/supply/unblindings", PAGE):
        assert client.get(address).status_code == 403, address
    assert client.post("/supply/allocate/01-001", {"on": "2026-01-01"}).status_code == 403
    assert "Sealed answer" in client.get("/supply/answers").content.decode()


def test_nobody_else_gets_the_answer_and_nobody_without_the_second_factor(broken: Supplied) -> None:
    site = broken.site
    _post(site)
    with site.trial.reading() as tx:
        (position,) = (one.position for one in entries(tx, kinds=("code broken",)))
    other = site.client("sponsor")
    assert other.get(f"/supply/answers/{position}").status_code == 404
    assert b"01-001" not in other.get("/supply/answers").content
    bare = Client()
    bare.force_login(site.account("investigator", "investigator"))
    assert bare.get(f"/supply/answers/{position}").status_code == 302
    assert Client().get(f"/supply/answers/{position}").status_code == 302


@pytest.mark.requirement("REQ-SUPPLY-011")
def test_who_is_told_sees_the_notice_until_it_is_acknowledged(broken: Supplied) -> None:
    site = broken.site
    _post(site)
    with site.trial.reading() as tx:
        (position,) = (one.position for one in entries(tx, kinds=("code broken",)))
    for role in ("sponsor", "monitor", "investigator"):
        client = site.client(role)
        assert "The code of participant 01-001 was broken" in client.get("/supply/notices").content.decode()
        client.post(f"/supply/unblindings/{position}/read")
        assert client.get("/supply/notices").content.strip() == b""
    assert site.client("data_manager").get("/supply/notices").content.strip() == b""
    elsewhere = site.client("monitor", person="mona", sites=("02",))
    assert elsewhere.get("/supply/notices").content.strip() == b""
    with site.trial.reading() as tx:
        read = [one.by.id for one in entries(tx, kinds=("unblinding notice read",))]
    assert read == ["sponsor", "monitor", "investigator"]


def test_the_ledger_tells_which_roles_were_told(broken: Supplied) -> None:
    _post(broken.site)
    entry = _entry(broken.site)
    assert entry is not None
    assert entry["notified"] == ["investigator", "sponsor", "monitor", "unblinded_statistician"]


@pytest.mark.requirement("REQ-SUPPLY-011")
def test_mail_says_that_a_notice_waits_and_nothing_more(broken: Supplied, settings_of_mail: None) -> None:
    from lupustrial.capture.models import Account

    del settings_of_mail
    site = broken.site
    sponsor = site.account("sponsor", "sponsor")
    _address(sponsor, "sponsor@trial.example")
    assert Account.objects.filter(username="sponsor").exists()
    _post(site)
    (message,) = mail.outbox
    assert message.to == ["sponsor@trial.example"]
    text = message.subject + str(message.body)
    for telling in ("01-001", "septic", "doctor", str(broken.number)):
        assert telling not in text


def test_without_a_mail_service_nothing_is_sent(broken: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
    mail.outbox = []
    _address(broken.site.account("sponsor", "sponsor"), "sponsor@trial.example")
    _post(broken.site)
    assert mail.outbox == []


def _address(account: Any, address: str) -> None:
    from django.conf import settings

    from lupustrial.capture._encryption import seal_text

    account.email = seal_text(settings.CONFIG.keys, address, place=f"email of {account.username}")
    account.save(update_fields=["email"])


@pytest.fixture
def settings_of_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail goes to memory."""
    from django.conf import settings

    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
    mail.outbox = []


@pytest.mark.requirement("REQ-SUPPLY-009")
def test_without_a_vault_the_page_says_how_to_do_it_at_the_bedside(supplied: Supplied) -> None:
    site = supplied.site
    shown = site.client("investigator").get(PAGE).content.decode()
    assert "no vault is set up for this server" in shown
    assert "in three steps" in shown
    assert "lupustrial randomise open" in shown
    assert f"randomisation number {supplied.number}" in shown
    assert "password" not in shown.lower().partition("<main")[2]
    assert _post(site).status_code == 422
    assert _entry(site) is None


def test_a_vault_that_went_away_is_told_and_nothing_is_lost(supplied: Supplied) -> None:
    site = supplied.site
    with short_folder() as folder, code_breaks(site, supplied.sealed, folder, {"doctor": DOCTOR}):
        config = site.trial.config
    site.trial.config = config  # its socket is gone
    response = _post(site)
    assert response.status_code == 422
    shown = response.content.decode()
    assert "the vault cannot be reached" in shown
    assert "in three steps" in shown


def test_there_is_no_code_to_break_before_somebody_is_randomised(broken: Supplied) -> None:
    broken.site.register("01-002")
    page = broken.site.client("investigator").get("/supply/code-break/01-002").content.decode()
    assert "there is no code to break" in page
    response = broken.site.client("investigator").post("/supply/code-break/01-002", GIVEN)
    assert response.status_code == 422


@pytest.mark.requirement("REQ-SUPPLY-012")
def test_an_unblinding_is_assessed_in_every_point(broken: Supplied) -> None:
    site = broken.site
    _post(site)
    monitor = site.client("monitor")
    with site.trial.reading() as tx:
        (position,) = (one.position for one in entries(tx, kinds=("code broken",)))
    address = f"/supply/unblindings/{position}"
    assert "to be assessed" in monitor.get("/supply/unblindings").content.decode()
    answers = {
        "who_knows": "the treating physician",
        "effect_on_participant": "goes on with study drug",
        "effect_on_results": "stays in the analysis",
        "measures": "the answer went by sealed file",
    }
    assert monitor.post(address, {**answers, "measures": " "}).status_code == 422
    assert monitor.post(address, answers).status_code == 302
    listed = monitor.get("/supply/unblindings").content.decode()
    assert "to be assessed" not in listed
    assert "goes on with study drug" in monitor.get(address).content.decode()
    assert site.client("sponsor").post(address, answers).status_code == 403


@pytest.mark.requirement("REQ-SUPPLY-012")
def test_an_unblinding_by_mistake_is_reported_and_shuts_the_door(supplied: Supplied) -> None:
    site = supplied.site
    pharmacist = site.client("pharmacist")
    assert pharmacist.get("/supply").status_code == 200
    data = {"participant": "01-001", "person": "pharmacist", "text": "saw the packing list"}
    monitor = site.client("monitor")
    for lacking in ({"participant": "99-999"}, {"person": "nobody"}, {"text": ""}):
        assert monitor.post("/supply/unblindings/report", {**data, **lacking}).status_code == 422
    reported = monitor.post("/supply/unblindings/report", data)
    assert reported.status_code == 302
    assert pharmacist.get("/supply").status_code == 403
    assert "reported" in monitor.get("/supply/unblindings").content.decode()
    assert "was reported on" in site.client("sponsor").get("/supply/notices").content.decode()


def test_a_break_on_the_command_line_is_told_in_the_pages_too(supplied: Supplied) -> None:
    from supply_site import actor

    from lupustrial.allocation.sealing import Recipient
    from lupustrial.allocation.store import break_code

    site, study = supplied.site, supplied.site.trial.study
    site.client("sponsor").get("/supply/notices")  # the ledger was read before
    to = Recipient(name="doctor", purpose="code_break", public_key=DOCTOR.public_key)
    key = supplied.sealed.keys["code_break"]
    by = actor(study, "break code")
    break_code(site.trial.db, study, "01-001", by, to=to, key=key, why="at the bedside")
    assert b"01-001" in site.client("sponsor").get("/supply/notices").content


def test_the_sealed_answer_is_base64_of_an_age_file_in_the_ledger(broken: Supplied) -> None:
    _post(broken.site)
    with broken.site.trial.reading() as tx:
        (data,) = (one.data for one in entries(tx, kinds=("code break answer kept",)))
    assert base64.b64decode(data["sealed"]).startswith(b"age-encryption.org/v1")


def test_tables_of_answers_follow_from_the_ledger(broken: Supplied) -> None:
    from lupustrial.capture.store import verify_projection

    _post(broken.site)
    assert verify_projection(broken.site.trial.db, broken.site.trial.study.id) == []
