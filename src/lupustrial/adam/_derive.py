"""SDTM tables in, ADaM datasets out."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from lupustrial.adam._adverse_events import derive_adverse_events
from lupustrial.adam._bds import Frame
from lupustrial.adam._dose import daily_dose
from lupustrial.adam._instruments import composite, scored
from lupustrial.adam._items import Items
from lupustrial.adam._once import background_drug, body_surface, event, months_since, subject
from lupustrial.adam._simple import decreased, from_item, reduction, resolved, within_limits
from lupustrial.adam._subjects import derive_subjects, public
from lupustrial.adam._wide import components_of, wide_frame
from lupustrial.adam._workshop import Workshop
from lupustrial.study import Parameter, Stamp, Study

_BY_VISIT: dict[str, Callable[[Workshop, Parameter], Frame]] = {
    "item": from_item,
    "score": scored,
    "composite": composite,
    "within_limits": within_limits,
    "daily_dose": daily_dose,
    "reduction": reduction,
    "resolved": resolved,
    "decreased": decreased,
}
_ONCE: dict[str, Callable[[Workshop, Parameter], pl.DataFrame]] = {
    "subject": subject,
    "body_surface": body_surface,
    "months_since": months_since,
    "background_drug": background_drug,
    "event": event,
}

#: Variables of a BDS dataset after those of ADSL, in order.
BDS: dict[str, pl.DataType] = {
    "PARAMCD": pl.String(),
    "PARAM": pl.String(),
    "AVISIT": pl.String(),
    "AVISITN": pl.Int32(),
    "VISITNUM": pl.Float64(),
    "ADT": pl.Date(),
    "ADY": pl.Int32(),
    "AVAL": pl.Float64(),
    "AVALC": pl.String(),
    "BASE": pl.Float64(),
    "CHG": pl.Float64(),
    "PCHG": pl.Float64(),
    "ABLFL": pl.String(),
    "ANL01FL": pl.String(),
    "DTYPE": pl.String(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SRCSEQ": pl.String(),
    "ASEQ": pl.Int64(),
    "AVALNOTE": pl.String(),
}


def derive(study: Study, tables: dict[str, pl.DataFrame], stamp: Stamp) -> dict[str, pl.DataFrame]:
    """Derive ADaM datasets from SDTM tables, by the analysis plan.

    Args:
        study: The study; `study.plan.parameters` says what is derived (`docs/adam.md`).
        tables: SDTM tables from `lupustrial.sdtm.tabulate`.
        stamp: Where the records come from; ADSL.SYNTHFL is ``Y`` when they are synthetic.

    Returns:
        Datasets by name: ADSL; ADAE where there is an AE table; a BDS dataset for each `Parameter.dataset`
        (`BDS` after STUDYID, USUBJID, SITEID, TRT01P, TRT01PN and the population flags), sorted by
        participant, parameter (in the order of the plan) and visit. Text is String, missing is null.

    Raises:
        StudyError: A parameter cannot be derived as declared (ADAM-001 to ADAM-013).
        InstrumentError: An instrument refuses its items.
    """
    workshop = _workshop(study, tables, stamp)
    flags = list(dict.fromkeys(population.flag for population in study.populations))
    shared = ["STUDYID", "USUBJID", "SITEID", "TRT01P", "TRT01PN", *flags]
    subjects = public(workshop.subjects)
    datasets = {"ADSL": subjects}
    for name in dict.fromkeys(parameter.dataset for parameter in study.plan.parameters):
        members = [parameter.id for parameter in study.plan.parameters if parameter.dataset == name]
        rows = [
            workshop.finished(member, place=f"dataset {name}").select(
                "USUBJID", *(pl.col(column).cast(kind) for column, kind in BDS.items())
            )
            for member in members
        ]
        joined = pl.concat(rows).join(
            subjects.select(shared), on="USUBJID", how="left", maintain_order="left"
        )
        datasets[name] = joined.sort("USUBJID", "ASEQ").select(*shared, *BDS)
    if "AE" in tables:
        datasets["ADAE"] = derive_adverse_events(tables, subjects, shared)
    return datasets


def instrument_frame(
    study: Study,
    tables: dict[str, pl.DataFrame],
    stamp: Stamp,
    use_id: str,
    *,
    usubjid: str | None = None,
) -> pl.DataFrame:
    """Return the frame that an instrument of the study reads, as `lupustrial.instruments.score` takes it.

    Args:
        study: The study.
        tables: SDTM tables.
        stamp: Where the records come from.
        use_id: Id of the instrument use.
        usubjid: One participant; None = everyone.

    Returns:
        USUBJID, VISITNUM, ADT, ABLFL and the inputs of the instrument.

    Raises:
        StudyError: ADAM-005, no such use; or a fault of `derive`.
    """
    if usubjid is not None:
        tables = {
            name: table.filter(pl.col("USUBJID") == usubjid) if "USUBJID" in table.columns else table
            for name, table in tables.items()
        }
    workshop = _workshop(study, tables, stamp)
    place = f"use {use_id}"
    use = workshop.use(use_id, place=place)
    components = components_of(workshop, use)
    return wide_frame(workshop, use, components, place=place).rows


def _workshop(study: Study, tables: dict[str, pl.DataFrame], stamp: Stamp) -> Workshop:
    return Workshop(
        study=study,
        items=Items.of(study, tables),
        subjects=derive_subjects(study, tables, stamp),
        derive=_one,
    )


def _one(workshop: Workshop, parameter: Parameter) -> Frame | tuple[pl.DataFrame, bool]:
    kind = parameter.derive.kind
    if kind in _BY_VISIT:
        return _BY_VISIT[kind](workshop, parameter)
    return _ONCE[kind](workshop, parameter), kind == "event"
