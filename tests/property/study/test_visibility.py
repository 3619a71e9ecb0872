"""The frame of visible records is what the one decision grants, record by record, whatever is declared."""

from __future__ import annotations

from dataclasses import replace

from blinding_trials import ROLES, VISITS, form, frame, number, row, study
from hypothesis import given
from hypothesis import strategies as st

from lupustrial.study import Form, Study, visible, visible_records

NAMES = [role.id for role in ROLES]
SOME = st.lists(st.sampled_from(NAMES), unique=True).map(tuple)


@st.composite
def studies(draw: st.DrawFn) -> Study:
    def one(form_id: str) -> Form:
        items = [
            number(code, reveals_treatment=draw(st.booleans()), hidden_from=draw(SOME)) for code in ("A", "B")
        ]
        return form(form_id, *items, hidden_from=draw(SOME), hidden_earlier_from=draw(SOME))

    return study(one("lab"), one("clinic"))


RECORDS = frame(
    [
        row(who, visit, f"{form_id}.{item}", 1)
        for who in ("P1", "P2")
        for visit in VISITS
        for form_id in ("clinic", "lab")
        for item in ("B", "A")
    ]
)


@given(trial=studies(), role=st.sampled_from(NAMES), at=st.sampled_from([None, *VISITS]))
def test_the_frame_and_the_decision_agree(trial: Study, role: str, at: str | None) -> None:
    granted = [
        visible(trial, role, one["form"], one["item"], visit=one["visit"], at=at)
        for one in RECORDS.iter_rows(named=True)
    ]
    assert visible_records(trial, role, RECORDS, at=at).equals(RECORDS.filter(granted))


@given(trial=studies(), role=st.sampled_from(NAMES), at=st.sampled_from([None, *VISITS]), more=SOME)
def test_hiding_more_never_shows_more(trial: Study, role: str, at: str | None, more: tuple[str, ...]) -> None:
    forms = tuple(
        replace(one, hidden_from=one.hidden_from + more, hidden_earlier_from=one.hidden_earlier_from + more)
        for one in trial.forms
    )
    stricter = visible_records(replace(trial, forms=forms), role, RECORDS, at=at)
    before = visible_records(trial, role, RECORDS, at=at)
    assert stricter.join(before, on=RECORDS.columns, how="anti", nulls_equal=True).is_empty()
