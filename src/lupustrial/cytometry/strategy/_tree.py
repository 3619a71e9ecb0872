"""A YAML file as plain values, with the line of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lupustrial.errors import CytometryError, Fault

_TAG = "tag:yaml.org,2002:"
_LONGEST = 1_000_000  # signs


@dataclass(frozen=True, kw_only=True)
class Tree:
    """`plain` is the file as dicts, lists and scalars; keys are texts."""

    plain: dict[str, Any]
    name: str
    root: MappingNode

    def place(self, path: Sequence[str | int]) -> str:
        """Return ``file:line`` of the value at a path, or of its nearest ancestor that exists."""
        node: Node = self.root
        line = node.start_mark.line
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return f"{self.name}:{line + 1}"


def read_tree(text: str, name: str) -> Tree:
    """Read YAML 1.2 that holds keys.

    Raises:
        CytometryError: CYTO-045 it is unreadable, holds no keys, holds a key twice, or an anchor.
    """
    if len(text) > _LONGEST:
        raise CytometryError(_fault(f"{name}:1", f"{len(text)} signs are too many for a strategy"))
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1 if mark is not None else 1}"
        raise CytometryError(_fault(place, str(error.problem or error.context))) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise CytometryError(_fault(f"{name}:1", " ".join(str(error).split()))) from None
    if not isinstance(root, MappingNode):
        raise CytometryError(_fault(f"{name}:1", "the file holds no keys"))
    faults: list[Fault] = []
    plain = _mapping(root, name, faults, ())
    if faults:
        raise CytometryError(faults)
    return Tree(plain=plain, name=name, root=root)


def _fault(place: str, message: str) -> Fault:
    hint = "indent with blanks, quote a text that holds a colon, close every bracket and quote"
    return Fault(id="CYTO-045", message=f"unreadable YAML: {message}", place=place, hint=hint)


def _child(node: Node, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if str(key.value) == str(step):
                return key.start_mark.line, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child.start_mark.line, child
    return None


def _mapping(node: MappingNode, name: str, faults: list[Fault], above: tuple[int, ...]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in node.value:
        place = f"{name}:{key.start_mark.line + 1}"
        if not isinstance(key, ScalarNode):
            faults.append(_fault(place, "a key is no word"))
        elif str(key.value) in plain:
            faults.append(_fault(place, f"the key `{key.value}` stands twice"))
        else:
            plain[str(key.value)] = _plain(value, name, faults, (*above, id(node)))
    return plain


def _plain(node: Node, name: str, faults: list[Fault], above: tuple[int, ...]) -> Any:
    if id(node) in above:
        faults.append(_fault(f"{name}:{node.start_mark.line + 1}", "an anchor contains itself"))
        return None
    if isinstance(node, MappingNode):
        return _mapping(node, name, faults, above)
    if isinstance(node, SequenceNode):
        return [_plain(child, name, faults, (*above, id(node))) for child in node.value]
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    text, kind = str(node.value), str(node.tag).removeprefix(_TAG)
    if node.style is not None:
        return text
    if kind == "bool":
        return text.casefold() == "true"
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        return text
    return None if kind == "null" else text
