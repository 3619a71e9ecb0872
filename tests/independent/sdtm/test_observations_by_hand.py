"""Findings, exposure, drugs, events and supplemental qualifiers of the tiny trial, derived by hand."""

from __future__ import annotations

import polars as pl
import pytest
import tiny_trial

from lupustrial.sdtm import origins, submitted, tabulate


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tabulate(tiny_trial.study(), tiny_trial.source())


def _rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return frame.select(columns).cast({pl.Categorical(): pl.String()}).rows()


def test_laboratory_results_in_standard_units_with_limits_of_the_sex(tables: dict[str, pl.DataFrame]) -> None:
    # 0.9 mg/dL x 88.4 = 79.56 umol/L. Upper limits 73 (F) and 97 (M); C3 0.7 to 1.4 includes 0.70.
    columns = ("LBSEQ", "LBTESTCD", "LBORRES", "LBORRESU", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBNRIND")
    first = tables["LB"].filter(pl.col("USUBJID") == "TINY-001")
    unit = "umol/L"
    assert _rows(first, *columns) == [
        (1, "CREAT", "0.9", "mg/dL", "79.56", 79.56, unit, "HIGH"),
        (2, "C3", "0.80", "g/L", "0.80", 0.8, "g/L", "NORMAL"),
        (3, "CREAT", "80", unit, "80", 80.0, unit, "HIGH"),
        (4, "C3", None, None, None, None, None, None),
        (5, "CREAT", "88", unit, "88", 88.0, unit, "HIGH"),
        (6, "CREAT", "92", unit, "92", 92.0, unit, "HIGH"),
        (7, "C3", "1.00", "g/L", "1.00", 1.0, "g/L", "NORMAL"),
        (8, "CREAT", None, None, None, None, None, None),
        (9, "C3", "0.70", "g/L", "0.70", 0.7, "g/L", "NORMAL"),
        (10, "CREAT", "72", unit, "72", 72.0, unit, "NORMAL"),
        (11, "C3", "1.60", "g/L", "1.60", 1.6, "g/L", "HIGH"),
    ]
    second = tables["LB"].filter(pl.col("USUBJID") == "TINY-002", pl.col("LBTESTCD") == "CREAT")
    assert _rows(second, "LBSTRESN", "LBNRIND") == [(60.0, "NORMAL"), (57.0, "NORMAL"), (98.0, "HIGH")]


def test_limits_are_also_given_in_the_recorded_unit(tables: dict[str, pl.DataFrame]) -> None:
    # 41 / 88.4 = 0.46380090… and 73 / 88.4 = 0.82579185…
    limits = ("LBORNRLO", "LBORNRHI", "LBSTNRLO", "LBSTNRHI")
    assert _rows(tables["LB"].head(1), *limits) == [("0.463801", "0.825792", 41.0, 73.0)]


def test_not_done_is_neither_a_result_nor_an_absence_of_one(tables: dict[str, pl.DataFrame]) -> None:
    missing = tables["LB"].filter(pl.col("LBSTAT") == "NOT DONE")
    assert _rows(missing, "LBTESTCD", "LBORRES", "LBREASND", "VISITNUM") == [
        ("C3", None, "tube broken", 2.0),
        ("CREAT", None, None, 4.0),
    ]


def test_the_last_result_before_the_first_dose_is_flagged_screening_where_baseline_is_missing(
    tables: dict[str, pl.DataFrame],
) -> None:
    flagged = tables["LB"].filter(pl.col("LBLOBXFL") == "Y")
    assert _rows(flagged, "USUBJID", "LBTESTCD", "VISITNUM") == [
        ("TINY-001", "C3", 1.0),
        ("TINY-001", "CREAT", 2.0),
        ("TINY-002", "CREAT", 2.0),
        ("TINY-002", "C3", 2.0),
    ]


def test_visit_epoch_date_and_study_day_of_findings(tables: dict[str, pl.DataFrame]) -> None:
    creatinine = tables["LB"].filter(pl.col("USUBJID") == "TINY-001", pl.col("LBTESTCD") == "CREAT")
    assert _rows(creatinine, "VISIT", "VISITDY", "EPOCH", "LBDTC", "LBDY") == [
        ("Screening", -7.0, "SCREENING", "2020-01-01", -7.0),
        ("Week 0", 1.0, "TREATMENT", "2020-01-08", 1.0),
        ("UNSCHEDULED UNS", None, "TREATMENT", "2020-01-15", 8.0),
        ("Week 2", 15.0, "TREATMENT", "2020-01-22", 15.0),
        ("Week 4", 29.0, "TREATMENT", "2020-02-05", 29.0),
        ("Week 8", 57.0, "FOLLOW-UP", "2020-03-04", 57.0),
    ]


def test_a_missed_injection_is_collected_but_no_exposure_and_a_dummy_has_dose_zero(
    tables: dict[str, pl.DataFrame],
) -> None:
    assert _rows(tables["EC"], "USUBJID", "ECTRT", "ECOCCUR", "ECDOSE", "ECDOSU", "ECSTDTC") == [
        ("TINY-001", "MASKED", "Y", 1.0, "10^6 IU", "2020-01-08"),
        ("TINY-001", "MASKED", "N", None, None, "2020-01-10"),
        ("TINY-001", "MASKED", "Y", 1.0, "10^6 IU", "2020-01-12"),
        ("TINY-002", "MASKED", "Y", 1.0, "10^6 IU", "2020-01-09"),
    ]
    assert _rows(tables["EX"], "USUBJID", "EXSEQ", "EXTRT", "EXDOSE", "EXROUTE", "EXSTDTC", "EXENDY") == [
        ("TINY-001", 1, "REAL DRUG", 1.0, "SUBCUTANEOUS", "2020-01-08", 1.0),
        ("TINY-001", 2, "REAL DRUG", 1.0, "SUBCUTANEOUS", "2020-01-12", 5.0),
        ("TINY-002", 1, "DUMMY DRUG", 0.0, "SUBCUTANEOUS", "2020-01-09", 1.0),
    ]


def test_supplemental_qualifiers_find_the_row_of_their_form(tables: dict[str, pl.DataFrame]) -> None:
    assert _rows(tables["SUPPEX"], "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL") == [
        ("TINY-001", "EXSEQ", "1", "KITNO", "Kit Number", "K7"),
        ("TINY-001", "EXSEQ", "2", "KITNO", "Kit Number", "K9"),
    ]
    assert _rows(tables["SUPPDM"].filter(pl.col("QNAM") == "RANDNO"), "USUBJID", "IDVAR", "QVAL") == [
        ("TINY-001", None, "1"),
        ("TINY-002", None, "2"),
        ("TINY-004", None, "3"),
    ]


def test_drugs_that_go_on_and_a_log_that_says_there_were_none(tables: dict[str, pl.DataFrame]) -> None:
    columns = ("USUBJID", "CMTRT", "CMDECOD", "CMDOSE", "CMDOSU", "CMOCCUR", "CMENRTPT", "CMENTPT", "CMSTDY")
    drug = "METHYLPREDNISOLONE"
    assert _rows(tables["CM"], *columns) == [
        ("TINY-001", "PREDNISONE", "PREDNISONE", 20.0, "mg", None, None, None, -38.0),
        ("TINY-001", "PREDNISONE", "PREDNISONE", 10.0, "mg", None, "ONGOING", "2020-03-04", 12.0),
        ("TINY-002", drug, drug, 8.0, "mg", None, "ONGOING", "2020-02-01", None),
        ("TINY-002", drug, drug, 500.0, "mg", None, None, None, 12.0),
        ("TINY-004", "GLUCOCORTICOIDS", None, None, None, "N", None, None, None),
    ]


def test_events_belong_to_the_epoch_in_which_they_began(tables: dict[str, pl.DataFrame]) -> None:
    assert _rows(tables["AE"], "USUBJID", "AESEQ", "AETERM", "EPOCH", "AESTDTC", "AESTDY", "AEENDY") == [
        ("TINY-001", 1, "HEADACHE", "SCREENING", "2020-01-05", -3.0, None),
        ("TINY-001", 2, "RASH", None, "2020-01", None, None),
        ("TINY-002", 1, "PNEUMONIA", "TREATMENT", "2020-01-09", 1.0, 12.0),
    ]


def test_prespecified_conditions_are_asked_and_a_dated_diagnosis_is_told(
    tables: dict[str, pl.DataFrame],
) -> None:
    assert _rows(tables["MH"], "USUBJID", "MHTERM", "MHCAT", "MHPRESP", "MHOCCUR", "MHSTDTC") == [
        ("TINY-001", "Lupus", "DIAGNOSIS", None, None, "2015-01-08"),
        ("TINY-001", "Lupus nephritis", "GENERAL", "Y", "Y", None),
        ("TINY-002", "Lupus", "DIAGNOSIS", None, None, "2019"),
        ("TINY-002", "Lupus nephritis", "GENERAL", "Y", "N", None),
        ("TINY-004", "Lupus nephritis", "GENERAL", "Y", "N", None),
    ]


def test_origins_lead_from_a_row_to_its_records(tables: dict[str, pl.DataFrame]) -> None:
    records = tiny_trial.records()
    doses = origins(tables, "EX").filter(pl.col("USUBJID") == "TINY-001", pl.col("EXSEQ") == 2)
    behind = records.filter(pl.col("position").is_in(doses["position"].implode()))
    assert behind.select("form", "repeat", "item", "value").rows() == [
        ("doses", 3, "EXDAT", "2020-01-12"),
        ("doses", 3, "EXPERF", "Y"),
        ("doses", 3, "EXDOSE", "1"),
    ]
    assert origins(tables, "TA").is_empty()


def test_what_is_submitted_has_neither_positions_nor_categories(tables: dict[str, pl.DataFrame]) -> None:
    table = submitted(tables["LB"])
    assert "SRCPOS" not in table.columns
    assert set(table.dtypes) == {pl.String, pl.Float64, pl.Int64}
