"""The cards of every visit against the analysis datasets that SDTM and ADaM make of the same records."""

from __future__ import annotations

import polars as pl
import pytest
from capture_site import STUDY
from score_pages import pages_from, visits_from

from lupustrial import adam
from lupustrial.sdtm import tabulate
from lupustrial.study import ALLOCATION_SCHEMA, Source, Stamp, load_study

_PEOPLE = 8
#: Parameter of the plan to score and output; a dose is an input of its score.
_PARAMETERS = {
    "SLEDAI": ("SLEDAI", "score"),
    "BILAGNUM": ("BILAG", "numeric"),
    "BGMUC": ("BILAG", "grade_mucocutaneous"),
    "BGREN": ("BILAG", "grade_renal"),
    "SRI4": ("SRI4", "responder"),
    "RENCR": ("RENAL", "complete"),
    "PGA": ("pga", "score"),
    "PRED": ("STEROID", "dose"),
}


@pytest.mark.requirement("REQ-SCORES-003")
@pytest.mark.usefixtures("site")
def test_every_score_at_entry_is_the_score_of_the_analysis(demo_records: pl.DataFrame) -> None:
    from lupustrial.capture.scores._answers import answers_of
    from lupustrial.capture.scores._scored import Scorer
    from lupustrial.capture.scores._uses import uses_of

    study = load_study(STUDY)
    dosed = demo_records.filter(pl.col("form") == "injections")["participant"].unique().sort()
    people = dosed[:_PEOPLE].to_list()
    records = demo_records.filter(pl.col("participant").is_in(people))
    allocation = pl.DataFrame(schema=ALLOCATION_SCHEMA)
    stamp = Stamp(synthetic=True, origin="a test")
    source = Source(records=records, allocation=allocation, stamp=stamp)
    datasets = adam.derive(study, tabulate(study, source), stamp)
    numbers = {float(visit.number): visit.id for visit in study.visits}
    compared, wrong = 0, []
    for person in people:
        pages = pages_from(records.filter(pl.col("participant") == person))
        answers = answers_of(study, pages, visits_from(study, pages), allowed=lambda _pair, _visit: True)
        scorer = Scorer(answers=answers)
        for parameter, (use_id, output) in _PARAMETERS.items():
            result = scorer.result(uses_of(study)[use_id])
            assert not result.fault
            dataset = datasets[study.plan.parameter(parameter).dataset]
            rows = dataset.filter(
                pl.col("USUBJID").str.ends_with(person),
                pl.col("PARAMCD") == parameter,
                pl.col("DTYPE").is_null(),
                pl.col("VISITNUM").is_not_null(),
            )
            for row in rows.iter_rows(named=True):
                visit = numbers[row["VISITNUM"]]
                source_of = result.values if output == "dose" else result.visits
                mine: object = source_of.get(visit, {}).get(output)
                theirs = row["AVALC"] if row["AVAL"] is None else row["AVAL"]
                answers_as_numbers: dict[object, object] = {"Y": 1.0, "N": 0.0}
                told = answers_as_numbers.get(mine, mine) if row["AVAL"] is not None else mine
                compared += 1
                if told != (pytest.approx(theirs, abs=1e-9) if isinstance(theirs, float) else theirs):
                    wrong.append((person, parameter, visit, mine, theirs))
    assert wrong == []
    assert compared > 30 * _PEOPLE
