"""Whatever is done to a study folder, it is either a study or a list of faults; never another exception."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lupustrial.errors import Fault, StudyError
from lupustrial.study import load_study, new_study

_FOLDER = Path(tempfile.mkdtemp()) / "trial"
new_study(_FOLDER, "TRIAL")
_FILES = sorted(path.relative_to(_FOLDER).as_posix() for path in _FOLDER.rglob("*.yaml"))
_YAML = YAML(typ="safe", pure=True)

_VALUES: list[Any] = [
    None, True, False, 0, -1, 3, 10**30, 0.5, float("nan"), float("inf"), "", "X", "W0", "Y", "a.X >",
    "pga.PGA", "pga.PGA > 1", "SLEDAI", "2020-01-01", "x" * 5000, [], [1], ["W0", "W0"], [[]], {},
    {"id": "X"}, {"Y": {}},
]  # fmt: skip


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (container, key) of a tree."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _nodes(tree[key])


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[str, int, str, Any]]:
    """Draw up to four changes: file, place among its nodes, what to do, value."""
    change = st.tuples(
        st.sampled_from(_FILES),
        st.integers(0, 10_000),
        st.sampled_from(["delete", "replace", "rename", "repeat"]),
        st.sampled_from(_VALUES),
    )
    return draw(st.lists(change, min_size=1, max_size=4))


def _apply(tree: Any, place: int, action: str, value: Any) -> None:
    nodes = list(_nodes(tree))
    if not nodes:
        return
    container, key = nodes[place % len(nodes)]
    if action == "delete":
        del container[key]
    elif action == "replace":
        container[key] = value
    elif action == "rename" and isinstance(container, dict):
        container[str(value)[:20] or "_"] = container.pop(key)
    elif isinstance(container, list):
        container.append(container[key])


def _load(folder: Path) -> None:
    """Load a folder: it is a study without errors, or it is refused with at least one."""
    faults: tuple[Fault, ...] = ()
    try:
        load_study(folder)
    except StudyError as error:
        faults = error.faults
    assert all(fault.id.startswith("STUDY-") and fault.place and fault.message for fault in faults)
    assert any(fault.severity == "error" for fault in faults) == bool(faults)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(mutations())
def test_a_mutated_study_is_a_study_or_a_list_of_faults(changes: list[tuple[str, int, str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trial"
        shutil.copytree(_FOLDER, folder)
        for file, place, action, value in changes:
            path = folder / file
            tree = _YAML.load(path.read_text(encoding="utf-8"))
            _apply(tree, place, action, value)
            with path.open("w", encoding="utf-8") as stream:
                _YAML.dump(tree, stream)
        _load(folder)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(_FILES), st.integers(0, 10_000), st.binary(min_size=0, max_size=6), st.integers(0, 12))
def test_a_study_with_damaged_bytes_is_a_study_or_a_list_of_faults(
    file: str, position: int, inserted: bytes, removed: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trial"
        shutil.copytree(_FOLDER, folder)
        content = (folder / file).read_bytes()
        place = position % len(content)
        (folder / file).write_bytes(content[:place] + inserted + content[place + removed :])
        _load(folder)
