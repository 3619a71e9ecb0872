"""Imports: the dry run keeps nothing, the confirmation all or nothing, and rights are those of entry."""

from __future__ import annotations

import pytest
from capture_files import (
    LAB_HEADER,
    LAB_MAP,
    acting,
    fill,
    head_of,
    mover_study,
    report,
    save,
)
from capture_site import CaptureSite
from django.test import Client

HEADER = "participant,visit,WBC,WBC.unit,NEUT,NEUT.unit\n"
GOOD = f"{HEADER}01-001,W0,5.10,10^9/L,2.5,10^9/L\n"


def _post(client: Client, content: bytes | str, **given: str) -> str:
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("lab.csv", data)
    answer = client.post("/doors/import", {"file": file, "layout": "form", "form": "cbc", **given})
    return answer.content.decode()


def _token(page: str) -> str:
    return page.split('name="token" value="', maxsplit=1)[1].split('"', maxsplit=1)[0]


def _value(site: CaptureSite, item: str, visit: str = "W0", form: str = "cbc") -> str | None:
    from lupustrial.capture.store import Place, page_at

    with site.trial.reading() as tx:
        page = page_at(tx, Place(participant="01-001", visit=visit, form=form))
    return None if page is None or item not in page.items else page.items[item].value


@pytest.mark.requirement("REQ-DOORS-006")
def test_a_dry_run_keeps_nothing_and_the_confirmation_keeps_it_all(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    before = head_of(site.trial)
    page = _post(client, GOOD)
    assert head_of(site.trial) == before
    assert "Bring in 1 page" in page
    answer = client.post("/doors/import", {"step": "confirm", "token": _token(page)})
    assert answer.status_code == 302
    assert (_value(site, "WBC"), _value(site, "NEUT")) == ("5.10", "2.5")
    with site.trial.reading() as tx:
        from lupustrial.ledger import entries

        kinds = [entry.kind for entry in entries(tx, after=before)]
    assert kinds[0] == "page saved"
    assert kinds[-1] == "imported"


def test_the_same_file_again_has_nothing_to_save(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    client.post("/doors/import", {"step": "confirm", "token": _token(_post(client, GOOD))})
    page = _post(client, GOOD)
    assert "nothing that is not held already" in page
    assert 'name="token"' not in page


@pytest.mark.requirement("REQ-DOORS-006")
def test_one_row_at_fault_keeps_the_whole_file_out(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    page = _post(client, f"{GOOD}01-001,W2,many,10^9/L,,\n")
    assert "lab.csv row 3, column WBC" in page
    assert "RECORD-021" in page
    assert 'name="token"' not in page
    assert _value(site, "WBC") is None


@pytest.mark.requirement("REQ-DOORS-007")
def test_a_refusal_is_on_the_ledger_without_a_word_of_the_file(site: CaptureSite) -> None:
    from lupustrial.ledger import entries

    site.register()
    client = site.client("data_manager")
    before = head_of(site.trial)
    _post(client, f"{HEADER}01-777,W0,5,10^9/L,,\n")
    with site.trial.reading() as tx:
        (entry,) = entries(tx, after=before)
    assert entry.kind == "import refused"
    assert entry.data["ids"] == ["CAPT-071"]
    assert "777" not in entry.body
    assert "lab" not in entry.body


@pytest.mark.requirement("REQ-DOORS-009")
def test_a_changed_value_needs_a_reason_and_shows_the_old_one(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    client.post("/doors/import", {"step": "confirm", "token": _token(_post(client, GOOD))})
    changed = GOOD.replace("5.10", "6.1")
    assert "CAPT-013" in _post(client, changed)
    page = _post(client, changed, why="The laboratory corrected the result.")
    assert "5.10 10^9/L" in page
    client.post("/doors/import", {"step": "confirm", "token": _token(page)})
    assert _value(site, "WBC") == "6.1"


@pytest.mark.requirement("REQ-DOORS-006")
def test_a_token_is_void_when_what_the_file_touches_was_changed(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    token = _token(_post(client, GOOD))
    save(site.trial, acting(site.trial.study, "investigator"), ("01-001", "W0", "cbc"), {"HGB": "120 g/L"})
    answer = client.post("/doors/import", {"step": "confirm", "token": token})
    assert "CAPT-075" in answer.content.decode()
    assert _value(site, "WBC") is None


def test_what_others_do_elsewhere_leaves_a_token_valid(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    token = _token(_post(client, GOOD))
    save(site.trial, acting(site.trial.study, "investigator"), ("01-001", "W4", "cbc"), {"HGB": "120 g/L"})
    client.post("/doors/import", {"step": "confirm", "token": token})
    assert _value(site, "WBC") == "5.10"


def test_a_token_of_another_file_or_person_is_void(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    token = _token(_post(client, GOOD))
    _post(client, GOOD.replace("5.10", "9.9"))
    assert b"CAPT-075" in client.post("/doors/import", {"step": "confirm", "token": token}).content
    other = site.client("data_manager", person="another")
    _post(other, GOOD)
    assert b"CAPT-075" in other.post("/doors/import", {"step": "confirm", "token": token}).content
    assert b"CAPT-075" in client.post("/doors/import", {"step": "confirm", "token": "forged"}).content
    assert _value(site, "WBC") is None


def test_a_file_that_was_given_up_is_gone(site: CaptureSite) -> None:
    from lupustrial.capture.models import Draft

    site.register()
    client = site.client("data_manager")
    page = _post(client, GOOD)
    kept = Draft.objects.get(place="import")
    assert b"01-001" not in bytes(kept.body)  # it is encrypted
    client.post("/doors/import", {"step": "cancel"})
    assert not Draft.objects.filter(place="import").exists()
    assert b"CAPT-075" in client.post("/doors/import", {"step": "confirm", "token": _token(page)}).content


@pytest.mark.requirement("REQ-DOORS-008")
def test_who_manages_data_does_not_bring_in_what_the_investigator_enters(site: CaptureSite) -> None:
    fill(site)
    content = "participant,visit,repeat,AETERM\n01-001,SCR,2,Fever\n"
    told = report(site.trial, acting(site.trial.study, "data_manager"), content, form="ae")
    assert [(fault.id, fault.place) for fault in told.faults] == [
        ("CAPT-072", "file.csv row 2, column AETERM")
    ]


@pytest.mark.requirement("REQ-DOORS-008", "REQ-SUPPLY-015")
def test_a_file_that_betrays_treatment_is_refused_without_telling_what_is_held(site: CaptureSite) -> None:
    fill(site)
    who = acting(site.trial.study, "data_manager")
    for value in ("0.31", "0.9"):
        content = f"participant,visit,EOS,EOS.unit\n01-001,SCR,{value},10^9/L\n"
        told = report(site.trial, who, content)
        assert [fault.id for fault in told.faults] == ["CAPT-072"]
        assert told.differences == ()
        assert "0.31" not in str(told)


def test_a_role_without_the_task_cannot_open_the_door(site: CaptureSite) -> None:
    for role in ("investigator", "monitor", "auditor", "administrator"):
        assert site.client(role).get("/doors/import").status_code == 403


def test_the_checks_of_entry_hold_for_a_file(site: CaptureSite) -> None:
    site.register()
    header = HEADER.replace("\n", ",LYMPH,LYMPH.unit\n")
    content = f"{header}01-001,W0,500,10^9/L,,,,\n01-001,W2,4,10^9/L,5,10^9/L,1,10^9/L\n"
    told = report(site.trial, acting(site.trial.study, "data_manager"), content)
    assert [(fault.id, fault.place) for fault in told.faults] == [
        ("RECORD-023", "file.csv row 2, column WBC")
    ]
    assert [(one.id, one.place) for one in told.warnings] == [("CBC_SUM", "file.csv row 3, column NEUT")]


def test_a_unit_is_not_guessed_where_several_are_possible(site: CaptureSite) -> None:
    site.register()
    told = report(
        site.trial, acting(site.trial.study, "data_manager"), "participant,visit,HGB\n01-001,W0,12.1\n"
    )
    assert [(fault.id, fault.place) for fault in told.faults] == [("CAPT-070", "file.csv row 2, column HGB")]
    assert "HGB.unit" in told.faults[0].hint


@pytest.mark.parametrize(
    ("text", "dates", "wanted"),
    [
        ("03.04.1990", "DD.MM.YYYY", "1990-04-03"),
        ("03/04/1990", "DD/MM/YYYY", "1990-04-03"),
        ("03/04/1990", "MM/DD/YYYY", "1990-03-04"),
        ("1990/4/3", "YYYY/MM/DD", "1990-04-03"),
        ("19900403", "YYYYMMDD", "1990-04-03"),
        ("1990-04-03", "YYYY-MM-DD", "1990-04-03"),
        ("1990-4-3", "YYYY-MM-DD", None),
        ("03/04/1990", "YYYY-MM-DD", None),
        ("1990-04-03", "DD.MM.YYYY", None),
        ("٠٣.٠٤.١٩٩٠", "DD.MM.YYYY", None),
    ],
)
@pytest.mark.usefixtures("_capture_template")
def test_dates_are_read_in_the_way_that_was_chosen(text: str, dates: str, wanted: str | None) -> None:
    from lupustrial.capture.doors.intake._options import date_in

    assert date_in(text, dates) == wanted  # type: ignore[arg-type]  # one of its choices


@pytest.mark.usefixtures("_capture_template")
def test_the_other_decimal_sign_is_refused() -> None:
    from lupustrial.capture.doors.intake._options import number_in

    assert (number_in("5.1", "point"), number_in("5,1", "point")) == ("5.1", None)
    assert (number_in("5,1", "comma"), number_in("5.1", "comma")) == ("5.1", None)
    assert number_in("1.234,5", "comma") is None


def test_semicolons_decimal_commas_and_gb18030(site: CaptureSite) -> None:
    trial = site.trial
    trial.study = mover_study(trial.study)
    site.register()
    content = "participant;visit;HEIGHT;WEIGHT;WEIGHT.unit;TEMP\n01-001;SCR;165;61,5;kg;36,6\n".encode(
        "gb18030"
    )
    units = {unit for item in trial.study.form("vitals").items for unit in [item.unit]}
    assert "kg" in units
    told = report(
        trial,
        acting(trial.study, "mover"),
        content,
        form="vitals",
        encoding="gb18030",
        delimiter="semicolon",
        decimal="comma",
    )
    assert [fault.message for fault in told.faults] == []
    assert {one.value.item: one.value.value for one in told.differences} == {
        "HEIGHT": "165",
        "WEIGHT": "61.5",
        "TEMP": "36.6",
    }


@pytest.mark.requirement("REQ-DOORS-010")
def test_results_of_a_laboratory_find_item_unit_and_visit(site: CaptureSite) -> None:
    fill(site)
    investigator = acting(site.trial.study, "investigator")
    save(site.trial, investigator, ("01-001", "W0", "visit"), {"VISDAT": "2026-01-13"})
    rows = [
        "01-001,2026/01/13,白细胞,4.9,10*9/L",  # the day of week 0
        "01-001,2026/01/13,血红蛋白,溶血,g/L",  # haemolysed
        "01-001,2026/01/28,白细胞,5.2,10*9/L",  # day 16: window of week 2 (day 15 ± 3)
        "01-001,2026/01/28,肌酐,61.0,μmol/L",
        "01-001,2026/01/28,备注,见附件,",  # ignored by the map
        "01-001,2026/02/05,白细胞,5.0,10*9/L",  # day 24: between the windows of weeks 2 and 4
        "01-999,2026/01/13,白细胞,5.0,10*9/L",  # nobody
        "01-001,2026/01/13,尿酸,300,μmol/L",  # a code that the map does not have
    ]
    content = (LAB_HEADER + "\n".join(rows) + "\n").encode("gb18030")
    told = report(
        site.trial, acting(site.trial.study, "data_manager"), content, layout="laboratory", lab=LAB_MAP
    )
    assert [fault.message for fault in told.faults] == []
    found = {
        (one.value.place.visit, one.value.place.form, one.value.item): one.value for one in told.differences
    }
    assert set(found) == {
        ("W0", "cbc", "WBC"),
        ("W0", "cbc", "HGB"),
        ("W2", "cbc", "WBC"),
        ("W2", "metabolic", "CREAT"),
    }
    assert (found["W0", "cbc", "WBC"].value, found["W0", "cbc", "WBC"].unit) == ("4.9", "10^9/L")
    assert (found["W0", "cbc", "HGB"].status, found["W0", "cbc", "HGB"].why) == ("not done", "haemolysed")
    assert found["W2", "metabolic", "CREAT"].unit == "umol/L"
    assert [one.place.split(", ")[0] for one in told.unmatched] == [
        f"file.csv row {row}" for row in (7, 8, 9)
    ]


@pytest.mark.requirement("REQ-DOORS-010")
def test_rows_that_match_nothing_are_left_out_only_when_somebody_says_so(site: CaptureSite) -> None:
    fill(site)
    client = site.client("data_manager")
    content = (
        LAB_HEADER + "01-001,2026/01/06,白细胞,4.9,10*9/L\n01-999,2026/01/06,白细胞,4,10*9/L\n"
    ).encode("gb18030")
    page = _post(client, content, layout="laboratory", map_text=LAB_MAP, why="Corrected by the laboratory.")
    assert "there is no participant `01-999`" in page
    given = {"step": "confirm", "token": _token(page), "unmatched": "1"}
    assert b"CAPT-074" in client.post("/doors/import", given).content
    assert _value(site, "WBC", "SCR") == "5.10"
    client.post("/doors/import", {**given, "leave": "1"})
    assert _value(site, "WBC", "SCR") == "4.9"


def test_a_unit_that_the_laboratory_does_not_say_is_refused(site: CaptureSite) -> None:
    fill(site)
    content = (LAB_HEADER + "01-001,2026/01/06,白细胞,4900,/uL\n").encode("gb18030")
    told = report(
        site.trial, acting(site.trial.study, "data_manager"), content, layout="laboratory", lab=LAB_MAP
    )
    assert [(fault.id, fault.place) for fault in told.faults] == [("CAPT-070", "file.csv row 2, column 单位")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: 1\n", "Field required"),
        ("format: 1\nsurprise: 2\n", "Extra inputs"),
        ("a: &x [1]\nb: *x\n", "aliases"),
        ("a: [1\n", "no YAML"),
        ("", "valid dictionary"),
        (LAB_MAP.replace("cbc.WBC", "cbc.WBX"), "no item `cbc.WBX`"),
        (LAB_MAP.replace('"10^9/L"', '"10^9"'), "no unit"),
        (LAB_MAP.replace("date: 采样日期, ", ""), "nothing tells the visit"),
    ],
)
def test_a_map_at_fault_is_told(site: CaptureSite, text: str, message: str) -> None:
    from lupustrial.capture.doors.intake import read_map
    from lupustrial.errors import CaptureError

    with pytest.raises(CaptureError) as refused:
        read_map(site.trial.study, text, "map")
    assert {fault.id for fault in refused.value.faults} == {"CAPT-073"}
    assert message in str(refused.value)
