"""Every result can be led back to exactly the rows that it rests on, in whatever order they come."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupustrial.analysis import analyse, fingerprint, select_rows
from lupustrial.analysis._condition import to_sql
from lupustrial.analysis._selection import Selection
from lupustrial.study import Stamp, Study


def test_the_query_of_every_result_selects_rows_with_its_fingerprint(
    ard: pl.DataFrame, datasets: dict[str, pl.DataFrame]
) -> None:
    for row in ard.unique("QUERY", maintain_order=True).iter_rows(named=True):
        assert fingerprint(select_rows(datasets, row)) == row["INPUTS"], row["RESULT_ID"]


def test_n_is_the_number_of_selected_rows_that_have_a_value(
    ard: pl.DataFrame, datasets: dict[str, pl.DataFrame]
) -> None:
    complete = ard.filter(pl.col("WARNING").is_null(), pl.col("DATASET") != "ADSL")
    for row in complete.unique("QUERY", maintain_order=True).gather_every(23).iter_rows(named=True):
        assert select_rows(datasets, row)["AVAL"].count() == row["N"], row["RESULT_ID"]


def test_a_changed_value_changes_the_fingerprint(
    ard: pl.DataFrame, datasets: dict[str, pl.DataFrame]
) -> None:
    row = ard.row(by_predicate=pl.col("RESULT_ID") == "A-SRI4|SRI4|12|IL-2|count|n", named=True)
    rows = select_rows(datasets, row)
    changed = rows.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(1 - pl.col("AVAL")).otherwise("AVAL").alias("AVAL")
    )
    assert fingerprint(changed) != row["INPUTS"]


def test_the_order_of_the_rows_does_not_matter(
    ard: pl.DataFrame, study: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp
) -> None:
    shuffled = {name: frame.sample(fraction=1.0, shuffle=True, seed=7) for name, frame in datasets.items()}
    again = analyse(study, shuffled, stamp)
    assert again.select(pl.exclude("VALUE")).equals(ard.select(pl.exclude("VALUE")))
    # sums of floating-point numbers may differ in the last digit with the order of their terms
    difference = (again["VALUE"] - ard["VALUE"]).abs().max()
    assert difference < 1e-9


def test_result_ids_are_unique_and_every_row_has_a_value_a_text_or_a_reason(ard: pl.DataFrame) -> None:
    assert ard["RESULT_ID"].n_unique() == ard.height
    assert ard.filter(pl.all_horizontal(pl.col("VALUE", "TEXT", "ERROR").is_null())).is_empty()
    assert ard.filter(pl.col("VALUE").is_nan()).is_empty()


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@given(
    arms=st.lists(TEXT, min_size=1, max_size=3, unique=True),
    weeks=st.sets(st.one_of(st.none(), st.integers(-2, 60)), min_size=1),
)
def test_a_query_selects_what_its_parts_say_whatever_the_labels_contain(
    arms: list[str], weeks: set[int | None]
) -> None:
    rows = [
        {
            "USUBJID": f"P{place}",
            "PARAMCD": "X",
            "AVISITN": week,
            "TRT01P": arm,
            "ANL01FL": flag,
            "ASEQ": place,
        }
        for place, (week, arm, flag) in enumerate(
            (week, arm, flag)
            for week in [None, -1, 0, 12, 24]
            for arm in [*arms, "another"]
            for flag in ("Y", None)
        )
    ]
    frame = pl.DataFrame(rows, schema_overrides={"AVISITN": pl.Int32})
    selection = Selection(
        dataset="ADX", paramcd="X", weeks=tuple(sorted(weeks, key=str)), flags=("ANL01FL",), arms=tuple(arms)
    )
    found = select_rows({"ADX": frame}, {"QUERY": selection.query})
    expected = frame.filter(
        pl.col("AVISITN").is_in([week for week in weeks if week is not None] or [-99])
        | (pl.col("AVISITN").is_null() & (None in weeks)),
        pl.col("TRT01P").is_in(arms),
        pl.col("ANL01FL") == "Y",
    )
    assert set(found["USUBJID"]) == set(expected["USUBJID"])


@pytest.mark.parametrize(
    ("cel", "sql"),
    [
        ("participant.SEX == 'F'", "SEX = 'F'"),
        ('participant.AGE >= 18 && !(participant.SEX == "M")', "AGE >= 18 AND NOT ( SEX = 'M' )"),
        ("participant.NINJ < 21 || participant.LSTWEEK != 24", "NINJ < 21 OR LSTWEEK <> 24"),
    ],
)
def test_a_condition_means_the_same_in_sql(cel: str, sql: str) -> None:
    assert to_sql(cel) == sql
