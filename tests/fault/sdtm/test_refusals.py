"""Annotations and records that cannot be tabulated are refused with every fault at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tiny_trial

from lupustrial.errors import RecordError, StudyError, UsageError
from lupustrial.sdtm import annotate, origins, tabulate
from lupustrial.study import Criterion, Form, Item, SdtmTarget, Study


def _with_targets(*targets: SdtmTarget, form: SdtmTarget | None = None) -> Study:
    items = tuple(
        Item(id=f"I{n}", label="Item", type="text", sdtm=target) for n, target in enumerate(targets)
    )
    return replace(
        tiny_trial.study(), forms=(Form(id="odd", title="Odd", visits=("SCR",), items=items, sdtm=form),)
    )


@pytest.mark.parametrize(
    ("target", "fault", "words"),
    [
        (SdtmTarget(domain="LP", testcd="A", test="A"), "SDTM-001", "domain LP"),
        (SdtmTarget(testcd="A", test="A"), "SDTM-001", "(none)"),
        (SdtmTarget(domain="TA", variable="ARM"), "SDTM-001", "domain TA"),
        (SdtmTarget(domain="CM", variable="CMDOSFREQ"), "SDTM-002", "CMDOSFREQ"),
        (SdtmTarget(domain="LB", testcd="A"), "SDTM-003", "incomplete"),
        (SdtmTarget(domain="CM"), "SDTM-003", "incomplete"),
        (SdtmTarget(domain="DM", variable="AGE", supp="X"), "SDTM-003", "ambiguous"),
        (SdtmTarget(domain="LB", testcd="CREATININ", test="A"), "SDTM-004", "CREATININ"),
        (SdtmTarget(domain="LB", testcd="1A", test="A"), "SDTM-004", "1A"),
        (SdtmTarget(domain="LB", testcd="A", test="A" * 41), "SDTM-004", "longer than 40"),
        (SdtmTarget(domain="DM", supp="LONGERTHAN8"), "SDTM-004", "LONGERTHAN8"),
    ],
)
def test_an_annotation_that_names_nothing_is_refused(target: SdtmTarget, fault: str, words: str) -> None:
    with pytest.raises(StudyError) as caught:
        annotate(_with_targets(target))
    (found,) = caught.value.faults
    assert found.id == fault
    assert words in found.message
    assert found.place == "form odd, item I0"
    assert found.hint


def test_a_near_miss_is_recognised() -> None:
    with pytest.raises(StudyError) as caught:
        annotate(_with_targets(SdtmTarget(domain="CM", variable="CMDOSFREQ")))
    assert caught.value.faults[0].hint == "did you mean CMDOSFRQ?"


def test_two_items_with_one_target_are_refused_and_all_faults_are_told() -> None:
    twin = SdtmTarget(domain="CM", variable="CMTRT")
    with pytest.raises(StudyError) as caught:
        annotate(_with_targets(twin, twin, SdtmTarget(domain="QQ", testcd="A", test="A")))
    assert [fault.id for fault in caught.value.faults] == ["SDTM-001", "SDTM-005"]


@pytest.mark.parametrize(
    ("line", "fault", "words"),
    [
        ("001 V0 lab.CREATT 80", "SDTM-101", "lab.CREATT"),
        ("001 V0 labs.CREAT 80", "SDTM-101", "labs.CREAT"),
        ('001 V0 lab.CREAT high "mg/dL"', "SDTM-104", "'high'"),
        ('001 V0 lab.CREAT 80 "mmol/L"', "SDTM-105", "'mmol/L'"),
    ],
)
def test_a_record_that_fits_no_item_or_unit_is_refused(line: str, fault: str, words: str) -> None:
    with pytest.raises(RecordError) as caught:
        tabulate(tiny_trial.study(), tiny_trial.source(line))
    assert [found.id for found in caught.value.faults] == [fault]
    assert words in caught.value.faults[0].message


def test_a_misspelt_item_is_recognised() -> None:
    with pytest.raises(RecordError) as caught:
        tabulate(tiny_trial.study(), tiny_trial.source("001 V0 lab.CREATT 80"))
    assert caught.value.faults[0].hint == "did you mean lab.CREAT?"


def test_an_item_recorded_twice_is_refused() -> None:
    source = tiny_trial.source("001 V0 lab.CREAT 80")
    double = replace(source, records=source.records.vstack(source.records))
    with pytest.raises(RecordError) as caught:
        tabulate(tiny_trial.study(), double)
    assert [fault.id for fault in caught.value.faults] == ["SDTM-102"]


def test_a_participant_at_two_sites_is_refused() -> None:
    source = tiny_trial.source("001 V0 lab.CREAT 80")
    elsewhere = tiny_trial.records("001 V2 lab.CREAT 80").with_columns(site=tiny_trial.pl.lit("02"))
    with pytest.raises(RecordError) as caught:
        tabulate(tiny_trial.study(), replace(source, records=source.records.vstack(elsewhere)))
    assert [(fault.id, fault.place) for fault in caught.value.faults] == [("SDTM-103", "participant 001")]


def test_origins_of_a_table_that_is_not_there() -> None:
    tables = tabulate(tiny_trial.study(), tiny_trial.source())
    with pytest.raises(UsageError) as caught:
        origins(tables, "LBB")
    assert caught.value.faults[0].id == "SDTM-201"
    assert caught.value.faults[0].hint == "did you mean LB?"


def test_criteria_that_share_their_first_eight_characters_are_refused() -> None:
    study = tiny_trial.study()
    twins = tuple(
        Criterion(id=f"INCLUSION{n}", text="Adult", expression="participant.age >= 18") for n in (1, 2)
    )
    eligibility = replace(study.eligibility, inclusion=twins)
    with pytest.raises(StudyError) as caught:
        tabulate(replace(study, eligibility=eligibility), tiny_trial.source())
    assert [fault.id for fault in caught.value.faults] == ["SDTM-006"]


def test_a_supplemental_qualifier_twice_at_one_visit_is_refused() -> None:
    study = tiny_trial.study()
    item = Item(id="NOTE", label="Note", type="text", sdtm=SdtmTarget(domain="LB", supp="NOTE", label="Note"))
    form = Form(id="notes", title="Notes", visits=("V0",), repeating=True, items=(item,))
    text = "001 V0 notes.NOTE#1 a\n001 V0 notes.NOTE#2 b"
    with pytest.raises(RecordError) as caught:
        tabulate(replace(study, forms=(*study.forms, form)), tiny_trial.source(text))
    assert [fault.id for fault in caught.value.faults] == ["SDTM-106"]
