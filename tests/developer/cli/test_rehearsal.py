"""The reconstructed founding trial went through sealing, lock and reveal like any other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lupustrial.allocation.sealing import AllocationList
from lupustrial.cli._rehearsal import rehearse
from lupustrial.errors import AllocationError
from lupustrial.study import Source, Study, load_study, read_source

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(ROOT / "studies" / "il2-sle")


@pytest.fixture(scope="module")
def revealed(il2_out: Path) -> AllocationList:
    path = il2_out / "allocation" / "revealed.json"
    return AllocationList.from_json(path.read_bytes(), str(path))


@pytest.fixture(scope="module")
def source(il2_out: Path, study: Study) -> Source:
    return read_source(study, il2_out / "source")


def test_the_script_for_auditors_accepts_what_was_revealed(il2_out: Path) -> None:
    files = [str(il2_out / "allocation" / name) for name in ("commitment.json", "revealed.json")]
    script = str(ROOT / "scripts" / "verify_allocation.py")
    done = subprocess.run([sys.executable, script, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_participants_were_allocated_in_the_order_of_randomisation(
    revealed: AllocationList, source: Source
) -> None:
    """The k-th slot of the list is that of the k-th participant by date of randomisation."""
    dates = dict(
        source.records.filter(pl.col("item") == "RANDDAT").select("participant", "value").iter_rows()
    )
    slots = {slot: who for who, slot in source.allocation.select("participant", "slot").iter_rows()}
    order = [dates[slots[slot.number]] for slot in revealed.slots if slot.number in slots]
    assert len(order) == 60
    assert order == sorted(order)


def test_arms_are_those_of_the_list_and_sizes_those_of_the_paper(
    revealed: AllocationList, source: Source
) -> None:
    arms = {slot.number: slot.arm for slot in revealed.slots}
    rows = source.allocation.select("slot", "arm").rows()
    assert all(arms[slot] == arm for slot, arm in rows)
    assert Counter(arm for _, arm in rows) == {"IL2": 30, "PBO": 30}


def test_the_randomisation_number_of_the_form_is_the_slot(source: Source) -> None:
    told = source.records.filter(pl.col("item") == "RANDNO").select("participant", "value")
    slots = dict(source.allocation.select("participant", "slot").iter_rows())
    assert {who: int(value) for who, value in told.iter_rows()} == slots


def test_every_injection_is_from_a_kit_of_the_participants_slot(
    revealed: AllocationList, source: Source
) -> None:
    kits = {slot.number: {str(kit.number) for kit in slot.kits} for slot in revealed.slots}
    slots = dict(source.allocation.select("participant", "slot").iter_rows())
    used = source.records.filter(pl.col("form") == "injections", pl.col("item") == "KIT")
    taken = Counter((who, kit) for who, kit in used.select("participant", "value").iter_rows())
    assert len(taken) > 150
    assert all(kit in kits[slots[who]] for who, kit in taken)
    assert max(taken.values()) == 7  # vials of a kit


def test_the_commitment_stands_in_the_report(il2_out: Path) -> None:
    digest = json.loads((il2_out / "allocation" / "commitment.json").read_text(encoding="utf-8"))["digest"]
    assert digest in (il2_out / "report.html").read_text(encoding="utf-8")


def test_a_study_that_names_nobody_is_not_rehearsed(
    study: Study, source: Source, revealed: AllocationList
) -> None:
    nobody = replace(study, roles=tuple(replace(role, may=()) for role in study.roles))
    assert rehearse(nobody, source, revealed, {}) is None


def test_records_of_another_allocation_are_refused(
    study: Study, source: Source, revealed: AllocationList
) -> None:
    """Two participants of different arms change places: the reveal gives another allocation."""
    rows = source.allocation.to_dicts()
    one = next(row for row in rows if row["arm"] == "IL2")
    other = next(row for row in rows if row["arm"] == "PBO")
    one["slot"], other["slot"] = other["slot"], one["slot"]
    wrong = replace(source, allocation=pl.DataFrame(rows, schema=source.allocation.schema))
    with pytest.raises(AllocationError) as error:
        rehearse(study, wrong, revealed, {})
    assert [fault.id for fault in error.value.faults] == ["ALLOC-024"]
