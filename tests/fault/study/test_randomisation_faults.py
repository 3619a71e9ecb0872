"""A randomisation or kit that cannot be meant is named at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.study import check_study, load_study, new_study

BLOCKS = "  method: permuted_blocks\n  ratio: {ACT: 1, PBO: 1}\n  block_sizes: [4, 6]\n"
STRATA = (
    "  strata:\n    - id: SEX\n      name: Sex\n      levels:\n"
    "        - {id: F, name: female, when: \"demography.SEX == 'F'\"}\n"
    "        - {id: M, name: male, when: \"demography.SEX == 'M'\"}\n"
)
KITS = (
    "kits:\n  - {id: MONTH, name: A month, units: 1, dispensed: [W0, W4, W8], storage: {low: 2, high: 8}}\n"
)


def faults_of(folder: Path, rule: str, kits: str = "") -> list[tuple[str, str, str]]:
    """Return id, severity and text of the line of each fault of a new study with this randomisation."""
    new_study(folder, "TRIAL")
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    assert BLOCKS in text
    text = text.replace(BLOCKS, rule) + kits
    path.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    faults = check_study(folder)
    assert all(fault.hint for fault in faults)
    return [(one.id, one.severity, lines[int(one.place.split(":")[1]) - 1].strip()) for one in faults]


def ratio(method: str, *more: str, shares: str = "{ACT: 1, PBO: 1}") -> str:
    return f"  method: {method}\n  ratio: {shares}\n" + "".join(f"  {line}\n" for line in more)


SOUND = [
    ratio("complete"),
    ratio("permuted_blocks", "block_sizes: [6, 9]", shares="{ACT: 2, PBO: 1}"),
    ratio("biased_coin", "probability: 0.67"),
    ratio("big_stick", "maximum_imbalance: 3"),
    ratio("urn", "urn_start: 0", "urn_added: 1"),
    ratio("minimisation", "probability: 0.8", "imbalance: range") + STRATA,
    ratio("minimisation", "probability: 0.8", "imbalance: total", "by_site: true"),
    ratio("permuted_blocks", "block_sizes: [4]", "by_site: true", "slots: 40") + STRATA,
]

FAULTS = [
    # a key that is missing, or has no use
    ("STUDY-105", ratio("biased_coin"), "method: biased_coin"),
    ("STUDY-105", ratio("big_stick"), "method: big_stick"),
    ("STUDY-105", ratio("urn", "urn_start: 1"), "method: urn"),
    ("STUDY-105", ratio("minimisation", "probability: 0.8") + STRATA, "method: minimisation"),
    ("STUDY-105", ratio("minimisation", "probability: 0.8", "imbalance: range"), "method: minimisation"),
    ("STUDY-105", ratio("complete", "probability: 0.8"), "probability: 0.8"),
    ("STUDY-105", ratio("complete", "block_sizes: [4]"), "block_sizes: [4]"),
    # a value that cannot be meant
    ("STUDY-106", ratio("big_stick", "maximum_imbalance: 0"), "maximum_imbalance: 0"),
    ("STUDY-106", ratio("urn", "urn_start: -1", "urn_added: 1"), "urn_start: -1"),
    ("STUDY-106", ratio("urn", "urn_start: 1", "urn_added: 0"), "urn_added: 0"),
    ("STUDY-106", ratio("complete", "slots: 0"), "slots: 0"),
    ("STUDY-106", ratio("biased_coin", "probability: 0.5"), "probability: 0.5"),
    ("STUDY-106", ratio("biased_coin", "probability: 1.1"), "probability: 1.1"),
    ("STUDY-106", ratio("biased_coin", "probability: 0"), "probability: 0"),
    (
        "STUDY-106",
        ratio("urn", "urn_start: 1", "urn_added: 1", shares="{ACT: 2, PBO: 1}"),
        "ratio: {ACT: 2, PBO: 1}",
    ),
    ("STUDY-106", ratio("complete") + STRATA.rsplit("        - ", 1)[0], "levels:"),
    (
        "STUDY-106",
        ratio("complete") + STRATA.replace("name: Sex\n", "name: Sex\n      weight: 0\n"),
        "weight: 0",
    ),
    # factors and levels
    (
        "STUDY-010",
        ratio("complete") + STRATA.replace("id: M,", "id: F,"),
        '- {id: F, name: male, when: "demography.SEX',
    ),
    ("STUDY-011", ratio("complete") + STRATA.replace("id: SEX", "id: S/X"), "- id: S/X"),
    ("STUDY-011", ratio("complete") + STRATA.replace("id: M,", "id: M/W,"), "- {id: M/W"),
    ("STUDY-041", ratio("complete") + STRATA.replace("SEX == 'M'", "SEXE == 'M'"), "- {id: M"),
    ("STUDY-042", ratio("complete") + STRATA.replace("== 'M'", "== 'MALE'"), "- {id: M"),
]


@pytest.mark.parametrize("rule", SOUND)
def test_a_sound_randomisation_has_no_fault(tmp_path: Path, rule: str) -> None:
    assert faults_of(tmp_path / "trial", rule) == []


@pytest.mark.parametrize(("fault_id", "rule", "line"), FAULTS)
def test_what_cannot_be_meant_is_named_at_its_line(
    tmp_path: Path, fault_id: str, rule: str, line: str
) -> None:
    found = faults_of(tmp_path / "trial", rule)
    assert [(one[0], one[1]) for one in found] == [(fault_id, "error")]
    assert found[0][2].startswith(line)


@pytest.mark.parametrize(
    ("fault_id", "rule"),
    [
        ("STUDY-107", ratio("biased_coin", "probability: 1")),
        ("STUDY-108", ratio("permuted_blocks", "block_sizes: [4, 8]", "slots: 15")),
        ("STUDY-019", ratio("permuted_blocks", "block_sizes: [3, 6]", shares="{ACT: 2, PBO: 1}")),
    ],
)
def test_what_is_unwise_is_a_warning(tmp_path: Path, fault_id: str, rule: str) -> None:
    assert [one[:2] for one in faults_of(tmp_path / "trial", rule)] == [(fault_id, "warning")]


def test_sixteen_slots_hold_two_blocks_of_eight(tmp_path: Path) -> None:
    rule = ratio("permuted_blocks", "block_sizes: [4, 8]", "slots: 16")
    assert faults_of(tmp_path / "trial", rule) == []


def test_kits_are_read(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "trial", BLOCKS, KITS) == []
    (kit,) = load_study(tmp_path / "trial").kits
    assert (kit.units, kit.unit, kit.spare, kit.dispensed) == (1, "vial", 0, ("W0", "W4", "W8"))


@pytest.mark.parametrize(
    ("fault_id", "old", "new"),
    [
        ("STUDY-022", "W8]", "W9]"),
        ("STUDY-109", "units: 1", "units: 0"),
        ("STUDY-109", "units: 1", "units: 1, spare: -1"),
        ("STUDY-109", "low: 2", "low: 8"),
        ("STUDY-110", "W4, W8]", "W4]"),
        ("STUDY-008", "low: 2", "low: cold"),
    ],
)
def test_a_kit_that_cannot_be_meant_is_a_fault(tmp_path: Path, fault_id: str, old: str, new: str) -> None:
    assert old in KITS
    found = {one[0] for one in faults_of(tmp_path / "trial", BLOCKS, KITS.replace(old, new))}
    assert fault_id in found


def test_a_kit_that_is_handed_out_nowhere_is_a_fault(tmp_path: Path) -> None:
    kits = KITS.replace("[W0, W4, W8]", "[]")
    assert "STUDY-109" in {one[0] for one in faults_of(tmp_path / "trial", BLOCKS, kits)}


def test_a_task_that_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    new_study(tmp_path / "trial", "TRIAL")
    path = tmp_path / "trial" / "study.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("freeze, lock,", "freeze, locks,"), encoding="utf-8"
    )
    assert [fault.id for fault in check_study(tmp_path / "trial")] == ["STUDY-008"]
