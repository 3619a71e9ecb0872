"""Who sees what: each rule by itself, and what the founding study declares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from blinding_trials import form, frame, number, row, study

from lupustrial.study import load_study, sight_of, visible, visible_records

IL2 = Path(__file__).resolve().parents[3] / "studies" / "il2-sle"
TRIAL = study(
    form("lab", number("PLAIN"), number("CELLS", reveals_treatment=True)),
    form("ae", number("GRADE"), hidden_from=("assessor", "statistician")),
    form(
        "score", number("TOTAL"), number("NOTE", hidden_from=("doctor",)), hidden_earlier_from=("assessor",)
    ),
)


@pytest.mark.parametrize(
    ("role", "form_id", "item", "sight"),
    [
        ("doctor", "lab", "PLAIN", "all"),
        ("doctor", "lab", "CELLS", "none"),
        ("statistician", "lab", "CELLS", "all"),  # not blinded
        ("assessor", "ae", "GRADE", "none"),
        ("doctor", "ae", "GRADE", "all"),
        ("statistician", "ae", "GRADE", "none"),  # not blinded, yet hidden from this role by name
        ("assessor", "score", "TOTAL", "visit at hand"),
        ("doctor", "score", "TOTAL", "all"),
        ("doctor", "score", "NOTE", "none"),
        ("assessor", "score", "NOTE", "visit at hand"),
        ("engineer", "lab", "PLAIN", "none"),  # no clinical data
    ],
)
def test_each_rule(role: str, form_id: str, item: str, sight: str) -> None:
    assert sight_of(TRIAL, role, form_id, item) == sight


def test_earlier_and_later_values_are_hidden_and_so_are_all_where_no_visit_is_at_hand() -> None:
    shown = {
        at: [
            visit
            for visit in ("V0", "V2", "V4")
            if visible(TRIAL, "assessor", "score", "TOTAL", visit=visit, at=at)
        ]
        for at in ("V2", None)
    }
    assert shown == {"V2": ["V2"], None: []}


def test_an_unknown_name_is_refused_and_an_unknown_item_is_never_shown() -> None:
    with pytest.raises(KeyError, match="visitor"):
        sight_of(TRIAL, "visitor", "lab", "PLAIN")
    with pytest.raises(KeyError, match="OTHER"):
        sight_of(TRIAL, "doctor", "lab", "OTHER")
    records = frame([row("P1", "V0", "lab.OTHER", 1), row("P1", "V0", "lab.PLAIN", 1)])
    assert visible_records(TRIAL, "doctor", records)["item"].to_list() == ["PLAIN"]


def test_records_keep_their_order_and_columns() -> None:
    rows = [
        row("P2", "V2", "score.TOTAL", 1),
        row("P1", "V0", "score.TOTAL", 2),
        row("P1", "V2", "lab.PLAIN", 3),
    ]
    records = frame(rows)
    assert visible_records(TRIAL, "doctor", records).equals(records)
    assert visible_records(TRIAL, "assessor", records, at="V2").equals(records[[0, 2]])
    assert visible_records(TRIAL, "assessor", records).equals(records[[2]])


def test_no_blinded_role_of_the_founding_study_sees_eosinophils_or_subsets() -> None:
    il2 = load_study(IL2)
    secret = [("cbc", "EOS"), *(("subsets", item.id) for item in il2.form("subsets").items)]
    for role in il2.roles:
        seen = {sight_of(il2, role.id, *pair) for pair in secret}
        assert seen == ({"none"} if role.blinded or not role.clinical else {"all"}), role.id


@pytest.mark.parametrize("form_id", ["ae", "injections", "conmeds", "disposition"])
def test_its_assessor_sees_no_safety_data(form_id: str) -> None:
    il2 = load_study(IL2)
    assert {sight_of(il2, "assessor", form_id, item.id) for item in il2.form(form_id).items} == {"none"}


@pytest.mark.parametrize("form_id", ["sledai", "bilag2004", "pga", "complement", "antibodies", "prednisone"])
def test_its_assessor_sees_efficacy_at_the_visit_at_hand_only(form_id: str) -> None:
    il2 = load_study(IL2)
    sights = {sight_of(il2, "assessor", form_id, item.id) for item in il2.form(form_id).items}
    assert sights == {"visit at hand"}
    assert {sight_of(il2, "investigator", form_id, item.id) for item in il2.form(form_id).items} == {"all"}


def test_who_runs_its_system_sees_no_item() -> None:
    il2 = load_study(IL2)
    for role in ("administrator", "packager"):
        assert {sight_of(il2, role, one.id, item.id) for one in il2.forms for item in one.items} == {"none"}


def test_nobody_is_hidden_from_where_the_study_declares_nothing() -> None:
    plain = replace(TRIAL, forms=(form("lab", number("PLAIN")),))
    assert {sight_of(plain, role.id, "lab", "PLAIN") for role in plain.roles if role.clinical} == {"all"}
