"""A sample size that names the wrong arms, or values that fit no test, is found in the study folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.study import check_study, load_study, new_study

RATES = """  rates:
    - {arm: ACT, rate: 0.55, source: An example; name the trial that the rate comes from}
    - {arm: PBO, rate: 0.25, source: An example}
"""
ONE = "    - {arm: PBO, rate: 0.25, source: An example}\n"
SCENARIO = "  scenarios:\n    - name: Low\n      rates: [{arm: ACT, rate: 0.4}, {arm: PBO"

# id, text replaced, text put in its place
BREAKS = [
    ("STUDY-006", "  power: 0.80", "  power: 0.80\n  nower: 1"),
    ("STUDY-008", "  test: pearson", "  test: chi2"),
    ("STUDY-008", "  power: 0.80", "  power: 0.80\n  sides: 3"),
    ("STUDY-100", "{arm: PBO, rate: 0.25", "{arm: ACT, rate: 0.25"),
    ("STUDY-100", ONE, ""),
    ("STUDY-101", "  test: pearson", "  test: t"),
    ("STUDY-101", RATES, ""),
    ("STUDY-101", "  power: 0.80", "  power: 0.80\n  difference: 2"),
    ("STUDY-101", "  power: 0.80", "  power: 0.80\n  margin: -0.1"),
    ("STUDY-102", "  power: 0.80", "  power: 0.05"),
    ("STUDY-102", "  power: 0.80", "  power: 1"),
    ("STUDY-102", "  alpha: 0.05", "  alpha: 0"),
    ("STUDY-102", "  dropout: 0.10", "  dropout: 1"),
    ("STUDY-102", "  power: 0.80", "  power: 0.80\n  stated: 1"),
    ("STUDY-102", "rate: 0.25,", "rate: 0.0,"),
    ("STUDY-102", "rate: 0.25,", "events: 3, of: 3,"),
    ("STUDY-102", "rate: 0.25,", "events: 3,"),
    ("STUDY-102", "rate: 0.25,", "rate: 0.25, events: 0,"),
    ("STUDY-102", "rate: 0.25,", "rate: 0.25, events: 1, of: 4,"),
    ("STUDY-102", "rate: 0.25,", ""),
    ("STUDY-102", ONE, ONE + SCENARIO + "}]\n"),
    ("STUDY-100", ONE, ONE + SCENARIO + "X, rate: 0.3}]\n"),
]


def broken(folder: Path, old: str, new: str) -> Path:
    new_study(folder, "TRIAL")
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("fault", "old", "new"), BREAKS)
def test_a_fault_of_the_sample_size_is_found_with_its_line(
    tmp_path: Path, fault: str, old: str, new: str
) -> None:
    faults = check_study(broken(tmp_path / "trial", old, new))
    assert {found.id for found in faults} == {fault}
    assert all(found.place.startswith("study.yaml:") and found.hint for found in faults)


def test_both_rates_left_open_is_one_fault(tmp_path: Path) -> None:
    folder = broken(tmp_path / "trial", "  power: 0.80", "  power: 0.80\n  stated: 50")
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("rate: 0.25, ", "").replace("rate: 0.55, ", ""), encoding="utf-8")
    assert [found.id for found in check_study(folder)] == ["STUDY-102"]


def test_one_rate_may_be_open_where_the_size_is_stated(tmp_path: Path) -> None:
    folder = broken(tmp_path / "trial", "  power: 0.80", "  power: 0.80\n  stated: 50")
    path = folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("rate: 0.25, ", ""), encoding="utf-8")
    assert check_study(folder) == []
    plan = load_study(folder).sample_size
    assert plan is not None
    assert [rate.value for rate in plan.rates] == [0.55, None]


@pytest.mark.parametrize(
    ("test", "effect"),
    [
        ("t", "difference: -2\n  sd: 4"),
        ("ancova", "difference: -2\n  sd: 4\n  correlation: 0.5"),
        ("mann_whitney", "win_probability: 0.65"),
    ],
)
def test_means_and_ranks_are_declared_by_their_effect(tmp_path: Path, test: str, effect: str) -> None:
    folder = broken(tmp_path / "trial", RATES, f"  {effect}\n")
    path = folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("test: pearson", f"test: {test}"), "utf-8")
    assert check_study(folder) == []


@pytest.mark.parametrize(
    ("test", "effect"),
    [
        ("t", "difference: 0\n  sd: 4"),
        ("t", "difference: 1\n  sd: 0"),
        ("ancova", "difference: -2\n  sd: 4\n  correlation: 1"),
        ("mann_whitney", "win_probability: 0.5"),
        ("mann_whitney", "win_probability: 1.5"),
    ],
)
def test_an_effect_for_which_no_size_exists_is_a_fault(tmp_path: Path, test: str, effect: str) -> None:
    folder = broken(tmp_path / "trial", RATES, f"  {effect}\n")
    path = folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("test: pearson", f"test: {test}"), "utf-8")
    assert [found.id for found in check_study(folder)] == ["STUDY-102"]
