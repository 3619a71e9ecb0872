"""A YAML file as plain values, with the line of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lupustrial.errors import CytometryError, Fault

_TAG = "tag:yaml.org,2002:"
_LARGEST = 1_000_000  # bytes
_DEEPEST = 20


@dataclass(kw_only=True)
class Tree:
    """`plain` is the file as dicts, lists and scalars; `lines` holds the line of each path."""

    name: str
    plain: dict[str, Any] = field(default_factory=dict)
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def place(self, path: Sequence[str | int]) -> str:
        """Return ``file:line`` of a path; steps that are not in the file are left out."""
        known: tuple[str | int, ...] = ()
        for step in path:
            if (*known, step) in self.lines:
                known = (*known, step)
        return f"{self.name}:{self.lines.get(known, 1)}"

    def fault(self, path: Sequence[str | int], fault_id: str, message: str, hint: str) -> None:
        """Note a fault at a path."""
        self.faults.append(Fault(id=fault_id, message=message, place=self.place(path), hint=hint))


def read_tree(raw: bytes, name: str, *, what: str, fault: str) -> Tree:
    """Read YAML 1.2 that holds keys, without anchors: a few of them within each other would fill the memory.

    Args:
        raw: The bytes of the file.
        name: Its name, for places.
        what: What the file is: ``panel``, ``strategy``.
        fault: Id of the fault where it cannot be read.

    Raises:
        CytometryError: With that id; all faults at once.
    """
    return _Reader(name=name, what=what, fault=fault).read(raw)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    name: str
    what: str
    fault: str

    def read(self, raw: bytes) -> Tree:
        tree = Tree(name=self.name)
        root = self._compose(raw)
        if not isinstance(root, MappingNode):
            raise self._unreadable(1, "the file holds no keys")
        if self._add(tree, root, (), 0, set()) is not None and tree.faults:
            raise CytometryError(tree.faults)
        return tree

    def _compose(self, raw: bytes) -> Node | None:
        if len(raw) > _LARGEST:
            raise self._unreadable(1, f"{len(raw)} bytes are too many for a {self.what}")
        try:
            root: Node | None = YAML(typ="safe", pure=True).compose(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise self._unreadable(line, "it is not UTF-8") from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else 1
            raise self._unreadable(line, str(error.problem or error.context)) from None
        except (YAMLError, ValueError, RecursionError) as error:
            raise self._unreadable(1, " ".join(str(error).split())[:200]) from None
        return root

    def _unreadable(self, line: int, message: str) -> CytometryError:
        message = f"unreadable {self.what}: {message}"
        hint = "indent with blanks; quote a text that holds a colon or begins with a sign; close "
        hint += "brackets and quotes"
        return CytometryError(Fault(id=self.fault, message=message, place=f"{self.name}:{line}", hint=hint))

    def _add(self, tree: Tree, node: Node, path: tuple[str | int, ...], depth: int, seen: set[int]) -> Any:
        """Return the plain value of a node, and note lines and faults."""
        tree.lines.setdefault(path, node.start_mark.line + 1)
        if depth > _DEEPEST or id(node) in seen:
            message = f"unreadable {self.what}: an anchor, or nesting without end"
            tree.fault(path, self.fault, message, "write every value out in full")
            return None
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            return [
                self._add(tree, child, (*path, at), depth + 1, seen) for at, child in enumerate(node.value)
            ]
        if not isinstance(node, MappingNode):
            return _scalar(node) if isinstance(node, ScalarNode) else None
        plain: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            tree.lines.setdefault((*path, name), key.start_mark.line + 1)
            if not name or name in plain:
                message = f"the key `{name}` stands twice" if name else "a key is no word"
                at = f"{self.name}:{key.start_mark.line + 1}"
                tree.faults.append(
                    Fault(id=self.fault, message=message, place=at, hint="keep one key, one word")
                )
                continue
            plain[name] = self._add(tree, value, (*path, name), depth + 1, seen)
        if not path:
            tree.plain = plain
        return plain


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    text, kind = str(node.value), str(node.tag).removeprefix(_TAG)
    if node.style is not None:
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.casefold() == "true"
    try:
        return int(text) if kind == "int" else float(text) if kind == "float" else text
    except ValueError:
        return text
