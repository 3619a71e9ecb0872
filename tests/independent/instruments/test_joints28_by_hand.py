"""28-joint counts worked out by hand from the text of the reference (10-skin-joints-damage, S35, S26, S50).

Active is tender and swollen. Joint-50: active joints down by at least half, from at least 4. A count is
scaled to 28 joints where at most 20 % (5 of 28) are missing. SLEDAI arthritis: more than 2 active joints
(1992, SELENA), at least 2 (2K).
"""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import Row, queried, scored, scored_apart

from lupustrial.instruments import INSTRUMENTS, sign_off_items

JOINTS = [
    *("shoulder", "elbow", "wrist", "knee", "mcp1", "mcp2", "mcp3", "mcp4", "mcp5"),
    *("thumb_ip", "pip2", "pip3", "pip4", "pip5"),
]
NAMES = [f"{side}_{joint}" for side in ("left", "right") for joint in JOINTS]
QUIET: Row = {f"{sign}_{name}": "N" for sign in ("tender", "swollen") for name in NAMES}


def joints(tender: int = 0, swollen: int = 0, *, undone: tuple[str, ...] = (), **other: Any) -> Row:
    """Return a visit: the first joints of the list tender, the first swollen."""
    found = {f"tender_{name}": "Y" for name in NAMES[:tender]}
    found |= {f"swollen_{name}": "Y" for name in NAMES[:swollen]}
    return QUIET | found | dict.fromkeys(undone) | other


def missing(joints_: int, first: int = 10) -> tuple[str, ...]:
    """Return the columns of that many joints that nobody examined, from place `first` of the list on."""
    return tuple(
        f"{sign}_{name}" for name in NAMES[first : first + joints_] for sign in ("tender", "swollen")
    )


def one(row: Row, **settings: Any) -> Row:
    return scored("joints28", row, **settings)[0]


def test_the_items_are_those_of_the_reference() -> None:
    assert [item.code for item in INSTRUMENTS["joints28"].items] == list(QUIET)


def test_every_joint_counts_once() -> None:
    tender = scored_apart("joints28", *(joints(**{f"tender_{name}": "Y"}) for name in NAMES))
    assert {(row["tender"], row["swollen"], row["active"], row["score"]) for row in tender} == {(1, 0, 0, 0)}
    swollen = scored_apart("joints28", *(joints(**{f"swollen_{name}": "Y"}) for name in NAMES))
    assert {(row["tender"], row["swollen"], row["active"]) for row in swollen} == {(0, 1, 0)}
    both = [joints(**{f"tender_{name}": "Y", f"swollen_{name}": "Y"}) for name in NAMES]
    active = scored_apart("joints28", *both)
    assert {(row["tender"], row["swollen"], row["active"], row["score"]) for row in active} == {(1, 1, 1, 1)}
    assert [row["reasons"] for row in active] == [f"active: {name}" for name in NAMES]


def test_all_joints() -> None:
    row = one(joints(28, 28))
    assert (row["tender"], row["swollen"], row["active"], row["assessed"]) == (28, 28, 28, 28)
    assert (row["lower"], row["upper"], row["completeness"]) == (28, 28, "complete")


def test_active_joints_are_tender_and_swollen_at_once() -> None:
    row = one(joints(7, 4))
    assert (row["tender"], row["swollen"], row["active"]) == (7, 4, 4)
    assert row["reasons"] == "active: left_shoulder, left_elbow, left_wrist, left_knee"
    assert one(joints(4, 0))["reasons"] is None


def test_a_count_is_scaled_while_five_joints_are_missing() -> None:
    """4 of 23 examined joints: 4 * 28 / 23 of 28. With six missing (21.4 %) there is no count."""
    row = one(joints(4, 4, undone=missing(5)))
    assert row["score"] == row["tender"] == row["swollen"] == pytest.approx(112 / 23)
    assert (row["lower"], row["upper"], row["assessed"], row["completeness"]) == (4, 9, 23, "incomplete")
    row = one(joints(4, 4, undone=missing(6)))
    assert (row["score"], row["tender"], row["swollen"]) == (None, None, None)
    assert (row["lower_tender"], row["upper_tender"], row["lower_swollen"]) == (4, 10, 4)
    assert (row["upper_swollen"], row["lower_active"], row["upper_active"]) == (10, 4, 10)
    assert (row["assessed"], row["completeness"]) == (22, "incomplete")


def test_strict_gives_no_count_with_a_joint_missing() -> None:
    row = one(joints(4, 4, undone=missing(1)), joints_missing="strict")
    assert (row["score"], row["lower"], row["upper"]) == (None, 4, 5)
    row = one(joints(4, 3), joints_missing="strict")
    assert (row["tender"], row["swollen"], row["score"]) == (4, 3, 3)


