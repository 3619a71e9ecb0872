"""A YAML file as plain values, with the line of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lupustrial.errors import Fault

_FORMAT = 1
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Tree:
    """`plain` is the file as dicts, lists and scalars (numbers with a point as `Decimal`, digits kept)."""

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


def read_tree(path: Path, name: str, faults: list[Fault]) -> Tree | None:
    """Read a file; append RECON-002 and return ``None`` where it cannot be used."""
    try:
        root = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1 if mark else 1}"
        faults.append(_unreadable(place, str(error.problem or error.context)))
        return None
    except (YAMLError, UnicodeDecodeError, OSError, ValueError, RecursionError) as error:
        faults.append(_unreadable(f"{name}:1", " ".join(str(error).split())))
        return None
    if not isinstance(root, MappingNode):
        faults.append(_unreadable(f"{name}:1", "the file holds no keys"))
        return None
    before = len(faults)
    plain = _plain(root, name, faults)
    if plain.pop("format", None) != _FORMAT:
        faults.append(_unreadable(f"{name}:1", "the file does not begin with `format: 1`"))
    return Tree(plain, name, root) if len(faults) == before else None


def _unreadable(place: str, message: str) -> Fault:
    hint = "indent with blanks, quote text that holds a colon, close every bracket and quote"
    return Fault(id="RECON-002", message=f"unreadable YAML: {message}", place=place, hint=hint)


def _child(node: Node, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child.start_mark.line, child
    return None


def _plain(node: Node, name: str, faults: list[Fault]) -> Any:
    if isinstance(node, SequenceNode):
        return [_plain(child, name, faults) for child in node.value]
    if isinstance(node, MappingNode):
        found: dict[Any, Any] = {}
        for key, value in node.value:
            if key.value in found:
                place = f"{name}:{key.start_mark.line + 1}"
                faults.append(
                    Fault(
                        id="RECON-003",
                        message=f"the key `{key.value}` stands twice",
                        place=place,
                        hint="remove one",
                    )
                )
            found[key.value] = _plain(value, name, faults)
        return found
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _scalar(node: ScalarNode) -> str | int | Decimal | bool | date | datetime | None:
    """YAML 1.2 core: digits are numbers, only true and false are booleans, Y and N are text."""
    text: str = node.value
    if node.style is not None or node.tag == f"{_TAG}str":
        return text
    if text in {"", "null", "~"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    return int(text) if text.lstrip("+-").isdigit() else number
