"""docs/cytometry/files.md names every key of a panel, and its example is a panel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lupustrial.cytometry.fcs import OFFSETS
from lupustrial.cytometry.panel import Asinh, Biex, Linear, Log, Logicle, Panel, Reading, Stain, read_panel

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "cytometry" / "files.md").read_text()


@pytest.mark.parametrize("model", [Panel, Stain, Reading])
def test_every_key_is_described(model: type) -> None:
    for name in model.model_fields:
        assert f"`{name}`" in TEXT, name


@pytest.mark.parametrize("transform", [Asinh, Biex, Linear, Log, Logicle])
def test_every_transform_is_described_with_its_parameters(transform: type) -> None:
    kind = transform.model_fields["kind"].default
    (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{kind}` |"))
    for name in transform.model_fields:
        if name != "kind":
            assert re.search(rf"\b{name}\b", row), (kind, name)


def test_every_way_to_read_a_file_that_contradicts_itself_is_described() -> None:
    for option in OFFSETS:
        assert f'offsets="{option}"' in TEXT or f"`{option}`" in TEXT


def test_the_example_is_a_panel(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "panel.yaml").write_text(example)
    panel = read_panel(tmp_path / "panel.yaml")
    assert (panel.id, panel.markers) == ("t-memory-v2", ("CD3", "CD25"))
    assert Panel.model_validate_json(panel.model_dump_json()).hash == panel.hash
