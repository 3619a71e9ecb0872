"""Clinical SLEDAI, M-SLEDAI, S2K RI-50, bands and change, by hand from ``01-sledai`` of the reference.

Weights there: 8, 4, 2 and 1 as listed below; half of them for RI-50: 4, 2, 1, 0.5.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from shared_vectors import cases

from lupustrial.instruments import INSTRUMENTS, queries, score

EIGHT = ["SEIZ", "PSYC", "OBS", "VIS", "CRAN", "HEAD", "CVA", "VASC"]
FOURS = ["ARTH", "MYOS", "CAST", "HAEM", "PROT", "PYUR"]
TWOS = ["RASH", "ALOP", "MUCO", "PLEU", "PERI", "COMP", "DNA"]
ONES = ["FEVR", "PLT", "WBC"]
CODES = [*EIGHT, *FOURS, *TWOS, *ONES]
WEIGHTS = dict(zip(CODES, [8] * 8 + [4] * 6 + [2] * 7 + [1] * 3, strict=True))


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )


def visits(name: str, *rows: dict[str, Any], **settings: str) -> list[dict[str, Any]]:
    return score(name, frame(*rows), settings=settings).rows(named=True)


def sledai(*present: str, undone: tuple[str, ...] = ()) -> dict[str, str | None]:
    return {code: None if code in undone else "Y" if code in present else "N" for code in CODES}


def test_each_descriptor_counts_its_weight_unless_it_is_left_out() -> None:
    rows = pl.DataFrame([{"USUBJID": code, "VISITNUM": 1, **sledai(code)} for code in CODES])

    def points(name: str, **settings: str) -> dict[str, int]:
        found = score(name, rows, settings=settings)
        return dict(zip(found["USUBJID"], found["score"], strict=True))

    assert points("clinical_sledai") == WEIGHTS | {"COMP": 0, "DNA": 0}
    assert points("m_sledai", m_sledai_definition="without_serology") == WEIGHTS | {"COMP": 0, "DNA": 0}
    assert points("m_sledai", m_sledai_definition="without_dna") == WEIGHTS | {"DNA": 0}


def test_what_is_read_and_not_counted_says_so() -> None:
    told = {each.code: (each.item, each.definition) for each in INSTRUMENTS["clinical_sledai"].inputs}
    assert told["COMP"] == told["DNA"] == (False, "read and not counted")
    assert {told[code] for code in CODES if code not in ("COMP", "DNA")} == {(True, "")}
    assert {each.item for each in INSTRUMENTS["m_sledai"].inputs} == {True}


def test_serology_that_is_not_done_leaves_the_clinical_score_complete() -> None:
    """SL16 of the reference with its renal items not done: 6 to 22 without complement."""
    open_ = sledai("ARTH", "RASH", "COMP", undone=("HAEM", "PYUR", "CAST", "PROT"))
    done, renal = visits("clinical_sledai", sledai("ARTH", "RASH", undone=("COMP", "DNA")), open_)
    assert (done["score"], done["lower"], done["upper"], done["completeness"]) == (6, 6, 6, "complete")
    assert (renal["score"], renal["lower"], renal["upper"]) == (None, 6, 22)
    assert renal["completeness"] == "incomplete"
    assert renal["reasons"] == "ARTH +4; RASH +2; not done: CAST, HAEM, PROT, PYUR"


def test_missing_items_as_absent_or_carried_forward() -> None:
    rows = [sledai("ARTH", "COMP"), sledai(undone=("ARTH", "COMP")), sledai(undone=("ARTH",))]
    absent = visits("clinical_sledai", *rows, sledai_missing="as_absent")
    assert [(row["score"], row["completeness"]) for row in absent] == [
        (4, "complete"),
        (0, "incomplete"),
        (0, "incomplete"),
    ]
    assert [row["upper"] for row in absent] == [4, 4, 4]
    carried = visits("clinical_sledai", *rows, sledai_missing="locf_item")
    assert [(row["score"], row["completeness"]) for row in carried] == [(4, "complete")] * 3
    settings = {"m_sledai_definition": "without_dna", "sledai_missing": "locf_item"}
    assert [row["score"] for row in visits("m_sledai", *rows, **settings)] == [6, 6, 4]


def test_what_scored_is_named() -> None:
    (row,) = visits("clinical_sledai", sledai(), sledai_version="selena")
    assert row["scored_by"].startswith("clinical_sledai 1.0 sledai_version=selena #")
    assert row["reasons"] is None
    (row,) = visits("m_sledai", sledai(), m_sledai_definition="without_dna")
    assert row["scored_by"].startswith(
        "m_sledai 1.0 m_sledai_definition=without_dna sledai_version=sledai2k #"
    )


@cases("sledai_score")
def test_shared_vectors_of_the_clinical_score(case: dict[str, str]) -> None:
    present, undone = case["items_present"].split(";"), case["items_not_done"].split(";")
    if case["expected_clinical"]:
        (row,) = visits("clinical_sledai", sledai(*present, undone=tuple(undone)))
        assert row["score"] == int(case["expected_clinical"])


HALVES = dict(zip(CODES, [4.0] * 8 + [2.0] * 6 + [1.0] * 7 + [0.5] * 3, strict=True))


def test_a_descriptor_that_is_half_better_counts_half() -> None:
    """A participant a descriptor: persistent, half better, resolved; then new at follow-up: full."""
    rows = []
    for code in CODES:
        half: list[dict[str, Any]] = [{}, {f"{code}_half": "N"}, {f"{code}_half": "Y"}, {}]
        courses = {"kept": [sledai(code)] * 3 + [sledai()], "new": [sledai(), *[sledai(code)] * 2, sledai()]}
        rows += [
            {"USUBJID": f"{code} {course}", "VISITNUM": n, **items, **better}
            for course, seen in courses.items()
            for n, (items, better) in enumerate(zip(seen, half, strict=True))
        ]
    found = score("s2k_ri50", pl.DataFrame(rows, infer_schema_length=None), reasons=False)
    for code in CODES:
        full, half_weight = WEIGHTS[code], HALVES[code]
        kept = found.filter(pl.col("USUBJID") == f"{code} kept")
        assert kept["score"].to_list() == [full, full, half_weight, 0], code
        assert kept["change"].to_list() == [None, 0.0, half_weight - full, -full], code
        assert kept["sledai"].to_list() == [full, full, full, 0], code
        new = found.filter(pl.col("USUBJID") == f"{code} new")
        assert new["score"].to_list() == [0, full, full, 0], code
    assert set(found["completeness"]) == {"complete"}


def test_ri50_adds_up() -> None:
    """8 + 4 + 2 + 1 = 15 at baseline; then 4 + 2 + 1 + 0.5, and MUCO new: 2."""
    present = ("CVA", "ARTH", "RASH", "PLT")
    half = {f"{code}_half": "Y" for code in present}
    first, second = visits("s2k_ri50", sledai(*present), sledai(*present, "MUCO") | half)
    assert (first["score"], second["score"], second["change"]) == (15.0, 9.5, -5.5)
    assert second["reasons"] == "CVA +4 (half); ARTH +2 (half); RASH +1 (half); MUCO +2; PLT +0.5 (half)"
    assert second["scored_by"].startswith("s2k_ri50 1.0 #")


def test_ri50_that_is_open_gives_bounds() -> None:
    """ARTH, half not recorded: 2 or 4; RASH, not known at baseline: 1 or 2; COMP not done: 0 or 2."""
    rows = visits(
        "s2k_ri50",
        sledai("ARTH", undone=("RASH",)),
        sledai("ARTH", "RASH", undone=("COMP",)) | {"RASH_half": "Y"},
    )
    assert [(row["score"], row["lower"], row["upper"]) for row in rows] == [
        (None, 4.0, 6.0),
        (None, 3.0, 8.0),
    ]
    assert [row["completeness"] for row in rows] == ["incomplete"] * 2
    assert [row["change"] for row in rows] == [None, None]
    assert rows[1]["reasons"] == (
        "ARTH +2 to +4 (half not recorded); RASH +1 to +2 (half not recorded); not done: COMP"
    )
    # not half better: the unknown baseline does not matter
    known = visits("s2k_ri50", sledai(undone=("RASH",)), sledai("RASH") | {"RASH_half": "N"})
    assert known[1]["score"] == 2.0


def test_ri50_before_and_at_a_flagged_baseline() -> None:
    rows = frame(sledai("ARTH"), sledai("ARTH", "RASH"), sledai("ARTH", "RASH")).with_columns(
        ABLFL=pl.Series([None, "Y", None]), ARTH_half=pl.lit("Y"), RASH_half=pl.lit("N")
    )
    found = score("s2k_ri50", rows).rows(named=True)
    assert [row["score"] for row in found] == [None, 6.0, 4.0]
    assert [row["completeness"] for row in found] == ["not evaluable", "complete", "complete"]
    assert [row["change"] for row in found] == [None, None, -2.0]
    assert [row["reasons"] for row in found] == [None, "ARTH +4; RASH +2", "ARTH +2 (half); RASH +2"]


def test_ri50_queries() -> None:
    rows = frame(
        sledai("ARTH") | {"ARTH_half": "Y", "RASH_half": None},
        sledai("ARTH") | {"ARTH_half": "Y", "RASH_half": "Y"},
        sledai("RASH") | {"ARTH_half": "N", "RASH_half": "Y"},
    )
    found = queries("s2k_ri50", rows).select("VISITNUM", "query", "item", "values").rows()
    assert found == [
        (0, "RI50-Q02", "ARTH_half", "ARTH=Y, ARTH_half=Y"),
        (1, "RI50-Q01", "RASH_half", "RASH=N, RASH_half=Y"),
        (1, "RI50-Q02", "RASH_half", "RASH=N, RASH_half=Y"),
        (2, "RI50-Q02", "RASH_half", "RASH=Y, RASH_half=Y"),
    ]


def changes(*scores: int | None, **settings: str) -> list[dict[str, Any]]:
    return visits("sledai_change", *({"sledai": value} for value in scores), **settings)


FOUR = {0: "remission", 1: "low", 4: "low", 5: "moderate", 10: "moderate", 11: "high", 105: "high"}
FIVE = {
    0: "none",
    1: "mild",
    5: "mild",
    6: "moderate",
    10: "moderate",
    11: "high",
    19: "high",
    20: "very high",
    105: "very high",
}


@pytest.mark.parametrize(("scheme", "bands"), [("four", FOUR), ("five", FIVE)])
def test_bands_of_activity(scheme: str, bands: dict[int, str]) -> None:
    rows = changes(*bands, sledai_bands=scheme)
    assert [row["band"] for row in rows] == list(bands.values())
    assert rows[0]["scored_by"].startswith(
        f"sledai_change 1.0 sledai_bands={scheme} sledai_change_reference=previous_visit #"
    )


def test_improvement_and_flare_are_changes_of_more_than_three() -> None:
    rows = changes(10, 7, 3, 6, 10)
    assert [row["change"] for row in rows] == [None, -3, -4, 3, 4]
    assert [row["improved"] for row in rows] == [None, "N", "Y", "N", "N"]
    assert [row["flare"] for row in rows] == [None, "N", "N", "N", "Y"]
    states = ["not evaluable", "unchanged", "improved", "unchanged", "flare"]
    assert [row["state"] for row in rows] == states
    assert [row["reasons"] for row in rows[:2]] == ["SLEDAI 10", "SLEDAI 7, before 10"]
    by_baseline = changes(10, 7, 3, 6, 14, sledai_change_reference="baseline")
    assert [row["change"] for row in by_baseline] == [None, -3, -7, -4, 4]
    assert [row["state"] for row in by_baseline] == [
        *states[:1],
        "unchanged",
        "improved",
        "improved",
        "flare",
    ]


def test_change_against_a_flagged_baseline() -> None:
    rows = frame(*({"sledai": value} for value in (20, 10, 6))).with_columns(
        ABLFL=pl.Series([None, "Y", None])
    )
    found = score("sledai_change", rows, settings={"sledai_change_reference": "baseline"})
    assert found["state"].to_list() == ["not evaluable", "not evaluable", "improved"]
    assert found["change"].to_list() == [None, None, -4]


def test_bounds_decide_where_they_can() -> None:
    rows = visits(
        "sledai_change",
        {"sledai": None, "sledai_lower": 10, "sledai_upper": 12},
        {"sledai": 6, "sledai_lower": None, "sledai_upper": None},
        {"sledai": None, "sledai_lower": 9, "sledai_upper": 10},
        {"sledai": None, "sledai_lower": None, "sledai_upper": None},
    )
    assert [row["score"] for row in rows] == [None, 6, None, None]
    assert [row["band"] for row in rows] == [None, "moderate", "moderate", None]
    assert [row["state"] for row in rows] == ["not evaluable", "improved", "undecided", "undecided"]
    assert [row["improved"] for row in rows] == [None, "Y", "N", None]
    assert [row["flare"] for row in rows] == [None, "N", None, None]
    assert [row["change"] for row in rows] == [None] * 4
    assert [row["completeness"] for row in rows] == ["incomplete", "complete", "incomplete", "incomplete"]
    assert [(row["lower"], row["upper"]) for row in rows] == [(10, 12), (6, 6), (9, 10), (0, 105)]
    assert rows[2]["reasons"] == "SLEDAI 9-10, before 6"


def test_a_fall_that_bounds_leave_open() -> None:
    """From 8 to 4 or 5: a fall of 4 improves, of 3 does not; a flare is excluded."""
    (_, row) = visits(
        "sledai_change",
        {"sledai": 8, "sledai_lower": None, "sledai_upper": None},
        {"sledai": None, "sledai_lower": 4, "sledai_upper": 5},
    )
    assert (row["improved"], row["flare"], row["state"], row["band"]) == (None, "N", "undecided", None)
    assert row["completeness"] == "incomplete"


def test_change_takes_the_descriptors_themselves() -> None:
    rows = visits("sledai_change", sledai("SEIZ", "ARTH"), sledai("ARTH"), sledai_version="sledai2k")
    assert [row["score"] for row in rows] == [12, 4]
    assert rows[1]["state"] == "improved"
    assert "; sledai_2k 1.0 " in rows[1]["scored_by"]
