"""The public names of the room; its faults are documented."""

from __future__ import annotations

import re
from pathlib import Path

from lupustrial import blinding

ROOT = Path(__file__).resolve().parents[3]
FAULT = re.compile(r"\bBLIND-\d{3}\b")


def test_public_names_are_pinned() -> None:
    types = {"BlindingReport", "Group", "GuessIndex", "GuessIndices", "Prediction"}
    types |= {"RolePrediction", "SinglePrediction"}
    functions = {"groups_of", "guess_indices", "p_text", "predictability", "render_blinding", "stamps_of"}
    assert set(blinding.__all__) == types | functions
    assert all(hasattr(blinding, name) for name in blinding.__all__)


def test_every_fault_is_documented_and_exists() -> None:
    raised = "".join(path.read_text("utf-8") for path in (ROOT / "src/lupustrial/blinding").glob("*.py"))
    listed = re.findall(r"^\| (BLIND-\d{3}) ", (ROOT / "docs/faults.md").read_text("utf-8"), re.MULTILINE)
    assert set(FAULT.findall(raised)) == set(listed)
