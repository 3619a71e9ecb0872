"""The filtration rate as an instrument, worked out on paper from the printed formulas.

At a creatinine of kappa (0.7 or 0.9 mg/dL) CKD-EPI 2021 is 142 x 0.9938^age, x 1.012 in women. MDRD: with
creatinine 88.5 umol/L (1 mg/dL), age 50 (50^-0.176 = 0.50232), urea 5 mmol/L (14^-0.170 = 0.63850), albumin
40 g/L (4^0.318 = 1.55402) it is 170 x 0.50232 x 0.63850 x 1.55402 = 84.73.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import estimate_gfr, score

Row = dict[str, Any]
KAPPA_WOMAN, KAPPA_MAN = 0.7, 0.9


def one(row: Row, **settings: Any) -> Row:
    frame = pl.DataFrame([{"USUBJID": "P", "VISITNUM": 1, **row}])
    return score("egfr", frame, settings=settings).row(0, named=True)


@pytest.mark.parametrize(
    ("sex", "age", "mg_dl", "rate"),
    [("F", 40, 1.0, 73.0), ("M", 40, 1.0, 97.6), ("F", 25, 0.6, 127.7)],
)
def test_the_examples_of_the_reference(sex: str, age: int, mg_dl: float, rate: float) -> None:
    found = one({"sex": sex, "age": age, "creatinine_mg_dl": mg_dl})
    assert found["score"] == pytest.approx(rate, abs=0.05)
    assert (found["lower"], found["upper"]) == (found["score"], found["score"])
    assert found["completeness"] == "complete"


@pytest.mark.parametrize(
    ("sex", "mg_dl", "share"),
    [
        ("F", KAPPA_WOMAN, 1.012),
        ("M", KAPPA_MAN, 1.0),
        ("F", 2 * KAPPA_WOMAN, 1.012 * 2**-1.2),
        ("M", 2 * KAPPA_MAN, 2**-1.2),
        ("F", KAPPA_WOMAN / 2, 1.012 * 2**0.241),
        ("M", KAPPA_MAN / 2, 2**0.302),
    ],
)
def test_slopes_below_and_above_kappa(sex: str, mg_dl: float, share: float) -> None:
    found = one({"sex": sex, "age": 30, "creatinine_mg_dl": mg_dl})
    assert found["score"] == pytest.approx(142 * 0.9938**30 * share, rel=1e-9)


def test_either_unit_gives_the_same_rate_and_the_function_too() -> None:
    mg_dl = one({"sex": "F", "age": 40, "creatinine_mg_dl": 1.5})["score"]
    umol_l = one({"sex": "F", "age": 40, "creatinine_umol_l": 132.6})["score"]
    assert mg_dl == pytest.approx(umol_l, rel=1e-12)
    assert mg_dl == pytest.approx(float(estimate_gfr(132.6, age=40, female=True)), rel=1e-12)


BLOOD: Row = {"sex": "M", "age": 50, "creatinine_umol_l": 88.5, "urea_mmol_l": 5.0, "albumin_g_l": 40.0}


@pytest.mark.parametrize(
    ("change", "rate"),
    [
        ({"african_ancestry": "N"}, 84.73),
        ({"african_ancestry": "Y"}, 84.73 * 1.18),
        ({"african_ancestry": "N", "sex": "F"}, 84.73 * 0.762),
        ({"african_ancestry": "N", "creatinine_umol_l": 177.0}, 84.73 * 2**-0.999),
        ({"african_ancestry": "N", "urea_mmol_l": 10.0}, 84.73 * 2**-0.17),
        ({"african_ancestry": "N", "albumin_g_l": 20.0}, 84.73 * 2**-0.318),
        ({"african_ancestry": "N", "age": 100}, 84.73 * 2**-0.176),
    ],
)
def test_mdrd_of_the_glossary(change: Row, rate: float) -> None:
    found = one(BLOOD | change, egfr_formula="mdrd6")
    assert found["score"] == pytest.approx(rate, abs=0.02)


def test_schwartz_below_18_years_only_and_only_where_asked() -> None:
    child: Row = {"sex": "F", "age": 17, "creatinine_umol_l": 44.2, "height_cm": 120.0}
    found = one(child, egfr_children="schwartz")
    assert found["score"] == pytest.approx(0.413 * 120 / 0.5)
    assert found["reasons"] == "Schwartz: 17 years, creatinine 44.2 umol/L, height 120 cm"
    adult = one(child | {"age": 18}, egfr_children="schwartz")
    assert adult["score"] == one(child | {"age": 18})["score"]
    # Sex is not asked of a child, height is.
    assert one(child | {"sex": None}, egfr_children="schwartz")["score"] == found["score"]
    short = one(child | {"height_cm": None}, egfr_children="schwartz")
    assert (short["score"], short["completeness"]) == (None, "incomplete")
    assert short["lower"] == pytest.approx(0.413 * 30 / 0.5)
    assert short["upper"] == pytest.approx(0.413 * 250 / 0.5)
    assert short["reasons"].endswith("height not done")


def test_bounds_of_what_is_not_done() -> None:
    woman = 142 * 1.012
    at_kappa: Row = {"sex": "F", "age": 50, "creatinine_mg_dl": KAPPA_WOMAN}
    found = one(at_kappa | {"age": None})
    assert (found["score"], found["completeness"]) == (None, "incomplete")
    assert found["lower"] == pytest.approx(woman * 0.9938**120)
    assert found["upper"] == pytest.approx(woman * 0.9938**18)
    found = one(at_kappa | {"creatinine_mg_dl": None})
    assert found["lower"] == pytest.approx(float(estimate_gfr(3000.0, age=50, female=True)))
    assert found["upper"] == pytest.approx(float(estimate_gfr(10.0, age=50, female=True)))
    found = one({"sex": None, "age": 50, "creatinine_mg_dl": 1.0})
    rates = [float(estimate_gfr(88.4, age=50, female=female)) for female in (True, False)]
    assert (found["lower"], found["upper"]) == (pytest.approx(min(rates)), pytest.approx(max(rates)))
    mdrd = one(BLOOD, egfr_formula="mdrd6")  # ancestry not told
    assert (mdrd["lower"], mdrd["upper"]) == (
        pytest.approx(84.73, abs=0.02),
        pytest.approx(84.73 * 1.18, abs=0.02),
    )
    blood = BLOOD | {"african_ancestry": "N", "urea_mmol_l": None}
    mdrd = one(blood, egfr_formula="mdrd6")
    assert mdrd["lower"] == pytest.approx(84.73 * 30**-0.17, rel=1e-3)  # 150 mmol/L
    assert mdrd["upper"] == pytest.approx(84.73 * 10**0.17, rel=1e-3)  # 0.5 mmol/L
    mdrd = one(BLOOD | {"african_ancestry": "N", "albumin_g_l": None}, egfr_formula="mdrd6")
    assert mdrd["lower"] == pytest.approx(84.73 * 8**-0.318, rel=1e-3)  # 5 g/L
    assert mdrd["upper"] == pytest.approx(84.73 * 2.5**0.318, rel=1e-3)  # 100 g/L


def test_a_participant_of_unknown_age_may_be_a_child_where_children_are_scored() -> None:
    row: Row = {"sex": "F", "age": None, "creatinine_umol_l": 44.2, "height_cm": 30.0}
    found = one(row, egfr_children="schwartz")
    assert found["lower"] == pytest.approx(0.413 * 30 / 0.5)
    assert found["upper"] == pytest.approx(float(estimate_gfr(44.2, age=18, female=True)))


def test_reasons_and_what_scored() -> None:
    found = one({"sex": "F", "age": 40, "creatinine_umol_l": 70.5})
    assert found["reasons"] == "CKD-EPI 2021: F, 40 years, creatinine 70.5 umol/L"
    assert found["scored_by"].startswith("egfr 1.0 egfr_formula=ckd_epi_2021 #")
    found = one({"sex": None, "age": None, "creatinine_mg_dl": None})
    assert found["reasons"] == "CKD-EPI 2021: sex not done, age not done, creatinine not done"
    found = one(BLOOD | {"albumin_g_l": None}, egfr_formula="mdrd6")
    assert found["reasons"] == "MDRD: M, 50 years, creatinine 88.5 umol/L, urea 5, albumin not done"
