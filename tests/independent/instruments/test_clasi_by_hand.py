"""CLASI and CLASI-50 worked out by hand from the text of the reference (10-skin-joints-damage, S28, S35).

Activity: redness 0-3 and scale 0-2 of 13 areas, mucosal lesion 0-1, hair loss 0-1, alopecia 0-3; 0-9 mild,
10-20 moderate, 21-70 severe. Damage: dyspigmentation of 13 areas, doubled from 12 months on, scarring 0-2 of
12 areas, scalp 0, 3-6. Response: a fall of at least half from at least 10.
"""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import Row, queried, scored, scored_apart

from lupustrial.instruments import INSTRUMENTS, sign_off_items

AREAS = [
    *("scalp", "ears", "nose_malar", "rest_of_face", "v_neck_front", "posterior_neck_shoulders", "chest"),
    *("abdomen", "back_buttocks", "arms", "hands", "legs", "feet"),
]
ACTIVITY = [
    *(f"{area}_{item}" for area in AREAS for item in ("erythema", "scale_hypertrophy")),
    "mucosal_lesion",
    "recent_hair_loss_30d",
    "nonscarring_alopecia",
]
PIGMENT = [f"{area}_dyspigmentation" for area in AREAS]
SCARS = [f"{area}_scarring_atrophy_panniculitis" for area in AREAS if area != "scalp"]
DAMAGE = [*PIGMENT, *SCARS, "mucosal_dyspigmentation", "scalp_scarring"]
CLEAR: Row = dict.fromkeys([*ACTIVITY, *DAMAGE], 0) | {"dyspigmentation_12_months": "N"}


def of(activity: int) -> Row:
    """Return items with that activity, 0 to 39, as redness."""
    red = {f"{area}_erythema": min(3, max(0, activity - 3 * n)) for n, area in enumerate(AREAS)}
    return CLEAR | red


def clasi(**items: Any) -> Row:
    (row,) = scored("clasi", CLEAR | items)
    return row


def test_the_items_are_those_of_the_reference() -> None:
    assert {item.code for item in INSTRUMENTS["clasi"].items} == {*ACTIVITY, *DAMAGE}


def test_bands_of_activity() -> None:
    bands = {0: "mild", 9: "mild", 10: "moderate", 20: "moderate", 21: "severe", 39: "severe"}
    for activity, row in zip(bands, scored_apart("clasi", *map(of, bands)), strict=True):
        assert (row["score"], row["activity"], row["state"]) == (activity, activity, bands[activity])
        assert (row["lower"], row["upper"], row["completeness"]) == (activity, activity, "complete")


def test_each_item_of_activity_counts_once_and_no_item_of_damage_does() -> None:
    rows = scored_apart("clasi", *(CLEAR | {code: 1} for code in ACTIVITY))
    assert {(row["score"], row["damage"]) for row in rows} == {(1, 0)}


def test_highest_values() -> None:
    row = clasi(nonscarring_alopecia=3, feet_erythema=3, feet_scale_hypertrophy=2)
    assert row["score"] == 3 + 3 + 2


def test_dyspigmentation_counts_once_and_twice_when_it_lasts() -> None:
    for flag, points in (("N", 1), ("Y", 2)):
        rows = [CLEAR | {code: 1, "dyspigmentation_12_months": flag} for code in PIGMENT]
        assert {(row["score"], row["damage"]) for row in scored_apart("clasi", *rows)} == {(0, points)}


def test_scars_are_never_doubled() -> None:
    for flag in ("N", "Y"):
        rows = [CLEAR | {code: 2, "dyspigmentation_12_months": flag} for code in SCARS]
        assert {(row["score"], row["damage"]) for row in scored_apart("clasi", *rows)} == {(0, 2)}


@pytest.mark.parametrize("points", [0, 3, 4, 5, 6])
def test_scars_of_the_scalp(points: int) -> None:
    row = clasi(scalp_scarring=points, dyspigmentation_12_months="Y")
    assert (row["damage"], row["score"]) == (points, 0)


