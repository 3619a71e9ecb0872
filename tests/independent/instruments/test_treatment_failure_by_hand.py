"""Treatment failure by dated rules on a log of medication, day by day on paper."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import FailureRule, treatment_failures

NAMES = ("CMTRT", "CMDOSE", "CMDOSFRQ", "CMROUTE", "CMSTDTC", "CMENDTC")
#: First dose on 1 January 2020; week 24 begins on 17 June, week 44 on 4 November, week 52 on 30 December.
DAYS = ("2020-01-01", "2020-03-25", "2020-06-17", "2020-12-30")
VISITS = pl.DataFrame({"USUBJID": ["P"] * 4, "VISITNUM": range(4), "ADT": DAYS})


def log(*records: str) -> pl.DataFrame:
    rows = [
        {"USUBJID": "P"}
        | {name: None if value == "-" else value for name, value in zip(NAMES, one.split("|"), strict=True)}
        for one in records
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("USUBJID", *NAMES), pl.String))


def verdicts(rule: FailureRule | tuple[FailureRule, ...], *records: str) -> list[str | None]:
    rules = rule if isinstance(rule, tuple) else (rule,)
    return treatment_failures(log(*records), VISITS, rules)["treatment_failure"].to_list()


def failure(rule: FailureRule, *records: str) -> tuple[Any, ...]:
    row = treatment_failures(log(*records), VISITS, (rule,)).row(-1, named=True)
    return tuple(row[f"failure_{name}"] for name in ("rule", "date", "record"))


PROHIBITED = FailureRule(id="R1", kind="prohibited_drug", drugs=("Cyclophosphamide", "rituximab"))
QUIET = "prednisone|5|QD|ORAL|2019|-"


def test_a_prohibited_drug_that_is_started() -> None:
    started = "CYCLOPHOSPHAMIDE|500|ONCE|INTRAVENOUS|{}|-"
    assert verdicts(PROHIBITED, QUIET) == ["N"] * 4
    assert verdicts(PROHIBITED, started.format("2020-03-25")) == ["N", "Y", "Y", "Y"]
    assert verdicts(PROHIBITED, started.format("2020-03-26")) == ["N", "N", "Y", "Y"]
    assert verdicts(PROHIBITED, started.format("2020-01-01")) == ["Y"] * 4
    assert verdicts(PROHIBITED, started.format("2019-12-31")) == ["N"] * 4  # it was there before
    assert failure(PROHIBITED, QUIET, started.format("2020-03-26")) == ("R1", date(2020, 3, 26), "2")


def test_a_start_of_which_the_day_is_missing() -> None:
    started = "rituximab|1000|ONCE|IV|{}|-"
    assert verdicts(PROHIBITED, started.format("2020-02")) == ["N", "Y", "Y", "Y"]
    assert verdicts(PROHIBITED, started.format("2020-01")) == ["Y"] * 4  # not before 1 January
    assert verdicts(PROHIBITED, started.format("-")) == ["N"] * 4  # before all
    late = FailureRule(id="R1", kind="prohibited_drug", drugs=("rituximab",), from_week=12, to_week=24)
    # Week 12 begins on 25 March: a start in March may be before or in the span.
    assert verdicts(late, started.format("2020-03")) == ["N", None, None, None]
    assert verdicts(late, started.format("2020-06")) == ["N", "N", None, None]  # the span ends on 17 June
    assert verdicts(late, started.format("2020-06-17")) == ["N", "N", "Y", "Y"]
    assert verdicts(late, started.format("2020-06-18")) == ["N"] * 4
    assert failure(late, started.format("2020-03")) == (None, None, None)


def test_what_was_not_taken_or_is_another_drug() -> None:
    taken = log("rituximab|1000|ONCE|IV|2020-02-01|-").with_columns(CMOCCUR=pl.lit("N"))
    assert treatment_failures(taken, VISITS, (PROHIBITED,))["treatment_failure"].to_list() == ["N"] * 4
    assert verdicts(PROHIBITED, "rituximab biosimilar|1000|ONCE|IV|2020-02-01|-") == ["N"] * 4


ABOVE = FailureRule(
    id="R2", kind="dose_above_baseline", drugs=("azathioprine", "mycophenolate"), from_week=12
)


def test_a_dose_above_that_of_the_day_before_first_dose() -> None:
    kept = "azathioprine|100|QD|ORAL|2019|-"
    more = "azathioprine|{}|QD|ORAL|{}|{}"
    assert verdicts(ABOVE, kept) == ["N"] * 4
    before = more.format(50, "2020-02-01", "2020-03-24")
    assert verdicts(ABOVE, kept, before) == ["N"] * 4  # before week 12
    assert verdicts(ABOVE, kept, more.format(50, "2020-02-01", "2020-03-25")) == ["N", "Y", "Y", "Y"]
    assert failure(ABOVE, kept, more.format(50, "2020-05-01", "-")) == ("R2", date(2020, 5, 1), "1;2")
    assert verdicts(ABOVE, "mycophenolate|1|BID|ORAL|2020-06-01|-") == ["N", "N", "Y", "Y"]
    lower = more.format(100, "2019", "2020-02-01")
    assert verdicts(ABOVE, lower, more.format(75, "2020-02-02", "-")) == ["N"] * 4
    assert verdicts(ABOVE, kept, "azathioprine|50|PRN|ORAL|2020-06-01|2020-06-02") == ["N", "N", None, None]
    unknown = "azathioprine|-|QD|ORAL|2019|2020-01-31"
    assert verdicts(ABOVE, unknown, more.format(50, "2020-02-01", "-")) == ["N", None, None, None]


CEILING = FailureRule(
    id="R3", kind="steroid_ceiling", from_week=24, percent=125, mg=5, days=3, in_succession=True
)


@pytest.mark.parametrize(
    ("base", "dose", "failed"),
    [
        (10, 15.0, "N"),  # the greater of 12.5 and 15
        (10, 15.1, "Y"),
        (40, 50.0, "N"),  # the greater of 50 and 45
        (40, 50.1, "Y"),
        (20, 25.0, "N"),  # both are 25
        (20, 25.01, "Y"),
        (0, 5.0, "N"),
        (0, 5.1, "Y"),
    ],
)
def test_ceiling_of_the_glucocorticoid(base: float, dose: float, failed: str) -> None:
    before = f"prednisone|{base}|QD|ORAL|2019|2020-07-31"
    after = f"prednisone|{dose}|QD|ORAL|2020-08-01|2020-08-04"
    assert verdicts(CEILING, before, after)[-1] == failed


def test_days_that_the_ceiling_allows() -> None:
    base = "prednisone|10|QD|ORAL|2019|-"
    more = "prednisone|20|QD|ORAL|{}|{}"
    assert verdicts(CEILING, base, more.format("2020-08-01", "2020-08-03"))[-1] == "N"  # three days
    assert failure(CEILING, base, more.format("2020-08-01", "2020-08-04")) == ("R3", date(2020, 8, 4), "1;2")
    parts = (more.format("2020-08-01", "2020-08-02"), more.format("2020-08-04", "2020-08-05"))
    assert verdicts(CEILING, base, *parts)[-1] == "N"
    in_all = FailureRule(
        id="R3", kind="steroid_ceiling", from_week=24, percent=125, mg=5, days=3, in_succession=False
    )
    assert failure(in_all, base, *parts) == ("R3", date(2020, 8, 5), "1;3")
    early = more.format("2020-06-01", "2020-06-19")  # 17 to 19 June are in the span
    assert verdicts(CEILING, base, early)[-1] == "N"
    assert verdicts(CEILING, base, more.format("2020-06-01", "2020-06-20")) == ["N", "N", "N", "Y"]


def test_a_ceiling_that_is_not_known() -> None:
    base = "prednisone|10|QD|ORAL|2019|-"
    assert verdicts(CEILING, base, "prednisone|20|PRN|ORAL|2020-08-01|2020-08-04")[-1] is None
    assert verdicts(CEILING, base, "prednisone|20|PRN|ORAL|2020-08-01|2020-08-03")[-1] == "N"
    lost = "prednisone|-|QD|ORAL|2019|2020-01-31"  # baseline not known
    assert verdicts(CEILING, lost, "prednisone|5|QD|ORAL|2020-02-01|-")[-1] == "N"  # the ceiling is 5 or more
    assert verdicts(CEILING, lost, "prednisone|5.1|QD|ORAL|2020-02-01|-")[-1] is None
    assert verdicts(CEILING, lost, "prednisone|20|PRN|ORAL|2020-08-01|-")[-1] is None


FREEZE = FailureRule(id="R4", kind="steroid_freeze", from_week=44, to_week=52)


def test_no_increase_in_the_last_weeks() -> None:
    base = "prednisone|10|QD|ORAL|2019|{}"
    more = "prednisone|{}|QD|ORAL|{}|-"
    assert verdicts(FREEZE, base.format("-"))[-1] == "N"
    assert verdicts(FREEZE, base.format("2020-11-30"), more.format(5, "2020-12-01"))[-1] == "N"
    assert failure(FREEZE, base.format("-"), more.format(2.5, "2020-12-01")) == (
        "R4",
        date(2020, 12, 1),
        "1;2",
    )
    assert (
        verdicts(FREEZE, base.format("-"), more.format(2.5, "2020-11-03"))[-1] == "N"
    )  # the day before week 44
    assert failure(FREEZE, base.format("-"), more.format(2.5, "2020-11-04"))[1] == date(2020, 11, 4)
    assert failure(FREEZE, base.format("-"), more.format(2.5, "2020-12-30"))[1] == date(2020, 12, 30)
    assert verdicts(FREEZE, base.format("2020-12-01"), more.format(10, "2020-12-02"))[-1] == "N"
    assert (
        verdicts(FREEZE, base.format("2020-12-01"), more.format(10, "2020-12-03"))[-1] == "Y"
    )  # a day without


def test_a_freeze_that_is_not_known() -> None:
    base = "prednisone|10|QD|ORAL|2019|2020-11-30"
    prn = "prednisone|10|PRN|ORAL|2020-12-01|2020-12-05"
    assert verdicts(FREEZE, base, prn)[-1] is None
    higher = "prednisone|11|QD|ORAL|2020-12-06|-"
    assert verdicts(FREEZE, base, prn, higher)[-1] == "Y"  # it rose somewhere between
    early = "prednisone|10|PRN|ORAL|2020-10-01|2020-11-03"
    assert verdicts(FREEZE, early, "prednisone|5|QD|ORAL|2020-11-04|-")[-1] is None
    assert verdicts(FREEZE, early)[-1] == "N"  # nothing is taken after it


PULSE = FailureRule(id="R5", kind="pulse", from_week=12)


def test_a_pulse_by_vein_or_muscle() -> None:
    given = "methylprednisolone|500|ONCE|{}|2020-05-01|-"
    assert verdicts(PULSE, given.format("INTRAVENOUS")) == ["N", "N", "Y", "Y"]
    assert verdicts(PULSE, given.format("IM")) == ["N", "N", "Y", "Y"]
    assert verdicts(PULSE, given.format("INTRA-ARTICULAR")) == ["N"] * 4
    assert verdicts(PULSE, given.format("ORAL")) == ["N"] * 4
    assert verdicts(PULSE, "rituximab|500|ONCE|INTRAVENOUS|2020-05-01|-") == ["N"] * 4
    assert verdicts(PULSE, "Solu-Medrol|500|ONCE|IV|2020-03-24|-") == ["N"] * 4  # before week 12
    assert verdicts(PULSE, "Solu-Medrol|500|QD|IV|2020-03-20|2020-03-25") == ["N", "Y", "Y", "Y"]
    assert failure(PULSE, "Solu-Medrol|500|QD|IV|2020-03-20|2020-03-25") == ("R5", date(2020, 3, 25), "1")
    ending = FailureRule(id="R5", kind="pulse", to_week=24)
    assert verdicts(ending, "Solu-Medrol|500|QD|IV|2020-06-17|-") == ["N", "N", "Y", "Y"]
    assert verdicts(ending, "Solu-Medrol|500|QD|IV|2020-06-18|-") == ["N"] * 4


def test_the_first_of_several_rules_is_told() -> None:
    records = ("rituximab|1000|ONCE|IV|2020-02-01|-", "Solu-Medrol|500|ONCE|IV|2020-02-01|-", QUIET)
    early = FailureRule(id="R0", kind="pulse")
    found = treatment_failures(log(*records), VISITS, (PROHIBITED, early)).row(-1, named=True)
    assert (found["failure_rule"], found["failure_record"]) == ("R1", "1")
    found = treatment_failures(log(*records), VISITS, (early, PROHIBITED)).row(-1, named=True)
    assert (found["failure_rule"], found["failure_record"]) == ("R0", "2")
    later = ("rituximab|1000|ONCE|IV|2020-02-02|-", records[1])
    found = treatment_failures(log(*later), VISITS, (PROHIBITED, early)).row(-1, named=True)
    assert found["failure_rule"] == "R0"


def test_a_sure_failure_outweighs_an_open_one_and_visits_keep_their_order() -> None:
    records = ("prednisone|20|PRN|ORAL|2020-08-01|-", "rituximab|1000|ONCE|IV|2020-09-01|-")
    mixed = VISITS.reverse().with_columns(SITEID=pl.lit("S"))
    found = treatment_failures(log(*records), mixed, (CEILING, PROHIBITED))
    assert found["treatment_failure"].to_list() == ["Y", "N", "N", "N"]
    assert found.columns[:4] == ["USUBJID", "VISITNUM", "ADT", "SITEID"]
    day = VISITS.with_columns(ADT=pl.Series([*DAYS[:3], "2020-08-15"]))
    assert treatment_failures(log(*records), day, (CEILING, PROHIBITED))["treatment_failure"][3] is None


def test_an_empty_log_tells_nothing() -> None:
    assert verdicts(PROHIBITED) == [None] * 4
    others = log("rituximab|1000|ONCE|IV|2020-02-01|-").with_columns(USUBJID=pl.lit("Q"))
    assert treatment_failures(others, VISITS, (PROHIBITED,))["treatment_failure"].to_list() == [None] * 4
