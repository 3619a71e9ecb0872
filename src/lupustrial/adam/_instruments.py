"""Scores and responder indices: the outputs of instruments as parameters."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.adam._bds import OBSERVED, Frame
from lupustrial.adam._wide import KEYS, components_of, instrument_of, wide_frame
from lupustrial.adam._workshop import Workshop
from lupustrial.errors import Fault, StudyError, closest
from lupustrial.instruments import Instrument, score
from lupustrial.study import InstrumentUse, Parameter


def scored(workshop: Workshop, parameter: Parameter) -> Frame:
    """Take one output of an instrument that is scored from items, at every visit."""
    return _output(workshop, parameter, {})


def composite(workshop: Workshop, parameter: Parameter) -> Frame:
    """Take one output of a responder index whose inputs are parameters, at every visit after baseline.

    Only observed values enter: what was imputed for a component has no part in the index.
    """
    place = f"parameter {parameter.id}"
    return _output(
        workshop, parameter, components_of(workshop, workshop.use(parameter.derive.use, place=place))
    )


def _output(workshop: Workshop, parameter: Parameter, components: Mapping[str, str]) -> Frame:
    place = f"parameter {parameter.id}"
    use = workshop.use(parameter.derive.use, place=place)
    instrument = instrument_of(use, place)
    output = parameter.derive.output or ""
    if output not in instrument.outputs:
        hint = closest(output, list(instrument.outputs)) or f"there are {', '.join(instrument.outputs)}"
        message = f"{use.instrument} has no output {output!r}"
        raise StudyError(Fault(id="ADAM-010", message=message, place=place, hint=hint))
    table, weeks = _scores(workshop, use, components, place)
    value, text = _result(instrument, parameter, output)
    rows = table.with_columns(AVAL=value, AVALC=text, AVALNOTE=_reasons(output))
    response = bool(components)
    if response:
        rows = rows.filter(pl.col("VISITNUM") > workshop.study.baseline_visit.number)
    return Frame(rows=rows.select(*OBSERVED), weeks=weeks, baseline=not response)


def _reasons(output: str) -> pl.Expr:
    """Return the reasons of an output; of the grade of a domain only the clause on that domain."""
    reasons = pl.col("reasons")
    if not output.startswith("grade_"):
        return reasons
    return reasons.str.extract(rf"(?:^|; )({output.removeprefix('grade_')} [^;]*)")


def _scores(
    workshop: Workshop, use: InstrumentUse, components: Mapping[str, str], place: str
) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Score a use once, whatever number of parameters read it."""
    key = f"{use.id} {sorted(components.items())}"
    if key not in workshop.scores:
        wide = wide_frame(workshop, use, components, place=place)
        settings = {name: value for name, value in use.settings.items() if name in _setting_names(use, place)}
        result = score(use.instrument, wide.rows, settings=settings)
        workshop.scores[key] = result.join(wide.sources, on=KEYS, how="left", maintain_order="left")
        workshop.score_weeks[key] = wide.weeks
    return workshop.scores[key], workshop.score_weeks[key]


def _setting_names(use: InstrumentUse, place: str) -> set[str]:
    return {one.name for one in instrument_of(use, place).settings}


def _result(instrument: Instrument, parameter: Parameter, output: str) -> tuple[pl.Expr, pl.Expr]:
    """Return AVAL and AVALC of an output: numbers, Y/N as 1/0, grades as text."""
    column, nothing = pl.col(output), pl.lit(None, dtype=pl.String)
    dtype = instrument.outputs[output]
    if parameter.type == "grade":
        return pl.lit(None, dtype=pl.Float64), column.cast(pl.String)
    if dtype == pl.String:
        answers = {"Y": 1.0, "N": 0.0}
        return column.replace_strict(answers, default=None, return_dtype=pl.Float64), column
    number = column.cast(pl.Float64)
    if parameter.type == "binary":
        return number, pl.when(number == 1).then(pl.lit("Y")).when(number == 0).then(pl.lit("N"))
    return number, nothing
