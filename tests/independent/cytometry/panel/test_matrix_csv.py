"""The compensation matrix that FlowJo users of FlowKit share, read by us and by FlowKit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cytometry_files import shared

from lupustrial.cytometry.panel import read_panel

PANEL = """\
id: ics
instrument: LSR
scatter: [FSC-A]
compensation: {name}
transform: {{kind: asinh, t: 262144, m: 4.5, a: 0}}
stains: [{{marker: CD4, channel: "CD4 PE-Cy7 FLR-A"}}]
"""


@pytest.mark.parametrize("named_rows", [False, True])
def test_a_matrix_as_it_is_shared(tmp_path: Path, named_rows: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    source = shared("flowjo_parity/8_color_ICS/den_comp.csv")
    content = source.read_text()
    if named_rows:
        head, *rows = content.splitlines()
        names = head.removeprefix("# ").split(",")
        content = "\n".join(
            [f",{','.join(names)}", *(f"{n},{row}" for n, row in zip(names, rows, strict=True))]
        )
    (tmp_path / "den.csv").write_text(content)
    (tmp_path / "panel.yaml").write_text(PANEL.format(name="den.csv"))
    matrix = read_panel(tmp_path / "panel.yaml").matrix
    assert matrix is not None
    np.testing.assert_array_equal(np.array(matrix.rows), np.loadtxt(source, delimiter=",", comments="#"))
    assert matrix.channels[0] == "TNFa FITC FLR-A"
