"""What goes in and out of the application, for tests: people in roles, saved pages, files, a second trial."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capture_site import CaptureSite

from lupustrial.ledger import open_database
from lupustrial.study import Role, Study

if TYPE_CHECKING:
    from lupustrial.capture._trial import Trial
    from lupustrial.capture.access import Acting
    from lupustrial.capture.doors.intake import Report

SCR = "SCR"

#: A role that enters every form, imports and exports: the founding study has none.
MOVER = Role(id="mover", name="Mover", blinded=False, may=("enter", "import", "export"))

#: What a laboratory in China sends: its own codes and units, Chinese names of columns.
LAB_MAP = """\
format: 1
title: Central laboratory
encoding: gb18030
dates: YYYY/MM/DD
columns: {participant: 受试者, date: 采样日期, code: 项目, value: 结果, unit: 单位}
codes:
  白细胞: {item: cbc.WBC, units: {"10*9/L": "10^9/L"}}
  中性粒细胞: {item: cbc.NEUT, units: {"10*9/L": "10^9/L"}}
  血红蛋白: {item: cbc.HGB}
  肌酐: {item: metabolic.CREAT, units: {"μmol/L": umol/L}}
ignored: [备注]
not_done: {溶血: haemolysed}
"""
LAB_HEADER = "受试者,采样日期,项目,结果,单位\n"


def acting(study: Study, role: str, sites: frozenset[str] | None = None) -> Acting:
    """Return somebody in a role, named after it."""
    from lupustrial.capture.access import Acting

    return Acting(id=role, name=role.capitalize(), role=study.role(role), sites=sites)


def save(trial: Trial, who: Acting, page: Sequence[Any], values: Mapping[str, str], *, why: str = "") -> None:
    """Save a page: participant, visit, form, and repeat where it is not 1; ``"5.1 g/L"`` has a unit."""
    from lupustrial.capture.entry import Given, submit
    from lupustrial.capture.store import Place, page_at

    place = Place(participant=page[0], visit=page[1], form=page[2], repeat=page[3] if len(page) > 3 else 1)
    items = {item.id: item for item in trial.study.form(place.form).items}
    given = {}
    for name, text in values.items():
        value, _, unit = text.partition(" ") if items[name].unit else (text, "", "")
        given[name] = Given(value=value, unit=unit)
    with trial.reading() as tx:
        held = page_at(tx, place)
    outcome = submit(trial, who, place, given, revision=held.revision if held else 0, why=why, complete=False)
    assert not outcome.refused, outcome.findings


def fill(site: CaptureSite) -> None:
    """Enter some pages of participant 01-001: one that betrays treatment, one of an assessor, a formula."""
    study = site.trial.study
    site.register()
    investigator, assessor = acting(study, "investigator"), acting(study, "assessor")
    save(site.trial, investigator, ("01-001", SCR, "consent"), {"ICDAT": "2026-01-05"})
    save(site.trial, investigator, ("01-001", SCR, "visit"), {"VISDAT": "2026-01-06"})
    save(site.trial, investigator, ("01-001", SCR, "demography"), {"BRTHDAT": "1990-04-03", "SEX": "F"})
    counts = {"WBC": "5.10 10^9/L", "NEUT": "2.5 10^9/L", "HGB": "12.1 g/dL"}
    save(site.trial, investigator, ("01-001", SCR, "cbc"), counts)
    _betray(site.trial)
    event = {"AETERM": '=HYPERLINK("x","头痛")', "AESEV": "MILD", "AESTDAT": "2026-01-06"}
    save(site.trial, investigator, ("01-001", SCR, "ae", 2), event)
    save(site.trial, assessor, ("01-001", SCR, "sledai"), {"SEIZ": "N", "ARTH": "Y"})


def _betray(trial: Trial) -> None:
    """Put a result that betrays treatment into the blood count: no role of the founding study enters it."""
    from lupustrial.capture.store import Answer, Place, page_at, save_page
    from lupustrial.ledger import Actor

    place = Place(participant="01-001", visit=SCR, form="cbc")
    with trial.writing() as tx:
        held = page_at(tx, place)
        assert held is not None
        save_page(
            tx,
            study=trial.study.id,
            place=place,
            site="01",
            version=trial.study.version,
            state="started",
            answers={"EOS": Answer(value="0.31", unit="10^9/L")},
            by=Actor(id="laboratory", role="dmc"),
            revision=held.revision,
        )


def report(trial: Trial, who: Acting, content: bytes | str, name: str = "file.csv", **options: Any) -> Report:
    """Look at a file."""
    from lupustrial.capture.doors.intake import examine, options_of, read_map

    chosen = options_of({"layout": "form", "form": "cbc", **options})
    lab = read_map(trial.study, options["lab"], "map") if "lab" in options else None
    if lab is not None:
        chosen = dataclasses.replace(
            chosen, encoding=lab.encoding, delimiter=lab.delimiter, decimal=lab.decimal, dates=lab.dates
        )
    data = content.encode("utf-8") if isinstance(content, str) else content
    return examine(trial, who, data, name, chosen, lab)


def mover_study(study: Study) -> Study:
    """Return the study with a role that may move everything."""
    forms = tuple(dataclasses.replace(form, entered_by=()) for form in study.forms)
    return dataclasses.replace(study, roles=(*study.roles, MOVER), forms=forms)


def second_trial(trial: Trial, folder: Path, people: Sequence[str]) -> Trial:
    """Return an empty trial of the same study, with participants registered."""
    from lupustrial.capture._trial import Trial as Class
    from lupustrial.capture.store import create_tables, write
    from lupustrial.ledger import Actor

    path = folder / "second.db"
    with open_database(str(path), create=True) as db, db.writing() as tx:
        create_tables(tx)
        for person in people:
            data = {"participant": person, "site": person[:2]}
            by = Actor(id="system", role="administrator")
            write(tx, study=trial.study.id, kind="participant registered", by=by, data=data)
    return Class(config=dataclasses.replace(trial.config, database=str(path)), study=trial.study)


def parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def head_of(trial: Trial) -> int:
    """Return the position of the last entry of the ledger."""
    from lupustrial.ledger import head

    with trial.reading() as tx:
        return head(tx)[0]


def export_of(trial: Trial, who: Acting, format_: str, **filters: Any) -> bytes:
    """Make an export and return its bytes."""
    from lupustrial.capture.doors.export import make_export, select

    made = make_export(trial, who, select(trial.study, who, format=format_, **filters))
    with made.file as file:
        return file.read()