def test_a_joint_that_is_not_tender_is_not_active_whether_it_swells_or_not() -> None:
    row = one(joints(3, 3, undone=("swollen_right_knee",)))
    assert (row["active"], row["tender"], row["assessed"]) == (3, 3, 27)
    assert (row["lower_swollen"], row["upper_swollen"]) == (3, 4)
    assert row["swollen"] == pytest.approx(3 * 28 / 27)
    assert row["completeness"] == "incomplete"
    assert row["reasons"].endswith("not done: swollen_right_knee")
    row = one(joints(3, 3, undone=("tender_left_wrist",)))
    assert (row["lower"], row["upper"], row["lower_tender"], row["upper_tender"]) == (2, 3, 2, 3)


def test_a_joint_that_is_not_assessable_is_unknown_whatever_was_answered() -> None:
    row = one(joints(4, 4, not_assessable_left_shoulder="Y", not_assessable_left_elbow="N"))
    assert (row["lower"], row["upper"], row["assessed"]) == (3, 4, 27)
    assert row["score"] == pytest.approx(3 * 28 / 27)
    assert row["reasons"] == "active: left_elbow, left_wrist, left_knee; not assessable: left_shoulder"
    row = one(joints(undone=missing(1, first=0), injected_left_shoulder="Y"))
    assert row["reasons"] == "not assessable: left_shoulder"


def test_sledai_arthritis() -> None:
    cases = [
        (0, None, "N", "N", "N"),
        (1, None, "N", "N", "N"),
        (2, None, "N", "Y", "N"),
        (3, None, "Y", "Y", "Y"),
        (1, 1, "N", "Y", "N"),
        (1, 2, "Y", "Y", "Y"),
        (0, 40, "Y", "Y", "Y"),
    ]
    visits = [joints(active, active, other_active_joints=others) for active, others, *_ in cases]
    two = scored_apart("joints28", *visits)
    three = scored_apart("joints28", *visits, sledai2k_arthritis_min=3)
    assert [row["sledai_arth_selena"] for row in two] == [case[2] for case in cases]
    assert [row["sledai_arth_2k"] for row in two] == [case[3] for case in cases]
    assert [row["sledai_arth_2k"] for row in three] == [case[4] for case in cases]


def test_sledai_arthritis_with_joints_missing() -> None:
    cases = [(1, 1, "N", None), (0, 1, "N", "N"), (2, 1, None, "Y"), (3, 18, "Y", "Y"), (0, 3, None, None)]
    found = scored_apart("joints28", *(joints(n, n, undone=missing(undone)) for n, undone, *_ in cases))
    assert [row["sledai_arth_selena"] for row in found] == [case[2] for case in cases]
    assert [row["sledai_arth_2k"] for row in found] == [case[3] for case in cases]


def test_joints_outside_the_28_may_be_unknown() -> None:
    row = one(joints(1, 1), joints_outside_28="unknown")
    assert (row["sledai_arth_selena"], row["sledai_arth_2k"]) == (None, None)
    row = one(joints(1, 1, other_active_joints=0), joints_outside_28="unknown")
    assert (row["sledai_arth_selena"], row["sledai_arth_2k"]) == ("N", "N")
    assert one(joints(2, 2), joints_outside_28="unknown")["sledai_arth_2k"] == "Y"


def states(*pairs: tuple[Row, Row], **settings: Any) -> list[str]:
    """Return the state of the second visit of each pair."""
    found = scored_apart("joints28", *pairs, **settings)
    word = {"responder": "Y", "non-responder": "N"}
    assert all(row["responder"] == word.get(row["state"]) for row in found)
    return [row["state"] for row in found]


def test_joint_50() -> None:
    cases = [
        (4, 2, "responder"),
        (4, 3, "non-responder"),
        (5, 2, "responder"),
        (5, 3, "non-responder"),
        (28, 14, "responder"),
        (28, 15, "non-responder"),
        (3, 0, "not evaluable"),
        (0, 0, "not evaluable"),
        (4, 9, "non-responder"),
    ]
    pairs = [(joints(base, base), joints(now, now)) for base, now, _ in cases]
    assert states(*pairs) == [case[2] for case in cases]
    assert one(joints(4, 4))["state"] == "not evaluable"


def test_joint_50_of_trials_that_ask_for_six() -> None:
    pairs = [(joints(base, base), joints()) for base in (5, 6)]
    assert states(*pairs, joint50_baseline_min=6) == ["not evaluable", "responder"]


def test_only_joints_that_are_both_count_for_joint_50() -> None:
    """8 tender and 4 swollen: 4 active. Then 8 tender and 2 swollen: 2 active, a fall of half."""
    base = joints(8, 4)
    assert states((base, joints(8, 2))) == ["responder"]
    # Added up: 12 to 10 is no fall of half, 12 to 6 is, 12 to 7 is not; 3 and 1 are 4, 2 and 1 are 3.
    pairs = [(base, joints(8, 2)), (base, joints(4, 2)), (base, joints(5, 2))]
    pairs += [(joints(3, 1), joints(2, 0)), (joints(2, 1), joints())]
    expected = ["non-responder", "responder", "non-responder", "responder", "not evaluable"]
    assert states(*pairs, joint50_counts="tender_plus_swollen") == expected


