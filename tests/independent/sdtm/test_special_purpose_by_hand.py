"""DM, SV, SE, DS, IE and the trial design of the tiny trial, derived by hand."""

from __future__ import annotations

import polars as pl
import pytest
import tiny_trial

from lupustrial.sdtm import judge_eligibility, tabulate


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tabulate(tiny_trial.study(), tiny_trial.source())


def _rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return frame.select(columns).cast({pl.Categorical(): pl.String()}).rows()


def test_reference_dates_follow_first_dose_last_dose_and_end_of_participation(
    tables: dict[str, pl.DataFrame],
) -> None:
    assert _rows(
        tables["DM"], "SUBJID", "RFICDTC", "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC"
    ) == [
        ("001", "2020-01-01", "2020-01-08", "2020-03-04", "2020-01-08", "2020-01-12", "2020-03-04"),
        ("002", "2020-01-02", "2020-01-09", "2020-02-01", "2020-01-09", "2020-01-09", "2020-02-01"),
        ("003", "2020-01-03", None, None, None, None, "2020-01-04"),
        ("004", "2020-01-06", None, None, None, None, "2020-01-14"),
    ]


def test_age_is_completed_at_consent_on_the_birthday_itself_and_not_the_day_before(
    tables: dict[str, pl.DataFrame],
) -> None:
    # Birth and consent: 1980-06-15 and 2020-01-01; 1990-01-02 and 2020-01-02; 2002-01-04 and 2020-01-03;
    # 1985-03-01 and 2020-01-06, with the birthday of 1 March still ahead.
    assert _rows(tables["DM"], "SUBJID", "AGE", "AGEU") == [
        ("001", 39.0, "YEARS"),
        ("002", 30.0, "YEARS"),
        ("003", 17.0, "YEARS"),
        ("004", 34.0, "YEARS"),
    ]


def test_arms_of_screen_failures_are_null_and_of_the_untreated_only_the_actual_one(
    tables: dict[str, pl.DataFrame],
) -> None:
    assert _rows(tables["DM"], "SUBJID", "ARMCD", "ARM", "ACTARMCD", "ACTARM", "ARMNRS") == [
        ("001", "ACT", "Active drug", "ACT", "Active drug", None),
        ("002", "CTL", "Control", "CTL", "Control", None),
        ("003", None, None, None, None, "SCREEN FAILURE"),
        ("004", "ACT", "Active drug", None, None, "ASSIGNED, NOT TREATED"),
    ]


def test_while_the_allocation_is_sealed_no_table_tells_an_arm() -> None:
    tables = tabulate(tiny_trial.study(), tiny_trial.source(blinded=True))
    assert _rows(tables["DM"], "SUBJID", "ARMCD", "ACTARM", "ARMNRS") == [
        ("001", None, None, None),
        ("002", None, None, None),
        ("003", None, None, "SCREEN FAILURE"),
        ("004", None, None, None),
    ]
    assert _rows(tables["EX"], "EXTRT", "EXDOSE") == [("MASKED", 1.0)] * 3
    assert set(tables["SE"]["ETCD"]) == {"SCREENIN", "TREATMEN", "FOLLOWUP"}


def test_visits_with_an_unscheduled_one_between_and_one_that_did_not_take_place(
    tables: dict[str, pl.DataFrame],
) -> None:
    visits = tables["SV"].filter(pl.col("USUBJID").is_in(["TINY-001", "TINY-004"]))
    assert _rows(visits, "VISITNUM", "VISIT", "SVOCCUR", "SVREASOC", "SVSTDTC", "SVSTDY", "SVUPDES") == [
        (1.0, "Screening", "Y", None, "2020-01-01", -7.0, None),
        (2.0, "Week 0", "Y", None, "2020-01-08", 1.0, None),
        (2.01, "UNSCHEDULED UNS", None, None, "2020-01-15", 8.0, "UNS"),
        (3.0, "Week 2", "Y", None, "2020-01-22", 15.0, None),
        (4.0, "Week 4", "Y", None, "2020-02-05", 29.0, None),
        (5.0, "Week 8", "Y", None, "2020-03-04", 57.0, None),
        (1.0, "Screening", "Y", None, "2020-01-06", None, None),
        (2.0, "Week 0", "Y", None, "2020-01-13", None, None),
        (3.0, "Week 2", "N", "withdrew", None, None, None),
    ]


def test_elements_begin_with_consent_first_dose_and_last_treatment_visit(
    tables: dict[str, pl.DataFrame],
) -> None:
    assert _rows(tables["SE"], "USUBJID", "ETCD", "TAETORD", "EPOCH", "SESTDTC", "SEENDTC") == [
        ("TINY-001", "SCREENIN", 1, "SCREENING", "2020-01-01", "2020-01-08"),
        ("TINY-001", "ACT", 2, "TREATMENT", "2020-01-08", "2020-02-05"),
        ("TINY-001", "FOLLOWUP", 3, "FOLLOW-UP", "2020-02-05", "2020-03-04"),
        ("TINY-002", "SCREENIN", 1, "SCREENING", "2020-01-02", "2020-01-09"),
        ("TINY-002", "CTL", 2, "TREATMENT", "2020-01-09", "2020-02-01"),
        ("TINY-003", "SCREENIN", 1, "SCREENING", "2020-01-03", "2020-01-04"),
        ("TINY-004", "SCREENIN", 1, "SCREENING", "2020-01-06", "2020-01-14"),
    ]


