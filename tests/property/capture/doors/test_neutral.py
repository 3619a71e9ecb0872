"""Texts made harmless for spreadsheets, and given back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("_capture_template")  # Django has to know its settings

TEXTS = st.text(st.sampled_from("=+-@＝＋－＠'\"\t\r\n,;|1a."), max_size=12) | st.text(max_size=30)


@given(TEXTS)
@example("'=1")
@example("''-x")
@example("\t=1")
@example('a;=cmd|" /C calc"!A0')
def test_a_text_comes_back_as_it_was(text: str) -> None:
    from lupustrial.capture.doors.export import give_back, neutral

    assert give_back(neutral(text)) == text


@given(TEXTS, st.sampled_from(",;\t|"))
def test_no_cell_begins_like_a_formula_whatever_sign_a_spreadsheet_splits_at(text: str, sign: str) -> None:
    from lupustrial.capture.doors.export import neutral

    line = io.StringIO()
    csv.writer(line).writerow([neutral(text), "end"])
    for cells in csv.reader(io.StringIO(line.getvalue()), delimiter=sign):
        for cell in cells:
            shown = cell.lstrip('"')
            if shown[:1] in tuple("=+-@＝＋－＠"):
                assert shown.lstrip("+-").rstrip('"').replace(".", "").replace(",end", "").isdecimal(), cells


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000))
def test_numbers_are_left_alone(number: object) -> None:
    from lupustrial.capture.doors.export import neutral

    assert neutral(str(number)) == str(number)


def test_what_a_spreadsheet_runs_is_known_as_such() -> None:
    from lupustrial.capture.doors.export._neutral import formula_like

    assert [formula_like(text) for text in ("=1+1", "+a", "-a", "@SUM(A1)", "\t=1")] == [True] * 5
    assert [formula_like(text) for text in ("-5", "+3.5", "fever - mild", "a=b", "")] == [False] * 5
