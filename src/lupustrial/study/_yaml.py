"""One YAML file into a tree of nodes that know their lines.

YAML 1.2: ``N``, ``NO`` and ``yes`` are text, only ``true`` and ``false`` are booleans. Numbers with a point
are read as decimals from their text, never through a binary float.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lupustrial.errors import Fault, closest

FORMAT = 1
_LONGEST_NUMBER = 100  # characters, and decimal places of the exponent

_INTEGER = re.compile(r"[-+]?[0-9]+")
_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Branch:
    """A YAML value and where it stands: ``value`` is a scalar, a list of branches or a dict of branches."""

    value: Any
    file: str
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """``file:line`` of the value."""
        return f"{self.file}:{self.line}"

    def plain(self) -> Any:
        """Return the value as ordinary Python lists, dicts and scalars."""
        if isinstance(self.value, list):
            return [branch.plain() for branch in self.value]
        if isinstance(self.value, dict):
            return {key: branch.plain() for key, branch in self.value.items()}
        return self.value

    def at(self, *path: str | int) -> str:
        """Return ``file:line`` of the value at a path, or of its nearest ancestor that exists."""
        branch, place = self, self.place
        for step in path:
            parent = branch
            if isinstance(parent.value, dict) and step in parent.value:
                branch = parent.value[step]
                line = parent.key_lines.get(str(step))
                place = branch.place if line is None else f"{parent.file}:{line}"
            elif isinstance(parent.value, list) and isinstance(step, int) and step < len(parent.value):
                branch = parent.value[step]
                place = branch.place
            else:
                break
        return place


def read_yaml(path: Path, name: str, faults: list[Fault]) -> Branch | None:
    """Read a YAML file, append what is wrong to `faults`, and return its tree without the key ``format``.

    Args:
        path: The file.
        name: Its name in places, relative to the study folder.
        faults: Receives STUDY-001 to STUDY-005.

    Returns:
        The top-level mapping, or ``None`` where the file cannot be used at all.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.append(_fault("STUDY-002", "the file is not UTF-8", name, line, "save it as UTF-8"))
        return None
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        faults.append(
            Fault(id="STUDY-001", message=message, place=name, hint="create it, or mend its rights")
        )
        return None
    root = _compose(text, name, faults)
    if root is None:
        return None
    tree = _branch(root, name, faults)
    if not isinstance(tree.value, dict):
        hint = "write `key: value` lines, the first of which is `format: 1`"
        faults.append(_fault("STUDY-003", "the file holds no keys", name, tree.line, hint))
        return None
    _take_format(tree, faults)
    return tree


def _fault(fault_id: str, message: str, name: str, line: int, hint: str) -> Fault:
    return Fault(id=fault_id, message=message, place=f"{name}:{line}", hint=hint)


def _compose(text: str, name: str, faults: list[Fault]) -> Node | None:
    """Parse text into ruamel's nodes, or say where it cannot be parsed."""
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        message = f"unreadable YAML: {error.problem or error.context}"
        faults.append(_fault("STUDY-003", message, name, line, _advice(str(error.problem))))
        return None
    except (YAMLError, ValueError, RecursionError) as error:
        message = f"unreadable YAML: {' '.join(str(error).split())}"
        faults.append(
            _fault("STUDY-003", message, name, 1, "remove control characters and very deep nesting")
        )
        return None
    if root is None:
        faults.append(_fault("STUDY-003", "the file is empty", name, 1, "begin it with `format: 1`"))
    return root


def _advice(problem: str) -> str:
    if "tab" in problem or "\\t" in problem:
        return "indent with spaces, not with tabs"
    if "mapping values" in problem:
        return "put a text that contains `: ` in quotes, or mend the indentation here or just above"
    return "check indentation, quotes, brackets and colons here and just above"


def _branch(node: Node, name: str, faults: list[Fault], above: tuple[int, ...] = ()) -> Branch:
    """Turn ruamel's nodes into branches; `above` holds the ancestors, to refuse a recursive anchor."""
    line = node.start_mark.line + 1
    if id(node) in above:
        hint = "write the value out in full"
        faults.append(_fault("STUDY-003", "an anchor contains itself", name, line, hint))
        return Branch(None, name, line)
    above = (*above, id(node))
    if isinstance(node, MappingNode):
        return _mapping(node, name, faults, above)
    if isinstance(node, SequenceNode):
        return Branch([_branch(child, name, faults, above) for child in node.value], name, line)
    scalar = _scalar(node, name, faults) if isinstance(node, ScalarNode) else None
    return Branch(scalar, name, line)


def _mapping(node: MappingNode, name: str, faults: list[Fault], above: tuple[int, ...]) -> Branch:
    values: dict[str, Branch] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            hint = "a key is one word before a colon"
            faults.append(_fault("STUDY-003", "a key is a list or mapping", name, line, hint))
            continue
        key = str(key_node.value)
        if key in values:
            hint = f"it stands first in line {lines[key]}: keep one"
            faults.append(_fault("STUDY-004", f"key `{key}` stands twice", name, line, hint))
            continue
        values[key] = _branch(value_node, name, faults, above)
        lines[key] = line
    return Branch(values, name, node.start_mark.line + 1, lines)


def _scalar(node: ScalarNode, name: str, faults: list[Fault]) -> Any:
    """Return text, int, Decimal, bool, date or None as YAML 1.2 resolves a plain scalar."""
    text = str(node.value)
    if node.style in ("|", ">"):
        return text.rstrip("\n")
    kind = str(node.tag).removeprefix(_TAG)
    if node.style is not None or kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool" and text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    if kind == "timestamp" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _date(text, node, name, faults)
    return _number(text, kind)


def _number(text: str, kind: str) -> int | Decimal | str:
    """Return the exact number, or the text where it is none (``.nan``, octal, or of absurd size)."""
    if kind == "int" and _INTEGER.fullmatch(text) and len(text) < _LONGEST_NUMBER:
        return int(text)
    if kind == "float" and len(text) < _LONGEST_NUMBER:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if number.is_finite() and abs(number.adjusted()) < _LONGEST_NUMBER:
            return number
    return text


def _date(text: str, node: ScalarNode, name: str, faults: list[Fault]) -> dt.date | str:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        line = node.start_mark.line + 1
        faults.append(_fault("STUDY-003", f"no such date: {text}", name, line, "write YYYY-MM-DD"))
        return text


def _take_format(tree: Branch, faults: list[Fault]) -> None:
    """Remove the key ``format`` and say when it is absent or not ours."""
    stated: Mapping[str, Branch] = tree.value
    known: Sequence[str] = tuple(stated)
    if "format" not in stated:
        hint = closest("format", known) or f"make `format: {FORMAT}` the first line"
        faults.append(_fault("STUDY-005", "the file does not say its format", tree.file, 1, hint))
        return
    version = tree.value.pop("format")
    if version.value != FORMAT:
        message = f"format {version.value} is not known to this version of lupustrial"
        faults.append(
            Fault(id="STUDY-005", message=message, place=version.place, hint=f"it reads format {FORMAT}")
        )
