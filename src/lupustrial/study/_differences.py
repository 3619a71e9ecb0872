"""What an amendment changes, part by part, in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from lupustrial.study._model import Form, Item, Study

Kind = Literal["added", "removed", "changed"]

#: Parts of a study in the order in which they are told, with the name of each.
_PARTS: tuple[tuple[str, str], ...] = (
    ("visits", "Visit"),
    ("arms", "Arm"),
    ("epochs", "Epoch"),
    ("sites", "Site"),
    ("populations", "Population"),
    ("products", "Product"),
    ("kits", "Kit"),
    ("roles", "Role"),
    ("signatures", "Meaning of a signature"),
    ("instruments", "Instrument"),
)
_SINGLE = ("title", "short_title", "phase", "sponsor", "design", "randomisation", "sample_size")
_MORE = (
    *("registrations", "unscheduled", "identifiers", "expedited", "verification", "cytometry"),
    *("notes", "references"),
)
_ITEMS_OF = ("id", "items")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        part: What it belongs to, e.g. ``"Visit W4"`` or ``"Form vitals, item SYSBP"``.
        kind: Whether the whole part is new, gone, or one property of it changed.
        name: The property, e.g. ``"window"``; empty where the part is new or gone.
        old: How it was, in words; empty for a new part.
        new: How it is; empty for a part that is gone.
    """

    part: str
    kind: Kind
    name: str = ""
    old: str = ""
    new: str = ""


def differences(old: Study, new: Study) -> tuple[Difference, ...]:
    """Return what an amendment changes: criteria, visits, windows, forms, items, codelists, and all else.

    Args:
        old: The version before.
        new: The version after.

    Returns:
        Every difference, in the order in which a committee reads a protocol; empty where the two say the
        same. The order of parts within a list is not compared.
    """
    return tuple(_all(old, new))


def _all(old: Study, new: Study) -> Iterator[Difference]:
    yield from _properties("Study", _plain(old, _SINGLE), _plain(new, _SINGLE))
    for kind in ("inclusion", "exclusion"):
        before, after = getattr(old.eligibility, kind), getattr(new.eligibility, kind)
        yield from _listed(f"{kind.capitalize()} criterion", before, after)
    yield from _properties("Eligibility", {"at": old.eligibility.at}, {"at": new.eligibility.at})
    for field, name in _PARTS:
        yield from _listed(name, getattr(old, field), getattr(new, field))
    yield from _listed("Consent document", old.consent, new.consent, key="version")
    yield from _forms(old.forms, new.forms)
    yield from _codelists(old, new)
    yield from _properties("Study", _plain(old, _MORE), _plain(new, _MORE))
    if old.plan != new.plan or old.further_plans != new.further_plans:
        yield Difference(part="Plan of analysis", kind="changed", name="content")


def _forms(old: Sequence[Form], new: Sequence[Form]) -> Iterator[Difference]:
    before, after = {form.id: form for form in old}, {form.id: form for form in new}
    for form in after.values():
        if form.id not in before:
            items = ", ".join(item.id for item in form.items)
            yield Difference(part=f"Form {form.id}", kind="added", new=f"{form.title}: {items}")
    for form in before.values():
        if form.id not in after:
            yield Difference(part=f"Form {form.id}", kind="removed", old=form.title)
            continue
        other = after[form.id]
        yield from _properties(f"Form {form.id}", _fields(form, _ITEMS_OF), _fields(other, _ITEMS_OF))
        yield from _items(form, other)


def _items(old: Form, new: Form) -> Iterator[Difference]:
    before, after = {item.id: item for item in old.items}, {item.id: item for item in new.items}
    for item in new.items:
        part = f"Form {new.id}, item {item.id}"
        if item.id not in before:
            yield Difference(part=part, kind="added", new=_item(item))
        else:
            yield from _properties(part, _fields(before[item.id]), _fields(item))
    for item in old.items:
        if item.id not in after:
            part = f"Form {old.id}, item {item.id}"
            yield Difference(part=part, kind="removed", old=_item(item))


def _item(item: Item) -> str:
    unit = f", {item.unit}" if item.unit else ""
    return f"{item.label} ({item.type}{unit})"


def _codelists(old: Study, new: Study) -> Iterator[Difference]:
    for name in sorted({*old.codelists, *new.codelists}):
        before = {entry.value: entry.decode for entry in old.codelists.get(name, ())}
        after = {entry.value: entry.decode for entry in new.codelists.get(name, ())}
        if name not in old.codelists:
            yield Difference(part=f"Codelist {name}", kind="added", new=", ".join(after))
        elif name not in new.codelists:
            yield Difference(part=f"Codelist {name}", kind="removed", old=", ".join(before))
        else:
            yield from _properties(f"Codelist {name}", before, after)


def _listed(name: str, old: Sequence[Any], new: Sequence[Any], *, key: str = "id") -> Iterator[Difference]:
    before, after = {getattr(one, key): one for one in old}, {getattr(one, key): one for one in new}
    for one, value in after.items():
        if one not in before:
            yield Difference(part=f"{name} {one}", kind="added", new=_short(value))
        else:
            yield from _properties(f"{name} {one}", _fields(before[one]), _fields(value))
    for one, value in before.items():
        if one not in after:
            yield Difference(part=f"{name} {one}", kind="removed", old=_short(value))


def _properties(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield Difference(
                part=part, kind="changed", name=name.replace("_", " "), old=words(before), new=words(after)
            )


def _plain(study: Study, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(study, name) for name in names}


def _fields(part: Any, without: Sequence[str] = ("id",)) -> dict[str, Any]:
    names = (one.name for one in dataclasses.fields(part))
    return {name: getattr(part, name) for name in names if name not in without}


def _short(part: Any) -> str:
    known = next((getattr(part, name) for name in ("text", "label", "name") if getattr(part, name, "")), "")
    return known or words(part)


def words(value: Any) -> str:  # noqa: PLR0911 - one return a kind of value
    """Return a value of a study in words: lists with commas, parts as ``name: value``, nothing as ``–``."""
    if value is None or value in ("", ()):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {words(one)}" for key, one in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(words(one) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {
            one.name: getattr(value, one.name)
            for one in dataclasses.fields(value)
            if getattr(value, one.name) not in (None, "", (), False)
        }
        return "; ".join(f"{name.replace('_', ' ')} {words(one)}" for name, one in given.items())
    return str(value)
