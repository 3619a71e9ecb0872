"""Trials of which every value is known, with three visits, four roles and two arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import tiny_trial

from lupustrial.study import ALLOCATION_SCHEMA, CodelistEntry, Form, Item, Role, Source, Stamp, Study

VISITS = ("V0", "V2", "V4")
#: Arms that stand in no text but where an arm is told.
ARMS = ("CANARY-ARM-A", "CANARY-ARM-B")
ROLES = (
    Role(id="doctor", name="Doctor"),
    Role(id="assessor", name="Assessor"),
    Role(id="statistician", name="Unblinded statistician", blinded=False),
    Role(id="engineer", name="Engineer", clinical=False),
)


def form(form_id: str, *items: Item, **more: object) -> Form:
    """Return a form that is filled in at every visit."""
    return Form(id=form_id, title=form_id, visits=VISITS, items=items, **more)  # type: ignore[arg-type]


def number(item_id: str, **more: object) -> Item:
    """Return an item with a number."""
    return Item(id=item_id, label=f"Value {item_id}", type="decimal", **more)  # type: ignore[arg-type]


def study(*forms: Form) -> Study:
    """Return a study with these forms and with `ROLES`; its arms are `ARMS`."""
    tiny = tiny_trial.study()
    arms = tuple(replace(arm, id=name, label=name) for arm, name in zip(tiny.arms, ARMS, strict=True))
    lists = {"NY": (CodelistEntry(value="Y", decode="Yes"), CodelistEntry(value="N", decode="No"))}
    lists["SCALE"] = tuple(CodelistEntry(value=str(one), decode=str(one)) for one in range(5))
    ratio = dict.fromkeys(ARMS, 1)
    rule = replace(tiny.randomisation, ratio=ratio)
    return replace(tiny, arms=arms, roles=ROLES, forms=forms, codelists=lists, randomisation=rule)


def row(participant: str, visit: str, item: str, value: object, repeat: int = 1) -> dict[str, object]:
    """Return one record; `item` is ``form.ITEM``, a value of None is not done."""
    form_id, _, code = item.partition(".")
    return {
        "participant": participant,
        "visit": visit,
        "form": form_id,
        "repeat": repeat,
        "item": code,
        "value": None if value is None else str(value),
        "unit": None,
        "status": "not done" if value is None else "entered",
    }


def frame(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Return records as a frame, with the columns that the room of blinding reads."""
    kinds = {"repeat": pl.Int32()}
    names = ("participant", "visit", "form", "repeat", "item", "value", "unit", "status")
    return pl.DataFrame(rows, schema={name: kinds.get(name, pl.String()) for name in names})


def names(count: int) -> list[str]:
    """Return ids of participants."""
    return [f"P{place:03d}" for place in range(count)]


def noise_trial(count: int, columns: int, rng: np.random.Generator) -> tuple[Study, list[dict[str, object]]]:
    """Return a study with a form ``lab`` of so many items, and records of noise at V2."""
    codes = [f"X{place}" for place in range(columns)]
    values = rng.normal(size=(count, columns)).round(6)
    rows = [
        row(name, "V2", f"lab.{code}", values[place, column])
        for place, name in enumerate(names(count))
        for column, code in enumerate(codes)
    ]
    return study(form("lab", *(number(code) for code in codes))), rows


def source(rows: Sequence[Mapping[str, object]], arms: Sequence[str]) -> Source:
    """Return records with an allocation, in the order of `names`."""
    allocation = pl.DataFrame(
        {
            "participant": names(len(arms)),
            "slot": range(1, len(arms) + 1),
            "arm": list(arms),
        },
        schema=ALLOCATION_SCHEMA,
    )
    stamp = Stamp(synthetic=True, origin="made up for tests")
    return Source(records=frame(rows), allocation=allocation, stamp=stamp)


def halves(count: int, rng: np.random.Generator | None = None) -> list[str]:
    """Return arms half and half: the first half first, or by lot."""
    arms = [ARMS[0]] * (count // 2) + [ARMS[1]] * (count - count // 2)
    return arms if rng is None else [arms[place] for place in rng.permutation(count)]
