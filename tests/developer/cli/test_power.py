"""``lupustrial power``: what it prints, as tables and as JSON, and what it draws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Command

ROOT = Path(__file__).resolve().parents[3]
STUDY = ROOT / "studies" / "il2-sle"
RATES = ("power", "two-proportions", "--p1", "0.90", "--p2", "0.33")


def test_two_proportions_in_tables(command: Command) -> None:
    told = command(*RATES, "--power", "0.9")
    assert told.code == 0
    assert "Participants for 90 % power" in told.out
    assert "Boschloo's exact unconditional test, exact" in told.out
    assert "above the level" in told.out
    assert "For the protocol" in told.out


def test_two_proportions_as_json(command: Command) -> None:
    told = json.loads(command(*RATES, "--json", "--test", "fisher", "--dropout", "0.1").out)
    assert [row["key"] for row in told["rows"]] == ["fisher", "normal", "normal_continuity"]
    assert told["rows"][0]["n1"] == 17
    assert told["rows"][0]["enrolled1"] == 19
    assert "17 participants in each group" in told["paragraph"]


def test_the_power_of_a_given_size(command: Command) -> None:
    given = ("power", "two-proportions", "--p1", "0.55", "--p2", "0.30", "--n", "30")
    told = json.loads(command(*given, "--json").out)
    powers = {row["key"]: row["power"] for row in told["rows"]}
    assert powers["pearson"] == pytest.approx(0.506578260830468, rel=1e-8)  # by enumeration elsewhere
    assert powers["fisher"] == pytest.approx(0.401531733309817, rel=1e-7)
    assert told["paragraph"] is None
    assert "For the protocol" not in command(*given, "--ratio", "2", "--dropout", "0.1").out


def test_non_inferiority_by_a_margin(command: Command) -> None:
    told = json.loads(
        command(
            *("power", "two-proportions", "--p1", "0.55", "--p2", "0.55", "--margin", "-0.2", "--json"),
            *("--sided", "1", "--alpha", "0.025", "--power", "0.8"),
        ).out
    )
    assert [row["key"] for row in told["rows"]] == ["farrington_manning", "normal"]


def test_means_paired_and_adjusted(command: Command) -> None:
    means = ("power", "means", "--difference", "2", "--sd", "4")
    assert json.loads(command(*means, "--json").out)["rows"][0]["n1"] == 86
    paired = json.loads(command(*means, "--paired", "--n", "44", "--json").out)
    assert (paired["rows"][0]["n1"], paired["rows"][0]["n2"]) == (44, 0)
    assert "Paired t test" in command(*means, "--paired").out
    assert "to enrol" in command(*means, "--correlation", "0.5", "--dropout", "0.1").out
    assert "Welch" in command(*means, "--sd2", "6", "--ratio", "2").out


def test_ranks(command: Command) -> None:
    told = json.loads(command("power", "ranks", "--win", "0.6", "--json").out)
    assert told["rows"][0]["n1"] == 176
    shift = command("power", "ranks", "--difference", "2", "--sd", "4")
    assert "win probability 0.638163" in shift.out


def test_the_study_of_the_paper(command: Command) -> None:
    told = command("power", STUDY)
    assert told.code == 0
    assert "36 of 40" in told.out
    assert "32.8 % (derived)" in told.out
    assert "The rate of placebo is not stated." in told.out
    assert "50.7 %" in told.out
    assert "40.2 %" in told.out
    assert "90 % power there needs 82 + 82 participants" in told.out


def test_the_study_as_json_and_as_a_figure(command: Command, tmp_path: Path) -> None:
    told = command("power", "study", STUDY, "--json", "--out", "curve.svg")
    answer = json.loads(told.out)
    assert answer["stated"] == 13
    assert answer["sizes"][0]["n1"] == 13
    assert answer["planned"] == [30, 30]
    seen = {row["key"]: row["power"] for row in answer["scenarios"][0]["at_planned"]}
    assert seen["pearson"] == pytest.approx(0.507, abs=5e-4)
    assert seen["fisher"] == pytest.approx(0.402, abs=5e-4)
    assert "13 participants in each group" in answer["paragraph"]
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    assert "wrote curve.svg" in told.err


@pytest.mark.parametrize(
    ("fault", "code", "arguments"),
    [
        ("USAGE-001", 2, ("power", "nosuch")),
        ("USAGE-004", 2, (*RATES, "--out", "curve.txt")),
        ("USAGE-004", 2, ("power", STUDY, "--out", "curve.csv")),
        ("USAGE-010", 2, ("power", "means", "--difference", "1", "--sd", "2", "--sd2", "2", "--paired")),
        ("USAGE-010", 2, ("power", "ranks")),
        ("USAGE-010", 2, ("power", "ranks", "--win", "0.6", "--difference", "1", "--sd", "1")),
        ("STAT-007", 1, ("power", "two-proportions", "--p1", "1.2", "--p2", "0.3")),
        ("STAT-007", 1, ("power", "two-proportions", "--p1", "0.3", "--p2", "0.3")),
        ("STAT-006", 1, (*RATES, "--test", "chi2")),
    ],
)
def test_what_cannot_be_answered_is_a_named_fault(
    command: Command, fault: str, code: int, arguments: tuple[str, ...]
) -> None:
    told = command(*arguments)
    assert fault in told.err
    assert told.code == code
    assert not list(Path.cwd().iterdir())


def test_a_test_of_unknown_name_is_refused_with_its_nearest(command: Command) -> None:
    assert "did you mean fisher" in command(*RATES, "--test", "fischer").err


def test_help_shows_an_example(command: Command) -> None:
    assert "--p1 0.90 --p2 0.33" in command("power", "two-proportions", "--help").out
