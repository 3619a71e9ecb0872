"""Bad input to SRI, its variants and BICLA: every fault with row, item and participant; nothing is scored."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import DOMAINS, INSTRUMENTS, explain, score

NAMES = ["sri", "sri4", "sri8", "sri_classic", "sri50", "bicla"]


def row(name: str, **more: Any) -> dict[str, Any]:
    grades = [each.code for each in INSTRUMENTS[name].items if each.kind == "grade"]
    extra = {"s2k_ri50": 4.0} if name == "sri50" else {}
    return {
        "USUBJID": "P01",
        "VISITNUM": 1,
        "sledai": 4,
        "pga": 1.0,
        **dict.fromkeys(grades, "C"),
        **extra,
        **more,
    }


def faults(name: str, *rows: dict[str, Any], **settings: Any) -> list[Fault]:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    with pytest.raises(InstrumentError) as caught:
        score(name, frame, settings=settings)
    return list(caught.value.faults)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("item", "value", "permitted"),
    [
        ("sledai", 106, "whole numbers 0 to 105"),
        ("sledai", 4.5, "whole numbers 0 to 105"),
        ("sledai", -1, "whole numbers 0 to 105"),
        ("pga", 3.01, "0 to 3"),  # a 10 cm line that was not brought to 0-3
        ("grade_renal", "F", "A, B, C, D, E or blank"),
        ("treatment_failure", "perhaps", "Y, N, yes, no or blank (not done)"),
        ("upper_renal", "a", "A, B, C, D, E or blank"),
    ],
)
def test_one_wrong_value(name: str, item: str, value: object, permitted: str) -> None:
    (fault,) = faults(name, row(name, **{item: value}))
    assert fault.id == "INSTR-007"
    assert fault.place == f"row 1, item {item}, participant P01, visit 1"
    assert fault.hint.startswith(f"permitted: {permitted}")


@pytest.mark.parametrize("value", [105.1, -0.5])
def test_ri50_outside_its_range(value: float) -> None:
    (fault,) = faults("sri50", row("sri50", s2k_ri50=value))
    assert (fault.id, fault.hint) == ("INSTR-007", "permitted: 0 to 105")


@pytest.mark.parametrize("name", NAMES)
def test_bounds_that_cross_name_the_row(name: str) -> None:
    crossed = row(name, sledai=None, sledai_lower=5, sledai_upper=4, lower_renal="B", upper_renal="C")
    found = faults(name, row(name, VISITNUM=0), crossed)
    assert [(fault.id, fault.place) for fault in found] == [("INSTR-012", "row 2, participant P01")] * 2
    equal = row(name, sledai=None, sledai_lower=4, sledai_upper=4, lower_renal="C", upper_renal="C")
    assert score(name, pl.DataFrame([row(name, VISITNUM=0), equal])).height == 2


def test_components_that_are_missing_are_named() -> None:
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "sledai": [4]})
    with pytest.raises(InstrumentError) as caught:
        score("bicla", frame)
    assert [fault.place for fault in caught.value.faults] == [
        *(f"column grade_{domain}" for domain in DOMAINS),
        "column pga",
    ]


def test_a_column_of_sri_that_bicla_does_not_read_is_refused() -> None:
    """BICLA has no rule on glucocorticoids of its own: they come as treatment failure."""
    (fault,) = faults("bicla", row("bicla", steroid_increase="Y"))
    assert (fault.id, fault.place) == ("INSTR-004", "column steroid_increase")


def test_settings_that_do_not_exist() -> None:
    found = faults("bicla", row("bicla"), bicla_no_ab_at_baseline="responder", sri_points=4)
    assert [fault.id for fault in found] == ["INSTR-003", "INSTR-002"]
    (fault,) = faults("sri5", row("sri5"), sri_points=4)
    assert (fault.id, fault.hint) == ("INSTR-003", "allowed: 5")


def test_a_component_beside_its_items() -> None:
    (fault,) = faults("bicla", row("bicla", ARTH="Y"))
    assert (fault.id, fault.place) == ("INSTR-015", "column sledai")


def test_explaining_checks_its_input_as_scoring_does() -> None:
    frame = pl.DataFrame([row("bicla", pga=4.0)])
    with pytest.raises(InstrumentError) as caught:
        explain("bicla", frame, visit=1)
    assert [fault.id for fault in caught.value.faults] == ["INSTR-007"]
    with pytest.raises(InstrumentError) as caught:
        explain("bicla", pl.DataFrame([row("bicla")]), visit=1, settings={"sri_points": 4})
    assert [fault.id for fault in caught.value.faults] == ["INSTR-002"]


def test_a_fault_among_the_items_of_a_component_is_named_as_theirs() -> None:
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "SEIZ": ["perhaps"], "pga": [1.0]})
    with pytest.raises(InstrumentError) as error:
        score("sri4", frame)
    assert any("SEIZ" in fault.place and "'perhaps'" in fault.message for fault in error.value.faults)


def test_a_column_to_keep_that_is_not_there_is_named() -> None:
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "pga": [1.0]})
    with pytest.raises(InstrumentError) as error:
        score("pga", frame, keep=["SITE"])
    assert [(fault.id, fault.place) for fault in error.value.faults] == [("INSTR-005", "column SITE")]
