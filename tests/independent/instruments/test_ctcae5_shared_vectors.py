"""CTCAE grades against the worked examples of the reference folder; skipped loudly where absent."""

from __future__ import annotations

from shared_vectors import cases, one

#: The limits that the note of the file states.
LIMITS = {"wbc_lln": 4.0, "plt_lln": 150.0, "neut_lln": 2.0, "hb_lln": 12.0}


@cases("ctcae5")
def test_ctcae5(case: dict[str, str]) -> None:
    row = one("ctcae5", [{case["lab"]: float(case["value"]), **LIMITS}])
    assert row[f"grade_{case['lab']}"] == int(case["expected_grade"])
