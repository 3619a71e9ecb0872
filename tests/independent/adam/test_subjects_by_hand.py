"""ADSL, the population flags and ADAE of the tiny trial, derived by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import tiny_trial

from lupustrial.adam import derive
from lupustrial.sdtm import tabulate


@pytest.fixture(scope="module")
def datasets() -> dict[str, pl.DataFrame]:
    study, source = tiny_trial.study(), tiny_trial.source()
    return derive(study, tabulate(study, source), source.stamp)


def test_how_each_participant_ended(datasets: dict[str, pl.DataFrame]) -> None:
    columns = ("SUBJID", "RANDFL", "EOSSTT", "DCSREAS", "EOTSTT", "NINJ", "LSTWEEK", "EFFASSN")
    assert datasets["ADSL"].select(columns).rows() == [
        ("001", "Y", "COMPLETED", None, "COMPLETED", 2, 8, 3),
        ("002", "Y", "DISCONTINUED", "LACK OF EFFICACY", "DISCONTINUED", 1, 2, 1),
        ("003", "N", "SCREEN FAILURE", "TOO MUCH STEROID", None, 0, -1, 0),
        ("004", "Y", "DISCONTINUED", "WITHDRAWAL BY SUBJECT", None, 0, 0, 0),
    ]


def test_treatment_and_randomisation_dates(datasets: dict[str, pl.DataFrame]) -> None:
    columns = ("SUBJID", "TRT01P", "TRT01PN", "TRTSDT", "TRTEDT", "RANDDT")
    assert datasets["ADSL"].select(columns).rows() == [
        ("001", "active", 1, dt.date(2020, 1, 8), dt.date(2020, 1, 12), dt.date(2020, 1, 8)),
        ("002", "control", 2, dt.date(2020, 1, 9), dt.date(2020, 1, 9), dt.date(2020, 1, 8)),
        ("003", None, None, None, None, None),
        ("004", "active", 1, None, None, dt.date(2020, 1, 13)),
    ]


def test_populations_follow_their_rules(datasets: dict[str, pl.DataFrame]) -> None:
    # mITT: randomised, an assessment after baseline. PP: completed treatment and study. Safety: a dose.
    assert datasets["ADSL"].select("SUBJID", "MITTFL", "PPROTFL", "SAFFL").rows() == [
        ("001", "Y", "Y", "Y"),
        ("002", "Y", "N", "Y"),
        ("003", "N", "N", "N"),
        ("004", "N", "N", "N"),
    ]


def test_synthetic_records_are_marked(datasets: dict[str, pl.DataFrame]) -> None:
    assert datasets["ADSL"]["SYNTHFL"].to_list() == ["Y"] * 4


def test_without_arms_the_randomised_are_known_and_treatments_are_not() -> None:
    study, source = tiny_trial.study(), tiny_trial.source(blinded=True)
    adsl = derive(study, tabulate(study, source), source.stamp)["ADSL"]
    assert adsl.select("RANDFL", "TRT01P", "ARM").rows() == [
        ("Y", None, None),
        ("Y", None, None),
        ("N", None, None),
        ("Y", None, None),
    ]


def test_an_event_on_the_day_of_the_first_dose_or_with_an_open_date_is_treatment_emergent(
    datasets: dict[str, pl.DataFrame],
) -> None:
    # First dose of 001: 8 January; the 5th is before, "January 2020" may be after. Of 002: the 9th.
    assert datasets["ADAE"].select("USUBJID", "AETERM", "ASTDT", "ASTDY", "AENDY", "TRTEMFL").rows() == [
        ("TINY-001", "HEADACHE", dt.date(2020, 1, 5), -3, None, "N"),
        ("TINY-001", "RASH", None, None, None, "Y"),
        ("TINY-002", "PNEUMONIA", dt.date(2020, 1, 9), 1, 12, "Y"),
    ]


def test_events_are_counted_in_the_treated_from_the_first_dose(datasets: dict[str, pl.DataFrame]) -> None:
    assert datasets["ADAEEV"].select(
        "USUBJID", "PARAMCD", "AVISIT", "AVISITN", "AVAL", "AVALC", "SRCDOM", "SRCSEQ"
    ).rows() == [
        ("TINY-001", "ANYAE", "Overall", None, 1.0, "Y", "AE", "2"),
        ("TINY-001", "SERAE", "Overall", None, 0.0, "N", None, None),
        ("TINY-002", "ANYAE", "Overall", None, 1.0, "Y", "AE", "1"),
        ("TINY-002", "SERAE", "Overall", None, 1.0, "Y", "AE", "1"),
    ]
