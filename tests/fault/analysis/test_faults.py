"""What is wrong with a plan is reported whole; what cannot be computed is a row with its reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import polars as pl
import pytest

from lupustrial.analysis import analyse, check_plan, select_rows
from lupustrial.analysis._selection import Selection
from lupustrial.errors import StudyError, UsageError
from lupustrial.study import Analysis, Stamp, Study


def one(study: Study, name: str, **changes: object) -> Analysis:
    return dataclasses.replace(next(a for a in study.plan.analyses if a.id == name), **changes)


def run(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study], name: str
) -> pl.DataFrame:
    return analyse(with_plan(analyses=(one(study, name),), displays=()), datasets, stamp)


def test_all_faults_of_a_plan_are_reported_at_once_with_remedies(
    study: Study, with_plan: Callable[..., Study]
) -> None:
    broken = with_plan(
        analyses=(
            one(
                study,
                "A-SRI4",
                methods=("count", "pearsn"),
                plan="fisher",
                weeks=(12, 13),
                where="history.LN == 'Y'",
            ),
            one(study, "A-T2-NUM", contrast="none", parameters=("SLEDAY",), estimand="E-CHANG"),
            one(study, "A-RENAL", methods=("summary",), plan=None, primary=True, claims={"RENCR@20": "C003"}),
        ),
        displays=(),
    )
    faults = check_plan(broken)
    found = {(fault.id, fault.message) for fault in faults}
    assert ("PLAN-001", "there is no method 'pearsn'") in found
    assert ("PLAN-001", "there is no parameter 'SLEDAY'") in found
    assert ("PLAN-001", "there is no estimand 'E-CHANG'") in found
    assert ("PLAN-002", "paired_t needs the contrast 'within arm', not 'none'") in found
    assert ("PLAN-003", "no method suits RENCR, whose type is binary") in found
    assert ("PLAN-004", "no visit is planned at week 13") in found
    assert ("PLAN-005", "the planned test 'fisher' is not among the methods") in found
    assert ("PLAN-006", "the claim 'RENCR@20' names no result of this analysis") in found
    assert ("PLAN-008", "more than one analysis is primary: A-SRI4, A-RENAL") in found
    assert any(fault.id == "PLAN-007" and "history.LN" in fault.message for fault in faults)
    assert next(fault for fault in faults if "pearsn" in fault.message).hint == "did you mean pearson?"
    assert all(fault.hint and fault.place for fault in faults)


def test_a_plan_at_fault_is_refused(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    with pytest.raises(StudyError) as caught:
        analyse(
            with_plan(analyses=(one(study, "A-SRI4", methods=("pearsn",), plan=None),), displays=()),
            datasets,
            stamp,
        )
    assert [fault.id for fault in caught.value.faults] == ["PLAN-001"]


def test_disposition_is_no_method_of_an_analysis(study: Study, with_plan: Callable[..., Study]) -> None:
    faults = check_plan(
        with_plan(analyses=(one(study, "A-SRI4", methods=("count", "disposition"), plan=None),), displays=())
    )
    assert "PLAN-002" in {fault.id for fault in faults}


def test_a_display_that_names_a_wrong_test_or_analysis_is_a_fault(
    study: Study, with_plan: Callable[..., Study]
) -> None:
    figure = next(one for one in study.plan.displays if one.id == "F2A")
    for test in ("person", "A-CELLS-CHANG:paired_t"):
        faults = check_plan(with_plan(displays=(dataclasses.replace(figure, test=test),)))
        assert [fault.id for fault in faults] == ["PLAN-001"]


def test_without_adsl_nothing_is_analysed(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp
) -> None:
    with pytest.raises(UsageError, match="ANALYSIS-102"):
        analyse(study, {name: frame for name, frame in datasets.items() if name != "ADSL"}, stamp)


def test_a_dataset_that_is_not_there_is_an_error_in_the_results(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    found = run(study, {"ADSL": datasets["ADSL"]}, stamp, with_plan, "A-SRI4")
    rows = found.filter(pl.col("ANALYSIS") == "A-SRI4")
    assert rows["ERROR"].unique().to_list() == ["there is no dataset ADRESP"]
    assert rows["VALUE"].null_count() == rows.height > 0


def test_a_column_that_is_not_there_is_an_error_in_the_results(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    found = run(study, {**datasets, "ADRESP": datasets["ADRESP"].drop("BASE")}, stamp, with_plan, "A-SRI4")
    assert found.filter(pl.col("ANALYSIS") == "A-SRI4")["ERROR"].unique().to_list() == [
        "ADRESP has no column BASE"
    ]


def test_a_participant_with_two_rows_at_a_visit_is_an_error_in_the_results(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    twice = pl.concat(
        [datasets["ADRESP"], datasets["ADRESP"].filter(pl.col("PARAMCD") == "SRI4", pl.col("AVISITN") == 12)]
    )
    found = run(study, {**datasets, "ADRESP": twice}, stamp, with_plan, "A-SRI4")
    errors = found.filter(pl.col("ERROR").is_not_null())["ERROR"].unique().to_list()
    assert errors == ["a participant has more than one row to analyse (ANL01FL) at this visit"]


def test_an_empty_arm_is_described_as_empty_and_compared_with_a_reason(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    empty = datasets["ADRESP"].filter(pl.col("TRT01P") == "IL-2")
    found = run(study, {**datasets, "ADRESP": empty}, stamp, with_plan, "A-SRI4")
    count = found.filter(
        pl.col("GROUP") == "placebo", pl.col("METHOD") == "count", pl.col("ANALYSIS") == "A-SRI4"
    )
    assert dict(count.select("STAT", "VALUE").iter_rows())["N"] == 0
    assert "no participant has a value" in count["ERROR"].to_list()
    contrast = found.filter(pl.col("GROUPTYPE") == "contrast")
    assert contrast["VALUE"].null_count() == contrast.height
    assert contrast["ERROR"].null_count() == 0


def test_values_that_do_not_vary_give_a_reason_and_no_exception(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    constant = datasets["ADQS"].with_columns(AVAL=pl.lit(5.0), BASE=pl.lit(5.0))
    found = run(study, {**datasets, "ADQS": constant}, stamp, with_plan, "A-T2-NUM")
    tests = found.filter(pl.col("METHOD") == "paired_t", pl.col("DATASET") == "ADQS")
    assert tests["ERROR"].str.contains("do not vary").all()


def test_a_change_of_what_has_no_baseline_gives_a_reason(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    bare = datasets["ADRESP"].with_columns(BASE=pl.lit(None, dtype=pl.Float64))
    found = run(study, {**datasets, "ADRESP": bare}, stamp, with_plan, "A-T2-BIN")
    rows = found.filter(pl.col("PARAMCD") == "ANADEC", pl.col("GROUPTYPE") == "within")
    assert rows["ERROR"].unique().to_list() == [
        "no participant has both a baseline and a later value of this parameter"
    ]


def test_a_binary_parameter_with_other_values_is_an_error(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    odd = datasets["ADRESP"].with_columns(AVAL=pl.col("AVAL") * 2)
    found = run(study, {**datasets, "ADRESP": odd}, stamp, with_plan, "A-SRI4")
    rows = found.filter(pl.col("ANALYSIS") == "A-SRI4")
    assert rows["ERROR"].unique().to_list() == ["a binary parameter has values other than 0 and 1"]


@pytest.mark.parametrize("query", ["DROP TABLE ADSL", "SELECT * FROM ADXX WHERE PARAMCD = 'A'", "None"])
def test_a_query_that_is_not_of_these_datasets_is_refused(
    datasets: dict[str, pl.DataFrame], query: str
) -> None:
    with pytest.raises(UsageError, match="ANALYSIS-101"):
        select_rows(datasets, {"QUERY": query, "RESULT_ID": "X"})


def test_a_semicolon_in_a_condition_does_not_cut_the_query(datasets: dict[str, pl.DataFrame]) -> None:
    where = "DCSREAS IS NULL OR DCSREAS <> 'gone; SELECTED elsewhere'"
    query = Selection(dataset="ADRESP", paramcd="SRI4", weeks=(12,), where=where).query
    assert "; " in query
    found = select_rows(datasets, {"QUERY": query})
    everybody = datasets["ADRESP"].filter(pl.col("PARAMCD") == "SRI4", pl.col("AVISITN") == 12)
    assert found.height == everybody.height > 0
