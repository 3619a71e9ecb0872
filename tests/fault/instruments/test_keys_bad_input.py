"""Dates that are not written as ISO 8601 are refused: as texts they would not sort by time."""

from __future__ import annotations

import polars as pl
import pytest

from lupustrial.errors import InstrumentError
from lupustrial.instruments import derive_sledai_labs, score


@pytest.mark.parametrize("reasons", [True, False])
@pytest.mark.parametrize(
    "day", ["2024-1-05", "2024-01-5", " 2024-01-05", "2024/01/05", "24-01-05", "2024-02-30", ""]
)
def test_a_date_of_a_visit_is_written_in_full(day: str, reasons: bool) -> None:  # noqa: FBT001  # drawn
    rows = pl.DataFrame({"USUBJID": ["P", "P"], "ADT": [day, "2024-03-01"], "SEIZ": ["N", "N"]})
    with pytest.raises(InstrumentError) as caught:
        score("selena_sledai", rows, reasons=reasons)
    assert [(fault.id, fault.place, fault.hint) for fault in caught.value.faults] == [
        (
            "INSTR-007",
            f"row 1, item ADT, participant P, visit {day}",
            "permitted: an ISO 8601 date (YYYY-MM-DD) or blank",
        )
    ]


def test_a_date_of_a_result_is_written_in_full() -> None:
    rows = pl.DataFrame(
        {"USUBJID": ["P"], "ADT": ["2024-03-01"], "platelets": [90.0], "platelets_date": ["2024-3-01"]}
    )
    with pytest.raises(InstrumentError) as caught:
        derive_sledai_labs(rows)
    assert [fault.id for fault in caught.value.faults] == ["INSTR-007"]
