"""Worked examples of the reference folder for the SELENA-SLEDAI flare index."""

from __future__ import annotations

import pytest
from shared_vectors import cases, number, one, yn

ANSWERS = (
    "mild_clinical_item",
    "severe_clinical_item_with_action",
    "added_nsaid_or_hcq",
    "new_cyc_aza_mtx",
    "hospital_for_lupus",
)


@cases("sfi_classic")
@pytest.mark.parametrize(("index", "expected"), [("sfi", "classic"), ("sfi_modified", "modified")])
def test_flare(case: dict[str, str], index: str, expected: str) -> None:
    rows = [
        {
            "sledai": number(case[f"sledai_{side}"]),
            "pga": number(case[f"pga_{side}"]),
            "prednisone": number(case[f"prednisone_{side}"]),
            "weight_kg": number(case["weight_kg"]),
            **{answer: yn(case[answer]) for answer in ANSWERS},
        }
        for side in ("prev", "now")
    ]
    assert one(index, rows)["state"] == case[f"expected_{expected}"]
