"""A panel file, validated whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ValidationError

from lupustrial.cytometry._yaml import Tree, read_tree
from lupustrial.cytometry.panel._csv import read_matrix
from lupustrial.cytometry.panel._model import Panel, Reading, Stain
from lupustrial.cytometry.panel._transform import Asinh, Biex, Linear, Log, Logicle
from lupustrial.errors import CytometryError, Fault, closest

_MODELS: tuple[type[BaseModel], ...] = (Panel, Stain, Reading, Linear, Log, Asinh, Logicle, Biex)
_KEYS = tuple(dict.fromkeys(name for model in _MODELS for name in model.model_fields if name != "matrix"))


def read_panel(path: str | Path) -> Panel:
    """Read a panel file (YAML); its matrix, where it names one, lies beside it.

    Raises:
        CytometryError: CYTO-020 to CYTO-023, CYTO-040, all faults of the file at once, each with its line.
    """
    place = Path(path)
    tree = read_tree(_bytes_of(place), place.name, what="panel", fault="CYTO-020")
    if "matrix" in tree.plain:
        tree.fault(("matrix",), "CYTO-021", "`matrix` is no key", "name the CSV file under `compensation`")
        del tree.plain["matrix"]
    plain = dict(tree.plain)
    named = plain.get("compensation")
    if isinstance(named, str) and named.casefold().endswith(".csv"):
        _beside(tree, place, named, plain)
    panel = None
    try:
        panel = Panel.model_validate(plain)
    except ValidationError as error:
        _tell(tree, error)
    _consistent(tree)
    if panel is not None:
        _expectations(tree, panel)
    if tree.faults or panel is None:
        raise CytometryError(sorted(tree.faults, key=lambda fault: _line(fault.place)))
    return panel


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message, hint = f"unreadable panel: {error.strerror}", "name a panel file (.yaml)"
        raise CytometryError(
            Fault(id="CYTO-020", message=message, place=f"{path.name}:1", hint=hint)
        ) from None


def _beside(tree: Tree, path: Path, named: str, plain: dict[str, object]) -> None:
    if Path(named).name != named or "\\" in named:
        tree.fault(("compensation",), "CYTO-021", f"{named} is no plain file name", "put it beside the panel")
        return
    matrix = read_matrix(path.with_name(named), tree.place(("compensation",)), tree.faults)
    if matrix is not None:
        plain["matrix"] = matrix


def _tell(tree: Tree, error: ValidationError) -> None:
    for each in error.errors():
        where = each["loc"]
        key = str(where[-1]) if where else ""
        if each["type"] == "extra_forbidden":
            hint = closest(key, _KEYS) or "leave it out; docs/cytometry/files.md lists the keys"
            tree.fault(where, "CYTO-021", f"`{key}` is no key", hint)
            continue
        given = each.get("input")
        shown = f", it is {given!r}" if isinstance(given, str | int | float | bool) else ""
        message = f"`{'.'.join(str(step) for step in where) or 'panel'}`: {each['msg']}{shown}"
        tree.fault(where, "CYTO-021", message, "docs/cytometry/files.md lists every key")


def _expectations(tree: Tree, panel: Panel) -> None:
    """Each expectation is one that quality control can read (CYTO-040)."""
    from lupustrial.cytometry.quality import expectation_from  # quality looks at panels: not before them

    said: list[tuple[tuple[str | int, ...], str]] = [
        (("expected", at), line) for at, line in enumerate(panel.expected)
    ]
    for at, stain in enumerate(panel.stains):
        said += [(("stains", at, "expected", place), line) for place, line in enumerate(stain.expected)]
    for path, line in said:
        try:
            expectation_from(line)
        except CytometryError as error:
            for fault in error.faults:
                tree.fault(path, fault.id, fault.message, fault.hint)


def _consistent(tree: Tree) -> None:
    """Markers and channels are each named once over the whole panel (CYTO-022)."""
    stains = tree.plain.get("stains")
    rows = stains if isinstance(stains, list) else []
    named = [(("stains", at, key), row.get(key)) for key in ("marker", "channel")
             for at, row in enumerate(rows) if isinstance(row, dict)]  # fmt: skip
    scatter = tree.plain.get("scatter")
    more = [(("scatter", at), each) for at, each in enumerate(scatter if isinstance(scatter, list) else [])]
    clock = [(("time",), tree.plain.get("time", "Time"))]
    _once(tree, "marker", [pair for pair in named if pair[0][2] == "marker"])
    _once(tree, "channel", [*clock, *more, *(pair for pair in named if pair[0][2] == "channel")])
    _once(tree, "column", [*clock, *more, *(pair for pair in named if pair[0][2] == "marker")])


def _once(tree: Tree, what: str, named: Iterable[tuple[tuple[str | int, ...], object]]) -> None:
    seen: dict[str, str] = {}
    for path, value in named:
        if not isinstance(value, str):
            continue
        name = value.strip()
        if name in seen:
            message = f"{what} {name} is named twice"
            tree.fault(path, "CYTO-022", message, f"it stands in {seen[name]} already")
        else:
            seen[name] = tree.place(path)


def _line(place: str) -> tuple[str, int]:
    name, _, line = place.rpartition(":")
    return (name, int(line)) if line.isdigit() else (place, 0)