def test_disposition_has_consent_randomisation_and_the_end(tables: dict[str, pl.DataFrame]) -> None:
    ds = tables["DS"].filter(pl.col("USUBJID") != "TINY-001")
    assert _rows(ds, "USUBJID", "DSSEQ", "DSTERM", "DSDECOD", "DSCAT", "DSSTDTC", "DSSTDY") == [
        ("TINY-002", 1, *["INFORMED CONSENT OBTAINED"] * 2, "PROTOCOL MILESTONE", "2020-01-02", -7.0),
        ("TINY-002", 2, "RANDOMIZED", "RANDOMIZED", "PROTOCOL MILESTONE", "2020-01-08", -1.0),
        ("TINY-002", 3, "no better", "LACK OF EFFICACY", "DISPOSITION EVENT", "2020-02-01", 24.0),
        ("TINY-003", 1, *["INFORMED CONSENT OBTAINED"] * 2, "PROTOCOL MILESTONE", "2020-01-03", None),
        ("TINY-003", 2, "too much steroid", "SCREEN FAILURE", "DISPOSITION EVENT", "2020-01-04", None),
        ("TINY-004", 1, *["INFORMED CONSENT OBTAINED"] * 2, "PROTOCOL MILESTONE", "2020-01-06", None),
        ("TINY-004", 2, "RANDOMIZED", "RANDOMIZED", "PROTOCOL MILESTONE", "2020-01-13", None),
        ("TINY-004", 3, "moved away", "WITHDRAWAL BY SUBJECT", "DISPOSITION EVENT", "2020-01-14", None),
    ]


def test_eligibility_is_judged_in_the_standard_unit_and_left_open_where_a_fact_is_missing() -> None:
    # EXC02 asks for creatinine above 79.5 umol/L: 0.9 mg/dL is 79.56 (001); 003 has no creatinine.
    verdicts = judge_eligibility(tiny_trial.study(), tiny_trial.records())
    assert verdicts.select("participant", "criterion", "kind", "verdict").rows() == [
        ("001", "INC01", "inclusion", "met"),
        ("001", "EXC01", "exclusion", "met"),
        ("001", "EXC02", "exclusion", "not met"),
        ("002", "INC01", "inclusion", "met"),
        ("002", "EXC01", "exclusion", "met"),
        ("002", "EXC02", "exclusion", "met"),
        ("003", "INC01", "inclusion", "not met"),
        ("003", "EXC01", "exclusion", "not met"),
        ("003", "EXC02", "exclusion", "undecided"),
        ("004", "INC01", "inclusion", "met"),
        ("004", "EXC01", "exclusion", "met"),
        ("004", "EXC02", "exclusion", "undecided"),
    ]
    facts = dict(zip(verdicts["participant"] + verdicts["criterion"], verdicts["facts"], strict=True))
    assert facts["003EXC02"] == "lab.CREAT = missing"
    assert facts["003EXC01"] == "history.GCMAX = 1.0"


def test_only_criteria_not_met_stand_in_ie(tables: dict[str, pl.DataFrame]) -> None:
    assert _rows(tables["IE"], "USUBJID", "IESEQ", "IETESTCD", "IECAT", "IEORRES", "IEDTC") == [
        ("TINY-001", 1, "EXC02", "EXCLUSION", "Y", "2020-01-01"),
        ("TINY-003", 1, "INC01", "INCLUSION", "N", "2020-01-03"),
        ("TINY-003", 2, "EXC01", "EXCLUSION", "Y", "2020-01-03"),
    ]


def test_the_trial_design_has_an_arm_a_treatment_element_and_a_visit_for_each(
    tables: dict[str, pl.DataFrame],
) -> None:
    assert _rows(tables["TA"], "ARMCD", "TAETORD", "ETCD", "EPOCH") == [
        ("ACT", 1, "SCREENIN", "SCREENING"),
        ("ACT", 2, "ACT", "TREATMENT"),
        ("ACT", 3, "FOLLOWUP", "FOLLOW-UP"),
        ("CTL", 1, "SCREENIN", "SCREENING"),
        ("CTL", 2, "CTL", "TREATMENT"),
        ("CTL", 3, "FOLLOWUP", "FOLLOW-UP"),
    ]
    assert tables["TE"]["ETCD"].to_list() == ["SCREENIN", "ACT", "CTL", "FOLLOWUP"]
    assert _rows(tables["TV"], "VISITNUM", "VISITDY") == [(1, -7), (2, 1), (3, 15), (4, 29), (5, 57)]
    summary = dict(_rows(tables["TS"], "TSPARMCD", "TSVAL"))
    assert summary["AGEMIN"] == "P18Y"
    assert summary["TPHASE"] == "PHASE II TRIAL"
    assert summary["ACTSUB"] == "3"
    assert dict(_rows(tables["TS"], "TSPARMCD", "TSVALNF"))["AGEMAX"] == "NA"
