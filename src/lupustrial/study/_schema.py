"""A tree of YAML values into the frozen dataclasses, with every fault of keys and types at its line."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from lupustrial.errors import Fault, closest
from lupustrial.study._model import Study
from lupustrial.study._yaml import Branch

Location = tuple[str | int, ...]

_ROUNDS = 5  # what is at fault is cut out and the rest validated again, so that it can be cross-checked


@functools.cache
def _adapter() -> TypeAdapter[tuple[Study, ...]]:
    # A one-tuple, since pydantic hands `extra="forbid"` down to plain dataclasses only from a type without
    # a configuration of its own.
    return TypeAdapter(tuple[Study, ...], config=ConfigDict(extra="forbid"))


def validate(
    tree: Branch, folder: Path, digest: str, faults: list[Fault]
) -> tuple[Study | None, frozenset[str]]:
    """Build the study from its tree, append what is wrong, and leave out the parts at fault.

    Args:
        tree: The whole study, mounted from its files. Parts at fault are removed from it.
        folder: Where the study lies.
        digest: SHA-256 over its files.
        faults: Receives STUDY-006, STUDY-007 and STUDY-008.

    Returns:
        The study without the parts at fault, or ``None`` where not enough is left; and the names of what was
        left out (sections and ids), so that references to them are not reported again.
    """
    doubts: set[str] = set()
    for _ in range(_ROUNDS):
        document = {**tree.plain(), "folder": folder, "digest": digest}
        try:
            return _adapter().validate_python([document])[0], frozenset(doubts)
        except ValidationError as error:
            details = error.errors(include_url=False)
        found = {str(fault): fault for fault in (_fault(detail, tree) for detail in details)}
        faults.extend(fault for text, fault in found.items() if text not in {str(known) for known in faults})
        cuts = [_cut(detail["loc"][1:], detail["type"], tree) for detail in details]
        if not all(cuts):
            return None, frozenset(doubts)
        _remove({cut for cut in cuts if cut is not None}, tree, doubts)
    return None, frozenset(doubts)


def fields_at(location: Location) -> tuple[str, ...]:
    """Return the keys that are allowed at a location; empty where any are."""
    kind: Any = Study
    for step in location:
        kind = _member(kind, step)
    kind = _bare(kind)
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in ("folder", "digest"))


def _member(kind: Any, step: str | int) -> Any:
    """Return the type of a field, element or value of `kind`."""
    kind = _bare(kind)
    if dataclasses.is_dataclass(kind):
        return typing.get_type_hints(kind).get(str(step))
    arguments = typing.get_args(kind)
    if not arguments:
        return None
    return arguments[0] if isinstance(step, int) else arguments[-1]


def _bare(kind: Any) -> Any:
    """Strip ``| None``."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        kinds = [part for part in typing.get_args(kind) if part is not type(None)]
        return kinds[0] if len(kinds) == 1 else None
    return kind


def _fault(detail: ErrorDetails, tree: Branch) -> Fault:
    """Say in our words what pydantic found."""
    location: Location = detail["loc"][1:]
    name = str(location[-1]) if location else "study"
    place = tree.at(*location)
    known = fields_at(location[:-1])
    if detail["type"] == "missing":
        message = f"key `{name}` is missing{_of(location)}"
        return Fault(id="STUDY-007", message=message, place=place, hint=f"add `{name}:`")
    if detail["type"] == "unexpected_keyword_argument":
        message = f"unknown key `{name}`{_of(location)}"
        hint = closest(name, known) or f"known here: {', '.join(known)}"
        return Fault(id="STUDY-006", message=message, place=place, hint=hint)
    message, hint = _wrong_value(detail, name)
    return Fault(id="STUDY-008", message=message, place=place, hint=hint)


def _of(location: Location) -> str:
    """Say in which part of the study a key stands, e.g. `` in items``."""
    owner = next((step for step in reversed(location[:-1]) if isinstance(step, str)), None)
    return f" in `{owner}`" if owner else ""


def _wrong_value(detail: ErrorDetails, name: str) -> tuple[str, str]:
    value, context = detail["input"], detail.get("ctx", {})
    shown = repr(value) if isinstance(value, str) else str(value)
    shown = shown if len(shown) <= 60 else f"{shown[:60]}…"  # noqa: PLR2004 - a line of a terminal
    kind = detail["type"]
    if kind == "literal_error":
        allowed = str(context.get("expected", ""))
        names = [part.strip(" '") for part in allowed.replace(" or ", ",").split(",")]
        return f"`{name}` is {shown}", closest(str(value), names) or f"choose {allowed}"
    if kind == "string_type":
        hint = f'put it in quotes: "{value}"' if isinstance(value, int | float) else "write a text"
        return f"`{name}` is {shown}, not a text", hint
    if kind in ("tuple_type", "mapping_type", "dict_type", "dataclass_type"):
        form = (
            "a list: `[a, b]` or lines that begin with `- `" if kind == "tuple_type" else "keys with values"
        )
        return f"`{name}` is {shown}", f"write {form}"
    return f"`{name}` is {shown}: {detail['msg'].replace('Input should', 'it should')}", "mend the value"


def _cut(location: Location, kind: str, tree: Branch) -> Location | None:
    """Choose the smallest part without which the study can be validated; ``None`` = there is none."""
    if kind == "unexpected_keyword_argument":
        return location
    if location[:1] == ("codelists",) and len(location) > 1:
        return location[:2]
    places = [place for place, step in enumerate(location) if isinstance(step, int)]
    if not places or not isinstance(_value(tree, location[: places[0]]), list):
        return None
    in_items = len(places) > 1 and location[places[0] + 1] == "items" and location[0] == "forms"
    return location[: places[1 if in_items else 0] + 1]


def _value(tree: Branch, location: Location) -> Any:
    branch: Any = tree
    for step in location:
        try:
            branch = branch.value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return branch.value


def _remove(cuts: set[Location], tree: Branch, doubts: set[str]) -> None:
    """Remove parts from the tree, the last elements of a list first, and remember what they were."""
    ordered = sorted(cuts, key=lambda cut: [(isinstance(step, str), str(step).zfill(9)) for step in cut])
    for cut in reversed(ordered):
        parent = _value(tree, cut[:-1])
        step: Any = cut[-1]
        if isinstance(parent, list) and step < len(parent):
            doubts.update(str(name) for name in cut if isinstance(name, str))
            names = _ids(parent[step])
            doubts.update(names or (f"unread {cut[-2]}",))  # without an id, nothing tells what refers to it
            del parent[step]
        elif isinstance(parent, dict) and step in parent:
            if cut[0] == "codelists":
                doubts.add(str(step))
            del parent[step]


def _ids(branch: Branch) -> Sequence[str]:
    value: Any = branch.value
    if not isinstance(value, Mapping):
        return ()
    return [str(value["id"].value)] if "id" in value else ()
