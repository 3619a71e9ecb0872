"""One answer, brought to the form in which it is recorded, or told what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from lupustrial.study import Item, Unit

if TYPE_CHECKING:
    from lupustrial.capture.entry import Finding
    from lupustrial.capture.store import Answer
    from lupustrial.study import Study


def _answer(item: Item, value: str, unit: str = "") -> Answer | Finding | None:
    from lupustrial.capture.entry import Given
    from lupustrial.capture.entry._values import answer_of

    nothing = cast("Study", SimpleNamespace(codelists={}))
    return answer_of(nothing, item, Given(value=value, unit=unit))


def _recorded(item: Item, value: str, unit: str = "") -> str | None:
    from lupustrial.capture.entry import Finding

    answer = _answer(item, value, unit)
    if isinstance(answer, Finding):
        return answer.id
    return None if answer is None else answer.value


pytestmark = pytest.mark.usefixtures("_capture_template")

DATE = Item(id="D", label="Day", type="date")
WHOLE = Item(id="N", label="Number", type="integer", range=(Decimal(0), Decimal(200)))
DECIMAL = Item(
    id="X", label="Level", type="decimal", unit="g/L", units=(Unit(unit="mg/dL", factor=Decimal("0.01")),),
    range=(Decimal("0.05"), Decimal(5)), decimals=3,
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("2026-02-03", "2026-02-03"),
        ("2026/2/3", "2026-02-03"),
        ("2026年2月3日", "2026-02-03"),
        ("２０２６-02-03", "2026-02-03"),
        ("2026-02-30", "RECORD-026"),
        ("2026-02", "RECORD-026"),
        ("03.02.2026", "RECORD-026"),
        ("tomorrow", "RECORD-026"),
        ("  ", None),
    ],
)
def test_a_date_is_a_whole_day(typed: str, recorded: str | None) -> None:
    assert _recorded(DATE, typed) == recorded


def test_part_of_a_date_is_told_what_to_do() -> None:
    from lupustrial.capture.entry import Finding

    found = _answer(DATE, "2026-UN-UN")
    assert isinstance(found, Finding)
    assert "unknown" in found.message


@pytest.mark.parametrize(
    ("typed", "unit", "recorded"),
    [
        ("0.850", "g/L", "0.850"),  # digits as recorded
        (".85", "g/L", "0.85"),
        ("+0.85", "g/L", "0.85"),
        ("００.８５", "g/L", "0.85"),
        ("85.12345", "mg/dL", "85.12345"),  # digits of another unit
        ("0.85123", "g/L", "RECORD-022"),
        ("0,85", "g/L", "RECORD-021"),
        ("<0.1", "g/L", "RECORD-021"),
        ("1e3", "g/L", "RECORD-021"),
        ("NaN", "g/L", "RECORD-021"),
        ("5.001", "g/L", "RECORD-023"),
        ("500.1", "mg/dL", "RECORD-023"),
        ("500", "mg/dL", "500"),
        ("0.85", "", "RECORD-024"),
        ("0.85", "mmol/L", "RECORD-025"),
    ],
)
def test_a_decimal_keeps_its_digits(typed: str, unit: str, recorded: str) -> None:
    assert _recorded(DECIMAL, typed, unit) == recorded


@pytest.mark.parametrize(
    ("typed", "recorded"), [("007", "7"), ("0", "0"), ("-1", "RECORD-023"), ("1.5", "RECORD-021")]
)
def test_a_whole_number(typed: str, recorded: str) -> None:
    assert _recorded(WHOLE, typed) == recorded


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 2001])
def test_text_that_cannot_be_stored_is_refused(text: str) -> None:
    assert _recorded(Item(id="T", label="Text", type="text"), text) == "CAPT-016"
