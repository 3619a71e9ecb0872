"""Worked examples of LLDAS, DORIS and SLE-DAS in the reference folder, constructed there by another scorer.

They lie outside the repository, so every test skips loudly where they are absent.
"""

from __future__ import annotations

from typing import Any

from shared_vectors import cases, number, one, yn

from lupustrial.instruments import INSTRUMENTS
from lupustrial.instruments._sledai import CODES


def items(present: str) -> dict[str, str]:
    """Return the 24 descriptors; an empty list means that all are known to be absent."""
    return {code: "Y" if code in present.split(";") else "N" for code in CODES}


@cases("lldas")
def test_lldas(case: dict[str, str]) -> None:
    now: dict[str, Any] = items(case["sledai2k_items_now"])
    now |= {"pga": number(case["pga"]), "prednisolone_mg": number(case["prednisolone_mg"])}
    asked = ("haemolytic_anaemia", "gi_activity", "criterion5_met")
    now |= {code: yn(case[code]) for code in asked}
    assert one("lldas", [items(case["sledai2k_items_previous"]), now])["met"] == yn(case["expected"])


@cases("doris")
def test_doris(case: dict[str, str]) -> None:
    now: dict[str, Any] = items(case["sledai_items_now"])
    now |= {"pga": number(case["pga"]), "prednisolone_mg": number(case["prednisolone_mg"])}
    now |= {code: yn(case[code]) for code in ("immunosuppressant_or_biologic", "background_stable")}
    assert one("doris2021", [now])["met"] == yn(case["expected_2021"])
    assert one("doris2017", [now])["state"] == case["expected_2017_state"]


@cases("sledas")
def test_sledas(case: dict[str, str]) -> None:
    given = dict(pair.split("=") for pair in case["inputs"].split(";") if pair)
    row: dict[str, Any] = {each.code: "N" for each in INSTRUMENTS["sledas"].items if each.kind == "yn"}
    row |= {"protein_mg": 0.0, "platelets": 250.0, "leukocytes": 6.0, "swollen_joints": 0}
    row |= {
        code: ("Y" if value == "1" else "N") if row[code] == "N" else float(value)
        for code, value in given.items()
    }
    found = one("sledas", [row])
    assert found["score"] == float(case["expected_score"])
    assert found["state"] == case["expected_category"]
