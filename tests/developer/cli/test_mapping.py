"""A mapping file: wide and long exports, codes, checkboxes, units, constants."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from command import Command

from lupustrial.instruments import INSTRUMENTS

CODES = [each.code for each in INSTRUMENTS["sledai_2k"].inputs]


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def score(command: Command, instrument: str, export: str, mapping: str, *more: str) -> pl.DataFrame:
    """Score an export through a mapping."""
    told = command(
        "score", instrument, write("export.csv", export), "--mapping", write("map.yaml", mapping), *more
    )
    assert told.code == 0, told.err
    return pl.read_csv(io.StringIO(told.out), infer_schema=False)


WIDE = """format: 1
participant: record_id
visits:
  - {number: 0, suffix: _w0}
  - {number: 12, suffix: _w12}
"""


def wide(values: dict[str, str]) -> str:
    """Return an export of one row: every descriptor N at both visits but for `values`."""
    columns = {"record_id": "1"} | {f"{code.lower()}_w{week}": "0" for code in CODES for week in (0, 12)}
    columns |= values
    return ",".join(columns) + "\n" + ",".join(columns.values()) + "\n"


def test_groups_of_columns_become_visits_and_items_are_found_by_their_own_name(command: Command) -> None:
    found = score(command, "sledai_2k", wide({"arth_w0": "1", "rash_w0": "1", "arth_w12": "1"}), WIDE)
    assert found.select("USUBJID", "VISITNUM", "score").rows() == [("1", "0", "6"), ("1", "12", "4")]


def test_prefixes_are_taken_too(command: Command) -> None:
    export = "id,w0_pga,w12_pga\nP,1,1.3\n"
    mapping = "format: 1\nparticipant: id\nvisits: [{number: 0, prefix: w0_}, {number: 12, prefix: w12_}]\n"
    assert score(command, "pga", export, mapping)["worse"].to_list() == [None, "Y"]


def test_dates_of_groups_of_columns(command: Command) -> None:
    export = "record_id,day_w0,day_w12,PGA_w0,PGA_w12\nP,2024-01-01,2024-03-25,1,1\n"
    found = score(command, "pga", export, WIDE + "date: day\n")
    assert found["ADT"].to_list() == ["2024-01-01", "2024-03-25"]


def test_one_column_holds_for_all_visits_and_constants_for_all_rows(command: Command) -> None:
    export = "record_id,uln,crea_w0,crea_w12,p_w0,p_w12,r_w0,r_w12\n1,104,80,80,2,0.2,1,1\n"
    items = """items:
  creatinine: crea
  creatinine_uln: {column: uln, once: true}
  protein24: p
  urine_rbc: r
  urine_wbc: {value: 0}
  casts: {value: N}
"""
    found = score(command, "he2020_renal", export, WIDE + items)
    assert found["complete"].to_list() == [None, "Y"]


def test_an_item_that_a_visit_does_not_have(command: Command) -> None:
    values = wide({"arth_w0": "1"}).replace("dna_w12", "dna_late")
    mapping = WIDE.replace("suffix: _w12}", "suffix: _w12, without: [DNA]}")
    found = score(command, "sledai_2k", values, mapping)
    assert found["score"].to_list() == ["4", None]
    assert found["upper"].to_list() == ["4", "2"]


def test_codes_of_an_export_are_translated(command: Command) -> None:
    export = "record_id,skin_w0,skin_w12,psyc_w0,psyc_w12\n1,1,9,2,1\n"
    mapping = WIDE + "values: {1: Y, 2: N}\nitems:\n  rash: {column: skin, values: {1: Y, 2: N, 9: ND}}\n"
    found = score(command, "sledai_2k", export, mapping)
    assert found["lower"].to_list() == ["2", "8"]
    assert found["upper"].to_list() == ["97", "105"]  # psychosis (8) is absent at week 0


def test_codes_may_be_truth_values(command: Command) -> None:
    export = "record_id,psyc_w0,psyc_w12\n1,true,false\n"
    found = score(command, "sledai_2k", export, WIDE + "values: {true: Y, false: N}\n")
    assert found["lower"].to_list() == ["8", "0"]
    done = WIDE + "done: {column: asked, values: [true]}\n"
    export = "record_id,asked_w0,asked_w12,psyc_w0,psyc_w12\n1,true,false,1,1\n"
    assert score(command, "sledai_2k", export, done)["lower"].to_list() == ["8", "0"]


def test_codes_of_yes_no_items_do_not_touch_numbers(command: Command) -> None:
    export = "id,CON_FEVER,REN_SEDIMENT\nP,2,2\n"
    mapping = "format: 1\nparticipant: id\nvalues: {1: Y, 2: N}\n"
    found = score(command, "bilag2004", export, mapping)
    assert found["grade_constitutional"].to_list() == ["B"]  # fever 2, not an answer


def test_an_empty_box_is_a_no_only_where_the_form_was_filled_in(command: Command) -> None:
    export = wide(
        {"sledai_complete_w0": "2", "sledai_complete_w12": "0", "skin___1_w0": "0", "skin___1_w12": "0"}
    )
    export = export.replace("rash_w0", "other_w0").replace("rash_w12", "other_w12")
    done = "done: {column: sledai_complete, values: [2]}\nitems: {RASH: skin___1}\n"
    found = score(command, "sledai_2k", export, WIDE + done)
    assert found["score"].to_list() == ["0", None]
    own = 'items: {RASH: {column: skin___1, done: {column: sledai_complete, values: ["2", "0"]}}}\n'
    assert score(command, "sledai_2k", export, WIDE + own)["score"].to_list() == ["0", "0"]
    certain = "items: {RASH: {column: skin___1, values: {1: Y, 0: N}}}\n"
    assert score(command, "sledai_2k", export, WIDE + certain)["score"].to_list() == ["0", "0"]


LONG = """format: 1
participant: record_id
visit:
  column: event
  numbers: {base: 0, late: 12}
