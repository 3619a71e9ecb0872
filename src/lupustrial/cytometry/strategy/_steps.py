"""The gates of a population: method and parameters, each checked by the method's own model."""

from __future__ import annotations

import importlib
from typing import Any

from pydantic import ValidationError

from lupustrial.cytometry._yaml import Tree
from lupustrial.cytometry.gates import METHODS
from lupustrial.cytometry.strategy._strategy import Step
from lupustrial.errors import Fault, closest

Path = tuple[str | int, ...]


def read_steps(
    tree: Tree, path: Path, plain: Any, faults: list[Fault], *, inline: bool = False
) -> tuple[Step, ...]:
    """Read a list of gates; those at fault are left out, with CYTO-046, CYTO-049 or CYTO-050."""
    _load_methods()
    if not isinstance(plain, list):
        hint = "write `gates:` and `- {method: …}` on each line below"
        faults.append(Fault(id="CYTO-046", message="`gates` is no list", place=tree.place(path), hint=hint))
        return ()
    steps = [_step(tree, path if inline else (*path, i), each, faults) for i, each in enumerate(plain)]
    return tuple(step for step in steps if step is not None)


def _load_methods() -> None:
    # `transfer` registers `template`; it builds on `gates`, so that it cannot be imported there
    importlib.import_module("lupustrial.cytometry.transfer")


def _step(tree: Tree, path: Path, plain: Any, faults: list[Fault]) -> Step | None:
    method = plain.get("method") if isinstance(plain, dict) else None
    if not isinstance(method, str) or method not in METHODS:
        known = sorted(METHODS)
        message = "a gate has no method" if method is None else f"no method is called {method}"
        hint = closest(str(method), known) or f"methods are {', '.join(known)}"
        place = tree.place((*path, "method"))
        faults.append(Fault(id="CYTO-049", message=message, place=place, hint=hint))
        return None
    otherwise = None
    if "otherwise" in plain:
        otherwise = _step(tree, (*path, "otherwise"), plain["otherwise"], faults)
    optional = plain.get("optional", False)
    if not isinstance(optional, bool):
        place, hint = tree.place((*path, "optional")), "write `optional: true`"
        faults.append(Fault(id="CYTO-046", message="`optional` is no truth value", place=place, hint=hint))
        return None
    own = {key: value for key, value in plain.items() if key not in {"method", "otherwise", "optional"}}
    try:
        parameters = METHODS[method].model.model_validate(own)
    except ValidationError as error:
        faults.extend(_parameter_faults(tree, path, method, error))
        return None
    return Step(method=method, parameters=parameters, otherwise=otherwise, optional=optional)


def _parameter_faults(tree: Tree, path: Path, method: str, error: ValidationError) -> list[Fault]:
    known = tuple(METHODS[method].model.model_fields)
    found = []
    for each in error.errors(include_url=False, include_context=False):
        where = ".".join(str(step) for step in each["loc"])
        text = each["msg"].removeprefix("Value error, ")
        hint = f"parameters of {method} are {', '.join(known)}"
        if each["type"] == "extra_forbidden":
            text, hint = f"{method} has no such parameter", closest(where, known) or hint
        found.append(
            Fault(
                id="CYTO-050",
                message=f"{method}, `{where}`: {text}" if where else f"{method}: {text}",
                place=tree.place((*path, *each["loc"])),
                hint=hint,
            )
        )
    return found
