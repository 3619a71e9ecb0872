"""A further plan of a study folder: read beside the first, checked as it, told apart from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.study import Study, check_study, load_study, new_study

PLAN = """\
format: 1
title: Another look
strata:
  - {id: LOW, label: Reduced before, any_of: [SLEDRED]}
estimands:
  - id: E-OTHER
    treatment: as in the first plan
    population: as in the first plan
    variable: SLEDAI at week 12
    intercurrent_events:
      - event: Left the study
        strategy: hypothetical
        rule: {kind: left study}
      - event: SLEDAI above baseline
        strategy: composite
        rule: {kind: above baseline, parameter: SLEDAI, from_week: 4}
    summary: Difference of means
analyses:
  - id: A-OTHER
    title: SLEDAI again
    population: MITT
    parameters: [SLEDAI]
    methods: [summary]
    weeks: [4, 12]
    estimand: E-OTHER
    strata: [LOW]
    observed: true
    model: {covariance: ar1, imputations: 20, seed: 7, deltas: [0, 1.5]}
displays:
  - id: T-OTHER
    number: Table X1
    title: SLEDAI again
    kind: table
    columns: [{cell: value, arm: ACT, week: 12}]
    rows: [{label: SLEDAI, parameter: SLEDAI, analysis: A-OTHER, format: "{mean}"}]
"""

#: id, text replaced, text put in its place, needle in the line at fault
BREAKS = [
    ("STUDY-003", "title: Another look", "title: a: look", "a: look"),
    ("STUDY-005", "format: 1\n", "format: 3\n", "format: 3"),
    ("STUDY-006", "title: Another", "parameters: []\ntitle: Another", "parameters: []"),
    ("STUDY-008", "kind: left study", "kind: left", "kind: left"),
    ("STUDY-008", "covariance: ar1", "covariance: ar2", "covariance: ar2"),
    ("STUDY-010", "A-OTHER", "A-SLEDRED", "id: A-SLEDRED"),
    ("STUDY-010", "  - id: T-OTHER", "  - id: T1", "id: T1"),
    ("STUDY-070", "population: MITT", "population: ITT", "population: ITT"),
    ("STUDY-071", "parameters: [SLEDAI]", "parameters: [SLEDAI, SLEDAY]", "SLEDAY"),
    ("STUDY-072", "weeks: [4, 12]", "weeks: [4, 13]", "[4, 13]"),
    ("STUDY-073", "estimand: E-OTHER", "estimand: E-OTTER", "E-OTTER"),
    ("STUDY-084", "any_of: [SLEDRED]", "any_of: [SLEDRID]", "SLEDRID"),
    ("STUDY-084", "any_of: [SLEDRED]", "any_of: [SLEDAI]", "LOW, label"),
    ("STUDY-084", "any_of: [SLEDRED]", "any_of: []", "LOW, label"),
    ("STUDY-085", "strategy: hypothetical", "strategy: principal stratum", "principal"),
    ("STUDY-085", "kind: left study", "kind: left study, parameter: SLEDAI", "kind: left study"),
    ("STUDY-085", "kind: left study", "kind: stopped treatment, from_week: 4", "kind: stopped"),
    ("STUDY-085", ", parameter: SLEDAI, from_week: 4", "", "kind: above"),
    ("STUDY-085", "kind: above baseline", "kind: present", "kind: present"),
    ("STUDY-085", "from_week: 4", "from_week: 5", "from_week: 5"),
    ("STUDY-086", "strata: [LOW]", "strata: [LAW]", "[LAW]"),
    ("STUDY-086", "strata: [LOW]", "strata: [LOW, LOW]", "[LOW, LOW]"),
    ("STUDY-086", "imputations: 20", "imputations: 1", "imputations: 1,"),
    ("STUDY-086", "seed: 7", "seed: -7", "seed: -7"),
]


def folder_with(tmp_path: Path, text: str, name: str = "analysis-other.yaml") -> Path:
    folder = tmp_path / "trial"
    new_study(folder, "TRIAL")
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("fault_id", "old", "new", "needle"), BREAKS)
def test_a_broken_plan_gives_its_fault_at_its_line(
    tmp_path: Path, fault_id: str, old: str, new: str, needle: str
) -> None:
    assert old in PLAN
    text = PLAN.replace(old, new)
    found = check_study(folder_with(tmp_path, text))
    line = text[: text.index(needle)].count("\n") + 1
    assert {(fault.id, fault.place) for fault in found} == {(fault_id, f"analysis-other.yaml:{line}")}
    assert all(fault.hint for fault in found)


def test_a_further_plan_shares_parameters_and_nothing_else(tmp_path: Path) -> None:
    study: Study = load_study(folder_with(tmp_path, PLAN))
    assert list(study.further_plans) == ["other"]
    other = study.under("other")
    assert other.plan.title == "Another look"
    assert other.plan.parameters == study.plan.parameters
    assert [one.id for one in other.plan.analyses] == ["A-OTHER"]
    assert other.further_plans == {}
    assert other.arms == study.arms
    with pytest.raises(KeyError):
        study.under("none")


def test_a_further_plan_changes_the_digest(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, PLAN)
    first = load_study(folder).digest
    (folder / "analysis-other.yaml").write_text(PLAN.replace("seed: 7", "seed: 8"), encoding="utf-8")
    second = load_study(folder).digest
    (folder / "analysis-other.yaml").unlink()
    assert len({first, second, load_study(folder).digest}) == 3


def test_ids_differ_between_further_plans_too(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, PLAN)
    (folder / "analysis-second.yaml").write_text(PLAN, encoding="utf-8")
    found = check_study(folder)
    assert [fault.id for fault in found] == ["STUDY-010", "STUDY-010"]
    assert all("analysis-other.yaml" in fault.message for fault in found)


@pytest.mark.parametrize("name", ["analysis-Other.yaml", "analysis-.yaml", "analysis-other.yml"])
def test_a_file_that_is_nearly_a_plan_is_not_passed_over(tmp_path: Path, name: str) -> None:
    found = check_study(folder_with(tmp_path, PLAN, name))
    assert [(fault.id, fault.place) for fault in found] == [("STUDY-009", name)]
