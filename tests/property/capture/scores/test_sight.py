"""A score shows nothing that its reader does not see: changing what is hidden changes no card."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from capture_site import CaptureSite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from score_pages import DATES, quiet

from lupustrial.study import Study, visible

if TYPE_CHECKING:
    from lupustrial.capture.store import Page

_VISITS = ("SCR", "W0", "W2", "W4")
_ROLES = (
    "investigator", "assessor", "coordinator", "pharmacist", "sponsor", "data_manager", "monitor",
    "blinded_statistician", "unblinded_statistician", "packager", "dmc", "auditor", "administrator",
)  # fmt: skip


def _values(study: Study, visit: str) -> dict[str, dict[str, str | None]]:
    """Return an unremarkable page of every form at a visit."""
    found: dict[str, dict[str, str | None]] = {
        form.id: quiet(study, form.id) for form in study.forms if visit in form.visits
    }
    found["visit"] = {"VISDAT": DATES[visit]}
    found["pga"] = {"PGA": "1.0"}
    found["metabolic"]["CREAT"] = "60"
    found["urinalysis"] |= {"URBC": "1", "UWBC": "1"}
    if "bilag2004" in found:
        found["bilag2004"] |= {"HAE_HB": "12", "REN_P24": "0.6", "REN_CREAT": "60"}
        found["protein24"] = {"PROT24": "0.8"}
    if visit == "SCR":
        found["demography"] = {"SEX": "F", "BRTHDAT": "1990-01-01"}
    found["prednisone"] = {
        "CMTRT": "PREDNISONE", "CMDOSE": "10", "CMFREQ": "QD", "CMROUTE": "ORAL", "CMSTDAT": DATES[visit]
    }  # fmt: skip
    return found


def _pages(study: Study) -> list[Page]:
    from lupustrial.capture.store import Held, Page, Place

    return [
        Page(
            place=Place(participant="01-001", visit=visit, form=form), site="01", version="1.0",
            state="complete", removed=False, revision=1,
            items={
                item: Held(value=value, unit=None, status="entered", at="", by="", reason="", position=1)
                for item, value in values.items()
            },
        )
        for visit in _VISITS
        for form, values in _values(study, visit).items()
    ]  # fmt: skip


def _changed(pages: list[Page], where: tuple[str, str, str], value: str | None) -> list[Page]:
    visit, form, item = where
    found = []
    for page in pages:
        items: dict[str, Any] = dict(page.items)
        if (page.place.visit, page.place.form) == (visit, form):
            items.pop(item, None)
            if value is not None:
                items[item] = dataclasses.replace(page.items[item], value=value)
        found.append(dataclasses.replace(page, items=items))
    return found


def _cards(site: CaptureSite, role: str, visit: str, pages: list[Page]) -> tuple[Any, ...]:
    from score_pages import visits_from

    from lupustrial.capture.access import Acting
    from lupustrial.capture.scores._answers import answers_of
    from lupustrial.capture.scores._at import allowed_to, cards_of

    study = site.trial.study
    acting = Acting(id=role, name=role, role=study.role(role), sites=None)
    # Dates of visits are kept apart from the pages; they are never hidden.
    held = visits_from(study, _pages(study))
    answers = answers_of(study, pages, held, allowed=allowed_to(study, acting, visit))
    return cards_of(answers, acting, visit, nearest=False)


_OTHER = {"NY": "Y", "BILAG_ORD": "4", "GLUCOCORTICOID": "METHYLPREDNISOLONE", "FREQ": "BID", "SEX": "M"}


@pytest.mark.requirement("REQ-SCORES-004")
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_hidden_value_changes_no_card(site: CaptureSite, data: st.DataObject) -> None:
    study = site.trial.study
    role, visit = data.draw(st.sampled_from(_ROLES)), data.draw(st.sampled_from(_VISITS))
    pages = _pages(study)
    hidden = [
        (page.place.visit, page.place.form, item)
        for page in pages
        for item in page.items
        if not visible(study, role, page.place.form, item, visit=page.place.visit, at=visit)
    ]
    if not hidden:
        return
    where = data.draw(st.sampled_from(hidden))
    item = study.form(where[1]).item(where[2])
    other = _OTHER.get(item.codelist or "") or {"date": "2024-01-09"}.get(item.type, "2")
    value = data.draw(st.sampled_from([None, other]))
    before = _cards(site, role, visit, pages)
    assert _cards(site, role, visit, _changed(pages, where, value)) == before


@pytest.mark.requirement("REQ-SCORES-004")
def test_no_role_sees_a_whole_score_of_which_it_does_not_see_every_input(site: CaptureSite) -> None:
    """The inputs of each score, written down by hand, against what is shown to each role at week 2."""
    study = site.trial.study
    forms = {
        "SLEDAI": ["sledai"],
        "BILAG": ["bilag2004", "history"],
        "pga": ["pga"],
        "SRI4": ["sledai", "bilag2004", "history", "pga"],
        "RENAL": ["metabolic", "protein24", "urinalysis", "demography"],
        "STEROID": ["prednisone"],
    }
    codes = {"metabolic": ["CREAT"], "urinalysis": ["URBC", "UWBC", "CASTS"], "demography": ["SEX"]}
    shown: dict[str, set[str]] = {}
    for role in study.roles:
        for card in _cards(site, role.id, "W2", _pages(study)):
            assert card.use in forms
            shown.setdefault(role.id, set()).add(card.use)
            for form in forms[card.use]:
                for item in study.form(form).items:
                    wanted = codes.get(form)
                    if (wanted and item.id not in wanted) or (form == "history" and "PRIOR" not in item.id):
                        continue
                    for visit in ("SCR", "W0", "W2"):
                        if visit not in study.form(form).visits or (card.withheld and visit == "W0"):
                            continue
                        if card.use == "SLEDAI" and role.id == "assessor" and visit != "W2":
                            continue  # a sum of the visit's own descriptors
                        seen = visible(study, role.id, form, item.id, visit=visit, at="W2")
                        assert seen, (role.id, card.use, form, item.id, visit)
    assert shown["assessor"] == {"SLEDAI", "BILAG"}
    assert shown["investigator"] == set(forms)
    assert "administrator" not in shown
