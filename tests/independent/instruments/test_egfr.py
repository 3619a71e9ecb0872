"""CKD-EPI 2021 against values worked out from the published equation by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lupustrial.errors import InstrumentError
from lupustrial.instruments import estimate_gfr

VECTORS = (
    Path(__file__).resolve().parents[3].parent
    / "shared/reference/instruments/testvectors/egfr_ckdepi2021.csv"
)


def test_at_creatinine_kappa_only_age_and_sex_count() -> None:
    # a woman of 50 at 0.7 mg/dL: 142 x 0.9938^50 x 1.012; a man of 50 at 0.9 mg/dL: 142 x 0.9938^50
    woman, man = estimate_gfr([0.7 * 88.4, 0.9 * 88.4], age=50, female=[True, False])
    assert man == pytest.approx(142 * 0.732738, rel=1e-5)
    assert woman / man == pytest.approx(1.012)


def test_above_kappa_the_rate_falls_with_the_power_of_one_point_two() -> None:
    once, twice = estimate_gfr([0.9 * 88.4, 1.8 * 88.4], age=30, female=False)
    assert twice / once == pytest.approx(2**-1.2)


def test_what_is_missing_stays_missing() -> None:
    assert np.isnan(estimate_gfr(float("nan"), age=40, female=True))


def test_a_child_is_refused() -> None:
    with pytest.raises(InstrumentError, match="INSTR-007"):
        estimate_gfr(60.0, age=[30, 17], female=True)


def test_the_shared_vectors() -> None:
    if not VECTORS.is_file():
        pytest.skip("THE SHARED TEST VECTORS ARE NOT BESIDE THE CHECKOUT: eGFR was not compared with them")
    with VECTORS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found = estimate_gfr(
                float(row["creatinine_mg_dl"]) * 88.4, age=int(row["age"]), female=row["sex"] == "F"
            )
            assert float(found) == pytest.approx(float(row["expected_egfr"]), abs=0.1), row["case_id"]
