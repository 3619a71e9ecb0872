"""Checks of instruments at the save: their queries open, stay, and close."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from score_pages import begun, quiet, save


def _submit(site: CaptureSite, visit: str, form: str, values: dict[str, str | None], **more: str) -> None:
    from lupustrial.capture.access import acting_of
    from lupustrial.capture.entry import Given, submit
    from lupustrial.capture.store import Place, grants_of, page_at

    role = (site.trial.study.form(form).entered_by or ("investigator",))[0]
    site.account(role, role)
    place = Place(participant="01-001", visit=visit, form=form)
    with site.trial.reading() as tx:
        held = page_at(tx, place)
        acting = acting_of(tx, site.trial.study, person=role, name=role, role=role, held=grants_of(tx, role))
    assert acting is not None
    given = {item: Given(value=value or "") for item, value in values.items()}
    outcome = submit(
        site.trial,
        acting,
        place,
        given,
        revision=0 if held is None else held.revision,
        complete=False,
        **more,
    )
    assert outcome.entry is not None, outcome.findings


def _queries(site: CaptureSite, form: str, visit: str = "W0") -> dict[tuple[str, str], str]:
    from lupustrial.capture.store import Place, queries_on

    with site.trial.reading() as tx:
        found = queries_on(tx, Place(participant="01-001", visit=visit, form=form))
    return {(one.item, one.origin): one.state for one in found}


@pytest.mark.requirement("REQ-SCORES-005")
def test_a_pair_of_items_that_cannot_be_is_asked_about_until_it_is_mended(site: CaptureSite) -> None:
    """Valve dysfunction excludes mild myocarditis by its definition (docs/instruments/consistency.md)."""
    begun(site, "01-001", ["W0"])
    study = site.trial.study
    odd = quiet(study, "bilag2004", {"CRS_MYOC_MILD": "4", "CRS_VALVE": "3"})
    _submit(site, "W0", "bilag2004", odd)
    opened = {
        key: state for key, state in _queries(site, "bilag2004").items() if key[1].startswith("BILAG-Q")
    }
    assert set(opened.values()) == {"open"}
    assert {item for item, _ in opened} & {"CRS_MYOC_MILD", "CRS_VALVE"}

    _submit(site, "W0", "bilag2004", {"MUC_PERIUNG": "1"}, why="seen late")  # something else
    assert {key: _queries(site, "bilag2004")[key] for key in opened} == opened

    _submit(site, "W0", "bilag2004", {"CRS_MYOC_MILD": "0"}, why="a slip")
    assert {_queries(site, "bilag2004")[key] for key in opened} == {"closed"}


@pytest.mark.requirement("REQ-SCORES-005")
def test_a_rash_that_one_instrument_sees_and_the_other_excludes_is_asked_about(site: CaptureSite) -> None:
    begun(site, "01-001", ["W0"])
    study = site.trial.study
    _submit(site, "W0", "sledai", quiet(study, "sledai", {"RASH": "Y"}))
    assert not [key for key in _queries(site, "sledai") if key[1].startswith("CROSS")]
    _submit(site, "W0", "bilag2004", quiet(study, "bilag2004"))
    crossed = [key for key in _queries(site, "sledai") if key[1].startswith("CROSS")]
    assert [item for item, _ in crossed] == ["RASH"]
    _submit(site, "W0", "bilag2004", {"MUC_RASH_MILD": "2"}, why="overlooked")
    assert _queries(site, "sledai")[crossed[0]] == "closed"


def test_a_check_against_the_visit_before_tells_the_assessor_nothing(site: CaptureSite) -> None:
    """4 (new) after 3 is queried by the instrument; the assessor must not learn that there was a 3."""
    begun(site, "01-001", ["W0", "W2"])
    study = site.trial.study
    save(site, "01-001", "W0", "bilag2004", quiet(study, "bilag2004", {"MUC_RASH_MILD": "3"}))
    _submit(site, "W2", "bilag2004", quiet(study, "bilag2004", {"MUC_RASH_MILD": "4"}))
    assert _queries(site, "bilag2004", "W2") == {}
