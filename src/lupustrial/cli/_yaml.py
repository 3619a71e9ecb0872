"""A YAML file as plain values, with the line of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lupustrial.errors import Fault, ScoreError

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, kw_only=True)
class Tree:
    """`plain` is the file as dicts, lists and scalars; keys are texts, and so are numbers with a point."""

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


def read_tree(path: Path, fault: str) -> Tree:
    """Read a YAML file (1.2: ``Y``, ``no`` and ``yes`` are texts) that holds keys.

    Raises:
        ScoreError: With the fault id given, the file is missing, not readable, holds no keys or a key twice.
    """
    name = str(path)
    try:
        root = YAML(typ="safe", pure=True).compose(path.read_bytes().decode("utf-8-sig"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        message = f"unreadable YAML: {error.problem or error.context}"
        hint = "indent with blanks, quote a text that holds a colon, close every bracket and quote"
        raise ScoreError(Fault(id=fault, message=message, place=f"{name}:{line}", hint=hint)) from None
    except FileNotFoundError:
        hint = "name a YAML file"
        raise ScoreError(Fault(id=fault, message="there is no such file", place=name, hint=hint)) from None
    except (YAMLError, OSError, ValueError, RecursionError) as error:
        message = f"unreadable YAML: {' '.join(str(error).split())}"
        hint = "write plain YAML as UTF-8"
        raise ScoreError(Fault(id=fault, message=message, place=f"{name}:1", hint=hint)) from None
    if not isinstance(root, MappingNode):
        hint = "write lines of `key: value`"
        raise ScoreError(Fault(id=fault, message="the file holds no keys", place=f"{name}:1", hint=hint))
    faults: list[Fault] = []
    try:
        plain = _mapping(root, name, fault, faults)
    except RecursionError:
        message, hint = "an anchor contains itself", "write the value out in full"
        raise ScoreError(Fault(id=fault, message=message, place=f"{name}:1", hint=hint)) from None
    if faults:
        raise ScoreError(faults)
    return Tree(plain=plain, name=name, root=root)


def _child(node: Node, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if str(key.value) == str(step):
                return key.start_mark.line, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child.start_mark.line, child
    return None


def _mapping(node: MappingNode, name: str, fault: str, faults: list[Fault]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in node.value:
        place = f"{name}:{key.start_mark.line + 1}"
        if not isinstance(key, ScalarNode):
            faults.append(Fault(id=fault, message="a key is no word", place=place, hint="write `key: value`"))
        elif key.value in plain:
            message = f"key `{key.value}` stands twice"
            faults.append(Fault(id=fault, message=message, place=place, hint="keep one"))
        else:
            plain[str(key.value)] = _plain(value, name, fault, faults)
    return plain


def _plain(node: Node, name: str, fault: str, faults: list[Fault]) -> Any:
    if isinstance(node, MappingNode):
        return _mapping(node, name, fault, faults)
    if isinstance(node, SequenceNode):
        return [_plain(child, name, fault, faults) for child in node.value]
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _scalar(node: ScalarNode) -> str | int | bool | None:
    text, kind = str(node.value), str(node.tag).removeprefix(_TAG)
    if node.style is not None:
        return text
    if kind == "bool":
        return text.casefold() == "true"
    if kind == "int" and text.lstrip("+-").isdigit():
        return int(text)
    return None if kind == "null" else text
