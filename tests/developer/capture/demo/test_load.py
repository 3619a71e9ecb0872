"""The demonstration: somebody at every stage, nothing in the future, and a ledger that verifies."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from capture_site import CaptureSite

from lupustrial.capture.store import verify_projection
from lupustrial.errors import CaptureError
from lupustrial.ledger import entries, verify_ledger


def test_somebody_is_at_every_stage(demo_site: CaptureSite) -> None:
    with demo_site.trial.reading() as tx:
        states = {row[0] for row in tx.all("SELECT DISTINCT state FROM capture_participant")}
        queries = {row[0] for row in tx.all("SELECT DISTINCT state FROM capture_query")}
        gaps = tx.all("SELECT 1 FROM capture_page WHERE state = 'started'")
        compared = tx.all("SELECT 1 FROM capture_verified")
    assert states == {"screening", "enrolled", "completed", "withdrawn", "screen failure"}
    assert queries == {"open", "answered", "closed"}
    assert gaps
    assert compared


def test_the_ledger_is_whole_and_ends_before_now(demo_site: CaptureSite) -> None:
    trial = demo_site.trial
    now = dt.datetime.now(dt.UTC).isoformat()
    with trial.reading() as tx:
        assert verify_ledger(tx) == []
        first = tx.one("SELECT at FROM capture_demonstration")
        times = [entry.at for entry in entries(tx)]
    assert first is not None
    laid = times[times.index(first[0]) :]
    assert laid == sorted(laid)
    assert laid[-1] < now
    assert verify_projection(trial.db, trial.study.id) == []


def test_every_date_is_past(demo_site: CaptureSite) -> None:
    today = str(dt.datetime.now(dt.UTC).date())
    with demo_site.trial.reading() as tx:
        dates = [row[0] for row in tx.all("SELECT date FROM capture_visit")]
    assert dates
    assert max(dates) <= today


def test_who_enters_a_form_may(demo_site: CaptureSite) -> None:
    study = demo_site.trial.study
    with demo_site.trial.reading() as tx:
        entered = tx.all("SELECT form, items FROM capture_page")
    for form, items in entered:
        named = study.form(form).entered_by
        if named:
            assert {held[4] for held in json.loads(items).values()} <= set(named)


def test_slots_and_kits_are_those_that_the_pages_tell(demo_site: CaptureSite) -> None:
    from lupustrial.allocation.kits import read_kits
    from lupustrial.allocation.store import verify_store

    trial = demo_site.trial
    with trial.reading() as tx:
        slots = dict(tx.all("SELECT participant, number FROM allocation_slot WHERE participant IS NOT NULL"))
        kits = read_kits(tx, trial.study.id).values()
        told = tx.all(
            "SELECT participant, visit, form, items FROM capture_page "
            "WHERE form IN ('randomisation', 'injections')"
        )
    handed = {(kit.participant, kit.visit): str(kit.number) for kit in kits if kit.state == "dispensed"}
    numbers = {who: json.loads(items)["RANDNO"][0] for who, _, form, items in told if form == "randomisation"}
    assert numbers
    assert all(str(slots[who]) == number for who, number in numbers.items())
    vials = [
        (handed.get((who, visit)), json.loads(items)["KIT"][0])
        for who, visit, form, items in told
        if form == "injections" and "KIT" in json.loads(items)
    ]
    assert vials
    assert all(kit == written for kit, written in vials)
    assert verify_store(trial.db, trial.study).faults == ()


def test_a_button_signs_in(demo_site: CaptureSite) -> None:
    from django.test import Client

    client = Client()
    page = client.get("/demo").content.decode()
    assert page.count("<button") == len(demo_site.trial.study.roles)
    assert "no real person" in page.lower()
    assert client.post("/demo", {"role": "monitor"}).status_code == 302
    home = client.get("/")
    assert home.status_code == 200
    assert "Monitor" in home.content.decode()


def test_it_is_laid_into_an_empty_database_only(
    demo_site: CaptureSite, site: CaptureSite, demo_records: pl.DataFrame
) -> None:
    from lupustrial.capture.demo import load

    del site
    with pytest.raises(CaptureError, match="CAPT-098"):
        load(demo_site.trial, demo_records)
