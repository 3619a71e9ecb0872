"""The trial-design domains TA, TE, TV, TI and TS, from the study alone."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lupustrial.sdtm._schema import conform
from lupustrial.study import Study

_MAX_CODE = 8
_MAX_TEXT = 200


def treatment_epoch(study: Study) -> str:
    """Return the id of the epoch in which the study treatment begins: that of the baseline visit."""
    return study.baseline_visit.epoch


def element_code(study: Study, epoch_id: str, arm_id: str | None) -> tuple[str, str]:
    """Return ETCD and ELEMENT of an epoch in an arm.

    The treatment epoch has an element for each arm; while the arm is not known, and in every other epoch, the
    element is that of the epoch.
    """
    if epoch_id == treatment_epoch(study) and arm_id is not None:
        arm = study.arm(arm_id)
        return _code(arm.id), arm.name
    name = next(epoch.name for epoch in study.epochs if epoch.id == epoch_id)
    return _code(epoch_id), name


def _code(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())[:_MAX_CODE]


def design_tables(study: Study, *, participants: int) -> dict[str, pl.DataFrame]:
    """Return TA, TE, TI, TS and TV.

    Args:
        study: The study.
        participants: Number of randomised participants (of all, in a study without randomisation), for TS.
    """
    return {
        "TA": _frame(study, "TA", _arms(study)),
        "TE": _frame(study, "TE", _elements(study)),
        "TI": _frame(study, "TI", _criteria(study)),
        "TS": _frame(study, "TS", _summary(study, participants)),
        "TV": _frame(study, "TV", _planned_visits(study)),
    }


def _frame(study: Study, domain: str, rows: Iterator[dict[str, object]]) -> pl.DataFrame:
    table = [{"STUDYID": study.id, "DOMAIN": domain, **row} for row in rows]
    return conform(pl.DataFrame(table, infer_schema_length=None), domain)


def _arms(study: Study) -> Iterator[dict[str, object]]:
    for arm in study.arms:
        for nth, epoch in enumerate(study.epochs):
            code, name = element_code(study, epoch.id, arm.id)
            dosed = epoch.id == treatment_epoch(study)
            branch = f"Randomized to {arm.name}" if study.design.randomised else None
            before = nth + 1 < len(study.epochs) and study.epochs[nth + 1].id == treatment_epoch(study)
            yield {
                "ARMCD": arm.id,
                "ARM": arm.name,
                "TAETORD": nth + 1,
                "ETCD": code,
                "ELEMENT": name,
                "TABRANCH": branch if before and not dosed else None,
                "EPOCH": epoch.name,
            }


def _elements(study: Study) -> Iterator[dict[str, object]]:
    for nth, epoch in enumerate(study.epochs):
        dosed = epoch.id == treatment_epoch(study)
        for arm in study.arms if dosed else study.arms[:1]:
            code, name = element_code(study, epoch.id, arm.id)
            begins = "Informed consent" if nth == 0 else "Last visit of the epoch before"
            visits = [visit for visit in study.visits if visit.epoch == epoch.id]
            yield {
                "ETCD": code,
                "ELEMENT": name,
                "TESTRL": "First dose of study treatment" if dosed else begins,
                "TEENRL": f"Visit {visits[-1].name}, or end of participation"
                if visits
                else "End of participation",
                "TEDUR": None,
            }


def _criteria(study: Study) -> Iterator[dict[str, object]]:
    kinds = (("INCLUSION", study.eligibility.inclusion), ("EXCLUSION", study.eligibility.exclusion))
    for kind, criteria in kinds:
        for one in criteria:
            yield {
                "IETESTCD": criterion_code(one.id),
                "IETEST": one.text[:_MAX_TEXT],
                "IECAT": kind,
                "IESCAT": None,
                "TIRL": one.expression[:_MAX_TEXT],
                "TIVERS": study.version,
            }


def criterion_code(criterion_id: str) -> str:
    """Return IETESTCD of a criterion: its id in capitals, at most 8 characters."""
    return criterion_id.upper()[:_MAX_CODE]


def _planned_visits(study: Study) -> Iterator[dict[str, object]]:
    epochs = {epoch.id: epoch.name for epoch in study.epochs}
    for visit in study.visits:
        low, high = visit.window
        epoch = epochs.get(visit.epoch, visit.epoch)
        yield {
            "VISITNUM": visit.number,
            "VISIT": visit.name,
            "VISITDY": visit.day,
            "ARMCD": None,
            "ARM": None,
            "TVSTRL": f"Study day {visit.day} ({low:+d} to {high:+d} days), {epoch}",
            "TVENRL": None,
        }


def _summary(study: Study, participants: int) -> Iterator[dict[str, object]]:
    seen: dict[str, int] = {}
    for code, name, value in _parameters(study, participants):
        seen[code] = seen.get(code, 0) + 1
        yield {
            "TSSEQ": seen[code],
            "TSPARMCD": code,
            "TSPARM": name,
            "TSVAL": value,
            "TSVALNF": None if value else "NA",
        }


def _parameters(study: Study, participants: int) -> Iterator[tuple[str, str, str | None]]:
    """Yield code, name and value of the trial summary parameters (SDTM terminology C66738, C67152)."""
    design = study.design
    yield "ACTSUB", "Actual Number of Subjects", str(participants)
    yield (
        "ADDON",
        "Added on to Existing Treatments",
        _yes(any(arm.dosing and arm.dosing.background for arm in study.arms)),
    )
    yield "AGEMAX", "Planned Maximum Age of Subjects", _years(design.age_max)
    yield "AGEMIN", "Planned Minimum Age of Subjects", _years(design.age_min)
    for arm in study.arms:
        if arm.dosing is not None and not arm.reference:
            yield "DOSE", "Dose per Administration", f"{arm.dosing.dose.normalize():f}"
            yield "DOSU", "Dose Units", arm.dosing.unit
            yield "ROUTE", "Route of Administration", arm.dosing.route
    yield "INDIC", "Trial Disease/Condition Indication", design.indication
    yield "INTMODEL", "Intervention Model", design.intervention_model
    yield "INTTYPE", "Intervention Type", "DRUG"
    yield "NARMS", "Planned Number of Arms", str(len(study.arms))
    yield "OBJPRIM", "Trial Primary Objective", design.objective[:_MAX_TEXT]
    yield "PLANSUB", "Planned Number of Subjects", str(design.planned_participants)
    yield "RANDOM", "Trial is Randomized", _yes(design.randomised)
    for one in study.registrations:
        yield "REGID", "Registry Identifier", one.id
    yield "SDTIGVER", "SDTM IG Version", "3.4"
    yield "SDTMVER", "SDTM Version", "2.0"
    yield "SPONSOR", "Clinical Study Sponsor", study.sponsor
    yield "STYPE", "Study Type", "INTERVENTIONAL"
    yield "TBLIND", "Trial Blinding Schema", design.blinding
    yield "TCNTRL", "Control Type", design.control
    yield "TITLE", "Trial Title", study.title[:_MAX_TEXT]
    yield "TPHASE", "Trial Phase Classification", _phase(study.phase)
    for arm in study.arms:
        if arm.dosing is not None and not arm.reference:
            yield "TRT", "Investigational Therapy or Treatment", arm.name.upper()


def _phase(phase: str) -> str:
    """Return the submission value of a phase: ``"2/3"`` is PHASE II/III TRIAL."""
    romans = {"1": "I", "2": "II", "3": "III", "4": "IV"}
    return f"PHASE {''.join(romans.get(letter, letter) for letter in phase).upper()} TRIAL"


def _yes(condition: object) -> str:
    return "Y" if condition else "N"


def _years(age: int | None) -> str | None:
    return None if age is None else f"P{age}Y"
