"""Settings from a file (``--settings``) and from the command line (``--set``), and where each stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lupustrial.cli._yaml import Tree, read_tree
from lupustrial.errors import Fault, ScoreError, UsageError, closest

Scalar = str | int | float | bool

#: ``settings of sri, sri_points`` or ``setting sri_points of sri``.
_SETTING = re.compile(r"settings of \w+, (?P<of>\w+)$|setting (?P<setting>\w+)")


@dataclass(kw_only=True)
class Chosen:
    """Settings that differ from their defaults, and the place that gave each."""

    values: dict[str, Scalar] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def located(self, fault: Fault) -> Fault | None:
        """Return a fault of a setting with the place that gave it; None for any other fault."""
        named = _SETTING.match(fault.place)
        if named is None:
            return None
        name = named["of"] or named["setting"]
        hint = fault.hint if name in self.places else f"{fault.hint}; with --set {name}=OPTION"
        return replace(fault, place=self.places.get(name, fault.place), hint=hint)


def chosen_settings(instrument: str, file: str | None, pairs: Sequence[str]) -> Chosen:
    """Return the settings of a file, and over them those of the command line.

    Args:
        instrument: Id of the instrument, to find its entry in an ``instruments.yaml``.
        file: A YAML file of names and options, or an ``instruments.yaml`` of a study; ``FILE#ID`` names the
            entry of the latter.
        pairs: ``name=option`` each.

    Raises:
        ScoreError: SCORE-007, the file cannot be used.
        UsageError: USAGE-009, a pair is not ``name=option``.
    """
    chosen = Chosen()
    if file is not None:
        _from_file(file, instrument, chosen)
    for pair in pairs:
        name, equals, option = pair.partition("=")
        if not equals or not name.strip() or not option.strip():
            message = f"{pair!r} is not name=option"
            hint = f"e.g. --set sledai_missing=as_absent; lupustrial instruments {instrument} lists them"
            raise UsageError(Fault(id="USAGE-009", message=message, place="command line, --set", hint=hint))
        chosen.values[name.strip()] = option.strip()
        chosen.places[name.strip()] = f"command line, --set {name.strip()}"
    return chosen


def _from_file(file: str, instrument: str, chosen: Chosen) -> None:
    path, _, entry = file.partition("#")
    tree = read_tree(Path(path), "SCORE-007")
    at: tuple[str | int, ...] = ()
    found: Any = {name: value for name, value in tree.plain.items() if name != "format"}
    if "instruments" in found:
        at, found = _entry(tree, entry, instrument)
    elif entry:
        raise ScoreError(_unusable(tree.place(()), "is no instruments.yaml of a study", "leave out the #"))
    faults = []
    for name, value in found.items():
        place = tree.place((*at, name))
        if isinstance(value, str | int | float | bool):
            chosen.values[name], chosen.places[name] = value, place
        else:
            faults.append(_unusable(place, f"{name} is {_shown(value)}", "write one option after the colon"))
    if faults:
        raise ScoreError(faults)


def _entry(tree: Tree, entry: str, instrument: str) -> tuple[tuple[str | int, ...], dict[str, Any]]:
    """Return the settings of an entry of an ``instruments.yaml``, and the path to them."""
    uses = tree.plain["instruments"]
    uses = [use for use in uses if isinstance(use, dict)] if isinstance(uses, list) else []
    wanted = [
        use for use in uses if (use.get("id") if entry else use.get("instrument")) in (entry, instrument)
    ]
    if len(wanted) != 1:
        ids = [str(use.get("id")) for use in uses]
        what = f"has no entry {entry!r}" if entry else f"has {len(wanted)} entries of {instrument}"
        hint = closest(entry, ids) or f"name one: {tree.name}#{' or #'.join(ids)}"
        raise ScoreError(_unusable(tree.place(("instruments",)), what, hint))
    if wanted[0].get("instrument") != instrument:
        place = tree.place(("instruments", uses.index(wanted[0])))
        what = f"{entry} is an entry of {wanted[0].get('instrument')}, not of {instrument}"
        raise ScoreError(_unusable(place, what, "name the entry of this instrument"))
    found = wanted[0].get("settings") or {}
    return ("instruments", uses.index(wanted[0]), "settings"), found if isinstance(found, dict) else {}


def _shown(value: object) -> str:
    return "empty" if value is None else "a list" if isinstance(value, list) else "no option"


def _unusable(place: str, message: str, hint: str) -> Fault:
    return Fault(id="SCORE-007", message=message, place=place, hint=hint)
