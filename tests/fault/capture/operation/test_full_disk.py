"""A disk without room: a save is refused with a page that says so, what was saved stays, and it goes on."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from capture_site import CaptureSite
from entering import held, place

from lupustrial.capture.store import verify_projection
from lupustrial.ledger import verify_ledger

URL = "/participants/01-001/visits/SCR/forms/consent/1"


def _fields(value: str) -> dict[str, object]:
    return {"i": ["ICDAT"], "revision": "0", "action": "gaps", "v.ICDAT": value, "u.ICDAT": ""}


@contextmanager
def _no_room() -> Iterator[None]:
    """Let nothing be written beyond the first bytes of a file, which looks to SQLite like a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.requirement("REQ-FAULT-003")
def test_a_save_is_refused_and_told_and_goes_on_when_there_is_room(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    client.raise_request_exception = False
    assert client.get(URL).status_code == 200
    with site.trial.reading() as tx:
        before = tx.one("SELECT position FROM ledger_head")
    with _no_room():
        refused = client.post(URL, _fields("2026-03-02"))
    assert refused.status_code == 503
    text = refused.content.decode()
    assert "Nothing was saved." in text
    assert "what you typed is still in the form" in text
    assert "LEDGER-006" in text
    assert str(site.folder) not in text
    assert refused["Retry-After"] == "30"
    with site.trial.reading() as tx:
        assert verify_ledger(tx) == []
        assert tx.one("SELECT position FROM ledger_head") == before
    assert held(site, place("consent")) is None
    assert client.post(URL, _fields("2026-03-02")).status_code == 302
    page = held(site, place("consent"))
    assert page is not None
    assert page.items["ICDAT"].value == "2026-03-02"
    assert verify_projection(site.trial.db, site.trial.study.id) == []
