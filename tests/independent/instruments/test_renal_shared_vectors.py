"""The worked examples of renal response, in one row with its references and as baseline and visit."""

from __future__ import annotations

import pytest
from shared_vectors import cases, number, one, yn

COLUMNS = ("upcr_baseline_g_g", "upcr_g_g", "egfr_reference", "egfr")


@cases("ln_response")
def test_by_the_instrument_of_the_definition(case: dict[str, str]) -> None:
    row = {name: number(case[name]) for name in COLUMNS} | {
        "treatment_failure": yn(case["treatment_failure"])
    }
    found = one(case["definition"].lower(), [row])
    assert (found["responder"], found["completeness"]) == (yn(case["expected"]), "complete")


@cases("ln_response")
def test_by_baseline_and_visit(case: dict[str, str]) -> None:
    reference = number(case["egfr_reference"])
    preflare = case["definition"].startswith("BLISSLN") or case["definition"] == "KDIGO2024_PERR"
    base = {
        "upcr_g_g": number(case["upcr_baseline_g_g"]),
        "egfr": None if preflare else reference,
        "egfr_preflare": reference if preflare else None,
        "treatment_failure": None,
    }
    visit = {
        "upcr_g_g": number(case["upcr_g_g"]),
        "egfr": number(case["egfr"]),
        "egfr_preflare": None,
        "treatment_failure": yn(case["treatment_failure"]),
    }
    found = one(case["definition"].lower(), [base, visit])
    assert found["responder"] == yn(case["expected"])


@cases("ln_response")
def test_by_the_setting(case: dict[str, str]) -> None:
    row = {name: number(case[name]) for name in COLUMNS} | {
        "treatment_failure": yn(case["treatment_failure"])
    }
    found = one("ln_response", [row], ln_definition=case["definition"].lower())
    assert found["responder"] == yn(case["expected"])


@cases("egfr_ckdepi2021")
def test_egfr(case: dict[str, str]) -> None:
    person = {"sex": case["sex"], "age": int(case["age"])}
    mg_dl = one("egfr", [person | {"creatinine_mg_dl": float(case["creatinine_mg_dl"])}])
    umol_l = one("egfr", [person | {"creatinine_umol_l": float(case["creatinine_umol_l_rounded"])}])
    for found in (mg_dl, umol_l):  # tolerance printed in the vectors
        assert found["score"] == pytest.approx(float(case["expected_egfr"]), abs=0.1)


@cases("steroid_equivalent")
def test_steroid_equivalent(case: dict[str, str]) -> None:
    pairs = dict(pair.split("=") for pair in case["daily_mg_by_drug"].split(";"))
    found = one("steroid_equivalent", [{drug: float(dose) for drug, dose in pairs.items()}])
    assert found["score"] == pytest.approx(float(case["expected_prednisone_mg"]))


@cases("steroid_reduction50")
def test_steroid_reduction_from_the_drug(case: dict[str, str]) -> None:
    rows = [{"prednisolone": float(case[f"{when}_mg"])} for when in ("baseline", "visit")]
    row = one("steroid_reduction", rows)
    assert row["responder"] == yn(case["expected"])
    assert (row["state"] == "not evaluable") == (case["expected"] == "not_evaluable")
