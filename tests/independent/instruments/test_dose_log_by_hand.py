"""Doses at visits from a log of medication, counted day by day on paper."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import (
    INTAKES,
    dose_records,
    doses_in_windows,
    earliest_date,
    latest_date,
    steroid_days_above,
    steroid_doses,
    steroid_log_queries,
)
from lupustrial.instruments._tables import read_table

Row = dict[str, Any]
NAMES = ("CMTRT", "CMDOSE", "CMDOSFRQ", "CMROUTE", "CMSTDTC", "CMENDTC")


def log(*records: str, **more: Any) -> pl.DataFrame:
    """Records: drug, dose, frequency, route, start, end; - is blank."""
    rows = [
        {"USUBJID": "P"}
        | {name: None if value == "-" else value for name, value in zip(NAMES, one.split("|"), strict=True)}
        for one in records
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("USUBJID", *NAMES), pl.String))
    return frame.with_columns(pl.Series(name, values) for name, values in more.items())


def visits(*days: str, **more: Any) -> pl.DataFrame:
    frame = pl.DataFrame({"USUBJID": ["P"] * len(days), "VISITNUM": range(len(days)), "ADT": list(days)})
    return frame.with_columns(pl.Series(name, values) for name, values in more.items())


#: Baseline and first dose on 8 January, visit on 22 January: windows of 1 to 7 and of 16 to 22 January.
TWO = visits("2020-01-08", "2020-01-22")


def doses(records: pl.DataFrame, at: pl.DataFrame = TWO, **settings: Any) -> list[float | None]:
    return steroid_doses(records, at, settings=settings)["dose"].to_list()


def test_windows_end_on_the_visit_and_at_baseline_on_the_day_before_first_dose() -> None:
    assert doses(log("prednisone|7|QD|ORAL|2020-01-01|2020-01-07")) == [7.0, 0.0]
    assert doses(log("prednisone|7|QD|ORAL|2020-01-08|2020-01-16")) == [0.0, 1.0]
    assert doses(log("prednisone|7|QD|ORAL|2019-12-01|2019-12-31")) == [0.0, 0.0]
    assert doses(log("prednisone|7|QD|ORAL|2020-01-22|-")) == [0.0, 1.0]
    assert doses(log("prednisone|7|QD|ORAL|2020-01-23|-")) == [0.0, 0.0]


@pytest.mark.parametrize(("window", "dose"), [(1, 0.0), (7, 4.0), (14, 2.0), (28, 1.0)])
def test_windows_of_every_length(window: int, dose: float) -> None:
    # 28 mg on 16 January only, six days before the visit.
    records = log("prednisone|28|ONCE|ORAL|2020-01-16|-")
    assert doses(records, visit_dose_window=window)[1] == dose


def test_records_that_overlap_add_and_a_missing_end_goes_on() -> None:
    records = log("prednisone|10|QD|ORAL|2019-01-01|-", "prednisone|2.5|QD|ORAL|2020-01-20|-")
    assert doses(records) == [10.0, pytest.approx(10 + 3 * 2.5 / 7)]


@pytest.mark.parametrize(
    ("record", "dose"),
    [
        ("methylprednisolone|4|QD|ORAL|2019|-", 5.0),
        ("hydrocortisone|20|BID|ORAL|2019-12|-", 10.0),
        ("prednisolone|10|QOD|-|2019-12-01|-", 5.0),
        ("prednisolone|10|every other day|PO|2019-12-01|-", 5.0),
        ("prednisone|35|EVERY WEEK|ORAL|2019-12-01|-", 5.0),
        ("prednisone|35|weekly|ORAL|2019-12-01|-", 5.0),
        ("prednisone|7|3 TIMES PER WEEK|ORAL|2019-12-01|-", 3.0),
        ("Medrol|4|TID|by mouth|-|-", 15.0),
    ],
)
def test_equivalents_frequencies_and_brands(record: str, dose: float) -> None:
    assert doses(log(record)) == [pytest.approx(dose), pytest.approx(dose)]


def test_units_of_the_dose() -> None:
    records = log("prednisone|0.01|QD|ORAL|2019|-", "prednisone|500|QD|ORAL|2019|-", CMDOSU=["g", "ug"])
    assert doses(records) == [10.5, 10.5]
    assert doses(log("prednisone|1|QD|ORAL|2019|-", CMDOSU=["TABLET"])) == [None, None]


def test_deflazacort_is_a_setting() -> None:
    records = log("deflazacort|7.5|QD|ORAL|2019|-")
    assert doses(records) == [6.25, 6.25]
    assert doses(records, deflazacort_mg="7.5") == [5.0, 5.0]


@pytest.mark.parametrize(
    ("route", "without", "with_pulses", "pulse"),
    [
        ("INTRAVENOUS", 0.0, 100.0, 700.0),
        ("IM", 0.0, 100.0, 700.0),
        ("INTRA-ARTICULAR", 0.0, 0.0, 0.0),
        ("TOPICAL", 0.0, 0.0, 0.0),
        ("somewhere", 0.0, 0.0, 0.0),
        ("ORAL", 100.0, 100.0, 0.0),
    ],
)
def test_pulses_are_apart_and_local_treatment_is_no_dose(
    route: str, without: float, with_pulses: float, pulse: float
) -> None:
    records = log(f"methylprednisolone|560|ONCE|{route}|2020-01-20|-")  # 700 mg of prednisone
    found = steroid_doses(records, TWO)
    assert (found["dose"][1], found["pulse"][1]) == (without, pulse)
    assert doses(records, include_pulse_in_mean="yes")[1] == with_pulses


def test_as_needed_and_unknown_doses_leave_the_mean_open() -> None:
    found = steroid_doses(log("prednisone|5|PRN|ORAL|2020-01-01|2020-01-10"), TWO)
    assert found["dose"].to_list() == [None, 0.0]
    assert found["note"].to_list() == [
        "dose or frequency not known: prednisone 5 mg PRN",
        "no record covers the window",
    ]
    assert found["cumulative"].to_list() == [None, None]  # 8 to 10 January are after first dose
    assert doses(log("prednisone|-|QD|ORAL|2020-01-01|2020-01-10"))[0] is None


def test_an_empty_log_is_not_zero_but_a_log_that_says_none_is() -> None:
    found = steroid_doses(log(), TWO)
    assert found["dose"].to_list() == [None, None]
    assert (found["pulse"].to_list(), found["cumulative"].to_list()) == ([None, None], [None, None])
    assert found["note"].to_list() == ["the log is empty: not known"] * 2
    none = log("-|-|-|-|-|-", CMOCCUR=["N"])
    assert doses(none) == [0.0, 0.0]
    stopped = log("prednisone|5|QD|ORAL|2019|-", CMOCCUR=["N"])
    assert doses(stopped) == [0.0, 0.0]


def test_cumulative_dose_from_first_dose_to_the_visit() -> None:
    # 10 mg on 8 to 20 January (13 days) and 5 mg on 21 and 22 January.
    records = log("prednisone|10|QD|ORAL|2019-12-25|2020-01-20", "prednisone|5|QD|ORAL|2020-01-21|-")
    found = steroid_doses(records, TWO)
    assert found["cumulative"].to_list() == [10.0, 140.0]
    assert found["records"].to_list() == ["1", "1;2"]
    pulse = log("prednisone|10|QD|ORAL|2019-12-25|-", "prednisone|100|ONCE|IV|2020-01-10|-")
    assert steroid_doses(pulse, TWO)["cumulative"].to_list() == [10.0, 150.0]
    counted = steroid_doses(pulse, TWO, settings={"include_pulse_in_mean": "yes"})
    assert counted["cumulative"].to_list() == [10.0, 250.0]


def test_baseline_is_flagged_or_first_and_first_dose_may_be_told() -> None:
    # 7 mg on 8 January only.
    records = log("prednisone|7|ONCE|ORAL|2020-01-08|-")
    three = visits("2020-01-08", "2020-01-09", "2020-01-22")
    assert doses(records, three) == [0.0, 1.0, 0.0]
    flagged = three.with_columns(ABLFL=pl.Series([None, "Y", None]))
    assert doses(records, flagged) == [1.0, 1.0, 0.0]  # 2 to 8 January twice
    told = three.with_columns(TRTSDT=pl.lit("2020-01-09"))
    assert doses(records, told) == [1.0, 1.0, 0.0]
    assert steroid_doses(records, told)["cumulative"].to_list() == [0.0, 0.0, 0.0]
    shuffled = three.reverse()
    assert doses(records, shuffled) == [0.0, 1.0, 0.0][::-1]


def test_other_columns_and_names_stay() -> None:
    records = log("prednisone|7|QD|ORAL|2019|-", CMSEQ=[12.0]).rename(
        {name: f"EX{name[2:]}" for name in (*NAMES, "CMSEQ")}
    )
    found = steroid_doses(records, TWO.with_columns(SITEID=pl.lit("S")), prefix="EX")
    assert found.columns == [*TWO.columns, "SITEID", "dose", "pulse", "cumulative", "note", "records"]
    assert found["records"].to_list() == ["12", "12"]
    assert found["note"].to_list() == ["prednisone 7 mg QD"] * 2


def test_records_of_a_log() -> None:
    records = dose_records(log("prednisone|5.0|BID|ORAL|2020-02|2020-02", "prednisone|5|ONCE|ORAL|2020|2020"))
    assert records.rows() == [
        ("P", 1, date(2020, 2, 1), date(2020, 2, 29), 10.0, "prednisone 5 mg BID"),
        ("P", 2, date(2020, 1, 1), date(2020, 1, 1), 5.0, "prednisone 5 mg ONCE"),
    ]
    local = dose_records(log("triamcinolone|4|ONCE|IA|2020|-", "prednisone|5|QD|-|2020|-"), parts=("local",))
    assert local["mg"].to_list() == [5.0]


def test_windows_of_any_length() -> None:
    records = dose_records(log("prednisone|6|QD|ORAL|2020-01-02|2020-01-03"))
    windows = pl.DataFrame(
        {"USUBJID": ["P", "Q"], "from": [date(2020, 1, 1)] * 2, "to": [date(2020, 1, 4)] * 2, "x": [1, 2]}
    )
    found = doses_in_windows(records, windows, pl.Series(["P"]))
    assert found.select("USUBJID", "x", "dose", "records").rows() == [
        ("P", 1, 3.0, "1"),
        ("Q", 2, None, None),
    ]


def test_parts_of_dates() -> None:
    texts = pl.DataFrame({"x": ["2019", "2020-02", "2020-02-03", "2020-02-03T10:00", None, "soon"]})
    found = texts.select(first=earliest_date(pl.col("x")), last=latest_date(pl.col("x"))).rows()
    assert found == [
        (date(2019, 1, 1), date(2019, 12, 31)),
        (date(2020, 2, 1), date(2020, 2, 29)),
        (date(2020, 2, 3), date(2020, 2, 3)),
        (date(2020, 2, 3), date(2020, 2, 3)),
        (None, None),
        (None, None),
    ]


def test_frequencies() -> None:
    assert INTAKES["QD"] == 1
    assert INTAKES["Q4H"] == 6
    assert INTAKES["QOD"] == 0.5
    assert INTAKES["EVERY 4 WEEKS"] == 1 / 28
    assert INTAKES["QM"] == 1 / 30.4375
    assert "PRN" not in INTAKES
    for table in ("dose_frequencies", "dose_routes", "dose_units", "glucocorticoid_brands"):
        assert all(row["source"] and row["trust"] for row in read_table(table)), table


#: First dose on 1 January 2020: week 44 begins 308 days later, on 4 November, week 52 on 30 December.
YEAR = visits("2020-01-01", "2020-11-03", "2020-11-10", "2020-12-30", "2021-02-01")


def above(records: pl.DataFrame, **span: Any) -> list[tuple[int | None, int | None]]:
    return steroid_days_above(records, YEAR, mg=10, **span).select("days", "consecutive").rows()


def test_days_above_10_mg_in_weeks_44_to_52() -> None:
    record = "prednisone|10.1|QD|ORAL|{}|{}"
    span = {"from_week": 44, "to_week": 52}
    whole = log(record.format("2020-01-01", "-"))
    # 4 to 10 November are 7 days, to 30 December 57.
    assert above(whole, **span) == [(0, 0), (0, 0), (7, 7), (57, 57), (57, 57)]
    assert above(log("prednisone|10|QD|ORAL|2020-01-01|-"), **span) == [(0, 0)] * 5
    twice = log(record.format("2020-11-05", "2020-11-06"), record.format("2020-11-08", "2020-11-10"))
    assert above(twice, **span) == [(0, 0), (0, 0), (5, 3), (5, 3), (5, 3)]
    assert above(log(record.format("2020-12-30", "2021-01-30")), **span)[3:] == [(1, 1), (1, 1)]
    assert above(log(record.format("2020-12-31", "2021-01-30")), **span)[4] == (0, 0)
    assert above(log(record.format("2020-12-31", "2021-01-30")), from_week=24)[4] == (31, 31)


def test_days_above_that_are_not_known() -> None:
    span = {"from_week": 44, "to_week": 52}
    prn = log("prednisone|20|PRN|ORAL|2020-11-10|2020-11-11")
    assert above(prn, **span) == [(0, 0), (0, 0), (None, None), (None, None), (None, None)]
    assert above(log(), **span) == [(None, None)] * 5


def test_one_drug_under_two_names_at_the_same_time_is_queried() -> None:
    records = log(
        "Medrol|4|QD|ORAL|2020-01-01|2020-01-31",
        "methylprednisolone|4|QD|ORAL|2020-01-31|-",
        "prednisone|5|QD|ORAL|2019|-",  # as much as the first two, another drug
        "prednisolone|5|QD|ORAL|2020|2020",
        "prednisolone|7.5|QD|ORAL|2020|2020",  # another dose
        "Medrol|4|QD|ORAL|2019-01-01|2019-12-31",  # before
        "prednisone|-|QD|ORAL|2019|-",  # dose not known
        "prednisone|-|QD|ORAL|2019|-",
    )
    found = steroid_log_queries(records)
    assert found["records"].to_list() == ["1;2", "3;4"]
    assert found["values"].to_list() == [
        "Medrol 4 mg QD | methylprednisolone 4 mg QD",
        "prednisone 5 mg QD | prednisolone 5 mg QD",
    ]
    assert set(found["query"]) == {"STEROID-Q02"}
    apart = records.with_columns(USUBJID=pl.Series([str(n) for n in range(8)]))
    assert steroid_log_queries(apart).height == 0