@pytest.mark.parametrize(
    ("option", "lasting", "damage"),
    [
        ("not_counted", "N", 1),
        ("not_counted", "Y", 2),
        ("counted", "N", 2),
        ("counted", "Y", 3),
        ("counted_and_doubled", "N", 2),
        ("counted_and_doubled", "Y", 4),
    ],
)
def test_whether_mucosal_dyspigmentation_counts(option: str, lasting: str, damage: int) -> None:
    """One area and the mucosa: 1 or 2 for the area, and 0, 1 or as much again for the mucosa."""
    items = {"chest_dyspigmentation": 1, "mucosal_dyspigmentation": 1, "dyspigmentation_12_months": lasting}
    (row,) = scored("clasi", CLEAR | items, clasi_mucosal_dyspigmentation=option)
    assert row["damage"] == damage


@pytest.mark.parametrize(("option", "known"), [("not_counted", True), ("counted", False)])
def test_mucosal_dyspigmentation_is_only_missed_where_it_counts(option: str, *, known: bool) -> None:
    (row,) = scored("clasi", CLEAR | {"mucosal_dyspigmentation": None}, clasi_mucosal_dyspigmentation=option)
    assert (row["damage"], row["upper_damage"]) == ((0, 0) if known else (None, 1))
    assert (row["reasons"] is None) == known


def test_the_doubling_asks_only_where_there_is_dyspigmentation() -> None:
    row = clasi(scalp_scarring=4, dyspigmentation_12_months=None)
    assert (row["damage"], row["completeness_damage"]) == (4, "complete")
    assert row["reasons"] == "scalp_scarring 4"
    assert clasi(scalp_scarring=None)["reasons"] == "not done: scalp_scarring"
    row = clasi(
        scalp_scarring=4, feet_dyspigmentation=1, legs_dyspigmentation=1, dyspigmentation_12_months=None
    )
    assert (row["damage"], row["lower_damage"], row["upper_damage"]) == (None, 6, 8)
    assert row["completeness_damage"] == "incomplete"
    present = "legs_dyspigmentation 1; feet_dyspigmentation 1; scalp_scarring 4"
    assert row["reasons"] == f"{present}; not done: dyspigmentation_12_months"


@pytest.mark.parametrize(
    ("activity", "gap", "upper", "band"),
    [
        (6, "hands_erythema", 9, "mild"),
        (7, "hands_erythema", 10, "undecided"),
        (10, "hands_scale_hypertrophy", 12, "moderate"),
        (18, "hands_scale_hypertrophy", 20, "moderate"),
        (19, "hands_scale_hypertrophy", 21, "undecided"),
        (21, "mucosal_lesion", 22, "severe"),
        (8, "recent_hair_loss_30d", 9, "mild"),
        (6, "nonscarring_alopecia", 9, "mild"),
    ],
)
def test_an_item_not_done_gives_bounds(activity: int, gap: str, upper: int, band: str) -> None:
    (row,) = scored("clasi", of(activity) | {gap: None})
    assert (row["score"], row["lower"], row["upper"], row["state"]) == (None, activity, upper, band)
    assert (row["completeness"], row["completeness_damage"]) == ("incomplete", "complete")
    assert row["reasons"].endswith(f"not done: {gap}")


@pytest.mark.parametrize(
    ("gap", "upper"),
    [("scalp_scarring", 6), ("arms_scarring_atrophy_panniculitis", 2), ("arms_dyspigmentation", 1)],
)
def test_an_item_of_damage_not_done_leaves_activity_alone(gap: str, upper: int) -> None:
    row = clasi(**{gap: None})
    assert (row["damage"], row["lower_damage"], row["upper_damage"]) == (None, 0, upper)
    assert (row["score"], row["completeness"], row["completeness_damage"]) == (0, "complete", "incomplete")


