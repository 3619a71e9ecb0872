"""SLICC/ACR damage index worked out by hand from the text of the reference (10-skin-joints-damage, S29, S30).

One point an item; strokes (5), myocardial infarctions (17), tissue loss (23), infarction or resection of the
gut (25), avascular necrosis (33) and malignancy (41) count two when there is more than one event; end-stage
renal disease (10) counts three and replaces items 8 and 9.
"""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import Row, queried, scored, scored_apart

from lupustrial.instruments import INSTRUMENTS

CODES = [f"SDI_{n:02d}" for n in range(1, 42)]
TWICE = {5, 17, 23, 25, 33, 41}
NONE: Row = dict.fromkeys(CODES, 0)


def events(**items: Any) -> Row:
    return NONE | items


def sdi(**items: Any) -> Row:
    return scored("sdi", events(**items))[0]


def test_the_items_are_those_of_the_reference() -> None:
    assert [item.code for item in INSTRUMENTS["sdi"].items] == CODES


def test_points_of_each_item() -> None:
    rows = [events(**{code: number}) for code in CODES for number in range(4)]
    found = [row["score"] for row in scored_apart("sdi", *rows)]
    for n in range(1, 42):
        points = [0, 3, 3, 3] if n == 10 else [0, 1, 2, 2] if n in TWICE else [0, 1, 1, 1]
        assert found[4 * n - 4 : 4 * n] == points, n


def test_end_stage_renal_disease_replaces_the_other_renal_items() -> None:
    assert sdi(SDI_08=1, SDI_09=1)["score"] == 2
    row = sdi(SDI_08=1, SDI_09=1, SDI_10=1, SDI_11=1)
    assert (row["score"], row["domain_renal"], row["domain_pulmonary"]) == (4, 3, 1)
    assert row["reasons"] == ("SDI_08 replaced by SDI_10; SDI_09 replaced by SDI_10; SDI_10 +3; SDI_11 +1")


def test_domains() -> None:
    """One event in the first and the last item of each domain: 1-2, 3-7, 8-10, 11-15 and so on."""
    ends = {
        "ocular": (1, 2),
        "neuropsychiatric": (3, 7),
        "renal": (8, 9),
        "pulmonary": (11, 15),
        "cardiovascular": (16, 20),
        "peripheral_vascular": (21, 24),
        "gastrointestinal": (25, 29),
        "musculoskeletal": (30, 35),
        "skin": (36, 38),
        "gonadal": (39,),
        "endocrine": (40,),
        "malignancy": (41,),
    }
    rows = scored_apart("sdi", *(events(**{f"SDI_{n:02d}": 1 for n in items}) for items in ends.values()))
    for row, (domain, items) in zip(rows, ends.items(), strict=True):
        assert {name for name in row if name.startswith("domain_") and row[name]} == {f"domain_{domain}"}
        assert row[f"domain_{domain}"] == row["score"] == len(items)


@pytest.mark.parametrize(
    ("gap", "upper"),
    [("SDI_01", 1), ("SDI_05", 2), ("SDI_08", 1), ("SDI_10", 3), ("SDI_41", 2)],
)
def test_an_item_not_done_gives_bounds(gap: str, upper: int) -> None:
    row = sdi(**{gap: None})
    assert (row["score"], row["lower"], row["upper"], row["completeness"]) == (None, 0, upper, "incomplete")
    assert row["reasons"] == f"not done: {gap}"
    assert [name for name in row if name.startswith("domain_") and row[name] is None] == [
        next(f"domain_{domain}" for n, domain in enumerate(DOMAIN_OF, 1) if f"SDI_{n:02d}" == gap)
    ]


DOMAIN_OF = (
    ["ocular"] * 2
    + ["neuropsychiatric"] * 5
    + ["renal"] * 3
    + ["pulmonary"] * 5
    + ["cardiovascular"] * 5
    + ["peripheral_vascular"] * 4
    + ["gastrointestinal"] * 5
    + ["musculoskeletal"] * 6
    + ["skin"] * 3
    + ["gonadal", "endocrine", "malignancy"]
)


def test_what_end_stage_disease_replaces_need_not_be_done() -> None:
    row = sdi(SDI_08=None, SDI_09=None, SDI_10=1)
    assert (row["score"], row["completeness"], row["reasons"]) == (
        3,
        "complete",
        "SDI_10 +3; not done: SDI_08, SDI_09",
    )
    # End-stage disease not known: 2 points of items 8 and 9, or 3 instead of them.
    row = sdi(SDI_08=1, SDI_09=1, SDI_10=None)
    assert (row["score"], row["lower"], row["upper"]) == (None, 2, 3)
    assert row["reasons"] == "SDI_08 +1; SDI_09 +1; not done: SDI_10"
    assert sdi(SDI_17=1)["reasons"] == "SDI_17 +1"


def test_reasons_and_other_names_of_columns() -> None:
    names = ["1", "02", "SDI3", "SDI04", "SDI_5", "item_6", "item_07", "item8"]
    row = dict(zip(names, [1, 0, 0, 0, 2, 0, 0, 0], strict=True)) | dict.fromkeys(CODES[8:], 0)
    (found,) = scored("sdi", row)
    assert (found["score"], found["reasons"]) == (3, "SDI_01 +1; SDI_05 +2")
    assert found["scored_by"].startswith("sdi 1.0 #")


def test_a_fall_is_queried_against_every_earlier_visit() -> None:
    rows = [
        events(SDI_01=1, SDI_33=2),
        events(SDI_01=1, SDI_33=None),
        events(SDI_01=0, SDI_33=2),
    ]
    assert queried("sdi", *rows) == [
        (2, "SDI-Q01", "score", None),
        (2, "SDI-Q02", "SDI_01", "SDI_01=0"),
    ]
    # Visit 2 may still be 3 when item 33 is not done; two items less make 1 to 3.
    assert queried("sdi", rows[0], events(SDI_33=None, SDI_01=1)) == []
    assert queried("sdi", rows[0], events(SDI_33=None, SDI_01=0)) == [
        (1, "SDI-Q01", "score", None),
        (1, "SDI-Q02", "SDI_01", "SDI_01=0"),
    ]


def test_items_that_end_stage_disease_replaces_may_be_cleared() -> None:
    start = events(SDI_08=1, SDI_09=1)
    assert queried("sdi", start, events(SDI_10=1)) == []
    assert queried("sdi", start, events(SDI_08=1, SDI_11=1)) == [(1, "SDI-Q02", "SDI_09", "SDI_09=0")]
    open_ = events(SDI_08=1, SDI_11=1, SDI_10=None)
    assert queried("sdi", start, open_) == [(1, "SDI-Q02", "SDI_09", "SDI_09=0")]


def test_more_events_than_count_are_queried() -> None:
    row = events(SDI_01=2, SDI_17=3, SDI_10=2, SDI_33=2, SDI_02=1)
    assert queried("sdi", row) == [
        (0, "SDI-Q03", "SDI_01", "SDI_01=2"),
        (0, "SDI-Q03", "SDI_10", "SDI_10=2"),
        (0, "SDI-Q03", "SDI_17", "SDI_17=3"),
    ]
