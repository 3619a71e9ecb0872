"""Shape of the datasets, resolution of instrument inputs, and participants who are still in the study."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
import tiny_trial

from lupustrial.adam import BDS, derive, instrument_frame
from lupustrial.sdtm import tabulate
from lupustrial.study import Derivation, InstrumentUse, Parameter, Study

_GRADES = tuple(zip(tiny_trial.DOMAINS, tiny_trial.GRADES, strict=True))


def _derive(study: Study, text: str = tiny_trial.RECORDS) -> dict[str, pl.DataFrame]:
    source = tiny_trial.source(text)
    return derive(study, tabulate(study, source), source.stamp)


def test_every_dataset_has_the_columns_of_the_contract() -> None:
    datasets = _derive(tiny_trial.study())
    assert set(datasets) == {"ADSL", "ADQS", "ADLB", "ADRESP", "ADEX", "ADBL", "ADAEEV", "ADAE"}
    shared = ["STUDYID", "USUBJID", "SITEID", "TRT01P", "TRT01PN", "MITTFL", "PPROTFL", "SAFFL"]
    for name, frame in datasets.items():
        if "PARAMCD" in frame.columns:
            assert frame.columns == [*shared, *BDS], name
            assert [frame.schema[column] for column in BDS] == list(BDS.values()), name
        assert pl.Categorical not in frame.dtypes
        assert not any(
            frame[column].is_nan().any() for column in frame.columns if frame.schema[column].is_float()
        )


def test_a_study_without_records_has_all_its_datasets_and_no_rows() -> None:
    empty, full = _derive(tiny_trial.study(), ""), _derive(tiny_trial.study())
    for name, frame in full.items():
        assert empty[name].is_empty()
        assert empty[name].schema == frame.schema, name


def test_of_who_is_still_in_the_study_only_visits_up_to_the_last_are_imputed() -> None:
    text = "\n".join(line for line in tiny_trial.RECORDS.splitlines() if not line.startswith("002 V2  end."))
    datasets = _derive(tiny_trial.study(), text)
    assert datasets["ADSL"].filter(pl.col("SUBJID") == "002")["EOSSTT"].to_list() == ["ONGOING"]
    sledai = datasets["ADQS"].filter(pl.col("USUBJID") == "TINY-002", pl.col("PARAMCD") == "SLEDAI")
    assert sledai["AVISITN"].to_list() == [0, 2]


def test_inputs_that_are_not_named_are_the_parameters_of_that_name() -> None:
    # `sledai` and `pga` are not named: they are the parameters of those ids.
    kept = {f"grade_{domain}": f"BG{code}" for domain, code in _GRADES}
    parameters = tuple(
        replace(one, derive=replace(one.derive, components=kept)) if one.derive.kind == "composite" else one
        for one in tiny_trial.parameters()
    )
    named, unnamed = _derive(tiny_trial.study()), _derive(tiny_trial.study(parameters))
    assert named["ADRESP"].equals(unnamed["ADRESP"])


def test_upper_limits_of_an_input_are_those_of_its_item_and_sex() -> None:
    use = InstrumentUse(id="RENAL", instrument="he2020_renal", items={"creatinine": "lab.CREAT"})
    study = replace(tiny_trial.study(), instruments=(*tiny_trial.study().instruments, use))
    source = tiny_trial.source()
    frame = instrument_frame(study, tabulate(study, source), source.stamp, "RENAL")
    limits = frame.select("USUBJID", "creatinine_lln", "creatinine_uln").unique(maintain_order=True).rows()
    assert limits == [("TINY-001", 41.0, 73.0), ("TINY-002", 57.0, 97.0), ("TINY-004", 41.0, 73.0)]


def test_facts_of_screening_stand_at_every_visit() -> None:
    # `history` is filled in at screening only, so what it says is known at every later visit.
    items = {"prior_involvement_renal": "history.LN", "creatinine": "lab.CREAT"}
    del items["creatinine"]
    use = InstrumentUse(
        id="B", instrument="bilag2004", form="sledai", items=items | {"REN_CREAT": "lab.CREAT"}
    )
    study = replace(
        tiny_trial.study(), instruments=(use,), plan=replace(tiny_trial.study().plan, parameters=())
    )
    source = tiny_trial.source()
    frame = instrument_frame(study, tabulate(study, source), source.stamp, "B", usubjid="TINY-001")
    assert frame.select("VISITNUM", "REN_CREAT", "prior_involvement_renal").rows() == [
        (1.0, 79.56, "Y"),
        (2.0, 80.0, "Y"),
        (2.01, 88.0, "Y"),
        (3.0, 92.0, "Y"),
        (5.0, 72.0, "Y"),
    ]


def test_a_drug_log_with_a_longer_window_and_pulses() -> None:
    use = InstrumentUse(
        id="STEROID",
        instrument="steroid_reduction",
        form="drugs",
        settings={"visit_dose_window": 14, "include_pulse_in_mean": "yes"},
    )
    parameters = tuple(one for one in tiny_trial.parameters() if one.id == "PRED")
    study = replace(tiny_trial.study(parameters), instruments=(use,))
    dose = (
        _derive(study)["ADEX"].filter(pl.col("USUBJID") == "TINY-002", pl.col("AVISITN") == 2)["AVAL"].item()
    )
    # 14 days of 20 mg and 3 days of 500 mg methylprednisolone x 1.25
    assert abs(dose - (20 + 3 * 625 / 14)) < 1e-8


def test_a_condition_on_an_event_that_cannot_be_decided_does_not_hold() -> None:
    parameters = (
        replace(
            tiny_trial.parameters()[-1],
            derive=Derivation(kind="event", form="ae", where="ae.AEENDAT > '2020-01-01'"),
        ),
    )
    events = _derive(tiny_trial.study(parameters))["ADAEEV"]
    assert events.select("USUBJID", "AVAL").rows() == [("TINY-001", 0.0), ("TINY-002", 1.0)]


@pytest.mark.parametrize(
    ("condition", "participants"),
    [
        ("history.GCMAX >= 0.3", ["TINY-001", "TINY-002"]),  # a supplemental qualifier of DM
        ("demography.SEX == 'F'", ["TINY-001", "TINY-004"]),  # a variable of DM
        ("drugs.CMTRT == 'PREDNISONE'", ["TINY-001"]),  # a variable of a drug log: its last record
        ("lab.CREAT < 60.0", ["TINY-002", "TINY-004"]),  # a finding: the last one up to baseline
        ("participant.injections >= 1 && participant.age > 35", ["TINY-001"]),
    ],
)
def test_a_restriction_may_name_items_of_every_kind(condition: str, participants: list[str]) -> None:
    parameter = next(one for one in tiny_trial.parameters() if one.id == "CREAT")
    datasets = _derive(tiny_trial.study((replace(parameter, restrict=condition),)))
    assert datasets["ADLB"]["USUBJID"].unique().sort().to_list() == participants


def test_limits_of_a_component_are_those_of_the_item_behind_it() -> None:
    # Named as CREAT.high or meant by the name of the input, it is the same limit; partial remission of 001 at
    # week 8 needs half the protein, here creatinine stands in for every other input.
    use = InstrumentUse(id="RENAL", instrument="he2020_renal")
    others = dict.fromkeys(("protein24", "urine_rbc", "urine_wbc"), "CREAT") | {"casts": "ARTH"}
    frames = []
    for components in ({"creatinine": "CREAT", "creatinine_uln": "CREAT.high"}, {"creatinine": "CREAT"}):
        kept = tuple(one for one in tiny_trial.parameters() if one.id in ("CREAT", "ARTH"))
        derivation = Derivation(kind="composite", use="RENAL", output="any", components=others | components)
        renal = Parameter(id="REN", label="Renal", dataset="ADRESP", derive=derivation, type="binary")
        study = replace(tiny_trial.study((*kept, renal)), instruments=(use,))
        source = tiny_trial.source()
        frames.append(instrument_frame(study, tabulate(study, source), source.stamp, "RENAL"))
    assert frames[0].equals(frames[1])
    first = frames[0].filter(pl.col("USUBJID") == "TINY-001")
    assert first.select("VISITNUM", "creatinine", "creatinine_uln", "casts").rows() == [
        (2.0, 80.0, 73.0, "Y"),
        (3.0, 92.0, 73.0, "Y"),
        (4.0, None, 73.0, "N"),
        (5.0, 72.0, 73.0, "N"),
    ]