def test_change_is_against_baseline() -> None:
    rows = [
        of(12) | {"scalp_scarring": 3},
        of(20) | {"scalp_scarring": 4},
        of(5) | {"scalp_scarring": None},
        of(5) | {"chest_erythema": None, "scalp_scarring": 3},
    ]
    found = scored("clasi", *rows)
    assert [row["change"] for row in found] == [None, 8, -7, None]
    assert [row["change_damage"] for row in found] == [None, 1, None, 0]
    flagged = [row | {"ABLFL": flag} for row, flag in zip(rows, [None, "Y", None, None], strict=True)]
    assert [row["change"] for row in scored("clasi", *flagged)] == [None, None, -15, None]


def test_reasons_name_what_counted() -> None:
    row = clasi(
        ears_scale_hypertrophy=2,
        mucosal_lesion=1,
        chest_dyspigmentation=1,
        mucosal_dyspigmentation=1,
        dyspigmentation_12_months="Y",
    )
    assert row["reasons"] == (
        "ears_scale_hypertrophy 2; mucosal_lesion 1; chest_dyspigmentation 1; dyspigmentation doubled"
    )
    (row,) = scored("clasi", CLEAR | {"mucosal_dyspigmentation": 1}, clasi_mucosal_dyspigmentation="counted")
    assert row["reasons"] == "mucosal_dyspigmentation 1"
    assert row["scored_by"].startswith("clasi 1.0 clasi_mucosal_dyspigmentation=counted #")


def test_other_names_of_columns() -> None:
    aliases = {
        "recent_hair_loss": "recent_hair_loss_30d",
        "mucosa_mucosal_lesion": "mucosal_lesion",
        "erythema_scalp": "scalp_erythema",
        "chest_scale": "chest_scale_hypertrophy",
        "hair_nonscarring_alopecia": "nonscarring_alopecia",
    }
    named = {code: alias for alias, code in aliases.items()}
    assert scored("clasi", {named.get(code, code): 1 for code in ACTIVITY})[0]["score"] == 29


def test_consistency_checks() -> None:
    rows = [
        CLEAR | {"chest_scale_hypertrophy": 2, "scalp_scarring": 5, "ears_scarring_atrophy_panniculitis": 2},
        CLEAR | {"chest_scale_hypertrophy": 2, "chest_erythema": 1, "scalp_scarring": None},
        CLEAR | {"chest_scale_hypertrophy": 1, "scalp_scarring": 4, "ears_scarring_atrophy_panniculitis": 2},
    ]
    assert queried("clasi", *rows) == [
        (0, "CLASI-Q01", "chest_scale_hypertrophy", "chest_scale_hypertrophy=2, chest_erythema=0"),
        (1, "CLASI-Q02", "ears_scarring_atrophy_panniculitis", "ears_scarring_atrophy_panniculitis=0"),
        (2, "CLASI-Q02", "scalp_scarring", "scalp_scarring=4"),
    ]
    assert queried("clasi", *[rows[2]] * 2) == []


def test_uncertain_rules() -> None:
    assert [item.setting for item in sign_off_items("clasi")] == ["clasi_mucosal_dyspigmentation"]
    assert sign_off_items("clasi50") == ()


def clasi50(*activity: int | None, **settings: Any) -> list[Row]:
    return scored("clasi50", *({"clasi_activity": each} for each in activity), **settings)


