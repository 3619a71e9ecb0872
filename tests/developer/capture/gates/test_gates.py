"""A reader's work: gates come in under codes, are accepted, moved or rejected; each decision is signed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from capture_site import PASSWORD, CaptureSite
from gate_site import bring, held, material, signed, upload
from reviewed_tubes import GATES, gated_cloud

from lupustrial.capture.store import rebuild, tube_of_code, verify_gates, verify_projection
from lupustrial.cytometry import Interval, region_from
from lupustrial.cytometry.review import pack, read_decisions, review_tube

pytestmark = pytest.mark.requirement("REQ-GATES-001")


def test_gates_wait_with_the_most_doubtful_first(site: CaptureSite) -> None:
    tubes = bring(site)
    waiting = held(site, state="waiting")
    assert len(waiting) == len(tubes) * len(GATES)
    assert waiting[0].code == tubes[1].code
    assert [gate.doubt for gate in waiting] == sorted((gate.doubt for gate in waiting), reverse=True)
    page = site.client("gate_reader").get("/gates?population=NK").content.decode()
    order = [page.index(f"/gates/{gate.code}/{gate.number}") for gate in held(site, population="NK")]
    assert order == sorted(order)
    assert page.count("<svg") == 3


@pytest.mark.requirement("REQ-GATES-002")
def test_a_reader_sees_codes_and_nothing_of_whose_the_tubes_are(site: CaptureSite) -> None:
    site.register("01-001", "01")
    bring(site)
    reader = site.client("gate_reader")
    gate = held(site)[0]
    for address in ("/gates", f"/gates/{gate.code}/{gate.number}", "/gates/decisions", "/"):
        page = reader.get(address).content.decode()
        for told in ("01-001", "week 4", ".fcs", "tube-2", "IL-2 arm"):
            assert told not in page, (address, told)
    assert reader.get("/participants").status_code == 403


def test_gates_that_are_ticked_are_accepted_by_one_signature(site: CaptureSite) -> None:
    bring(site)
    reader = site.client("gate_reader")
    chosen = held(site, population="NK")[:2]
    fields = {"gate": [gate.key for gate in chosen], **{f"shown-{gate.key}": gate.shown for gate in chosen}}
    answer = reader.post("/gates?population=NK", signed(**fields))
    assert answer.status_code == 302
    accepted = held(site, state="accepted")
    assert {gate.key for gate in accepted} == {gate.key for gate in chosen}
    assert {gate.by for gate in accepted} == {"gate_reader"}
    # In the same session the password alone is asked for.
    more = held(site, state="waiting")[0]
    again = {"gate": more.key, f"shown-{more.key}": more.shown, "password": PASSWORD}
    assert reader.post("/gates", again).status_code == 302
    assert len(held(site, state="accepted")) == 3


@pytest.mark.requirement("REQ-GATES-003")
def test_a_moved_gate_is_a_new_version_that_is_signed(site: CaptureSite) -> None:
    bring(site)
    gate = next(gate for gate in held(site) if gate.population == "CD3+")
    reader, address = site.client("gate_reader"), f"/gates/{gate.code}/{gate.number}"
    fields = {"shown": gate.shown, "h-low": "0.42", "why": "Below the valley."}
    drawn = reader.post(address, {**fields, "step": "draw"}).content.decode()
    assert "gate-was" in drawn
    assert held(site, state="edited") == []
    answer = reader.post(address, signed(**fields, decision="edited", step="sign"))
    assert answer.status_code == 302
    (edited,) = held(site, state="edited")
    assert region_from(json.loads(edited.region)) == Interval(column="CD3", low=0.42)
    assert edited.why == "Below the valley."
    page = reader.get(address).content.decode()
    assert 'value="0.42"' in page
    decisions = json.loads(reader.get("/gates/decisions").content)["decisions"]
    assert [one["region"] for one in decisions] == [
        {"shape": "interval", "column": "CD3", "low": 0.42, "high": None}
    ]
    with site.trial.reading() as tx:
        tube = tube_of_code(tx, gate.code)
    assert tube is not None
    assert decisions[0]["file_sha256"] == tube.file_sha256
    assert decisions[0]["decision"] == "edited"
    taken = read_decisions(reader.get("/gates/decisions").content.decode())
    assert taken[tube.file_sha256, "small", "CD3+"].region == Interval(column="CD3", low=0.42)


def test_a_part_of_a_page_is_drawn_for_htmx(site: CaptureSite) -> None:
    bring(site)
    gate = next(gate for gate in held(site) if gate.population == "CD4+ T")
    address = f"/gates/{gate.code}/{gate.number}"
    fields = {"step": "draw", "h-vertices.0.0": "0.4"}
    part = site.client("gate_reader").post(address, fields, headers={"HX-Request": "true"})
    text = part.content.decode()
    assert part.status_code == 200
    assert "<html" not in text
    assert "Moved: about" in text
    wrong = site.client("gate_reader").post(
        address, {"step": "draw", "h-vertices.0.0": "x"}, headers={"HX-Request": "true"}
    )
    assert "is no number" in wrong.content.decode()


def test_a_rejected_gate_keeps_its_reason(site: CaptureSite) -> None:
    bring(site)
    gate = held(site)[0]
    fields = signed(shown=gate.shown, decision="rejected", why="Two stains are swapped.")
    assert site.client("gate_reader").post(f"/gates/{gate.code}/{gate.number}", fields).status_code == 302
    (rejected,) = held(site, state="rejected")
    assert (rejected.key, rejected.why) == (gate.key, "Two stains are swapped.")


def test_after_a_decision_the_next_gate_of_the_population_comes(site: CaptureSite) -> None:
    bring(site)
    first, second, third = held(site, population="NK")
    reader = site.client("gate_reader")
    for gate, after in ((first, second), (second, third), (third, None)):
        fields = signed(shown=gate.shown, decision="accepted")
        answer = reader.post(f"/gates/{gate.code}/{gate.number}", fields)
        expected = f"/gates/{after.code}/{after.number}" if after else "/gates?strategy=small&population=NK"
        assert answer["Location"] == expected


@pytest.mark.requirement("REQ-GATES-004")
def test_the_projection_follows_from_the_ledger_and_what_is_signed_is_genuine(site: CaptureSite) -> None:
    tubes = bring(site)
    gate = held(site)[0]
    fields = signed(shown=gate.shown, decision="rejected", why="Swapped.")
    site.client("gate_reader").post(f"/gates/{gate.code}/{gate.number}", fields)
    bring(site, [review_tube(gated_cloud(50)), tubes[0]])
    study = site.trial.study.id
    assert verify_projection(site.trial.db, study) == []
    before = held(site)
    rebuild(site.trial.db, study)
    assert held(site) == before
    assert verify_projection(site.trial.db, study) == []
    with site.trial.reading() as tx:
        assert verify_gates(tx, study) == []


def test_the_same_material_changes_nothing(site: CaptureSite) -> None:
    tubes = bring(site)
    before = held(site)
    page = upload(site.client("data_manager"), pack(tubes))
    assert page.status_code == 302
    assert held(site) == before


def test_a_tube_gated_anew_keeps_the_decisions_on_gates_that_stayed(site: CaptureSite) -> None:
    bring(site)
    reader = site.client("gate_reader")
    first = next(gate for gate in held(site) if gate.population == "CD3+")
    for gate in [gate for gate in held(site) if gate.code == first.code]:
        fields = signed(shown=gate.shown, decision="accepted")
        assert reader.post(f"/gates/{gate.code}/{gate.number}", fields).status_code == 302
    anew = list(GATES)
    anew[3] = ("NK", "Lymphocytes", Interval(column="CD56", low=0.45), 0.9)
    seed = next(at for at in (1, 2, 3) if material()[at - 1].code == first.code)
    bring(site, [replace(review_tube(gated_cloud(seed, gates=anew)), batch="batch of week 4")])
    states = {gate.population: gate.state for gate in held(site) if gate.code == first.code}
    assert states == {"Lymphocytes": "accepted", "CD3+": "accepted", "CD4+ T": "accepted", "NK": "waiting"}


def test_who_reviews_sees_and_decides_nothing(site: CaptureSite) -> None:
    bring(site)
    gate = held(site)[0]
    monitor = site.client("monitor")
    page = monitor.get(f"/gates/{gate.code}/{gate.number}").content.decode()
    assert "Your decision" not in page
    answer = monitor.post(f"/gates/{gate.code}/{gate.number}", {"decision": "accepted"})
    assert answer.status_code == 403


def test_gates_are_in_the_navigation_of_who_may_see_them(site: CaptureSite) -> None:
    assert 'href="/gates"' in site.client("gate_reader").get("/").content.decode()
    assert 'href="/gates"' not in site.client("investigator").get("/").content.decode()


def test_an_empty_list_says_so(site: CaptureSite) -> None:
    assert "No gates were brought in yet" in site.client("gate_reader").get("/gates").content.decode()
    bring(site)
    page = site.client("gate_reader").get("/gates?state=rejected").content.decode()
    assert "No gate is in this state" in page
