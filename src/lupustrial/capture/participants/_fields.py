"""Fields of the small forms of this part, with their faults beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lupustrial.errors import LupustrialError
from lupustrial.study import Item, Study


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a form.

    Attributes:
        name: Name of the control.
        label: What it asks.
        kind: ``"date"``, ``"text"``, ``"area"``, ``"choice"`` or ``"tick"``.
        value: What it holds.
        choices: Value and word of each choice.
        hint: What helps to answer.
        fault: What is wrong with the answer; empty where nothing is.
        required: Whether it has to be answered.
    """

    name: str
    label: Any
    kind: str = "text"
    value: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    hint: Any = ""
    fault: str = ""
    required: bool = True

    @property
    def described(self) -> str:
        """Ids of what describes the control."""
        parts = [f"{self.name}-hint" if self.hint else "", f"{self.name}-fault" if self.fault else ""]
        return " ".join(part for part in parts if part)


def day_of(text: str) -> dt.date | None:
    """Return a date as a field gives it; None where it is none."""
    try:
        return dt.date.fromisoformat(text.strip()[:10]) if len(text.strip()) == len("2026-01-01") else None
    except ValueError:
        return None


def faults_by_place(error: LupustrialError) -> dict[str, str]:
    """Return the faults of an error by the field at which they stand."""
    found: dict[str, str] = {}
    for fault in error.faults:
        text = f"{fault.message}: {fault.hint}" if fault.hint else fault.message
        found[fault.place] = f"{found[fault.place]}; {text}" if fault.place in found else text
    return found


def fields_of_items(
    study: Study, items: Iterable[Item], values: dict[str, str], faults: dict[str, str]
) -> tuple[Field, ...]:
    """Return a field for each item of a form of the study."""
    return tuple(
        Field(
            name=item.id,
            label=item.label,
            kind={"code": "choice", "date": "date", "text": "area"}.get(item.type, "text"),
            value=values.get(item.id, ""),
            choices=tuple((one.value, one.decode) for one in study.codelists.get(item.codelist or "", ())),
            hint=item.note,
            fault=faults.get(item.id, ""),
            required=item.required and item.when is None,
        )
        for item in items
    )
