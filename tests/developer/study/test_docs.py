"""The documents name every key and every fault, and no fault that does not exist."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from lupustrial.study import PARTICIPANT_FACTS, PLANNED_FACTS, RECORD_SCHEMA, STATUSES
from lupustrial.study import _model as model
from lupustrial.study import _plan as plan

ROOT = Path(__file__).resolve().parents[3]
FAULT = re.compile(r"\b(?:STUDY|RECORD)-\d{3}\b")


def faults_in(folder: Path) -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))
    return set(FAULT.findall(text))


def test_every_fault_of_the_room_is_documented() -> None:
    documented = set(FAULT.findall((ROOT / "docs" / "faults.md").read_text(encoding="utf-8")))
    assert faults_in(ROOT / "src" / "lupustrial" / "study") <= documented


def test_every_documented_fault_exists() -> None:
    rows = re.findall(
        r"^\| ((?:STUDY|RECORD)-\d{3}) ", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == len(set(rows))
    assert set(rows) <= faults_in(ROOT / "src" / "lupustrial")


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in {**vars(model), **vars(plan)}.values()
        if dataclasses.is_dataclass(kind) and isinstance(kind, type)
    ],
)
def test_every_key_is_documented(kind: type) -> None:
    text = (ROOT / "docs" / "study-folder.md").read_text(encoding="utf-8")
    found_out = {"folder", "digest", "plan", "forms", "further_plans"}
    keys = {field.name for field in dataclasses.fields(kind)} - (found_out if kind is model.Study else set())
    assert {key for key in keys if f"`{key}`" not in text} - {
        "codelists",
        "instruments",
        "parameter",
    } == set()


def test_every_fact_column_and_status_is_documented() -> None:
    text = (ROOT / "docs" / "study-folder.md").read_text(encoding="utf-8")
    names = [f"participant.{name}" for name in PARTICIPANT_FACTS]
    names += [f"planned.{name}" for name in PLANNED_FACTS]
    names += [*RECORD_SCHEMA, *STATUSES]
    assert [name for name in names if f"`{name}`" not in text] == []