"""


def test_events_become_visits_and_other_rows_are_passed_over(command: Command) -> None:
    export = "record_id,event,repeat,PGA,arm\n1,base,,1,A\n1,late,,1.3,A\n1,late,ae,,A\n1,screen,,3,A\n"
    export += "2,late,,1,B\n"
    mapping = LONG + '  skip: [screen]\nonly: {repeat: [""]}\n'
    found = score(command, "pga", export, mapping, "--keep", "arm", "--keep", "event")
    assert found.columns[:4] == ["USUBJID", "VISITNUM", "arm", "event"]
    assert found["worse"].to_list() == [None, "Y", None]
    assert found["event"].to_list() == ["base", "late", "late"]


def test_a_column_of_numbers_is_the_visit_itself(command: Command) -> None:
    export = "record_id,week,PGA\n1,12,1.3\n1,0,1\n"
    mapping = "format: 1\nparticipant: record_id\nvisit: {column: week}\n"
    assert score(command, "pga", export, mapping)["worse"].to_list() == ["Y", None]


def test_the_baseline_is_the_visit_that_the_mapping_names(command: Command) -> None:
    export = "record_id,event,PGA\n1,base,1\n1,late,2\n1,last,1.2\n"
    mapping = LONG.replace("base: 0, late: 12", "base: -1, late: 0, last: 4") + "baseline: 0\n"
    found = score(command, "pga", export, mapping)
    assert found["ABLFL"].to_list() == [None, "Y", None]
    assert found["worse"].to_list() == [None, None, "N"]


def test_without_visits_a_participant_has_one_row(command: Command) -> None:
    found = score(command, "pga", "id,PGA\nP,1\n", "format: 1\nparticipant: id\n")
    assert found.columns[0:2] == ["USUBJID", "score"]


@pytest.mark.parametrize(
    ("unit", "value"), [("mg/dL", "1.5"), ("mg/dl", "1.5"), ("µmol/L", "132.6"), ("umol/L", "132.6")]
)
def test_units_are_converted_by_exact_factors(command: Command, unit: str, value: str) -> None:
    """1.5 mg/dL of creatinine are 132.6 umol/L (88.4 each); 115 % of that is 152.49."""
    export = "record_id,event,crea\n1,base,{0}\n1,late,{0}\n".replace("{0}", value)
    items = f"items:\n  creatinine: {{column: crea, unit: {unit}}}\n" + "".join(
        f"  {code}: {{value: {constant}}}\n"
        for code, constant in (
            ("creatinine_uln", 132.6),
            ("protein24", 0.1),
            ("urine_rbc", 0),
            ("casts", "N"),
        )
    )
    found = score(command, "he2020_renal", export, LONG + items + "  urine_wbc: {value: 0}\n")
    assert found["complete"].to_list() == [None, "Y"]  # 132.6 is not above 132.6


def test_nine_letters_can_be_mapped(command: Command) -> None:
    export = "record_id,event,letters,s,p\n1,base,EEEEEEEEE,8,1\n1,late,EEEEEEEEA,4,1\n"
    found = score(command, "sri4", export, LONG + "items: {bilag: letters, sledai: s, pga: p}\n")
    assert found["n_new_a"].to_list() == [None, "1"]


def test_a_kept_key_is_not_written_twice(command: Command) -> None:
    export = "record_id,USUBJID,event,PGA\n1,A-1,base,1\n"
    found = score(command, "pga", export, LONG, "--keep", "USUBJID")
    assert found["USUBJID"].to_list() == ["1"]
