"""Reading a strategy from YAML; every fault with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from lupustrial.cytometry._yaml import Tree, read_tree
from lupustrial.cytometry.strategy._check import ordered
from lupustrial.cytometry.strategy._steps import read_steps
from lupustrial.cytometry.strategy._strategy import Absent, Population, Strategy
from lupustrial.errors import CytometryError, Fault, closest

_FORMAT = 1
_KEYS = ("format", "id", "version", "title", "columns", "populations")
_OF_POPULATION = ("parent", "exclude", "absent", "gates")
_READY = "strategies"


def read_strategy(path: Path) -> Strategy:
    """Read a strategy from a YAML file (docs/cytometry/gates.md describes it).

    Raises:
        CytometryError: CYTO-045 to CYTO-050, all faults at once.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the strategy cannot be read: {error.strerror if isinstance(error, OSError) else error}"
        fault = Fault(id="CYTO-045", message=message, place=str(path), hint="name a YAML file in UTF-8")
        raise CytometryError(fault) from None
    return strategy_from(text, str(path))


def ready_strategies() -> tuple[str, ...]:
    """Return the names of the strategies that come with this package, sorted."""
    folder = files("lupustrial.cytometry") / _READY
    return tuple(
        sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))
    )


def ready_strategy(name: str) -> Strategy:
    """Read a strategy that comes with this package (``tbnk``, ``t-memory``, …).

    Raises:
        CytometryError: CYTO-045 there is none of that name.
    """
    known = ready_strategies()
    if name not in known:
        hint = closest(name, known) or f"ready are {', '.join(known)}"
        message = f"no strategy is called {name}"
        raise CytometryError(Fault(id="CYTO-045", message=message, place=name, hint=hint))
    file = files("lupustrial.cytometry") / _READY / f"{name}.yaml"
    return strategy_from(file.read_text(encoding="utf-8"), f"{name}.yaml")


def strategy_from(text: str, name: str) -> Strategy:
    """Read a strategy from the text of a YAML file; `name` is told in faults.

    Raises:
        CytometryError: CYTO-045 to CYTO-050, all faults at once.
    """
    tree = read_tree(text.encode(), name, what="strategy", fault="CYTO-045")
    faults = _head(tree)
    populations = []
    found = tree.plain.get("populations")
    for each, plain in found.items() if isinstance(found, dict) else ():
        if isinstance(plain, dict):
            populations.append(_population(tree, each, plain, faults))
        else:
            faults.append(fault_of(tree, ("populations", each), f"population {each} holds no keys"))
    in_order = ordered(tree, populations, faults)
    if faults:
        raise CytometryError(sorted(faults, key=lambda fault: int(fault.place.rsplit(":", 1)[1])))
    return Strategy(
        id=str(tree.plain["id"]),
        version=str(tree.plain["version"]),
        title=str(tree.plain.get("title") or ""),
        columns={key: tuple(others) for key, others in (tree.plain.get("columns") or {}).items()},
        populations=tuple(in_order),
    )


def fault_of(tree: Tree, path: tuple[str | int, ...], message: str, hint: str = "") -> Fault:
    """Return CYTO-046 at the line of a path."""
    return Fault(id="CYTO-046", message=message, place=tree.place(path), hint=hint)


def _head(tree: Tree) -> list[Fault]:
    plain, faults = tree.plain, []
    if plain.get("format") != _FORMAT:
        faults.append(fault_of(tree, ("format",), "the file has no line `format: 1`", "write it first"))
    beside = f"a strategy has {', '.join(_KEYS)}"
    faults.extend(
        fault_of(tree, (key,), f"a strategy has no `{key}`", closest(key, _KEYS) or beside)
        for key in plain
        if key not in _KEYS
    )
    faults.extend(
        fault_of(tree, (key,), f"`{key}` is missing", f"write `{key}: …`")
        for key in ("id", "version")
        if not isinstance(plain.get(key), str | int | float) or isinstance(plain.get(key), bool)
    )
    if not isinstance(plain.get("populations"), dict) or not plain["populations"]:
        hint = "write `populations:` and a population on each line below"
        faults.append(fault_of(tree, ("populations",), "there are no populations", hint))
    others = plain.get("columns")
    if not isinstance(others, dict | None):
        faults.append(fault_of(tree, ("columns",), "`columns` holds no keys", "write `CD3: [CD3e]`"))
    named = others if isinstance(others, dict) else {}
    faults.extend(
        fault_of(tree, ("columns", key), f"other names of {key} are no list of texts")
        for key, names in named.items()
        if not _texts(names)
    )
    return faults


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _population(tree: Tree, name: str, plain: Mapping[str, Any], faults: list[Fault]) -> Population:
    path = ("populations", name)
    parent, exclude, absent = plain.get("parent"), plain.get("exclude") or [], plain.get("absent", "fault")
    if not isinstance(parent, str | None):
        faults.append(fault_of(tree, (*path, "parent"), "the parent is no text", "put it in quotes"))
        parent = None
    if not _texts(exclude):
        hint = "write `exclude: [B, T]`"
        faults.append(fault_of(tree, (*path, "exclude"), "`exclude` is no list of populations", hint))
        exclude = []
    if absent not in get_args(Absent):
        hint = f"write one of {', '.join(get_args(Absent))}"
        faults.append(fault_of(tree, (*path, "absent"), f"`absent: {absent}` is unknown", hint))
        absent = "fault"
    if "gates" in plain:
        _refuse_keys(tree, path, plain, faults)
        steps = read_steps(tree, (*path, "gates"), plain["gates"], faults)
    elif "method" in plain:
        own = {key: value for key, value in plain.items() if key not in _OF_POPULATION}
        steps = read_steps(tree, path, [own], faults, inline=True)
    else:
        steps = ()
        if not exclude:
            hint = "write `method:`, `gates:` or `exclude:`"
            faults.append(fault_of(tree, path, f"population {name} has no gate", hint))
    return Population(name=name, parent=parent, steps=steps, exclude=tuple(exclude), absent=absent)


def _refuse_keys(
    tree: Tree, path: tuple[str | int, ...], plain: Mapping[str, Any], faults: list[Fault]
) -> None:
    beside = "parameters stand below `gates`, beside their method"
    faults.extend(
        fault_of(tree, (*path, key), f"a population has no `{key}`", closest(key, _OF_POPULATION) or beside)
        for key in plain
        if key not in _OF_POPULATION
    )
