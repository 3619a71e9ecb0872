"""Randomising in the pages: once, whatever is pressed how often by whom; never when something is amiss."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from capture_site import SYSTEM, CaptureSite
from entering import enter, given, place
from supply_site import actor, eligible, set_up

from lupustrial.allocation.store import lock

TODAY = dt.datetime.now(dt.UTC).date().isoformat()
PAGE = "/supply/allocate/01-001"


def _number(site: CaptureSite, participant: str = "01-001") -> int | None:
    with site.trial.reading() as tx:
        row = tx.one("SELECT number FROM allocation_slot WHERE participant = ?", participant)
    return None if row is None else int(row[0])


def _entries(site: CaptureSite, kind: str) -> int:
    from lupustrial.ledger import entries

    with site.trial.reading() as tx:
        return sum(1 for _ in entries(tx, kinds=(kind,)))


@pytest.mark.requirement("REQ-SUPPLY-001")
def test_one_press_gives_the_next_number_fills_in_the_form_and_enrols(site: CaptureSite) -> None:
    from lupustrial.capture.store import Place, page_at, participant_of

    sealed = set_up(site)
    eligible(site)
    client = site.client("investigator")
    assert b"Randomise now" in client.get(PAGE).content
    assert client.post(PAGE, {"on": TODAY}).status_code == 302
    first = sealed.made.slots[0].number
    assert _number(site) == first
    shown = client.get(PAGE).content.decode()
    assert f'id="number">{first}<' in shown
    assert "Complete the record" not in shown
    with site.trial.reading() as tx:
        page = page_at(tx, Place(participant="01-001", visit="W0", form="randomisation"))
        who = participant_of(tx, "01-001")
    assert page is not None
    assert {item: held.value for item, held in page.items.items()} == {"RANDDAT": TODAY, "RANDNO": str(first)}
    assert page.state == "complete"
    assert who is not None
    assert who.state == "enrolled"


@pytest.mark.requirement("REQ-SUPPLY-002")
def test_pressing_again_changes_nothing_and_a_second_person_is_told_the_number(site: CaptureSite) -> None:
    set_up(site)
    eligible(site)
    site.client("investigator").post(PAGE, {"on": TODAY})
    first = _number(site)
    told = site.client("coordinator").post(PAGE, {"on": TODAY}, follow=True)
    assert f"was randomised before: number {first}" in told.content.decode()
    assert _number(site) == first
    assert _entries(site, "allocated") == 1
    assert _entries(site, "participant state") == 1


def _nothing(site: CaptureSite) -> None:
    eligible(site)


def _locked(site: CaptureSite) -> None:
    set_up(site)
    eligible(site)
    lock(site.trial.db, site.trial.study, actor(site.trial.study, "lock"), source={})


def _unconfirmed(site: CaptureSite) -> None:
    set_up(site)
    eligible(site, confirmed=False)


def _changed(site: CaptureSite) -> None:
    set_up(site)
    eligible(site)
    enter(site, "investigator", place("history"), given(STDTRT="30"), why="read again in the letter")


def _withdrawn(site: CaptureSite) -> None:
    from lupustrial.capture.store import write

    set_up(site)
    eligible(site)
    data = {"participant": "01-001", "state": "withdrawn"}
    with site.trial.writing() as tx:
        write(tx, study=site.trial.study.id, kind="participant state", by=SYSTEM, data=data)


def _exhausted(site: CaptureSite) -> None:
    set_up(site, slots=4)
    for count in range(1, 5):
        eligible(site, f"01-10{count}")
        site.client("investigator").post(f"/supply/allocate/01-10{count}", {"on": TODAY})
    eligible(site)


@pytest.mark.requirement("REQ-SUPPLY-003")
@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (_nothing, "there is no sealed list yet"),
        (_locked, "the database is locked"),
        (_unconfirmed, "eligibility is not confirmed yet"),
        (_changed, "something changed after eligibility was confirmed"),
        (_withdrawn, "is not in screening: withdrawn"),
        (_exhausted, "no slot is left in the stratum"),
    ],
)
def test_nobody_is_randomised_and_the_page_says_why(
    site: CaptureSite, prepare: Callable[[CaptureSite], None], reason: str
) -> None:
    prepare(site)
    response = site.client("investigator").post(PAGE, {"on": TODAY})
    assert response.status_code == 422
    assert reason in response.content.decode()
    assert _number(site) is None


def test_the_page_offers_no_button_while_something_stands_in_the_way(site: CaptureSite) -> None:
    set_up(site)
    eligible(site, confirmed=False)
    shown = site.client("investigator").get(PAGE).content.decode()
    assert "eligibility is not confirmed yet" in shown
    assert "Randomise now" not in shown


@pytest.mark.parametrize("day", ["", "tomorrow", "2020-01-01", "2099-01-01"])
def test_the_date_of_a_randomisation_is_today(site: CaptureSite, day: str) -> None:
    set_up(site)
    eligible(site)
    assert site.client("investigator").post(PAGE, {"on": day}).status_code == 422
    assert _number(site) is None


@pytest.mark.requirement("REQ-SUPPLY-004")
def test_what_fails_after_the_allocation_is_named_and_completed_later(site: CaptureSite) -> None:
    from lupustrial.capture.store import write

    set_up(site)
    eligible(site)
    study = site.trial.study.id
    hold = {"hold": "frozen", "participant": "01-001", "visit": "W0", "form": "randomisation", "repeat": 0}
    with site.trial.writing() as tx:
        held = write(tx, study=study, kind="hold set", by=SYSTEM, data=hold)
    client = site.client("investigator")
    failed = client.post(PAGE, {"on": TODAY})
    shown = failed.content.decode()
    assert failed.status_code == 422
    assert "The allocation stands." in shown
    assert "frozen" in shown
    number = _number(site)
    assert number is not None
    assert str(number) in shown
    with site.trial.writing() as tx:
        write(tx, study=study, kind="hold lifted", by=SYSTEM, data={"position": held.position})
    assert "Complete the record" in client.get(PAGE).content.decode()
    client.post(PAGE, {"on": TODAY, "complete": "1"})
    assert "Complete the record" not in client.get(PAGE).content.decode()
    assert _number(site) == number
    assert _entries(site, "allocated") == 1


def test_a_date_that_stands_in_the_form_is_left_alone(site: CaptureSite) -> None:
    from lupustrial.capture.store import Place, page_at

    set_up(site)
    eligible(site)
    where = place("randomisation", "W0")
    enter(site, "investigator", where, given(RANDDAT="2026-01-06"))
    site.client("investigator").post(PAGE, {"on": TODAY})
    with site.trial.reading() as tx:
        page = page_at(tx, Place(participant="01-001", visit="W0", form="randomisation"))
    assert page is not None
    assert page.items["RANDDAT"].value == "2026-01-06"
    assert page.items["RANDNO"].value == str(_number(site))


def test_minimisation_without_a_vault_is_refused_clearly(site: CaptureSite) -> None:
    set_up(site)
    eligible(site)
    rule = replace(site.trial.study.randomisation, method="minimisation")
    site.trial.study = replace(site.trial.study, randomisation=rule)
    client = site.client("investigator")
    assert "the vault that alone knows the arms is not set up" in client.get(PAGE).content.decode()
    refused = client.post(PAGE, {"on": TODAY})
    assert refused.status_code == 422
    assert "minimisation needs the vault" in refused.content.decode()


@pytest.mark.requirement("REQ-SUPPLY-015")
def test_a_stratum_is_not_shown_to_a_role_that_does_not_see_its_items(site: CaptureSite) -> None:
    from entering import somebody

    from lupustrial.capture.supply._judge import strata_seen
    from lupustrial.study import Factor, Level

    study = site.trial.study
    factors = tuple(
        Factor(
            id=name,
            name=name,
            levels=(Level(id="A", name="above", when=when), Level(id="B", name="b", when=when)),
        )
        for name, when in (("seen", "history.STDTRT > 1.0"), ("hidden", "cbc.EOS > 0.1"))
    )
    study = replace(study, randomisation=replace(study.randomisation, strata=factors))
    found = strata_seen(study, somebody(site, "investigator"), {"seen": "A", "hidden": "A"})
    assert [(one.factor, one.level) for one in found] == [("seen", "above"), ("hidden", None)]
