"""What an amendment would break among the values that are held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from lupustrial.errors import Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Item, Study

#: A value of the first type reads as one of the second.
_READS_AS = frozenset(
    {("integer", "decimal"), *((kind, "text") for kind in ("integer", "decimal", "code", "date"))}
)


@dataclass(kw_only=True)
class _Held:
    """Values that are held of an item."""

    count: int = 0
    values: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)


def breaks(tx: Transaction, old: Study, new: Study) -> list[Fault]:
    """Return what held values would not fit a new version (CAPT-027).

    Values stay as they were recorded, on the version of their visit. An error is what would make a record
    unreadable where versions meet, in exports, conditions and the analysis: an item of another type, a value
    that its codelist has no more, a unit that is known no more. A warning is what hides from sight: a form,
    item or visit that the new version has no more.
    """
    held = _values(tx)
    visits = {str(row[0]) for row in tx.all("SELECT DISTINCT visit FROM capture_page")}
    faults = list(_items(old, new, held))
    for visit in old.visits:
        if visit.id in visits and visit.id not in {one.id for one in new.visits}:
            message = f"visit {visit.id} has values, and the new version has it no more"
            faults.append(_warning(f"visit {visit.id}", message))
    roles = {str(row[0]) for row in tx.all("SELECT DISTINCT role FROM capture_grant")}
    for role in sorted(roles - {one.id for one in new.roles}):
        message = f"people hold the role {role}, and the new version has it no more: it is closed to them"
        faults.append(_warning(f"role {role}", message))
    return faults


def _items(old: Study, new: Study, held: dict[tuple[str, str], _Held]) -> Iterator[Fault]:
    after = {form.id: form for form in new.forms}
    for form in old.forms:
        for item in form.items:
            mine = held.get((form.id, item.id))
            if mine is None:
                continue
            place = f"form {form.id}, item {item.id}"
            kept = _find(after.get(form.id), item.id)
            if kept is None:
                message = f"{mine.count} values are held, and the new version does not ask it any more"
                yield _warning(place, message)
            else:
                yield from _misfit(place, item, kept, mine, new)


def _misfit(place: str, old: Item, new: Item, held: _Held, study: Study) -> Iterator[Fault]:
    if old.type != new.type and (old.type, new.type) not in _READS_AS:
        message = f"{held.count} values are held as {old.type}; the new version reads them as {new.type}"
        yield _error(place, message, "give the new question a new item code")
        return
    if new.type == "code":
        allowed = {entry.value for entry in study.codelists.get(new.codelist or "", ())}
        gone = sorted(held.values - allowed)
        if gone:
            message = f"values are held that the codelist has no more: {', '.join(gone[:5])}"
            yield _error(place, message, "keep the values in the codelist, or ask under a new item code")
    units = {new.unit, *(one.unit for one in new.units)}
    lost = sorted(held.units - {unit for unit in units if unit})
    if lost:
        message = f"values are held in units that are known no more: {', '.join(lost)}"
        yield _error(place, message, "keep them among `units`, with their factors")


def _find(form: Form | None, item: str) -> Item | None:
    return None if form is None else next((one for one in form.items if one.id == item), None)


def _values(tx: Transaction) -> dict[tuple[str, str], _Held]:
    found: dict[tuple[str, str], _Held] = {}
    for form, items in tx.all("SELECT form, items FROM capture_page WHERE removed = 0"):
        for item, (value, unit, *_rest) in json.loads(items).items():
            if value is not None:
                mine = found.setdefault((str(form), item), _Held())
                mine.count += 1
                mine.values.add(value)
                if unit:
                    mine.units.add(unit)
    return found


def _error(place: str, message: str, hint: str) -> Fault:
    return Fault(id="CAPT-027", message=message, place=place, hint=hint)


def _warning(place: str, message: str) -> Fault:
    hint = "they stay as they are, and show where they were recorded"
    return Fault(id="CAPT-027", message=message, place=place, hint=hint, severity="warning")
