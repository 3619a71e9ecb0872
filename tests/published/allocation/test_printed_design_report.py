"""The design report, by simulation, finds what Zhao et al. (2011, Pharm Stat 11:39, table IV) printed."""

from __future__ import annotations

from typing import Any

import pytest
from design_studies import study_with

from lupustrial.allocation.design import design_report


@pytest.mark.parametrize(
    ("keys", "largest", "certain", "right"),
    [
        ({"method": "big_stick", "maximum_imbalance": 4}, 3.999, 0.118, 0.558),
        ({"method": "permuted_blocks", "block_sizes": (10,)}, 3.620, 0.167, 0.654),
        ({"method": "urn", "urn_start": 1, "urn_added": 5}, 8.404, 0.0, 0.543),
    ],
)
def test_zhao_2011_table_iv(keys: dict[str, Any], largest: float, certain: float, right: float) -> None:
    report = design_report(study_with(participants=100, **keys), trials=60)
    own = report.own
    assert own.convergence == pytest.approx(right, abs=4 * own.error + 0.0005)
    assert own.certain == pytest.approx(certain, abs=4 * own.error + 0.0005)
    assert own.known >= own.convergence - 1e-12
    assert own.largest_ever.mean == pytest.approx(largest, rel=0.15)
    blocks = next(one for one in report.designs if one.name == "Blocks of 4")
    assert blocks.convergence == pytest.approx(0.709, abs=4 * blocks.error + 0.0005)
    assert blocks.certain == pytest.approx(0.334, abs=4 * blocks.error + 0.0005)
