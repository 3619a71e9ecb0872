"""Results that failed or are missing are shown with their reason; texts are never taken for markup."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from lupustrial.errors import UsageError
from lupustrial.report import render_png, render_report
from lupustrial.report._results import Results
from lupustrial.report._tables import Table, build_table
from lupustrial.study import Stamp, Study


def table(study: Study, ard: pl.DataFrame, name: str) -> Table:
    display = next(one for one in study.plan.displays if one.id == name)
    return build_table(Results.of(study, ard), display, {})


def without_value(ard: pl.DataFrame, condition: pl.Expr, reason: str) -> pl.DataFrame:
    return ard.with_columns(
        VALUE=pl.when(~condition).then("VALUE"),
        ERROR=pl.when(condition).then(pl.lit(reason)).otherwise("ERROR"),
    )


def test_a_failed_cell_is_printed_with_its_reason(study: Study, ard: pl.DataFrame) -> None:
    failed = (pl.col("ANALYSIS") == "A-SRI4") & (pl.col("METHOD") == "pearson")
    made = table(study, without_value(ard, failed, "the values do not vary"), "KEY")
    cell = made.lines[1].cells[3]
    assert (cell.text, cell.note) == ("\N{EM DASH}", "a")
    assert made.notes == (("a", "Not computed: the values do not vary."),)


def test_one_reason_has_one_letter(study: Study, ard: pl.DataFrame) -> None:
    failed = pl.col("METHOD") == "newcombe"
    made = table(study, without_value(ard, failed, "an arm is empty"), "T3")
    assert [cell.note for line in made.lines for cell in line.cells if cell.note] == ["a"] * 10
    assert made.notes == (("a", "Not computed: an arm is empty."),)


def test_a_result_that_the_ard_lacks_is_said_to_be_missing(study: Study, ard: pl.DataFrame) -> None:
    made = table(study, ard.filter(pl.col("PARAMCD") != "AGE"), "T1")
    assert [cell.note for cell in made.lines[0].cells[:3]] == ["a", "a", "a"]
    assert made.notes == (("a", "Not among the results of the analysis plan."),)


def test_a_report_of_no_results_at_all_is_still_a_report(
    study: Study, ard: pl.DataFrame, stamp: Stamp, tmp_path: Path
) -> None:
    files = render_report(study, ard.clear(), stamp, tmp_path)
    assert all(path.exists() for path in files)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Not among the results of the analysis plan." in text
    assert "not recorded" in text


def test_a_point_that_could_not_be_computed_is_left_out_and_named(
    study: Study, ard: pl.DataFrame, stamp: Stamp, tmp_path: Path
) -> None:
    failed = (
        (pl.col("ANALYSIS") == "A-SRI4-VISITS") & (pl.col("AVISITN") == 8) & (pl.col("GROUP") == "placebo")
    )
    render_report(study, without_value(ard, failed, "no rows"), stamp, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "A: Not computed: placebo, week 8." in text


def test_texts_of_a_study_are_never_markup(study: Study, ard: pl.DataFrame, tmp_path: Path) -> None:
    nasty = '<script>alert("x")</script> #let a = 1 $x$ *b* & "quoted" \\'
    changed = dataclasses.replace(study, title=nasty, short_title=nasty)
    stamp = Stamp(synthetic=True, origin=nasty, notes=(nasty,))
    render_report(changed, ard, stamp, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_an_unknown_figure_is_refused_with_the_nearest_name(
    study: Study, ard: pl.DataFrame, stamp: Stamp
) -> None:
    with pytest.raises(UsageError, match="did you mean F2A"):
        render_png(study, ard, stamp, "F2AA")
