"""The logs name addresses and kinds of faults, and nothing that somebody typed."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from capture_door import NEW_PASSWORD, Person
from capture_site import CaptureSite
from django.test import Client

pytestmark = [pytest.mark.usefixtures("quick_argon"), pytest.mark.requirement("REQ-ACCOUNTS-020")]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the server writes to its log, by the handler of the settings."""
    import logging.config

    from django.conf import settings

    written = io.StringIO()
    logging.config.dictConfig(settings.LOGGING)
    (handler,) = [one for one in logging.getLogger().handlers if one.name == "console"]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    level = logging.getLogger("lupustrial.access").level
    logging.getLogger("lupustrial.access").setLevel(logging.INFO)
    yield written
    logging.getLogger("lupustrial.access").setLevel(level)
    logging.getLogger().removeHandler(handler)


def test_no_log_holds_what_somebody_typed_or_a_participant(site: CaptureSite, log: io.StringIO) -> None:
    from lupustrial.capture.accounts import make_link

    jane = Person(site, "jane", "investigator")
    secret = make_link(jane.account)
    jane.client.post(f"/link/{secret}", {"password": NEW_PASSWORD, "again": NEW_PASSWORD})
    jane.client.get(f"/link/{secret}")
    for _ in range(6):
        jane.client.post("/login", {"username": "my password 77", "password": "guess-4711"})
    jane.give_password()
    jane.enrol()
    jane.client.get("/role")
    site.register("02-987", "01")
    jane.client.get("/participants/02-987?note=quagga")
    jane.client.get("/participants/02-986?note=quagga")
    site.client("administrator").get("/participants/02-987?note=quagga")
    Client(enforce_csrf_checks=True).post("/participants/02-987", {"note": "quagga"})
    Client().get("/login", HTTP_HOST="quagga\r\nforged line")
    text = log.getvalue()
    assert "GET participant 200" in text
    assert "POST login 403" in text
    for secret_thing in (
        secret,
        NEW_PASSWORD,
        "my password 77",
        "guess-4711",
        "02-987",
        "02-986",
        "quagga=",
        "note=",
        jane.secret,
        jane.codes[0],
        jane.client.session.session_key,
        "forged line\n",
    ):
        assert secret_thing not in text, secret_thing


def test_a_trace_holds_no_message(
    site: CaptureSite, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lupustrial.capture.accounts import _people

    def fail(*_: object) -> None:
        raise RuntimeError("value 120/80 of 02-987") from ValueError("Key (participant)=(02-987) exists")

    monkeypatch.setattr(_people, "listed", fail)
    boss = site.client("administrator")
    boss.raise_request_exception = False
    boss.get("/people")
    text = log.getvalue()
    assert "builtins.RuntimeError" in text
    assert "builtins.ValueError" in text
    assert "test_logs.py" in text
    assert "02-987" not in text
    assert "120/80" not in text
