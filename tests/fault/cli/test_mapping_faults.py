"""A mapping that does not fit is named with file and line, a value at fault with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command

WIDE = """format: 1
participant: record_id
visits:
  - {number: 0, suffix: _w0}
  - {number: 12, suffix: _w12}
"""
LONG = """format: 1
participant: record_id
visit:
  column: event
  numbers: {base: 0, late: 12}
"""
EXPORT = "record_id,event,PGA_w0,PGA_w12,PGA,box___1,creat\n1,base,1,1,1,0,1.2\n1,late,1,1,1,0,1.2\n"


def refused(command: Command, mapping: str, export: str = EXPORT, instrument: str = "pga") -> str:
    Path("map.yaml").write_text(mapping, encoding="utf-8")
    Path("export.csv").write_text(export, encoding="utf-8")
    told = command("score", instrument, "export.csv", "--mapping", "map.yaml", "-o", "scores.csv")
    assert told.code == 1, told.err
    assert not Path("scores.csv").exists()
    return told.err


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("participant: x\n", ["map.yaml:1", "key `format` is missing"]),
        ("format: 2\nparticipant: x\n", ["map.yaml:1", "format 2 is not known"]),
        ("format: 1\n", ["map.yaml:1", "key `participant` is missing"]),
        (WIDE + "item: {}\n", ["map.yaml:6", "unknown key `item`", "did you mean items?"]),
        (WIDE + "items:\n  PGA: {colum: x}\n", ["map.yaml:7", "did you mean column?"]),
        (WIDE + "done: {colum: x}\n", ["map.yaml:6", "did you mean column?", "key `values` is missing"]),
        (WIDE.replace("number: 12", "numbr: 12"), ["map.yaml:5", "did you mean number?"]),
        (LONG.replace("column", "colum"), ["map.yaml:4", "did you mean column?"]),
        (WIDE.replace("number: 12", "number: twelve"), ["map.yaml:5", "`number` is 'twelve'"]),
        (WIDE + "items:\n  PGA:\n", ["map.yaml:7", "`PGA` is empty"]),
        (WIDE + "items: {PGA: {column: a, value: b}}\n", ["map.yaml:6", "a column or a value, and not both"]),
        (WIDE + "items: {PGA: {}}\n", ["map.yaml:6", "a column or a value"]),
        (WIDE + "items: []\n", ["map.yaml:6", "`items` is []"]),
        (WIDE + "baseline: " + "9" * 60 + "x\n", ["map.yaml:6", "999…"]),
        (WIDE.replace("12, suffix: _w12", "0, suffix: _w12"), ["map.yaml:5", "two visits have number 0"]),
        (WIDE.replace("_w12", "_w0"), ["map.yaml:5", "two visits have the same columns"]),
        (WIDE + "visit: {column: event}\n", ["map.yaml:3", "`visit` and `visits` exclude each other"]),
        ("format: [", ["map.yaml:", "SCORE-010"]),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(command: Command, mapping: str, said: list[str]) -> None:
    printed = refused(command, mapping)
    for words in said:
        assert words in printed


@pytest.mark.parametrize(
    ("mapping", "instrument", "said"),
    [
        (
            LONG.replace("record_id", "recordid"),
            "pga",
            ["map.yaml:2", "SCORE-013", "did you mean record_id?"],
        ),
        (LONG.replace(": event", ": evnt"), "pga", ["map.yaml:4", "no column 'evnt'", "did you mean event?"]),
        (LONG + "only: {repeat: [a]}\n", "pga", ["map.yaml:6", "no column 'repeat'"]),
        (LONG + "date: day\n", "pga", ["map.yaml:6", "no column 'day'"]),
        (LONG + "items:\n  PGGA: PGA\n", "pga", ["map.yaml:7", "SCORE-012", "did you mean PGA?"]),
        (LONG + "items:\n  xxxxx: PGA\n", "pga", ["map.yaml:7", "lupustrial instruments pga"]),
        (LONG + "items:\n  VISITNUM: PGA\n", "pga", ["map.yaml:7", "no item 'VISITNUM'"]),
        (LONG + "items:\n  PGA: PGA\n  pga: PGA\n", "pga", ["map.yaml:8", "are one item"]),
        (WIDE + "items:\n  PGA: PGB\n", "pga", ["map.yaml:7", "no column 'PGB_w0'", "no column 'PGB_w12'"]),
        (LONG + "items:\n  RASH: box___1\n", "sledai_2k", ["map.yaml:7", "SCORE-016", "done"]),
        (
            LONG + "items: {RASH: {column: box___1, done: {column: x_complete, values: [2]}}}\n",
            "sledai_2k",
            ["map.yaml:6", "no column 'x_complete'"],
        ),
        (LONG + "done: {column: x, values: [2]}\n", "pga", ["map.yaml:6", "no column 'x'"]),
        (LONG + "items: {REN_CREAT: {column: creat, unit: mg}}\n", "bilag2004", ["SCORE-015", "'mg' cannot"]),
        (LONG + "items: {CON_FEVER: {column: creat, unit: mg}}\n", "bilag2004", ["it has no unit"]),
        (LONG + "items: {bilag: {column: creat, unit: mg}}\n", "sri4", ["it has no unit"]),
        (LONG.replace("late", "later"), "pga", ["map.yaml:5", "SCORE-014", "'late'", "did you mean later?"]),
        (LONG.replace("late", "xx"), "pga", ["export.csv line 3 (row 2)", "name it in `skip: [late]`"]),
        (LONG + "only: {event: [other]}\n", "pga", ["map.yaml", "no row is left"]),
    ],
)
def test_what_does_not_fit_the_export_is_named_with_its_line(
    command: Command, mapping: str, instrument: str, said: list[str]
) -> None:
    printed = refused(command, mapping, instrument=instrument)
    for words in said:
        assert words in printed


def test_a_visit_that_lacks_a_column_which_another_has_is_named(command: Command) -> None:
    """A misspelt column must not become an item that was never done."""
    printed = refused(command, WIDE, EXPORT.replace("PGA_w12", "PGA_w21"))
    assert "map.yaml:5" in printed
    assert "visit 12 has no column of PGA, which has PGA_w0" in printed
    assert "without: [PGA]" in printed


def test_two_columns_of_one_item_are_named(command: Command) -> None:
    printed = refused(command, LONG, EXPORT.replace("creat", "pga"))
    assert "export.csv line 1, column pga" in printed
    assert "columns PGA and pga are one item, PGA" in printed


def test_columns_to_be_kept_are_those_of_the_export(command: Command) -> None:
    Path("map.yaml").write_text(LONG, encoding="utf-8")
    Path("export.csv").write_text(EXPORT, encoding="utf-8")
    told = command("score", "pga", "export.csv", "--mapping", "map.yaml", "--keep", "evnt")
    assert (told.code, "did you mean event?" in told.err) == (1, True)


def test_values_are_named_with_line_column_and_unit_of_the_export(command: Command) -> None:
    export = "record_id,event,c,a,d\n1,base,1.2,1,2024-01-01\n1,late,150,7,1/2/2024\n"
    items = (
        "date: d\nitems:\n  REN_CREAT: {column: c, unit: mg/dL}\n"
        "  REN_SEDIMENT: {column: a, values: {1: Y, 2: N}}\n  CON_FEVER: {value: 9}\n"
    )
    printed = refused(command, LONG + items, export, "bilag2004")
    for words in (
        "export.csv line 3 (row 2), item REN_CREAT (column c, converted from mg/dL), participant 1, visit 12",
        "export.csv line 3 (row 2), item REN_SEDIMENT (column a), participant 1",
        "'7' is no code of the mapping",
        "codes: 1, 2; blank is not done",
        "item ADT (column d)",
        "export.csv line 2 (row 1), item CON_FEVER, participant 1, visit 0",
    ):
        assert words in printed


def test_a_row_without_event_has_no_visit(command: Command) -> None:
    printed = refused(command, LONG, EXPORT.replace("1,late", "1,"))
    assert "export.csv line 3 (row 2)" in printed
    assert "has no participant or no visit" in printed


def test_a_unit_of_several_quantities_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Creatinine and bilirubin are both given in mg/dL and umol/L, with other factors."""
    from lupustrial.cli import _mapping_units as units
    from lupustrial.instruments import Input

    factors = {"creatinine": 88.4, "bilirubin": 17.1}

    def convert(value: float, quantity: str, *, unit: str, to: str) -> float:
        assert (unit, to) == ("mg/dL", "umol/L")
        return value * factors[quantity]

    monkeypatch.setattr(units, "UNITS", dict.fromkeys(factors, ("mg/dL", "umol/L")))
    monkeypatch.setattr(units, "convert_unit", convert)
    one = Input(code="bili", label="Bilirubin in serum", kind="num", unit="umol/L")
    assert units.quantity_of(one, "mg/dL", None) == "bilirubin"
    other = Input(code="x", label="Something", kind="num", unit="umol/L")
    assert units.quantity_of(other, "mg/dL", "creatinine") == "creatinine"
    with pytest.raises(ValueError, match="say `quantity`, one of creatinine, bilirubin"):
        units.quantity_of(other, "mg/dL", None)
