"""What a file says does not depend on how it is written."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from command import Command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupustrial.cli._score_csv import read_csv
from lupustrial.errors import Fault, ScoreError
from lupustrial.instruments import INSTRUMENTS, score

CODES = [each.code for each in INSTRUMENTS["sledai_2k"].inputs]
SPELLINGS = {"Y": ("Y", "yes", "1", "TRUE"), "N": ("N", "No", "0", "false"), None: ("", "ND", ".", "na")}


@pytest.mark.parametrize("seed", range(6))
def test_order_spelling_and_format_of_a_file_change_no_score(command: Command, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test, repeatable
    rows = [
        {"USUBJID": f"P{person}", "VISITNUM": visit}
        | {code: chance.choice(["Y", "N", "N", None]) for code in CODES}
        for person in range(3)
        for visit in range(3)
    ]
    expected = score("sledai_2k", pl.DataFrame(rows, infer_schema_length=None))
    chance.shuffle(rows)
    columns = list(rows[0])
    chance.shuffle(columns)
    written = pl.DataFrame(
        [
            {
                name: chance.choice(SPELLINGS[row[name]]) if name in CODES else str(row[name])
                for name in columns
            }
            for row in rows
        ]
    ).rename({name: chance.choice([name, name.lower()]) for name in columns})
    written.write_csv("items.csv")
    written.write_csv("items.tsv", separator="\t")
    written.write_parquet("items.parquet")
    for name in ("items.csv", "items.tsv", "items.parquet"):
        told = command("score", "sledai_2k", name, "-o", "scores.parquet")
        assert told.code == 0, told.err
        found = pl.read_parquet("scores.parquet").sort("USUBJID", "VISITNUM").select(expected.columns)
        assert found.equals(expected, null_equal=True)


CELL = st.text(alphabet=st.sampled_from('ab,;"\n\t é.1'), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_csv_is_read_as_it_was_written_and_its_lines_are_right(rows: list[list[str]]) -> None:
    frame = pl.DataFrame(rows, schema=["x", "y", "z"], orient="row")
    content = frame.write_csv().encode()
    text, found = read_csv("x.csv", content, None)
    expected = frame.with_columns(
        pl.when(pl.col(name).str.strip_chars() != "").then(name).alias(name) for name in frame.columns
    )
    assert found.equals(expected, null_equal=True)
    lines = content.decode().split("\n")
    for row, line in zip(rows, text.lines[1:], strict=True):
        first = row[0].split("\n")[0].replace('"', '""')
        assert lines[line - 1].startswith((first, f'"{first}'))


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=60) | st.text(alphabet=',;"\n\r\t ax', max_size=40).map(str.encode))
def test_whatever_a_file_holds_it_is_a_table_or_refused(content: bytes) -> None:
    faults: tuple[Fault, ...] = ()
    found = pl.DataFrame()
    try:
        _, found = read_csv("x.csv", content, None)
    except ScoreError as error:
        faults = error.faults
    assert all(fault.id in {"SCORE-002", "SCORE-003", "SCORE-004"} for fault in faults)
    assert all(fault.place.startswith("x.csv") for fault in faults)
    assert set(found.dtypes) <= {pl.String()}


def test_a_run_leaves_nothing_but_what_was_asked_for(command: Command) -> None:
    Path("items.csv").write_text("USUBJID,VISITNUM,PGA\nP,1,1\n", encoding="utf-8")
    for _ in range(2):  # a second run replaces the files of the first
        assert command("score", "pga", "items.csv", "-o", "scores.csv", "--queries", "queries.csv").code == 0
        assert sorted(path.name for path in Path().iterdir()) == ["items.csv", "queries.csv", "scores.csv"]
