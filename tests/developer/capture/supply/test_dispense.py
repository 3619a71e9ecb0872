"""Handing kits out and counting them: by number or code, the own ones, every unit accounted for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from capture_site import CaptureSite
from supply_site import Supplied

from lupustrial.allocation import kits as room

TODAY = dt.datetime.now(dt.UTC).date().isoformat()
PAGE = "/supply/dispense/01-001"


def _kit(site: CaptureSite, number: int) -> room.Kit:
    with site.trial.reading() as tx:
        return room.read_kits(tx, site.trial.study.id)[number]


def _give(site: CaptureSite, kit: str, visit: str = "W0", **more: str) -> tuple[int, str]:
    response = site.client("pharmacist").post(PAGE, {"visit": visit, "kit": kit, "on": TODAY, **more})
    return response.status_code, response.content.decode()


@pytest.mark.requirement("REQ-SUPPLY-005")
@pytest.mark.parametrize("written", ["{0}", "IL2-SLE:{0}", " {1} "])
def test_the_kit_that_is_named_is_confirmed_by_number_or_code(supplied: Supplied, written: str) -> None:
    site, own = supplied.site, supplied.own
    shown = site.client("pharmacist").get(PAGE).content.decode()
    found = re.search(r'id="take">([^<]*)<', shown)
    assert found is not None
    named = int(re.sub(r"\D", "", found[1]))
    assert named == own[0]
    status, _ = _give(site, written.format(named, f"{named:,}".replace(",", " ")))
    assert status == 302
    kit = _kit(site, named)
    assert (kit.state, kit.participant, kit.visit) == ("dispensed", "01-001", "W0")


def _other(site: CaptureSite, own: list[int]) -> str:
    with site.trial.reading() as tx:
        return str(next(number for number in room.read_kits(tx, site.trial.study.id) if number not in own))


def _quarantined(site: CaptureSite, own: list[int]) -> str:
    data = {"kits": str(own[0]), "why": "the fridge failed", "low": "1", "high": "20"}
    assert site.client("pharmacist").post("/supply/kits/quarantine", data).status_code == 302
    return str(own[0])


def _used(site: CaptureSite, own: list[int]) -> str:
    assert _give(site, str(own[0]))[0] == 302
    data = {"kit": str(own[0]), "used": "7", "unused": "0", "lost": "0", "on": TODAY}
    assert site.client("pharmacist").post("/supply/returns", data).status_code == 302
    return str(own[0])


def _misread(site: CaptureSite, own: list[int]) -> str:
    del site
    return str(own[0] + 1)


def _of_another_trial(site: CaptureSite, own: list[int]) -> str:
    del site
    return f"OTHER:{own[0]}"


def _nothing(site: CaptureSite, own: list[int]) -> str:
    del site, own
    return ""


@pytest.mark.requirement("REQ-SUPPLY-005")
@pytest.mark.parametrize(
    ("take", "reason"),
    [
        (_other, "was packed for another slot"),
        (_quarantined, "is in quarantine at site 01"),
        (_used, "was handed out and came back"),
        (_misread, "check digit"),
        (_of_another_trial, "the label is of study"),
        (_nothing, "no kit is named"),
    ],
)
def test_a_kit_that_is_not_right_is_refused_with_the_reason(
    supplied: Supplied, take: Callable[[CaptureSite, list[int]], str], reason: str
) -> None:
    site, own = supplied.site, supplied.own
    taken = take(site, own)
    status, shown = _give(site, taken, "W4")
    assert status == 422
    assert reason in shown
    with site.trial.reading() as tx:
        kits = room.read_kits(tx, site.trial.study.id).values()
    assert not [kit for kit in kits if kit.visit == "W4"]


def test_a_kit_that_expires_before_its_last_dose_is_refused(supplied: Supplied) -> None:
    site, own = supplied.site, supplied.own
    response = site.client("pharmacist").post(PAGE, {"visit": "W0", "kit": str(own[0]), "on": "2100-01-01"})
    assert response.status_code == 422
    assert "expire" in response.content.decode()


def test_pressing_twice_hands_out_once(supplied: Supplied) -> None:
    site, own = supplied.site, supplied.own
    assert [_give(site, str(own[0]))[0] for _ in range(2)] == [302, 302]
    from lupustrial.ledger import entries

    with site.trial.reading() as tx:
        assert sum(1 for _ in entries(tx, kinds=("kit dispensed",))) == 1


def test_what_was_typed_is_still_there_after_a_refusal(supplied: Supplied) -> None:
    site, own = supplied.site, supplied.own
    status, shown = _give(site, str(own[0] + 1))
    assert status == 422
    assert f'value="{own[0] + 1}"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_replacement_is_a_spare_kit_with_a_reason(supplied: Supplied) -> None:
    site, own = supplied.site, supplied.own
    _give(site, str(own[0]))
    status, shown = _give(site, str(own[3]), replacement="1")
    assert status == 422
    assert "no reason is given" in shown
    status, _ = _give(site, str(own[3]), replacement="1", why="broken on the way home")
    assert status == 302
    assert _kit(site, own[3]).participant == "01-001"


def test_who_has_left_the_trial_gets_no_kit(supplied: Supplied) -> None:
    from capture_site import SYSTEM

    from lupustrial.capture.store import write

    site, own = supplied.site, supplied.own
    data = {"participant": "01-001", "state": "withdrawn"}
    with site.trial.writing() as tx:
        write(tx, study=site.trial.study.id, kind="participant state", by=SYSTEM, data=data)
    status, shown = _give(site, str(own[0]))
    assert status == 422
    assert "has left the trial" in shown


@pytest.mark.requirement("REQ-SUPPLY-006")
def test_a_kit_is_counted_and_every_unit_is_accounted_for(supplied: Supplied) -> None:
    site, own = supplied.site, supplied.own
    _give(site, str(own[0]))
    client = site.client("pharmacist")
    wrong = client.post("/supply/returns", {"kit": own[0], "used": 5, "unused": 1, "lost": 0, "on": TODAY})
    assert wrong.status_code == 422
    assert "the kit held 7 vials" in wrong.content.decode()
    client.post("/supply/returns", {"kit": own[0], "used": 5, "unused": 1, "lost": 1, "on": TODAY})
    kit = _kit(site, own[0])
    assert (kit.used, kit.unused, kit.lost) == (5, 1, 1)
    shown = client.get("/supply/accountability").content.decode()
    row = re.search(r"<tr><th scope=\"row\">01-001</th>(.*?)</tr>", shown)
    assert row is not None
    assert re.findall(r">(\d+)<", row[1]) == ["1", "7", "5", "1", "1", "0"]
    assert "of kit" in shown  # no injection names it: that is a difference
    again = client.post("/supply/returns", {"kit": own[0], "used": 6, "unused": 1, "lost": 0, "on": TODAY})
    assert again.status_code == 422
    assert "no reason is given" in again.content.decode()


@pytest.mark.parametrize("text", ["", "-1", "1.5", "seven", "9" * 30, "٣"])
def test_a_count_is_a_whole_number(supplied: Supplied, text: str) -> None:
    site, own = supplied.site, supplied.own
    _give(site, str(own[0]))
    data = {"kit": own[0], "used": text, "unused": "0", "lost": "0", "on": TODAY}
    assert site.client("pharmacist").post("/supply/returns", data).status_code == 422
    assert _kit(site, own[0]).used is None
