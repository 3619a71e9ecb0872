"""The public names of the room, and that no arm goes in or comes out anywhere."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import inspect
import pkgutil
from pathlib import Path

import kit_trial as trial

from lupustrial.allocation import kits as room
from lupustrial.allocation.kits import (
    labels,
    quarantine,
    read_kits,
    return_kit,
)
from lupustrial.ledger import export_ledger, open_database

NAMES = set(
    """
    FROM Account Action Difference Dispensed Due Expiring Injection Kit Label Need Place Received
    Reconciliation Recruits Released Request Resupply Shipment State StockLine accounts create_kits
    destroy dispense excursion expiring find label_gaps label_pages label_sheet labels last_dose lift
    next_kit observed_rates pack poisson_quantile predict presentation printed quarantine read_injections
    read_kits read_number read_places read_release read_shipments rebuild receive reconcile recruits
    refused release require_known return_kit scanned ship stock unfit verify_kits warn_central
    """.split()  # noqa: SIM905 - names read better as prose
)


def test_public_names_are_pinned() -> None:
    assert set(room.__all__) == NAMES
    assert len(room.__all__) == len(NAMES)
    assert all(hasattr(room, name) for name in NAMES)


def test_no_function_takes_or_returns_an_arm() -> None:
    seen = 0
    for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                seen += 1
                told = [
                    *inspect.signature(function).parameters,
                    str(function.__annotations__.get("return", "")),
                ]
                words = [word for one in told for word in one.lower().replace("[", "_").split("_")]
                assert not {"arm", "arms", "treatment", "seed"} & set(words), f"{info.name}.{name}"
        for name, kind in inspect.getmembers(module, dataclasses.is_dataclass):
            names = {field.name for field in dataclasses.fields(kind) if kind.__module__ == module.__name__}
            assert not {"arm", "arms", "treatment", "seed"} & names, name
    assert seen > 80


def test_no_arm_comes_into_the_database_the_ledger_or_a_label(tmp_path: Path) -> None:
    base = trial.study()
    arms = tuple(
        dataclasses.replace(arm, id=f"CANARY{nth}", label=f"canary-{nth}", name=f"Canary {nth}")
        for nth, arm in enumerate(base.arms)
    )
    ratio = dataclasses.replace(base.randomisation, ratio={arm.id: 1 for arm in arms})
    study = dataclasses.replace(base, arms=arms, randomisation=ratio)
    database = open_database(str(tmp_path / "trial.db"), create=True)
    trial.stocked(database, study)
    with database.writing() as tx:
        kit = trial.give(tx, study).kit.number
        return_kit(tx, study, kit, on=trial.DAY, by=trial.PHARMACIST, used=3, unused=0, lost=0)
        quarantine(tx, study, [trial.number(1107, 2)], by=trial.PHARMACIST, why="fridge failed")
        export_ledger(tx, tmp_path / "ledger.jsonl")
        made = labels(study, read_kits(tx, study.id).values())
    database.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"kit dispensed" in written
    assert b"canary" not in written.lower()
    assert "canary" not in str(made).lower()


def test_the_arms_change_nothing_that_kits_do() -> None:
    one = trial.study()
    other = dataclasses.replace(one, arms=tuple(reversed(one.arms)))
    day = dt.date(2025, 1, 1)
    assert room.last_dose(one, one.kits[0], day) == room.last_dose(other, other.kits[0], day)
    kit = room.Kit(number=110710, study="KITS", slot=1107, type="CYC", nth=1, batch="W01", expiry=day)
    assert labels(one, [kit]) == labels(other, [kit])
