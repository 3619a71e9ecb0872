"""Kits on their way: release, shipment, quarantine, resupply; each role at its places only."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from capture_site import CaptureSite
from django.core.files.uploadedfile import SimpleUploadedFile
from supply_site import EXPIRY, kits_of, randomised, set_up, stock

from lupustrial.allocation import kits as room
from lupustrial.study import Site

TODAY = dt.datetime.now(dt.UTC).date().isoformat()


def _kits(site: CaptureSite) -> dict[int, room.Kit]:
    with site.trial.reading() as tx:
        return room.read_kits(tx, site.trial.study.id)


def _two_sites(site: CaptureSite) -> None:
    study = site.trial.study
    site.trial.study = replace(study, sites=(*study.sites, Site(id="02", name="Two", country="CHN")))


def _shown(text: str) -> set[int]:
    """Return the numbers of kits that stand on a page."""
    return {int(found.replace(" ", "")) for found in re.findall(r"\b\d{1,3}(?: \d{3})+\b", text)}


def test_a_wave_goes_from_release_to_the_stock_of_a_site(site: CaptureSite) -> None:
    set_up(site)
    numbers = sorted(_kits(site))
    sponsor, pharmacist = site.client("sponsor"), site.client("pharmacist")
    text = "kit,batch,expiry\n" + "".join(f"{one},W01,{EXPIRY}\n" for one in numbers)
    file = SimpleUploadedFile("wave1.csv", text.encode())
    assert sponsor.post("/supply/release", {"file": file}).status_code == 302
    assert {kit.state for kit in _kits(site).values()} == {"released"}
    named = "\n".join(map(str, numbers))
    sent = sponsor.post("/supply/shipments", {"kits": named, "to": "01", "on": TODAY})
    assert sent["Location"] == "/supply/shipments/1"
    damaged, missing = numbers[:2]
    data = {"on": TODAY, "low": "3.5", "high": "6,0", "damaged": [damaged], "missing": [missing]}
    assert pharmacist.post("/supply/shipments/1", data).status_code == 302
    states = {number: kit.state for number, kit in _kits(site).items()}
    assert states[damaged] == "quarantined"
    assert states[missing] == "missing"
    assert {states[number] for number in numbers[2:]} == {"received"}


@pytest.mark.requirement("REQ-SUPPLY-008")
@pytest.mark.parametrize(("low", "high"), [("3", "9.5"), ("", "")])
def test_a_shipment_that_was_too_warm_or_has_no_log_goes_into_quarantine(
    site: CaptureSite, low: str, high: str
) -> None:
    set_up(site)
    stock(site, receive=False)
    data = {"on": TODAY, "low": low, "high": high}
    site.client("pharmacist").post("/supply/shipments/1", data)
    assert {kit.state for kit in _kits(site).values()} == {"quarantined"}


@pytest.mark.requirement("REQ-SUPPLY-008")
def test_who_hands_kits_out_puts_them_into_quarantine_and_the_sponsor_lifts_it(site: CaptureSite) -> None:
    set_up(site)
    number = stock(site)[0]
    data = {"kits": str(number), "why": "the fridge failed on Sunday", "low": "2", "high": "14"}
    pharmacist = site.client("pharmacist")
    assert pharmacist.post("/supply/kits/quarantine", data).status_code == 302
    assert _kits(site)[number].state == "quarantined"
    lift = {"kits": str(number), "why": "stable to 25 °C for 48 h"}
    assert pharmacist.post("/supply/kits/lift", lift).status_code == 422
    assert _kits(site)[number].state == "quarantined"
    assert site.client("sponsor").post("/supply/kits/lift", lift).status_code == 302
    assert _kits(site)[number].state == "received"


def test_kits_are_moved_all_or_none_and_need_a_reason(site: CaptureSite) -> None:
    set_up(site)
    first, second = stock(site)[:2]
    client = site.client("pharmacist")
    wrong = client.post("/supply/kits/quarantine", {"kits": f"{first}\n{second + 1}", "why": "dropped"})
    bare = client.post("/supply/kits/quarantine", {"kits": str(first)})
    none = client.post("/supply/kits/destroy", {"kits": "", "why": "expired", "on": TODAY})
    assert [one.status_code for one in (wrong, bare, none)] == [422, 422, 422]
    assert {kit.state for kit in _kits(site).values()} == {"received"}


@pytest.mark.parametrize("action", ["nothing", "release", "ship"])
def test_an_unknown_way_to_move_kits_is_no_page(site: CaptureSite, action: str) -> None:
    assert site.client("sponsor").get(f"/supply/kits/{action}").status_code == 404


@pytest.mark.requirement("REQ-SUPPLY-007")
def test_kits_of_another_site_are_neither_shown_nor_moved(site: CaptureSite) -> None:
    _two_sites(site)
    set_up(site)
    numbers = stock(site)
    elsewhere = site.client("pharmacist", person="petra", sites=("02",))
    assert not _shown(elsewhere.get("/supply/kits").content.decode()) & set(numbers)
    assert elsewhere.get("/supply/shipments/1").status_code == 404
    refused = elsewhere.post("/supply/kits/quarantine", {"kits": str(numbers[0]), "why": "just so"})
    assert refused.status_code == 422
    assert "does not lie at a place of yours" in refused.content.decode()
    shipped = elsewhere.post("/supply/shipments", {"kits": str(numbers[0]), "to": "02", "on": TODAY})
    assert shipped.status_code == 422
    assert {kit.state for kit in _kits(site).values()} == {"received"}


def test_kits_are_listed_by_number_and_never_with_their_slot(site: CaptureSite) -> None:
    sealed = set_up(site)
    stock(site)
    shown = site.client("sponsor").get("/supply/kits").content.decode()
    numbers = [int(one.replace(" ", "")) for one in re.findall(r'class="mono">([\d ]+)</th>', shown)]
    assert numbers == sorted(_kits(site))[: len(numbers)]
    assert numbers
    assert not [slot for slot in sealed.made.slots if re.search(rf"\b{slot.number}\b", shown)]


@pytest.mark.requirement("REQ-SUPPLY-014")
def test_who_knows_what_kits_hold_does_not_see_who_got_them(site: CaptureSite) -> None:
    set_up(site)
    randomised(site)
    stock(site)
    own = kits_of(site, "01-001")
    data = {"visit": "W0", "kit": own[0], "on": TODAY}
    assert site.client("pharmacist").post("/supply/dispense/01-001", data).status_code == 302
    packager = site.client("packager")
    for address in (
        "/supply",
        "/supply/kits",
        "/supply/kits?who=01-001",
        "/supply/stock",
        "/supply/shipments/1",
    ):
        assert b"01-001" not in packager.get(address).content
    assert packager.get("/supply/accountability").status_code == 403


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no file was given"),
        (b"kit,arm\n1,x\n", "does not belong there"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b'kit,batch,expiry\n"' + b"x" * 200_000, "no CSV"),
        (b"kit,batch,expiry\n12345,placebo,2030-01\n", "check digit"),
    ],
)
def test_a_file_that_is_no_release_is_refused(site: CaptureSite, content: bytes, reason: str) -> None:
    set_up(site)
    file = SimpleUploadedFile("wave1.csv", content)
    response = site.client("sponsor").post("/supply/release", {"file": file})
    assert response.status_code == 422
    assert reason in response.content.decode()
    assert {kit.state for kit in _kits(site).values()} == {"packed"}


def test_resupply_names_kits_to_ship_by_number_and_gives_them_as_csv(site: CaptureSite) -> None:
    set_up(site)
    randomised(site)
    own = kits_of(site, "01-001")
    text = "kit,batch,expiry\n" + "".join(f"{one},W01,{EXPIRY}\n" for one in sorted(_kits(site)))
    client = site.client("sponsor")
    client.post("/supply/release", {"file": SimpleUploadedFile("w.csv", text.encode())})
    page = client.get("/supply/resupply?days=21&rate-01=2")
    assert page.status_code == 200
    assert "to ship" in page.content.decode()
    rows = client.get("/supply/resupply?days=21&rate-01=2&format=csv").content.decode().split()
    numbers = [int(row.partition(",")[0]) for row in rows[1:]]
    assert own[0] in numbers
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    "asked", [{"days": "-1"}, {"days": "x"}, {"quantile": "1"}, {"quantile": "nan"}, {"rate-01": "inf"}]
)
def test_a_number_that_cannot_be_meant_is_refused(site: CaptureSite, asked: dict[str, str]) -> None:
    set_up(site)
    assert site.client("sponsor").get("/supply/resupply", asked).status_code == 422


def test_every_page_opens_before_there_is_a_list(site: CaptureSite) -> None:
    client = site.client("sponsor")
    for name in (
        "",
        "/stock",
        "/kits",
        "/shipments",
        "/release",
        "/resupply",
        "/accountability",
        "/unblindings",
    ):
        assert client.get(f"/supply{name}").status_code == 200, name
