"""Amendments: checked, put into force site by site, and every visit stays on its version."""

from __future__ import annotations

import datetime as dt
import functools
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from capture_site import CaptureSite
from django.core.files.uploadedfile import SimpleUploadedFile

from lupustrial.capture.store import Answer, Place, protocols_of, save_page
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Actor
from lupustrial.study import _yaml, differences, load_study, study_files


@pytest.fixture(autouse=True)
def _parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse the same text of YAML once in this file: most of its time would go there."""
    monkeypatch.setattr(_yaml, "_compose", _composed)


@functools.cache
def _root(text: str) -> object:
    """Return the nodes of a text that can be parsed; None, each time, for one that cannot."""
    return _COMPOSE(text, "", [])


def _composed(text: str, name: str, faults: list[Fault]) -> object:
    return _root(text) or _COMPOSE(text, name, faults)


_COMPOSE = _yaml._compose

BY = Actor(id="manager", role="data_manager")
Change = Callable[[Path], None]


def replaced(file: str, old: str, new: str) -> Change:
    """Return what puts one text for another into a file of the folder."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


VERSION = replaced("study.yaml", 'version: "1.0"', 'version: "2.0"')
WIDER = replaced("study.yaml", "day: 29, window: [-3, 3]", "day: 29, window: [-7, 7]")
PULSE_GONE = replaced("forms/disposition.yaml", "  - id: DSTERM\n", "  - id: DSWORDS\n")


def folder_of(site: CaptureSite, *changes: Change) -> Path:
    """Return a copy of the study with changes."""
    folder = site.folder / "amended"
    shutil.copytree(site.trial.config.study, folder, ignore=shutil.ignore_patterns("published", "data"))
    for change in changes:
        change(folder)
    return folder


def put_into_force(site: CaptureSite, folder: Path, day: dt.date = dt.date(2026, 3, 1)) -> None:
    from lupustrial.capture._amend import amend

    amend(
        site.trial,
        study_files(folder),
        by=BY,
        why="Wider window",
        reference="EC 7/2026",
        approved=dt.date(2026, 2, 1),
        sites={"01": day},
    )


