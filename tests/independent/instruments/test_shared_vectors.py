"""Worked examples of the reference folder, constructed there by another scorer than ours.

They lie outside the repository (`../shared`), so every test skips loudly where they are absent; what they
cover is covered by hand-derived cases in this folder too.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from shared_vectors import cases, number, one, yn

from lupustrial.instruments import (
    DOMAINS,
    INSTRUMENTS,
    convert_to_prednisone,
    convert_unit,
    derive_sledai_labs,
)


@cases("sledai_score")
@pytest.mark.parametrize("instrument", ["selena_sledai", "sledai_1992", "sledai_2k"])
def test_sledai_score(case: dict[str, str], instrument: str) -> None:
    codes = [item.code for item in INSTRUMENTS[instrument].items]
    present, undone = case["items_present"].split(";"), case["items_not_done"].split(";")
    row = one(
        instrument, [{code: None if code in undone else "Y" if code in present else "N" for code in codes}]
    )
    assert row["score"] == (int(case["expected_total"]) if case["expected_total"] else None)
    if case["expected_clinical"]:
        assert (row["clinical"], row["serology"]) == (
            int(case["expected_clinical"]),
            int(case["expected_serology"]),
        )
    assert row["completeness"] == case["expected_status"]
    assert (row["lower"], row["upper"]) == (int(case["expected_min"]), int(case["expected_max"]))


LABS = {
    "HAEM": "urine_rbc",
    "PYUR": "urine_wbc",
    "PLT": "platelets",
    "WBC": "leukocytes",
    "FEVR": "temperature",
}


@cases("sledai_labs")
def test_sledai_lab_descriptors(case: dict[str, str]) -> None:
    given = dict(pair.split("=") for pair in case["inputs"].split(";") if pair)
    item = case["item"]
    now: dict[str, Any] = {"protein24": number(given.get("cur", "")), f"not_due_to_lupus_{item}": None}
    now |= {
        name: float(given[name])
        for name in ("c3", "c3_lln", "c4", "c4_lln", "dsdna", "dsdna_uln")
        if name in given
    }
    if "v" in given:
        now[LABS[item]] = float(given["v"])
    if given.get("due") == "no":
        now[f"not_due_to_lupus_{item}"] = "Y"
    frame = pl.DataFrame(
        [
            {"USUBJID": "P", "VISITNUM": 1, "protein24": number(given.get("prev", ""))},
            {"USUBJID": "P", "VISITNUM": 2, **now},
        ]
    )
    version = {"selena": "selena_sledai", "2k": "sledai_2k"}[case["version"]]
    found = derive_sledai_labs(frame, instrument=version)[item][-1]
    assert found == {"yes": "Y", "no": "N", "nd": None, "adjudicate": "adjudicate"}[case["expected"]]


@cases("bilag2004_ordinal")
def test_bilag_ordinal_domains(case: dict[str, str]) -> None:
    values = {item.code: 0 for item in INSTRUMENTS["bilag2004"].items if item.kind == "ord"}
    values |= {
        code: int(value) for code, value in (p.split("=") for p in case["items_nonzero"].split(";") if p)
    }
    prior = {f"prior_involvement_{case['domain']}": case["prior_involvement"]}
    row = one("bilag2004", [{**values, **prior}])
    assert row[f"grade_{case['domain']}"] == case["expected_grade"]
    assert row[f"completeness_{case['domain']}"] == "complete"


@cases("bilag2004_haematology")
def test_bilag_haematology(case: dict[str, str]) -> None:
    names = {"hb": "HB", "wbc": "WBC", "neut": "NEUT", "lymph": "LYMPH", "plt": "PLT"}
    row: dict[str, Any] = {f"HAE_{code}": number(case[name]) for name, code in names.items()}
    row |= {
        "HAE_TTP": number(case["ttp"]),
        "HAE_HAEMOL": yn(case["haemolysis"]),
        "HAE_COOMBS": yn(case["coombs"]),
    }
    row |= {f"not_due_to_lupus_HAE_{names[name]}": "Y" for name in case["not_lupus"].split("+") if name}
    row["prior_involvement_haematological"] = case["prior"] or None
    assert one("bilag2004", [row])["grade_haematological"] == case["expected_grade"]


@cases("bilag2004_renal")
def test_bilag_renal(case: dict[str, str]) -> None:
    compared = {
        "sbp": "SBP",
        "dbp": "DBP",
        "dip": "DIP",
        "acr": "ACR",
        "pcr": "PCR",
        "p24": "P24",
        "creat": "CREAT",
    }
    compared["gfr"] = "GFR"
    now: dict[str, Any] = {f"REN_{code}": number(case[name]) for name, code in compared.items()}
    asked = {"accel_htn": "ACCHTN", "nephrotic": "NEPHROTIC", "sediment": "SEDIMENT", "biopsy": "BIOPSY"}
    now |= {f"REN_{code}": yn(case[name]) for name, code in asked.items()}
    now |= {f"not_due_to_lupus_REN_{compared[name]}": "Y" for name in case["not_lupus"].split("+") if name}
    now["prior_involvement_renal"] = case["prior"] or None
    previous: dict[str, Any] = {
        f"REN_{code}": number(case[f"prev_{name}"]) for name, code in compared.items()
    }
    rows = [{**previous, "prior_involvement_renal": case["prior"] or None}, now]
    found = one("bilag2004", rows)["grade_renal"]
    assert found == case["expected_grade"]


@cases("bilag_numeric")
def test_bilag_numeric(case: dict[str, str]) -> None:
    if case["index"] == "classic":  # eight domains, entered as grades
        letters = zip(INSTRUMENTS["bilag_classic"].items[:8], case["letters_in_domain_order"], strict=True)
        row = one("bilag_classic", [{grade.code: letter for grade, letter in letters}])
        assert row["numeric"] == int(case["expected_score"])
        return
    row = one("bilag2004", [_items_for(case["letters_in_domain_order"])])
    assert "".join(row[f"grade_{domain}"] for domain in DOMAINS) == case["letters_in_domain_order"]
    assert row["numeric"] == int(case["expected_score"])


def _items_for(letters: str) -> dict[str, Any]:
    """One row of items that gives the letters, chosen by hand from the item list."""
    give = {
        "constitutional": {
            "A": {"CON_FEVER": 2, "CON_WTLOSS": 2, "CON_NODES": 2},
            "B": {"CON_FEVER": 2},
            "C": {"CON_FEVER": 1},
        },
        "mucocutaneous": {"A": {"MUC_RASH_SEV": 2}, "B": {"MUC_RASH_MILD": 2}, "C": {"MUC_SPLINTER": 2}},
        "neuropsychiatric": {"A": {"NPS_STATUS": 2}, "B": {"NPS_SEIZ": 2}, "C": {"NPS_SEIZ": 1}},
        "musculoskeletal": {"A": {"MSK_ART_SEV": 2}, "B": {"MSK_ART_MOD": 2}, "C": {"MSK_ART_MILD": 2}},
        "cardiorespiratory": {"A": {"CRS_AORT": 2}, "B": {"CRS_PLEUPERI": 2}, "C": {"CRS_PLEUPERI": 1}},
        "gastrointestinal": {"A": {"GIT_PANC": 2}, "B": {"GIT_HEPAT": 2}, "C": {"GIT_HEPAT": 1}},
        "ophthalmic": {"A": {"OPH_ORBIT": 2}, "B": {"OPH_ANTUV": 2}, "C": {"OPH_CWS": 2}},
        "renal": {
            "A": {"REN_P24": 2.0, "REN_SEDIMENT": "Y"},
            "B": {"REN_SEDIMENT": "Y"},
            "C": {"REN_P24": 0.3},
        },
        "haematological": {"A": {"HAE_HB": 7.0}, "B": {"HAE_HB": 8.0}, "C": {"HAE_HB": 9.0}},
    }
    row: dict[str, Any] = {"CON_FEVER": 0}
    for domain, grade in zip(DOMAINS, letters, strict=True):
        row |= give[domain].get(grade, {})
        row[f"prior_involvement_{domain}"] = "Y" if grade == "D" else "N"
    return row


@cases("pga_worsening")
def test_pga_worsening(case: dict[str, str]) -> None:
    row = one("pga", [{"PGA": float(case["baseline"])}, {"PGA": float(case["visit"])}])
    assert row["worse"] == yn(case["expected_worse"])


@cases("sri")
def test_sri(case: dict[str, str]) -> None:
    rows = [
        {
            "sledai": int(case[f"sledai_{when}"]),
            "pga": float(case[f"pga_{when}"]),
            **{f"grade_{domain}": case[f"bilag_{when}"][n] for n, domain in enumerate(DOMAINS)},
            "treatment_failure": case["treatment_failure"] if when == "visit" else None,
        }
        for when in ("base", "visit")
    ]
    row = one("sri", rows, sri_points=case["x"])
    assert (row["n_new_a"], row["n_new_b"]) == (int(case["expected_new_a"]), int(case["expected_new_b"]))
    for part in ("sledai_ok", "bilag_ok", "pga_ok", "responder"):
        assert row[part] == yn(case[f"expected_{part}"]), part


@cases("steroid_reduction50")
def test_steroid_reduction(case: dict[str, str]) -> None:
    row = one("steroid_reduction", [{"dose": float(case["baseline_mg"])}, {"dose": float(case["visit_mg"])}])
    assert row["responder"] == yn(case["expected"])
    assert (row["state"] == "not evaluable") == (case["expected"] == "not_evaluable")


@cases("steroid_equivalent")
def test_steroid_equivalent(case: dict[str, str]) -> None:
    pairs = [pair.split("=") for pair in case["daily_mg_by_drug"].split(";")]
    frame = pl.DataFrame({"CMTRT": [drug for drug, _ in pairs], "CMDOSE": [float(dose) for _, dose in pairs]})
    assert convert_to_prednisone(frame).sum() == pytest.approx(float(case["expected_prednisone_mg"]))


@cases("conversions")
def test_conversions(case: dict[str, str]) -> None:
    units = {
        "upcr_g_g": ("upcr", "g/g"),
        "upcr_mg_mmol": ("upcr", "mg/mmol"),
        "creatinine_umol_l": ("creatinine", "umol/L"),
        "creatinine_mg_dl": ("creatinine", "mg/dL"),
        "hb_g_l": ("haemoglobin", "g/L"),
        "hb_g_dl": ("haemoglobin", "g/dL"),
    }
    (quantity, unit), (_, to) = units[case["from_unit"]], units[case["to_unit"]]
    found = convert_unit(float(case["value"]), quantity, unit=unit, to=to)
    assert found == pytest.approx(float(case["expected"]), rel=0.005)  # tolerance printed in the vectors
