"""Parameters that cannot be derived as declared are refused, with a place and a remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tiny_trial

from lupustrial.adam import derive, instrument_frame, walk
from lupustrial.errors import StudyError, UsageError
from lupustrial.sdtm import tabulate
from lupustrial.study import Derivation, InstrumentUse, Parameter, SdtmTarget, Study


def _derive(*parameters: Parameter, study: Study | None = None) -> object:
    chosen = study or tiny_trial.study()
    chosen = replace(chosen, plan=replace(chosen.plan, parameters=parameters))
    source = tiny_trial.source()
    return derive(chosen, tabulate(chosen, source), source.stamp)


def _parameter(code: str, kind: str, **more: object) -> Parameter:
    restrict = more.pop("restrict", None)
    derivation = Derivation(kind=kind, **more)  # type: ignore[arg-type]
    return Parameter(id=code, label=code, dataset="ADX", derive=derivation, restrict=restrict)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameter", "fault", "hint"),
    [
        (_parameter("X", "item", form="lab", item="CREA"), "ADAM-001", "did you mean lab.CREAT?"),
        (
            _parameter("X", "months_since", form="histori", item="DXDAT"),
            "ADAM-001",
            "did you mean history.DXDAT?",
        ),
        (_parameter("X", "item", form="lab", item="C3", restrict="lab.C9 > 1.0"), "ADAM-001", "did you mean"),
        (_parameter("X", "daily_dose", form="drug"), "ADAM-002", "did you mean drugs?"),
        (_parameter("X", "event", form="lab"), "ADAM-002", "forms of events or drugs"),
        (_parameter("X", "resolved", parameter="Y"), "ADAM-004", "name a parameter"),
        (_parameter("X", "score", use="SLEDAY", output="score"), "ADAM-005", "did you mean SLEDAI?"),
        (_parameter("X", "resolved", parameter="X"), "ADAM-006", "break the circle"),
        (_parameter("X", "score", use="SLEDAI", output="scores"), "ADAM-010", "did you mean score?"),
        (_parameter("X", "subject", variable="AGEE"), "ADAM-011", "did you mean AGE?"),
        (_parameter("X", "body_surface"), "ADAM-012", "height"),
        (_parameter("X", "event", form="ae", where="lab.C3 > 1.0"), "ADAM-013", "write ae.ITEM"),
    ],
)
def test_a_parameter_that_cannot_be_derived_is_refused(parameter: Parameter, fault: str, hint: str) -> None:
    with pytest.raises(StudyError) as caught:
        _derive(parameter)
    (found,) = caught.value.faults
    assert found.id == fault
    assert hint in found.hint
    assert "X" in found.place or "SLEDAI" in found.place


def test_limits_need_an_item() -> None:
    age = _parameter("AGE", "subject", variable="AGE")
    with pytest.raises(StudyError) as caught:
        _derive(age, _parameter("X", "within_limits", parameter="AGE"))
    assert [fault.id for fault in caught.value.faults] == ["ADAM-007"]


def test_parameters_in_a_circle_are_named_in_order() -> None:
    with pytest.raises(StudyError) as caught:
        _derive(_parameter("X", "resolved", parameter="Y"), _parameter("Y", "decreased", parameter="X"))
    assert "X → Y → X" in caught.value.faults[0].message


def test_two_logs_of_one_domain_and_category_cannot_be_told_apart() -> None:
    study = tiny_trial.study()
    drugs = next(form for form in study.forms if form.id == "drugs")
    twin = replace(drugs, id="other", sdtm=SdtmTarget(domain="CM", cat="GLUCOCORTICOID"))
    with pytest.raises(StudyError) as caught:
        _derive(_parameter("X", "daily_dose", form="drugs"), study=replace(study, forms=(*study.forms, twin)))
    assert [fault.id for fault in caught.value.faults] == ["ADAM-003"]


@pytest.mark.parametrize(
    ("use", "fault"),
    [
        (InstrumentUse(id="U", instrument="sledai", form="sledai"), "ADAM-008"),
        (
            InstrumentUse(id="U", instrument="selena_sledai", form="sledai", items={"SEIS": "sledai.SEIZ"}),
            "ADAM-009",
        ),
        (
            InstrumentUse(id="U", instrument="selena_sledai", form="sledai", items={"SEIZ": "sledai.SEIS"}),
            "ADAM-001",
        ),
    ],
)
def test_an_instrument_use_that_does_not_fit_is_refused(use: InstrumentUse, fault: str) -> None:
    study = replace(tiny_trial.study(), instruments=(use,))
    with pytest.raises(StudyError) as caught:
        _derive(_parameter("X", "score", use="U", output="score"), study=study)
    (found,) = caught.value.faults
    assert (found.id, found.hint[:12]) == (fault, "did you mean")


def test_rows_and_frames_that_are_not_there() -> None:
    study, source = tiny_trial.study(), tiny_trial.source()
    tables = tabulate(study, source)
    datasets = derive(study, tables, source.stamp)
    for dataset, usubjid, aseq in (
        ("ADRES", "TINY-001", 1),
        ("ADRESP", "TINY-009", 1),
        ("ADRESP", "TINY-001", 999),
    ):
        with pytest.raises(UsageError) as caught:
            walk(datasets, tables, dataset, usubjid, aseq)
        assert [fault.id for fault in caught.value.faults] == ["ADAM-101"]
    with pytest.raises(StudyError) as refused:
        instrument_frame(study, tables, source.stamp, "SRI5")
    assert refused.value.faults[0].id == "ADAM-005"