def zipped(folder: Path) -> SimpleUploadedFile:
    """Return a folder as an uploaded ZIP file, in a folder of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, f"study/{path.relative_to(folder).as_posix()}")
    return SimpleUploadedFile("study.zip", buffer.getvalue(), "application/zip")


def keep(site: CaptureSite, form: str, visit: str, values: dict[str, str]) -> None:
    site.register()
    with site.trial.writing() as tx:
        save_page(
            tx,
            study=site.trial.study.id,
            place=Place(participant="01-001", visit=visit, form=form),
            site="01",
            version=site.trial.study_at(tx, "01-001", visit).version,
            state="complete",
            answers={item: Answer(value=value) for item, value in values.items()},
            by=BY,
            revision=0,
        )


def test_the_first_version_is_the_one_of_the_folder(site: CaptureSite) -> None:
    with site.trial.reading() as tx:
        (first,) = protocols_of(tx)
    assert (first.version, first.digest) == ("1.0", load_study(site.trial.config.study).digest)


@pytest.mark.requirement("REQ-PART-010")
def test_a_visit_stays_on_the_version_under_which_it_was_begun(site: CaptureSite) -> None:
    keep(site, "disposition", "SCR", {"DSTERM": "Moved away"})
    put_into_force(site, folder_of(site, VERSION, WIDER, PULSE_GONE))
    assert site.trial.study.version == "2.0"
    with site.trial.reading() as tx:
        old, new = (site.trial.study_at(tx, "01-001", visit) for visit in ("SCR", "W4"))
    assert (old.version, old.visit("W4").window) == ("1.0", (-3, 3))
    assert (new.version, new.visit("W4").window) == ("2.0", (-7, 7))
    client = site.client("investigator")
    shown = client.get("/participants/01-001/visits/SCR/forms/disposition/1").content.decode()
    assert "Moved away" in shown


@pytest.mark.requirement("REQ-PART-010")
def test_a_version_comes_into_force_on_its_day(site: CaptureSite) -> None:
    put_into_force(site, folder_of(site, VERSION, WIDER), dt.date(2999, 1, 1))
    assert site.trial.study.version == "1.0"
    site.register()
    with site.trial.reading() as tx:
        assert site.trial.version_in_force(tx, "01") == "1.0"
        assert [one.version for one in protocols_of(tx)] == ["1.0", "2.0"]


@pytest.mark.requirement("REQ-PART-010")
def test_the_page_lists_what_changed_in_words(site: CaptureSite) -> None:
    put_into_force(site, folder_of(site, VERSION, WIDER))
    shown = site.client("monitor").get("/protocol/2.0").content.decode()
    for words in ("Visit W4", "window", "<del>-3, 3</del>", "<ins>-7, 7</ins>", "EC 7/2026", "Wider window"):
        assert words in shown


@pytest.mark.requirement("REQ-PART-011")
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            replaced(
                "forms/disposition.yaml", "    type: code\n    codelist: DSDECOD\n", "    type: integer\n"
            ),
            "DSDECOD",
        ),
        (replaced("codelists.yaml", "  COMPLETED: ", "  FINISHED: "), "COMPLETED"),
    ],
    ids=["type", "code"],
)
def test_what_would_make_held_values_unreadable_is_refused(
    site: CaptureSite, change: Change, named: str
) -> None:
    keep(site, "disposition", "W24", {"DSDECOD": "COMPLETED"})
    with pytest.raises(CaptureError) as caught:
        put_into_force(site, folder_of(site, VERSION, change))
    assert {fault.id for fault in caught.value.faults if fault.severity == "error"} == {"CAPT-027"}
    assert named in str(caught.value)
    with site.trial.reading() as tx:
        assert len(protocols_of(tx)) == 1


def test_what_disappears_from_sight_is_told_and_not_refused(site: CaptureSite) -> None:
    from lupustrial.capture._amend import read_amendment

    keep(site, "disposition", "SCR", {"DSTERM": "Moved away"})
    _, faults = read_amendment(site.trial, study_files(folder_of(site, VERSION, PULSE_GONE)))
    assert [(fault.id, fault.severity) for fault in faults] == [("CAPT-027", "warning")]
    assert "DSTERM" in faults[0].place


@pytest.mark.requirement("REQ-PART-010")
def test_an_upload_is_checked_first_and_then_put_into_force(site: CaptureSite) -> None:
    folder = folder_of(site, VERSION, WIDER)
    client = site.client("data_manager")
    response = client.post("/protocol", {"what": "check", "folder": zipped(folder)})
    assert response.status_code == 200
    assert "Visit W4" in response.content.decode()
    with site.trial.reading() as tx:
        assert len(protocols_of(tx)) == 1
    given = {"what": "amend", "why": "Wider", "reference": "EC 7", "approved": "2026-02-01"}
    lacking = client.post("/protocol", {**given, "folder": zipped(folder)})
    assert lacking.status_code == 422
    assert "no site begins" in lacking.content.decode()
    done = client.post("/protocol", {**given, "site-01": "2026-02-02", "folder": zipped(folder)})
    assert done["Location"] == "/protocol/2.0"
    assert site.client("investigator").post("/protocol", given).status_code == 403


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04" + b"\0" * 40, b"no zip", b"PK\x05\x06" + b"\0" * 18],
    ids=["empty", "cut", "text", "nothing in it"],
)
def test_what_is_no_study_is_told(site: CaptureSite, content: bytes) -> None:
    upload = SimpleUploadedFile("study.zip", content, "application/zip")
    response = site.client("data_manager").post("/protocol", {"what": "check", "folder": upload})
    assert response.status_code == 422
    assert b"ZIP file" in response.content


def test_a_path_out_of_the_folder_is_passed_over(site: CaptureSite) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../study.yaml", "x")
        archive.writestr("/etc/forms/a.yaml", "x")
    upload = SimpleUploadedFile("study.zip", buffer.getvalue(), "application/zip")
    response = site.client("data_manager").post("/protocol", {"what": "check", "folder": upload})
    assert response.status_code == 422


def test_a_study_does_not_differ_from_itself(site: CaptureSite) -> None:
    assert differences(site.trial.study, site.trial.study) == ()
