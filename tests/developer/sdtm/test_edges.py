"""Tables at the edges: no records, several unscheduled visits, deaths."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import tiny_trial

from lupustrial.sdtm import tabulate
from lupustrial.study import Form, Item, SdtmTarget


def _tables(text: str) -> dict[str, pl.DataFrame]:
    return tabulate(tiny_trial.study(), tiny_trial.source(text))


def test_a_study_without_records_has_all_its_tables_and_no_rows() -> None:
    empty, full = _tables(""), _tables(tiny_trial.RECORDS)
    assert empty.keys() == full.keys()
    assert all(table.is_empty() for name, table in empty.items() if "USUBJID" in table.columns)
    for name in ("LB", "RS", "DM", "SV"):
        assert empty[name].columns == full[name].columns
    assert dict(empty["TS"].select("TSPARMCD", "TSVAL").rows())["ACTSUB"] == "0"


def test_unscheduled_visits_are_numbered_after_the_planned_visit_before_them() -> None:
    tables = _tables("""
        1 SCR visit.VISDAT 2020-01-01
        1 V0 visit.VISDAT 2020-01-08
        1 B visit.VISDAT 2020-01-10
        1 A visit.VISDAT 2020-01-12
        1 C visit.VISDAT 2020-01-03
    """)
    assert tables["SV"].select("VISITNUM", "SVUPDES").cast({pl.Categorical(): pl.String()}).rows() == [
        (1.0, None),
        (1.01, "C"),
        (2.0, None),
        (2.01, "B"),
        (2.02, "A"),
    ]


def test_an_unscheduled_visit_without_a_date_stands_last() -> None:
    tables = _tables("""
        1 V0 visit.VISDAT 2020-01-08
        1 X lab.CREAT 80
    """)
    assert tables["LB"]["VISITNUM"].to_list() == [2.01]


def test_a_death_is_dated_by_the_disposition() -> None:
    tables = _tables("""
        1 SCR visit.VISDAT 2020-01-01
        1 SCR end.DSDECOD DEATH
        1 SCR end.DSDAT 2020-01-05
    """)
    assert tables["DM"].select("DTHFL", "DTHDTC", "RFPENDTC").rows() == [("Y", "2020-01-05", "2020-01-05")]


def test_nobody_who_was_neither_randomised_nor_excluded_is_a_screen_failure() -> None:
    tables = _tables("1 SCR visit.VISDAT 2020-01-01")
    assert tables["DM"].select("ARMNRS", "ARMCD").rows() == [("NOT ASSIGNED", None)]


def test_a_form_with_its_own_date_dates_its_findings_and_the_visit_dates_the_others() -> None:
    study = tiny_trial.study()
    target = SdtmTarget(testcd="CRES", test="Crescents")
    biopsy = Form(
        id="biopsy",
        title="Biopsy",
        visits=("V0",),
        date="BXDAT",
        sdtm=SdtmTarget(domain="LB", cat="PATHOLOGY"),
        items=(
            Item(id="BXDAT", label="Date", type="date"),
            Item(id="CRES", label="Crescents", type="integer", sdtm=target),
        ),
    )
    source = tiny_trial.source("""
        1 V0 visit.VISDAT 2020-01-08
        1 V0 biopsy.BXDAT 2020-01-06
        1 V0 biopsy.CRES 3
        1 V0 lab.CREAT 80
    """)
    table = tabulate(replace(study, forms=(*study.forms, biopsy)), source)["LB"]
    rows = (
        table.select("LBTESTCD", "VISITNUM", "LBDTC", "LBLOBXFL").cast({pl.Categorical(): pl.String()}).rows()
    )
    assert rows == [("CREAT", 2.0, "2020-01-08", None), ("CRES", 2.0, "2020-01-06", None)]


def test_an_open_trial_tells_its_product_and_without_missed_doses_needs_no_ec() -> None:
    study = tiny_trial.study()
    doses = next(form for form in study.forms if form.id == "doses")
    asked = tuple(item for item in doses.items if item.id != "EXPERF")
    forms = tuple(replace(form, items=asked) if form is doses else form for form in study.forms)
    text = "\n".join(line for line in tiny_trial.RECORDS.splitlines() if ".EXPERF" not in line)
    opened = replace(study, forms=forms, design=replace(study.design, blinding="OPEN LABEL"))
    tables = tabulate(opened, tiny_trial.source(text))
    assert "EC" not in tables
    assert tables["EX"]["EXTRT"].to_list() == ["REAL DRUG", "REAL DRUG", "REAL DRUG", "DUMMY DRUG"]


def test_a_study_without_study_drug_has_nobody_treated() -> None:
    study = tiny_trial.study()
    forms = tuple(form for form in study.forms if form.id != "doses")
    text = "\n".join(line for line in tiny_trial.RECORDS.splitlines() if " doses." not in line)
    tables = tabulate(replace(study, forms=forms), tiny_trial.source(text))
    assert "EX" not in tables
    assert tables["DM"]["RFXSTDTC"].is_null().all()
    assert tables["LB"]["LBLOBXFL"].is_null().all()
