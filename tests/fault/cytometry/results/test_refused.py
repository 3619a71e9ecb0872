"""Settings of results that cannot be are refused, all at once."""

from __future__ import annotations

import math

import pytest
from gated_tubes import ALL, even_tube, gate, gated

from lupustrial.cytometry.results import results_of
from lupustrial.errors import CytometryError


def test_every_impossible_setting_is_told() -> None:
    tube = even_tube()
    with pytest.raises(CytometryError) as told:
        results_of(gated(tube, gate(tube, "CD3", ALL)), blood_count=-1, fraction=2, largest_cv=0)
    assert [fault.id for fault in told.value.faults] == ["CYTO-065"] * 3


def test_a_blood_count_that_is_no_number_is_refused() -> None:
    tube = even_tube()
    with pytest.raises(CytometryError, match="CYTO-065"):
        results_of(gated(tube, gate(tube, "CD3", ALL)), blood_count=math.nan)
