"""What the ARD contains: schema, plan and primary marks, provenance, populations, flow, blinding."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import lupustrial.analysis as room
from lupustrial.analysis import ARD_SCHEMA, METHODS, analyse, check_plan, claimed_results
from lupustrial.study import Stamp, Study, load_study


def test_public_names_are_pinned() -> None:
    assert sorted(room.__all__) == [
        "ARD_SCHEMA",
        "DF_METHODS",
        "METHODS",
        "Method",
        "STRUCTURES",
        "analyse",
        "check_plan",
        "claimed_results",
        "fingerprint",
        "select_rows",
    ]


def test_the_ard_has_its_schema(ard: pl.DataFrame) -> None:
    assert (
        dict(ard.schema) == {name: type(kind) for name, kind in ARD_SCHEMA.items()}
        or ard.schema == ARD_SCHEMA
    )


def test_one_result_is_the_primary_p_value(ard: pl.DataFrame) -> None:
    primary = ard.filter(pl.col("PRIMARY"), pl.col("STAT") == "p_value")
    assert primary["RESULT_ID"].to_list() == ["A-SRI4|SRI4|12|IL-2 - placebo|pearson|p_value"]


def test_of_several_tests_only_the_planned_one_is_marked(ard: pl.DataFrame) -> None:
    tests = ard.filter(pl.col("ANALYSIS") == "A-T2-BIN", pl.col("GROUPTYPE") == "within")
    assert set(tests.filter(pl.col("PLAN"))["METHOD"]) == {"chi2_unpaired"}
    assert {"mcnemar", "fisher_unpaired"} <= set(tests.filter(~pl.col("PLAN"))["METHOD"])


def test_there_is_no_change_at_baseline_itself(ard: pl.DataFrame) -> None:
    assert ard.filter(pl.col("GROUPTYPE") == "within", pl.col("AVISITN") == 0).is_empty()


def test_synthetic_results_say_what_is_published(ard: pl.DataFrame) -> None:
    weeks = ard.filter(pl.col("ANALYSIS") == "A-SRI4-VISITS", pl.col("PARAMCD") == "SRI4")
    found = dict(weeks.select("AVISITN", "PROVENANCE").unique().iter_rows())
    assert {week for week, said in found.items() if said == "published"} == {12, 24}
    assert {week for week, said in found.items() if said == "not published"} == {2, 4, 6, 8, 10, 16, 20}


def test_observed_records_make_observed_results(study: Study, datasets: dict[str, pl.DataFrame]) -> None:
    found = analyse(study, datasets, Stamp(synthetic=False, origin="a trial"))
    assert found["PROVENANCE"].unique().to_list() == ["observed"]


def test_populations_differ_as_their_flags_do(number: Callable[[str], float]) -> None:
    assert number("A-SRI4|SRI4|12|IL-2|count|N") == 29
    assert number("A-SRI4-RAND|SRI4|12|IL-2|count|N") == 30
    assert number("A-SRI4-PP|SRI4|12|IL-2|count|N") == 27


def test_the_flow_counts_everybody_once(number: Callable[[str], float], study: Study) -> None:
    assert number("DISPOSITION|SCREENED|overall|all|disposition|n") == 65
    assert number("DISPOSITION|EXCLUDED|overall|all|disposition|n") == 5
    assert number("DISPOSITION|EXCLUDED|overall|all|disposition|n:WITHDREW CONSENT") == 2
    assert number("DISPOSITION|RANDOMISED|overall|all|disposition|n") == 60
    for arm in study.arms:
        steps = ("ALLOCATED", "COMPLETED", "DISCONTINUED")
        allocated, completed, left = (
            number(f"DISPOSITION|{step}|overall|{arm.label}|disposition|n") for step in steps
        )
        assert allocated == completed + left == 30
    assert number("DISPOSITION|POP-MITT|overall|IL-2|disposition|n") == 29


def test_blinded_data_are_described_for_all_together_and_compare_nothing(blinded_ard: pl.DataFrame) -> None:
    assert set(blinded_ard["GROUPTYPE"]) == {"overall", "within", "contrast"}
    assert set(blinded_ard.filter(pl.col("GROUPTYPE") != "contrast")["GROUP"]) == {"all"}
    contrasts = blinded_ard.filter(pl.col("GROUPTYPE") == "contrast")
    assert contrasts["VALUE"].null_count() == contrasts.height > 0
    assert contrasts["ERROR"].unique().to_list() == ["not computed: the data are blinded (no arm is known)"]
    overall = blinded_ard.filter(pl.col("GROUPTYPE") == "overall")
    assert overall["WARNING"].str.contains("blinded").all()
    whole = blinded_ard.row(by_predicate=pl.col("RESULT_ID") == "A-SRI4|SRI4|12|all|count|N", named=True)
    assert whole["VALUE"] == 59


def test_a_condition_restricts_the_participants(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    chosen = next(one for one in study.plan.analyses if one.id == "A-SRI4")
    women = dataclasses.replace(chosen, where="participant.SEX == 'F' && participant.AGE < 40")
    found = analyse(with_plan(analyses=(women,), displays=()), datasets, stamp)
    expected = datasets["ADSL"].filter(
        pl.col("SEX") == "F", pl.col("AGE") < 40, pl.col("MITTFL") == "Y", pl.col("TRT01P") == "IL-2"
    )
    row = found.row(by_predicate=pl.col("RESULT_ID") == "A-SRI4|SRI4|12|IL-2|count|N", named=True)
    assert row["VALUE"] == expected.height < 29
    assert set(room.select_rows(datasets, row)["USUBJID"]) == set(expected["USUBJID"])


def test_a_missing_value_takes_no_part_and_is_said(
    study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp, with_plan: Callable[..., Study]
) -> None:
    chosen = tuple(one for one in study.plan.analyses if one.id == "A-SRI4")
    first = pl.col("USUBJID") == datasets["ADRESP"]["USUBJID"][0]
    hole = {**datasets, "ADRESP": datasets["ADRESP"].with_columns(pl.when(~first).then("AVAL").alias("AVAL"))}
    found = analyse(with_plan(analyses=chosen, displays=()), hole, stamp)
    row = found.row(by_predicate=pl.col("RESULT_ID") == "A-SRI4|SRI4|12|IL-2|count|N", named=True)
    assert (row["VALUE"], row["N"]) == (28, 28)
    assert row["WARNING"] == "1 of 29 in the population have no value"


def test_each_claim_of_the_plan_has_a_result(study: Study, ard: pl.DataFrame) -> None:
    claims = claimed_results(study)
    keys = ["ANALYSIS", "PARAMCD", "AVISITN", "GROUP", "METHOD"]
    answered = claims.join(ard.filter(pl.col("STAT") == "p_value"), on=keys, how="left", nulls_equal=True)
    assert answered["VALUE"].null_count() == 0
    assert claims["CLAIM"].n_unique() == claims.height
    expected = {f"C{number:03d}" for number in range(1, 113)} - {"C028"}
    assert expected == set(claims["CLAIM"])


def test_every_method_says_what_it_computes_and_where_it_is_from() -> None:
    for name, method in METHODS.items():
        assert method.id == name
        assert method.definition.endswith(".")
        assert method.source
        assert method.stats


@pytest.mark.parametrize("name", ["il2-sle", "il2-nk"])
def test_the_plans_of_the_shipped_studies_have_no_fault(name: str) -> None:
    assert check_plan(load_study(Path(__file__).resolve().parents[3] / "studies" / name)) == []