def test_a_fall_of_half_from_ten() -> None:
    """Baseline, visit, answer, percent of fall."""
    cases: list[tuple[int, int, str | None, float | None]] = [
        (10, 5, "Y", 50.0),
        (10, 6, "N", 40.0),
        (10, 4, "Y", 60.0),
        (11, 6, "N", 500 / 11),
        (11, 5, "Y", 600 / 11),
        (70, 35, "Y", 50.0),
        (70, 36, "N", 100 * 34 / 70),
        (12, 0, "Y", 100.0),
        (12, 20, "N", -800 / 12),
        (9, 0, None, None),
        (0, 0, None, None),
    ]
    pairs = [tuple({"clasi_activity": each} for each in case[:2]) for case in cases]
    found = scored_apart("clasi50", *pairs)
    states = {"Y": ("responder", "complete"), "N": ("non-responder", "complete")}
    for row, (_, _, responder, reduction) in zip(found, cases, strict=True):
        assert row["responder"] == responder
        assert row["reduction"] == (None if reduction is None else pytest.approx(reduction))
        assert (row["state"], row["completeness"]) == states.get(responder or "", ("not evaluable",) * 2)
    first, _ = clasi50(12, 0)
    assert (first["state"], first["completeness"]) == ("not evaluable",) * 2
    assert first["reasons"] == "baseline or earlier"


@pytest.mark.parametrize(
    ("least", "baseline", "state"),
    [(1, 0, "not evaluable"), (1, 1, "responder"), (12, 11, "not evaluable"), (12, 12, "responder")],
)
def test_the_least_baseline_is_a_setting(least: int, baseline: int, state: str) -> None:
    assert clasi50(baseline, 0, clasi50_baseline_min=least)[1]["state"] == state


def test_missing_activity_is_undecided_or_not_evaluable() -> None:
    assert [row["state"] for row in clasi50(12, None)] == ["not evaluable", "undecided"]
    assert [row["state"] for row in clasi50(9, None)] == ["not evaluable", "not evaluable"]
    assert [row["completeness"] for row in clasi50(None, 0)] == ["not evaluable", "incomplete"]
    assert (
        clasi50(12, None)[1]["reasons"] == "CLASI activity 12 to 0-70 (needs a fall of 50 % from 10 or more)"
    )
    # From at most 70 no fall by half ends at 36.
    assert [row["responder"] for row in clasi50(None, 36)] == [None, None]


def test_bounds_decide_where_they_can() -> None:
    """Baseline 12: at most 6 responds. Visit surely at most 6, surely above, or either."""
    rows: list[Row] = [{"clasi_activity": 12, "clasi_lower": None, "clasi_upper": None}]
    for low, high in ((4, 6), (7, 9), (5, 7)):
        rows.append({"clasi_activity": None, "clasi_lower": low, "clasi_upper": high})
    found = scored("clasi50", *rows)
    assert [row["responder"] for row in found] == [None, "Y", "N", None]
    assert [row["state"] for row in found][1:] == ["responder", "non-responder", "undecided"]
    assert {row["reduction"] for row in found} == {None}
    assert found[1]["reasons"] == "CLASI activity 12 to 4-6 (needs a fall of 50 % from 10 or more)"


@pytest.mark.parametrize(
    ("low", "high", "visit", "state"),
    [
        (8, 9, 0, "not evaluable"),
        (9, 10, 0, "undecided"),
        (10, 12, 5, "responder"),
        (10, 12, 6, "undecided"),
        (10, 12, 7, "non-responder"),
        (9, 12, 40, "undecided"),
    ],
)
def test_bounds_of_baseline(low: int, high: int, visit: int, state: str) -> None:
    """From 10-12, 5 is half of 10 at most, 6 is half of 12 only, 7 is never half."""
    rows = [
        {"clasi_activity": None, "clasi_lower": low, "clasi_upper": high},
        {"clasi_activity": visit, "clasi_lower": None, "clasi_upper": None},
    ]
    assert scored("clasi50", *rows)[1]["state"] == state


def test_from_items() -> None:
    rows = [of(11), of(5) | {"mucosal_lesion": None}, of(5), of(4) | {"mucosal_lesion": None}]
    found = scored("clasi50", *rows)
    assert [row["responder"] for row in found] == [None, None, "Y", "Y"]
    assert "; clasi 1.0 " in found[0]["scored_by"]
    from_setting = scored("clasi50", *rows, clasi_mucosal_dyspigmentation="counted")
    assert "clasi_mucosal_dyspigmentation=counted" in from_setting[0]["scored_by"]
