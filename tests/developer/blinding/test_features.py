"""What is read off records, worked out by hand for six participants."""

from __future__ import annotations

import numpy as np
from blinding_trials import form, frame, names, number, row, study

from lupustrial.blinding._features import features_of
from lupustrial.study import Item, Unit

TRIAL = study(
    form(
        "lab",
        number("X", unit="g/L", units=(Unit(unit="g/dL", factor=10),)),  # type: ignore[arg-type]
        Item(id="SIGN", label="Sign", type="code", codelist="NY"),
        Item(id="GRADE", label="Grade", type="code", codelist="SCALE"),
        Item(id="DAY", label="Day", type="date"),
        Item(id="NOTE", label="Note", type="text"),
    ),
    form("ae", Item(id="TERM", label="Term", type="text"), number("LAST"), repeating=True, log=True),
)
WHO = names(6)


def read(rows: list[dict[str, object]]) -> dict[str, list[float | None]]:
    """Return each column by its name; None where a participant has no value."""
    features = features_of(TRIAL, frame(rows), WHO)
    columns = [[None if np.isnan(x) else float(x) for x in column] for column in features.values.T]
    return dict(zip(map(" ".join, zip(features.items, features.wheres, strict=True)), columns, strict=True))


def test_numbers_by_visit_in_their_standard_unit() -> None:
    rows = [row(name, "V2", "lab.X", 10 + place) for place, name in enumerate(WHO)]
    rows[1] |= {"value": "1.1", "unit": "g/dL"}
    assert read(rows) == {"lab.X V2": [10, 11, 12, 13, 14, 15]}


def test_of_yes_and_no_one_column_and_of_a_scale_its_number() -> None:
    rows = [row(name, "V2", "lab.SIGN", "YN"[place % 2]) for place, name in enumerate(WHO)]
    rows += [row(name, "V2", "lab.GRADE", place % 3) for place, name in enumerate(WHO)]
    assert read(rows) == {"lab.SIGN V2: Y": [1, 0, 1, 0, 1, 0], "lab.GRADE V2": [0, 1, 2, 0, 1, 2]}


def test_whether_an_item_was_recorded() -> None:
    rows = [row(name, "V2", "lab.X", None if place == 5 else 7) for place, name in enumerate(WHO)]
    assert read(rows) == {"lab.X V2: recorded": [1, 1, 1, 1, 1, 0]}


def test_the_course_is_the_mean_after_baseline_less_the_baseline() -> None:
    rows = []
    for place, name in enumerate(WHO):
        rows += [row(name, "V0", "lab.X", 5), row(name, "V2", "lab.X", 6)]
        rows += [row(name, "V4", "lab.X", 6 + place)]
    assert read(rows)["lab.X mean after baseline less baseline"] == [1, 1.5, 2, 2.5, 3, 3.5]


def test_dates_are_days_since_the_first_one_at_baseline() -> None:
    rows = []
    for place, name in enumerate(WHO):
        rows += [
            row(name, "V0", "lab.DAY", "2020-01-01"),
            row(name, "V2", "lab.DAY", f"2020-01-{15 + place}"),
        ]
    assert read(rows) == {"lab.DAY V2: day": [14, 15, 16, 17, 18, 19]}


def test_a_text_counts_as_a_code_where_three_have_it() -> None:
    texts = ["fever", "Fever ", "FEVER", "rash", "itch", "pain"]
    rows = [row(name, "V2", "lab.NOTE", text) for name, text in zip(WHO, texts, strict=True)]
    rows += [row(name, "V2", "ae.TERM", text) for name, text in zip(WHO, texts, strict=True)]
    rows += [row(WHO[0], "V4", "ae.TERM", "fever", repeat=2)]
    assert read(rows) == {
        "ae.TERM entries": [2, 1, 1, 1, 1, 1],
        "ae.TERM entries: FEVER": [2, 1, 1, 0, 0, 0],
    }


def test_entries_of_a_log_are_counted_and_their_numbers_averaged() -> None:
    rows = [row(name, "V2", "ae.LAST", 1 + place) for place, name in enumerate(WHO)]
    rows += [row(WHO[0], "V4", "ae.LAST", 9, repeat=2)]
    assert read(rows) == {
        "ae.LAST entries": [2, 1, 1, 1, 1, 1],
        "ae.LAST mean of entries": [5, 2, 3, 4, 5, 6],
    }


def test_what_fewer_than_five_have_says_nothing_but_that_they_have_it() -> None:
    rows = [row(name, "V2", "lab.X", place) for place, name in enumerate(WHO[:4])]
    assert read(rows) == {"lab.X V2: recorded": [1, 1, 1, 1, 0, 0]}


def test_records_of_nobody_give_no_column() -> None:
    features = features_of(TRIAL, frame([]), WHO)
    assert features.values.shape == (6, 0)
