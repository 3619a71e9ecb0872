"""Every kind of derivation on the tiny trial, by hand: value, baseline, change, imputation, source."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import tiny_trial

from lupustrial.adam import derive
from lupustrial.sdtm import tabulate

Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def datasets() -> dict[str, pl.DataFrame]:
    study, source = tiny_trial.study(), tiny_trial.source()
    return derive(study, tabulate(study, source), source.stamp)


def _rows(datasets: dict[str, pl.DataFrame], parameter: str, *columns: str, who: str = "") -> Rows:
    frame = next(frame for frame in datasets.values() if _has(frame, parameter))
    chosen = frame.filter(pl.col("PARAMCD") == parameter, pl.col("USUBJID").str.ends_with(who))
    return chosen.select(columns or ("USUBJID", "AVISITN", "AVAL")).rows()


def _has(frame: pl.DataFrame, parameter: str) -> bool:
    return "PARAMCD" in frame.columns and parameter in frame["PARAMCD"]


def test_a_score_is_carried_forward_after_the_last_visit(datasets: dict[str, pl.DataFrame]) -> None:
    # ARTH 4, HAEM 4, RASH 2. 002 has 8 and 4 and leaves before week 4.
    columns = ("AVISITN", "AVAL", "BASE", "CHG", "PCHG", "ABLFL", "DTYPE", "ANL01FL")
    assert _rows(datasets, "SLEDAI", *columns, who="001") == [
        (0, 10.0, 10.0, None, None, "Y", None, "Y"),
        (2, 6.0, 10.0, -4.0, -40.0, None, None, "Y"),
        (4, 0.0, 10.0, -10.0, -100.0, None, None, "Y"),
        (8, 0.0, 10.0, -10.0, -100.0, None, None, "Y"),
    ]
    assert _rows(datasets, "SLEDAI", *columns, who="002") == [
        (0, 8.0, 8.0, None, None, "Y", None, "Y"),
        (2, 4.0, 8.0, -4.0, -50.0, None, None, "Y"),
        (4, 4.0, 8.0, -4.0, -50.0, None, "LOCF", "Y"),
        (8, 4.0, 8.0, -4.0, -50.0, None, "LOCF", "Y"),
    ]


def test_a_value_that_was_not_done_is_carried_too_and_says_from_where(
    datasets: dict[str, pl.DataFrame],
) -> None:
    columns = ("AVISITN", "AVAL", "CHG", "DTYPE", "ADT", "SRCDOM", "SRCSEQ", "AVALNOTE")
    *_, week4, week8 = _rows(datasets, "PGA", *columns, who="001")
    assert week4 == (4, 1.8, 0.3, None, dt.date(2020, 2, 5), "RS", "33", None)
    assert week8 == (8, 1.8, 0.3, "LOCF", None, "ADQS", "1003", "carried forward from Week 4")


def test_baseline_is_carried_when_nothing_later_is_known(datasets: dict[str, pl.DataFrame]) -> None:
    # 004 has creatinine at week 0 only and leaves.
    assert _rows(datasets, "CREAT", "AVISITN", "AVAL", "ABLFL", "DTYPE", who="004") == [
        (0, 50.0, "Y", None),
        (2, 50.0, None, "LOCF"),
        (4, 50.0, None, "LOCF"),
        (8, 50.0, None, "LOCF"),
    ]


def test_screening_stands_in_for_a_baseline_that_was_not_done(datasets: dict[str, pl.DataFrame]) -> None:
    columns = ("AVISIT", "AVISITN", "VISITNUM", "ADT", "AVAL", "BASE", "CHG", "ABLFL")
    assert _rows(datasets, "C3", *columns, who="001") == [
        ("Week 0", 0, 1.0, dt.date(2020, 1, 1), 0.8, 0.8, None, "Y"),
        ("Week 2", 2, 3.0, dt.date(2020, 1, 22), 1.0, 0.8, 0.2, None),
        ("Week 4", 4, 4.0, dt.date(2020, 2, 5), 0.7, 0.8, -0.1, None),
        ("Week 8", 8, 5.0, dt.date(2020, 3, 4), 1.6, 0.8, 0.8, None),
    ]
    assert _rows(datasets, "C3", "AVISITN", "AVAL", "ABLFL", who="002") == [
        (-1, 0.5, None),
        (0, 0.6, "Y"),
        (2, 0.9, None),
    ]


def test_an_unscheduled_value_is_kept_and_not_analysed(datasets: dict[str, pl.DataFrame]) -> None:
    columns = ("AVISIT", "AVISITN", "VISITNUM", "AVAL", "CHG", "ANL01FL")
    unscheduled = [row for row in _rows(datasets, "CREAT", *columns, who="001") if row[1] is None]
    assert unscheduled == [("Unscheduled", None, 2.01, 88.0, 8.0, None)]


def test_limits_include_their_ends_and_are_those_of_the_sex(datasets: dict[str, pl.DataFrame]) -> None:
    # C3 0.7 to 1.4: 0.70 is within. Creatinine F 41 to 73, M 57 to 97.
    assert _rows(datasets, "C3NORM", "AVISITN", "AVAL", "AVALC", who="001") == [
        (0, 1.0, "Y"),
        (2, 1.0, "Y"),
        (4, 1.0, "Y"),
        (8, 0.0, "N"),
    ]
    assert _rows(datasets, "CRNORM", "AVISITN", "AVAL", "AVALNOTE", who="001")[-1] == (
        8,
        1.0,
        "limits 41 to 73",
    )
    assert _rows(datasets, "CRNORM", "AVISITN", "AVAL", "AVALNOTE", who="002") == [
        (-1, 1.0, "limits 57 to 97"),
        (0, 1.0, "limits 57 to 97"),
        (2, 0.0, "limits 57 to 97"),
    ]


def test_a_restricted_parameter_is_for_those_of_whom_the_condition_is_known_to_hold(
    datasets: dict[str, pl.DataFrame],
) -> None:
    assert {row[0] for row in _rows(datasets, "CRLN")} == {"TINY-001"}


def test_responder_index_with_its_reasons_and_without_imputed_components(
    datasets: dict[str, pl.DataFrame],
) -> None:
    # 001 week 2: 10 to 6 is a fall of 4, PGA 1.50 to 1.79 is not worse by 0.3: responder. Week 4: PGA 1.80 is
    # worse by exactly 0.3: no. Week 8: PGA was not done, so nothing is decided and it counts as no response,
    # although PGA itself is carried forward. 002 week 2: a new A.
    columns = ("AVISITN", "AVAL", "AVALC", "DTYPE")
    assert _rows(datasets, "SRI4", *columns, who="001") == [
        (2, 1.0, "Y", None),
        (4, 0.0, "N", None),
        (8, 0.0, "N", "NRI"),
    ]
    assert _rows(datasets, "SRI4", *columns, who="002") == [
        (2, 0.0, "N", None),
        (4, 0.0, "N", "NRI"),
        (8, 0.0, "N", "NRI"),
    ]
    assert [row[-1] for row in _rows(datasets, "SRI4", *columns, who="004")] == ["NRI"] * 3
    assert _rows(datasets, "SRI4", *columns, who="003") == []
    (note,) = _rows(datasets, "SRI4", "AVALNOTE", who="002")[0]
    assert "renal E to A" in str(note)


def test_resolved_is_for_those_who_had_it(datasets: dict[str, pl.DataFrame]) -> None:
    assert _rows(datasets, "ARTHRES", "USUBJID", "AVISITN", "AVAL", "DTYPE", "SRCSEQ") == [
        ("TINY-001", 2, 0.0, None, "11001;11002"),
        ("TINY-001", 4, 1.0, None, "11001;11003"),
        ("TINY-001", 8, 1.0, None, "11001;11004"),
        ("TINY-002", 2, 0.0, None, "11001;11002"),
        ("TINY-002", 4, 0.0, "NRI", None),
        ("TINY-002", 8, 0.0, "NRI", None),
    ]


def test_decreased_compares_with_baseline(datasets: dict[str, pl.DataFrame]) -> None:
    # 001: 80, 92, not done, 72. The unscheduled 88 has no part.
    assert _rows(datasets, "CRDEC", "AVISITN", "AVAL", "DTYPE", "AVALNOTE", who="001") == [
        (2, 0.0, None, "CREAT 80 at baseline, 92 now"),
        (4, 0.0, "NRI", "no value at this visit; counted as no response (non-responder imputation)"),
        (8, 1.0, None, "CREAT 80 at baseline, 72 now"),
    ]


def test_a_reduction_by_exactly_the_percentage_counts(datasets: dict[str, pl.DataFrame]) -> None:
    # 20 to 14.29 is 29 %, 20 to 10 is 50 %. Who takes nothing at baseline (004) cannot be judged, and with
    # `missing: nri` counts as no response at each visit that is due (docs/decisions/0006).
    assert _rows(datasets, "PRED50", "USUBJID", "AVISITN", "AVAL", "DTYPE") == [
        ("TINY-001", 2, 0.0, None),
        ("TINY-001", 4, 1.0, None),
        ("TINY-001", 8, 1.0, None),
        ("TINY-002", 2, 0.0, None),
        ("TINY-002", 4, 0.0, "NRI"),
        ("TINY-002", 8, 0.0, "NRI"),
        ("TINY-004", 2, 0.0, "NRI"),
        ("TINY-004", 4, 0.0, "NRI"),
        ("TINY-004", 8, 0.0, "NRI"),
    ]


def test_baseline_characteristics(datasets: dict[str, pl.DataFrame]) -> None:
    # Mosteller: sqrt(160 x 61 / 3600) = 1.64655, sqrt(180 x 80 / 3600) = 2. Months: 2015-01-08 to 2020-01-08
    # is 1826 days / 30.4375 = 59.9918; of "2019" the day is not known.
    assert _rows(datasets, "AGE", "USUBJID", "AVAL")[:2] == [("TINY-001", 39.0), ("TINY-002", 30.0)]
    assert _rows(datasets, "SEX", "AVAL", "AVALC")[:2] == [(1.0, "F"), (0.0, "M")]
    surface = _rows(datasets, "BSA", "USUBJID", "AVISITN", "AVAL", "ABLFL", "SRCDOM", "SRCSEQ")
    assert surface == [
        ("TINY-001", 0, pytest.approx(1.64655, abs=5e-6), "Y", "ADBL", "2002;3001"),
        ("TINY-002", 0, 2.0, "Y", "ADBL", "2002;3001"),
    ]
    assert _rows(datasets, "DURDIS", "USUBJID", "AVAL", "SRCDOM", "SRCVAR") == [
        ("TINY-001", pytest.approx(1826 / 30.4375), "MH", "MHSTDTC"),
        ("TINY-002", None, "MH", "MHSTDTC"),
    ]
    assert _rows(datasets, "PREDBL", "USUBJID", "AVAL", "SRCSEQ") == [
        ("TINY-001", 1.0, "1"),
        ("TINY-002", 0.0, None),
        ("TINY-004", 0.0, None),
    ]


def test_numbers_are_rounded_only_where_binary_fractions_would_show(
    datasets: dict[str, pl.DataFrame],
) -> None:
    # 176.370 lb x 0.45359237 = 80.0000862969 kg
    assert _rows(datasets, "WEIGHT", "AVISITN", "AVAL", who="002") == [(-1, 80.0000862969), (0, 80.0)]
