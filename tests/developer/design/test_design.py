"""Questions on a design: rows, sensitivity tables, curves, paragraphs, and what a study declares."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lupustrial import design
from lupustrial.errors import StudyError
from lupustrial.study import SampleSizePlan, Study, load_study, new_study

ROOT = Path(__file__).resolve().parents[3]
RATES = design.TwoRates(p1=0.9, p2=0.33)
MEANS = design.TwoMeans(difference=2, sd=4)
RANKS = design.Ranks(win_probability=0.65)
EVERY = [
    RATES,
    replace(RATES, ratio=2.0, dropout=0.1),
    design.TwoRates(p1=0.55, p2=0.55, margin=-0.25, tests=("farrington_manning",), alternative="greater"),
    MEANS,
    replace(MEANS, sd2=6.0, dropout=0.2),
    replace(MEANS, correlation=0.5, margin=-1.0),
    replace(MEANS, paired=True),
    replace(MEANS, ratio=2.0),
    RANKS,
    replace(RANKS, ratio=0.5, ties=0.1, dropout=0.1),
]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    new_study(tmp_path / "trial", "TRIAL-1")
    return load_study(tmp_path / "trial")


def with_plan(study: Study, **changes: Any) -> Study:
    assert study.sample_size is not None
    return replace(study, sample_size=replace(study.sample_size, **changes))


def test_public_names_are_pinned() -> None:
    names = """
        Assumption Curve ENDINGS Grid Question Ranks ScenarioPower SizeRow StudyPower TESTS TwoMeans TwoRates
        percent power_curve save_curve share study_power
    """.split()  # noqa: SIM905 - sixteen names read better as prose
    assert sorted(design.__all__) == sorted(names)


@pytest.mark.parametrize("question", EVERY, ids=lambda question: question.assumption)
def test_the_first_row_has_the_power_and_every_part_tells_the_same(question: design.Question) -> None:
    row = question.sizes()[0]
    assert row.n1 is not None
    assert row.n2 is not None
    assert row.power is not None
    assert row.power >= question.power
    size = (row.n1, row.n2)
    assert question.powers(*size)[0].power == pytest.approx(row.power)
    assert next(iter(question.lines((size,)).values())) == (pytest.approx(row.power),)
    for grid in (question.size_grid(), question.power_grid(*size)):
        assert [len(cells) for cells in grid.cells] == [len(grid.columns)] * len(grid.rows)
    at, along = question.size_grid().assumed
    shown = question.size_grid().cells[at][along]
    assert shown == str(row.n1 if row.n2 in (0, row.n1) else row.n1 + row.n2)
    at, along = question.power_grid(*size).assumed
    assert question.power_grid(*size).cells[at][along] == design.percent(row.power, 0)
    paragraph = question.paragraph("the endpoint", "")
    assert f"{row.n1} " in paragraph
    assert ("Expecting" in paragraph) is (row.enrolled1 != row.n1)


def test_a_test_that_exceeds_its_level_says_so_in_the_paragraph() -> None:
    assert "largest type I error of the test at this size, whatever the common rate, is 7.56 %" in (
        RATES.paragraph("SRI-4", "")
    )


def test_the_margin_is_named() -> None:
    paragraph = EVERY[2].paragraph("SRI-4", "Both arms respond alike.")
    assert "difference of -25 percentage points (group 1 minus group 2)" in paragraph
    assert "Both arms respond alike." in paragraph
    assert "margin -25 points" in EVERY[2].assumption
    assert "margin -1" in EVERY[5].assumption


def test_what_takes_too_long_is_not_searched_unless_it_is_asked_for() -> None:
    near = design.TwoRates(p1=0.55, p2=0.30)
    rows = {row.key: row for row in near.sizes()}
    assert rows["boschloo"].n1 is None
    assert "--test boschloo" in rows["boschloo"].note
    assert rows["fisher"].n1 is not None
    assert "Boschloo's exact unconditional test" not in near.lines(((130, 130),))


def test_what_cannot_be_enumerated_is_named_and_the_formula_stands_in() -> None:
    far = design.TwoRates(p1=0.50, p2=0.47, tests=("pearson", "fisher"))
    rows = far.sizes()
    assert rows[0].n1 is None
    assert "enumeration ends at 600" in rows[0].note
    assert "normal approximation; too many tables" in far.paragraph("SRI-4", "")
    assert [row.power for row in far.powers(3000, 3000)] == [None, None]
    assert far.lines(((3000, 3000),)) == {}
    exact = {row.key: row.exact for row in rows}
    assert exact["normal"] is False
    grid = far.size_grid()
    assert all(cell == "–" or cell.startswith("≈") for row in grid.cells for cell in row if cell > "≈")


def test_a_size_that_larger_ones_undo_stands_beside_the_lasting_one() -> None:
    saw = design.TwoRates(p1=0.7, p2=0.2, power=0.8, tests=("pearson",))
    rows = {row.key: row for row in saw.sizes()}
    smallest, lasting = rows["pearson_smallest"], rows["pearson"]
    assert (smallest.n1 or 0) < (lasting.n1 or 0)
    assert "may have less power" in smallest.note
    assert smallest.level == pytest.approx(saw.powers(smallest.n1 or 0, smallest.n2 or 0)[0].level)


def test_percent_never_rounds_to_certainty() -> None:
    assert design.percent(0.9999) == ">99.9 %"
    assert design.percent(0.00001) == "<0.1 %"
    assert design.percent(1.0) == "100.0 %"
    assert design.percent(0.0) == "0.0 %"
    assert design.share(0.9) == "90 %"


def test_the_curve_is_written_and_the_same_bytes_come_again(tmp_path: Path) -> None:
    for question in (RATES, EVERY[6], EVERY[7]):
        row = question.sizes()[0]
        marked = {"needed": (row.n1 or 0, row.n2 or 0)}
        curve = design.power_curve(question, marked, {"elsewhere": question})
        assert len(curve.lines) > 1
        for ending in design.ENDINGS:
            paths = [tmp_path / f"{name}{ending}" for name in "ab"]
            for path in paths:
                design.save_curve(curve, path)
            assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_large_study_has_few_points(tmp_path: Path) -> None:
    curve = design.power_curve(RANKS, {"planned": (4000, 4000)})
    assert len(curve.sizes) <= 42
    design.save_curve(curve, tmp_path / "a.svg")


def test_the_study_made_by_new_answers(study: Study) -> None:
    answer = design.study_power(study)
    assert answer.planned == (50, 50)
    assert answer.derived == ""
    assert answer.stated is None
    assert answer.at_stated == ()
    assert answer.marked == {"planned": (50, 50)}
    sizes = answer.question.sizes()[0]
    assert (sizes.enrolled1 or 0) <= 50
    assert "The rate of active is assumed to be 55 % and the rate of placebo is assumed to be 25 %." in (
        answer.paragraph
    )


def test_one_sided_with_a_margin(study: Study) -> None:
    changed = with_plan(
        study, test="farrington_manning", sides=1, margin=Decimal("-0.1"), alpha=Decimal("0.025"), stated=50
    )
    answer = design.study_power(changed)
    assert answer.at_stated[0].n1 == 50
    assert answer.marked == {"planned": (50, 50)}
    assert [line.value for line in answer.assumptions if line.what == "margin"] == ["-10 points"]
    assert "one-sided" in answer.paragraph


@pytest.mark.parametrize(
    "effect",
    [
        {"test": "t", "difference": Decimal(-2), "sd": Decimal(4), "sides": 1},
        {"test": "ancova", "difference": Decimal(2), "sd": Decimal(4), "correlation": Decimal("0.5")},
        {"test": "mann_whitney", "win_probability": Decimal("0.65"), "stated": 60},
    ],
)
def test_means_and_ranks_of_a_study(study: Study, effect: dict[str, Any]) -> None:
    answer = design.study_power(with_plan(study, rates=(), **effect))
    assert answer.assumptions[0].what == "active against placebo"
    assert answer.at_planned[0].power is not None
    assert bool(answer.at_stated) is ("stated" in effect)
    assert "SELENA-SLEDAI score halved" in answer.paragraph


def test_a_scenario_without_a_difference_needs_no_size() -> None:
    study = load_study(ROOT / "studies" / "il2-sle")
    plan = study.sample_size
    assert plan is not None
    alike = [replace(rate, rate=Decimal("0.5"), events=None, of=None) for rate in plan.rates]
    scenario = replace(plan.scenarios[0], rates=tuple(alike))
    answer = design.study_power(with_plan(study, scenarios=(scenario,)))
    assert answer.scenarios[0].needed.n1 is None
    assert "no such difference" in answer.scenarios[0].needed.note


def test_the_rate_of_the_arm_under_test_may_be_the_open_one(study: Study) -> None:
    plan = study.sample_size
    assert plan is not None
    first, second = plan.rates
    rates = (replace(first, rate=None), replace(second, rate=Decimal("0.8")))
    answer = design.study_power(with_plan(study, rates=rates, stated=13, sides=1))
    assert "The rate of active is not stated" in answer.derived


def test_a_study_that_declares_nothing_is_refused(study: Study) -> None:
    with pytest.raises(StudyError, match="STUDY-103"):
        design.study_power(replace(study, sample_size=None))
    plan = study.sample_size
    assert isinstance(plan, SampleSizePlan)
    rates = (replace(plan.rates[0], rate=Decimal("0.01")), replace(plan.rates[1], rate=None))
    with pytest.raises(StudyError, match="STUDY-104"):
        design.study_power(with_plan(study, rates=rates, stated=5))
