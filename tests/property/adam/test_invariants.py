"""What holds for whatever is missing: imputation, baseline, change, numbering, independence."""

from __future__ import annotations

import polars as pl
import tiny_trial
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.adam import BDS, derive
from lupustrial.adam._sources import compress, expand
from lupustrial.sdtm import tabulate
from lupustrial.study import Source

_SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_LEFT_OUT = st.sets(st.integers(min_value=0, max_value=250), max_size=150)
_WEEKS = {2, 4, 8}


def _derive(records: pl.DataFrame) -> dict[str, pl.DataFrame]:
    whole, study = tiny_trial.source(), tiny_trial.study()
    source = Source(records=records, allocation=whole.allocation, stamp=whole.stamp)
    return derive(study, tabulate(study, source), source.stamp)


def _without(left_out: set[int]) -> pl.DataFrame:
    records = tiny_trial.records().with_row_index("i")
    return records.filter(~pl.col("i").is_in(sorted(left_out))).drop("i")


def _bds(datasets: dict[str, pl.DataFrame]) -> pl.DataFrame:
    parts = [frame.select("USUBJID", *BDS) for frame in datasets.values() if "PARAMCD" in frame.columns]
    return pl.concat(parts)


@given(_LEFT_OUT)
@_SLOW
def test_non_response_stands_at_every_due_visit_of_everyone_who_was_randomised(left_out: set[int]) -> None:
    datasets = _derive(_without(left_out))
    adsl = datasets["ADSL"].filter(pl.col("RANDFL") == "Y", pl.col("EOSSTT") != "ONGOING")
    analysed = datasets["ADRESP"].filter(pl.col("PARAMCD") == "SRI4", pl.col("ANL01FL") == "Y")
    weeks = analysed.group_by("USUBJID").agg(pl.col("AVISITN"))
    for usubjid in adsl["USUBJID"]:
        (own,) = weeks.filter(pl.col("USUBJID") == usubjid)["AVISITN"].to_list()
        assert sorted(own) == sorted(_WEEKS)
    assert analysed["AVAL"].is_in([0.0, 1.0]).all()
    imputed = analysed.filter(pl.col("DTYPE") == "NRI")
    assert (imputed["AVAL"] == 0).all()
    assert (imputed["AVALC"] == "N").all()


@given(_LEFT_OUT)
@_SLOW
def test_a_carried_value_is_the_last_one_before_and_nothing_is_carried_backwards(left_out: set[int]) -> None:
    datasets = _derive(_without(left_out))
    for frame in (datasets["ADQS"], datasets["ADLB"]):
        carried = frame.filter(pl.col("DTYPE") == "LOCF").with_columns(source=pl.col("SRCSEQ").cast(pl.Int64))
        observed = frame.filter(pl.col("DTYPE").is_null(), pl.col("ANL01FL") == "Y", pl.col("AVISITN") >= 0)
        back = carried.join(observed, left_on=["USUBJID", "source"], right_on=["USUBJID", "ASEQ"], how="left")
        assert back["PARAMCD_right"].equals(back["PARAMCD"])
        assert back["AVAL"].equals(back["AVAL_right"])
        assert (back["AVISITN_right"] < back["AVISITN"]).all()
        between = carried.join(observed, on=["USUBJID", "PARAMCD"], how="inner").filter(
            pl.col("AVISITN_right") <= pl.col("AVISITN"), pl.col("ASEQ_right") > pl.col("source")
        )
        assert between.is_empty()


@given(_LEFT_OUT)
@_SLOW
def test_rows_are_numbered_once_analysed_once_a_visit_and_have_one_baseline(left_out: set[int]) -> None:
    datasets = _derive(_without(left_out))
    for frame in datasets.values():
        if "PARAMCD" in frame.columns:
            assert not frame.select("USUBJID", "ASEQ").is_duplicated().any()
            assert frame.select("USUBJID", "ASEQ").equals(
                frame.select("USUBJID", "ASEQ").sort("USUBJID", "ASEQ")
            )
    rows = _bds(datasets)
    analysed = rows.filter(pl.col("ANL01FL") == "Y")
    assert not analysed.select("USUBJID", "PARAMCD", "AVISITN").is_duplicated().any()
    assert (analysed["AVAL"].is_not_null() | analysed["AVALC"].is_not_null()).all()
    baseline = rows.filter(pl.col("ABLFL") == "Y")
    assert not baseline.select("USUBJID", "PARAMCD").is_duplicated().any()
    assert (baseline["AVISITN"] == 0).all()
    assert baseline["DTYPE"].is_null().all()


@given(_LEFT_OUT)
@_SLOW
def test_change_is_value_less_baseline_and_percent_needs_one_that_is_not_zero(left_out: set[int]) -> None:
    rows = _bds(_derive(_without(left_out)))
    changed = rows.filter(pl.col("CHG").is_not_null())
    assert ((changed["CHG"] - (changed["AVAL"] - changed["BASE"])).abs() < 1e-9).all()
    assert rows.filter(pl.col("BASE") == 0)["PCHG"].is_null().all()
    assert rows.filter(pl.col("ABLFL") == "Y")["CHG"].is_null().all()
    assert not rows["PCHG"].is_nan().any()


@given(st.sampled_from(["001", "002", "003", "004"]))
@settings(max_examples=4, deadline=None)
def test_a_participant_is_derived_alike_alone_and_among_others(participant: str) -> None:
    records = tiny_trial.records()
    alone = _derive(records.filter(pl.col("participant") == participant))
    for name, frame in _derive(records).items():
        assert_frame_equal(frame.filter(pl.col("USUBJID") == f"TINY-{participant}"), alone[name])


@given(st.lists(st.tuples(st.sampled_from(["LB", "RS"]), st.integers(1, 60)), min_size=1, max_size=40))
@settings(deadline=None)
def test_sources_written_short_read_back_as_the_same_rows(rows: list[tuple[str, int]]) -> None:
    frame = pl.DataFrame(rows, schema={"SRCDOM": pl.String, "SEQ": pl.Int64}, orient="row").with_columns(
        key=pl.lit("k"), SRCVAR=pl.lit("V")
    )
    (row,) = compress(frame, ["key"]).iter_rows(named=True)
    read = {(name, number) for name, numbers in expand(row["SRCDOM"], row["SRCSEQ"]) for number in numbers}
    assert read == set(rows)
