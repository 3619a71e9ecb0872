"""What the design report says, and that it says the same again."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from design_studies import DOSE, NEPHRITIS, founding, study_with
from typer.testing import CliRunner

from lupustrial.allocation.design import DesignReport, accrual_rows, design_report, render_html
from lupustrial.allocation.design._plan import make_plan, trial_seed
from lupustrial.cli._randomise_design import design


@pytest.fixture(scope="module")
def plain() -> DesignReport:
    return design_report(founding(), trials=30)


@pytest.fixture(scope="module")
def stratified() -> DesignReport:
    study = study_with(
        participants=90,
        sites=4,
        method="permuted_blocks",
        ratio={"IL2": 2, "PBO": 1},
        block_sizes=(3, 6),
        strata=(NEPHRITIS, DOSE),
        by_site=True,
    )
    return design_report(study, trials=20, prevalences={"LN": Decimal("0.25"), "site.02": Decimal("0.4")})


def test_the_study_comes_first_and_no_design_twice(plain: DesignReport, stratified: DesignReport) -> None:
    for report in (plain, stratified):
        assert [one.actual for one in report.designs] == [True] + [False] * (len(report.designs) - 1)
        names = [one.name for one in report.designs]
        assert len(names) == len(set(names))
        assert {"Complete", "Big stick, 2", "Biased coin, 0.8"} <= set(names)
    assert plain.own.name == "Blocks of 4 or 6"
    assert "Minimisation, 0.8, range" in [one.name for one in stratified.designs]
    assert "Blocks of 3 or 6, without strata" in [one.name for one in stratified.designs]
    assert "Urn UD(1, 1)" not in [one.name for one in stratified.designs]  # unequal shares


def test_the_founding_study_gets_no_warning(plain: DesignReport) -> None:
    assert plain.warnings == ()


def test_many_strata_and_small_blocks_are_warned_of(stratified: DesignReport) -> None:
    assert [one.code for one in stratified.warnings] == ["smallest-block", "few-blocks", "open-blocks"]
    few = stratified.warnings[1].message
    # 90 x 0.75 x 1/3 x 0.4 = 9 in noLN/*/02, which are the three that hold two blocks; the smallest
    # has 90 x 0.25 x 1/3 x 0.2 = 1.5.
    assert few.startswith("21 of 24 strata expect fewer participants than two blocks hold (9)")
    assert "1.5 in LN/high/01" in few


def test_strata_with_few_blocks_follow_from_the_prevalences() -> None:
    study = study_with(method="permuted_blocks", block_sizes=(4, 6), strata=(NEPHRITIS,))
    equal = design_report(study, trials=2)
    assert [one.code for one in equal.warnings] == []
    rare = design_report(study, trials=2, prevalences={"LN": Decimal("0.15")})
    assert [one.code for one in rare.warnings] == ["few-blocks"]  # 60 x 0.15 = 9 < 2 x 5
    assert "1 of 2 strata" in rare.warnings[0].message
    assert "9.0 in LN" in rare.warnings[0].message


def test_minimisation_without_a_random_element_is_warned_of() -> None:
    study = study_with(
        method="minimisation", probability=Decimal(1), imbalance="range", strata=(NEPHRITIS, DOSE)
    )
    report = design_report(study, trials=5)
    assert [one.code for one in report.warnings] == ["deterministic"]
    assert report.own.certain > 0.5
    assert report.own.open_blocks is None


def test_one_block_size_is_warned_of() -> None:
    report = design_report(study_with(method="permuted_blocks", block_sizes=(4,)), trials=5)
    assert [one.code for one in report.warnings] == ["one-size"]
    assert [place.place for place in report.own.places] == [1, 2, 3, 4]
    assert report.own.places[0].known == 0.5
    assert report.own.places[3].known == report.own.places[3].certain == 1.0


def test_who_sees_one_site_guesses_less() -> None:
    one_list = study_with(sites=5, method="permuted_blocks", block_sizes=(4,))
    own = design_report(one_list, trials=60).own
    assert own.at_site is not None
    assert 0.45 < own.at_site < own.convergence - 0.1
    by_site = study_with(sites=5, method="permuted_blocks", block_sizes=(4,), by_site=True)
    assert design_report(by_site, trials=2).own.at_site is None


def test_groups_are_all_levels_sites_and_strata(stratified: DesignReport) -> None:
    kinds = [group.kind for group in stratified.own.groups]
    assert kinds == [
        "overall",
        *["factor nephritis"] * 2,
        *["factor dose"] * 3,
        *["site"] * 4,
        *["stratum"] * 24,
    ]
    expected = {group.name: group.expected for group in stratified.own.groups}
    assert expected["Lupus nephritis: with"] == pytest.approx(22.5)
    assert expected["Site: Site 2"] == pytest.approx(36)
    assert expected["Site: Site 1"] == pytest.approx(18)
    assert sum(size for name, size in expected.items() if name.startswith("Stratum")) == pytest.approx(90)
    assert len(stratified.own.groups[0].after) == len(stratified.checkpoints) == 4
    assert stratified.checkpoints == (22, 45, 68, 90)


def test_percentiles_are_values_that_occur(plain: DesignReport) -> None:
    for number, spread in enumerate(plain.own.accrual, start=1):
        values = [spread.p05, spread.p50, spread.p95, spread.p99, spread.largest]
        assert values == sorted(values)
        assert all(value == int(value) and (value - number) % 2 == 0 for value in values)
        assert spread.largest <= 3


def test_the_same_question_has_the_same_answer_and_bytes(plain: DesignReport) -> None:
    again = design_report(founding(), trials=30)
    assert again == plain
    assert render_html(again) == render_html(plain)
    assert design_report(founding(), trials=30, seed=2) != plain


def test_simulated_trials_do_not_share_their_participants() -> None:
    plan = make_plan(study_with(participants=40, sites=3, strata=(NEPHRITIS,), method="complete"))
    drawn = [tuple(plan.people(trial_seed(1, trial))) for trial in range(20)]
    assert len(set(drawn)) == 20
    everybody = [person for people in drawn for person in people]
    assert {person[0] for person in everybody} == {"LN", "noLN"}
    assert {person[1] for person in everybody} == {"01", "02", "03"}


def test_progress_is_told_for_every_trial() -> None:
    told: list[tuple[int, int]] = []
    design_report(
        study_with(participants=4, method="complete"), trials=3, progress=lambda *now: told.append(now)
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_one_arm_and_one_participant_are_no_trouble() -> None:
    report = design_report(study_with(participants=1, method="complete", ratio={"IL2": 1}), trials=2)
    assert report.own.known == report.own.certain == 1.0
    assert "design report" in render_html(report)


def test_rows_of_the_table_end_with_the_last_participant() -> None:
    assert accrual_rows(60) == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]
    assert accrual_rows(7) == [1, 2, 3, 4, 5, 6, 7]
    assert accrual_rows(1) == [1]


def test_the_page_has_a_table_beside_each_figure_and_no_arm_of_anybody(stratified: DesignReport) -> None:
    page = render_html(stratified)
    assert page.count("<figure>") == page.count('<img src="data:image/svg+xml;base64,') == 2
    assert page.count("<img") == page.count('alt="')
    assert page.count("<caption") == 5
    assert "Stratum noLN/low/04" in page
    assert "http" not in page.replace("http-equiv", "")


def _app() -> typer.Typer:
    app = typer.Typer()
    app.command()(design)
    return app


STUDY = str(Path(__file__).resolve().parents[3] / "studies" / "il2-sle")


def test_the_command_prints_the_tables_and_writes_the_page(tmp_path: Path) -> None:
    out = tmp_path / "design.html"
    told = CliRunner().invoke(_app(), [STUDY, "--trials", "5", "--out", str(out)], env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    for words in (
        "Blocks of 4 or 6 (this study)",
        "guessed by counts",
        "over accrual",
        "by place in the block",
    ):
        assert words in told.output
    assert out.read_text(encoding="utf-8") == render_html(design_report(founding(), trials=5))


def test_the_command_gives_everything_as_json() -> None:
    told = CliRunner().invoke(
        _app(), [STUDY, "--trials", "3", "--seed", "7", "--participants", "12", "--json"]
    )
    assert told.exit_code == 0, told.output
    expected = dataclasses.asdict(design_report(founding(), trials=3, seed=7, participants=12))
    assert json.loads(told.stdout) == json.loads(json.dumps(expected))
