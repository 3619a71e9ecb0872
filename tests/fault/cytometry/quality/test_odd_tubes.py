"""Tubes on which nothing can be measured: a finding that says so, never a crash."""

from __future__ import annotations

import numpy as np
import pytest
from quality_tubes import blood, changed

from lupustrial.cytometry import Tube
from lupustrial.cytometry.quality import check_tube, clean_time, expectation_from, plots_of, reference_of
from lupustrial.errors import CytometryError

NOTHING = np.empty(0)


@pytest.mark.parametrize(
    "columns",
    [
        {"Time": NOTHING, "CD3": NOTHING, "SSC-A": NOTHING},
        {"Time": np.zeros(5000), "CD3": np.zeros(5000), "CD4": np.zeros(5000)},
        {"CD3": np.full(3000, np.nan), "CD4": np.linspace(0, 1, 3000)},
        {"Time": np.full(3000, np.nan), "CD3": np.linspace(0, 1, 3000)},
        {"Time": np.arange(3000.0), "CD3": np.full(3000, np.inf)},
        {"FSC-A": np.linspace(0, 1, 3000)},
        {"Time": np.arange(40.0), "CD3": np.arange(40.0), "CD4": np.ones(40)},
    ],
    ids=["no events", "all equal", "no numbers", "no time that is one", "all infinite", "no stains", "forty"],
)
def test_an_odd_tube_is_judged_without_a_crash(columns: dict[str, np.ndarray]) -> None:
    tube = Tube.of_columns("odd", columns)
    found = check_tube(None, tube, specimen="PBMC")
    assert len({each.check for each in found}) == 9
    assert clean_time(tube).shape == (len(tube),)
    plots_of(tube, specimen="PBMC")


def test_a_column_without_numbers_beside_a_reference_does_not_crash() -> None:
    reference = reference_of([blood(seed) for seed in (1, 2, 3)])
    tube = changed(blood(4), "CD3", np.full(8000, np.nan))
    found = {
        each.check: each.verdict for each in check_tube(None, tube, specimen="PBMC", reference=reference)
    }
    assert found["QC-STAIN"] == "fail"


@pytest.mark.parametrize(
    "line", ["CD4 in CD3", "CD4", "", "CD3+ 0.9..0.1", "CD3+ -> CD4 0..2", "-> ..", "CD3 .."]
)
def test_a_line_that_is_no_expectation_is_refused(line: str) -> None:
    with pytest.raises(CytometryError, match="CYTO-040"):
        expectation_from(line)


def test_a_reference_of_no_tubes_is_refused() -> None:
    with pytest.raises(CytometryError, match="CYTO-041"):
        reference_of([])
    with pytest.raises(CytometryError, match="CYTO-041"):
        reference_of([Tube.of_columns("scatter", {"FSC-A": np.ones(10)})])
