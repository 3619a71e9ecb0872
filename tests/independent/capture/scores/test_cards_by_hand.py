"""Worked examples entered as pages, and the card read as it stands on the page."""

from __future__ import annotations

import re

import pytest
from capture_site import CaptureSite
from score_pages import begun, card, quiet, save
from shared_vectors import vectors

_MISSING = "NOT RUN: ../shared/reference/instruments/testvectors is absent"


def _items(text: str) -> list[str]:
    return [one for one in text.split(";") if one]


@pytest.mark.requirement("REQ-SCORES-001")
@pytest.mark.skipif(not vectors("sledai_score"), reason=_MISSING)
def test_sledai_total_and_range_are_those_of_the_worked_examples(site: CaptureSite) -> None:
    study, client, wrong = site.trial.study, site.client("investigator"), {}
    for number, case in enumerate(vectors("sledai_score")):
        participant = begun(site, f"01-{number:03}", ["W0"])
        present = dict.fromkeys(_items(case["items_present"]), "Y")
        undone = dict.fromkeys(_items(case["items_not_done"]), None)
        save(site, participant, "W0", "sledai", quiet(study, "sledai", {**present, **undone}))
        read = card(client, participant, "W0", "SLEDAI")
        assert read is not None
        points = sum(int(row[1]) for row in read.rows[1:])
        if case["expected_total"]:
            seen = (read.headline, read.badges, str(points))
            expected = (case["expected_total"], ["complete"], case["expected_total"])
        else:
            lacking = [line for line in read.text.split() if line == "done"]
            seen = (read.headline, read.badges, str(len(lacking)))
            expected = (
                f"between {case['expected_min']} and {case['expected_max']}",
                ["incomplete"],
                str(len(undone)),
            )
        if seen != expected:
            wrong[case["case_id"]] = (seen, expected)
    assert wrong == {}


@pytest.mark.requirement("REQ-SCORES-001")
@pytest.mark.skipif(not vectors("bilag2004_ordinal"), reason=_MISSING)
def test_bilag_grade_and_its_deciding_items_are_those_of_the_worked_examples(site: CaptureSite) -> None:
    study, client, wrong = site.trial.study, site.client("investigator"), {}
    prior = {item.id[6:]: item.id for item in study.form("history").items if item.id.startswith("PRIOR_")}
    codes = {
        "constitutional": "CON", "mucocutaneous": "MUC", "neuropsychiatric": "NPS", "musculoskeletal": "MSK",
        "cardiorespiratory": "CRS", "gastrointestinal": "GIT", "ophthalmic": "OPH",
    }  # fmt: skip
    for number, case in enumerate(vectors("bilag2004_ordinal")):
        participant = begun(site, f"01-{number:03}", ["W0"])
        involved = "Y" if case["prior_involvement"] == "yes" else "N"
        save(site, participant, "SCR", "history", {prior[codes[case["domain"]]]: involved})
        scored = dict(one.split("=") for one in _items(case["items_nonzero"]))
        save(site, participant, "W0", "bilag2004", quiet(study, "bilag2004", scored))
        read = card(client, participant, "W0", "BILAG")
        assert read is not None
        row = next(row for row in read.rows if row[0].lower() == case["domain"])
        if row[1] != case["expected_grade"]:
            wrong[case["case_id"]] = (row, case["expected_grade"])
    assert wrong == {}


@pytest.mark.requirement("REQ-SCORES-001")
@pytest.mark.skipif(not vectors("steroid_equivalent"), reason=_MISSING)
def test_prednisone_equivalent_is_that_of_the_worked_examples(site: CaptureSite) -> None:
    client, wrong = site.client("investigator"), {}
    for number, case in enumerate(vectors("steroid_equivalent")):
        participant = begun(site, f"01-{number:03}", ["W0", "W2"])
        for repeat, one in enumerate(_items(case["daily_mg_by_drug"]), start=1):
            drug, mg = one.split("=")
            record = {"CMTRT": drug.upper(), "CMDOSE": mg, "CMFREQ": "QD", "CMROUTE": "ORAL"}
            record["CMSTDAT"] = "2023-12-01"
            save(site, participant, "W0", "prednisone", record, repeat=repeat)
        read = card(client, participant, "W2", "STEROID")
        assert read is not None
        found = re.match(r"([\d.]+) mg", read.headline)
        each = sum(float(row[3]) for row in read.rows[1:])
        expected = float(case["expected_prednisone_mg"])
        if found is None or float(found[1]) != expected or each != expected:
            wrong[case["case_id"]] = (read.headline, expected)
    assert wrong == {}


@pytest.mark.requirement("REQ-SCORES-002")
def test_sri4_is_met_when_sledai_falls_by_4_and_nothing_is_worse(site: CaptureSite) -> None:
    """By hand: arthritis (4) and rash (2) at baseline, rash alone at week 2: 6 to 2 falls by 4."""
    study, client = site.trial.study, site.client("investigator")
    participant = begun(site, "01-001")
    save(site, participant, "W0", "sledai", quiet(study, "sledai", {"ARTH": "Y", "RASH": "Y"}))
    save(site, participant, "W2", "sledai", quiet(study, "sledai", {"RASH": "Y"}))
    save(site, participant, "W0", "pga", {"PGA": "1.0"})
    save(site, participant, "W2", "pga", {"PGA": "1.29"})
    for visit in ("W0", "W2"):
        save(site, participant, visit, "bilag2004", quiet(study, "bilag2004", {"MUC_RASH_MILD": "2"}))
    assert card(client, participant, "W0", "SRI4") is None  # nothing is judged at baseline
    read = card(client, participant, "W2", "SRI4")
    assert read is not None
    assert read.headline == "responder"
    assert [row[1] for row in read.rows[1:]] == ["met", "met", "met"]

    save(site, participant, "W2", "pga", {"PGA": "1.3"})  # worse by exactly 0.3
    read = card(client, participant, "W2", "SRI4")
    assert read is not None
    assert read.headline == "non-responder"
    assert [row[1] for row in read.rows[1:]] == ["met", "met", "not met"]
    assert "Nearest change" in read.text
    assert "PGA" in read.text.split("Nearest change")[1]


@pytest.mark.requirement("REQ-SCORES-002")
def test_complete_renal_remission_needs_all_four_of_its_conditions(site: CaptureSite) -> None:
    """He 2020: creatinine normal and not above 115 % of baseline, inactive sediment, protein below 0.3 g."""
    client = site.client("investigator")
    participant = begun(site, "01-001")
    quiet_urine = {"URBC": "1", "UWBC": "1", "CASTS": "N"}
    for visit, protein, creatinine in (("W0", "2.0", "60"), ("W2", "0.29", "69")):
        save(site, participant, visit, "metabolic", {"CREAT": creatinine})
        save(site, participant, visit, "protein24", {"PROT24": protein})
        save(site, participant, visit, "urinalysis", quiet_urine)
    read = card(client, participant, "W2", "RENAL")
    assert read is not None
    assert [row[1] for row in read.rows[1:]] == ["met", "met", "met", "met"]
    assert read.headline == "complete"
    save(site, participant, "W2", "protein24", {"PROT24": "0.30"})
    read = card(client, participant, "W2", "RENAL")
    assert read is not None
    assert [row[1] for row in read.rows[1:]] == ["met", "met", "met", "not met"]
