"""Conversion of units, worked out from definitions and molar masses."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from lupustrial.instruments import UNITS, convert_unit, plausible
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._units import looks_like


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "to", "expected"),
    [
        ("creatinine", 1.5, "mg/dL", "umol/L", 132.6),
        ("creatinine", 88.4, "umol/L", "mg/dL", 1.0),
        ("creatinine", 0.12, "mmol/L", "umol/L", 120.0),
        ("creatinine", 10.0, "mg/L", "mg/dL", 1.0),
        ("upcr", 1.0, "g/g", "mg/mmol", 113.12),
        ("upcr", 0.5, "g/g", "mg/mmol", 56.56),
        ("upcr", 56.56, "mg/mmol", "g/g", 0.5),
        ("upcr", 500.0, "mg/g", "g/g", 0.5),
        ("upcr", 1000.0, "mg/g", "mg/mmol", 113.12),
        ("upcr", 0.11312, "g/mmol", "g/g", 1.0),
        ("upcr", 113.12, "g/mol", "g/g", 1.0),
        ("uacr", 300.0, "mg/g", "mg/mmol", 33.936),
        ("protein24", 0.3, "g/24 h", "mg/24 h", 300.0),
        ("haemoglobin", 105.0, "g/L", "g/dL", 10.5),
        ("haemoglobin", 10.0, "mmol/L", "g/L", 161.145),
        ("albumin", 3.5, "g/dL", "g/L", 35.0),
        ("c3", 0.9, "g/L", "mg/dL", 90.0),
        ("c4", 120.0, "mg/L", "g/L", 0.12),
        ("urea", 10.0, "mmol/L", "mg/dL urea", 60.06),
        ("urea", 5.0, "mmol/L", "mg/dL BUN", 14.007),
        ("glucose", 180.16, "mg/dL", "mmol/L", 10.0),
        ("crp", 1.2, "mg/dL", "mg/L", 12.0),
        ("leukocytes", 3500.0, "/uL", "10^9/L", 3.5),
        ("neutrophils", 1.5, "10^9/L", "/uL", 1500.0),
        ("lymphocytes", 900.0, "/uL", "10^9/L", 0.9),
        ("platelets", 150.0, "10^9/L", "/uL", 150000.0),
        ("temperature", 98.6, "F", "C", 37.0),
        ("temperature", 38.0, "C", "F", 100.4),
        ("temperature", 32.0, "F", "C", 0.0),
        ("weight", 100.0, "lb", "kg", 45.359237),
        ("height", 1.75, "m", "cm", 175.0),
        ("height", 10.0, "in", "cm", 25.4),
        ("height", 2.54, "cm", "in", 1.0),
    ],
)
def test_conversions(quantity: str, value: float, unit: str, to: str, expected: float) -> None:
    assert convert_unit(value, quantity, unit=unit, to=to) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_decimals_come_out_clean() -> None:
    assert convert_unit(1.5, "creatinine", unit="mg/dL", to="umol/L") == 132.6
    assert convert_unit(105.0, "haemoglobin", unit="g/L", to="g/dL") == 10.5
    assert convert_unit(7, "creatinine", unit="umol/L", to="umol/L") == 7


@pytest.mark.parametrize(
    ("quantity", "unit", "to"),
    [
        ("creatinine", "µmol/l", "MG/DL"),
        ("creatinine", "μmol/L", "mg / dl"),
        ("Creatinine", "umol/L", "mg/dL"),
    ],
)
def test_spelling_makes_no_difference(quantity: str, unit: str, to: str) -> None:
    assert convert_unit(88.4, quantity, unit=unit, to=to) == 1.0


def test_synonyms() -> None:
    assert convert_unit(0.5, "upcr", unit="mg/mg", to="mg/g") == 500.0
    assert convert_unit(3.5, "leukocytes", unit="10^3/uL", to="G/L") == 3.5
    assert convert_unit(2500.0, "platelets", unit="/mm3", to="K/uL") == 2.5
    assert convert_unit(300.0, "protein24", unit="mg/day", to="g/24h") == 0.3
    assert convert_unit(98.6, "temperature", unit="degF", to="Celsius") == pytest.approx(37.0)


def test_series_expressions_and_arrays_with_nulls() -> None:
    series = pl.Series("x", [1.0, None])
    assert convert_unit(series, "upcr", unit="g/g", to="mg/mmol").to_list() == [113.12, None]
    found = series.to_frame().select(convert_unit(pl.col("x"), "upcr", unit="g/g", to="mg/mmol"))
    assert found["x"].to_list() == [113.12, None]
    whole = pl.Series([250], dtype=pl.Int32)  # 250 x 45359237 does not fit into 32 bits
    assert convert_unit(whole, "weight", unit="lb", to="kg").to_list() == [pytest.approx(113.3980925)]
    np.testing.assert_allclose(
        convert_unit(np.array([1.0, np.nan]), "upcr", unit="g/g", to="mg/mmol"), [113.12, np.nan]
    )


def test_every_unit_leads_back_to_where_it_came_from() -> None:
    for quantity, units in UNITS.items():
        for unit in units:
            for to in units:
                there = convert_unit(12.5, quantity, unit=unit, to=to)
                assert convert_unit(there, quantity, unit=to, to=unit) == pytest.approx(12.5, rel=1e-12)


@pytest.mark.parametrize(
    ("quantity", "unit", "low", "high"),
    [
        ("upcr", "mg/mmol", 5.0, 2000.0),
        ("upcr", "g/g", 0.02, 20.0),
        ("upcr", "mg/g", 20.0, 20000.0),
        ("creatinine", "umol/L", 20.0, 2000.0),
        ("creatinine", "mg/dL", 20 / 88.4, 2000 / 88.4),
        ("temperature", "C", 34.0, 42.0),
        ("temperature", "F", 93.2, 107.6),
        ("haemoglobin", "g/L", 30.0, 200.0),
    ],
)
def test_plausible_ranges(quantity: str, unit: str, low: float, high: float) -> None:
    assert plausible(quantity, unit) == (pytest.approx(low), pytest.approx(high))


def test_hint_of_a_unit_slip() -> None:
    assert looks_like("creatinine", "umol/L", "mg/dL") == "looks like mg/dL; 1 mg/dL is 88.4 umol/L"
    assert looks_like("upcr", "g/g", "mg/mmol") == "looks like mg/mmol; 1 mg/mmol is 0.00884017 g/g"


def test_the_table_of_units_is_whole() -> None:
    rows = read_table("units")
    assert all(row["source"] and row["trust"] for row in rows)
    for quantity, units in UNITS.items():
        first = next(row for row in rows if (row["quantity"], row["unit"]) == (quantity, units[0]))
        assert (first["factor"], first["zero"]) == ("1", "")
        assert float(first["low"]) < float(first["high"])
