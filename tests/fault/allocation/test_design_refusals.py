"""What the design report refuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from design_studies import DOSE, NEPHRITIS, study_with
from typer.testing import CliRunner

from lupustrial.allocation.design import design_report
from lupustrial.cli._randomise_design import design
from lupustrial.errors import AllocationError, UsageError

STUDY = str(Path(__file__).resolve().parents[3] / "studies" / "il2-sle")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"LM": Decimal("0.4")}, "no factor has a level `LM`"),
        ({"01": Decimal(1)}, "no factor has a level `01`"),  # a site is site.01
        ({"LN": Decimal("1.2")}, "the share of `LN` is 1.2"),
        ({"LN": Decimal("-0.1")}, "the share of `LN` is -0.1"),
        ({"LN": Decimal("NaN")}, "the share of `LN` is NaN"),
        ({"LN": Decimal("0.6"), "noLN": Decimal("0.6")}, "sum to 1.2"),
        ({"LN": Decimal("0.3"), "noLN": Decimal("0.3")}, "sum to 0.6"),
    ],
)
def test_prevalences_that_cannot_be(given: dict[str, Decimal], words: str) -> None:
    study = study_with(method="complete", strata=(NEPHRITIS, DOSE))
    with pytest.raises(AllocationError, match=words) as caught:
        design_report(study, trials=1, prevalences=given)
    assert {fault.id for fault in caught.value.faults} == {"ALLOC-009"}


def test_a_level_of_two_factors_needs_its_factor() -> None:
    from dataclasses import replace

    twice = replace(DOSE, id="other", name="Other")
    study = study_with(method="complete", strata=(DOSE, twice))
    with pytest.raises(AllocationError, match="several factors have a level `high`") as caught:
        design_report(study, trials=1, prevalences={"high": Decimal("0.2")})
    assert "dose.high or other.high" in caught.value.faults[0].hint
    report = design_report(study, trials=1, prevalences={"dose.high": Decimal("0.2")})
    assert report.factors[0].levels[0].share == 0.2
    assert report.factors[1].assumed


@pytest.mark.parametrize("keys", [{"trials": 0}, {"participants": 0}])
def test_nothing_to_simulate(keys: dict[str, Any]) -> None:
    with pytest.raises(AllocationError) as caught:
        design_report(study_with(method="complete"), **{"trials": 1, **keys})
    assert [fault.id for fault in caught.value.faults] == ["ALLOC-009"]


def test_a_study_that_allocates_nobody_has_no_report() -> None:
    with pytest.raises(AllocationError) as caught:
        design_report(study_with(method="none", ratio={}), trials=1)
    assert [fault.id for fault in caught.value.faults] == ["ALLOC-001"]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--out", "report.pdf"], "USAGE-004"),
        (["--prevalence", "LN"], "USAGE-010"),
        (["--prevalence", "LN=half"], "USAGE-010"),
    ],
)
def test_commands_that_were_called_wrongly(options: list[str], fault: str) -> None:
    app = typer.Typer()
    app.command()(design)
    told = CliRunner().invoke(app, [STUDY, "--trials", "1", *options])
    assert isinstance(told.exception, UsageError)
    assert [one.id for one in told.exception.faults] == [fault]
