"""The chapter of a further plan: told apart, its estimands beside its estimates, its figures in words."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import polars as pl
import pytest

from lupustrial.analysis import analyse
from lupustrial.errors import UsageError
from lupustrial.report import Published, render_png, render_report
from lupustrial.report._curves import build_curve, curve_words
from lupustrial.report._estimands import estimand_blocks, plan_blocks, settings
from lupustrial.report._results import Results
from lupustrial.study import Stamp, Study


@pytest.fixture(scope="module")
def both(whole_study: Study) -> Study:
    """The trial with all plans, few data sets imputed."""
    plan = whole_study.further_plans["modern"]
    analyses = tuple(
        dataclasses.replace(one, model=dataclasses.replace(one.model, imputations=3)) for one in plan.analyses
    )
    return dataclasses.replace(
        whole_study, further_plans={"modern": dataclasses.replace(plan, analyses=analyses)}
    )


@pytest.fixture(scope="module")
def results_of_both(both: Study, datasets: dict[str, pl.DataFrame], stamp: Stamp) -> pl.DataFrame:
    return analyse(both, datasets, stamp)


@pytest.fixture(scope="module")
def out(
    both: Study, results_of_both: pl.DataFrame, stamp: Stamp, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("both")
    published = {"C001": Published(p="0.052", verdict="reproduced")}
    render_report(both, results_of_both, stamp, folder, published=published)
    return folder


@pytest.fixture(scope="module")
def html(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chapter(html: str) -> str:
    return html.partition('<section id="plan-modern"')[2].partition('<section id="plan"')[0]


@pytest.fixture(scope="module")
def modern(both: Study, results_of_both: pl.DataFrame) -> Results:
    return Results.of(both, results_of_both).under("modern")


def test_the_chapter_comes_after_the_figures_and_is_named_in_the_contents(html: str, both: Study) -> None:
    title = both.further_plans["modern"].title
    assert f'<li><a href="#plan-modern">Another plan: {title}</a></li>' in html
    order = [
        html.index(f'<section id="{name}"')
        for name in ("tables", "figures", "plan-modern", "plan", "methods")
    ]
    assert order == sorted(order)


def test_it_says_first_that_it_is_not_the_plan_of_the_protocol(chapter: str, both: Study) -> None:
    said = chapter.index("Not the plan of the protocol.")
    note = chapter.index("This plan is not the paper")
    assert said < note < chapter.index("<table")
    assert chapter.count("<li>") > len(both.further_plans["modern"].notes)


def test_its_results_stand_in_no_other_chapter(html: str, chapter: str, both: Study) -> None:
    rest = html.replace(chapter, "").partition('<section id="appendix"')[0]
    for display in both.further_plans["modern"].displays:
        assert f'id="{display.id}"' in chapter
        assert f'id="{display.id}"' not in rest


def test_table_files_and_figures_say_of_which_plan_they_are(out: Path) -> None:
    apart = "Of another plan (analysis-modern.yaml): not the plan of the protocol."
    assert apart in (out / "tables" / "M1.csv").read_text(encoding="utf-8").splitlines()[0]
    assert apart in (out / "tables" / "M1.html").read_text(encoding="utf-8")
    assert apart not in (out / "tables" / "KEY.html").read_text(encoding="utf-8")
    assert apart not in (out / "tables" / "KEY.csv").read_text(encoding="utf-8")


def test_the_results_of_the_paper_stand_beside(out: Path) -> None:
    with (out / "tables" / "M1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    first = next(row for row in rows if row[0] == "Stratified (primary)")
    # the paper's own counts, 16/29 and 9/30: Newcombe's interval, Pearson's p, and the p it prints
    assert first[5:] == ["25.2 (0.1 to 46.3)", "0.0504", "0.052"]
    assert rows[0][5].startswith("By the plan of the paper: Difference")


def test_differences_of_the_planned_model_stand_in_the_table(
    out: Path, results_of_both: pl.DataFrame
) -> None:
    values = dict(results_of_both.select("RESULT_ID", "VALUE").iter_rows())
    with (out / "tables" / "M1.csv").open(encoding="utf-8", newline="") as file:
        cells = {row[0]: row[3] for row in csv.reader(file) if len(row) > 3}
    for label, key in (
        ("Stratified (primary)", "M-SRI4-STRAT|SRI4|12|IL-2 - placebo|stratified_miettinen_nurminen"),
        ("Components imputed, observed", "M-SRI4-MISSING|SRI4|12|IL-2 - placebo|mi_composite"),
        ("Mixed model", "M-SLEDAI-MMRM|SLEDAI|12|IL-2 - placebo|mmrm"),
        ("Jump to reference", "M-SLEDAI-REF|SLEDAI|12|IL-2 - placebo|mi_ancova"),
    ):
        written = float(cells[label].partition(" ")[0].replace("\N{MINUS SIGN}", "-"))
        assert written == pytest.approx(values[f"{key}|estimate"], abs=0.051), label


def test_under_each_table_stand_the_five_attributes_and_how_often_events_happened(chapter: str) -> None:
    table = chapter.partition('id="M1"')[2].partition("</figure>")[0]
    block = table.partition('<details class="estimands">')[2]
    assert block.startswith("<summary>Estimands of Table M1: M-SRI4, ")
    for name in ("Treatment", "Population", "Variable", "Intercurrent events", "Population-level summary"):
        assert f"<dt>{name}</dt>" in block
    assert "Left the study: composite strategy" in block
    assert re.search(
        r'<a href="#r-[^"]+" title="[^"]+intercurrent_events">IL-2: \d+ of 30 by week 12</a>', block
    )
    assert "<strong>E-SRI4</strong>, of A-SRI4 (MITT) (analysis.yaml)" in block
    assert "as in M-SRI4" not in block


def test_every_table_and_figure_with_an_estimate_has_its_estimands(html: str) -> None:
    for number in ("Key results", "Table 2", "Table 3", "Table 4", "Figure 2A", "Figure 3A", "Figure M1A"):
        assert re.search(f"<summary>Estimands? of {number}: ", html), number


def test_the_analyses_say_their_strata_and_models(chapter: str) -> None:
    assert "Strata: Calcineurin inhibitor at baseline; Lupus nephritis at baseline" in chapter
    assert "Covariance: unstructured" in chapter
    assert "heterogeneous Toeplitz, heterogeneous autoregressive" in chapter
    assert "Degrees of freedom: Kenward-Roger (linear)" in chapter
    assert "Imputation: 3 data sets, seed 20200141" in chapter
    assert "After an event with the hypothetical strategy: J2R" in chapter
    assert "SLEDAI lower by 4 or more; PGA not higher by 0.3 or more; SRIBILAG met" in chapter
    assert "Shifts of the tipping point: 0, \N{MINUS SIGN}0.5" in chapter


def test_the_appendix_names_plan_and_estimand_and_what_a_model_says(html: str) -> None:
    appendix = html.partition('<section id="appendix"')[2]
    entry = appendix.partition('<tr id="r-M-SLEDAI-MMRM-SLEDAI-12-IL-2-placebo-mmrm">')[2].partition("</tr>")[
        0
    ]
    assert "estimand M-SLEDAI; analysis-modern.yaml" in entry
    assert "<em>covariance: unstructured used; df: Kenward-Roger (linear)</em>" in entry
    paper = appendix.partition('<tr id="r-A-SRI4-SRI4-12-IL-2-count">')[2].partition("</tr>")[0]
    assert "estimand E-SRI4; analysis.yaml" in paper


def test_ids_are_unique_and_links_have_their_targets(html: str) -> None:
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_figures_of_a_further_plan_have_words_and_data(chapter: str, modern: Results, both: Study) -> None:
    assert chapter.count("<summary>Data of Figure M1") == 3
    assert "Curve of the difference IL-2 - placebo by week" in chapter
    assert "Tipping point" in chapter or "No tipping point: not significant at the first delta" in chapter
    figures = {one.id: one for one in both.further_plans["modern"].displays if one.kind == "figure"}
    curve = build_curve(modern, figures["M-F1B"])
    assert [point.label for point in curve.points][-1] == "NRI"
    assert curve.points[0].label == "0"
    assert "shift NRI" in curve_words(curve)
    by_week = build_curve(modern, figures["M-F1A"])
    assert [point.label for point in by_week.points] == ["2", "4", "6", "8", "10", "12", "16", "20", "24"]
    assert by_week.notes == ("Covariance: unstructured used; df: Kenward-Roger (linear).",)


def test_a_tipping_point_is_drawn_and_said(
    modern: Results, results_of_both: pl.DataFrame, both: Study
) -> None:
    tipped = pl.col("STAT") == "tipping"
    ard = results_of_both.with_columns(
        VALUE=pl.when(tipped).then(3.25).otherwise("VALUE"),
        ERROR=pl.when(tipped).then(None).otherwise("ERROR"),
    )
    display = next(one for one in modern.study.plan.displays if one.id == "M-F1C")
    curve = build_curve(Results.of(both, ard).under("modern"), display)
    assert curve.tipping == 3.25
    assert curve.notes == ("Tipping point: 3.25, the shift at which P reaches 0.05.",)
    assert "Tipping point: 3.25" in curve_words(curve)
    plain, drawn = (
        render_png(both, frame, Stamp(synthetic=False, origin="x"), "M-F1C", dpi=50)
        for frame in (results_of_both, ard)
    )
    assert plain != drawn


def test_results_that_are_not_there_leave_an_empty_figure_and_say_so(
    both: Study, results_of_both: pl.DataFrame, stamp: Stamp, tmp_path: Path
) -> None:
    ard = results_of_both.filter(~pl.col("METHOD").str.contains("tipping|mmrm"))
    render_report(both, ard, stamp, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Not computed: week 2: not among the results." in text
    assert "B, C: Not among the results of the analysis plan." in text


def test_while_blinded_the_chapter_compares_nothing(both: Study, stamp: Stamp, tmp_path: Path) -> None:
    from adam_frames import adam_datasets

    ard = analyse(both, adam_datasets(both, blinded=True), stamp)
    render_report(both, ard, stamp, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    chapter = text.partition('<section id="plan-modern"')[2].partition('<section id="plan"')[0]
    assert "all: " in chapter
    assert "IL-2: " not in chapter
    assert "not computed: the data are blinded" in chapter
    assert "<summary>Data of Figure M1" not in chapter


def test_what_an_attribute_borrows_is_written_out_and_a_circle_ends(modern: Results) -> None:
    blocks = {block["id"]: dict(block["parts"]) for block in plan_blocks(modern)}
    assert blocks["M-SLEDAI"]["Treatment"] == blocks["M-SRI4"]["Treatment"]
    estimands = tuple(
        dataclasses.replace(one, treatment=f"as in {other}; more")
        for one, other in zip(modern.study.plan.estimands[:2], ("M-SRI4-MI", "M-SRI4"), strict=True)
    )
    plan = dataclasses.replace(modern.study.plan, estimands=estimands)
    circle = Results(dataclasses.replace(modern.study, plan=plan), modern.outcomes)
    assert [dict(block["parts"])["Treatment"] for block in plan_blocks(circle)] == [
        "as in M-SRI4; more; more",
        "as in M-SRI4-MI; more; more",
    ]


def test_analyses_without_an_estimand_are_named_as_such(modern: Results) -> None:
    first = Results(dataclasses.replace(modern.study, plan=modern.main), modern.outcomes)  # type: ignore[arg-type]
    outcomes = [one for key, one in modern.outcomes.items() if key.analysis in {"A-BASE-NUM", "DISPOSITION"}]
    assert [(block["id"], block["analyses"]) for block in estimand_blocks(first, outcomes)] == [
        ("", ["A-BASE-NUM (RAND)"])
    ]


def test_settings_of_a_model_without_fallback_name_none(modern: Results) -> None:
    analysis = next(one for one in modern.study.plan.analyses if "mmrm" in one.methods)
    alone = dataclasses.replace(
        analysis, model=dataclasses.replace(analysis.model, fallback=("us",)), strata=(), observed=False
    )
    assert [name for name, _ in settings(modern.study.plan, alone)] == [
        "Methods",
        "Covariance",
        "Degrees of freedom",
    ]


def test_the_pdf_is_made_and_the_same_results_give_the_same_bytes(
    both: Study, results_of_both: pl.DataFrame, stamp: Stamp, out: Path, tmp_path: Path
) -> None:
    published = {"C001": Published(p="0.052", verdict="reproduced")}
    for path in render_report(both, results_of_both, stamp, tmp_path, published=published):
        assert path.read_bytes() == (out / path.relative_to(tmp_path)).read_bytes(), path.name


def test_a_shift_that_could_not_be_computed_is_left_out(
    modern: Results, results_of_both: pl.DataFrame, both: Study
) -> None:
    ard = results_of_both.with_columns(VALUE=pl.when(pl.col("STAT") != "lower@4").then("VALUE"))
    display = next(one for one in modern.study.plan.displays if one.id == "M-F1C")
    curve = build_curve(Results.of(both, ard).under("modern"), display)
    assert [point.label for point in curve.points] == ["0", "2", "6", "8", "12", "16"]


def test_a_picture_that_no_plan_has_is_refused(
    both: Study, results_of_both: pl.DataFrame, stamp: Stamp
) -> None:
    with pytest.raises(UsageError, match="REPORT-001") as caught:
        render_png(both, results_of_both, stamp, "M-F1")
    assert "M-F1" in caught.value.faults[0].hint
