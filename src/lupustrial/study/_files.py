"""Which files a study folder has, and how they are mounted into one tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupustrial.errors import Fault, closest
from lupustrial.study._yaml import Branch, read_yaml

#: The files beside ``forms/``, each with the section of the study that it holds.
FILES = {
    "study.yaml": "study",
    "codelists.yaml": "codelists",
    "instruments.yaml": "instruments",
    "analysis.yaml": "plan",
}

_ELSEWHERE = {
    "codelists": "codelists.yaml",
    "forms": "forms/*.yaml",
    "instruments": "instruments.yaml",
    "plan": "analysis.yaml",
    "further_plans": "analysis-NAME.yaml",
}
#: A further plan, ``analysis-NAME.yaml``.
_FURTHER = re.compile(r"analysis-(?P<name>[a-z0-9][a-z0-9-]*)\.yaml")

_EMPTY_PLAN = ("parameters", "estimands", "analyses", "displays")


@dataclass(frozen=True, kw_only=True)
class Mounted:
    """All files as one tree, and the sections that could not be read."""

    branch: Branch
    doubts: frozenset[str]


def read_folder(folder: Path, faults: list[Fault]) -> tuple[Mounted | None, dict[str, bytes]]:
    """Read all files of a study folder.

    Args:
        folder: The folder.
        faults: Receives STUDY-001 to STUDY-006 and STUDY-009.

    Returns:
        The mounted tree (``None`` without a readable ``study.yaml``) and the bytes of each file by name.
    """
    if not folder.is_dir():
        hint = "give the folder that holds study.yaml, or make one with `lupustrial new`"
        faults.append(
            Fault(id="STUDY-001", message="there is no such study folder", place=str(folder), hint=hint)
        )
        return None, {}
    _strays(folder, faults)
    trees = {section: _read(folder, name, faults) for name, section in FILES.items()}
    names = [f"forms/{path.name}" for path in sorted((folder / "forms").glob("*.yaml"))]
    if not names:
        hint = "put one form into each file of the folder forms"
        faults.append(
            Fault(id="STUDY-001", message="the study has no forms", place="forms/*.yaml", hint=hint)
        )
    forms = [_read(folder, name, faults) for name in names]
    further = _further_plans(folder)
    documents = [
        f"documents/{path.name}"
        for path in sorted((folder / "documents").glob("*"))
        if path.suffix in (".md", ".txt") and path.is_file()
    ]
    gating = [
        f"cytometry/{path.name}"
        for path in sorted((folder / "cytometry").glob("*"))
        if path.suffix in (".yaml", ".csv", ".json") and path.is_file()
    ]
    named = (*FILES, *further.values(), *names, *documents, *gating)
    present = [name for name in named if (folder / name).is_file()]
    contents = {name: (folder / name).read_bytes() for name in present}
    root = trees["study"]
    if root is None:
        return None, contents
    _misplaced(root, faults)
    doubts = {f"unread {section}" for section, tree in trees.items() if tree is None}
    if None in forms or not names:
        doubts.add("unread forms")
    root.value["forms"] = Branch([tree for tree in forms if tree is not None], "forms/*.yaml", 1)
    root.value["codelists"] = _codelists(trees["codelists"])
    root.value["instruments"] = _instruments(trees["instruments"], faults)
    plans = {name: _read(folder, file, faults) for name, file in further.items()}
    if None in plans.values():
        doubts.add("unread further_plans")
    root.value["further_plans"] = Branch(
        {name: plan for name, plan in plans.items() if plan is not None}, "analysis-*.yaml", 1
    )
    root.value["plan"] = trees["plan"] or Branch(
        {key: Branch([], "analysis.yaml", 1) for key in _EMPTY_PLAN}, "analysis.yaml", 1
    )
    return Mounted(branch=root, doubts=frozenset(doubts)), contents


def _further_plans(folder: Path) -> dict[str, str]:
    """Return the files of further plans by the names of the plans."""
    found = [_FURTHER.fullmatch(path.name) for path in sorted(folder.glob("analysis-*.yaml"))]
    return {match["name"]: match[0] for match in found if match}


def _read(folder: Path, name: str, faults: list[Fault]) -> Branch | None:
    if not (folder / name).is_file():
        hint = f"create {name}; `lupustrial new` writes an example (docs/study-folder.md)"
        faults.append(Fault(id="STUDY-001", message="the file is missing", place=name, hint=hint))
        return None
    return read_yaml(folder / name, name, faults)


def _strays(folder: Path, faults: list[Fault]) -> None:
    """Refuse YAML files that look like part of the study and would silently be passed over."""
    for path in sorted([*folder.glob("*.y*ml"), *(folder / "forms").glob("*.yml")]):
        name = path.relative_to(folder).as_posix()
        if name in FILES or _FURTHER.fullmatch(name) or not path.is_file():
            continue
        hint = f"rename it to {name.removesuffix('.yml')}.yaml" if name.endswith(".yml") else ""
        hint = closest(name, list(FILES)) or hint or "move it into a folder of its own"
        faults.append(
            Fault(id="STUDY-009", message="this file is not part of a study", place=name, hint=hint)
        )


def _misplaced(root: Branch, faults: list[Fault]) -> None:
    """Refuse keys of ``study.yaml`` that have their own file, and those that no file may set."""
    for key in ("codelists", "forms", "instruments", "plan", "further_plans", "folder", "digest"):
        if key in root.value:
            place = root.at(key)
            hint = f"it stands in {_ELSEWHERE[key]}" if key in _ELSEWHERE else "remove it: it is found out"
            faults.append(Fault(id="STUDY-006", message=f"unknown key `{key}`", place=place, hint=hint))
            del root.value[key]


def _codelists(tree: Branch | None) -> Branch:
    """Bring the short form ``NY: {Y: "Yes"}`` into the long one, a list of value and decode."""
    if tree is None:
        return Branch({}, "codelists.yaml", 1)
    lists: dict[str, Any] = {}
    for name, branch in tree.value.items():
        if isinstance(branch.value, dict):
            lists[name] = Branch(
                [_entry(value, decode, branch) for value, decode in branch.value.items()],
                branch.file,
                branch.line,
            )
        else:
            lists[name] = branch
    return Branch(lists, tree.file, tree.line, tree.key_lines)


def _entry(value: str, decode: Branch, owner: Branch) -> Branch:
    line = owner.key_lines[value]
    parts = {"value": Branch(value, owner.file, line), "decode": decode}
    return Branch(parts, owner.file, line, dict.fromkeys(parts, line))


def _instruments(tree: Branch | None, faults: list[Fault]) -> Branch:
    """Take the one key of ``instruments.yaml``."""
    if tree is None:
        return Branch([], "instruments.yaml", 1)
    for key in tree.value:
        if key != "instruments":
            hint = closest(key, ["instruments"]) or "the only key beside `format` is `instruments`"
            faults.append(
                Fault(id="STUDY-006", message=f"unknown key `{key}`", place=tree.at(key), hint=hint)
            )
    if "instruments" not in tree.value:
        hint = "add `instruments: []` where none is scored"
        faults.append(
            Fault(id="STUDY-007", message="key `instruments` is missing", place=f"{tree.file}:1", hint=hint)
        )
        return Branch([], tree.file, 1)
    found: Branch = tree.value["instruments"]
    return found
