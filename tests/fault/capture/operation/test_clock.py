"""The clock of the server jumps: the order of the ledger is that of its positions, and sessions still end."""

from __future__ import annotations

import datetime as dt

import pytest
from capture_site import CaptureSite
from entering import enter, given, place

from lupustrial.capture.store import verify_projection
from lupustrial.ledger import _append, entries, verify_ledger

TIMES = ("2026-03-02T10:00:00", "2031-01-01T00:00:00", "2020-01-01T00:00:00", "2026-03-02T10:05:00")


@pytest.mark.requirement("REQ-FAULT-005")
def test_the_order_is_that_of_the_positions(site: CaptureSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.register()
    told = [f"{time}.000000Z" for time in TIMES]
    for number, time in enumerate(told):
        monkeypatch.setattr(_append, "now", lambda time=time: time)
        answers = given(C3=(f"0.8{number}", "g/L"), C4=("0.2", "g/L"))
        enter(site, "investigator", place("complement"), answers, why="read again" if number else "")
    with site.trial.reading() as tx:
        assert verify_ledger(tx) == []
        saved = [one for one in entries(tx) if one.kind == "page saved"]
    assert [one.at for one in saved] == told
    assert [one.data["changes"]["C3"]["to"]["value"] for one in saved] == ["0.80", "0.81", "0.82", "0.83"]
    assert verify_projection(site.trial.db, site.trial.study.id) == []


@pytest.mark.requirement("REQ-FAULT-005")
def test_a_clock_that_jumps_makes_no_session_eternal(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lupustrial.capture.accounts import _limits

    at = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC).timestamp()
    clock = [at]
    monkeypatch.setattr(_limits, "_now", lambda: int(clock[0]))
    jane = site.client("monitor")
    assert jane.get("/account").status_code == 200
    clock[0] = at - 10 * 365 * 86_400  # set back by ten years: the session began in the future
    assert jane.get("/account").status_code == 302
    john = site.client("coordinator")
    assert john.get("/account").status_code == 200
    clock[0] += 40 * 365 * 86_400
    assert john.get("/account").status_code == 302
