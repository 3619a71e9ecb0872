"""What holds for whatever records: unit conversion, study days, conditions, order, keys, lineage."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import tiny_trial
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.sdtm import judge, keys, origins, seen_facts, tabulate
from lupustrial.sdtm._dates import completed_years, study_day
from lupustrial.sdtm._units import convert, decimal_text
from lupustrial.study import Expression, Source

_DAYS = st.dates(min_value=dt.date(1930, 1, 1), max_value=dt.date(2090, 1, 1))
_NUMBERS = st.decimals(min_value=0, max_value=99999, places=3)
_FACTORS = st.sampled_from(["88.4", "0.0555", "0.45359237", "10", "0.001"])
_SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.lists(st.tuples(_NUMBERS, _FACTORS), min_size=1, max_size=20))
@settings(deadline=None)
def test_conversion_is_the_exact_decimal_product(pairs: list[tuple[Decimal, str]]) -> None:
    frame = pl.DataFrame(
        {"value": [str(value) for value, _ in pairs], "factor": [factor for _, factor in pairs]}
    ).with_columns(pl.col("factor").cast(pl.Categorical))
    converted = convert(frame)
    for (value, factor), text in zip(pairs, converted["STRESC"], strict=True):
        assert Decimal(text) == value * Decimal(factor)
    assert converted["STRESN"].to_list() == [float(text) for text in converted["STRESC"]]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_a_decimal_is_written_in_plain_and_reads_back_the_same(number: Decimal) -> None:
    text = decimal_text(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))


@given(_DAYS, _DAYS)
@settings(deadline=None)
def test_there_is_no_study_day_zero_and_days_follow_each_other(day: dt.date, reference: dt.date) -> None:
    frame = pl.DataFrame({"day": [day], "reference": [reference]})
    number = frame.select(study_day(pl.col("day"), pl.col("reference"))).item()
    assert number != 0
    assert number == (day - reference).days + (1 if day >= reference else 0)


@given(_DAYS, st.integers(min_value=0, max_value=40_000))
@settings(deadline=None)
def test_completed_years_are_those_of_the_calendar(birth: dt.date, lived: int) -> None:
    at = birth + dt.timedelta(days=lived)
    frame = pl.DataFrame({"birth": [birth], "at": [at]})
    years = frame.select(completed_years(pl.col("birth"), pl.col("at"))).item()
    assert years == at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


@given(
    st.lists(
        st.tuples(st.sampled_from([None, 0.0, 1.0, 2.0]), st.sampled_from([None, "Y", "N"])),
        min_size=1,
        max_size=30,
    )
)
@settings(deadline=None)
def test_judging_a_table_is_judging_its_rows(rows: list[tuple[float | None, str | None]]) -> None:
    expression = Expression.compile("a.X > 1.0 || b.Y == 'Y'")
    facts = pl.DataFrame(rows, schema={"a.X": pl.Float64, "b.Y": pl.String}, orient="row")
    one_by_one = [expression.evaluate({"a": {"X": x}, "b": {"Y": y}}) for x, y in rows]
    assert judge(expression, facts).to_list() == one_by_one
    assert seen_facts(expression, facts).len() == len(rows)


def _tables(records: pl.DataFrame) -> dict[str, pl.DataFrame]:
    whole = tiny_trial.source()
    source = Source(records=records, allocation=whole.allocation, stamp=whole.stamp)
    return tabulate(tiny_trial.study(), source)


@given(st.integers(min_value=0, max_value=2**32 - 1))
@_SLOW
def test_the_order_of_the_records_does_not_matter(seed: int) -> None:
    records = tiny_trial.records()
    shuffled = _tables(records.sample(fraction=1.0, shuffle=True, seed=seed))
    for domain, table in _tables(records).items():
        assert_frame_equal(table, shuffled[domain])


@given(st.sets(st.integers(min_value=0, max_value=250), max_size=120))
@_SLOW
def test_whatever_is_missing_keys_stay_unique_and_rows_lead_to_records(left_out: set[int]) -> None:
    records = tiny_trial.records().with_row_index("i").filter(~pl.col("i").is_in(sorted(left_out))).drop("i")
    tables = _tables(records)
    known = set(records["position"])
    for domain, table in tables.items():
        names = [name for name in keys(domain) if name in table.columns]
        assert not table.select(names).is_duplicated().any(), domain
        assert set(origins(tables, domain)["position"]) <= known, domain


def test_every_submitted_item_that_was_entered_stands_behind_some_row() -> None:
    # DSDECOD etc. of one form share a row; visit dates date everything; only what has no target is not found.
    tables = tabulate(tiny_trial.study(), tiny_trial.source())
    found = set().union(*(origins(tables, domain)["position"].to_list() for domain in tables))
    entered = tiny_trial.records().filter(pl.col("status") == "entered")
    assert set(entered["position"]) - found == set()


@given(st.sampled_from(["001", "002", "003", "004"]))
@settings(max_examples=4, deadline=None)
def test_a_participant_is_tabulated_alike_alone_and_among_others(participant: str) -> None:
    records = tiny_trial.records()
    alone = _tables(records.filter(pl.col("participant") == participant))
    for domain, table in _tables(records).items():
        if "USUBJID" in table.columns:
            own = table.filter(pl.col("USUBJID") == f"TINY-{participant}")
            shared = [name for name in own.columns if name in alone[domain].columns]
            assert_frame_equal(own.select(shared), alone[domain].select(shared))