def test_a_joint_missing_leaves_the_response_open_where_it_decides() -> None:
    base = joints(8, 8)
    pairs = [(base, joints(n, n, undone=missing(1))) for n in (3, 4, 5)]
    assert states(*pairs) == ["responder", "undecided", "non-responder"]
    cases = [
        (3, 0, "undecided"),  # 3 or 4 at baseline: is there a response to judge?
        (4, 2, "responder"),  # 2 is at most half of 4 and of 5
        (4, 3, "non-responder"),
        (5, 3, "undecided"),  # 3 is half of 6 only
    ]
    pairs = [(joints(n, n, undone=missing(1)), joints(now, now)) for n, now, _ in cases]
    assert states(*pairs) == [case[2] for case in cases]


def test_the_response_on_scaled_counts() -> None:
    """8 at baseline. 4 of 27 joints are 4.148, above half; 3 of 23 are 3.65; of 22 joints nothing is said."""
    base, fewer = joints(8, 8), joints(4, 4, undone=missing(5))
    cases = [
        (base, joints(4, 4, undone=missing(1)), "non-responder"),
        (base, joints(3, 3, undone=missing(5)), "responder"),
        (base, joints(3, 3, undone=missing(6)), "undecided"),
        (base, joints(4, 4), "responder"),
        # 4 of 23 at baseline are 4.87, half of it 2.43.
        (fewer, joints(2, 2, undone=missing(5)), "responder"),
        (fewer, joints(2, 2), "responder"),
        (fewer, joints(3, 3), "non-responder"),
        # 3 of 23 are 3.65 and do not reach 4.
        (joints(3, 3, undone=missing(5)), joints(), "not evaluable"),
    ]
    pairs = [(start, now) for start, now, _ in cases]
    assert states(*pairs, joints_missing="scale_all") == [case[2] for case in cases]
    assert states(pairs[1]) == ["undecided"]
    row = scored("joints28", fewer, joints(2, 2), joints_missing="scale_all")[1]
    assert row["reasons"] == (
        "active: left_shoulder, left_elbow; joint-50: active 4.87 to 2 (needs a fall of 50 % from 4 or more)"
    )
    assert row["score"] == 2.0


def test_added_counts_are_scaled_each_on_its_own() -> None:
    """Tender 4 of 26 joints: 4.308. Swollen 4 of 28. Together 8.308; half of it is 4.154."""
    base = joints(4, 4, undone=("tender_right_knee", "tender_right_wrist"))
    # Six joints not examined for tenderness: that count keeps its bounds 4 to 10, the sum is 8 to 14.
    wide = joints(4, 4, undone=tuple(f"tender_{name}" for name in NAMES[10:16]))
    found = scored_apart(
        "joints28",
        (base, joints(4, 0)),
        (base, joints(4, 1)),
        (wide, joints(4, 1)),
        joints_missing="scale_all",
        joint50_counts="tender_plus_swollen",
    )
    assert [row["state"] for row in found] == ["responder", "non-responder", "undecided"]
    assert "joint-50: tender + swollen 8.31 to 5 (" in found[1]["reasons"]
    assert "joint-50: tender + swollen 8-14 to 5 (" in found[2]["reasons"]


def test_reasons_of_a_response() -> None:
    first, row = scored("joints28", joints(4, 4), joints(1, 1, undone=missing(1)))
    assert first["reasons"] == "active: left_shoulder, left_elbow, left_wrist, left_knee"
    assert row["reasons"] == (
        "active: left_shoulder; not done: tender_left_pip2, swollen_left_pip2; "
        "joint-50: active 4 to 1-2 (needs a fall of 50 % from 4 or more)"
    )
    assert row["scored_by"].startswith(
        "joints28 1.0 joints_missing=scale joint50_counts=tender_and_swollen joint50_baseline_min=4 #"
    )


def test_consistency_checks() -> None:
    rows = [
        joints(1, 0, not_assessable_left_shoulder="Y", undone=("swollen_left_shoulder",)),
        joints(1, 1, not_assessable_left_shoulder="N"),
        joints(undone=missing(1, first=0), not_assessable_left_shoulder="Y"),
        joints(undone=("tender_left_shoulder",), not_assessable_left_shoulder="Y"),
    ]
    item = "not_assessable_left_shoulder"
    assert queried("joints28", *rows) == [
        (0, "J28-Q01", item, f"{item}=Y, tender_left_shoulder=Y"),
        (3, "J28-Q01", item, f"{item}=Y, swollen_left_shoulder=N"),
    ]


def test_uncertain_rules() -> None:
    settings = [item.setting for item in sign_off_items("joints28")]
    assert set(settings) == {
        "joints_missing",
        "joint50_counts",
        "joints_outside_28",
        "sledai2k_arthritis_min",
    }
